"""How fast refunds are handled."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from kshop_audit.facts import Facts, Tables
from kshop_audit.facts.conversations import within
from kshop_audit.facts.tickets import awaiting, refund_only, refund_requests, return_refunds
from kshop_audit.model.knowledge import Why
from kshop_audit.model.metadata import Text, ValueUnit
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.rules.aftersales.limits import (
    answer_due,
    answer_dues,
    least_limit,
    next_due,
    return_due,
    return_waits,
)
from kshop_audit.rules.kit import absent
from kshop_audit.rules.kit.answers import TicketAnswer, answer, laid_out
from kshop_audit.rules.kit.countdown import hours_left
from kshop_audit.rules.kit.due import Due
from kshop_audit.rules.kit.evidence import EvidenceColumns, Findings
from kshop_audit.rules.kit.lengths import TicketMoment, between, shared, without
from kshop_audit.rules.kit.membership import in_window, perhaps
from kshop_audit.rules.kit.rule import rule
from kshop_audit.rules.kit.shapes import Ratio, Shape, Tally

FAMILY = "aftersales"

HANDLED = ("tickets.type", "tickets.status", "tickets.applied_at", "tickets.finished_at")
BY = {
    "product": pl.lit(None, dtype=pl.String),
    "day": pl.col("finished_at").dt.date(),
    "weekday": pl.col("finished_at").dt.weekday(),
}


def _perhaps(
    tables: Tables, rule_id: str, kind: str, out: pl.Expr, terms: Terms
) -> dict[Why, pl.Expr]:
    """What leaves open whether a ticket is a completed one of this type that the platform did not
    step into; `out`: Boolean, it is left out for other reasons.
    """
    member = (pl.col("type") == kind) & pl.col("ended") & ~_intervened(tables)
    inside = in_window("finished_at", rule_id, tables, terms)
    return perhaps(member & inside, "finished_at", unclear=member.is_null(), out=out)


def _intervened(tables: Tables) -> pl.Expr:
    """Boolean: the platform stepped in; false where no column tells of it (a note says so)."""
    stated = tables.from_files_with(Kind.TICKETS, "arbitration")
    return pl.when(stated).then("intervened").otherwise(False)


def _target_seconds(rule_id: str, terms: Terms) -> int:
    target = terms.pack.rules[rule_id].target
    return int(target.fraction * 3600) if target else 0


@rule(
    "refund-only-hours",
    family=FAMILY,
    scale=3600,
    value_unit=ValueUnit.HOURS,
    title=Text(zh="仅退款自主完结时长", en="Refund-only handling time"),
    fix=Text(
        zh="仅退款工单每天至少清两次，设专人值守；小额未发货单开启极速退款，别拖到平台介入。",
        en=(
            "Clear refund-only tickets at least twice a day, name a person in charge, and let "
            "small unshipped orders be refunded automatically."
        ),
    ),
    unit=Text(zh="秒（处理总时长）", en="seconds of handling in all"),
    needs=HANDLED,
    absent={
        "tickets.agreed_at": absent.NO_AGREEMENT,
        "tickets.arbitration": absent.NO_ARBITRATION,
    },
)
def refund_only_hours(facts: Facts, terms: Terms) -> Shape:
    """Mean hours from a refund-only application to the merchant's agreement, last 30 days.

    近 30 天完结的仅退款单，从买家申请到商家确认的平均小时数。

    Why it matters:
        The duration is part of the service score (S2-23, S2-24); while the dispute-fault rate
        fails, its points are capped at 4 (S2-31).

        该时长计入服务分（S2-23、S2-24）；商责纠纷率不达标时，本项最高 4 分（S2-31）。

    How it is counted:
        Sum of [application → agreement, else finish] / tickets 退款成功 or 退款关闭 (S2-26) by
        finishing time. The target of 24 h, a limit per ticket taken as a mean, is an
        ASSUMPTION.

        各单［申请→同意，无同意时间则到完结］之和 ÷ 退款成功或退款关闭的单数（S2-26），按完结时
        间。24 小时本是单笔时限，当作均值是假设。

    Not counted:
        Open tickets, tickets with platform intervention (S2-27), applications in exempt periods,
        and negative or over-180-day durations (damaged, listed). No verdict while completed tickets
        without a time, words that are not understood or unreadable rows could move the mean past
        the target; dates and minutes count as ranges.

        未完结、平台介入的单（S2-27）、豁免时段内申请的单，以及时长为负或超过 180 天的异常单（单
        独列出）。
        判不了：完结单没有时间、取值看不懂或行读不出来，足以让均值跨过目标时；只到日或分的时间按区间
        算。

    Example:
        Tickets of 2 h and 4 h, and one of 100 h with intervention: (2 + 4) / 2 = 3.0 h, met.

        两单 2 小时、4 小时，另一单 100 小时但平台介入：（2 + 4）÷ 2 = 3.0 小时，达标。

    Why our number may differ:
        Read literally the formula divides by all completed tickets, intervened ones too (2.0 h
        above), and another sentence runs the clock to the final completion (S2-25).

        按公式字面，分母含平台介入单（上例为 2.0 小时）；另有说法计到退款最终完结（S2-25）。
    """
    tables = facts.tables
    longest = timedelta(days=terms.number("refund-only-hours", "max_days"))
    tickets = facts(refund_only).with_columns(confirmed_at=pl.coalesce("agreed_at", "finished_at"))
    taken = between(tables, "applied_at", "agreed_at", "finished_at")
    exempt = within("applied_at", terms.settings.exempt)
    damaged = taken.damaged(longest).fill_null(False)
    untimed = pl.col("applied_at").is_null() & pl.col("doubt").is_null()
    return Tally(
        unit=tickets,
        at="finished_at",
        amount=taken.written,
        weight=pl.lit(1),
        each=(0, int(longest.total_seconds())),
        excluded={
            "exempt": exempt,
            "intervened": pl.col("intervened").fill_null(False),
            "damaged": damaged | untimed,
        },
        maybe=_perhaps(
            tables, "refund-only-hours", "refund_only", exempt | damaged | untimed, terms
        ),
        least=taken.least if taken.open else None,
        most=taken.most if taken.open else None,
        sure=pl.col("doubt").is_null(),
        slow=taken.written > _target_seconds("refund-only-hours", terms),
        evidence=EvidenceColumns(
            ids=("ticket_id", "order_id"),
            deadline=pl.col("applied_at")
            + timedelta(seconds=_target_seconds("refund-only-hours", terms)),
            actual=pl.col("confirmed_at"),
        ),
        by=BY,
        unmapped=("type", "status", "arbitration"),
    )


@rule(
    "return-refund-hours",
    family=FAMILY,
    scale=3600,
    value_unit=ValueUnit.HOURS,
    title=Text(zh="退货退款自主完结时长", en="Return-refund handling time"),
    fix=Text(
        zh="申请当天同意退货；退货签收后 24 小时内拆包验货并退款，仓库与客服每天对一次签收清单。",
        en=(
            "Agree on the day of the application, unpack and refund within a day of the return's "
            "arrival, and match the arrivals with the warehouse daily."
        ),
    ),
    unit=Text(zh="秒（处理总时长）", en="seconds of handling in all"),
    needs=(*HANDLED, "tickets.agreed_at", "tickets.return_signed_at"),
    absent={
        "tickets.arbitration": absent.NO_ARBITRATION,
    },
)
def return_refund_hours(facts: Facts, terms: Terms) -> Shape:
    """Mean hours the merchant takes in both steps of a return-refund, last 30 days.

    近 30 天完结的退货退款单，商家两段处理时长之和的平均小时数。

    Why it matters:
        The duration is part of the service score (S2-28, S2-29); while the dispute-fault rate
        fails, its points are capped at 4 (S2-31).

        该时长计入服务分（S2-28、S2-29）；商责纠纷率不达标时，本项最高 4 分（S2-31）。

    How it is counted:
        [Application → agreement] + [return signed for → finish], the transit between left out;
        sum / completed tickets (S2-26) by finishing time. The target of 72 h is an ASSUMPTION.

        ［申请→同意］+［退货签收→完结］，中间寄回在途不算；合计 ÷ 完结单数（S2-26），按完结时
        间。72 小时是假设。

    Not counted:
        Open or intervened tickets (S2-27), exempt applications, damaged durations, and refunded
        returns without a time of agreement or of signature (both listed). No verdict while
        completed tickets without a time, words that are not understood or unreadable rows could
        move the mean past the target; dates and minutes count as ranges, and segments that overlap
        count once.

        未完结、平台介入（S2-27）、豁免时段申请、时长异常的单；退款成功却缺同意时间或退货签收时
        间的单（单独列出）。
        判不了：完结单没有时间、取值看不懂或行读不出来，足以让均值跨过目标时；只到日或分的时间按区间
        算，两段重叠的部分只算一次。

    Example:
        Applied 1 March 10:00, agreed 12:00, signed 5 March 09:00, refunded 6 March 09:00: 2 +
        24 = 26 h. Agreed after 2 h, never sent back, closed: 2 h.

        3 月 1 日 10:00 申请，12:00 同意，5 日 9:00 签收，6 日 9:00 退款：2 + 24 = 26 小时。2 小
        时同意、买家未寄回而关闭：2 小时。

    Why our number may differ:
        An older text subtracts only the buyer's own time, so transit stays in. Signature times
        come from the export and may lag behind the courier's.

        旧口径只扣除买家操作时间，在途仍计入；签收时间取自导出表，可能晚于快递实际签收。
    """
    tables = facts.tables
    longest = timedelta(days=terms.number("return-refund-hours", "max_days"))
    spans = (("applied_at", "agreed_at"), ("return_signed_at", "finished_at"))
    first, second = (between(tables, *span) for span in spans)
    taken = without(first + second.if_there(), shared(tables, *spans))
    good = pl.col("doubt").is_null()
    exempt = within("applied_at", terms.settings.exempt)
    excluded = {
        "exempt": exempt,
        "intervened": pl.col("intervened").fill_null(False),
        "no_agreement": pl.col("agreed_at").is_null() & good,
        "no_signature": (pl.col("status") == "succeeded")
        & pl.col("return_signed_at").is_null()
        & good,
        "damaged": first.damaged(longest).fill_null(False)
        | second.damaged(longest).fill_null(False)
        | (pl.col("applied_at").is_null() & good),
    }
    out = pl.any_horizontal(
        check.fill_null(False) for name, check in excluded.items() if name != "intervened"
    )
    return Tally(
        unit=facts(return_refunds),
        at="finished_at",
        amount=taken.written,
        weight=pl.lit(1),
        each=(0, int(longest.total_seconds())),
        excluded=excluded,
        maybe=_perhaps(tables, "return-refund-hours", "return_refund", out, terms),
        least=taken.least if taken.open else None,
        most=taken.most if taken.open else None,
        # Without its end the second step of a return is not known.
        sure=pl.col("doubt").is_null() & pl.col("finished_at").is_not_null(),
        slow=taken.written > _target_seconds("return-refund-hours", terms),
        evidence=EvidenceColumns(ids=("ticket_id", "order_id"), actual=pl.col("finished_at")),
        by=BY,
        unmapped=("type", "status", "arbitration"),
    )


@rule(
    "refund-deadlines",
    family=FAMILY,
    title=Text(zh="退款处理超时", en="Refund-handling deadlines"),
    fix=Text(
        zh="按剩余时间排序处理售后，未揽收的仅退款优先；每天固定时段清一遍，夜间与节假日安排值班。",
        en=(
            "Handle tickets by time left, refund-only before pickup first, at fixed hours every "
            "day, nights and holidays included."
        ),
    ),
    exempt=True,
    unit=Text(zh="单处理超时", en="tickets answered too late"),
    needs=("tickets.type", "tickets.applied_at", "tickets.agreed_at|tickets.finished_at"),
    absent={
        "tickets.agreed_at": absent.NO_AGREEMENT,
        "orders.picked_up_at|shipments.picked_up_at|shipments.node_at": absent.NO_PICKUP_FOR_LIMIT,
    },
    due={
        "ticket": Text(
            zh="到售后页同意或驳回；驳回要写明原因并上传凭证。",
            en="Agree or reject on the after-sales page; a rejection needs its reason and proof.",
        ),
        "return": Text(
            zh="退货已签收：拆包验货，今天退款。",
            en="The return has arrived: unpack it, check the goods and refund.",
        ),
    },
)
def refund_deadlines(facts: Facts, terms: Terms) -> Shape:
    """Refund tickets answered after the handling limit, applications of the last 30 days.

    近 30 天申请的退款单中，超过处理时限才响应的单数。

    Why it matters:
        Refunds must be handled within the set time (S1-03); a late answer invites the platform
        to step in.

        商家须在规定时间内处理退款（S1-03）；超时容易引来平台介入。

    How it is counted:
        TicketAnswer = agreement, else finish. Limit: refund-only 24 h if not picked up by the
        application (S3-14), else 48 h; return-refund 48 h (notice of 2022-01-17). Late /
        answered or due.

        响应 = 同意，否则完结。时限：仅退款申请时未揽收 24 小时（S3-14），已揽收 48 小时；退货退
        款 48 小时（2022-01-17 公告）。超时 ÷ 已响应或已到期。

    Not counted:
        Exchanges, applications in exempt periods, and unanswered tickets whose limit still runs:
        these are listed with the hours left, as are returns that came back and must be refunded.
        Exactly on the limit is in time. No verdict while none is surely late and some may be:
        rejected or finished at an unknown time, an unknown type or state, a pickup that no file
        holds, times too coarse.

        换货单、豁免时段内申请的单，以及未响应但时限未到的单（列出剩余小时，已退回待退款的也列
        出）；正好到时限算按时。
        判不了：没有确定超时的单，但有单可能超时：驳回或完结没有时间、类型或状态看不懂、揽收情况不在
        文件里、时间不够精确。

    Example:
        Not picked up, applied 10:00:00: answer next day 10:00:00 in time, 10:00:01 late.
        Waybill uploaded but not picked up: still 24 h.

        未揽收，10:00:00 申请：次日 10:00:00 响应按时，10:00:01 超时。只传了单号未揽收，仍
        是 24 小时。

    Why our number may differ:
        Festivals had longer limits and a text of 2025 says 36 h (options). The 30 days are an
        ASSUMPTION, and a rejection leaves no time in the export, so it counts from the finish.

        节假日时限更长，2025 年口径有 36 小时（可改选项）；30 天窗口是假设；导出表没有驳回时间，
        驳回单按完结时间算。
    """
    tables = facts.tables
    unit, given, due = laid_out(
        facts(refund_requests),
        answer(tables, terms, "agreed_at", "finished_at"),
        answer_dues(tables, terms),
    )
    exempt = within("applied_at", terms.settings.exempt)
    waits = given.pending(due, terms)
    state = pl.col("refund") & ~waits
    inside = in_window("applied_at", "refund-deadlines", tables, terms)
    return Ratio(
        unit=unit.with_columns(due_at=answer_due(terms), answered_at=given.at),
        at="applied_at",
        hit=given.late(due, terms),
        offence=True,
        grace=least_limit(terms),
        excluded={"exempt": exempt, "pending": waits.fill_null(False)},
        maybe=perhaps(state & inside, "applied_at", unclear=state.is_null(), out=exempt),
        unknown=given.unknown(),
        evidence=EvidenceColumns(
            ids=("ticket_id", "order_id"),
            deadline=pl.col("due_at"),
            actual=pl.col("answered_at"),
        ),
        findings=Findings(
            {},
            order=("deadline", "ticket_id"),
            beside=awaiting(facts, next_due(terms)).with_columns(
                hours_left=hours_left(pl.col("deadline"), terms)
            ),
        ),
        by={"day": pl.col("applied_at").dt.date(), "hour": pl.col("applied_at").dt.hour()},
        unmapped=("type", "status"),
        due=_dues(given, due, terms),
    )


def _dues(answer: TicketAnswer, due: TicketMoment, terms: Terms) -> dict[str, Due]:
    """Tickets that wait for an answer, and returns that wait for their refund."""
    known = pl.col("refund").is_not_null() & pl.col("doubt").is_null()
    return {
        "ticket": Due(
            deadline=pl.coalesce("deadline_at", due.earliest),
            exact=pl.col("deadline_at").is_not_null() | (due.earliest == due.latest),
            waits=~answer.given,
            member=known,
            beyond=True,
            ids=("ticket_id", "order_id"),
        ),
        "return": Due(
            deadline=return_due(terms),
            waits=return_waits(terms),
            member=known,
            beyond=True,
            counts=False,
            ids=("ticket_id", "order_id"),
        ),
    }
