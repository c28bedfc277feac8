"""Rounds of the chat, answered by a person."""

from __future__ import annotations

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.rounds import rounds
from kshop_audit.model.metadata import Text
from kshop_audit.model.report import Status
from kshop_audit.model.settings import Terms
from kshop_audit.rules.kit import doubts
from kshop_audit.rules.kit.evidence import REPLIED
from kshop_audit.rules.kit.rule import Conclusion, Measured, rule
from kshop_audit.rules.kit.shapes import Ratio, Shape
from kshop_audit.rules.kit.unanswered import ANSWER_IN_PERSON, unanswered


def _few_rounds(measured: Measured, terms: Terms) -> Conclusion:
    least = terms.number("tb-reply-3m", "least_rounds")
    if (measured.denominator or 0) + measured.unknown >= least:
        return Conclusion()
    return Conclusion(
        status=Status.NOT_APPLICABLE,
        reason=Text(
            zh=f"不足 {least} 轮，平台不考核。",
            en=f"Fewer than {least} rounds: the platform does not assess them.",
        ),
    )


@rule(
    "tb-reply-3m",
    family="service",
    title=Text(zh="旺旺3分钟人工响应率（淘宝）", en="3-minute reply rate by rounds (Taobao)"),
    fix=Text(
        zh="忙不过来时先人工回一句“请稍等”，再逐个处理；高峰加人，离席及时挂起。",
        en="When busy, have a person say so at once and answer later; add people at peak hours and "
        "set absent agents aside.",
    ),
    exempt=True,
    unit=Text(zh="轮在 3 分钟内人工响应", en="rounds answered by a person within three minutes"),
    needs=("chats.sent_at", "chats.sender_role", "chats.session_id|chats.buyer_id"),
    conclude=_few_rounds,
    due={"question": ANSWER_IN_PERSON},
)
def tb_reply_3m(facts: Facts, terms: Terms) -> Shape:
    """Share of rounds of a conversation that a person answered within three minutes.

    近 30 天咨询轮次中，3 分钟内人工响应的比例。

    Why it matters:
        At least 90 % are expected; a day below 40 % costs traffic
        (snsmcma.cn/article-22980-1.html, 2023-05-27).

        要求不低于 90%；单日低于 40% 会限流（snsmcma，2023-05-27）。

    How it is counted:
        A round runs from the first question to the first answer. Rounds answered in at most 180 s /
        rounds, 30 days, 08:00-23:00 (other sources say 08-24 or 09-23).

        一轮 = 第一次提问到第一次回答。180 秒内响应的轮次 ÷ 全部轮次，近 30 天，08:00–23:00（也有
        08–24、09–23 的说法）。

    Not counted:
        Rounds a robot answered first, rounds whose three minutes run over midnight, questions
        outside the hours, exempt periods; below 100 rounds there is no verdict. A message whose
        sender, type or time is not understood leaves open what it could change: no verdict if best
        and worst case differ.

        机器人先答的轮次、3 分钟跨零点的轮次、时段外的提问、豁免时段；不足 100 轮不考核。
        发送方、类型或时间看不懂的消息，可能影响到的结果都算未知；最好与最坏情况结论不同时，判不了。

    Example:
        Questions at 10:10:15 and 10:15:20, answer at 10:18:10: 0 of 1. Another question at
        10:18:30, answer at 10:19:00: 1 of 2. Ten questions, none answered by midnight: 0 of 1.

        10:10:15、10:15:20 两问，10:18:10 回答：0/1；10:18:30 再问，10:19:00 回答：1/2；十问到零点
        都没答：0/1。

    Why our number may differ:
        “Cross-day rounds” do not count, yet a round unanswered by midnight does: we leave out only
        those with time left at midnight. Listed robots in assist mode count on the platform.

        “跨天轮次”不计，但到零点未答的轮次计入：我们只剔除零点时还没满 3 分钟的轮次。平台白名单内的
        辅助机器人回复可能算人工。
    """
    return Ratio(
        unit=facts(rounds, "tb-reply-3m"),
        at="sent_at",
        hit=pl.col("answered"),
        excluded_column="excluded",
        evidence=REPLIED,
        by={
            "agent": pl.col("agent"),
            "hour": pl.col("sent_at").dt.hour(),
            "weekday": pl.col("sent_at").dt.weekday(),
            "day": pl.col("day"),
        },
        unmapped=("sender_role", "message_type"),
        maybe=doubts.maybe(facts.tables),
        unknown=doubts.unknown(facts.tables),
        due={"question": unanswered(facts.tables)},
    )
