"""What Kuaishou's rules of 2021 to 2023 measured differently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.consumers import badge_days, buyer_weeks
from kshop_audit.facts.talks import uncertain
from kshop_audit.model.knowledge import Doubts, Why, together
from kshop_audit.model.measurement import Measurement
from kshop_audit.model.metadata import Text
from kshop_audit.model.report import Finding, Status
from kshop_audit.model.settings import Terms
from kshop_audit.rules.kit import by_day, doubts
from kshop_audit.rules.kit.evidence import REPLIED, EvidenceColumns, Findings, answered_by
from kshop_audit.rules.kit.rule import Conclusion, Measured, rule
from kshop_audit.rules.kit.shapes import Gap, Ratio, Shape
from kshop_audit.rules.kit.unanswered import ANSWER, asked_by

ID = "reply-rate-3m"
WEEK = timedelta(days=7)
CHATS = ("chats.sent_at", "chats.sender_role", "chats.buyer_id|chats.session_id")


def _reaches(part: str, whole: str, share: Fraction) -> pl.Expr:
    """Boolean: part / whole is at least the share, exactly."""
    above, below = share.as_integer_ratio()
    return pl.col(part) * below >= pl.col(whole) * above


def _target(rule_id: str, terms: Terms) -> Fraction:
    target = terms.pack.rules[rule_id].target
    if target is None:
        raise LookupError(f"pack {terms.pack.id} gives no target for {rule_id}")
    return target.fraction


def _share(rule_id: str, name: str, terms: Terms) -> Fraction:
    return Fraction(str(terms.option(rule_id, name)))


def _weeks(measured: Measured, terms: Terms) -> Conclusion:
    """Every natural week is assessed by itself: a good one does not excuse a bad one."""
    stati = {str(finding["status"]) for finding in measured.findings}
    instead = next((s for s in (Status.FAIL, Status.NO_VERDICT) if s.value in stati), Status.PASS)
    return Conclusion(instead={Status.PASS: instead})


def _with_gaps(measured: Measurement, terms: Terms) -> Measurement:
    """The weeks again, with what no row of theirs tells: days that are missing, rows that may
    belong to any of them.
    """
    findings = tuple(_reassessed(finding, measured, terms) for finding in measured.findings)
    missed, undecided = (
        [str(found["week"]) for found in findings if found["status"] == status.value]
        for status in (Status.FAIL, Status.NO_VERDICT)
    )
    monthly = [str(found["week"]) for found in findings if found["monthly"]]
    undecided = sorted({*undecided, *_wholly_lost(measured, terms)})
    instead = Status.FAIL if missed else Status.NO_VERDICT if undecided else Status.PASS
    return replace(
        measured,
        findings=findings,
        instead={**measured.instead, Status.PASS: instead},
        notes=(*measured.notes, *_notes(missed, monthly, undecided)),
    )


def _lost(measured: Measurement) -> Counter[date]:
    """Monday → days of its week that are missing."""
    return Counter(day - timedelta(days=day.weekday()) for day in measured.missing_days)


def _wholly_lost(measured: Measurement, terms: Terms) -> Iterator[str]:
    """The natural weeks of the window of which no buyer is there, and of which days are missing."""
    since, end = terms.since(ID).date(), (terms.until(ID) or terms.end).date()
    there = {str(found["week"]) for found in measured.findings}
    for monday in _lost(measured):
        if str(monday) not in there and since <= monday and monday + WEEK <= end:
            yield str(monday)


def _reassessed(finding: Finding, measured: Measurement, terms: Terms) -> Finding:
    """The week without its verdict where rows or days that are not there could change it."""
    every = together(measured.doubts)
    beyond = every.units - sum(together(day.doubts).units for day in measured.days)
    if beyond <= 0 or finding["status"] == "partial":
        return finding
    monday = date.fromisoformat(str(finding["week"]))
    days = [d for d in measured.days if d.day is None or monday <= d.day < monday + WEEK]
    good, counted = sum(d.numerator for d in days), sum(d.denominator for d in days)
    turned = every.turned + every.dropped
    # Missing days add to their own weeks; what no day explains may belong to any.
    empty = measured.doubts.get(Why.EMPTY_DAYS, Doubts())
    anywhere = beyond - turned - (empty.units - empty.turned - empty.dropped)
    fullest = max((day.denominator for day in measured.days), default=0)
    more = sum(together(d.doubts).units for d in days) + _lost(measured)[monday] * fullest
    more += max(anywhere, 0) + every.turned
    low = Fraction(max(good - turned, 0), max(counted + more, 1))
    high = Fraction(good + turned + more, max(counted + more, 1))
    target, status = _target(ID, terms), finding["status"]
    open_ = (status == "pass" and low < target) or (status == "fail" and high >= target)
    monthly = bool(finding["monthly"]) and high < _share(ID, "monthly_below", terms)
    return {**finding, "status": "no_verdict" if open_ else status, "monthly": monthly}


def _notes(missed: list[str], monthly: list[str], undecided: list[str]) -> Iterator[Text]:
    if missed:
        yield Text(
            zh=f"未达标的自然周（周一）：{'、'.join(missed)}。",
            en=f"Natural weeks missed, by their Mondays: {', '.join(missed)}.",
        )
    if monthly:
        yield Text(
            zh=f"低于月度考核线，当月另行考核：{'、'.join(monthly)}。",
            en=f"Below the line of the monthly assessment: {', '.join(monthly)}.",
        )
    if undecided:
        yield Text(
            zh=f"判不了的自然周（周一）：{'、'.join(undecided)}。",
            en=f"Natural weeks that cannot be judged, by their Mondays: {', '.join(undecided)}.",
        )


@rule(
    ID,
    family="service",
    title=Text(zh="3分钟回复率（按买家）", en="3-minute reply rate, by buyer"),
    fix=Text(
        zh="先回等待最久的买家：同一买家当天只要有一条超过 3 分钟，当天就算未回复；高峰时段加人。",
        en="Answer the longest waiting buyer first: one message over three minutes spoils that "
        "buyer's whole day; add people at peak hours.",
    ),
    no_days=by_day.WHOLE_WEEKS,
    unit=Text(zh="个买家·日全部按时回复", en="buyers a day with every message answered in time"),
    needs=CHATS,
    assessed=("reply_3m_users", "consult_users"),
    due={"question": ANSWER},
    conclude=_weeks,
    complete=_with_gaps,
)
def reply_rate_3m(facts: Facts, terms: Terms) -> Shape:
    """Share of buyers whose every message of a day was answered within three minutes.

    当天每条消息都在 3 分钟内获得回复的买家比例（同一买家每天计一次）。

    Why it matters:
        From 2021-09-01 it replaced the 5-minute rate; a natural week below 70 % was fined
        (ds5.cc/zx/15303.html, 57dt.com/article/54094.html).

        2021-09-01 起取代 5 分钟回复率；自然周低于 70% 会被处罚（ds5.cc、57dt）。

    How it is counted:
        (Buyers − buyers with a message that waited over 180 s) / buyers, each buyer once a natural
        day. The rate of the window is shown, and every whole week, Monday to Sunday, must reach
        the target as well. 2023: only people reply, 08:00-23:00; where a robot answered first the
        clock starts at the hand-over, else with the message: waiting in the queue is the shop's.

        （咨询买家 − 有消息超过 180 秒未回复的买家）÷ 咨询买家，每个买家每个自然日计一次。显示
        整个窗口的比例，且每个完整自然周（周一至周日）都须达标。2023 年起只算人工，
        08:00–23:00；机器人先接待的从转人工起计时，其余从买家发消息起计时，排队时间也算店铺的。

    Not counted:
        Messages outside the hours, cards, notices and recalled messages, exempt periods, buyers
        whose 180 s still run; from 2023 buyers whom only a robot answered. A message whose sender,
        type or time is not understood leaves open what it could change: no verdict if best and
        worst case differ.

        营业时段外的消息、卡片、通知、撤回消息、报备时段、仍未满 180 秒的买家；2023 年起只接触过机
        器人的买家。
        发送方、类型或时间看不懂的消息，可能影响到的结果都算未知；最好与最坏情况结论不同时，判不了。

    Example:
        Ten buyers, one with three late messages on one day: 9 of 10. The same buyer on Monday and
        Tuesday counts twice. 180 s is in time, 181 s is late.

        10 个买家，其中一个当天三条超时：9/10。同一买家周一、周二各计一次。180 秒按时，181 秒超时。

    Why our number may differ:
        Without the time at which a session entered an agent's list, the hand-over from a robot is
        unknown and such buyers go to the bounds. A week cut by the window is not judged alone.
        Without a chat log the shop's row of the platform's own assessment export stands in; it says
        nothing of single weeks.

        导出文件没有进入“接待中”的时间时，无法确定何时转人工，这类买家计入上下限；被窗口截断的周不单
        独判定。没有聊天记录时，用平台考核导出里的店铺数据代替，但看不出各周。
    """
    week = pl.col("week").cast(pl.Datetime("ms"))
    end = pl.lit(terms.until(ID) or terms.end)
    whole = (week >= terms.since(ID)) & (week + timedelta(days=7) <= end)
    target = _target(ID, terms)
    met = _reaches("week_low", "week_of_low", target)
    missed = ~_reaches("week_high", "week_of_high", target)
    low = ~_reaches("week_high", "week_of_high", _share(ID, "monthly_below", terms))
    return Ratio(
        unit=facts(buyer_weeks, ID),
        at="at",
        hit=pl.col("in_time"),
        excluded_column="excluded",
        evidence=REPLIED,
        by={
            "hour": pl.col("at").dt.hour(),
            "weekday": pl.col("at").dt.weekday(),
            "day": pl.col("day"),
        },
        findings=Findings(
            {
                "week": pl.col("week"),
                "numerator": pl.col("week_answered"),
                "denominator": pl.col("week_counted"),
                "monthly": whole & low,
                "status": pl.when(~whole)
                .then(pl.lit("partial"))
                .when(met)
                .then(pl.lit("pass"))
                .when(missed)
                .then(pl.lit("fail"))
                .otherwise(pl.lit("no_verdict")),
            },
            where=pl.col("speaks"),
            order=("week",),
        ),
        unmapped=("sender_role", "message_type"),
        maybe=doubts.maybe(facts.tables),
        unknown=doubts.unknown(facts.tables),
        due={"question": asked_by()},
    )


def _seven_days(measured: Measured, terms: Terms) -> Conclusion:
    """A day without a buyer earns nothing, and the days must follow one another."""
    days, known = terms.days("fast-reply-badge"), measured.denominator or 0
    if known >= days:
        return Conclusion()
    possible = known + measured.unknown >= days
    return Conclusion(instead={Status.PASS: Status.NO_VERDICT if possible else Status.FAIL})


@rule(
    "fast-reply-badge",
    family="service",
    title=Text(zh="极速回复标识", en="Fast-reply badge"),
    fix=Text(
        zh="连续 7 天每天接待满 20 人且 3 分钟回复率不低于 80%，任何一天断掉都要重新累计。",
        en="Keep 20 buyers a day and 80 % for seven days in a row; one bad day starts it again.",
    ),
    no_days=by_day.WHOLE_DAYS,
    unit=Text(zh="天达到标识要求", en="days that earn the badge"),
    needs=CHATS,
    conclude=_seven_days,
)
def fast_reply_badge(facts: Facts, terms: Terms) -> Shape:
    """Whether the last seven natural days earn the badge for fast replies.

    最近连续 7 个自然日是否达到“极速回复”标识的要求。

    Why it matters:
        The badge is shown to buyers, and lost as soon as one day falls short
        (shuaishou.com/school/infos55696.html, 2021-09-06).

        标识展示给买家，任何一天不达标即失去（shuaishou，2021-09-06）。

    How it is counted:
        Days with at least 20 counted buyers and a 3-minute rate of at least 80 % / days; all seven
        are needed.

        接待满 20 人且 3 分钟回复率不低于 80% 的天数 ÷ 天数；7 天都要满足。

    Not counted:
        Whatever the 3-minute rate leaves out. A day without a counted buyer earns nothing. A
        message whose sender, type or time is not understood leaves open what it could change: no
        verdict if best and worst case differ.

        3 分钟回复率不计入的消息；没有计入买家的日子不算达标。
        发送方、类型或时间看不懂的消息，可能影响到的结果都算未知；最好与最坏情况结论不同时，判不了。

    Example:
        Seven days of 20 buyers with 16 in time: earned. One day of 19 buyers, or 15 of 20: not.

        7 天每天 20 人、16 人按时：获得；某天只有 19 人，或 20 人中 15 人按时：不获得。

    Why our number may differ:
        The platform counts the figures of the next day; a live figure may still move.

        平台以次日数据为准，实时数字可能变动。
    """
    least = terms.number("fast-reply-badge", "least_buyers")
    share = _share("fast-reply-badge", "share", terms)
    reached = doubts.reached(share, facts.tables, handed_over=True)
    sure, possible = ("least", "most") if uncertain(facts.tables) else ("counted", "counted")
    earned: pl.Expr = (
        pl.when((pl.col(sure) >= least) & reached).then(pl.lit(True))
        .when((pl.col(possible) < least) | ~reached).then(pl.lit(False))
    )  # fmt: skip
    return Ratio(
        unit=facts(badge_days, ID),
        at="at",
        hit=earned,
        maybe=doubts.maybe(facts.tables),
        unknown=doubts.unknown(facts.tables),
        gaps=Gap.DAYS,
        evidence=EvidenceColumns(ids=("day",)),
        findings=answered_by("day", earned),
    )
