"""Orders with their shipment and pickup, and waybills with the orders that share them."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from kshop_audit.facts.tables import Tables
from kshop_audit.model.schema import Kind
from kshop_audit.tables import FILE, ROW

LATER_NODES = ("in_transit", "delivering", "awaiting_pickup", "signed")


def orders(
    tables: Tables, *, as_of: datetime, force_majeure: frozenset[str], parcels: str
) -> pl.LazyFrame:
    """One row an order, its lines put together.

    `parcels`: "replacement" takes several waybills as replacements of each other (first shipment,
    earliest pickup), "all" as parcels (the last one counts, and all must be shipped).

    Columns: order_id, status, paid_at, created_at, finished_at, promised_at, presale (Boolean),
    exempted (reported as force majeure), cancelled, closed, completed (Booleans), has_shipped_at,
    shipped_at and picked_up_at (null when later than as-of), pickup_known (Boolean), proven_by
    (latest instant by which a pickup must have happened), paid_fen, commission_fen, postage_fen,
    carrier, province, product_id, buyer_id, _file, _row.
    """
    together = pl.min if parcels == "replacement" else _last_of_all
    rows = tables.rows(Kind.ORDERS)
    flag = pl.col("is_presale")
    presale = pl.when(flag.is_not_null()).then(flag).otherwise(
        pl.col("deposit_paid_at").is_not_null()
    )
    lines = rows.group_by("order_id", maintain_order=False).agg(
        pl.col("paid_at", "created_at", "promised_ship_at").min(),
        pl.col("finished_at").max(),
        together("shipped_at").alias("shipped_at"),
        together("picked_up_at").alias("picked_up_at"),
        pl.col("status", "carrier", "province", "product_id", "buyer_id").sort_by(FILE, ROW).first(),
        presale=presale.any(),
        reported=pl.col("force_majeure").any(ignore_nulls=True),
        has_shipped_at=pl.col("shipped_at").is_not_null().any(),
        closed=(pl.col("status") == "closed").all(ignore_nulls=False).fill_null(False),
        completed=(pl.col("status") == "completed").all(ignore_nulls=False).fill_null(False),
        done=pl.col("status").is_in(("completed", "closed")).all(ignore_nulls=False)
        .fill_null(False),
        refunded=(pl.col("aftersale_state") == "refunded").all(ignore_nulls=False)
        .fill_null(False),
        status_known=pl.col("status").is_not_null().all(),
        paid_fen=pl.col("paid_amount").sum(),
        commission_fen=pl.col("commission").sum(),
        postage_fen=pl.col("postage").sum(),
        **{FILE: pl.col(FILE).min(), ROW: pl.col(ROW).min()},
    )  # fmt: skip
    known = pl.lit(tables.has(Kind.ORDERS, "picked_up_at")) | pl.col("pickup_known").fill_null(
        tables.has(Kind.SHIPMENTS, "picked_up_at")
    )
    moved = lines.join(
        _pickups(tables, as_of=as_of, parcels=parcels), on="order_id", how="left"
    ).with_columns(
        picked_up_at=pl.min_horizontal("picked_up_at", "shipment_pickup"), pickup_known=known
    )
    return moved.with_columns(
        _by("shipped_at", as_of),
        _by("picked_up_at", as_of),
        promised_at=pl.col("promised_ship_at"),
        exempted=pl.col("reported").fill_null(False) | pl.col("order_id").is_in(force_majeure),
        cancelled=~pl.col("has_shipped_at") & (pl.col("closed") | pl.col("refunded")),
    ).drop("reported", "promised_ship_at", "shipment_pickup")


def _last_of_all(name: str) -> pl.Expr:
    whole = pl.col(name).is_not_null().all()
    return pl.when(whole).then(pl.col(name).max())


def _by(name: str, as_of: datetime) -> pl.Expr:
    """The time, or null when it lies after as-of: it has not happened yet."""
    return pl.when(pl.col(name) <= as_of).then(name).alias(name)


def _pickups(tables: Tables, *, as_of: datetime, parcels: str) -> pl.LazyFrame:
    """One row an order of the shipments files: shipment_pickup, pickup_known, proven_by.

    A row that names its node gives the time (picked_up) or proves that the pickup came before it
    (any later node, or the signature); the six-node column without a name proves nothing.
    """
    rows = tables.rows(Kind.SHIPMENTS)
    named = pl.when(pl.col("node") == "picked_up").then("node_at")
    proof = pl.min_horizontal(
        pl.when(pl.col("node").is_in(LATER_NODES)).then("node_at"), pl.col("signed_at")
    )
    together = pl.min if parcels == "replacement" else _last_of_all
    return (
        rows.with_columns(_pickup=pl.coalesce("picked_up_at", named), _proof=proof)
        .group_by("order_id")
        .agg(
            together("_pickup").alias("shipment_pickup"),
            proven_by=pl.when(pl.col("_proof") <= as_of).then("_proof").min(),
            pickup_known=pl.col("_pickup").is_not_null().any()
            | pl.lit(tables.has(Kind.SHIPMENTS, "picked_up_at")),
        )
    )


def pickup_times(tables: Tables) -> pl.LazyFrame:
    """order_id → picked_up_at, the earliest of the orders' own column and the shipments files."""
    own = tables.rows(Kind.ORDERS).select("order_id", "picked_up_at")
    named = pl.when(pl.col("node") == "picked_up").then("node_at")
    shipped = tables.rows(Kind.SHIPMENTS).select(
        "order_id", picked_up_at=pl.coalesce("picked_up_at", named)
    )
    return pl.concat([own, shipped]).group_by("order_id").agg(pl.col("picked_up_at").min())


def shipped_orders(tables: Tables, *, as_of: datetime, combined_days: int) -> pl.LazyFrame:
    """One row a shipped order with what speaks against its waybills.

    Partners are looked for in all rows up to as-of. Columns: order_id, shipped_at, tracking_no
    (one of them), `why` (String, joined clause ids K2 K3 K4 K6 S1-02, null when nothing), _file,
    _row. A check whose column is absent finds nothing.
    """
    rows = tables.rows(Kind.ORDERS).filter(pl.col("shipped_at") <= as_of)
    address = pl.concat_str(
        [pl.col("province").fill_null(""), pl.col("address").fill_null("")], separator=" "
    )
    place = pl.when(pl.col("address").is_not_null()).then(address)
    own = rows.select("order_id", "tracking_no", "shipped_at", "shop_id", place=place)
    listed = (
        tables.rows(Kind.SHIPMENTS)
        .select("order_id", "tracking_no")
        .join(rows.select("order_id", "shipped_at", "shop_id", place=place), on="order_id")
    )
    used = (
        pl.concat([own, listed], how="diagonal")
        .filter(pl.col("tracking_no").is_not_null())
        .unique()
    )
    waybills = used.group_by("tracking_no").agg(
        places=pl.col("place").n_unique() - pl.col("place").is_null().any().cast(pl.UInt32),
        shops=pl.col("shop_id").n_unique() - pl.col("shop_id").is_null().any().cast(pl.UInt32),
        apart=pl.col("shipped_at").max() - pl.col("shipped_at").min(),
    )
    shared = (
        used.select("order_id", "tracking_no")
        .join(waybills, on="tracking_no")
        .group_by("order_id")
        .agg(
            pl.col("tracking_no").min(),
            k2=(pl.col("places") > 1).any(),
            k4=(pl.col("shops") > 1).any(),
            k6=(pl.col("apart") > timedelta(days=combined_days)).any(),
        )
    )
    early = pl.col("picked_up_at") < pl.col("paid_at")
    return (
        rows.group_by("order_id")
        .agg(
            pl.col("shipped_at", "paid_at").min(),
            **{FILE: pl.col(FILE).min(), ROW: pl.col(ROW).min()},
        )
        .join(pickup_times(tables), on="order_id", how="left")
        .join(shared, on="order_id", how="left")
        .with_columns(
            why=_joined(
                K2=pl.col("k2"),
                K3=early & (pl.col("picked_up_at") <= as_of),
                K4=pl.col("k4"),
                K6=pl.col("k6"),
                **{"S1-02": pl.col("tracking_no").is_null() & pl.lit(_names_waybills(tables))},
            )
        )
        .select("order_id", "shipped_at", "tracking_no", "why", FILE, ROW)
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
