"""Pickups against 48 and 72 hours after payment, and against the promises of presale orders."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from kshop_audit.facts.conversations import coded
from kshop_audit.facts.orders import PICKUP, waybill_rows
from kshop_audit.facts.tables import Tables
from kshop_audit.model.schema import Kind


def promised_pickups(
    orders: pl.LazyFrame,
    *,
    as_of: datetime,
    since: datetime,
    until: datetime | None,
    hours: tuple[int, int],
    pickup_hours: int,
    default_hours: int,
) -> pl.LazyFrame:
    """One row an order, with what it adds to the composite pickup rate.

    `orders`: see `orders.orders`, with applied_at of the first ticket. `hours`: until full and
    until partial credit of a spot order; `pickup_hours`: after shipping, for presale;
    `default_hours`: the promise of a presale order that has none. Columns: order_id, mode ("spot",
    "presale"), left_out (UInt8, null when counted), in_time (Boolean, null where the files do not
    show a pickup), later (Boolean: partial credit), due_at, picked_up_at, paid_at; of the mode:
    paid, due, good, partial (Int64), and `speaks`: one counted row a mode; _file, _row.
    """
    full, partial = (timedelta(hours=number) for number in hours)
    presale = pl.col("presale")
    picked, shipped, paid = (pl.col(n) for n in ("picked_up_at", "shipped_at", "paid_at"))
    promise = pl.coalesce("promised_at", paid + timedelta(hours=default_hours))
    after = shipped + timedelta(hours=pickup_hours)
    kept = (shipped <= promise) & (picked <= after)
    broken = pl.coalesce(shipped, pl.lit(as_of)) > promise
    decided = picked.is_not_null() | (
        pl.when(presale)
        .then(broken | (after < as_of).fill_null(False))
        .otherwise(paid + partial < as_of)
    )
    rows = orders.with_columns(
        mode=pl.when(presale).then(pl.lit("presale")).otherwise(pl.lit("spot")),
        due_at=pl.when(presale).then(pl.min_horizontal(promise, shipped)
                                     + timedelta(hours=pickup_hours)).otherwise(paid + full),
        left_out=_left_out(as_of, since, until, decided),
        in_time=pl.when(picked.is_not_null())
        .then(pl.when(presale).then(kept).otherwise(picked - paid <= full))
        .when(pl.col("pickup_known") | (presale & broken))
        .then(pl.lit(False)),
        later=(~presale & (picked - paid > full) & (picked - paid <= partial)).fill_null(False),
    )  # fmt: skip
    return _summed(rows)


def _left_out(
    as_of: datetime, since: datetime, until: datetime | None, decided: pl.Expr
) -> pl.Expr:
    paid, picked, applied = (pl.col(n) for n in ("paid_at", "picked_up_at", "applied_at"))
    outside = paid < since if until is None else (paid < since) | (paid >= until)
    refunded = (applied <= as_of) & (picked.is_null() | (applied < picked))
    return (
        pl.when(paid.is_null()).then(coded("unpaid"))
        .when(paid > as_of).then(coded("after_as_of"))
        .when(outside).then(coded("outside_window"))
        .when("exempted").then(coded("force_majeure"))
        .when("cancelled").then(coded("cancelled"))
        .when(refunded).then(coded("refund_before_pickup"))
        .when(~decided).then(coded("pending"))
    )  # fmt: skip


def _summed(rows: pl.LazyFrame) -> pl.LazyFrame:
    counted = pl.col("left_out").is_null()
    waiting = (pl.col("left_out") == coded("pending")).fill_null(False)

    def total(what: pl.Expr) -> pl.Expr:
        return what.fill_null(False).cast(pl.Int64).sum().over("mode")

    return rows.with_columns(
        paid=total(counted | waiting),
        due=total(counted),
        good=total(counted & pl.col("in_time")),
        partial=total(counted & pl.col("later")),
        speaks=counted & (counted.cast(pl.Int64).cum_sum().over("mode") == 1),
    )


def last_pickups(tables: Tables, *, as_of: datetime) -> pl.LazyFrame:
    """order_id → last_pickup_at: of its last parcel, null while one of them is not picked up.

    Parcels are the rows of the shipments files; an order without any there is one parcel.
    """
    listed = waybill_rows(tables).select("order_id", at=PICKUP)
    lines = tables.rows(Kind.ORDERS).select("order_id", at="picked_up_at")
    alone = lines.join(listed.select("order_id").unique(), on="order_id", how="anti")
    happened = (pl.col("at") <= as_of).fill_null(False)
    return (
        pl.concat([listed, alone])
        .group_by("order_id")
        .agg(last_pickup_at=pl.when(happened.all()).then(pl.col("at").max()))
    )


def due_pickups(orders: pl.LazyFrame, *, hours: int) -> pl.LazyFrame:
    """Orders with due_at: the hours after payment, or the promise where that is shorter.

    `orders`: see `orders.orders`, with applied_at and last_pickup_at.
    """
    limit = pl.col("paid_at") + timedelta(hours=hours)
    # An order that is not paid has a promise at most, and is never due.
    return orders.with_columns(
        due_at=pl.when(pl.col("paid_at").is_not_null()).then(
            pl.min_horizontal(limit, pl.col("promised_at"))
        )
    )
