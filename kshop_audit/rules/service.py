"""Customer service: how fast and how well buyers are answered."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.questions import (
    agents,
    asked_messages,
    question_days,
    questions,
    service_days,
)
from kshop_audit.facts.ratings import ratings
from kshop_audit.model.metadata import Text
from kshop_audit.model.report import Status
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.rules.kit import absent, by_day, doubts
from kshop_audit.rules.kit.evidence import REPLIED, EvidenceColumns, answered_by
from kshop_audit.rules.kit.rule import Conclusion, Measured, rule
from kshop_audit.rules.kit.shapes import Gap, Ratio, Shape, Tally
from kshop_audit.rules.kit.turning import SECOND, Turning, by_agent, by_hour
from kshop_audit.rules.kit.unanswered import ANSWER, unanswered
from kshop_audit.tables import AT, FILE, ROW

FAMILY = "service"

CHATS = ("chats.sent_at", "chats.sender_role", "chats.session_id|chats.buyer_id")
OR_DAYS = tuple(f"{need}|service-stats.messages" for need in CHATS)


def _share(terms: Terms) -> Fraction:
    """The target of the shop's reply rate."""
    target = terms.pack.rules["reply-rate"].target
    if target is None:
        raise LookupError(f"pack {terms.pack.id} gives no target for reply-rate")
    return target.fraction


@rule(
    "reply-rate",
    family=FAMILY,
    title=Text(zh="5分钟回复率", en="5-minute reply rate"),
    fix=Text(
        zh=(
            "把 08:00–24:00 排满班，高峰加人；开启自动回复或机器人接待（机器人回复计入）；"
            "先回等待最久的会话。"
        ),
        en="Staff 08:00–24:00 without gaps, add people at peak hours, switch on the robot (its "
        "replies count), and answer the longest waiting conversation first.",
    ),
    exempt=True,
    unit=Text(zh="条消息在 5 分钟内回复", en="messages answered within 5 minutes"),
    needs=OR_DAYS,
    levers=("agent", "hours"),
    absent={
        "chats.message_type|service-stats.messages": absent.NO_MESSAGE_TYPE,
        "chats.session_id|service-stats.messages": absent.NO_SESSION,
    },
    due={"question": ANSWER},
)
def reply_rate(facts: Facts, terms: Terms) -> Shape:
    """Share of buyer messages answered within 300 seconds, 08:00-24:00, last 30 days.

    近 30 天 08:00–24:00 内，买家咨询消息在 300 秒内获得回复的比例。

    Why it matters:
        Below 80 % the platform marks the shop down and deducts points (S2-16); at 80 % the metric
        earns full points (S3-01).

        低于 80% 影响店铺星级并被扣分（S2-16）；达到 80% 该单项得 5 分（S3-01）。

    How it is counted:
        Messages of one conversation and one day without a reply between form a burst. The clock
        starts with the burst's first message (S2-19); all of its messages are in time if the first
        reply comes at most 300 s later, even past midnight. Agents and robots both reply (S2-21).

        同一会话、同一自然日、中间没有回复的连续买家消息为一组，从第一条开始计时（S2-19）；首次回复不晚于
        300 秒则整组按时，跨零点照算。人工与机器人回复都算（S2-21）。

    Not counted:
        Messages outside 08:00-24:00, cards, system notices and recalled messages, exempt periods,
        and messages whose 300 s had not run out at as-of. With `cross_midnight` = "exclude" also
        those still open at midnight with time left. A message whose sender, type or time is not
        understood leaves open what it could change: no verdict if best and worst case differ.

        08:00–24:00 以外的消息、卡片、系统通知、撤回消息、报备时段，以及截止时刻仍未满 300 秒的
        消息；cross_midnight = "exclude" 时还有零点仍在计时、当天未回复的消息。
        发送方、类型或时间看不懂的消息，可能影响到的结果都算未知；最好与最坏情况结论不同时，判不了。

    Example:
        Questions at 10:00:00, 10:02:00 and 10:04:00, reply at 10:04:30: 3 of 3 in time. Questions
        at 10:00:00 and 10:03:00, reply at 10:06:00: 0 of 2, for the clock ran from 10:00:00.

        10:00:00、10:02:00、10:04:00 三问，10:04:30 回复：3/3。
        10:00:00、10:03:00 两问，10:06:00 回复：从 10:00:00 起算已超时，0/2。

    Why our number may differ:
        The platform may count rounds or give each message its own clock (options `round`, `own`),
        and its next-day figure replaces the live one.

        平台可能按轮次计数，或每条消息各自计时（可用 clock 选项 round、own 复核）；
        后台实时数据以次日为准。
    """
    if not facts.tables.has(Kind.CHATS, "sent_at", "sender_role"):
        return Tally(
            unit=facts(service_days),
            at="at",
            amount=pl.col("answered"),
            weight=pl.col("counted"),
            each=(0, 1),
            excluded={"damaged": pl.col("answered") > pl.col("counted")},
            declared=True,
            notes=(
                Text(
                    zh="按后台每日统计文件计算，没有聊天明细。",
                    en="From the daily statistics of the back office; no chat log was given.",
                ),
            ),
        )
    return Ratio(
        unit=facts(questions, "reply-rate"),
        at="sent_at",
        hit=pl.col("answered"),
        excluded_column="excluded",
        limit=timedelta(seconds=terms.number("reply-rate", "within_seconds")),
        evidence=REPLIED,
        by={
            "agent": pl.coalesce("named_agent", "reply_agent"),
            "hour": pl.col("sent_at").dt.hour(),
            "weekday": pl.col("sent_at").dt.weekday(),
            "day": pl.col("day"),
        },
        unmapped=("sender_role", "message_type"),
        maybe=doubts.maybe(facts.tables),
        unknown=doubts.unknown(facts.tables),
        due={"question": unanswered(facts.tables)},
        turn=_replied("reply-rate", terms),
        levers={
            **by_agent(pl.coalesce("named_agent", "reply_agent")),
            **by_hour(pl.col("sent_at").dt.hour()),
        },
    )


def _replied(rule_id: str, terms: Terms) -> Turning:
    """Messages that are answered at once, or right after their time has run out."""
    late = pl.col("clock_at") + timedelta(seconds=terms.number(rule_id, "within_seconds")) + SECOND
    names = ("reply_at", "reply_best")
    return Turning(
        asked_messages,
        (AT,),
        good=dict.fromkeys(names, pl.col("clock_at")),
        bad=dict.fromkeys(names, late),
    )


@rule(
    "reply-rate-daily",
    family=FAMILY,
    title=Text(zh="每日5分钟回复率", en="Daily 5-minute reply rate"),
    fix=Text(
        zh="查看未达标的日期，补齐当天的排班缺口。",
        en="Look at the days below target and close the gaps in the roster.",
    ),
    no_days=by_day.WHOLE_DAYS,
    unit=Text(zh="天达标", en="days on target"),
    needs=OR_DAYS,
)
def reply_rate_daily(facts: Facts, terms: Terms) -> Shape:
    """Days on which the reply rate reaches its target, of all days with messages.

    回复率达标的自然日天数 / 有咨询消息的天数。

    Why it matters:
        The rule assesses natural days (S2-18): a good month does not excuse a bad day.

        考核以自然日为周期（S2-18）：整月达标不等于每天达标。

    How it is counted:
        The ratio of the 5-minute reply rate for each natural day with at least one counted message.

        对每个至少有一条计入消息的自然日，分别计算 5 分钟回复率。

    Not counted:
        Days without a counted message, and everything the reply rate leaves out. A message whose
        sender, type or time is not understood leaves open what it could change: no verdict if best
        and worst case differ.

        没有计入消息的日子，以及回复率本身不计入的消息。
        发送方、类型或时间看不懂的消息，可能影响到的结果都算未知；最好与最坏情况结论不同时，判不了。

    Example:
        30 days with messages, two of them at 79 %: 28 of 30, missed.

        30 天有咨询，其中两天 79%：28/30，未达标。

    Why our number may differ:
        A message counts for the day it was sent, even if the reply came after midnight.

        消息按发送日归属，即使回复在零点之后。
    """
    measured = facts.tables.has(Kind.CHATS, "sent_at", "sender_role")
    days = facts(question_days, "reply-rate") if measured else facts(service_days)
    met = doubts.reached(_share(terms), facts.tables)
    return Ratio(
        unit=days,
        at="at",
        hit=met,
        maybe=doubts.maybe(facts.tables),
        unknown=doubts.unknown(facts.tables),
        evidence=EvidenceColumns(ids=("day",)),
        gaps=Gap.DAYS,
        declared=not measured,
        findings=answered_by("day", met),
    )


def _sub_accounts(measured: Measured, terms: Terms) -> Conclusion:
    agents = measured.denominator or 0
    if agents < 2:
        return Conclusion()
    return Conclusion(
        notes=(
            Text(
                zh=f"共 {agents} 个客服账号；多客服必须各自使用子账号（S2-22）。",
                en=f"{agents} agent accounts; each agent needs a sub-account of their own (S2-22).",
            ),
        )
    )


@rule(
    "reply-rate-agent",
    family=FAMILY,
    title=Text(zh="客服个人5分钟回复率", en="5-minute reply rate per agent"),
    fix=Text(
        zh="给未达标的客服减少同时接待数，或补充快捷回复与培训。",
        en="Give agents below target fewer conversations at a time, quick replies and training.",
    ),
    no_days=by_day.BY_AGENT,
    unit=Text(zh="名客服达标", en="agents on target"),
    needs=CHATS,
    conclude=_sub_accounts,
    absent={
        "chats.agent_account": absent.NO_AGENT,
        "chats.served_at": absent.NO_LIST_TIME,
    },
)
def reply_rate_agent(facts: Facts, terms: Terms) -> Shape:
    """Agents whose reply rate reaches its target, of all agents with messages.

    回复率达标的客服人数 / 有计入消息的客服人数。

    Why it matters:
        It shows who needs help; the shop's own rate hides it.

        店铺整体数字看不出是谁需要帮助。

    How it is counted:
        A message belongs to the agent named on it, else to the agent of its first reply. The clock
        starts when the session entered the agent's list, if that is later (S2-20).

        消息归属于该行的接待客服，没有则归首次回复的客服；会话晚进入“接待中”列表的，从进入时开始计时（S2-20）。

    Not counted:
        Messages that never left the queue, robot accounts, and what the shop's rate leaves out. A
        message whose sender, type or time is not understood leaves open what it could change: no
        verdict if best and worst case differ.

        一直在排队池的消息、机器人账号，以及店铺回复率不计入的消息。
        发送方、类型或时间看不懂的消息，可能影响到的结果都算未知；最好与最坏情况结论不同时，判不了。

    Example:
        Question 10:00:00, in the agent's list at 10:07:00, reply 10:09:00: late for the shop, in
        time for the agent.

        10:00:00 提问，10:07:00 进入接待中，10:09:00 回复：店铺超时，客服按时。

    Why our number may differ:
        Exports seldom hold the time at which the session entered the list; without it the agent's
        clock is the shop's.

        导出文件通常没有进入接待列表的时间，此时客服与店铺同一起点计时。
    """
    met = doubts.reached(_share(terms), facts.tables)
    return Ratio(
        unit=facts(agents, "reply-rate"),
        hit=met,
        maybe=doubts.maybe(facts.tables),
        unknown=doubts.unknown(facts.tables),
        gaps=Gap.GROUPS,
        evidence=EvidenceColumns(ids=("agent",)),
        findings=answered_by("agent", met),
    )


def _at_the_gate(measured: Measured, terms: Terms) -> Conclusion:
    """Exactly on the gate of 80 %: one sentence of the platform passes it, another one does not."""
    rule = terms.pack.rules["cs-satisfaction"]
    gate = rule.target
    if gate is None or "cs_gate_inclusive" not in rule.options or not measured.denominator:
        return Conclusion()
    if Fraction(measured.numerator or 0, measured.denominator) != gate.fraction:
        return Conclusion()
    note = Text(
        zh="BOUNDARY：正好等于门槛。“不得低于”算达标，“≤ 触发”算不达标；见选项 cs_gate_inclusive。",
        en="BOUNDARY: exactly on the gate. “Not below” passes, “at or below triggers” does not; "
        "see the option cs_gate_inclusive.",
    )
    passes = bool(terms.option("cs-satisfaction", "cs_gate_inclusive"))
    return Conclusion(instead={} if passes else {Status.PASS: Status.FAIL}, notes=(note,))


@rule(
    "cs-satisfaction",
    family=FAMILY,
    title=Text(zh="客服好评率", en="Satisfaction with customer service"),
    fix=Text(
        zh="会话结束前主动邀评；对一般和失望的评价逐条回访，恶意评价及时举报。",
        en="Invite a rating before a conversation ends, follow up every bad one, report abuse.",
    ),
    unit=Text(zh="条满意评价", en="satisfied ratings"),
    needs=("ratings.rating", "ratings.rated_at"),
    conclude=_at_the_gate,
)
def cs_satisfaction(facts: Facts, terms: Terms) -> Shape:
    """Satisfied ratings of all customer-service ratings, last 30 days.

    近 30 天客服评价中“满意”的比例。

    Why it matters:
        94 % earns full points (S3-02); at 80 % or below the service rule of 2022 intervenes.

        达到 94% 得 5 分（S3-02）；80% 及以下触发服务治理。

    How it is counted:
        满意 divided by 满意 + 一般 + 失望, by the time of the rating.

        满意 ÷（满意 + 一般 + 失望），按评价时间。

    Not counted:
        Ratings outside the window. One that is empty or not understood may be good, bad or none,
        and is listed: no verdict if that decides.

        窗口外的评价。空的或看不懂的评价可能是好评、差评，也可能不计，单独列出；影响结论时判不了。

    Example:
        94 of 100 satisfied: 94 %, on target. 9,399 of 10,000: 93.99 %, missed.

        100 条中 94 条满意：94%，达标。10000 条中 9399 条：93.99%，不达标。

    Why our number may differ:
        The platform removes ratings reported as malicious later, so its figure moves.

        平台会剔除举报成功的恶意评价，数字会事后变动。
    """
    return Ratio(
        unit=facts(ratings),
        at="rated_at",
        hit=pl.col("rating") == "satisfied",
        maybe=doubts.within_window(doubts.by_reason("why"), terms, "cs-satisfaction", "rated_at"),
        evidence=EvidenceColumns(ids=("session_id",), actual=pl.col("rated_at")),
        by={"agent": pl.col("agent_account"), "day": pl.col("rated_at").dt.date()},
        unmapped=("rating",),
        turn=Turning(
            ratings,
            (FILE, ROW),
            good={"rating": pl.lit("satisfied")},
            bad={"rating": pl.lit("dissatisfied")},
        ),
    )
