"""Cells in the usual form of their type, read while the file is: nearly all of nearly all exports.

A row in which some cell has another form, or which may be no row at all, is ODD and takes the steps
of `typed`; all others are finished here. Exports dress every cell of a column alike (a tab before
an id, ¥ before an amount), so the first rows show what to expect; if they mislead, rows are odd.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from kshop_audit.ingest.cells import cells, times
from kshop_audit.ingest.cells.columns import WRITTEN_BY_PEOPLE, Cells, Dress
from kshop_audit.ingest.cells.feet import LABEL, REMARK, TOTALS
from kshop_audit.ingest.cells.protection import BLANKS, EMPTY, FAILED, trim
from kshop_audit.ingest.cells.second_headers import KEY_LIKE
from kshop_audit.ingest.decode.raw import FAULT, cell
from kshop_audit.ingest.headers.locate import Header
from kshop_audit.model.schema import Type
from kshop_audit.tables import ROW

ODD = "_odd"
"""Boolean: the row needs a closer look."""

_NO_ID = r"-{1,3}|—{1,2}|\*{3,5}|0|无|\(无\)|nan|nat|null|none"
_STRANGE_ID = rf"[^ 0-9A-Za-z_:@()*·—一-龥-]|^ | $|^(?i:{_NO_ID})$"
"""Characters that a repair may touch, blanks at the ends, and words for nothing."""
_SEVERAL = "[0-9] +[0-9]"
"""What may stand between two ids of one cell that has to hold a single one."""

_BLANK = "[" + "".join(rf"\x{{{ord(char):x}}}" for char in BLANKS) + "]"
_LOOSE = f"^(?:{_BLANK}|[=\"'])|{_BLANK}$"

_NONE = ("-", "--", "—", "/")
"""The usual marks for nothing in columns of times and amounts."""

_NO_FOOT = "^(?:[0-9]|[A-QSU-Z_a-qsu-z][A-Za-z_-]*[0-9]|[RTrt][A-Za-z_-]{0,2}[0-9])"
"""What begins like this is no blank, comment, total or remark (total 12, records: 5), and a header
only where that has a digit itself.
"""

_TIMES = (Type.TIME, Type.DATE)


def can_be_plain(parts: Sequence[Cells]) -> bool:
    """Whether rows can be finished at once: they have a key, and no cell that holds two things."""
    return any(part.key for part in parts) and all(part.name != "node_at" for part in parts)


def value(part: Cells) -> pl.Expr:
    """The value of a cell in the usual form; null where it is empty, anything where it is odd."""
    raw = _undressed(part)
    match part.type:
        case Type.TIME:
            found = times.plain(raw, part.zone)
        case Type.DATE:
            found = times.plain_day(raw)
        case Type.BOOL:
            found = cells.exact(raw, cells.flags(part.words), pl.Boolean())
        case Type.CODE:
            found = cells.exact(raw, cells.codes(part.column.codes, part.words), pl.String())
        case Type.MONEY if not part.fen:
            found = cells.fen(raw)
        case Type.INT | Type.MONEY:
            found = raw.cast(pl.Int64, strict=False)
        case _:
            found = pl.when(raw != "").then(raw)
    return found


def odd(parts: Sequence[Cells], header: Header, faulty: bool) -> pl.Expr:
    """ODD, never null, over the raw cells and the columns of `value`."""
    found = [*_no_rows(parts)]
    if header.described:
        found.append(pl.col(ROW) == header.row + 1)
    if faulty:
        found.append(pl.col(FAULT).is_not_null())
    strange = (_strange(part) & (part.raw != "") for part in parts if not _spoken(part))
    return pl.any_horizontal(*found, *strange).fill_null(True).alias(ODD)


def _spoken(part: Cells) -> bool:
    return part.name in WRITTEN_BY_PEOPLE


def _undressed(part: Cells) -> pl.Expr:
    raw = part.raw
    match part.dress:
        case Dress.TAB:
            return raw.str.strip_chars("\t")
        case Dress.FORMULA:
            return raw.str.strip_prefix('="').str.strip_suffix('"')
        case Dress.YUAN:
            return raw.str.strip_chars_start("¥￥")
        case Dress.SLASHES:
            return raw.str.replace_all("/", "-", literal=True)
        case Dress.WIDE:
            return raw.str.normalize("NFKC")
        case _:
            return raw


def _strange(part: Cells) -> pl.Expr:
    """Whether a cell that is not empty needs a closer look."""
    raw, text = part.raw, _undressed(part)
    match part.type:
        case Type.ID:
            strange = text.str.contains(f"{_STRANGE_ID}|{_SEVERAL}" if part.single else _STRANGE_ID)
            if part.dress is Dress.FORMULA:
                strange |= raw.str.ends_with('"') & ~raw.str.starts_with('="')
            return strange
        case Type.MONEY | Type.INT:
            yuan = part.type is Type.MONEY and not part.fen
            form = cells.PLAIN_MONEY if yuan else cells.PLAIN_WHOLE
            return ~text.str.contains(form) & ~raw.is_in(_NONE)
        case Type.TEXT:
            return raw.str.contains(_LOOSE) | raw.is_in((*EMPTY, *FAILED))
        case Type.TIME | Type.DATE:
            return pl.col(part.name).is_null() & ~raw.is_in(_NONE)
        case _:
            return pl.col(part.name).is_null()


def _no_rows(parts: Sequence[Cells]) -> Iterator[pl.Expr]:
    """Whether a record may be a remark, a total, a header, or without a key."""
    key = next(part for part in parts if part.key)
    yield ~_undressed(key).str.contains(_NO_FOOT)
    if not any(part.type in _TIMES for part in parts):
        # No time that a header, repeated or another, could not be.
        yield ~key.raw.str.contains(KEY_LIKE)
    first = next((part for part in parts if part.places[0] == 0), None)
    if first is key or (first is not None and _spoken(first)):
        return
    if first is not None and first.type in (Type.ID, *_TIMES):
        yield ~_undressed(first).str.contains(_NO_FOOT) & (first.raw != "")
    else:
        text = trim(pl.col(cell(0)))
        others = [part for part in parts if part.places[0] != 0 and part.rejects]
        stated = pl.sum_horizontal(pl.lit(0), *(pl.col(p.name).is_not_null() for p in others))
        alone = pl.when(stated <= 1).then(text)
        remark = alone.str.contains(REMARK) | alone.str.contains(LABEL)
        yield text.is_in(TOTALS) | text.str.starts_with("#") | remark.fill_null(False)
