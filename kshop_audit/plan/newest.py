"""The latest events of the inputs: the default as-of, and rows that claim to be of the future."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import NamedTuple

import polars as pl

from kshop_audit.model.frozen import frozen
from kshop_audit.model.schema import TABLES, Kind
from kshop_audit.plan.read import BAD, FileRows
from kshop_audit.tables import DAY_SPAN, FILE, ROW, SPAN_SUFFIX

OUTLIER = timedelta(days=60)
"""Rows this much later than every other row are damaged (rulebook 1, as-of)."""

MOST, SHARE = 5, 20
"""So many rows may be outliers if they are at most one of SHARE of their file's rows; one row
always may."""

LATEST = 40
"""Rows of a kind that are looked at for it; the same row may stand in several exports."""


class LatestRow(NamedTuple):
    """One of the latest rows of a kind: latest event, file, row, key; `day`: a date only."""

    at: datetime
    file: int
    row: int
    key: str
    day: bool


Latest = Mapping[Kind, Sequence[LatestRow]]


def latest_rows(kind: Kind, frame: pl.DataFrame) -> list[LatestRow]:
    """The latest rows of several keys, latest first."""
    events = [name for name in TABLES[kind].event_times if name in frame.columns]
    if not events or frame.is_empty():
        return []
    # Only the times are ranked: of all columns together that would take ten times as long.
    at = pl.DataFrame([frame[name] for name in events]).max_horizontal().alias("at")
    least = at.drop_nulls().top_k(LATEST).min()
    if least is None:
        return []
    key = TABLES[kind].key[0] if TABLES[kind].key[0] in frame.columns else ROW
    dates = [
        (pl.col(name) == pl.col("at")) & (pl.col(name + SPAN_SUFFIX) == DAY_SPAN)
        for name in events
        if name + SPAN_SUFFIX in frame.columns
    ]
    top = (
        frame.with_columns(at)
        .filter(at >= least)
        .select(
            "at", FILE, ROW,
            pl.col(key).cast(pl.String).alias("key"),
            pl.any_horizontal(pl.lit(False), *dates).fill_null(False).alias("day"),
        )
        .sort("at", FILE, ROW, descending=True)
        .head(LATEST)
    )  # fmt: skip
    return [LatestRow(*row) for row in top.iter_rows()]


def newest_event(latest: Latest) -> datetime | None:
    """The newest event; the end of its day if it is a date only."""
    at = max((rows[0].at for rows in latest.values() if rows), default=None)
    if at is None:
        return None
    if any(row.day for rows in latest.values() for row in rows if row.at == at):
        return datetime.combine(at.date(), time.min) + timedelta(days=1)
    return at


@frozen
class Outliers:
    """Damaged rows by kind, and the instant after which a time is one that made them so."""

    rows: Mapping[Kind, Sequence[LatestRow]]
    limit: datetime


def outliers(latest: Latest, rows: Mapping[int, int]) -> Outliers | None:
    """The rows that lie more than OUTLIER after every other row; `rows`: of each file.

    The same row in several exports is one row.
    """
    ranked: dict[tuple[Kind, str, datetime], list[LatestRow]] = {}
    together = [(kind, row) for kind, found in latest.items() for row in found]
    for kind, row in sorted(together, key=lambda entry: entry[1].at, reverse=True):
        ranked.setdefault((kind, row.key, row.at), []).append(row)
    keys = list(ranked)
    for count in range(min(MOST, len(keys) - 1), 0, -1):
        if keys[count - 1][2] - keys[count][2] <= OUTLIER:
            continue
        late = {key: ranked[key] for key in keys[:count]}
        if count > 1 and not _few([row for found in late.values() for row in found], rows):
            continue
        found: dict[Kind, list[LatestRow]] = {}
        for (kind, _, _), same in late.items():
            found.setdefault(kind, []).extend(same)
        return Outliers(found, keys[count][2] + OUTLIER)
    return None


def _few(late: Sequence[LatestRow], rows: Mapping[int, int]) -> bool:
    files = {row.file for row in late}
    return all(sum(row.file == file for row in late) * SHARE <= rows[file] for file in files)


def without(kind: Kind, part: FileRows, late: Sequence[LatestRow], limit: datetime) -> FileRows:
    """The rows of a kind with these moved from the good to the rejected ones, without the times
    after `limit`.
    """
    good, bad = part.good, [part.bad]
    events = [name for name in TABLES[kind].event_times if name in good.columns]
    for row in dict.fromkeys(late):
        here = (pl.col(FILE) == row.file) & (pl.col(ROW) == row.row)
        # A cell may hold a whole conversation, whose messages have one row.
        here &= pl.max_horizontal(events) == row.at
        found = good.filter(here)
        stated = found.select(pl.col(events) == row.at).row(0, named=True)
        column = next(name for name in events if stated[name])
        unread = (pl.when(pl.col(name) <= limit).then(name).alias(name) for name in events)
        why = dict(zip(BAD.names()[2:], (column, str(row.at), "future_time"), strict=True))
        stated_why = (pl.lit(text, BAD[name]).alias(name) for name, text in why.items())
        bad.append(found.with_columns(*unread, *stated_why))
        good = good.filter(~here.fill_null(False))
    return replace(part, good=good, bad=pl.concat(bad, how="diagonal"))
