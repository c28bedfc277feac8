"""Columns in which every cell has its type's usual form, so that no cell needs a closer look.

Nearly all columns of nearly all exports are like that, and one look at a whole column costs a tenth
of what the steps of `typed` cost. A column that does not pass the check goes through them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from kshop_audit.ingest.cells import cells, times
from kshop_audit.ingest.cells.columns import WRITTEN_BY_PEOPLE, Cells
from kshop_audit.ingest.cells.protection import BLANKS, EMPTY, FAILED
from kshop_audit.ingest.decode.raw import cell
from kshop_audit.ingest.headers.catalogue import cell_text
from kshop_audit.model.schema import Type

_ALWAYS = " always"
_FILLED = " filled"
_ROWS = " rows"

# No repair touches these characters, and no word for nothing has so many bytes of them.
_STRANGE_ID = "[^0-9A-Za-z_:@一-龥-]"
_LEAST_ID = 5

_BLANK = "[" + "".join(rf"\x{{{ord(char):x}}}" for char in BLANKS) + "]"
_LOOSE = f"^{_BLANK}|{_BLANK}$"

_FIRST, _BEYOND = "0", "T"
"""Text from the one up to the other begins neither with a blank or # nor as a total does."""


@dataclass(frozen=True, slots=True)
class Plain:
    """What holds for all records of a file: the columns of which all cells are plain, those
    without an empty cell, and whether no record is a remark, a total or without a key.
    """

    columns: frozenset[str] = frozenset()
    filled: frozenset[str] = frozenset()
    rows: bool = False


def ahead(parts: Iterable[Cells]) -> list[pl.Expr]:
    """Values that are read while the file is, for the columns that turn out to be plain."""
    return [_ahead(part).alias(part.step("ahead")) for part in _alone(parts) if _read_ahead(part)]


def _ahead(part: Cells) -> pl.Expr:
    if part.type is Type.TIME:
        return times.plain(part.raw, part.zone)
    if part.type is Type.BOOL:
        return cells.exact(part.raw, cells.flags(part.words), pl.Boolean())
    return cells.exact(part.raw, cells.codes(part.column.codes, part.words), pl.String())


def _read_ahead(part: Cells) -> bool:
    return part.type in (Type.TIME, Type.BOOL, Type.CODE)


def _alone(parts: Iterable[Cells]) -> list[Cells]:
    """The columns that come from one cell of the file and are read by their type alone."""
    return [
        part
        for part in parts
        if len(part.places) == 1
        and part.type is not Type.DATE
        and part.name not in WRITTEN_BY_PEOPLE
        and part.name != "node_at"
    ]


def checks(parts: Sequence[Cells], numbered: Collection[str] = ()) -> list[pl.Expr]:
    """One row of Booleans over the records of a file; what it says is read by `plain_in`.

    `numbered`: ids of one length that are nothing but digits behind one common beginning.
    """
    alone = _alone(parts)
    found = [pl.lit(True).alias(_ALWAYS)]  # where every column stands twice there is nothing else
    for part in alone:
        # Digits are never strange, so one such id speaks for all.
        raw = part.raw.first() if part.name in numbered else part.raw
        found.append((~(_strange(part, raw) & (raw != "")).any()).alias(part.name))
    found += [(part.raw != "").all().alias(part.name + _FILLED) for part in alone]
    key = next((part for part in alone if part.key), None)
    if key is None:
        return found
    # Nor as the header does, which may be repeated in capitals.
    beyond = min(_BEYOND, cell_text(key.header)[:1].upper())
    ends = dict.fromkeys((cell(0), cell(key.places[0])))
    inside = [(pl.col(name).min() >= _FIRST) & (pl.col(name).max() < beyond) for name in ends]
    return [*found, pl.all_horizontal(inside).alias(_ROWS)]


def plain_in(parts: Sequence[Cells], checked: Mapping[str, bool | None]) -> Plain:
    """What the one row of `checks` says; of no records at all it says nothing."""
    columns = frozenset(part.name for part in _alone(parts) if checked[part.name])
    filled = frozenset(part.name for part in _alone(parts) if checked[part.name + _FILLED])
    key = next((part.name for part in parts if part.key), None)
    return Plain(columns, filled, bool(checked.get(_ROWS)) and key in columns)


def _strange(part: Cells, raw: pl.Expr) -> pl.Expr:
    """Whether a cell that is not empty needs a closer look; `raw`: its text."""
    match part.type:
        case Type.ID:
            return raw.str.contains(_STRANGE_ID) | (raw.str.len_bytes() < _LEAST_ID)
        case Type.MONEY:
            return ~raw.str.contains(cells.PLAIN_WHOLE if part.fen else cells.PLAIN_MONEY)
        case Type.INT:
            return ~raw.str.contains(cells.PLAIN_WHOLE)
        case Type.TEXT:
            return raw.str.contains(_LOOSE) | raw.is_in((*EMPTY, *FAILED))
        case _:
            return pl.col(part.step("ahead")).is_null()


def value(part: Cells, plain: Plain) -> pl.Expr:
    """The value of a plain cell; null where it is empty."""
    raw = part.raw
    if _read_ahead(part):
        return pl.col(part.step("ahead"))
    if part.type is Type.MONEY and not part.fen:
        return cells.fen(raw)
    if part.type in (Type.INT, Type.MONEY):
        return raw.cast(pl.Int64, strict=False)
    return raw if part.name in plain.filled else pl.when(raw != "").then(raw)
