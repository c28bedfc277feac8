"""The rows that facts start from: deduplicated canonical frames, and which columns they have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import date, datetime
from functools import cached_property
from typing import cast

import polars as pl

from kshop_audit.facts.numbering import Numerals, numbered
from kshop_audit.model.frozen import frozen
from kshop_audit.model.knowledge import Why
from kshop_audit.model.schema import Kind
from kshop_audit.tables import (
    BOOKKEEPING,
    CATEGORY,
    FILE,
    LOST,
    NUMBER,
    RAW_SUFFIX,
    ROW,
    SPAN_SUFFIX,
    WHY,
    schema,
)

MERCHANT = ("agent", "robot")
"""The senders of the shop's side; rules check their text only, buyers may write anything (C1)."""

NUMBERED = {Kind.CHATS: ("session_id", "buyer_id", "message_id")}
"""The ids of millions of rows, and those by which they are sorted."""

AGAIN = ("session_id", "buyer_id")
"""Of these, the ones that several rows have."""

OF_THE_ORDER = frozenset({"status", "created_at", "paid_at", "shipped_at", "paid_amount"})
"""Columns of which a file of orders has at least one, and a file of nothing but lines none."""


EVENTS = {
    Kind.ORDERS: ("created_at", "paid_at", "shipped_at", "received_at", "finished_at"),
    Kind.TICKETS: ("applied_at", "agreed_at", "finished_at"),
    Kind.CHATS: ("sent_at",),
}
"""What happened, by the kinds whose states tell how something stands."""

MASK = r"[*＊]|[•●○]{2}"
"""In the name of a buyer: what stands for the characters that are not shown."""

SEVERAL = r"[,，;；、|]\s*"
"""What parts the order numbers of one waybill that carries several orders."""


@frozen
class OneSided:
    """Days of which the chats hold the messages of one side only; `buyers`: those of buyers."""

    buyers: bool
    days: tuple[date, ...]


@frozen(slots=False)
class Tables:
    """The good, deduplicated rows of every kind that was given.

    `frames`: kind → frame in memory. `columns`: kind → file → canonical columns it has. `single`:
    kinds of which no two rows have the same id, lines of one order included. `doubtful`: kind →
    rows that are no good ones although their key is readable: a rejected row of an order says that
    something more is true of this order, and not what. They have WHY and those of the canonical
    columns that could be read. `keyless`: kind → reason → rows that do not even say to what they
    belong. `partners`: orders of other shops in the same files, which count nowhere, but may share
    a waybill with those of this one. `one_sided`: the days of which chats lack a side. `numerals`:
    of columns whose ids stand in the frame as numbers, how they are written.
    """

    frames: Mapping[Kind, pl.DataFrame]
    columns: Mapping[Kind, Mapping[int, frozenset[str]]]
    single: frozenset[Kind] = frozenset()
    doubtful: Mapping[Kind, pl.DataFrame] = field(default_factory=dict)
    keyless: Mapping[Kind, Mapping[Why, int]] = field(default_factory=dict)
    partners: pl.DataFrame | None = None
    one_sided: tuple[OneSided, ...] = ()
    numerals: Mapping[Kind, Mapping[str, Numerals]] = field(default_factory=dict)

    def has(self, kind: Kind, *names: str) -> bool:
        """Whether files of the kind were given and every one of them has all these columns."""
        files = self._whole(kind)
        return bool(files) and all(set(names) <= columns for columns in files.values())

    def has_one_of(self, kind: Kind, names: Iterable[str]) -> bool:
        """Whether files of the kind were given and every one has at least one of the columns."""
        files, wanted = self._whole(kind), set(names)
        return bool(files) and all(wanted & columns for columns in files.values())

    def _whole(self, kind: Kind) -> Mapping[int, frozenset[str]]:
        """Columns by file of the kind, without files of nothing but order lines."""
        files, lines = self.columns.get(kind, {}), self.line_files
        if kind is not Kind.ORDERS or not lines:
            return files
        return {file: columns for file, columns in files.items() if file not in lines}

    @property
    def line_files(self) -> frozenset[int]:
        """Files of nothing but order lines; the file of orders beside it has what it lacks."""
        return frozenset(
            file
            for file, columns in self.columns.get(Kind.ORDERS, {}).items()
            if "sub_order_id" in columns and not columns & OF_THE_ORDER
        )

    @cached_property
    def masked_buyers(self) -> bool:
        """Whether names of buyers are masked, so that several may hide under one."""
        frame = self.frames.get(Kind.CHATS)
        if frame is None or "buyer_id" not in frame.columns:
            return False
        written = self._numerals(Kind.CHATS).get("buyer_id")
        if written is not None:
            return re.search(MASK, written.begin) is not None
        return bool(frame["buyer_id"].unique().cast(pl.String).str.contains(MASK).any())

    @cached_property
    def masked_talks(self) -> bool:
        """Whether a conversation is known by the masked name of its buyer alone."""
        frame = self.frames.get(Kind.CHATS)
        if frame is None or not self.masked_buyers:
            return False
        if "session_id" not in frame.columns:
            return True
        nameless = self.texts(Kind.CHATS, "buyer_id", frame["session_id"].is_null().arg_true())
        return bool(nameless.str.contains(MASK).any())

    @cached_property
    def shared_waybills(self) -> bool:
        """Whether a waybill carries several orders, whose numbers stand in one cell."""
        frame = self.frames.get(Kind.SHIPMENTS)
        if frame is None or "order_id" not in frame.columns:
            return False
        return bool(frame["order_id"].str.contains(SEVERAL).any())

    @cached_property
    def texts_lost(self) -> tuple[datetime, datetime] | None:
        """The first and the last message of the shop's side that has lost its text; None if none
        has, and chats have no column LOST.
        """
        frame = self.frames.get(Kind.CHATS)
        if frame is None or LOST not in frame.columns:
            return None
        lost = frame.filter(LOST)["sent_at"]
        return cast("datetime", lost.min()), cast("datetime", lost.max())

    def complete(self, kind: Kind, name: str) -> bool:
        """Whether every row of the kind has a value in the column."""
        frame = self.frames.get(kind)
        return frame is not None and name in frame.columns and not frame[name].null_count()

    def filled(self, kind: Kind, name: str) -> bool:
        """Whether any row of the kind has something in the column, understood or not."""
        frame = self.frames.get(kind)
        columns = (name, name + RAW_SUFFIX)
        return frame is not None and any(
            column in frame.columns and frame[column].null_count() < frame.height
            for column in columns
        )

    def matched(self, side: Kind, main: Kind, key: str) -> tuple[int, int]:
        """How many different keys of a side file the main file has, and how many there are."""
        return matched_ids(self._ids(side, key), self._ids(main, key))

    def side_of_orders(self, side: Kind) -> tuple[int, int] | None:
        """`matched` of a side file by its order ids; None without the file, and where one of its
        cells holds several ids.
        """
        if side not in self.frames or self.shared_waybills:
            return None
        return self.matched(side, Kind.ORDERS, "order_id")

    def _ids(self, kind: Kind, key: str) -> pl.Series:
        frame = self.frames.get(kind)
        if frame is None or key not in frame.columns:
            return pl.Series(key, [], dtype=pl.String)
        return self.texts(kind, key)

    def texts(self, kind: Kind, name: str, at: pl.Series | None = None) -> pl.Series:
        """A column of ids (String) of all rows, or of those at some places of the frame; null where
        the kind has no such column.
        """
        frame = self.frames.get(kind)
        if frame is None or name not in frame.columns:
            height = (0 if frame is None else frame.height) if at is None else len(at)
            return pl.Series(name, [None] * height, dtype=pl.String)
        ids = frame[name] if at is None else frame[name].gather(at)
        text = self._written(kind).get(name, pl.col(name).cast(pl.String))
        return ids.to_frame().select(text.alias(name)).to_series()

    def _written(self, kind: Kind) -> dict[str, pl.Expr]:
        """Of columns that stand in the frame as numbers or categories, the ids (String)."""
        frame, numerals = self.frames[kind], self._numerals(kind)
        kinds = {name: frame.schema.get(name) for name in NUMBERED.get(kind, ())}
        return {
            name: numerals[name].text(pl.col(name))
            if name in numerals
            else pl.col(name).cast(pl.String)
            for name, dtype in kinds.items()
            if name in numerals or dtype == CATEGORY
        }

    def _numerals(self, kind: Kind) -> Mapping[str, Numerals]:
        return self.numerals.get(kind, {})

    def empty(self, kind: Kind) -> bool:
        """Whether files of the kind were given and hold nothing but headers."""
        frame = self.frames.get(kind)
        if frame is None or frame.height:
            return False
        return kind not in self.doubtful and kind not in self.keyless

    def number(self, kind: Kind, name: str) -> pl.Expr:
        """The ids of a complete column of AGAIN as whole numbers, equal where and only where the
        ids are. LookupError for another column.
        """
        if name not in self._written(kind):
            raise LookupError(f"{name} of {kind} is no id that comes again")
        return pl.col(name + NUMBER)

    def drawn(self, kind: Kind, name: str) -> pl.Expr:
        """The ids in the order of their texts, as cheaply as they can be compared."""
        return pl.col(name + NUMBER) if name in self._numerals(kind) else pl.col(name)

    def greatest(self, kind: Kind, name: str) -> int | None:
        """The greatest number of `number`, if that is known without looking at all ids."""
        if kind not in self.frames or name not in self._written(kind):
            return None
        return cast("int", self.frames[kind][name].to_physical().max())

    def doubtful_rows(self, kind: Kind) -> pl.LazyFrame:
        """The doubtful rows of a kind with all canonical columns and WHY; cells that could not be
        read are null.
        """
        frame = self.doubtful.get(kind)
        wanted = {**schema(kind), FILE: BOOKKEEPING[FILE], ROW: BOOKKEEPING[ROW], WHY: pl.String()}
        if frame is None:
            return pl.LazyFrame(schema=wanted)
        lacking = [name for name in wanted if name not in frame.columns]
        return frame.lazy().with_columns(
            pl.lit(None, dtype=wanted[name]).alias(name) for name in lacking
        )

    def reasons_of_doubt(self, kind: Kind) -> tuple[Why, ...]:
        """Why rows of the kind are doubtful; none where none is."""
        frame = self.doubtful.get(kind)
        return () if frame is None else tuple(map(Why, frame[WHY].unique().sort()))

    def imprecise(self, kind: Kind, *names: str) -> bool:
        """Whether some cell of these time columns is a date or a time without seconds."""
        frame = self.frames.get(kind)
        return frame is not None and any(name + SPAN_SUFFIX in frame.columns for name in names)

    def at_latest(self, kind: Kind, name: str) -> pl.Expr:
        """The latest instant that the cells of a time column may mean; the column itself is the
        earliest.
        """
        if not self.imprecise(kind, name):
            return pl.col(name)
        seconds = pl.duration(seconds=pl.col(name + SPAN_SUFFIX).fill_null(0), time_unit="ms")
        return pl.col(name) + seconds

    def with_partners(self) -> pl.LazyFrame:
        """The orders of this shop and of the others in the same files, as of `rows`."""
        rows = self.rows(Kind.ORDERS)
        if self.partners is None:
            return rows
        there = set(self.partners.columns)
        others = self.partners.lazy().with_columns(
            pl.lit(None, dtype).alias(name)
            for name, dtype in schema(Kind.ORDERS).items()
            if name not in there
        )
        return pl.concat([rows, others], how="diagonal")

    def run_past(self, last: datetime) -> bool:
        """Whether orders, tickets or messages tell of anything after an instant: then their states
        may be younger than it as well.
        """
        return any(
            isinstance(newest := frame[name].max(), datetime) and newest > last
            for kind, names in EVENTS.items()
            if (frame := self.frames.get(kind)) is not None
            for name in names
            if name in frame.columns and frame[name].null_count() < frame.height
        )

    def holds_nothing(self, kind: Kind) -> bool:
        """Whether files of the kind were given, and none of them has a row."""
        frame = self.frames.get(kind)
        nothing = frame is not None and frame.is_empty()
        return nothing and kind not in self.doubtful and kind not in self.keyless

    def some_has(self, kind: Kind, name: str) -> bool:
        """Whether at least one file of the kind has the column."""
        return any(name in columns for columns in self.columns.get(kind, {}).values())

    def from_files_with(self, kind: Kind, name: str) -> pl.Expr:
        """Boolean: whether the row comes from a file that has this column."""
        files = self.columns.get(kind, {})
        return pl.col(FILE).is_in([file for file, columns in files.items() if name in columns])

    def rows(self, kind: Kind) -> pl.LazyFrame:
        """All canonical columns of a kind, lazy; columns or files that are absent are null.

        A row of a file of nothing but order lines is no order: see `order_lines`.
        """
        rows = self._rows(kind)
        if kind is not Kind.ORDERS or not self.line_files:
            return rows
        return rows.filter(~pl.col(FILE).is_in(self.line_files))

    def order_lines(self) -> pl.LazyFrame:
        """The rows of files of nothing but order lines, with the columns of orders."""
        return self._rows(Kind.ORDERS).filter(pl.col(FILE).is_in(self.line_files))

    def _rows(self, kind: Kind) -> pl.LazyFrame:
        if kind not in self._completed:
            wanted = schema(kind)
            frame = self.frames.get(kind)
            if frame is None:
                book = {FILE: BOOKKEEPING[FILE], ROW: BOOKKEEPING[ROW]}
                frame = pl.DataFrame(schema={**wanted, **book})
            lacking = [name for name in wanted if name not in frame.columns]
            written = self._written(kind) if kind in self.frames else {}
            self._completed[kind] = frame.lazy().with_columns(
                *(pl.lit(None, dtype=wanted[name]).alias(name) for name in lacking),
                *(text.alias(name) for name, text in written.items()),
                *(pl.col(n).to_physical().cast(pl.Int64).alias(n + NUMBER) for n in written),
            )
        return self._completed[kind]

    @cached_property
    def _completed(self) -> dict[Kind, pl.LazyFrame]:
        """The frames of `_rows` that were requested so far."""
        return {}


def matched_ids(ids: pl.Series, *others: pl.Series) -> tuple[int, int]:
    """How many different ids stand in one of the other columns, and how many there are."""
    own = ids.drop_nulls().unique().alias("id").to_frame()
    there = pl.concat([other.drop_nulls().alias("id").to_frame() for other in others])
    return own.join(there, on="id", how="semi").height, own.height


def not_understood(name: str) -> pl.Expr:
    """Boolean: the cell of a code column holds a text that is in no vocabulary."""
    return pl.col(name).is_null() & pl.col(name + RAW_SUFFIX).is_not_null()


def one_of(name: str, words: Iterable[str]) -> pl.Expr:
    """Boolean: whether a column holds one of a few words; null where it is null.

    What `is_in` says, in less than half of its time (measured over millions of rows).
    """
    return pl.any_horizontal(pl.col(name) == word for word in words)


def narrowed(frame: pl.DataFrame, kind: Kind) -> tuple[pl.DataFrame, dict[str, Numerals]]:
    """The frame with numbers in place of its ids where these allow it (see `numbering`), and by
    column how to write them; with categories where they do not, and the id comes again.
    """
    numerals: dict[str, Numerals] = {}
    there = [name for name in NUMBERED.get(kind, ()) if name in frame.columns]
    for name in there:
        # A buyer may stand for the conversation that a row does not name: both are of one type.
        alike = name == "buyer_id" and "session_id" in there and "session_id" not in numerals
        found = None if alike else numbered(frame[name])
        if found is not None:
            numbers, numerals[name] = found
            frame = frame.with_columns(numbers.alias(name))
        elif name in AGAIN:
            frame = frame.with_columns(pl.col(name).cast(CATEGORY))
    return frame, numerals
