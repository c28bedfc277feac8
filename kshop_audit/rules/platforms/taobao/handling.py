"""Pickups and refunds: both are assessed over days that end some days before as-of."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.conversations import within
from kshop_audit.facts.orders import span_of
from kshop_audit.facts.pickups import due_pickups
from kshop_audit.facts.shipments import imprecise_pickups
from kshop_audit.facts.spans import TimeRange, span
from kshop_audit.facts.tables import Tables
from kshop_audit.facts.tickets import possible_refunds
from kshop_audit.facts.waiting import products_to_pick_up
from kshop_audit.model.knowledge import Why
from kshop_audit.model.metadata import Text, ValueUnit
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.rules.kit import by_day
from kshop_audit.rules.kit.chances import NEVER, Chances, because, laid_out, maybe
from kshop_audit.rules.kit.due import Due
from kshop_audit.rules.kit.evidence import EvidenceColumns
from kshop_audit.rules.kit.lengths import between, shared, without
from kshop_audit.rules.kit.membership import in_window, perhaps
from kshop_audit.rules.kit.rule import rule
from kshop_audit.rules.kit.shapes import Ratio, Shape, Tally


def _until(rule_id: str, terms: Terms) -> pl.Expr:
    """Where the window ends: whole days before the midnight after as-of (T-2, T-4)."""
    return pl.lit(terms.end - timedelta(days=terms.number(rule_id, "lag_days")))


def _refunded(
    asked: TimeRange, picked: TimeRange, stated: pl.Expr, terms: Terms
) -> tuple[pl.Expr, pl.Expr]:
    """Booleans: a refund was applied for before the pickup, for sure; and perhaps."""
    known = picked.early.is_not_null()
    sure = pl.when(known).then(asked.late < picked.early).otherwise(stated)
    may = pl.when(known).then(asked.early < picked.late).otherwise(True)
    return (
        ((asked.late <= terms.last) & sure).fill_null(False),
        ((asked.early <= terms.last) & may).fill_null(False),
    )


def _causes(tables: Tables, silent: pl.Expr, touched: pl.Expr) -> dict[Why, pl.Expr]:
    """Why a pickup is not known. `silent`: no file tells of it; `touched`: unreadable rows do."""
    doubts = {Kind.ORDERS: "doubt", Kind.SHIPMENTS: "waybill_doubt", Kind.TICKETS: "ticket_doubt"}
    causes = because(tables, doubts)
    unclear = pl.col("unclear").fill_null(False) & ~touched
    causes[Why.NOT_UNDERSTOOD] = causes.get(Why.NOT_UNDERSTOOD, NEVER) | unclear
    causes[Why.NOT_COVERED] = causes.get(Why.NOT_COVERED, NEVER) | (silent & ~touched)
    return causes


_BY = {
    "carrier": pl.col("carrier"),
    "province": pl.col("province"),
    "product": pl.col("product_id"),
    "day": pl.col("paid_at").dt.date(),
}


@rule(
    "tb-pickup-48h",
    family="logistics",
    title=Text(zh="48小时揽收及时率（淘宝）", en="48-hour pickup rate (Taobao)"),
    fix=Text(
        zh="付款后 24 小时内出库，当天交接快递并核对揽收记录；分包裹的订单一起发。",
        en="Hand parcels over within a day of payment, check the scans the same evening, and send "
        "the parcels of an order together.",
    ),
    no_days=by_day.LAGGING,
    unit=Text(zh="单按时揽收", en="orders picked up in time"),
    needs=(
        "orders.order_id",
        "orders.paid_at",
        "orders.picked_up_at|shipments.picked_up_at|shipments.node_at",
    ),
    due={
        "pickup": Text(
            zh="今天发出，让快递当面扫描揽收；分包裹的一起交。",
            en="Hand every parcel over today, and have the courier scan it.",
        )
    },
)
def tb_pickup_48h(facts: Facts, terms: Terms) -> Shape:
    """Share of orders picked up within 48 hours of payment, or by a shorter promise.

    付款后 48 小时内（或更短的承诺时间内）揽收的订单比例。

    Why it matters:
        It is part of the logistics experience; no pass rate is published
        (sd1118.com/dianshangzixun/555.html).

        计入物流体验；未公布达标线（sd1118）。

    How it is counted:
        Picked up by the deadline / orders with a deadline on the days T-33 to T-4. Every parcel of
        an order must be in time.

        截止时刻前揽收 ÷ 截止时刻落在 T-33 至 T-4 的订单；多包裹须全部按时。

    Not counted:
        Unpaid, cancelled and presale orders, reported force majeure, and orders with a refund
        applied for before the pickup.

        未付款、已取消、预售、已报备不可抗力，以及揽收前已申请退款的订单。

    Example:
        Paid 1 March 10:00:00, picked up 3 March 10:00:00: in time; 10:00:01: late. With a promise
        of 24 h, late from 2 March 10:00:01.

        3 月 1 日 10:00:00 付款，3 日 10:00:00 揽收：按时；10:00:01：超时；承诺 24 小时则 2 日
        10:00:01 起超时。

    Why our number may differ:
        The text does not speak of presale, which we leave out, and virtual goods cannot be seen in
        the export. Unknown here: orders of whose pickup no file tells.

        原文未提预售，这里剔除；虚拟商品在导出里看不出来，未剔除。没有文件记录揽收的订单判不了。
    """
    tables = facts.tables
    precise = all(span_of(tables, name).precise for name in ("paid_at", "promised_at"))
    due = span("due_at", precise=precise)
    picked = span("last_pickup_at", precise=not imprecise_pickups(tables))
    at, known = due.early, picked.early.is_not_null()
    stated = pl.col("pickup_known").fill_null(False) & ~pl.col("open_state").fill_null(True)
    touched = pl.col("doubt").is_not_null() | pl.col("waybill_doubt").is_not_null()
    asked = span("applied_at", precise=not tables.imprecise(Kind.TICKETS, "applied_at"))
    refunded, perhaps_refunded = _refunded(asked, picked, stated, terms)
    gone = ~known & (pl.col("may_be_gone") & pl.col("open_state")).fill_null(False)
    open_ = gone | (perhaps_refunded & ~refunded) | pl.col("ticket_doubt").is_not_null()
    chances = Chances(
        pl.when(known).then(picked.early <= due.late).otherwise(~stated).fill_null(True),
        pl.when(known).then(picked.late > due.early).otherwise(True).fill_null(True),
        open_,
    )
    hours = terms.number("tb-pickup-48h", "hours")
    unit, chances = laid_out(facts(due_pickups, hours), chances.unless(touched))
    until = _until("tb-pickup-48h", terms)
    outside = (at >= until) | (at < terms.since("tb-pickup-48h"))
    excluded = _left_out(refunded, touched, terms)
    unsure = chances.unsure(outside, at > terms.last, *excluded.values())
    causes = _causes(tables, ~known & ~stated, touched)
    rough = not (picked.precise and asked.precise)
    return Ratio(
        unit=unit,
        at="due_at",
        hit=chances.outcome,
        grace=timedelta(hours=hours),
        keyless=(Kind.TICKETS,),
        excluded={**excluded, "outside_window": at >= until},
        maybe=maybe(causes, unsure, Why.NOT_PRECISE if rough else Why.NOT_COVERED),
        unknown={**causes, Why.NOT_PRECISE: known} if rough else causes,
        evidence=EvidenceColumns(ids=("order_id",), deadline=at, actual=picked.early),
        by=_BY,
        unmapped=("status",),
        due={
            "pickup": replace(
                _waiting(due, known, stated & ~touched, facts, terms),
                member=~open_ & ~touched,
                coming=(at >= until)
                & ~pl.any_horizontal(check.fill_null(False) for check in excluded.values()),
            )
        },
    )


def _left_out(refunded: pl.Expr, touched: pl.Expr, terms: Terms) -> dict[str, pl.Expr]:
    """Why an order does not count. `touched`: rows of it could not be read."""
    return {
        "unpaid": pl.col("paid_at").is_null() & ~touched,
        "after_as_of": pl.col("paid_at") > terms.last,
        "force_majeure": pl.col("exempted"),
        "cancelled": pl.col("cancelled") & ~touched,
        "presale": pl.col("presale"),
        "refund_before_pickup": refunded & ~touched,
    }


def _waiting(due: TimeRange, picked: pl.Expr, stated: pl.Expr, facts: Facts, terms: Terms) -> Due:
    """Orders of which a parcel still waits for its pickup, or may where no file would tell."""
    # A later node or the buyer says that it was picked up, whenever that was.
    signed = (pl.col("signed_at") <= terms.last).fill_null(False)
    gone = picked | pl.col("proven_by").is_not_null() | pl.col("later_node").fill_null(False)
    single = Kind.ORDERS in facts.tables.single
    return Due(
        deadline=due.early,
        exact=due.early == due.late,
        waits=pl.when(gone | signed | stated).then(~(gone | signed)),
        ids=("order_id",),
        product="product_id",
        products=None if single else facts(products_to_pick_up, True),
        province="province",
        carrier="carrier",
    )


@rule(
    "tb-refund-hours",
    family="aftersales",
    scale=3600,
    value_unit=ValueUnit.HOURS,
    title=Text(zh="退款处理时长（淘宝）", en="Refund-handling time (Taobao)"),
    fix=Text(
        zh="仅退款当天处理；退货申请当天同意，签收后 24 小时内验货退款。",
        en="Handle refund-only tickets the same day, agree to returns at once, and refund within a "
        "day of the signature.",
    ),
    no_days=by_day.LAGGING,
    unit=Text(zh="秒（处理总时长）", en="seconds of handling in all"),
    needs=("tickets.type", "tickets.status", "tickets.applied_at", "tickets.finished_at"),
)
def tb_refund_hours(facts: Facts, terms: Terms) -> Shape:
    """Mean hours of handling a finished refund, T-31 to T-2.

    T-31 至 T-2 完结退款的平均处理小时数。

    Why it matters:
        It is part of the after-sales experience; no target is published (g8108.cn 1110).

        计入售后体验；未公布达标线（g8108.cn 1110）。

    How it is counted:
        Refund-only: application → finish. Return-refund: [application → agreement] + [signature →
        finish]. Sum / finished refund tickets, by the time of the finish.

        仅退款：申请 → 完结；退货退款：［申请→同意］+［签收→完结］。总和 ÷ 完结退款单数，按完结时
        间。

    Not counted:
        Open tickets, returns without a time of agreement or signature, applications in exempt
        periods, negative or over-180-day durations. Finished tickets without a time, or with words
        that are not understood, leave bounds only.

        未完结、缺同意或签收时间的退货单、豁免时段内的申请，以及时长为负或超过 180 天的单。
        完结单没有时间或取值看不懂时，只有上下限。

    Example:
        Refund-only in 4 h, and a return of 2 h until agreement and 24 h after the signature:
        (4 + 26) / 2 = 15 h.

        仅退款 4 小时；退货同意用 2 小时、签收后 24 小时：（4 + 26）÷ 2 = 15 小时。

    Why our number may differ:
        An unsuccessful refund is timed by the platform to the first rejection, which the export
        lacks: we take the finish. Repeated applications are seen by their last one.

        未成功的退款平台计到首次拒绝，导出没有该时间，这里计到完结；重复申请的只看得到最后一次。
    """
    tables, rule_id = facts.tables, "tb-refund-hours"
    longest = timedelta(days=terms.number(rule_id, "max_days"))
    returned, good = pl.col("type") == "return_refund", pl.col("doubt").is_null()
    sent_back = returned & (
        (pl.col("status") == "succeeded") | pl.col("return_signed_at").is_not_null()
    )
    spans = (("applied_at", "agreed_at"), ("return_signed_at", "finished_at"))
    agreed, unpacked = (between(tables, *span) for span in spans)
    both = without(agreed + unpacked.if_there(), shared(tables, *spans))
    taken = both.when(returned, between(tables, "applied_at", "finished_at"))
    lost = agreed.damaged(longest).fill_null(False) | unpacked.damaged(longest).fill_null(False)
    untimed = pl.col("applied_at").is_null() & good
    damaged = (returned & lost) | taken.damaged(longest).fill_null(False) | untimed
    exempt = within("applied_at", terms.settings.exempt)
    until = _until(rule_id, terms)
    excluded = {
        "outside_window": pl.col("finished_at") >= until,
        "exempt": exempt,
        "no_agreement": returned & pl.col("agreed_at").is_null() & good,
        "no_signature": sent_back & pl.col("return_signed_at").is_null() & good,
        "damaged": damaged.fill_null(False),
    }
    member = pl.col("refund") & pl.col("ended")
    before = (
        pl.when(tables.at_latest(Kind.TICKETS, "finished_at") < until)
        .then(pl.lit(True))
        .when(pl.col("finished_at") >= until)
        .then(pl.lit(False))
    )
    inside = in_window("finished_at", rule_id, tables, terms) & before
    out = pl.any_horizontal(check.fill_null(False) for check in excluded.values())
    return Tally(
        unit=facts(possible_refunds),
        at="finished_at",
        amount=taken.written,
        weight=pl.lit(1),
        each=(0, int(longest.total_seconds())),
        excluded=excluded,
        maybe=perhaps(member & inside, "finished_at", unclear=member.is_null(), out=out),
        least=taken.least if taken.open else None,
        most=taken.most if taken.open else None,
        # Without its end the second step of a return is not known.
        sure=good & pl.col("finished_at").is_not_null(),
        evidence=EvidenceColumns(ids=("ticket_id", "order_id"), actual=pl.col("finished_at")),
        by={"day": pl.col("finished_at").dt.date()},
        unmapped=("type", "status"),
    )
