"""What happened on which day: the pace of a shop, which separates a lost day from a quiet one."""

from __future__ import annotations

import polars as pl

from kshop_audit.facts.conversations import conversation
from kshop_audit.facts.sharing import Facts
from kshop_audit.model.schema import Kind

BEGUN = "begun"
"""The frame of conversations by the day of their first message."""

_PLACED = {
    Kind.ORDERS: ("created_at", "paid_at"),
    Kind.CHATS: ("sent_at",),
    Kind.TICKETS: ("applied_at",),
    Kind.RATINGS: ("rated_at",),
    Kind.REVIEWS: ("reviewed_at",),
    Kind.SERVICE_STATS: ("date",),
}
"""The columns that place a row on a day, the best one first."""


def by_kind(facts: Facts) -> dict[str, pl.LazyFrame]:
    """Kind → day (Date), rows (UInt32): the rows of each day; BEGUN likewise for conversations."""
    found: dict[str, pl.LazyFrame] = {}
    tables = facts.tables
    for kind, columns in _PLACED.items():
        at = next((name for name in columns if tables.has(kind, name)), None)
        if at is None:
            continue
        rows = tables.rows(kind).filter(pl.col(at).is_not_null())
        found[kind] = rows.group_by(day=pl.col(at).cast(pl.Date)).agg(rows=pl.len())
        if kind is Kind.CHATS:
            firsts = rows.group_by(conversation(tables)).agg(day=pl.col(at).min().cast(pl.Date))
            found[BEGUN] = firsts.group_by("day").agg(rows=pl.len())
    return found
