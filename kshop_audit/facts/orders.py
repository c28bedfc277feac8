"""Orders with their shipment and pickup."""

from __future__ import annotations

import polars as pl

from kshop_audit.facts import Facts, fact
from kshop_audit.facts.freshness import outdated_files
from kshop_audit.facts.lines import together, untimed_lines
from kshop_audit.facts.shipments import (
    PICKUP,
    covered,
    imprecise_pickups,
    imprecise_shipments,
    telling_files,
    unkept_days,
    waybill_rows,
    waybills,
)
from kshop_audit.facts.spans import LATEST, TimeRange, span
from kshop_audit.facts.tables import Tables
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.tables import FILE, WHY


@fact(shared=True)
def orders(facts: Facts) -> pl.LazyFrame:
    """One row an order, its lines and waybills put together.

    Columns: order_id, status, paid_at, created_at, finished_at, promised_at, presale, presale_given
    (the file says so or not), exempted (reported as force majeure), cancelled, closed, completed
    (every line is completed or closed, one completed), done, undated (a completed line has no
    finish time), refunded_in_part (one line says so; all Booleans), status_known, has_shipped_at,
    uploaded_at (first shipment as exported), lines_shipped_at (when the last line left that was
    not cancelled before), and parcels_shipped_at (when the last parcel left): both null when that
    was not by as-of; picked_up_at (null when later than as-of), signed_at
    (received or signed for), pickup_known (Boolean: the files would tell of a pickup, or it was
    not shipped),
    proven_by (latest instant by which a pickup must have happened), later_node (Boolean: a node
    past the pickup is named), listed (the shipments files have it), paid_fen, unpriced (a line has
    no amount), commission_fen, postage_fen, tracking_no (one of them), carrier, province,
    product_id, buyer_id, _file, _row.
    open_state: a line has no shipping time and its state leaves open what became of it; then
    may_have_left, may_wait, may_be_gone, unclear, outdated and lines_sent_at (see
    `lines.together`) tell what is possible. Times that are not precise have a twin (see
    `spans.LATEST`): ask `span_of`.
    """
    tables, terms = facts.tables, facts.terms
    old_files = outdated_files(tables, Kind.ORDERS, terms)
    own_files = telling_files(tables, Kind.ORDERS, terms)
    stated = pl.col(FILE).is_in(own_files) | pl.col("pickup_stated").fill_null(False)
    if unkept := unkept_days(tables, terms):
        stated &= ~pl.col("uploaded_at").dt.date().is_in(unkept).fill_null(False)
    lines = together(tables, old_files)
    shipped = waybills(tables, terms)
    moved = lines.join(shipped, on="order_id", how="left")
    if Kind.SHIPMENTS in tables.frames and Kind.ORDERS not in tables.single:
        moved = moved.join(untimed_lines(tables), on="order_id", how="left")
    else:
        nothing = pl.lit(None, pl.Datetime("ms"))
        moved = moved.with_columns(nothing.alias("_filled"), nothing.alias("_filled" + LATEST))
    whole = moved.with_columns(
        pl.coalesce("own_waybill", "listed_waybill").alias("tracking_no"),
        pl.min_horizontal("signed_at", "shipment_signed").alias("signed_at"),
        stated.alias("pickup_known"),
        pl.col("later_node").fill_null(False),
        pl.col("has_waybills").fill_null(False).alias("listed"),
        *_times(""),
        *(_times(LATEST) if imprecise_shipments(tables) else ()),
        *_picked("", ""),
        *(_picked(LATEST, LATEST) if imprecise_pickups(tables) else ()),
    )
    return _by_as_of(whole, tables, terms).drop(STEPS, strict=False)


STEPS = (
    "last_waybill", "first_waybill", "has_waybills", "own_waybill", "listed_waybill",
    "shipment_pickup", "shipment_signed", "reported", "called_off", "refunded", "lines",
    "untimed", "must_wait", "pickup_stated", "_filled",
    *(name + LATEST for name in ("last_waybill", "first_waybill", "shipment_pickup", "_filled")),
)  # fmt: skip
"""Columns that only lead to others."""


def _times(end: str) -> list[pl.Expr]:
    """The first and last shipments of an order, as its lines and its waybills tell them together.

    `end`: suffix of the columns. A line without a time left with its waybill, else with the first
    one of the order.
    """
    last, first, filled = (pl.col(n + end) for n in ("lines_sent_at", "first_waybill", "_filled"))
    of_lines = (
        pl.when(pl.col("lines") == 1)
        .then(pl.min_horizontal(last, first))
        .when(~pl.col("untimed"))
        .then(pl.coalesce(last, first))
        .when(filled.is_not_null())
        .then(pl.max_horizontal(last, filled))
    )
    waybill = pl.col("has_waybills").fill_null(False)
    of_parcels = pl.when(waybill).then(pl.col("last_waybill" + end)).otherwise(of_lines)
    return [
        pl.min_horizontal(pl.col("uploaded_at" + end), first).alias("uploaded_at" + end),
        of_lines.alias("lines_shipped_at" + end),
        of_parcels.alias("parcels_shipped_at" + end),
    ]


def _picked(own: str, listed: str) -> list[pl.Expr]:
    picked = pl.min_horizontal("picked_up_at" + own, "shipment_pickup" + listed)
    return [picked.alias("picked_up_at" + own)]


def _by_as_of(rows: pl.LazyFrame, tables: Tables, terms: Terms) -> pl.LazyFrame:
    """What lies after as-of has not happened yet."""
    sent = ("lines_shipped_at", "parcels_shipped_at")
    names: dict[str, tuple[str, ...]] = {name: (name,) for name in (*sent, "picked_up_at")}
    if imprecise_shipments(tables):
        names |= {name: (name, name + LATEST) for name in sent}
    if imprecise_pickups(tables):
        names["picked_up_at"] = ("picked_up_at", "picked_up_at" + LATEST)
    happened = [
        pl.when(pl.col(name) <= terms.last).then(column).alias(column)
        for name, columns in names.items()
        for column in columns
    ]
    reported = pl.col("order_id").is_in(terms.settings.force_majeure)
    cancelled = pl.col("uploaded_at").is_null() & (pl.col("called_off") | pl.col("refunded"))
    waits = pl.col("uploaded_at").is_null() & pl.col("status_known") & ~pl.col("may_have_left")
    complete = covered(pl.coalesce("uploaded_at", "paid_at"), Kind.SHIPMENTS, terms)
    unclear = pl.col("unclear") | pl.col("outdated")
    vague = (unclear | pl.col("may_have_left")) & ~pl.col("must_wait")
    return rows.with_columns(
        *happened,
        has_shipped_at=pl.col("uploaded_at").is_not_null(),
        exempted=pl.col("reported").fill_null(False) | reported,
        cancelled=cancelled,
        pickup_known=pl.col("pickup_known") | complete | waits,
        open_state=pl.col("lines_shipped_at").is_null() & ~cancelled & vague,
    )


def span_of(tables: Tables, name: str) -> TimeRange:
    """A time column of `orders` with both ends."""
    match name:
        case "paid_at":
            rough = tables.imprecise(Kind.ORDERS, "paid_at")
        case "promised_at":
            rough = tables.imprecise(Kind.ORDERS, "promised_ship_at")
        case "picked_up_at" | "proven_by":
            rough = imprecise_pickups(tables)
        case "signed_at":
            rough = False
        case _:
            rough = imprecise_shipments(tables)
    return span(name, precise=not rough)


@fact
def possible_orders(facts: Facts) -> pl.LazyFrame:
    """`orders`, and orders of which nothing but rejected rows tell.

    Adds doubt and waybill_doubt (String, a value of `Why`): the order has a row in the orders or
    the shipments files that could not be read, and nothing is certain; null elsewhere. Of an order
    with a doubtful row, paid_at is that of the row where no other row has any.
    """
    tables, known, none = facts.tables, facts(orders), pl.lit(None, pl.String)
    if Kind.ORDERS in tables.doubtful:
        rows = tables.doubtful_rows(Kind.ORDERS).group_by("order_id")
        touched = rows.agg(doubt=pl.col(WHY).min(), _paid=pl.col("paid_at").min())
        known = known.join(touched, on="order_id", how="full", coalesce=True)
        ends = [
            "paid_at",
            *(["paid_at" + LATEST] if tables.imprecise(Kind.ORDERS, "paid_at") else []),
        ]
        known = known.with_columns(pl.coalesce(end, "_paid").alias(end) for end in ends).drop(
            "_paid"
        )
    else:
        known = known.with_columns(doubt=none)
    if Kind.SHIPMENTS in tables.doubtful:
        rows = tables.doubtful_rows(Kind.SHIPMENTS).group_by("order_id")
        return known.join(rows.agg(waybill_doubt=pl.col(WHY).min()), on="order_id", how="left")
    return known.with_columns(waybill_doubt=none)


def perhaps_shipped(terms: Terms) -> pl.Expr:
    """Boolean, of `possible_orders`: nobody tells when the order was shipped, or whether."""
    left = pl.col("may_have_left") & ~pl.col("cancelled") & ~pl.col("exempted")
    left = left & (pl.col("paid_at") <= terms.last).fill_null(True)
    touched = pl.col("doubt").is_not_null() | pl.col("waybill_doubt").is_not_null()
    return left.fill_null(False) | touched


def pickup_times(tables: Tables, wanted: pl.LazyFrame) -> pl.LazyFrame:
    """order_id → picked_up_at, the earliest of the orders' own column and the shipments files.

    `wanted`: the order_id of the orders to look up, few of all.
    """
    own = tables.rows(Kind.ORDERS).select("order_id", "picked_up_at")
    shipped = waybill_rows(tables).select("order_id", picked_up_at=PICKUP)
    known = pl.concat([own, shipped]).filter(pl.col("picked_up_at").is_not_null())
    times = known.join(wanted, on="order_id", how="semi")
    return times.group_by("order_id").agg(pl.col("picked_up_at").min())
