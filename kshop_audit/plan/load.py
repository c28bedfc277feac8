"""The first of the plan's collects: every file once, on the streaming engine, into narrow tables.

What comes out are the good rows without duplicates, and where every other record went. Rows are
never filtered before they are counted: good + rejected + skipped + duplicates = records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from kshop_audit.facts.tables import Tables, latest
from kshop_audit.ingest import Source
from kshop_audit.model.schema import TABLES, Kind, Type
from kshop_audit.tables import (
    BAD_COLUMN,
    BAD_REASON,
    BAD_VALUE,
    FILE,
    GOOD,
    RAW_SUFFIX,
    REJECTED,
    ROW,
    SKIPPED,
    STATE,
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
    """Where the records of one file went."""

    rows: int = 0
    rejected: int = 0
    skipped: int = 0
    duplicates: int = 0
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


def load(
    sources: Sequence[Source], *, find_as_of: bool, keep_text: pl.Expr | None = None
) -> Loaded:
    """Read all files.

    `find_as_of`: as-of is to be found, so a damaged future time is rejected. `keep_text`: Boolean
    over `content`, of which merchant messages the text is needed (None: of none).
    """
    keep = pl.lit(False) if keep_text is None else keep_text
    readable = [source for source in sources if source.table is not None and source.kind]
    frames = pl.collect_all([_narrow(source, keep) for source in readable], engine="streaming")
    kinds: dict[Kind, pl.DataFrame] = {}
    for kind in Kind:
        parts = [f for source, f in zip(readable, frames, strict=True) if source.kind is kind]
        if parts:
            kinds[kind] = parts[0] if len(parts) == 1 else pl.concat(parts, how="diagonal")
    if find_as_of:
        kinds = _without_outlier(kinds)
    columns = {kind: _columns(kind, readable) for kind in kinds}
    good = {kind: frame.filter(pl.col(STATE) == GOOD) for kind, frame in kinds.items()}
    unique = [
        latest(good[kind].lazy(), kind, frozenset(_present(kind, good[kind]))) for kind in good
    ]
    kept = dict(zip(good, pl.collect_all(unique), strict=True))
    newest = [top for kind, frame in kept.items() if (top := _newest(kind, frame))]
    return Loaded(
        tables=Tables(frames=kept, columns=columns),
        counts=_counts(readable, kinds, kept),
        rejects=_rejects(kinds),
        unmapped={kind: _unmapped(kind, frame) for kind, frame in kept.items()},
        newest=max((top[0][0] for top in newest), default=None),
    )


def _narrow(source: Source, keep_text: pl.Expr) -> pl.LazyFrame:
    table = source.table
    if table is None:
        raise ValueError(source.name)  # the caller keeps readable sources only
    if source.kind is not Kind.CHATS:
        return table
    names = table.collect_schema().names()
    if "content" not in names or "sender_role" not in names:
        return table
    # Buyers may write anything (C1); their text is not needed and would be most of the memory.
    said = pl.when(pl.col("sender_role").is_in(("agent", "robot"))).then("content")
    kept = pl.when(keep_text).then("content")
    return table.with_columns(said.alias("content")).with_columns(kept.alias("content"))


def _present(kind: Kind, frame: pl.DataFrame) -> list[str]:
    return [name for name in TABLES[kind].names if name in frame.columns]


def _columns(kind: Kind, sources: Sequence[Source]) -> dict[int, frozenset[str]]:
    """The columns of each file of the kind."""
    return {
        source.index: frozenset(canonical for _, canonical in source.header if canonical)
        for source in sources
        if source.kind is kind
    }


def _newest(kind: Kind, frame: pl.DataFrame) -> list[tuple[datetime, int, int, str]]:
    """The latest rows of several keys: (latest event, file, row, key), latest first."""
    events = [name for name in TABLES[kind].event_times if name in frame.columns]
    if not events or frame.is_empty():
        return []
    key = TABLES[kind].key[0] if TABLES[kind].key[0] in frame.columns else ROW
    top = (
        frame.lazy()
        .select(FILE, ROW, at=pl.max_horizontal(events), key=pl.col(key).cast(pl.String))
        .filter(pl.col("at").is_not_null())
        .top_k(LATEST, by="at")
        .collect()
        .sort("at", FILE, ROW, descending=True)
    )
    return [(row["at"], row[FILE], row[ROW], row["key"]) for row in top.iter_rows(named=True)]


def _without_outlier(kinds: dict[Kind, pl.DataFrame]) -> dict[Kind, pl.DataFrame]:
    """Reject the row whose time lies more than two days after every other row's.

    The same row in several exports is one row.
    """
    ranked = sorted(
        (
            (*row, kind)
            for kind, frame in kinds.items()
            for row in _newest(kind, frame.filter(pl.col(STATE) == GOOD))
        ),
        key=lambda row: row[0],
        reverse=True,
    )
    if not ranked:
        return kinds
    top = [row for row in ranked if (row[3], row[4]) == (ranked[0][3], ranked[0][4])]
    others = [row for row in ranked if row not in top]
    late = [row for row in top if others and row[0] - others[0][0] > OUTLIER]
    result = dict(kinds)
    for at, file, row, _, kind in late:
        result[kind] = _rejected(
            result[kind], kind, at, (pl.col(FILE) == file) & (pl.col(ROW) == row)
        )
    return result


def _rejected(frame: pl.DataFrame, kind: Kind, at: datetime, here: pl.Expr) -> pl.DataFrame:
    events = [name for name in TABLES[kind].event_times if name in frame.columns]
    column = next(
        name for name in events if frame.filter(here).select(pl.col(name) == at).item() is True
    )
    return frame.with_columns(
        pl.when(here).then(pl.lit(REJECTED, pl.UInt8)).otherwise(STATE).alias(STATE),
        pl.when(here).then(pl.lit(column)).otherwise(BAD_COLUMN).alias(BAD_COLUMN),
        pl.when(here).then(pl.lit(str(at))).otherwise(BAD_VALUE).alias(BAD_VALUE),
        pl.when(here).then(pl.lit("future_time")).otherwise(BAD_REASON).alias(BAD_REASON),
    )


def _counts(
    sources: Sequence[Source], kinds: Mapping[Kind, pl.DataFrame], kept: Mapping[Kind, pl.DataFrame]
) -> dict[int, FileCount]:
    counts = {source.index: FileCount() for source in sources}
    for kind, frame in kinds.items():
        events = [name for name in TABLES[kind].event_times if name in frame.columns]
        states = frame.group_by(FILE).agg(
            good=(pl.col(STATE) == GOOD).sum(),
            rejected=(pl.col(STATE) == REJECTED).sum(),
            skipped=(pl.col(STATE) == SKIPPED).sum(),
        )
        survived = (
            kept[kind]
            .group_by(FILE)
            .agg(
                rows=pl.len(),
                first_at=pl.min_horizontal([pl.col(name).min() for name in events])
                if events
                else pl.lit(None),
                last_at=pl.max_horizontal([pl.col(name).max() for name in events])
                if events
                else pl.lit(None),
            )
        )
        for row in states.join(survived, on=FILE, how="left").iter_rows(named=True):
            rows = row["rows"] or 0
            counts[row[FILE]] = FileCount(
                rows=rows,
                rejected=row["rejected"],
                skipped=row["skipped"],
                duplicates=row["good"] - rows,
                first_at=row["first_at"],
                last_at=row["last_at"],
            )
    return counts


def _rejects(kinds: Mapping[Kind, pl.DataFrame]) -> tuple[Reject, ...]:
    found = [
        Reject(row[FILE], row[ROW], row[BAD_COLUMN], row[BAD_VALUE], row[BAD_REASON] or "")
        for frame in kinds.values()
        for row in frame.filter(pl.col(STATE) == REJECTED)
        .select(FILE, ROW, BAD_COLUMN, BAD_VALUE, BAD_REASON)
        .iter_rows(named=True)
    ]
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
