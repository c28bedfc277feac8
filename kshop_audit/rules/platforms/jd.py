"""JD: deadlines of the supplier contract for after-sales."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.conversations import within
from kshop_audit.facts.tickets import GOODS_BACK, goods_services, tickets
from kshop_audit.facts.violations import advances
from kshop_audit.model.knowledge import Why
from kshop_audit.model.metadata import Text
from kshop_audit.model.settings import Terms
from kshop_audit.rules.kit.answers import TicketAnswer, answer
from kshop_audit.rules.kit.due import Due
from kshop_audit.rules.kit.evidence import EvidenceColumns, Findings
from kshop_audit.rules.kit.lengths import TicketMoment, moment
from kshop_audit.rules.kit.membership import in_window, perhaps
from kshop_audit.rules.kit.rule import rule
from kshop_audit.rules.kit.shapes import Ratio, Shape

FAMILY = "aftersales"
BY = {"day": pl.col("applied_at").dt.date(), "hour": pl.col("applied_at").dt.hour()}
SECOND = timedelta(seconds=1)


def _late(
    unit: pl.LazyFrame,
    rule_id: str,
    due: TicketMoment,
    given: TicketAnswer,
    facts: Facts,
    kind: pl.Expr | None = None,
) -> Ratio:
    """Tickets done after their deadline, of those that are done or due.

    `kind`: Boolean, the rule is about the ticket; null where its type is not understood.
    """
    terms = facts.terms
    exempt = within("applied_at", terms.settings.exempt)
    waits = given.pending(due, terms)
    state = ~waits if kind is None else kind & ~waits
    inside = in_window("applied_at", rule_id, facts.tables, terms)
    return Ratio(
        unit=unit.with_columns(due_at=due.earliest, done_at=given.at),
        at="applied_at",
        hit=given.late(due, terms),
        offence=True,
        excluded={"exempt": exempt, "pending": waits.fill_null(False)},
        maybe=perhaps(state & inside, "applied_at", unclear=state.is_null(), out=exempt),
        unknown=given.unknown(),
        evidence=EvidenceColumns(
            ids=("ticket_id", "order_id"), deadline=pl.col("due_at"), actual=pl.col("done_at")
        ),
        by=BY,
        unmapped=("type", "status"),
    )


def _waiting(
    deadline: pl.Expr, exact: pl.Expr, given: TicketAnswer, kind: pl.Expr | None = None
) -> Due:
    """Tickets that wait for an answer or for their end, or may. `kind`: as in `_late`."""
    known = pl.col("doubt").is_null()
    return Due(
        deadline=deadline,
        exact=exact,
        waits=~given.given,
        member=known if kind is None else known & kind.is_not_null(),
        beyond=True,
        ids=("ticket_id", "order_id"),
    )


@rule(
    "jd-review-12h",
    family=FAMILY,
    title=Text(zh="售后审核12小时（京东）", en="After-sales review within 12 hours (JD)"),
    fix=Text(
        zh="早晚各清一次待审核售后单，夜间申请次日一上班就审；按剩余时间排序。",
        en="Clear the review queue morning and evening, by time left; applications of the night "
        "come first.",
    ),
    exempt=True,
    unit=Text(zh="单审核超时", en="tickets reviewed too late"),
    needs=("tickets.applied_at", "tickets.agreed_at|tickets.finished_at"),
    due={
        "ticket": Text(
            zh="到售后页给出审核意见；驳回要写明原因并上传凭证。",
            en="Give the opinion on the after-sales page; a rejection needs its reason and proof.",
        )
    },
)
def jd_review_12h(facts: Facts, terms: Terms) -> Shape:
    """After-sales applications without the supplier's opinion within 12 hours.

    提交后 12 小时内没有给出审核意见的售后单数。

    Why it matters:
        The supplier contract asks for an opinion within 12 hours of the online application
        (S2-57).

        供应商协议要求用户在线提交后 12 小时内给出审核意见（S2-57）。

    How it is counted:
        Reviewed = agreement, else finish; later than application + 12 h / reviewed or due, by the
        time of the application.

        审核 = 同意时间，否则完结时间；晚于申请 + 12 小时 ÷ 已审核或已到期，按申请时间。

    Not counted:
        Applications in exempt periods, and tickets not reviewed whose 12 hours still run. Exactly
        12 hours is in time (ASSUMPTION). A rejection without a time was given between application
        and finish: no verdict while it may be late and none surely is.

        豁免时段内的申请，以及未审核且未满 12 小时的单；正好 12 小时算按时（假设）。
        没有时间的驳回发生在申请与完结之间：可能超时且没有确定超时的单时判不了。

    Example:
        Applied 10:00:00, agreed 22:00:00: in time; 22:00:01: late.

        10:00:00 申请，22:00:00 同意：按时；22:00:01：超时。

    Why our number may differ:
        A rejection leaves no time in most exports, so it is timed by the finish; the platform may
        pause the clock at night.

        多数导出没有驳回时间，驳回单按完结时间算；平台夜间可能暂停计时。
    """
    hours = timedelta(hours=terms.number("jd-review-12h", "hours"))
    applied = moment(facts.tables, "applied_at")
    due = TicketMoment(applied.earliest + hours, applied.latest + hours)
    given = answer(facts.tables, terms, "agreed_at", "finished_at", reviewed=True)
    own = pl.col("deadline_at")
    exact = own.is_not_null() | (due.earliest == due.latest)
    waiting = _waiting(pl.coalesce(own, due.earliest), exact, given)
    late = _late(facts(tickets), "jd-review-12h", due, given, facts)
    return replace(late, grace=hours, due={"ticket": waiting})


@rule(
    "jd-finish-7d",
    family=FAMILY,
    title=Text(zh="售后7日处理完成（京东）", en="After-sales finished within 7 days (JD)"),
    fix=Text(
        zh="退换修单每天跟进：催寄回、签收当天验货、验完当天退款或寄出。",
        en="Follow returns, exchanges and repairs every day: chase the parcel, inspect on arrival, "
        "refund or send back the same day.",
    ),
    exempt=True,
    unit=Text(zh="单处理超过 7 日", en="tickets finished too late"),
    needs=("tickets.type", "tickets.applied_at", "tickets.finished_at"),
    due={
        "finish": Text(
            zh="催寄回或验货，退款、换新或寄回修好的商品，今天办结。",
            en="Chase or inspect the goods, then refund, replace or send them back: close it.",
        )
    },
)
def jd_finish_7d(facts: Facts, terms: Terms) -> Shape:
    """Returns, exchanges and repairs not finished within seven days of the application.

    申请后 7 日内没有处理完成的退货、换货、维修单数。

    Why it matters:
        The supplier contract gives seven days for returns, exchanges and repairs (S2-58).

        供应商协议要求退货、换货、维修在 7 日内处理完成（S2-58）。

    How it is counted:
        Finished later than application + 7 × 24 h (ASSUMPTION; natural days are an option) /
        finished or due, by the time of the application.

        晚于申请 + 7×24 小时完结（假设，可改为自然日）÷ 已完结或已到期，按申请时间。

    Not counted:
        Refund-only tickets, applications in exempt periods, and open tickets whose days still run.
        No verdict while tickets finished at an unknown time, or of an unknown type or state, may be
        late and none surely is.

        仅退款单、豁免时段内的申请，以及未完结且时限未到的单。
        判不了：完结没有时间、类型或状态看不懂的单可能超时，且没有确定超时的单。

    Example:
        Applied 10 March 10:00:00, finished 17 March 10:00:00: in time; 10:00:01: late.

        3 月 10 日 10:00:00 申请，17 日 10:00:00 完结：按时；10:00:01：超时。

    Why our number may differ:
        The contract does not say whether days are natural days, nor whether the buyer's own days
        until sending the goods count.

        协议没有说明是否按自然日，也没说明买家寄回的时间是否计入。
    """
    days = timedelta(days=terms.number("jd-finish-7d", "days"))
    applied = moment(facts.tables, "applied_at")
    due = TicketMoment(applied.earliest + days, applied.latest + days)
    if terms.option("jd-finish-7d", "natural_days"):
        begun = (end.dt.truncate("1d") for end in (applied.earliest, applied.latest))
        due = TicketMoment(*(day + days + timedelta(days=1) - SECOND for day in begun))
    done = answer(facts.tables, terms, "finished_at")
    kind = pl.col("type").is_in(GOODS_BACK)
    late = _late(facts(goods_services), "jd-finish-7d", due, done, facts, kind)
    waiting = _waiting(due.earliest, due.earliest == due.latest, done, kind)
    return replace(late, grace=days, due={"finish": waiting})


@rule(
    "jd-repay-5d",
    family="violations",
    title=Text(zh="垫付款5日内归还（京东）", en="Advances repaid within 5 days (JD)"),
    fix=Text(
        zh="收到赔付通知当天登记，5 日内付清，付清后把状态改为已关闭。",
        en="Note every notice the day it comes, repay within five days, and then close the entry.",
    ),
    unit=Text(zh="笔垫付款逾期未还", en="advances overdue"),
    needs=("violations.violation_id", "violations.kind", "violations.notified_at"),
    due={
        "repay": Text(
            zh="核对通知，付清平台垫付款；付清后把状态改为已关闭。",
            en="Check the notice, repay what the platform paid, and then close the entry.",
        )
    },
)
def jd_repay_5d(facts: Facts, terms: Terms) -> Shape:
    """Advances of the platform that are still unpaid five days after its notice.

    平台通知 5 日后仍未归还的垫付款笔数。

    Why it matters:
        What the platform paid to a customer must be repaid within five days of its notice; later
        it is taken from settlements or the deposit (S2-60, S2-77).

        平台先行赔付后，供应商须在通知之日起 5 日内支付，逾期从货款或保证金扣除（S2-60、S2-77）。

    How it is counted:
        Entries of the violations file whose kind names 赔付 or 垫付: open after notice + 5 × 24 h
        (ASSUMPTION) / closed or due.

        违规文件里种类含“赔付”或“垫付”的条目：超过通知 + 5×24 小时（假设）仍未关闭 ÷ 已关闭或已到
        期。

    Not counted:
        Other kinds of violations, notices after as-of, and entries whose five days still run. No
        verdict while the state of an entry is not understood and none is surely overdue.

        其他种类的违规、截止时刻之后的通知，以及未满 5 日的条目。
        判不了：有条目的状态看不懂，且没有确定逾期的条目。

    Example:
        Notice 1 March 10:00, as-of 6 March 10:00: still in time; a second later: overdue.

        3 月 1 日 10:00 通知，截至 6 日 10:00 仍在期内；过一秒即逾期。

    Why our number may differ:
        The file tells that an entry is closed, not when: one repaid late and closed is not found.

        文件只有是否关闭，没有付款时间：逾期后已付清的看不出来。
    """
    deadline = pl.col("notified_at") + timedelta(days=terms.number("jd-repay-5d", "days"))
    unpaid = pl.col("status").is_null() | (pl.col("status") != "closed")
    overdue = unpaid & (pl.col("due_at") < terms.as_of)
    return Ratio(
        unit=facts(advances).with_columns(due_at=deadline),
        hit=pl.when(pl.col("doubt").is_null() | ~overdue).then(overdue),
        offence=True,
        unknown={Why.NOT_UNDERSTOOD: pl.col("doubt").is_not_null()},
        excluded={
            "after_as_of": pl.col("notified_at") > terms.last,
            "pending": unpaid & (pl.col("due_at") >= terms.as_of),
        },
        evidence=EvidenceColumns(ids=("violation_id", "order_id"), deadline=pl.col("due_at")),
        findings=Findings(
            {
                "violation_id": pl.col("violation_id"),
                "order_id": pl.col("order_id"),
                "deadline": pl.col("due_at"),
            },
            where=overdue,
            order=("deadline", "violation_id"),
        ),
        unmapped=("status",),
        due={
            "repay": Due(
                deadline=pl.col("due_at"),
                waits=pl.when(pl.col("doubt").is_null() | ~unpaid).then(unpaid),
                ids=("violation_id", "order_id"),
            )
        },
    )
