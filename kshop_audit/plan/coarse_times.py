"""Times that are coarser than they look: a column of midnights alone tells no hour, one of whole
minutes no second.

A program that keeps days alone writes 2026-10-05 00:00:00 for one; what happened then may have
happened at any hour of it. Of so many messages of which nearly none was sent within a minute, the
seconds were lost (rulebook 1b.4).
"""

from __future__ import annotations

import polars as pl

from kshop_audit.model.schema import TABLES, Kind
from kshop_audit.tables import DAY_SPAN, FILE, SPAN_SUFFIX

ENOUGH = 10
"""So many midnights and no other time of a file are no chance."""
MANY, OTHERS = 1_000, 100
"""Of so many messages of a file one in OTHERS may have been sent within a minute."""
MINUTES = (3600, 1800, 900, 600, 300, 60)
"""Seconds that messages may be apart by, the longest first."""
_SECOND, _DAY = 1_000, 86_400_000
"""Milliseconds."""


def with_spans(kind: Kind, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of a kind, with the span of a day for what happened in such a column, and that of
    a minute or more for messages without seconds.
    """
    for name in TABLES[kind].event_times:
        if name not in rows.columns or rows[name].dtype != pl.Datetime("ms"):
            continue
        at = pl.col(name).to_physical()
        midnight = (at % _DAY == 0).fill_null(True)
        if not rows.select(midnight.head(1)).to_series().any() and rows[FILE].n_unique() == 1:
            continue
        whole = midnight.all().over(FILE) & (at.count().over(FILE) >= ENOUGH)
        rows = _spanned(rows, name, whole & at.is_not_null(), DAY_SPAN)
    return _without_seconds(rows) if kind is Kind.CHATS else rows


def _without_seconds(chats: pl.DataFrame) -> pl.DataFrame:
    """The messages, with the span of what they are whole times of."""
    if "sent_at" not in chats.columns or chats.height < MANY:
        return chats
    at = pl.col("sent_at").to_physical()
    # By file: one that lost its seconds may stand beside many that did not.
    whole = chats.group_by(FILE).agg(share=(at % (MINUTES[-1] * _SECOND) == 0).mean())
    if not (whole["share"] * 2 >= 1).any():
        return chats
    for seconds in MINUTES:
        within = at % (seconds * _SECOND) != 0
        nearly = (within.sum() * OTHERS <= at.count()) & (at.count() >= MANY)
        chats = _spanned(chats, "sent_at", nearly.over(FILE) & ~within, seconds - 1)
    return chats


def _spanned(rows: pl.DataFrame, name: str, which: pl.Expr, seconds: int) -> pl.DataFrame:
    """The rows, with a span for those times that have none yet."""
    some = rows.select(which.fill_null(False)).to_series()
    if not some.any():
        return rows
    span = name + SPAN_SUFFIX
    known = pl.col(span) if span in rows.columns else pl.lit(None, pl.Int32)
    own = pl.when(some).then(pl.lit(seconds, pl.Int32))
    return rows.with_columns(pl.coalesce(known, own).alias(span))
