"""Times that are days: a column in which every time of a file is a midnight tells no hour.

A program that keeps days alone writes 2026-10-05 00:00:00 for one; what happened then may have
happened at any hour of it (rulebook 1b.4).
"""

from __future__ import annotations

import polars as pl

from kshop_audit.model.schema import TABLES, Kind
from kshop_audit.tables import DAY_SPAN, FILE, SPAN_SUFFIX

ENOUGH = 10
"""So many midnights and no other time of a file are no chance."""
_DAY = 86_400_000
"""Milliseconds."""


def with_days(kind: Kind, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of a kind, with the span of a day for what happened in such a column."""
    for name in TABLES[kind].event_times:
        if name not in rows.columns or rows[name].dtype != pl.Datetime("ms"):
            continue
        at = pl.col(name).to_physical()
        midnight = (at % _DAY == 0).fill_null(True)
        if not rows.select(midnight.head(1)).to_series().any() and rows[FILE].n_unique() == 1:
            continue
        whole = midnight.all().over(FILE) & (at.count().over(FILE) >= ENOUGH)
        days = rows.select(whole & at.is_not_null()).to_series()
        if days.any():
            span = name + SPAN_SUFFIX
            known = pl.col(span) if span in rows.columns else pl.lit(None, pl.Int32)
            day = pl.when(days).then(pl.lit(DAY_SPAN, pl.Int32))
            rows = rows.with_columns(pl.coalesce(known, day).alias(span))
    return rows
