"""The first of the plan's collects: each file once, streaming, into narrow tables."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from types import TracebackType
from typing import Self

import polars as pl

from kshop_audit.ingest import Records, Source, TextNeeds, while_reading
from kshop_audit.model.frozen import frozen
from kshop_audit.plan.engine import are_few, collected, few_bytes
from kshop_audit.tables import (
    BAD_COLUMN,
    BAD_REASON,
    BAD_VALUE,
    BOOKKEEPING,
    FILE,
    GOOD,
    KEYLESS,
    RAW_SUFFIX,
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


@frozen
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


NO_TEXT = TextNeeds((), partial(pl.lit, False), "none")


class Reader:
    """Reads files in the background, two at a time, as soon as they are given.

    Checking that the quick way reads a large file rightly takes one processor as long as reading it
    takes two. So it is read meanwhile, and read again in the rare case that the check fails.
    """

    def __init__(self, needs: TextNeeds = NO_TEXT) -> None:
        """`needs`: of which messages the text is needed."""
        self._needs = needs
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
        self._ahead[index] = (records, self._begin(name, records))

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
        self._parts[source.index] = self._begin(source.name, source.records)

    def parts(self) -> dict[int, Future[FileRows]]:
        """By file, what was read or is going to be."""
        return self._parts

    def _begin(self, name: str, records: Records) -> Future[FileRows]:
        return self._background.submit(_read, name, records, self._needs)


def _read(name: str, records: Records, needs: TextNeeds) -> FileRows:
    """Scan one file, and take a closer look at the rows that need one."""
    with while_reading(name):
        plain, odd = rows_of(records, needs)
    if plain is not None and odd.is_empty():
        return FileRows(plain, pl.DataFrame(schema=BAD), plain.clear(), {})
    # A twin of a column in which every time has its seconds says nothing, nor that of known words.
    odd = odd.drop(
        name for name in odd.columns
        if name.endswith((SPAN_SUFFIX, RAW_SUFFIX)) and odd[name].null_count() == odd.height
    )  # fmt: skip
    state = odd[STATE]
    odd = odd.drop(STATE)
    good = odd.filter(state == GOOD).drop(BAD_COLUMN, BAD_VALUE, BAD_REASON)
    bad, strays = odd.filter(state == REJECTED), odd.filter(state == KEYLESS)
    skipped = odd.height - good.height - bad.height - strays.height
    bad, strays = records.readable(bad), strays.select(good.columns)
    return FileRows(_in_order(plain, good), bad, strays, {records.index: skipped})


def rows_of(records: Records, needs: TextNeeds) -> tuple[pl.DataFrame | None, pl.DataFrame]:
    """The plain rows, if there may be any, and the odd ones."""
    if records.may_be_plain:
        # Both from one scan.
        both = {"plain": records.plain(needs), "odd": records.odd_cells()}
        found = collected(both, few=few_bytes(records.raw.size))
        found["plain"] = needs.kept(found["plain"])
        if found["odd"].is_empty():
            return found["plain"], found["plain"].clear()
        odd = _typed(records.odd(found["odd"], needs), found["odd"].height)
        if not records.has_second_header(odd):
            return found["plain"], records.settled(odd)
        # From there on no row is what it seems, odd or not.
    text = records.odd_cells(closely=True).collect(engine="streaming")
    return None, records.settled(_typed(records.odd(text, needs), text.height))


def _typed(odd: pl.LazyFrame, rows: int) -> pl.DataFrame:
    return collected({"odd": odd}, few=are_few(rows))["odd"]


def _in_order(plain: pl.DataFrame | None, odd: pl.DataFrame) -> pl.DataFrame:
    """The good rows in the order of the file."""
    if plain is None:
        return odd
    lacking = [pl.lit(None, odd.schema[n]).alias(n) for n in odd.columns if n not in plain.columns]
    plain = plain.with_columns(lacking)
    if odd.is_empty():
        return plain
    both = plain.lazy().merge_sorted(odd.select(plain.columns).lazy(), key=ROW)
    return both.collect()
