"""Pickups of parcels, against hours after payment or upload and against promises."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from kshop_audit.facts import Facts, fact
from kshop_audit.facts.conversations import exclusion
from kshop_audit.facts.orders import perhaps_shipped, possible_orders, span_of
from kshop_audit.facts.shipments import (
    PICKUP,
    imprecise_pickups,
    latest_pickup,
    waybill_rows,
)
from kshop_audit.facts.spans import LATEST, TimeRange, span
from kshop_audit.facts.tables import Tables
from kshop_audit.model.frozen import frozen
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.tables import WHY


@fact
def parcels(facts: Facts, each_hours: int | None) -> pl.LazyFrame:
    """Orders that were shipped, and those that may have been (see `orders.possible_orders`).

    Adds applied_at of their first ticket (and its twin, see `spans.LATEST`) and ticket_doubt
    (String: a ticket of the order could not be read). `each_hours`: the time limit where every
    parcel is counted, then with the columns of `_parcel_states`; None where
    several waybills replace one another.
    """
    tables = facts.tables
    possible = pl.col("has_shipped_at").fill_null(False) | perhaps_shipped(facts.terms)
    if not (tables.some_has(Kind.ORDERS, "shipped_at") or tables.some_has(Kind.ORDERS, "status")):
        possible = pl.lit(True)  # nothing but the shipments tells which orders were shipped
    shipped = (
        facts(possible_orders)
        .filter(possible)
        .join(_applications(tables), on="order_id", how="left")
    )
    shipped = _with_ticket_doubt(shipped, tables)
    if each_hours is None:
        return shipped
    states = _parcel_states(tables, facts.terms, each_hours)
    return shipped.join(states, on="order_id", how="left")


def _with_ticket_doubt(orders: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The orders with ticket_doubt (String: a ticket of the order could not be read)."""
    if Kind.TICKETS not in tables.doubtful:
        return orders.with_columns(ticket_doubt=pl.lit(None, pl.String))
    rows = tables.doubtful_rows(Kind.TICKETS).filter(pl.col("order_id").is_not_null())
    touched = rows.group_by("order_id").agg(ticket_doubt=pl.col(WHY).min())
    return orders.join(touched, on="order_id", how="left")


def _applications(tables: Tables) -> pl.LazyFrame:
    """order_id → applied_at of its first ticket of any type, with its twin."""
    times = {"applied_at": pl.col("applied_at").min()}
    if tables.imprecise(Kind.TICKETS, "applied_at"):
        times["applied_at" + LATEST] = tables.at_latest(Kind.TICKETS, "applied_at").min()
    return tables.rows(Kind.TICKETS).group_by("order_id").agg(**times)


def _parcel_states(tables: Tables, terms: Terms, hours: int) -> pl.LazyFrame:
    """order_id → parcel_late, parcel_waiting (Booleans): each shipped parcel on its own clock; and
    parcel_due_at, the first limit of those that have not been picked up.

    Parcels are the rows of the shipments files; an order without any there is one parcel.
    """
    listed = waybill_rows(tables).select("order_id", "shipped_at", picked_up_at=PICKUP)
    lines = tables.rows(Kind.ORDERS).select("order_id", "shipped_at", "picked_up_at")
    alone = lines.join(listed.select("order_id").unique(), on="order_id", how="anti")
    limit = pl.col("shipped_at") + timedelta(hours=hours)
    picked = pl.when(pl.col("picked_up_at") <= terms.last).then("picked_up_at")
    return (
        pl.concat([listed, alone])
        .filter(pl.col("shipped_at") <= terms.last)
        .group_by("order_id")
        .agg(
            parcel_late=(pl.coalesce(picked, pl.lit(terms.as_of)) > limit).any(),
            parcel_waiting=(picked.is_null() & (limit >= terms.as_of)).any(),
            parcel_due_at=limit.filter(picked.is_null()).min(),
        )
    )


@fact
def promised_pickups(facts: Facts, rule: str, shipped: str) -> pl.LazyFrame:
    """One row an order, with what it adds to a composite pickup rate.

    `rule`: whose window and options apply: full_hours and partial_hours, until full and until
    partial credit of a spot order; pickup_hours, after shipping, for presale; default_hours, the
    promise of a presale order that has none. `shipped`: the column of `orders.orders` that tells
    when an order was shipped. Columns: those of `parcels` up to ticket_doubt; mode ("spot",
    "presale"), excluded (UInt8, null when counted), unsure (Boolean: it may count or not), in_time
    (Boolean: full credit; null where that or partial credit is not known), due_at; of the mode:
    paid, due, good, partial, open (Int64: orders that count for certain or wait, that count and
    are known, with full and with partial credit; and those of which not all is known, without the
    ones that an unreadable row touches, for these may be of any mode), and `speaks`: one known
    row a mode.
    """
    terms, tables = facts.terms, facts.tables
    with_tickets = facts(possible_orders).join(_applications(tables), on="order_id", how="left")
    presale = pl.col("presale").fill_null(False)
    times = _Promised.of(rule, shipped, tables, terms)
    spot, ahead = times.spot(), times.presale()
    touched = pl.col("doubt").is_not_null() | pl.col("waybill_doubt").is_not_null()
    chances = {
        name: (touched | pl.when(presale).then(ahead[name]).otherwise(spot[name])).fill_null(False)
        for name in spot
    }
    rows = _with_ticket_doubt(with_tickets, tables).with_columns(
        mode=pl.when(presale).then(pl.lit("presale")).otherwise(pl.lit("spot")),
        due_at=pl.when(presale)
        .then(pl.min_horizontal(times.promise.early, times.sent.early) + times.pickup)
        .otherwise(times.paid.early + times.full),
        touched=touched,
        **chances,
    )
    full, part, miss, out = (pl.col(name) for name in ("full", "part", "miss", "out"))
    member = full | part | miss
    refunded, perhaps_refunded = times.refunded()
    rows = rows.with_columns(
        excluded=_excluded(times, rule, refunded, member),
        in_time=pl.when(full & ~part & ~miss).then(True).when(~full & (part ^ miss)).then(False),
        later=part & ~full & ~miss,
        _open=out
        | (perhaps_refunded & ~refunded)
        | pl.col("ticket_doubt").is_not_null()
        | times.may_be_beyond(rule),
    )
    return _summed(
        rows.with_columns(unsure=member & pl.col("_open") & pl.col("excluded").is_null())
    )


@frozen
class _Promised:
    """The times of an order for a composite rate, and what may have become of it.

    Each of `spot` and `presale` gives Booleans: full credit, partial credit, none (`miss`), and
    nothing to count yet or at all (`out`).
    """

    paid: TimeRange
    picked: TimeRange
    promise: TimeRange
    sent: TimeRange
    asked: TimeRange
    full: timedelta
    partial: timedelta
    pickup: timedelta
    terms: Terms

    @classmethod
    def of(cls, rule: str, shipped: str, tables: Tables, terms: Terms) -> _Promised:
        full, partial, pickup, default = (
            timedelta(hours=terms.number(rule, f"{name}_hours"))
            for name in ("full", "partial", "pickup", "default")
        )
        paid = span_of(tables, "paid_at")
        promise = span_of(tables, "promised_at").otherwise(paid.plus(default))
        picked, sent = span_of(tables, "picked_up_at"), span_of(tables, shipped)
        asked = span("applied_at", precise=not tables.imprecise(Kind.TICKETS, "applied_at"))
        return cls(paid, picked, promise, sent, asked, full, partial, pickup, terms)

    @property
    def known(self) -> pl.Expr:
        """Boolean: there is a pickup."""
        return self.picked.early.is_not_null()

    @property
    def stated(self) -> pl.Expr:
        """Boolean: the files would tell of a pickup."""
        return pl.col("pickup_known").fill_null(False) & ~pl.col("open_state").fill_null(True)

    @property
    def waits(self) -> pl.Expr:
        """Boolean: perhaps there was no pickup by as-of."""
        return ~self.known | (self.picked.late > self.terms.last)

    @property
    def gone(self) -> pl.Expr:
        """Boolean: perhaps it was cancelled, for its state does not tell."""
        perhaps = (pl.col("may_be_gone") & pl.col("open_state")).fill_null(False)
        return ~self.known & (perhaps | self.stateless)

    @property
    def stateless(self) -> pl.Expr:
        """Boolean: nothing was shipped, and nothing tells whether it waits or was cancelled."""
        shipped = pl.col("has_shipped_at").fill_null(False)
        return ~shipped & ~pl.col("status_known").fill_null(False)

    def spot(self) -> dict[str, pl.Expr]:
        as_of, silent = self.terms.as_of, ~self.known & ~self.stated
        least, most = self.picked.early - self.paid.late, self.picked.late - self.paid.early
        return {
            "full": silent | (least <= self.full).fill_null(False),
            "part": silent | ((most > self.full) & (least <= self.partial)).fill_null(False),
            "miss": (most > self.partial).fill_null(False)
            | (self.waits & (self.paid.early + self.partial < as_of)),
            "out": self.gone | (self.waits & (self.paid.late + self.partial >= as_of)),
        }

    def presale(self) -> dict[str, pl.Expr]:
        """An order that was picked up though nothing tells when it was shipped may have kept its
        promise or not.
        """
        as_of, silent = self.terms.as_of, ~self.known & ~self.stated
        vague = pl.col("open_state").fill_null(True) | self.stateless
        left, after = self.sent.early.is_not_null(), self.sent.plus(self.pickup)
        stays = ~left | (self.sent.late > self.terms.last).fill_null(False)
        kept = (self.sent.early <= self.promise.late).fill_null(False)
        broken = (self.sent.late > self.promise.early).fill_null(False)
        quick = silent | (self.picked.early <= after.late).fill_null(False)
        slow = (self.picked.late > after.early).fill_null(False) | (
            self.waits & (after.early < as_of).fill_null(False)
        )
        untimed = ~left & (vague | self.known)
        passed, runs = self.promise.early < as_of, self.promise.late >= as_of
        return {
            "full": untimed | (kept & quick),
            "part": pl.lit(False),
            "miss": untimed | broken | (left & slow) | (stays & passed),
            "out": self.gone
            | (~left & vague)
            | (left & kept & self.waits & (after.late >= as_of).fill_null(False))
            | (stays & ~self.known & runs),
        }

    def refunded(self) -> tuple[pl.Expr, pl.Expr]:
        """Booleans: a refund was applied for before the pickup, for sure; and perhaps."""
        picked, last = self.picked, self.terms.last
        sure = pl.when(self.known).then(self.asked.late < picked.early).otherwise(self.stated)
        may = pl.when(self.known).then(self.asked.early < picked.late).otherwise(True)
        return (
            ((self.asked.late <= last) & sure).fill_null(False),
            ((self.asked.early <= last) & may).fill_null(False),
        )

    def may_be_beyond(self, rule: str) -> pl.Expr:
        """Boolean: a payment that is not precise may lie outside the window."""
        since, until = self.terms.since(rule), self.terms.until(rule)
        beyond = (self.paid.early < since) | (self.paid.late > self.terms.last)
        if until is not None:
            beyond |= self.paid.late >= until
        return beyond.fill_null(True)


def _excluded(times: _Promised, rule: str, refunded: pl.Expr, member: pl.Expr) -> pl.Expr:
    since, until, last = times.terms.since(rule), times.terms.until(rule), times.terms.last
    outside = times.paid.late < since
    if until is not None:
        outside |= times.paid.early >= until
    whole = ~pl.col("touched")
    return (
        pl.when(times.paid.early.is_null() & whole).then(exclusion("unpaid"))
        .when(times.paid.early > last).then(exclusion("after_as_of"))
        .when(outside).then(exclusion("outside_window"))
        .when("exempted").then(exclusion("force_majeure"))
        .when(pl.col("cancelled") & whole).then(exclusion("cancelled"))
        .when(refunded & whole).then(exclusion("refund_before_pickup"))
        .when(~member).then(exclusion("pending"))
    )  # fmt: skip


def _summed(rows: pl.LazyFrame) -> pl.LazyFrame:
    counted = pl.col("excluded").is_null()
    waiting = (pl.col("excluded") == exclusion("pending")).fill_null(False)
    known = counted & ~pl.col("unsure") & pl.col("in_time").is_not_null()

    def total(what: pl.Expr) -> pl.Expr:
        return what.fill_null(False).cast(pl.Int64).sum().over("mode")

    return rows.with_columns(
        paid=total(known | waiting),
        due=total(known),
        good=total(known & pl.col("in_time")),
        partial=total(known & pl.col("later")),
        open=total(counted & ~known & ~pl.col("touched")),
        speaks=known & (known.cast(pl.Int64).cum_sum().over("mode") == 1),
    )


def _last_pickups(tables: Tables, *, last: datetime) -> pl.LazyFrame:
    """order_id → last_pickup_at: of its last parcel, null while one of them is not picked up.

    Parcels are the rows of the shipments files; of an order without any there they are its lines,
    but for those given up before they left.
    """
    listed = waybill_rows(tables).select("order_id", at=PICKUP, end=latest_pickup(tables))
    own = tables.at_latest(Kind.ORDERS, "picked_up_at")
    stays = pl.all_horizontal(pl.col(name).is_null() for name in ("shipped_at", "picked_up_at"))
    given_up = (pl.col("status") == "closed") | (pl.col("aftersale_state") == "refunded")
    left = ~(stays & given_up.fill_null(False))
    lines = tables.rows(Kind.ORDERS).filter(left).select("order_id", at="picked_up_at", end=own)
    alone = lines.join(listed.select("order_id").unique(), on="order_id", how="anti")
    happened = (pl.col("at") <= last).fill_null(False).all()
    times = {"last_pickup_at": pl.when(happened).then(pl.col("at").max())}
    if imprecise_pickups(tables):
        times["last_pickup_at" + LATEST] = pl.when(happened).then(pl.col("end").max())
    return pl.concat([listed, alone]).group_by("order_id").agg(**times)


@fact
def due_pickups(facts: Facts, hours: int) -> pl.LazyFrame:
    """Orders with due_at: the hours after payment, or the promise where that is shorter.

    Columns: those of `orders.possible_orders`, applied_at of the first ticket, ticket_doubt (see
    `_with_ticket_doubt`), last_pickup_at (see `_last_pickups`), due_at; times that are not precise
    have a twin.
    """
    tables = facts.tables
    last = _last_pickups(tables, last=facts.terms.last)
    rows = (
        facts(possible_orders)
        .join(_applications(tables), on="order_id", how="left")
        .join(last, on="order_id", how="left")
    )
    rows = _with_ticket_doubt(rows, tables)
    paid, promised = span_of(tables, "paid_at"), span_of(tables, "promised_at")
    limit = paid.plus(timedelta(hours=hours))
    # An order that is not paid has a promise at most, and is never due.
    due = pl.when(paid.early.is_not_null()).then(pl.min_horizontal(limit.early, promised.early))
    rows = rows.with_columns(due_at=due)
    if paid.precise and promised.precise:
        return rows
    end = pl.when(paid.late.is_not_null()).then(pl.min_horizontal(limit.late, promised.late))
    return rows.with_columns(end.alias("due_at" + LATEST))
