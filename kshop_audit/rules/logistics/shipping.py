"""Orders shipped in time: within 48 hours, and as promised."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.orders import orders, possible_orders, span_of
from kshop_audit.facts.plausible import PAID, payments_lost
from kshop_audit.facts.spans import TimeRange
from kshop_audit.facts.tables import Tables, one_of
from kshop_audit.facts.waiting import products_to_ship
from kshop_audit.model.knowledge import Why
from kshop_audit.model.metadata import Text
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.rules.kit import absent
from kshop_audit.rules.kit.chances import (
    NEVER,
    Chances,
    because,
    in_time,
    inside,
    laid_out,
    maybe,
    not_yet,
)
from kshop_audit.rules.kit.compensation import compensation, grade
from kshop_audit.rules.kit.due import Due
from kshop_audit.rules.kit.evidence import EvidenceColumns
from kshop_audit.rules.kit.rule import rule
from kshop_audit.rules.kit.shapes import Ratio, Shape
from kshop_audit.rules.kit.shipped import shipped_at
from kshop_audit.rules.kit.turning import by_carrier, shipped

FAMILY = "logistics"

BY = {
    "carrier": pl.col("carrier"),
    "province": pl.col("province"),
    "product": pl.col("product_id"),
    "hour": pl.col("paid_at").dt.hour(),
    "weekday": pl.col("paid_at").dt.weekday(),
    "day": pl.col("paid_at").dt.date(),
}


LIMITS = {"ship-48h": "hours", "ship-promise": "default_hours"}
"""Rule → the option that holds the hours between payment and shipment."""


def _chances(limit: TimeRange, tables: Tables, terms: Terms) -> Chances:
    """What may have become of an order whose last line must be shipped by the limit."""
    shipped, sent = span_of(tables, shipped_at(terms)), span_of(tables, "lines_sent_at")
    opened, left = _stated("open_state"), _stated("may_have_left")
    others_late = (sent.early > limit.late).fill_null(False)
    waits = not_yet(limit, terms).where(_stated("may_wait") | left)
    others = in_time(sent, limit, terms).where(sent.early.is_not_null())
    gone = Chances(NEVER, NEVER, sent.early.is_null()) | others
    vague = Chances(left & ~others_late, left & others_late, NEVER) | waits
    vague |= gone.where(_stated("may_be_gone"))
    known = in_time(shipped, limit, terms).where(~opened) | vague.where(opened)
    # An order that waits for its payment in an old file may have been paid since.
    touched = pl.col("doubt").is_not_null() | (_stated("outdated") & limit.early.is_null())
    touched = touched | _payment_lost(limit, tables, terms)
    if Kind.SHIPMENTS in tables.doubtful:
        # An earlier waybill can make no order late that was in time, unless each is a parcel.
        sure = known.hit & ~known.miss & ~known.out & (shipped_at(terms) == "lines_shipped_at")
        touched = touched | (pl.col("waybill_doubt").is_not_null() & ~sure)
    return known.unless(touched)


def _payment_lost(paid: TimeRange, tables: Tables, terms: Terms) -> pl.Expr:
    """Boolean: the order was paid by its state, and when it was the files do not tell, of this one
    as of many; one that was shipped before the window was paid before it. `paid`: the payment, or a
    limit that follows from it.
    """
    if not payments_lost(tables):
        return NEVER
    before = (pl.col("uploaded_at") < terms.since("ship-48h")).fill_null(False)
    there = one_of("status", PAID).fill_null(False)
    return paid.early.is_null() & there & ~before & ~_stated("outdated")


def _stated(name: str) -> pl.Expr:
    return pl.col(name).fill_null(False)


def _ratio(
    rule_id: str, limit: TimeRange, facts: Facts, terms: Terms, presale: pl.Expr | None = None
) -> Ratio:
    """Orders by payment; a hit was shipped by the limit."""
    tables = facts.tables
    paid = span_of(tables, "paid_at")
    window = inside(paid, rule_id, terms)
    chances = _chances(limit, tables, terms)
    if not paid.precise:
        chances = Chances(chances.hit, chances.miss, chances.out | window.out)
    lost = _payment_lost(paid, tables, terms)
    certain = pl.col("doubt").is_null() & ~lost
    excluded = {
        "unpaid": paid.early.is_null() & certain & ~_stated("outdated"),
        "force_majeure": pl.col("exempted"),
        "cancelled": pl.col("cancelled") & certain & pl.col("waybill_doubt").is_null(),
    }
    if presale is not None:
        excluded["presale"] = presale
    unit, chances = laid_out(facts(possible_orders), chances)
    unsure = chances.unsure(~window.hit, *excluded.values())
    causes = {
        **because(tables, {Kind.ORDERS: "doubt", Kind.SHIPMENTS: "waybill_doubt"}),
        Why.NO_TIME: (_stated("may_have_left") & ~_stated("unclear") & ~_stated("outdated")) | lost,
    }
    if not (limit.precise and span_of(tables, shipped_at(terms)).precise):
        causes[Why.NOT_PRECISE] = pl.col(shipped_at(terms)).is_not_null()
    unclear, old = _stated("unclear"), _stated("outdated")
    causes[Why.NOT_COVERED] = causes.get(Why.NOT_COVERED, NEVER) | (old & ~unclear)
    causes[Why.NOT_UNDERSTOOD] = causes.get(Why.NOT_UNDERSTOOD, NEVER) | unclear
    rest = Why.NOT_PRECISE if not paid.precise else Why.NOT_UNDERSTOOD
    return Ratio(
        unit=unit,
        at="paid_at",
        hit=chances.outcome,
        excluded={**excluded, "pending": ~chances.counts},
        limit=_hours(rule_id, LIMITS[rule_id], terms),
        maybe=maybe(causes, unsure, rest),
        unknown=causes,
        evidence=EvidenceColumns(
            ids=("order_id",),
            deadline=limit.early,
            actual=pl.col(shipped_at(terms)),
            cost_fen=compensation("ship-48h", "late", terms),
        ),
        by=BY,
        unmapped=("status", "aftersale_state"),
        turn=shipped(orders, limit.early),
    )


def _due(limit: TimeRange, facts: Facts, terms: Terms) -> Due:
    """Orders of which a line has not left by as-of, or may not have."""
    tables = facts.tables
    sent = span_of(tables, shipped_at(terms)).early.is_not_null()
    touched = pl.col("doubt").is_not_null() | (pl.col("waybill_doubt").is_not_null() & ~sent)
    opened = _stated("open_state") & _stated("may_wait")
    return Due(
        deadline=limit.early,
        exact=pl.lit(True) if limit.precise else limit.early == limit.late,
        waits=pl.when(~(touched | opened)).then(~sent & ~_stated("open_state")),
        ids=("order_id",),
        product="product_id",
        products=None if Kind.ORDERS in tables.single else facts(products_to_ship),
        province="province",
        carrier="carrier",
        # The sum of its lines is no amount while one of them has none.
        cost_fen=pl.when(~pl.col("unpriced")).then(compensation("ship-48h", "late", terms)),
        cost_grade=grade("ship-48h", "late", terms),
    )


@rule(
    "ship-48h",
    family=FAMILY,
    title=Text(zh="48小时发货率", en="48-hour shipping rate"),
    fix=Text(
        zh=(
            "每天按付款时间先后发货，临近 48 小时的订单优先；缺货的当天联系买家改约或退款；"
            "不可抗力及时报备。"
        ),
        en=(
            "Ship by payment time, orders near 48 h first; settle stock-outs with the buyer the "
            "same day; report force majeure in time."
        ),
    ),
    unit=Text(zh="单在 48 小时内发货", en="orders shipped within 48 hours"),
    needs=("orders.paid_at", "orders.shipped_at", "orders.status"),
    levers=("carrier",),
    absent={
        "orders.is_presale|orders.deposit_paid_at": absent.NO_PRESALE,
        "orders.aftersale_state": absent.NO_AFTERSALE_STATE,
    },
    due={
        "ship": Text(
            zh="今天发货并上传单号；缺货的马上联系买家退款或改约。",
            en="Ship it and upload the waybill; if it is out of stock, settle with the buyer now.",
        )
    },
)
def ship_48h(facts: Facts, terms: Terms) -> Shape:
    """Share of due non-presale orders shipped within 48 hours of payment, last 30 days.

    近 30 天付款的非预售订单中，付款后 48 小时内发货的比例。

    Why it matters:
        Non-presale orders shipped within 48 h earn full points (S3-03); each late one may cost
        10 % of its price, 5 to 30 yuan (undated press).

        非预售单 48 小时内发货该项满分（S3-03）；每个超时单可能赔付实付款的 10%，最低 5 元、最
        高 30 元（非官方资料，日期不详）。

    How it is counted:
        Shipped (its last line) at most 48 h after payment / due orders by payment time; due =
        shipped by as-of, or the 48 h ran out. Target 97 % is an ASSUMPTION (a 2025 figure for
        goods-source providers); 5 points only at 100 %.

        付款后 48 小时内（含）发货（以最后一个子订单为准）÷ 已发货或已满 48 小时的订单，按付款时
        间。97% 取自 2025 年货源商规则，用于普通店铺是假设；100% 才得 5 分。

    Not counted:
        Unpaid, presale, reported force majeure (S3-05), orders closed or refunded before
        shipping, and orders not shipped whose 48 h still run.

        未付款、预售、已报备不可抗力（S3-05）、发货前关闭或退款成功的订单，以及未发货且未
        满 48 小时的订单。

    Example:
        Paid 1 March 10:00:00, shipped 3 March 10:00:00: in time; 10:00:01: late. 97 of 100:
        met; 96: missed.

        3 月 1 日 10:00:00 付款，3 日 10:00:00 发货：按时；10:00:01：超时。100 单中 97 单按时达
        标，96 单不达标。

    Why our number may differ:
        We time the upload of the waybill; the platform may time the courier's pickup (rule of
        2025), and it alone decides which force-majeure reports it accepts. Unknown here: orders
        called shipped without a time, and unshipped ones whose state is not understood.

        我们按上传单号的时间算；平台可能按揽收时间算（2025 年口径），不可抗力也以平台审核通过为
        准。状态写着已发货却没有发货时间的订单、状态看不懂的未发货订单判不了。
    """
    limit = span_of(facts.tables, "paid_at").plus(_hours("ship-48h", LIMITS["ship-48h"], terms))
    presale = pl.col("presale")
    days = terms.number("ship-48h", "presale_from_promise_days")
    if days:
        promised = pl.col("promised_at") - pl.col("paid_at") >= timedelta(days=days)
        presale = presale | (~pl.col("presale_given") & promised.fill_null(False))
    due = {"ship": _due(limit, facts, terms)}
    own = _ratio("ship-48h", limit, facts, terms, presale)
    grace = _hours("ship-48h", "hours", terms)
    return replace(own, due=due, levers=by_carrier(pl.col("carrier")), grace=grace)


@rule(
    "ship-promise",
    family=FAMILY,
    title=Text(zh="承诺发货超时", en="Late against the promised shipping time"),
    fix=Text(
        zh="按承诺时间倒排发货，预售单单独建表跟踪；做不到的承诺时间及时在商品里调整。",
        en=(
            "Schedule by promised time, track presale orders separately, and lengthen promises "
            "you cannot keep before more orders come in."
        ),
    ),
    unit=Text(zh="单超过承诺发货时间", en="orders late against their promise"),
    needs=("orders.paid_at", "orders.shipped_at", "orders.status"),
    absent={
        "orders.promised_ship_at": absent.NO_PROMISE,
        "orders.aftersale_state": absent.NO_AFTERSALE_STATE,
    },
    due={
        "promise": Text(
            zh="按承诺时间发货；做不到的，先与买家商量好再说。",
            en="Ship it as promised; if you cannot, agree with the buyer before the time is over.",
        )
    },
)
def ship_promise(facts: Facts, terms: Terms) -> Shape:
    """Orders shipped later than promised to the buyer, presale included, last 30 days.

    近 30 天付款的订单中，晚于承诺时间发货的单数，含预售。

    Why it matters:
        A waybill after the promise is late shipment, whatever the 48-hour rate says, with
        compensation to the buyer (press, undated).

        单号晚于承诺时间上传即为延迟发货，与 48 小时发货率无关，要赔付买家（非官方资料，日期不
        详）。

    How it is counted:
        Shipped after the promise, or not shipped with the promise passed / due paid orders, by
        payment time. Without a promise: 48 h after payment, for presale too.

        晚于承诺时间发货，或过了承诺时间仍未发货的订单 ÷ 到期的已付款订单，按付款时间；没有承诺
        时间的按付款后 48 小时算，预售也一样。

    Not counted:
        Unpaid, reported force majeure (S3-05), orders closed or refunded before shipping, and
        orders not shipped whose promise still runs.

        未付款、已报备不可抗力（S3-05）、发货前关闭或退款成功的订单，以及未发货且承诺时间未到的
        订单。

    Example:
        Promise 24 h, shipped after 30 h: late here, in time for the 48-hour rate. Presale
        promised for 8 March 23:59:59, shipped 8 March 20:00: kept.

        承诺 24 小时，30 小时发货：此处超时，48 小时发货率按时。预售承诺 3 月 8 日 23:59:59，当
        天 20:00 发货：未超时。

    Why our number may differ:
        The export shows one promise; if the buyer agreed to a new date outside the order, the
        platform may know it and we do not. Unknown here: orders called shipped without a time, and
        unshipped ones whose state is not understood.

        导出表只有一个承诺时间；与买家另约的发货时间平台可能认可，我们看不到。状态写着已发货却没有
        发货时间的订单、状态看不懂的未发货订单判不了。
    """
    paid = span_of(facts.tables, "paid_at")
    promised = span_of(facts.tables, "promised_at")
    limit = promised.otherwise(paid.plus(_hours("ship-promise", LIMITS["ship-promise"], terms)))
    # A spot order without a promise has the same deadline by the 48-hour rule.
    listed = promised.early.is_not_null() | _stated("presale")
    kept = _ratio("ship-promise", limit, facts, terms)
    own = _due(limit, facts, terms)
    due = {"promise": replace(own, deadline=pl.when(listed).then(own.deadline), beyond=True)}
    return replace(kept, hit=~kept.hit, offence=True, due=due)


def _hours(rule_id: str, option: str, terms: Terms) -> timedelta:
    return timedelta(hours=terms.number(rule_id, option))
