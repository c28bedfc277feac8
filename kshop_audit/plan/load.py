"""The files put together: kinds, duplicates, and the account of every record.

What comes out are the good rows without duplicates, and where every other record went. Rows are
never filtered before they are counted: good + rejected + skipped + duplicates = records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import polars as pl

from kshop_audit.facts.tables import Tables, latest, with_numbers, without_numbers
from kshop_audit.ingest import Request, Source, TextNeeds, open_inputs
from kshop_audit.model.progress import Stage, Step
from kshop_audit.model.schema import TABLES, Kind, Type
from kshop_audit.plan.read import BAD, FileRows, Reader
from kshop_audit.tables import (
    FILE,
    RAW_SUFFIX,
    ROW,
)

OUTLIER = timedelta(days=2)
"""A time this much later than every other row's is damaged (rulebook 1, as-of)."""


LATEST = 20
"""Rows of a kind that are looked at for it; the same row may stand in several exports."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that could not be read: file, row and column, the value as it stands, why."""

    file: int
    row: int
    column: str | None
    value: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class FileCount:
    """Where the records of one file went.

    `overlapping`: of the duplicates, those that were given up for a row of another file.
    """

    rows: int = 0
    rejected: int = 0
    skipped: int = 0
    duplicates: int = 0
    overlapping: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None

    @property
    def records(self) -> int:
        """All records of the file."""
        return self.rows + self.rejected + self.skipped + self.duplicates


@dataclass(frozen=True)
class Loaded:
    """All inputs in memory, and the account of their records.

    `unmapped`: kind → column → text → rows. `newest`: the latest event of the inputs.
    """

    tables: Tables
    counts: Mapping[int, FileCount]
    rejects: tuple[Reject, ...]
    unmapped: Mapping[Kind, Mapping[str, Mapping[str, int]]]
    newest: datetime | None

    def rejected(self, kind: Kind, sources: Sequence[Source]) -> int:
        """Rows of a kind that could not be read."""
        files = [source.index for source in sources if source.kind is kind]
        return sum(self.counts[file].rejected for file in files if file in self.counts)


def open_and_load(
    request: Request,
    scratch: Path,
    *,
    find_as_of: bool,
    text: TextNeeds | None = None,
) -> tuple[tuple[Source, ...], Loaded]:
    """The sources of a request and their rows: files are read while they are opened.

    Opening keeps one processor busy and the engine waiting. Whatever is wrong with a file is
    raised as if all had been opened first. `find_as_of`: as-of is to be found, so a damaged future
    time is rejected. `text`: of which messages the text is needed (None: of none). Errors as of
    `open_inputs`.
    """
    with Reader(text) as reader:
        sources = open_inputs(request, scratch, reader.opened, reader.likely)
        parts: dict[int, FileRows] = {}
        rows = 0
        reading = reader.parts()
        names = {source.index: source.name for source in sources}
        for index, part in reading.items():
            step = Step(Stage.READING, len(parts), len(reading), names[index], rows)
            request.watch(step)
            parts[index] = part.result()
            rows += parts[index].good.height
        reading.clear()
    return sources, put_together(sources, parts, find_as_of=find_as_of)


def put_together(
    sources: Sequence[Source], parts: dict[int, FileRows], *, find_as_of: bool
) -> Loaded:
    """What was read of the sources; takes the parts, so that none is held longer than needed."""
    readable = [source for source in sources if source.index in parts]
    kinds: dict[Kind, FileRows] = {}
    for kind in Kind:
        same = [parts.pop(source.index) for source in readable if source.kind is kind]
        if same:
            kinds[kind] = _together(kind, same)
    newest = {kind: _newest(kind, part.good) for kind, part in kinds.items()}
    if find_as_of:
        for kind, rows in _outliers(newest).items():
            kinds[kind] = _without(kind, kinds[kind], rows)
            newest[kind] = _newest(kind, kinds[kind].good)
    kept: dict[Kind, pl.DataFrame] = {}
    single: set[Kind] = set()
    for kind, part in kinds.items():
        good = part.good
        if _single(kind, good):
            single.add(kind)
        else:
            good = _deduplicated(kind, good)
        if good.height != part.good.height:
            newest[kind] = _newest(kind, good)
        kept[kind] = with_numbers(good, kind)
    return Loaded(
        tables=Tables(
            frames=kept,
            columns={kind: _columns(kind, readable) for kind in kinds},
            single=frozenset(single),
        ),
        counts=_counts(readable, kinds, kept),
        rejects=_rejects(kinds),
        unmapped={kind: _unmapped(kind, frame) for kind, frame in kept.items()},
        newest=max((rows[0].at for rows in newest.values() if rows), default=None),
    )


class _LatestRow(NamedTuple):
    """One of the latest rows of a kind: latest event, file, row, key."""

    at: datetime
    file: int
    row: int
    key: str


def _together(kind: Kind, parts: Sequence[FileRows]) -> FileRows:
    """The files of a kind as one."""
    if len(parts) == 1:
        return parts[0]
    return FileRows(
        pl.concat([without_numbers(part.good, kind) for part in parts], how="diagonal"),
        pl.concat([part.bad for part in parts]),
        {file: count for part in parts for file, count in part.skipped.items()},
    )


def _single(kind: Kind, good: pl.DataFrame) -> bool:
    """Whether every row has an id, and no two of them the same.

    Keys that rise from row to row differ, and so do keys of different hashes.
    """
    key = TABLES[kind].key[0]
    if key not in good.columns:
        return False
    keys = good.get_column(key)
    if keys.null_count():
        return False
    # Of the first key, which has none before it, a comparison says nothing.
    return (keys > keys.shift(1)).all() or not keys.hash().is_duplicated().any()


def _deduplicated(kind: Kind, good: pl.DataFrame) -> pl.DataFrame:
    """The rows without duplicates; only rows that may have one are compared."""
    present = frozenset(_present(kind, good))
    key = TABLES[kind].key[0]
    if key not in present:
        return latest(good.lazy(), kind, present).collect()
    again = good.get_column(key).hash().is_duplicated()
    if not again.any():
        return good
    few = latest(good.filter(again).lazy(), kind, present).collect()
    return pl.concat([good.filter(~again), few])


def _present(kind: Kind, frame: pl.DataFrame) -> list[str]:
    return [name for name in TABLES[kind].names if name in frame.columns]


def _columns(kind: Kind, sources: Sequence[Source]) -> dict[int, frozenset[str]]:
    """The columns of each file of the kind."""
    return {
        source.index: frozenset(canonical for _, canonical in source.header if canonical)
        for source in sources
        if source.kind is kind
    }


def _newest(kind: Kind, frame: pl.DataFrame) -> list[_LatestRow]:
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
    top = (
        frame.with_columns(at)
        .filter(at >= least)
        .select("at", FILE, ROW, pl.col(key).cast(pl.String).alias("key"))
        .sort("at", FILE, ROW, descending=True)
        .head(LATEST)
    )
    return [_LatestRow(*row) for row in top.iter_rows()]


def _outliers(newest: Mapping[Kind, Sequence[_LatestRow]]) -> dict[Kind, list[_LatestRow]]:
    """The row whose time lies more than two days after every other row's.

    The same row in several exports is one row.
    """
    ranked = sorted(
        ((kind, row) for kind, rows in newest.items() for row in rows),
        key=lambda entry: entry[1].at,
        reverse=True,
    )
    if not ranked:
        return {}
    first, last = ranked[0][0], ranked[0][1]
    top = [row for kind, row in ranked if (kind, row.key) == (first, last.key)]
    others = [row for kind, row in ranked if kind is not first or row not in top]
    late = [row for row in top if others and row.at - others[0].at > OUTLIER]
    return {first: late} if late else {}


def _without(kind: Kind, part: FileRows, late: Sequence[_LatestRow]) -> FileRows:
    """The rows of a kind with these moved from the good to the rejected ones."""
    good, bad = part.good, [part.bad]
    events = [name for name in TABLES[kind].event_times if name in good.columns]
    for row in dict.fromkeys(late):
        here = (pl.col(FILE) == row.file) & (pl.col(ROW) == row.row)
        # A cell may hold a whole conversation, whose messages have one row.
        here &= pl.max_horizontal(events) == row.at
        told = good.filter(here).select(pl.col(events) == row.at).row(0, named=True)
        column = next(name for name in events if told[name])
        cells = (row.file, row.row, column, str(row.at), "future_time")
        bad += [pl.DataFrame([cells], schema=BAD, orient="row")] * good.filter(here).height
        good = good.filter(~here.fill_null(False))
    return FileRows(good, pl.concat(bad), part.skipped)


def _counts(
    sources: Sequence[Source], kinds: Mapping[Kind, FileRows], kept: Mapping[Kind, pl.DataFrame]
) -> dict[int, FileCount]:
    counts = {source.index: FileCount() for source in sources}
    for kind, part in kinds.items():
        files = [source.index for source in sources if source.kind is kind]
        rejected = _by_file(part.bad, files)
        good = _by_file(part.good, files)
        overlaps = _overlaps(kind, part.good, kept[kind]) if len(files) > 1 else {}
        for file in files:
            here = kept[kind] if len(files) == 1 else kept[kind].filter(pl.col(FILE) == file)
            ends = _ends(kind, here)
            counts[file] = FileCount(
                rows=here.height,
                rejected=rejected.get(file, 0),
                skipped=part.skipped.get(file, 0),
                duplicates=good.get(file, 0) - here.height,
                overlapping=overlaps.get(file, 0),
                first_at=min(ends, default=None),
                last_at=max(ends, default=None),
            )
    return counts


def _overlaps(kind: Kind, good: pl.DataFrame, kept: pl.DataFrame) -> dict[int, int]:
    """By file, how many of its good rows gave way to one of another file."""
    if good.height == kept.height:
        return {}
    key = [name for name in TABLES[kind].key if name in good.columns]
    places = kept.select(FILE, ROW)
    given_up = good.select(FILE, ROW, *key).join(places, on=[FILE, ROW], how="anti")
    if TABLES[kind].key[0] in key:  # without it, a duplicate is one of another file
        rows = kept.select(*key, pl.col(FILE).alias("_for"))
        given_up = given_up.join(rows, on=key, nulls_equal=True)
        given_up = given_up.filter(pl.col(FILE) != pl.col("_for"))
    return dict(given_up.get_column(FILE).value_counts().iter_rows())


def _by_file(frame: pl.DataFrame, files: Sequence[int]) -> dict[int, int]:
    if len(files) == 1:
        return {files[0]: frame.height}
    return dict(frame.get_column(FILE).value_counts().iter_rows())


def _ends(kind: Kind, frame: pl.DataFrame) -> list[datetime]:
    """The first and the last of every event time of the kind."""
    times = [frame.get_column(n) for n in TABLES[kind].event_times if n in frame.columns]
    ends = [end for time in times for end in (time.min(), time.max())]
    return [end for end in ends if isinstance(end, datetime)]


def _rejects(kinds: Mapping[Kind, FileRows]) -> tuple[Reject, ...]:
    rows = [row for part in kinds.values() for row in part.bad.iter_rows()]
    found = [Reject(file, row, column, value, why or "") for file, row, column, value, why in rows]
    return tuple(sorted(found, key=lambda reject: (reject.file, reject.row)))


def _unmapped(kind: Kind, frame: pl.DataFrame) -> dict[str, dict[str, int]]:
    """Text of code columns that is in no vocabulary, with the number of rows."""
    found: dict[str, dict[str, int]] = {}
    for column in TABLES[kind].columns:
        raw = column.name + RAW_SUFFIX
        if column.type is not Type.CODE or raw not in frame.columns:
            continue
        values = frame.get_column(raw).drop_nulls().value_counts().sort("count", raw)
        if values.height:
            found[column.name] = {row[0]: row[1] for row in values.iter_rows()}
    return found
