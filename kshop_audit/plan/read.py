"""The first of the plan's collects: each file once, streaming, into narrow tables."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import polars as pl

from kshop_audit.facts.tables import NUMBERED, numbers_of
from kshop_audit.ingest import Records, Source, TextNeeds, while_reading
from kshop_audit.tables import (
    BAD_COLUMN,
    BAD_REASON,
    BAD_VALUE,
    BOOKKEEPING,
    FILE,
    GOOD,
    KEYLESS,
    NUMBER,
    REJECTED,
    ROW,
    SPAN_SUFFIX,
    STATE,
)

BAD = pl.Schema(
    {name: BOOKKEEPING[name] for name in (FILE, ROW, BAD_COLUMN, BAD_VALUE, BAD_REASON)}
)
"""Of a rejected row, where it stands and what is wrong with it."""


AT_ONCE = 2
"""Files: while of one a step is taken that keeps one processor busy, the other gets the rest."""


@dataclass(frozen=True, slots=True)
class FileRows:
    """The rows of a file or kind.

    `bad`: the rejected ones, with the columns of BAD and what could be read of their cells.
    `strays`: readable rows that lack what makes them one of a group, such as their id; with the
    columns of `good`. `skipped`: by file, how many were skipped.
    """

    good: pl.DataFrame
    bad: pl.DataFrame
    strays: pl.DataFrame
    skipped: Mapping[int, int]


class Reader:
    """Reads files in the background, two at a time, as soon as they are given.

    Checking that the quick way reads a large file rightly takes one processor as long as reading it
    takes two. So it is read meanwhile, and read again in the rare case that the check fails.
    """

    def __init__(self, text: TextNeeds | None = None) -> None:
        """`text`: see `load.open_and_load`."""
        self._needs = text or TextNeeds((), pl.lit(False))
        self._background = ThreadPoolExecutor(AT_ONCE)
        self._ahead: dict[int, tuple[Records, Future[FileRows]]] = {}
        self._parts: dict[int, Future[FileRows]] = {}

    def __enter__(self) -> Self:
        """Nothing is read yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Whatever has not begun never will."""
        self._background.shutdown(cancel_futures=True)

    def likely(self, index: int, name: str, records: Records) -> None:
        """Begin to read a file that is still being opened."""
        self._ahead[index] = (records, self._begin(index, name, records))

    def opened(self, source: Source) -> None:
        """Read a file, unless that has begun already and in the right way."""
        if source.records is None:
            return
        guess, part = self._ahead.pop(source.index, (None, None))
        if guess is not None and part is not None and guess.raw is source.records.raw:
            self._parts[source.index] = part
            return
        if part is not None:
            part.cancel()
        self._parts[source.index] = self._begin(source.index, source.name, source.records)

    def parts(self) -> dict[int, Future[FileRows]]:
        """By file, what was read or is going to be."""
        return self._parts

    def _begin(self, index: int, name: str, records: Records) -> Future[FileRows]:
        return self._background.submit(_read, index, name, records, self._needs)


def _read(index: int, name: str, records: Records, needs: TextNeeds) -> FileRows:
    """Scan one file, see what is plain in it, and read what is left."""
    with while_reading(name):
        text = records.text(needs).collect(engine="streaming")
    ids = records.single_cells(NUMBERED.get(records.header.match.kind, ()))
    text = text.with_columns(numbers_of(text, ids))
    checked = records.checks(text).collect()
    rows = records.rows(text, checked, needs).collect()
    # A twin of a column in which every time has its seconds says nothing.
    rows = rows.drop(
        name for name in rows.columns
        if name.endswith(SPAN_SUFFIX) and rows[name].null_count() == rows.height
    )  # fmt: skip
    if STATE not in rows.columns:
        return FileRows(rows, pl.DataFrame(schema=BAD), rows.clear(), {})
    state = rows[STATE]
    rows = rows.drop(STATE)
    good = rows.filter(state == GOOD).drop(BAD_COLUMN, BAD_VALUE, BAD_REASON)
    bad, strays = rows.filter(state == REJECTED), rows.filter(state == KEYLESS)
    numbers = [name for name in rows.columns if name.endswith(NUMBER)]
    bad, strays = records.readable(bad.drop(numbers)), strays.select(good.columns).drop(numbers)
    skipped = rows.height - good.height - bad.height - strays.height
    return FileRows(good, bad, strays, {index: skipped})
