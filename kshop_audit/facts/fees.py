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


def _with_refunds(orders: pl.LazyFrame, facts: Facts) -> pl.LazyFrame:
    """Orders with refunded_fen (what is known to have been paid back) and refund_open (Boolean: a
    refund of which nobody tells the amount, or an order that may have been closed).

    A closed order was paid back in full, unless its tickets tell how much.
    """
    tables, last = facts.tables, facts.terms.last
    money_back = pl.col("type").is_in(("refund_only", "return_refund")) & (
        (pl.col("status") == "succeeded") & (pl.col("finished_at") <= last).fill_null(True)
    )
    amount = pl.col("refund_amount")
    stated = (
        tables.rows(Kind.TICKETS)
        .filter(money_back.fill_null(True) & pl.col("order_id").is_not_null())
        .group_by("order_id")
        .agg(
            _stated=pl.when(money_back.fill_null(False)).then(amount).sum(),
            _unstated=(~money_back.fill_null(False) | amount.is_null()).any(),
        )
    )
    known = pl.col("_stated").is_not_null()
    unstated = pl.col("_unstated").fill_null(pl.col("refunded_in_part"))
    if Kind.TICKETS in tables.doubtful:
        unstated = unstated | _named_by(tables, Kind.TICKETS)
    if tables.keyless.get(Kind.TICKETS):
        unstated = pl.lit(True)  # a row without its order may be a refund of any of them
    unstated = unstated | ~pl.col("status_known")  # nothing tells of a state without the column
    in_full = pl.col("closed") & (~known | pl.col("_unstated").fill_null(False))
    paid = pl.col("paid_fen")
    return (
        orders.join(stated, on="order_id", how="left")
        .with_columns(
            refunded_fen=pl.when(in_full).then(paid).otherwise(pl.col("_stated").fill_null(0)),
            refund_open=unstated & ~in_full,
        )
        .drop("_stated", "_unstated")
    )


def _named_by(tables: Tables, *kinds: Kind) -> pl.Expr:
    """Boolean: a row of the order in a file of one of the kinds could not be read."""
    ids = pl.concat(_unread_ids(tables, *kinds)).get_column("order_id")
    return pl.col("order_id").is_in(ids.drop_nulls().implode())


def _unread_ids(tables: Tables, *kinds: Kind) -> list[pl.DataFrame]:
    """order_id of the rows that could not be read, by kind."""
    rows = (tables.doubtful.get(kind) for kind in kinds)
    return [frame.select("order_id") for frame in rows if frame is not None]


def _with_unread(known: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """Charged orders, without the fee of those of which a row could not be read, and with a row for
    each order of which nothing else is known.
    """
    kinds = (Kind.ORDERS, Kind.SETTLEMENTS)
    damaged = _unread_ids(tables, *kinds)
    strays = sum(sum(tables.keyless.get(kind, {}).values()) for kind in kinds)
    if damaged:
        ids = pl.concat(damaged).drop_nulls().unique().lazy().with_columns(_unread=pl.lit(True))
        nothing = pl.col("_unread").is_null()
        known = known.join(ids, on="order_id", how="full", coalesce=True).with_columns(
            pl.when(nothing).then("fee_fen").alias("fee_fen"),
            pl.when(nothing).then("least_fen").alias("least_fen"),
        ).drop("_unread")  # fmt: skip
    if strays:
        rows = pl.LazyFrame({"order_id": [None] * strays}, schema={"order_id": pl.String})
        known = pl.concat([known, rows], how="diagonal")
    return known


@fact
def charged_orders(
    facts: Facts, since: datetime, of_commission: Fraction, of_amount: Fraction
) -> pl.LazyFrame:
    """One row a paid order: order_id, month of payment (Date, its first day), fee_fen, least_fen
    (less than the fee where the refund is not known), charged (Int64, 0 or 1), estimated and
    lacking (Boolean), _file, _row.

    An order paid by as-of pays a share of the commission its promoter received, else a share of the
    amount without what was paid back; orders paid before `since` pay nothing. `estimated`: a
    commission without a settlement; it was not received of an order that was paid back in full.
    `lacking`: there is nothing to take a share of, neither a commission nor an amount; such an
    order is counted apart and charged nothing. Of an order with a row that could not be read the
    fee is null, and the month where nothing else is known of it; so is the order where not even its
    id could be read.
    """
    paid = facts(orders).filter(pl.col("paid_at") <= facts.terms.last)
    settled = pl.col("settled_commission_fen").is_not_null()
    commission = pl.coalesce("settled_commission_fen", "commission_fen").fill_null(0)
    due = pl.col("paid_at") >= since
    lacking = due & (commission <= 0) & pl.col("unpriced")
    base = pl.max_horizontal(pl.col("paid_fen") - pl.col("refunded_fen"), pl.lit(0, pl.Int64))
    nothing = (base == 0) & (pl.col("refunded_fen") > 0)
    fee = (
        pl.when(~due | lacking | (nothing & ~settled)).then(0)
        .when(commission > 0).then(share_fen(commission, of_commission))
        .otherwise(share_fen(base, of_amount))
    )  # fmt: skip
    least = pl.when(pl.col("refund_open") & ~(settled & (commission > 0))).then(0).otherwise(fee)
    charged = _with_refunds(_with_settled(paid, facts.tables), facts).select(
        "order_id",
        FILE,
        ROW,
        month=_month("paid_at"),
        fee_fen=fee.cast(pl.Int64),
        least_fen=least.cast(pl.Int64),
        charged=(due & ~lacking).cast(pl.Int64),
        estimated=(commission > 0) & ~settled,
        lacking=lacking,
    )
    return _with_unread(charged, facts.tables)


def monthly(charged: pl.LazyFrame) -> pl.LazyFrame:
    """One row a month of `charged_orders`: month ("2026-03"), fee_fen, least_fen, lacking, refunds
    (Int64: orders of which the refund is not known), estimated (of any).
    """
    return (
        charged.filter(pl.col("fee_fen").is_not_null())
        .group_by("month")
        .agg(
            pl.col("fee_fen", "least_fen").sum(),
            pl.col("lacking").sum().cast(pl.Int64),
            pl.col("estimated").any(),
            refunds=(pl.col("least_fen") < pl.col("fee_fen")).sum().cast(pl.Int64),
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
