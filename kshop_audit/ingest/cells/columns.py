"""The columns of a file that are understood: where their text comes from and what it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import Enum, auto
from unicodedata import normalize

import polars as pl

from kshop_audit.ingest.cells import cells, reasons
from kshop_audit.ingest.cells.protection import HOLLOW, trim
from kshop_audit.ingest.decode.raw import cell
from kshop_audit.ingest.headers.catalogue import is_in_fen, normal
from kshop_audit.ingest.headers.recognise import HeaderMatch
from kshop_audit.model.frozen import frozen
from kshop_audit.model.moments import ZONE
from kshop_audit.model.schema import TABLES, Column, Kind, Type

REASON = {
    Type.ID: reasons.SPREADSHEET,
    Type.TIME: reasons.TIME,
    Type.DATE: reasons.TIME,
    Type.MONEY: reasons.MONEY,
    Type.INT: reasons.NUMBER,
    Type.BOOL: reasons.FLAG,
}
"""Types whose unreadable cells reject the row; unknown words of CODE columns are kept instead."""

WRITTEN_BY_PEOPLE = frozenset({"content"})
"""Text columns in which a word such as 无 or - is something that was said."""

DISPENSABLE = frozenset({"message_seq"})
"""Columns that only break ties: a cell that cannot be read says nothing, and its row stands."""


class Dress(Enum):
    """What an export puts around every cell of a column."""

    NONE = auto()
    TAB = auto()
    FORMULA = auto()
    YUAN = auto()
    SLASHES = auto()
    WIDE = auto()


@frozen
class Cells:
    """One canonical column of a file and where its text comes from; `fen`: of an amount, its unit
    instead of yuan. `dress`: what its cells are likely to look like, which decides nothing but how
    soon they are read. `single`: one id stands in a cell, and several would be rows of their own.
    """

    column: Column
    header: str
    places: tuple[int, ...]
    words: Mapping[str, str]
    key: bool
    clock: str = ZONE
    fen: bool = False
    dress: Dress = Dress.NONE
    single: bool = False

    @property
    def name(self) -> str:
        """The canonical name."""
        return self.column.name

    @property
    def type(self) -> Type:
        """How the cells are read."""
        return self.column.type

    @property
    def zone(self) -> str:
        """Whose clock times without a zone were written by; a day is a day in any zone."""
        return self.clock if self.type is Type.TIME else ZONE

    @property
    def exact(self) -> bool:
        """Whether a damaged byte would change what the cell says."""
        return self.type in REASON

    @property
    def counts(self) -> bool:
        """Whether a row must have the cell: something looks at it, or it identifies the row."""
        return self.column.read or self.key

    @property
    def rejects(self) -> bool:
        """Whether a cell that cannot be read rejects its row."""
        return self.exact and self.counts and self.name not in DISPENSABLE

    @property
    def raw(self) -> pl.Expr:
        """The text of the cell; of several columns the first that is not empty.

        A time that is not set is a zero in the open interface, an id may be protection around
        nothing.
        """
        text = pl.col(cell(self.places[0]))
        empty = ["", *(HOLLOW if self.exact else ()), *(["0"] if self.type is Type.TIME else ())]
        for place in self.places[1:]:
            text = pl.when(trim(text).is_in(empty)).then(pl.col(cell(place))).otherwise(text)
        return text

    def step(self, name: str) -> str:
        """Name of an intermediate column."""
        return f"_{name}_{self.name}"

    @property
    def odd(self) -> pl.Expr:
        """The text of the cell where it does not have its type's usual form."""
        return pl.col(self.step("odd"))

    @property
    def usual(self) -> pl.Expr:
        """The time of the cell where it has one of the usual forms."""
        return pl.col(self.step("usual"))

    @property
    def read(self) -> pl.Expr:
        """The value as read, placeholders included."""
        return pl.col(self.step("read"))

    @property
    def bad(self) -> pl.Expr:
        """Whether the cell rejects its row."""
        return pl.col(self.step("bad"))


def cells_of(
    match: HeaderMatch, words: Mapping[str, Mapping[str, str]], zone: str = ZONE
) -> tuple[Cells, ...]:
    """The present columns of a file in the order of the file; `zone`: of times without one."""
    table = TABLES[match.kind]
    key = table.row_of(match.columns)
    result = []
    for name, places in sorted(match.columns.items(), key=lambda item: item[1]):
        known = {**match.layout.values.get(name, {}), **cells.words(words.get(name, {}))}
        header = match.headers[places[0]].strip()
        column = table.column(name)
        in_fen = normal(header) in match.layout.fen
        in_fen |= column.type is Type.MONEY and is_in_fen(normal(header))
        single = name == key and match.kind is Kind.ORDERS
        result.append(
            Cells(column, header, places, known, name == key, zone, in_fen, single=single)
        )
    return tuple(result)


def dressed(parts: Sequence[Cells], below: Sequence[Sequence[str]]) -> tuple[Cells, ...]:
    """The columns with the dress that the first records show; `below`: their cells."""
    return tuple(
        replace(part, dress=_dress(part, [row[part.places[0]] for row in below if wide(row, part)]))
        for part in parts
    )


def wide(row: Sequence[str], part: Cells) -> bool:
    """Whether a record has the cell of a column."""
    return len(row) > part.places[0]


def _dress(part: Cells, sample: Sequence[str]) -> Dress:
    match part.type:
        case Type.ID if any(text.startswith("\t") for text in sample):
            return Dress.TAB
        case Type.ID if any(text.startswith('="') for text in sample):
            return Dress.FORMULA
        case Type.ID if any(normalize("NFKC", text) != text for text in sample):
            return Dress.WIDE
        case Type.MONEY if not part.fen and any(text.startswith(("¥", "￥")) for text in sample):
            return Dress.YUAN
        case Type.TIME | Type.DATE if any("/" in text.strip("/") for text in sample):
            return Dress.SLASHES
    return Dress.NONE
