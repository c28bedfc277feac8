"""Rows that are no good ones: those whose key says what they touch, and those that say nothing."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from kshop_audit.facts.tables import with_numbers
from kshop_audit.model.knowledge import Why
from kshop_audit.model.schema import Kind
from kshop_audit.plan.read import BAD, FileRows
from kshop_audit.tables import FILE, WHY

SAYS_WHAT: Mapping[Kind, tuple[str, ...]] = {
    Kind.ORDERS: ("order_id",),
    Kind.CHATS: ("session_id", "buyer_id"),
    Kind.TICKETS: ("ticket_id", "order_id"),
    Kind.DISPUTES: ("ticket_id",),
    Kind.SHIPMENTS: ("order_id",),
    Kind.RATINGS: ("session_id", "rated_at"),
    Kind.REVIEWS: ("review_id", "order_id"),
    Kind.PRODUCTS: ("product_id",),
    Kind.VIOLATIONS: ("violation_id", "order_id"),
    Kind.EVIDENCE: ("violation_id",),
    Kind.SETTLEMENTS: ("order_id",),
    Kind.SERVICE_STATS: ("date",),
}
"""Columns of which one is enough to know what a row belongs to."""

_OF = {Kind.CHATS: SAYS_WHAT[Kind.CHATS]}
"""Kinds of which a row is a good one without its key, but belongs to nothing without these."""


def without_strays(kind: Kind, part: FileRows) -> tuple[FileRows, dict[int, int]]:
    """The rows of a kind without those that do not say what they belong to, and by file how many
    these are.

    In group layouts what a row belongs to stands on the first row of its group only. A file
    without any such column is no group layout.
    """
    names = [name for name in _OF.get(kind, ()) if name in part.good.columns]
    strays = dict(part.keyless)
    if not names or part.good[names[0]].null_count() == 0:
        return part, strays
    stray = pl.all_horizontal(pl.col(name).is_null() for name in names)
    said = pl.any_horizontal(pl.col(name).is_not_null().any().over(FILE) for name in names)
    found = part.good.filter(stray & said)
    if found.is_empty():
        return part, strays
    for file, count in found[FILE].value_counts().iter_rows():
        strays[file] = strays.get(file, 0) + count
    good = with_numbers(part.good.filter(~(stray & said)), kind)
    return FileRows(good, part.bad, part.skipped, strays), strays


def doubtful(kind: Kind, bad: pl.DataFrame) -> pl.DataFrame | None:
    """The rejected rows that say what they touch, with WHY; None if there is none."""
    found = bad.filter(_says(kind, bad))
    if found.is_empty():
        return None
    found = found.drop(name for name in BAD.names()[2:] if name in found.columns)
    return found.with_columns(pl.lit(Why.NOT_READABLE.value).alias(WHY))


def keyless(kind: Kind, bad: pl.DataFrame, strays: Mapping[int, int]) -> dict[Why, int]:
    """How many rows say nothing of what they touch, by reason."""
    counts = {
        Why.NOT_READABLE: bad.filter(~_says(kind, bad)).height,
        Why.NO_KEY: sum(strays.values()),
    }
    return {why: count for why, count in counts.items() if count}


def _says(kind: Kind, bad: pl.DataFrame) -> pl.Expr:
    names = [name for name in SAYS_WHAT[kind] if name in bad.columns]
    return pl.any_horizontal(pl.lit(False), *(pl.col(name).is_not_null() for name in names))
