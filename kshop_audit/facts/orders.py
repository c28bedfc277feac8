"""Orders with their shipment and pickup, and waybills with the orders that share them."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from kshop_audit.facts.merging import all_are, greatest, last_of_all, least, merged, one_is, total
from kshop_audit.facts.tables import SEVERAL, Tables
from kshop_audit.model.schema import Kind
from kshop_audit.tables import FILE, ROW

ONE = ("status", "carrier", "province", "product_id", "buyer_id")
"""Columns of which one line speaks for the order: the least, so that row order never matters."""

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


def orders(
    tables: Tables, *, as_of: datetime, force_majeure: frozenset[str], parcels: str
) -> pl.LazyFrame:
    """One row an order, its lines and waybills put together.

    `parcels`: "replacement" takes several waybills as replacements of each other (the first
    shipment counts), "parcels" as parcels (the last one counts, and all must be shipped).

    Columns: order_id, status, paid_at, created_at, finished_at, promised_at, presale, presale_told
    (the file says so or not), exempted (reported as force majeure), cancelled, closed,
    completed, done (Booleans), status_known, has_shipped_at, uploaded_at (first shipment as
    exported), shipped_at and picked_up_at (null when later than as-of), signed_at (received or
    signed for), pickup_known (Boolean), proven_by (latest instant by which a pickup must have
    happened), paid_fen, unpriced (a line has no amount), commission_fen, postage_fen, tracking_no
    (one of them), carrier, province, product_id, buyer_id, _file, _row.
    """
    known = pl.lit(tables.has(Kind.ORDERS, "picked_up_at")) | pl.col("pickup_known").fill_null(
        tables.has(Kind.SHIPMENTS, "picked_up_at")
    )
    lines, waybills = _together(tables, as_of=as_of), _waybills(tables, as_of=as_of)
    moved = lines.join(waybills, on="order_id", how="left").with_columns(
        uploaded_at=pl.min_horizontal("uploaded_at", "first_waybill"),
        picked_up_at=pl.min_horizontal("picked_up_at", "shipment_pickup"),
        tracking_no=pl.coalesce("own_waybill", "listed_waybill"),
        signed_at=pl.min_horizontal("signed_at", "shipment_signed"),
        pickup_known=known,
        _last=pl.when("has_waybills").then("last_waybill").otherwise("last_line"),
    )
    return moved.with_columns(
        (_by("uploaded_at", as_of) if parcels == "replacement" else pl.col("_last")).alias(
            "shipped_at"
        ),
        _by("picked_up_at", as_of).alias("picked_up_at"),
        has_shipped_at=pl.col("uploaded_at").is_not_null(),
        exempted=pl.col("reported").fill_null(False) | pl.col("order_id").is_in(force_majeure),
        cancelled=pl.col("uploaded_at").is_null() & (pl.col("called_off") | pl.col("refunded")),
    ).drop(STEPS)


STEPS = (
    "_last", "last_line", "last_waybill", "first_waybill", "has_waybills", "own_waybill",
    "listed_waybill", "shipment_pickup", "shipment_signed", "reported", "called_off",
    "refunded",
)  # fmt: skip
"""Columns that only lead to others."""


def _together(tables: Tables, *, as_of: datetime) -> pl.LazyFrame:
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
            "last_line": last_of_all("shipped_at", as_of),
            "promised_at": least(pl.col("promised_ship_at")),
            "own_waybill": least(pl.col("tracking_no")),
            "uploaded_at": least(pl.col("shipped_at")),
            "signed_at": least(pl.col("received_at")),
            "presale_told": one_is(flag.is_not_null()),
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


def _by(name: str, as_of: datetime) -> pl.Expr:
    """The time, or null when it lies after as-of: it has not happened yet."""
    return pl.when(pl.col(name) <= as_of).then(name)


PICKUP = pl.coalesce("picked_up_at", pl.when(pl.col("node") == "picked_up").then("node_at"))
"""When a waybill was picked up: its own column, or a node that says so."""


def _waybills(tables: Tables, *, as_of: datetime) -> pl.LazyFrame:
    """One row an order of the shipments files: its first and last shipment, pickup, signature.

    A row that names its node gives the time (picked_up) or proves that the pickup came before it
    (any later node, or the signature); the six-node column without a name proves nothing.
    """
    proof = pl.min_horizontal(
        pl.when(pl.col("node").is_in(LATER_NODES)).then("node_at"), pl.col("signed_at")
    )
    known = pl.col("_pickup").is_not_null() | tables.from_files_with(Kind.SHIPMENTS, "picked_up_at")
    return merged(
        waybill_rows(tables).with_columns(_pickup=PICKUP, _proof=proof),
        {
            "listed_waybill": least(pl.col("tracking_no")),
            "first_waybill": least(pl.col("shipped_at")),
            "last_waybill": last_of_all("shipped_at", as_of),
            "has_waybills": one_is(pl.lit(True)),
            "shipment_pickup": least(pl.col("_pickup")),
            "shipment_signed": least(pl.col("signed_at")),
            "proven_by": least(_by("_proof", as_of)),
            "pickup_known": one_is(known),
        },
        alone=Kind.SHIPMENTS in tables.single and not tables.shared_waybills,
    )


def parcel_states(tables: Tables, *, as_of: datetime, hours: int) -> pl.LazyFrame:
    """order_id → parcel_late, parcel_waiting (Booleans): each shipped parcel on its own clock.

    Parcels are the rows of the shipments files; an order without any there is one parcel.
    """
    listed = waybill_rows(tables).select("order_id", "shipped_at", picked_up_at=PICKUP)
    lines = tables.rows(Kind.ORDERS).select("order_id", "shipped_at", "picked_up_at")
    alone = lines.join(listed.select("order_id").unique(), on="order_id", how="anti")
    limit = pl.col("shipped_at") + timedelta(hours=hours)
    picked = _by("picked_up_at", as_of)
    return (
        pl.concat([listed, alone])
        .filter(pl.col("shipped_at") <= as_of)
        .group_by("order_id")
        .agg(
            parcel_late=(pl.coalesce(picked, pl.lit(as_of)) > limit).any(),
            parcel_waiting=(picked.is_null() & (limit >= as_of)).any(),
        )
    )


def pickup_times(tables: Tables, wanted: pl.LazyFrame) -> pl.LazyFrame:
    """order_id → picked_up_at, the earliest of the orders' own column and the shipments files.

    `wanted`: the order_id of the orders that are asked for, few of all.
    """
    own = tables.rows(Kind.ORDERS).select("order_id", "picked_up_at")
    shipped = waybill_rows(tables).select("order_id", picked_up_at=PICKUP)
    known = pl.concat([own, shipped]).filter(pl.col("picked_up_at").is_not_null())
    times = known.join(wanted, on="order_id", how="semi")
    return times.group_by("order_id").agg(pl.col("picked_up_at").min())


SENT = (
    "order_id", "paid_at", "picked_up_at", "signed_at", "tracking_no", "carrier", "product_id",
    FILE, ROW,
)  # fmt: skip
"""What is told of a shipped order."""


def shipped_orders(
    tables: Tables, known: pl.LazyFrame, *, as_of: datetime, combined_days: int
) -> pl.LazyFrame:
    """One row an order with a shipment, and what speaks against its waybills.

    `known`: the frame of `orders`. An order is shipped when it or one of its waybills is, as for
    the shipping rules. Partners are looked for in all rows up to as-of; orders shipped later have
    none. Columns: SENT, shipped_at, `why` (String, joined clause ids K2 K3 K4 K6 S1-02, null when
    nothing). A check whose column is absent finds nothing.
    """
    sent = known.filter("has_shipped_at").select(SENT, shipped_at="uploaded_at")
    flaws = _shared(sent.filter(pl.col("shipped_at") <= as_of), tables, combined_days)
    named = pl.lit(_names_waybills(tables))
    return (
        sent.join(flaws, on="order_id", how="left")
        .with_columns(
            why=_joined(
                K2=pl.col("k2"),
                K3=pl.col("picked_up_at") < pl.col("paid_at"),
                K4=pl.col("k4"),
                K6=pl.col("k6"),
                **{"S1-02": pl.col("tracking_no").is_null() & named},
            )
        )
        .drop("k2", "k4", "k6")
    )


def _shared(sent: pl.LazyFrame, tables: Tables, combined_days: int) -> pl.LazyFrame:
    """order_id → k2, k4, k6 (Booleans): what its waybills share with other orders.

    `sent`: orders shipped by as-of, with shipped_at.
    """
    names = ("order_id", "tracking_no")
    lines = tables.rows(Kind.ORDERS)
    used = pl.concat([lines.select(names), waybill_rows(tables).select(names)])
    used = used.filter(pl.col("tracking_no").is_not_null()).unique()
    # Few waybills have more than one order, and only those can share anything.
    several = used.filter(pl.col("tracking_no").is_duplicated()).join(
        sent.select("order_id", first_at="shipped_at"), on="order_id"
    )
    address = pl.concat_str(
        [pl.col("province").fill_null(""), pl.col("address").fill_null("")], separator=" "
    )
    place = pl.when(pl.col("address").is_not_null()).then(address)
    partners = several.join(
        lines.select("order_id", "shipped_at", "shop_id", place=place), on="order_id"
    ).with_columns(shipped_at=pl.coalesce("shipped_at", "first_at"))
    waybills = partners.group_by("tracking_no").agg(
        k2=pl.col("place").drop_nulls().n_unique() > 1,
        k4=pl.col("shop_id").drop_nulls().n_unique() > 1,
        k6=pl.col("shipped_at").max() - pl.col("shipped_at").min() > timedelta(days=combined_days),
    )
    return (
        several.join(waybills, on="tracking_no")
        .group_by("order_id")
        .agg(pl.col("k2", "k4", "k6").any())
    )


def _names_waybills(tables: Tables) -> bool:
    return tables.has(Kind.ORDERS, "tracking_no") or tables.has(Kind.SHIPMENTS, "tracking_no")


def _joined(**checks: pl.Expr) -> pl.Expr:
    """The names of the checks that hold, joined by a space; null when none does."""
    found = pl.concat_str(
        [pl.when(check).then(pl.lit(name)) for name, check in checks.items()],
        separator=" ",
        ignore_nulls=True,
    )
    return pl.when(found != "").then(found)
