"""The technical service fee of each order, and of each month; whole fen only."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

import polars as pl

from kshop_audit.facts import Facts, fact
from kshop_audit.facts.orders import orders
from kshop_audit.facts.tables import Tables
from kshop_audit.model.schema import Kind
from kshop_audit.tables import FILE, ROW


def _with_settled(orders: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """Orders with settled_commission_fen, from the settlements files that name a commission."""
    if not tables.some_has(Kind.SETTLEMENTS, "commission"):
        return orders.with_columns(settled_commission_fen=pl.lit(None, pl.Int64))
    settled = (
        tables.rows(Kind.SETTLEMENTS)
        .filter(tables.from_files_with(Kind.SETTLEMENTS, "commission"))
        .group_by("order_id")
        .agg(settled_commission_fen=pl.col("commission").sum())
    )
    return orders.join(settled, on="order_id", how="left")


def share_fen(amount_fen: pl.Expr, share: Fraction) -> pl.Expr:
    """A share of an amount in fen, rounded half up to a fen, in whole numbers."""
    part, whole = share.as_integer_ratio()
    return (amount_fen * (2 * part) + whole) // (2 * whole)


@fact
def charged_orders(
    facts: Facts, since: datetime, of_commission: Fraction, of_amount: Fraction
) -> pl.LazyFrame:
    """One row a paid order: order_id, month of payment (Date, its first day), fee_fen, charged
    (Int64, 0 or 1), estimated and lacking (Boolean), _file, _row.

    An order paid by as-of pays a share of the commission its promoter received, else a share of the
    amount; orders paid before `since` pay nothing. `estimated`: a commission without a settlement.
    `lacking`: there is nothing to take a share of, neither a commission nor an amount; such an
    order is counted apart and charged nothing.
    """
    paid = facts(orders).filter(pl.col("paid_at") <= facts.terms.last)
    commission = pl.coalesce("settled_commission_fen", "commission_fen").fill_null(0)
    due = pl.col("paid_at") >= since
    lacking = due & (commission <= 0) & pl.col("unpriced")
    fee = (
        pl.when(~due | lacking).then(0)
        .when(commission > 0).then(share_fen(commission, of_commission))
        .otherwise(share_fen(pl.col("paid_fen"), of_amount))
    )  # fmt: skip
    return _with_settled(paid, facts.tables).select(
        "order_id",
        FILE,
        ROW,
        month=_month("paid_at"),
        fee_fen=fee.cast(pl.Int64),
        charged=(due & ~lacking).cast(pl.Int64),
        estimated=(commission > 0) & pl.col("settled_commission_fen").is_null(),
        lacking=lacking,
    )


def monthly(charged: pl.LazyFrame) -> pl.LazyFrame:
    """One row a month of `charged_orders`: month ("2026-03"), fee_fen, lacking (Int64), estimated
    (of any).
    """
    return (
        charged.group_by("month")
        .agg(
            pl.col("fee_fen").sum(),
            pl.col("lacking").sum().cast(pl.Int64),
            pl.col("estimated").any(),
        )
        .with_columns(month=_named("month"))
        .sort("month")
    )


@fact
def monthly_share_range(facts: Facts, least: Fraction, most: Fraction) -> pl.LazyFrame:
    """One row a month of payment: month ("2026-03"), low_fen, high_fen, orders, unpriced (Int64).

    Of orders paid by as-of that were not closed; those without an amount are counted apart and
    charged nothing.
    """
    paid = facts(orders).filter((pl.col("paid_at") <= facts.terms.last) & ~pl.col("closed"))
    lacking = pl.col("unpriced")
    amount = pl.when(lacking).then(0).otherwise("paid_fen")
    return (
        paid.group_by(month=_month("paid_at"))
        .agg(
            low_fen=share_fen(amount, least).sum().cast(pl.Int64),
            high_fen=share_fen(amount, most).sum().cast(pl.Int64),
            orders=(~lacking).sum().cast(pl.Int64),
            unpriced=lacking.sum().cast(pl.Int64),
        )
        .with_columns(month=_named("month"))
        .sort("month")
    )


def _month(at: str) -> pl.Expr:
    """The month of a time as its first day; text costs ten times as much to make and to group."""
    return pl.col(at).dt.date().dt.month_start()


def _named(month: str) -> pl.Expr:
    return pl.col(month).dt.strftime("%Y-%m")
