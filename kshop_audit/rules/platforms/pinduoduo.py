"""Pinduoduo: replies by consumer and day."""

from __future__ import annotations

from fractions import Fraction

from kshop_audit.facts import Facts
from kshop_audit.facts.consumers import asking_buyers, assessed_days
from kshop_audit.model.metadata import Text
from kshop_audit.model.settings import Terms
from kshop_audit.rules.kit import by_day, doubts
from kshop_audit.rules.kit.evidence import EvidenceColumns, answered_by
from kshop_audit.rules.kit.rule import rule
from kshop_audit.rules.kit.shapes import Gap, Ratio, Shape
from kshop_audit.rules.kit.unanswered import ANSWER, asked_by


@rule(
    "pdd-reply-rate",
    family="service",
    title=Text(zh="有效回复率（拼多多）", en="Effective reply rate (Pinduoduo)"),
    fix=Text(
        zh="08:00–23:00 每条消息都要在 1 小时内回复；下班前清空未回复列表，售后消息也算。",
        en="Answer every message of 08:00–23:00 within an hour, after-sales ones too, and clear "
        "the unanswered list before closing time.",
    ),
    no_days=by_day.WHOLE_DAYS,
    unit=Text(zh="天达标", en="days on target"),
    needs=("chats.sent_at", "chats.sender_role", "chats.buyer_id|chats.session_id"),
    due={"question": ANSWER},
)
def pdd_reply_rate(facts: Facts, terms: Terms) -> Shape:
    """Days on which at least half of the consumers had every message answered within an hour.

    有效回复率不低于 50% 的天数 / 咨询人数满 100 的天数。

    Why it matters:
        Below 50 % on a day the platform acts (S2-36). What it does is contradicted: S2-42 says that
        no money is taken but campaigns are refused, a report of 2023-09-21 says 1,000 yuan
        (musicheng.com/news/i831021.html). We judge the rate and leave the consequence open.

        某天低于 50% 平台会处理（S2-36）。后果说法不一：S2-42 说不扣钱、影响活动报名，2023-09-21 的
        资料说扣 1000 元（musicheng）。本工具只判回复率，后果以平台通知为准。

    How it is counted:
        Per natural day 08:00-23:00: (consumers − consumers with a message unanswered or answered
        after more than an hour) / consumers, each once a day (S2-38 to S2-41).

        每个自然日 08:00–23:00：（咨询消费者 − 有消息未回复或超过 1 小时才回复的消费者）÷ 咨询
        消费者，同一人当天只计一次（S2-38 至 S2-41）。

    Not counted:
        Days with fewer than 100 consumers (S2-37), messages before 08:00:00 or from 23:00:00 on,
        cards and notices, and consumers whose hour still runs. A message whose sender, type or time
        is not understood leaves open what it could change: no verdict if best and worst case
        differ.

        咨询人数不满 100 的日子（S2-37），08:00:00 前和 23:00:00 起的消息、卡片与通知，以及 1 小时
        未到的消费者。
        发送方、类型或时间看不懂的消息，可能影响到的结果都算未知；最好与最坏情况结论不同时，判不了。

    Example:
        100 consumers, 50 of them answered: met; 49: missed; 99 consumers: not assessed. A reply
        after 60:00 counts, after 60:01 it does not.

        100 人中 50 人有效：达标；49 人：未达标；99 人：不考核。60:00 回复有效，60:01 无效。

    Why our number may differ:
        One text says 100 or more, another more than 100 (option `least_consumers`); whether 23:00
        itself counts is not said; and the platform leaves out some kinds of messages.

        一说满 100 人，一说超过 100 人（可改 least_consumers）；23:00 整是否计入没有说明；部分消息类
        型平台会剔除。
    """
    least = terms.number("pdd-reply-rate", "least_consumers")
    met = doubts.reached(Fraction(str(terms.option("pdd-reply-rate", "share"))), facts.tables)
    return Ratio(
        unit=facts(assessed_days, "pdd-reply-rate", least),
        at="at",
        hit=met,
        maybe=doubts.maybe(facts.tables),
        unknown=doubts.unknown(facts.tables),
        excluded_column="excluded",
        gaps=Gap.DAYS,
        evidence=EvidenceColumns(ids=("day",)),
        findings=answered_by("day", met),
        unmapped=("sender_role", "message_type"),
        due={"question": asked_by(facts(asking_buyers, "pdd-reply-rate"))},
    )
