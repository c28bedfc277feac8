"""The technical service fee of each order, put together by month; whole fen only."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

import polars as pl

from kshop_audit.facts.tables import Tables
from kshop_audit.model.schema import Kind


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


def monthly(
    orders: pl.LazyFrame, *, since: datetime, of_commission: Fraction, of_amount: Fraction
) -> pl.LazyFrame:
    """One row a month of payment: month ("2026-03"), fee_fen and orders charged (Int64), estimated.

    `orders`: paid orders with paid_fen, commission_fen (estimated) and settled_commission_fen.
    An order pays a share of the commission its promoter received, else a share of the amount;
    orders paid before `since` pay nothing. `estimated`: a commission without a settlement.
    """
    commission = pl.coalesce("settled_commission_fen", "commission_fen").fill_null(0)
    fee = (
        pl.when(pl.col("paid_at") < since).then(0)
        .when(commission > 0).then(share_fen(commission, of_commission))
        .otherwise(share_fen(pl.col("paid_fen"), of_amount))
    )  # fmt: skip
    return (
        orders.group_by(month=pl.col("paid_at").dt.strftime("%Y-%m"))
        .agg(
            fee_fen=fee.sum().cast(pl.Int64),
            orders=(pl.col("paid_at") >= since).sum().cast(pl.Int64),
            estimated=((commission > 0) & pl.col("settled_commission_fen").is_null()).any(),
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
