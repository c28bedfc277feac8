"""Several rows of one order become one: how each column is put together.

Most orders have one row. Where all have, nothing needs to be grouped, and each column is what it
says of that row (measured over 200,000 orders: 0.03 s instead of 0.12 s). Both ways stand side by
side here, so that they cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from kshop_audit.model.frozen import frozen


@frozen
class Merge:
    """One column of an order: from its only row, and from the group of its rows."""

    alone: pl.Expr
    grouped: pl.Expr


def merged(rows: pl.LazyFrame, columns: Mapping[str, Merge], *, alone: bool) -> pl.LazyFrame:
    """One row an order_id with these columns; `alone`: no two rows have the same."""
    if alone:
        return rows.select("order_id", **{name: each.alone for name, each in columns.items()})
    return rows.group_by("order_id").agg(**{name: each.grouped for name, each in columns.items()})


def least(value: pl.Expr) -> Merge:
    """The least value; null where there is none."""
    return Merge(value, value.min())


def greatest(value: pl.Expr) -> Merge:
    """The greatest value; null where there is none."""
    return Merge(value, value.max())


def total(value: pl.Expr) -> Merge:
    """The sum; nothing adds 0."""
    return Merge(value.fill_null(0), value.sum())


def one_is(check: pl.Expr) -> Merge:
    """Whether one row is known to be so."""
    return Merge(check.fill_null(False), check.any())


def all_are(check: pl.Expr) -> Merge:
    """Whether every row is known to be so."""
    return Merge(check.fill_null(False), check.fill_null(False).all())


def last_of_all(value: pl.Expr) -> Merge:
    """The latest time, or null while one of the rows has none."""
    return Merge(value, pl.when(value.is_not_null().all()).then(value.max()))


def rows_of_it() -> Merge:
    """How many rows there are (UInt32)."""
    return Merge(pl.lit(1, pl.UInt32), pl.len().cast(pl.UInt32))
