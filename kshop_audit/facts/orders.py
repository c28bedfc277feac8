"""Orders with their shipment and pickup."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from kshop_audit.facts import Facts, fact
from kshop_audit.facts.merging import all_are, greatest, last_of_all, least, merged, one_is, total
from kshop_audit.facts.tables import SEVERAL, Tables
from kshop_audit.model.schema import Kind
from kshop_audit.tables import FILE, ROW

ONE = ("status", "carrier", "province", "product_id", "buyer_id")
"""Columns that an order takes from one of its lines: the least, so that row order never matters."""

LATER_NODES = ("in_transit", "delivering", "awaiting_pickup", "signed")


def waybill_rows(tables: Tables) -> pl.LazyFrame:
    """One row a waybill and order: a cell with several order numbers becomes several rows."""
    rows = tables.rows(Kind.SHIPMENTS)
    if not tables.shared_waybills:
        return rows
    joined = pl.col("order_id").str.contains(SEVERAL).fill_null(False)
    parted = rows.filter(joined).with_columns(
        pl.col("order_id").str.replace_all(SEVERAL, ",").str.split(",")
    )
    return pl.concat([rows.filter(~joined), parted.explode("order_id")])


@fact(shared=True)
def orders(facts: Facts) -> pl.LazyFrame:
    """One row an order, its lines and waybills put together.

    Columns: order_id, status, paid_at, created_at, finished_at, promised_at, presale, presale_given
    (the file says so or not), exempted (reported as force majeure), cancelled, closed, completed,
    done (Booleans), status_known, has_shipped_at, uploaded_at (first shipment as exported),
    first_shipped_at (the same, null when later than as-of), last_shipped_at (of the last parcel,
    null while one is not shipped by as-of), picked_up_at (null when later than as-of), signed_at
    (received or signed for), pickup_known (Boolean), proven_by (latest instant by which a pickup
    must have happened), paid_fen, unpriced (a line has no amount), commission_fen, postage_fen,
    tracking_no (one of them), carrier, province, product_id, buyer_id, _file, _row.
    """
    tables, last = facts.tables, facts.terms.last
    force_majeure = facts.terms.settings.force_majeure
    known = pl.lit(tables.has(Kind.ORDERS, "picked_up_at")) | pl.col("pickup_known").fill_null(
        tables.has(Kind.SHIPMENTS, "picked_up_at")
    )
    lines, waybills = _together(tables, last=last), _waybills(tables, last=last)
    moved = lines.join(waybills, on="order_id", how="left").with_columns(
        uploaded_at=pl.min_horizontal("uploaded_at", "first_waybill"),
        picked_up_at=pl.min_horizontal("picked_up_at", "shipment_pickup"),
        tracking_no=pl.coalesce("own_waybill", "listed_waybill"),
        signed_at=pl.min_horizontal("signed_at", "shipment_signed"),
        pickup_known=known,
        last_shipped_at=pl.when("has_waybills").then("last_waybill").otherwise("last_line"),
    )
    return moved.with_columns(
        _by("uploaded_at", last).alias("first_shipped_at"),
        _by("picked_up_at", last).alias("picked_up_at"),
        has_shipped_at=pl.col("uploaded_at").is_not_null(),
        exempted=pl.col("reported").fill_null(False) | pl.col("order_id").is_in(force_majeure),
        cancelled=pl.col("uploaded_at").is_null() & (pl.col("called_off") | pl.col("refunded")),
    ).drop(STEPS)


STEPS = (
    "last_line", "last_waybill", "first_waybill", "has_waybills", "own_waybill",
    "listed_waybill", "shipment_pickup", "shipment_signed", "reported", "called_off",
    "refunded",
)  # fmt: skip
"""Columns that only lead to others."""


def _together(tables: Tables, *, last: datetime) -> pl.LazyFrame:
    """One row an order of the orders files, its lines put together."""
    flag = pl.col("is_presale")
    deposit = pl.col("deposit_paid_at").is_not_null()
    state = {
        "closed": pl.col("status") == "closed",
        "completed": pl.col("status") == "completed",
        "done": pl.col("status").is_in(("completed", "closed")),
        "refunded": pl.col("aftersale_state") == "refunded",
    }
    # Each line by itself: one may be closed and another one refunded.
    state["called_off"] = state["closed"] | state["refunded"]
    whole = merged(
        tables.rows(Kind.ORDERS),
        {
            **{name: least(pl.col(name)) for name in ("paid_at", "created_at", "picked_up_at")},
            "finished_at": greatest(pl.col("finished_at")),
            **{name: least(pl.col(name)) for name in ONE},
            "last_line": last_of_all("shipped_at", last),
            "promised_at": least(pl.col("promised_ship_at")),
            "own_waybill": least(pl.col("tracking_no")),
            "uploaded_at": least(pl.col("shipped_at")),
            "signed_at": least(pl.col("received_at")),
            "presale_given": one_is(flag.is_not_null()),
            "presale": one_is(pl.when(flag.is_not_null()).then(flag).otherwise(deposit)),
            "reported": one_is(pl.col("force_majeure")),
            "status_known": all_are(pl.col("status").is_not_null()),
            "paid_fen": total(pl.col("paid_amount")),
            "unpriced": one_is(pl.col("paid_amount").is_null()),
            "commission_fen": total(pl.col("commission")),
            "postage_fen": least(pl.col("postage")),
            **{name: all_are(check) for name, check in state.items()},
            FILE: least(pl.col(FILE)),
            ROW: least(pl.col(ROW)),
        },
        alone=Kind.ORDERS in tables.single,
    )
    if not tables.line_files:
        return whole
    # A file of lines knows of each what became of it; the file of orders may not.
    lines = (
        tables.order_lines()
        .group_by("order_id")
        .agg(lines=state["refunded"].fill_null(False).all())
    )
    refunded = pl.col("refunded") | pl.col("lines").fill_null(False)
    return (
        whole.join(lines, on="order_id", how="left").with_columns(refunded=refunded).drop("lines")
    )


def _by(name: str, last: datetime) -> pl.Expr:
    """The time, or null when it lies after `last`: it has not happened yet."""
    return pl.when(pl.col(name) <= last).then(name)


PICKUP = pl.coalesce("picked_up_at", pl.when(pl.col("node") == "picked_up").then("node_at"))
"""When a waybill was picked up: its own column, or a node that says so."""


def _waybills(tables: Tables, *, last: datetime) -> pl.LazyFrame:
    """One row an order of the shipments files: its first and last shipment, pickup, signature.

    A row that names its node gives the time (picked_up) or proves that the pickup came before it
    (any later node, or the signature); the six-node column without a name proves nothing.
    """
    proven_by = pl.min_horizontal(
        pl.when(pl.col("node").is_in(LATER_NODES)).then("node_at"), pl.col("signed_at")
    )
    known = pl.col("_pickup").is_not_null() | tables.from_files_with(Kind.SHIPMENTS, "picked_up_at")
    return merged(
        waybill_rows(tables).with_columns(_pickup=PICKUP, _proven_by=proven_by),
        {
            "listed_waybill": least(pl.col("tracking_no")),
            "first_waybill": least(pl.col("shipped_at")),
            "last_waybill": last_of_all("shipped_at", last),
            "has_waybills": one_is(pl.lit(True)),
            "shipment_pickup": least(pl.col("_pickup")),
            "shipment_signed": least(pl.col("signed_at")),
            "proven_by": least(_by("_proven_by", last)),
            "pickup_known": one_is(known),
        },
        alone=Kind.SHIPMENTS in tables.single and not tables.shared_waybills,
    )


@fact
def last_completions(facts: Facts) -> pl.LazyFrame:
    """The order completed last by as-of, one completed order without a finish time, and one of
    which the state was not understood, as far as there are any.
    """
    known = facts(orders)
    later = (pl.col("finished_at") > facts.terms.last).fill_null(False)
    done = known.filter(pl.col("completed") & ~later)
    dated, undated = pl.col("finished_at").is_not_null(), pl.col("finished_at").is_null()
    newest = done.filter(dated).sort("finished_at", "order_id", descending=True).head(1)
    unclear = known.filter(~pl.col("status_known")).sort("order_id").head(1)
    return pl.concat([newest, done.filter(undated).sort("order_id").head(1), unclear])


def pickup_times(tables: Tables, wanted: pl.LazyFrame) -> pl.LazyFrame:
    """order_id → picked_up_at, the earliest of the orders' own column and the shipments files.

    `wanted`: the order_id of the orders to look up, few of all.
    """
    own = tables.rows(Kind.ORDERS).select("order_id", "picked_up_at")
    shipped = waybill_rows(tables).select("order_id", picked_up_at=PICKUP)
    known = pl.concat([own, shipped]).filter(pl.col("picked_up_at").is_not_null())
    times = known.join(wanted, on="order_id", how="semi")
    return times.group_by("order_id").agg(pl.col("picked_up_at").min())
