"""The technical service fee of each order, and of each month; whole fen only."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

import polars as pl

from kshop_audit.facts.tables import Tables
from kshop_audit.model.schema import Kind
from kshop_audit.tables import FILE, ROW


def settled(tables: Tables) -> pl.LazyFrame:
    """order_id → settled_commission_fen, from the settlements files that name a commission."""
    told = tables.from_files_with(Kind.SETTLEMENTS, "commission")
    return (
        tables.rows(Kind.SETTLEMENTS)
        .filter(told)
        .group_by("order_id")
        .agg(settled_commission_fen=pl.col("commission").sum())
    )


def share_fen(amount_fen: pl.Expr, share: Fraction) -> pl.Expr:
    """A share of an amount in fen, rounded half up to a fen, in whole numbers."""
    part, whole = share.as_integer_ratio()
    return (amount_fen * (2 * part) + whole) // (2 * whole)


def charged(
    orders: pl.LazyFrame,
    unpriced: pl.LazyFrame,
    *,
    since: datetime,
    of_commission: Fraction,
    of_amount: Fraction,
) -> pl.LazyFrame:
    """One row a paid order: order_id, month of payment ("2026-03"), fee_fen, charged (Int64, 0 or
    1), estimated and lacking (Boolean), _file, _row.

    `orders`: paid orders with paid_fen, commission_fen (estimated) and settled_commission_fen. An
    order pays a share of the commission its promoter received, else a share of the amount; orders
    paid before `since` pay nothing. `estimated`: a commission without a settlement. `lacking`:
    there is nothing to take a share of, neither a commission nor, by `unpriced`, an amount; such an
    order is counted apart and charged nothing.
    """
    commission = pl.coalesce("settled_commission_fen", "commission_fen").fill_null(0)
    due = pl.col("paid_at") >= since
    lacking = due & (commission <= 0) & pl.col("unpriced").fill_null(False)
    fee = (
        pl.when(~due | lacking).then(0)
        .when(commission > 0).then(share_fen(commission, of_commission))
        .otherwise(share_fen(pl.col("paid_fen"), of_amount))
    )  # fmt: skip
    known = unpriced.select("order_id", unpriced=pl.lit(True))
    return orders.join(known, on="order_id", how="left").select(
        "order_id",
        FILE,
        ROW,
        month=pl.col("paid_at").dt.strftime("%Y-%m"),
        fee_fen=fee.cast(pl.Int64),
        charged=(due & ~lacking).cast(pl.Int64),
        estimated=(commission > 0) & pl.col("settled_commission_fen").is_null(),
        lacking=lacking,
    )


def monthly(orders: pl.LazyFrame) -> pl.LazyFrame:
    """One row a month of `charged` orders: month, fee_fen, lacking (Int64), estimated (of any)."""
    return (
        orders.group_by("month")
        .agg(
            pl.col("fee_fen").sum(),
            pl.col("lacking").sum().cast(pl.Int64),
            pl.col("estimated").any(),
        )
        .sort("month")
    )


def share_range(
    orders: pl.LazyFrame, unpriced: pl.LazyFrame, *, least: Fraction, most: Fraction
) -> pl.LazyFrame:
    """One row a month of payment: month ("2026-03"), low_fen, high_fen, orders, unpriced (Int64).

    `orders`: paid orders that were not closed, with paid_fen; `unpriced`: the order_id of those
    without an amount, which are counted apart and charged nothing.
    """
    known = pl.col("priced").fill_null(True)
    amount = pl.when(known).then("paid_fen").otherwise(0)
    return (
        orders.join(unpriced.select("order_id", priced=pl.lit(False)), on="order_id", how="left")
        .group_by(month=pl.col("paid_at").dt.strftime("%Y-%m"))
        .agg(
            low_fen=share_fen(amount, least).sum().cast(pl.Int64),
            high_fen=share_fen(amount, most).sum().cast(pl.Int64),
            orders=known.sum().cast(pl.Int64),
            unpriced=(~known).sum().cast(pl.Int64),
        )
        .sort("month")
    )


def unpriced(tables: Tables) -> pl.LazyFrame:
    """order_id of the orders of which a row has no amount paid."""
    rows = tables.rows(Kind.ORDERS).filter(pl.col("paid_amount").is_null())
    return rows.select("order_id").unique()
