"""Douyin: replies of people by day, and what is published of the experience score."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.consumers import answered_days, asking_of_people
from kshop_audit.model.metadata import Text
from kshop_audit.model.report import Finding, Status
from kshop_audit.model.settings import Terms
from kshop_audit.rules.kit import doubts
from kshop_audit.rules.kit.evidence import EvidenceColumns, answered_by
from kshop_audit.rules.kit.rule import rule
from kshop_audit.rules.kit.shapes import Gap, Ratio, Shape, Stated
from kshop_audit.rules.kit.unanswered import ANSWER_IN_PERSON, asked_by

SCORE = "dy-experience-score"

WEIGHTS = ("product", "service", "logistics")
VERSIONS = ("earlier", "later")
LINES = ("bonus_traffic", "alliance", "termination")


@rule(
    "dy-reply-3m",
    family="service",
    title=Text(zh="飞鸽3分钟人工回复率（抖店）", en="3-minute reply rate of people (Douyin)"),
    fix=Text(
        zh="08:00–23:00 保证人工在线，转人工后 3 分钟内必回；每天看前一日数据，低的时段加人。",
        en="Have people on duty 08:00-23:00, answer within three minutes of the hand-over, look at "
        "the day before every morning and add people in the weak hours.",
    ),
    exempt=True,
    unit=Text(zh="天达标", en="days on target"),
    needs=("chats.sent_at", "chats.sender_role", "chats.session_id|chats.buyer_id"),
    due={"question": ANSWER_IN_PERSON},
)
def dy_reply_3m(facts: Facts, terms: Terms) -> Shape:
    """Days on which people answered at least half of the messages within three minutes.

    人工 3 分钟回复率不低于 50% 的天数 / 有咨询的天数。

    Why it matters:
        At least 50 % are asked for, looked at each day for the day before (aiyongtech.com id10845);
        the rate is part of the service score.

        要求不低于 50%，每天看前一日（aiyongtech id10845）；该指标计入服务分。

    How it is counted:
        Per natural day: buyer messages of 08:00-23:00 that a person answered in at most 180 s,
        each on its own clock / all of them (plnmw.com kqreqrqhdd). A day is met from 50 % on.

        每个自然日：08:00–23:00 的买家消息中，人工 180 秒内回复的 ÷ 全部（plnmw）；每条各自计时，
        达到 50% 即达标。

    Not counted:
        Messages outside the hours, cards and notices, messages that only a robot answered, exempt
        periods, messages whose three minutes still run, and the day that is not over at as-of. A
        message whose sender, type or time is not understood leaves open what it could change: no
        verdict if best and worst case differ.

        时段外的消息、卡片与通知、只有机器人回复的消息、豁免时段、3 分钟未到的消息，以及截止时还没
        过完的当天。
        发送方、类型或时间看不懂的消息，可能影响到的结果都算未知；最好与最坏情况结论不同时，判不了。

    Example:
        100 messages, 50 answered by people within 180 s: met; 49: missed. Answered after 180 s:
        in time; after 181 s: late.

        100 条消息，人工 180 秒内回复 50 条：达标；49 条：未达标。180 秒回复算及时，181 秒算超时。

    Why our number may differ:
        Other texts say 09:00-23:00 (option `open_hour`), the clock after a hand-over is not
        published, and the platform leaves out some kinds of messages.

        也有 09:00–23:00 的说法（可改 open_hour）；机器人转人工后从何时计时没有公布；部分消息类型
        平台会剔除。
    """
    share = Fraction(str(terms.option("dy-reply-3m", "share")))
    met = doubts.reached(share, facts.tables, handed_over=True)
    over = pl.col("at").dt.truncate("1d") + timedelta(days=1) <= terms.as_of
    return Ratio(
        unit=facts(answered_days, "dy-reply-3m", terms.number("dy-reply-3m", "least_messages")),
        at="at",
        hit=met,
        maybe={why: is_so & over for why, is_so in doubts.maybe(facts.tables).items()},
        unknown=doubts.unknown(facts.tables),
        excluded_column="excluded",
        excluded={"pending": ~over},
        gaps=Gap.DAYS,
        evidence=EvidenceColumns(ids=("day",)),
        findings=answered_by("day", met),
        unmapped=("sender_role", "message_type"),
        due={"question": asked_by(facts(asking_of_people, "dy-reply-3m"))},
    )


def _published(terms: Terms) -> tuple[Finding, ...]:
    """The weights of both versions and the lines, each with its source."""
    options = terms.pack.rules[SCORE].options
    weights: list[Finding] = [
        {
            "fact": f"{part}_weight",
            "version": version,
            "value": str(options[f"{version}_{part}"].value),
            "source": options[f"{version}_{part}"].source,
        }
        for version in VERSIONS
        for part in WEIGHTS
    ]
    lines: list[Finding] = [
        {
            "fact": name,
            "below": str(options[f"{name}_below"].value),
            "source": options[f"{name}_below"].source,
        }
        for name in LINES
    ]
    return (*weights, *lines)


@rule(
    SCORE,
    family="service",
    title=Text(zh="商家体验分（抖店）", en="Experience score (Douyin)"),
    fix=Text(
        zh="以抖店后台显示的分数为准；先补权重大的商品和服务指标。",
        en="The back office's score stands; work on product and service first, they weigh most.",
    ),
    unit=Text(zh="分", en="points"),
)
def dy_experience_score(facts: Facts, terms: Terms) -> Shape:
    """What is published of the experience score; it cannot be computed from exports.

    商家体验分已公布的口径；不能由导出数据算出。

    Why it matters:
        Below 4.8 there is no bonus traffic, below 4.0 no alliance of creators, below 3.2 the shop
        may be closed (blog.csdn.net/scyingdi, 2022).

        低于 4.8 没有流量加成，低于 4.0 不能进精选联盟，低于 3.2 可能清退（csdn scyingdi，2022）。

    How it is counted:
        It is not: points come from the rank among the shops of an industry over 90 days, which no
        export shows. The published weights are listed by version: product 50, service 35,
        logistics 15 or 42.5, 37.5, 20.

        不计算：分数按近 90 天行业内排名给出，导出里没有。已公布的权重按版本列出：商品 50、服务 35、
        物流 15；或 42.5、37.5、20。

    Not counted:
        Everything. There is always no verdict; the 100-point scale of later years has no reliable
        source and is left out.

        全部不计，恒为无结论；后来的百分制没有可靠来源，未收录。

    Example:
        A shop shows 4.75 in the back office: below 4.8, no bonus traffic.

        后台显示 4.75 分：低于 4.8，没有流量加成。

    Why our number may differ:
        We give none. The lines are of 2022 and may have changed.

        本工具不给分数；分数线是 2022 年的，可能已调整。
    """
    return Stated(
        Status.NO_VERDICT,
        findings=_published(terms),
        reason=Text(
            zh="体验分按行业排名给出，没有公布从指标到分数的算法；请看后台，分数线和权重见明细。",
            en="The score follows a rank in the industry and no way from figures to points is "
            "published; see the back office, lines and weights are in the findings.",
        ),
    )
