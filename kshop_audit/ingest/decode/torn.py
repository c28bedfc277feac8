"""Rows that a line end or two stray quotes tore apart or swallowed, and their neighbours.

A line end within a bare cell makes two short rows of one, or a short row and one that is as wide
as all others and yet lacks the end or the beginning of a cell. Two stray quotes make one record of
several rows, in perfect order and sometimes of the right width.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kshop_audit.ingest.cells import reasons
from kshop_audit.ingest.cells.feet import is_remark
from kshop_audit.ingest.decode.grammar import CR, Record, lines_of, records, split, without_end
from kshop_audit.ingest.decode.widths import WidthForm, is_blank, is_spare
from kshop_audit.model.patterns import regex

_ID = regex(r"[\s'\"=]*[0-9A-Za-z_-]+['\"]?\s*")
_TIME = regex(r"\s*['\"=\t]*\d{4}[-/.年]?\d{1,2}")
_LONG = regex("[9a]{4}")
_DIGITS, _LETTERS = re.compile(r"\d"), re.compile("[A-Za-z]")
_QUOTED = regex(r'"(?:[^"]++|"")*+"')
_BAD_BYTE = regex("[\udc80-\udcff]")

Heads = Callable[[Sequence[str]], bool]
"""Whether the cells of a record are names of columns."""


@dataclass(slots=True)
class WholeRow:
    """A record below the header. `fault`: why it is no row of the table, None if it is one.

    `part`: which one it is of how many that two quotes joined.
    """

    cells: list[str]
    fault: str | None
    bare: bool
    doubtful: bool = False
    part: tuple[int, int] | None = None

    def shown(self, width: int) -> str:
        """What shows the fault: how many cells there are and how many should be, or the part."""
        if self.part is not None:
            return "{}/{}".format(*self.part)
        if self.fault not in (reasons.TOO_FEW, reasons.TOO_MANY):
            return ""
        return f"{len(self.cells)}/{width}"


def shape(text: str) -> str:
    """The form of a key: digits and letters by their number, all else as it stands."""
    return _LETTERS.sub("a", _DIGITS.sub("9", text.strip(" \t'=\"")))


def usual_keys(
    sample: Iterable[Record], key: int | None, cells: int
) -> tuple[frozenset[str], bool]:
    """The forms that keys usually have, those long enough not to be words or numbers, and whether
    there are no others.
    """
    if key is None:
        return frozenset(), False
    whole = [r for r in sample if r.fault is None and len(r.cells) == cells]
    # Records of several lines may be several rows; they speak where no others have such keys.
    for rows in ([record for record in whole if len(record.lines) == 1], whole):
        forms = Counter(shape(record.cells[key]) for record in rows)
        forms.pop("", None)
        long = Counter({form: count for form, count in forms.items() if _LONG.search(form)})
        if long:
            break
    often = frozenset(form for form, count in long.items() if count > 1)
    return often or frozenset(long), bool(long) and len(long) == len(forms)


def begins(line: str, form: WidthForm, own: str = "") -> bool:
    """Whether a line begins as the rows of the file do, and not with the key `own`."""
    if form.key is None:
        return False
    cells = line.split(form.separator, form.key + 1)
    if len(cells) < form.key + 2:
        return False
    text = _key_of(cells, form.key)
    return text != own and shape(text) in form.keys


def _closes(line: str, form: WidthForm) -> bool:
    """Whether a cell of the line above ends in a line before its key, so that it begins no row."""
    if form.key is None:
        return False
    return form.separator.join(line.split(form.separator, form.key)[: form.key]).count('"') % 2 == 1


def _key_of(cells: Sequence[str], key: int) -> str:
    """The key in cells of a record or of a raw line, where quotes stand around and in it."""
    return cells[key].replace('"', "").strip()


def _fits(cells: Sequence[str], form: WidthForm) -> bool:
    """Whether cells make a row: as many as usual, an id for a key, times where times belong.

    Without a time, the key must be like those of the other rows.
    """
    if len(cells) != form.cells:
        return False
    key = None if form.key is None else cells[form.key]
    if key is not None and form.key not in form.times:
        # Numbers in a text are no keys, where all keys of the file are long.
        short = form.long_keys and not _LONG.search(shape(key))
        if short or not _ID.fullmatch(key):
            return False
    filled = [cells[place] for place in form.times if cells[place].strip()]
    if filled:
        return all(map(_TIME.match, filled))
    return key is not None and shape(key) in form.keys


def _bare_cells(line: str, form: WidthForm) -> list[str]:
    return line.rstrip("\r\n").replace('"', "").split(form.separator)


def _without(record: Record, form: WidthForm) -> list[Record] | None:
    """The rows that a record would be without the quotes around one of its cells of several lines.

    None if these are not whole rows, every one of them.
    """
    text = "".join(record.lines)
    for found in _QUOTED.finditer(text):
        if "\n" not in found[0] and CR not in found[0]:
            continue
        bare = text[: found.start()] + found[0][1:-1] + text[found.end() :]
        data = bare.encode("utf-8", "surrogateescape")
        lines = lines_of(data, 0, len(data), form.ending)
        rows = list(records(lines, form.separator, form.ending))
        if len(rows) > 1 and all(not row.fault and _fits(row.cells, form) for row in rows):
            return rows
    return None


def swallowed(record: Record, form: WidthForm) -> bool:
    """Whether a record of several lines is likely to be several rows between two stray quotes."""
    own = ""
    if form.key is not None and form.key < len(record.cells):
        own = _key_of(record.cells, form.key)
        if "\n" in own or CR in own:
            return True  # no id has several lines
    inner = record.lines[1:]
    # The last line of a cell goes on with the rest of the row, in which an id may have any place.
    whole = len(record.cells) == form.cells
    within = [line for line in inner[:-1] if not _closes(line, form)] if whole else inner
    if any(begins(line, form, own) for line in within):
        return True
    # What ends a cell at the end of a row may be a row that somebody pasted; any other last line
    # has the width of a row by chance, unless it begins as one.
    ends_in_text = "\n" in record.cells[-1] or CR in record.cells[-1]
    last = [line for line in inner[-1:] if not ends_in_text and begins(line, form, own)]
    rows = (_bare_cells(line, form) for line in (*inner[:-1], *last))
    if any(_fits(cells, form) and not _is_own(cells, record, own, form) for cells in rows):
        return True
    if len(record.cells) != form.cells:
        alone = (split(without_end(line, form.ending), form.separator) for line in inner)
        if any(cut is not None and not cut.fault and _fits(cut.cells, form) for cut in alone):
            return True
    return _without(record, form) is not None


def _is_own(cells: Sequence[str], record: Record, own: str, form: WidthForm) -> bool:
    """Whether a line as wide as a row is a part of its record: between two cells of several lines,
    with the record's own key.
    """
    same = form.key is not None and own != "" and _key_of(cells, form.key) == own
    return same and len(record.cells) == form.cells


def _apart(found: Iterable[Record], form: WidthForm) -> Iterator[tuple[Record, WholeRow]]:
    """Every record with its row; of several rows that were swallowed, each line by itself."""
    for record in found:
        if record.fault is None and len(record.lines) > 1 and swallowed(record, form):
            for number, line in enumerate(record.lines, 1):
                cells = without_end(line, form.ending).split(form.separator)
                own = Record(record.start, record.end, (line,), cells, reasons.OPEN_QUOTE)
                part = (number, len(record.lines))
                yield own, WholeRow(cells, own.fault, own.bare, part=part)
        else:
            yield record, WholeRow(record.cells, record.fault, record.bare)


def _fault(cells: Sequence[str], form: WidthForm) -> str | None:
    """Why the cells of a record in good order are no row."""
    if _BAD_BYTE.search("".join(cells)):
        return reasons.BAD_BYTES
    if any("\0" in cells[place] for place in form.mapped if place < len(cells)):
        return reasons.NUL_BYTES
    if len(cells) < form.cells and not form.ragged:
        return reasons.TOO_FEW
    if len(cells) > form.cells and not (form.ragged and is_blank(cells[form.cells :])):
        return reasons.TOO_MANY
    return reasons.TOO_MANY if not is_blank(cells[form.names :]) else None


def rows(found: Iterable[Record], form: WidthForm, heads: Heads) -> Iterator[WholeRow]:
    """Every record as a row, the doubtful neighbours of short ones at fault as well.

    What looks like a closing remark is one if no row of the table follows it.
    """
    last: WholeRow | None = None
    held: list[WholeRow] = []
    other = 0
    for record, row in _apart(found, form):
        cells, fault = record.cells, row.fault
        if fault is None and is_blank(cells):
            held.append(row)
            continue
        if fault is None and is_remark(cells):
            row.fault = reasons.REMARK
            held.append(row)
            continue
        row.fault = fault or _fault(cells, form)
        other = _other_table(row, heads, other)
        ours = not (is_spare(cells) or heads(cells))
        # What an odd line end parted is damaged by itself, and no rest of the rows beside it.
        torn = row.fault is not None and fault != reasons.LINE_END
        row.doubtful = ours and torn and len(cells) < form.cells
        yield from _settled(last, held, row, form, ours=ours)
        last, held = row, []
    yield from _settled(last, held, None, form, ours=False)


def _other_table(row: WholeRow, heads: Heads, other: int) -> int:
    """The width of the table of another sort that a row belongs to, 0 if it belongs to none.

    `other`: of the row above. Its header is wider or narrower than the rows of the file.
    """
    width = len(row.cells)
    if row.fault not in (reasons.TOO_FEW, reasons.TOO_MANY):
        return 0 if row.fault is None else other
    if width != other and not (width > 1 and heads(row.cells)):
        return other
    row.fault = reasons.OTHER_HEADER
    return width


def _settled(
    last: WholeRow | None,
    held: Sequence[WholeRow],
    row: WholeRow | None,
    form: WidthForm,
    *,
    ours: bool,
) -> Iterator[WholeRow]:
    """A row and what stands below it up to the next one, which is one of the table if `ours`."""
    beside = [last] if last is not None else []
    for own in held:
        if ours and own.fault == reasons.REMARK:
            own.fault = _fault(own.cells, form)
            own.doubtful = own.fault is not None and len(own.cells) < form.cells
            beside.append(own)
    for above, below in pairwise([*beside, row] if row is not None else beside):
        _doubt(above, below, form)
    if last is not None:
        yield last
    yield from held


def _doubt(above: WholeRow, below: WholeRow, form: WidthForm) -> None:
    """Of two rows one below the other: a short one may be the rest of the other."""
    rest = not _begins(below.cells, form)
    if below.doubtful and above.fault is None and above.bare:
        above.fault = reasons.TORN if rest or len(below.cells) == 1 else None
    elif above.doubtful and below.fault is None:
        below.fault = reasons.TORN if rest or len(above.cells) == 1 else None


def _begins(cells: Sequence[str], form: WidthForm) -> bool:
    if form.key is None or form.key >= len(cells):
        return False
    if form.keys:
        return shape(cells[form.key]) in form.keys
    return _ID.fullmatch(cells[form.key]) is not None
