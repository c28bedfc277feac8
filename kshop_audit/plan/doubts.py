"""Rows that are no good ones: those whose key says what they touch, and those that say nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from kshop_audit.model.knowledge import Why
from kshop_audit.model.schema import TABLES, Kind
from kshop_audit.plan.read import BAD, FileRows
from kshop_audit.tables import FILE, ROW, SAID, WHY

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
    Kind.SERVICE_ASSESSMENT: ("scope",),
}
"""Columns of which one is enough to know what a row belongs to."""

_OF = {Kind.CHATS: SAYS_WHAT[Kind.CHATS]}
"""Kinds of which a row is a good one without its key, but belongs to nothing without these."""


def without_strays(kind: Kind, part: FileRows) -> FileRows:
    """The rows of a kind with those that do not say what they belong to among the strays.

    In group layouts what a row belongs to stands on the first row of its group only. A file
    without any such column is no group layout.
    """
    names = [name for name in _OF.get(kind, ()) if name in part.good.columns]
    if not names or part.good[names[0]].null_count() == 0:
        return part
    stray = pl.all_horizontal(pl.col(name).is_null() for name in names)
    said = pl.any_horizontal(pl.col(name).is_not_null().any().over(FILE) for name in names)
    found = part.good.filter(stray & said)
    if found.is_empty():
        return part
    good = part.good.filter(~(stray & said))
    strays = pl.concat([part.strays, found], how="diagonal")
    return replace(part, good=good, strays=strays)


def told_once(kind: Kind, part: FileRows) -> FileRows:
    """The rows of a kind with each rejected one as often as the file that holds it most often has
    it: overlapping exports hold the same unreadable row.

    A message that nothing but its time and its sender tells from others stays.
    """
    bad = part.bad
    names = [name for name in bad.columns if name not in (FILE, ROW)]
    if bad.height < 2 or bad[FILE].n_unique() < 2:
        return part
    told = pl.lit(True)
    if kind is Kind.CHATS and SAID[0] not in names:
        told = pl.col("message_id").is_not_null() if "message_id" in names else pl.lit(False)
    nth = pl.when(told).then(pl.int_range(pl.len()).over(FILE, *names)).otherwise(-1)
    own = pl.when(told).then(0).otherwise(pl.int_range(pl.len()))
    once = (
        bad.with_columns(_nth=nth, _own=own)
        .unique([*names, "_nth", "_own"], keep="first", maintain_order=True)
        .drop("_nth", "_own")
    )
    return replace(part, bad=once)


def doubtful(kind: Kind, part: FileRows) -> pl.DataFrame | None:
    """The rows that are no good ones and say what they touch, with WHY; None if there is none."""
    bad = part.bad.filter(_says(kind, part.bad))
    strays = part.strays.filter(_says(kind, part.strays))
    if bad.is_empty() and strays.is_empty():
        return None
    bad = bad.drop(name for name in BAD.names()[2:] if name in bad.columns)
    timed = TABLES[kind].row_of(strays.columns) in TABLES[kind].event_times
    why = Why.NO_TIME if timed else Why.NO_KEY
    found = [
        bad.with_columns(pl.lit(Why.NOT_READABLE.value).alias(WHY)),
        strays.with_columns(pl.lit(why.value).alias(WHY)),
    ]
    return pl.concat([frame for frame in found if frame.height], how="diagonal")


def keyless(kind: Kind, part: FileRows) -> dict[Why, int]:
    """How many rows say nothing of what they touch, by reason."""
    counts = {
        Why.NOT_READABLE: part.bad.filter(~_says(kind, part.bad)).height,
        Why.NO_KEY: part.strays.filter(~_says(kind, part.strays)).height,
    }
    return {why: count for why, count in counts.items() if count}


def largest_burst(chats: pl.DataFrame) -> int:
    """The most buyer messages of one conversation on one day, at least 1.

    So many can one reply answer, which stands in a row that does not say whom it answers.
    """
    names = [name for name in SAYS_WHAT[Kind.CHATS] if name in chats.columns]
    if not names or not {"sent_at", "sender_role"} <= set(chats.columns):
        return 1
    buyers = chats.lazy().filter((pl.col("sender_role") == "buyer").fill_null(True))
    sizes = buyers.group_by(pl.coalesce(names), pl.col("sent_at").cast(pl.Date)).len()
    return max(1, sizes.select(pl.col("len").max()).collect().item() or 1)


def _says(kind: Kind, rows: pl.DataFrame) -> pl.Expr:
    names = [name for name in SAYS_WHAT[kind] if name in rows.columns]
    return pl.any_horizontal(pl.lit(False), *(pl.col(name).is_not_null() for name in names))
