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
from kshop_audit.facts.spans import LATEST
from kshop_audit.facts.tables import Tables
from kshop_audit.facts.tickets import first_applications
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
    when an order was shipped. Columns: order_id, mode ("spot",
    "presale"), excluded (UInt8, null when counted), in_time (Boolean, null where the files do not
    show a pickup), later (Boolean: partial credit), due_at, picked_up_at, paid_at; of the mode:
    paid, due, good, partial (Int64), and `speaks`: one counted row a mode; _file, _row.
    """
    terms, as_of = facts.terms, facts.terms.as_of
    full, partial, pickup, default = (
        timedelta(hours=terms.number(rule, f"{name}_hours"))
        for name in ("full", "partial", "pickup", "default")
    )
    presale = pl.col("presale")
    tables = facts.tables
    picked, sent, paid = (pl.col(n) for n in ("picked_up_at", shipped, "paid_at"))
    ends = {name: span_of(tables, name) for name in ("picked_up_at", "paid_at", shipped)}
    rough = not all(end.precise for end in ends.values())
    soon = ends["picked_up_at"].late - ends["paid_at"].early <= full
    # A time that is not precise may lie on either side of the limit.
    late = ~soon if not rough else ends["picked_up_at"].early - ends["paid_at"].late > full
    doubts = ("doubt", "waybill_doubt", "ticket_doubt")
    touched = pl.any_horizontal(pl.col(name).is_not_null() for name in doubts)
    promise = pl.coalesce("promised_at", paid + default)
    after = sent + pickup
    kept = (sent <= promise) & (picked <= after)
    in_full = pl.when(presale & rough).then(None).when(presale).then(kept).when(soon).then(True)
    stated = pl.col("open_state").not_() & pl.col("pickup_known")
    broken = ~pl.col("open_state") & (pl.coalesce(sent, pl.lit(as_of)) > promise)
    decided = picked.is_not_null() | (
        pl.when(presale)
        .then(broken | (after < as_of).fill_null(False))
        .otherwise(paid + partial < as_of)
    )
    with_tickets = facts(possible_orders).join(facts(first_applications), on="order_id", how="left")
    rows = _with_ticket_doubt(with_tickets, tables).with_columns(
        mode=pl.when(presale).then(pl.lit("presale")).otherwise(pl.lit("spot")),
        due_at=pl.when(presale).then(pl.min_horizontal(promise, sent) + pickup)
        .otherwise(paid + full),
        excluded=_excluded(terms, rule, decided),
        in_time=pl.when(touched)
        .then(None)
        .when(picked.is_not_null())
        .then(in_full.when(late).then(pl.lit(False)))
        .when(stated | (presale & broken))
        .then(pl.lit(False)),
        later=(~presale & (picked - paid > full) & (picked - paid <= partial)).fill_null(False),
    )  # fmt: skip
    return _summed(rows)


def _excluded(terms: Terms, rule: str, decided: pl.Expr) -> pl.Expr:
    since, until = terms.since(rule), terms.until(rule)
    paid, picked, applied = (pl.col(n) for n in ("paid_at", "picked_up_at", "applied_at"))
    outside = paid < since if until is None else (paid < since) | (paid >= until)
    refunded = (applied <= terms.last) & (picked.is_null() | (applied < picked))
    unstated = paid.is_null() & pl.col("doubt").is_not_null()
    return (
        pl.when(unstated).then(None)
        .when(paid.is_null()).then(exclusion("unpaid"))
        .when(paid > terms.last).then(exclusion("after_as_of"))
        .when(outside).then(exclusion("outside_window"))
        .when("exempted").then(exclusion("force_majeure"))
        .when("cancelled").then(exclusion("cancelled"))
        .when(refunded).then(exclusion("refund_before_pickup"))
        .when(~decided).then(exclusion("pending"))
    )  # fmt: skip


def _summed(rows: pl.LazyFrame) -> pl.LazyFrame:
    counted = pl.col("excluded").is_null()
    waiting = (pl.col("excluded") == exclusion("pending")).fill_null(False)

    def total(what: pl.Expr) -> pl.Expr:
        return what.fill_null(False).cast(pl.Int64).sum().over("mode")

    return rows.with_columns(
        paid=total(counted | waiting),
        due=total(counted),
        good=total(counted & pl.col("in_time")),
        partial=total(counted & pl.col("later")),
        speaks=counted & (counted.cast(pl.Int64).cum_sum().over("mode") == 1),
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
