"""The strict reader: every record below a header, the reference for all other reading."""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from kshop_audit.errors import DamagedFileError
from kshop_audit.ingest.cells.protection import BLANKS
from kshop_audit.ingest.decode.grammar import Record, lines_of, records
from kshop_audit.ingest.decode.torn import Heads, WholeRow, rows, usual_keys
from kshop_audit.ingest.decode.widths import WidthForm, is_blank, is_spare, row_width
from kshop_audit.ingest.headers.catalogue import cell_text, is_known, mostly_known, normal
from kshop_audit.ingest.headers.guessing import looks_like
from kshop_audit.ingest.headers.locate import DATED, NOTHING, Header
from kshop_audit.model.frozen import frozen
from kshop_audit.model.kinds import SUPPLIERS
from kshop_audit.model.patterns import regex
from kshop_audit.model.schema import TABLES, Column, Type

_CODE = regex(r"[\s'\"=`]*[\w.,&;:@#-]+[\s'\"`]*")
_TIME = regex(r"['\"=]*\d{4}[-/.年]?\d{1,2}[-/.月]?\d{1,2}[日\sT]*[\d:]*['\"]*")
_AMOUNT = regex(r"[¥￥]\s*-?\d[\d,]*(?:\.\d+)?|-?\d[\d,]*\.\d+\s*元?|-?\d[\d,]*\s*元")
_THOUSANDS = regex(r"[¥￥]?-?\d{1,3}")


SAMPLE = 1_000
"""Records from which the width of the rows and the form of the keys are taken."""


_UNREAD = Column("", Type.TEXT)


@frozen
class _Sort:
    """What stands in a column. `words`: those that are known for a value of it; numbers, which may
    stand anywhere, are none.
    """

    column: Column
    words: frozenset[str] = frozenset()


_OF_TIME = regex("时间|日期|时刻|起|止|time|date")
"""Of the columns that no rule reads, those that may hold times."""

Cells = list[str]
"""What is filled of a column."""


def _stands(sort: _Sort, cells: Sequence[str]) -> bool:
    """Whether cells may be those of a column: an id is a code or a name, a text no bare time, and
    no text or word of a vocabulary an amount.
    """
    column = sort.column
    if not cells or (sort.words and all(cell_text(cell) in sort.words for cell in cells)):
        return True
    worded = column.type in (Type.TEXT, Type.CODE) and column is not _UNREAD
    if worded and all(map(_AMOUNT.fullmatch, cells)):
        return False
    if column.type is Type.TEXT:
        return not all(map(_TIME.fullmatch, cells))
    if column.type is Type.ID:
        return all(_CODE.fullmatch(cell) and not DATED.match(cell) for cell in cells)
    return looks_like(column, cells)


def _stand(found: Sequence[Cells], typed: Mapping[int, _Sort]) -> bool:
    return all(_stands(sort, found[place]) for place, sort in typed.items())


def _filled(rows: Sequence[Record], place: int) -> Cells:
    cells = (row.cells[place].strip(BLANKS) for row in rows)
    return [cell for cell in cells if cell.lower() not in NOTHING]


def _otherwise(
    rows: Sequence[Record], found: Sequence[Cells], typed: Mapping[int, _Sort], surplus: int
) -> Iterator[list[Cells]]:
    """Columns as they were if all rows gained separators somewhere: their cells moved back."""
    last = max(place for place, cells in enumerate(found) if cells)
    for place in range(last):
        for more in range(1, surplus + 1):
            if any(found[place : place + more]):
                break
            yield [*found[:place], *found[place + more :], *[[]] * more]
        sort = typed.get(place)
        if sort is not None and sort.column.type is Type.MONEY:
            pairs = [(row.cells[place].strip(), row.cells[place + 1].strip()) for row in rows]
            if all(_THOUSANDS.fullmatch(one) and other[:3].isdigit() for one, other in pairs):
                joint = [one + other for one, other in pairs]
                yield [*found[:place], joint, *found[place + 2 :], []]


@frozen
class RecordTable:
    """A file of records below a header. `start`: the byte at which the records begin.

    `key`: position of the column that identifies a row; `times`: of columns of times; `mapped`: of
    all that are understood. `ragged`: short rows are whole, for the file is one of ours. `heads`:
    whether a record holds names of columns, or something else that is no row.
    """

    path: Path
    name: str
    start: int
    header: Header
    key: int | None
    times: tuple[int, ...] = ()
    mapped: tuple[int, ...] = ()
    ragged: bool = False
    heads: Heads = mostly_known

    def form(self) -> WidthForm:
        """What its rows look like, by the first of them; DamagedFileError if none fits the header.

        A header on a line of its own without an end, and nothing below it, was cut off.
        """
        match, header = self.header.match, self.header
        sample = list(self._sample())
        names = len(match.headers)
        cells = row_width(sample, match.headers, header.width, self._in_place, self.heads)
        if self.ragged:
            cells = max(names, cells or names)
        if cells is None:
            raise self._unfit(sample)
        cells = max(cells, names)
        keys, long = usual_keys(sample, self.key, cells)
        return WidthForm(
            header.delimiter, names, cells, self.key, keys, self.times, self.mapped,
            header.ending, self.ragged, long,
        )  # fmt: skip

    def _in_place(self, rows: Sequence[Record]) -> bool:
        """Whether the cells of wider rows stand under their names, and nowhere else could.

        Every name is known and every key is there. All understood columns look like what they are,
        and would not do so as well with a blank column less, or with an amount that its own
        separator of thousands cut in two.
        """
        match = self.header.match
        if not all(column or is_known(text) for text, column in match.pairs):
            return False
        table = TABLES[match.kind]
        typed = {
            place: _Sort(_UNREAD)
            for place, name in enumerate(match.headers)
            if not _OF_TIME.search(normal(name))
        }
        for name, places in match.columns.items():
            column = table.column(name)
            words = {*match.layout.values.get(name, ()), *map(cell_text, column.codes)}
            typed[places[0]] = _Sort(column, frozenset(w for w in words if not w.isdecimal()))
        if self.key is not None and not all(r.cells[self.key].strip() for r in rows):
            return False
        found = [_filled(rows, place) for place in range(len(rows[0].cells))]
        if not _stand(found, typed):
            return False
        surplus = len(found) - self.header.width
        return not any(_stand(other, typed) for other in _otherwise(rows, found, typed, surplus))

    def _sample(self) -> Iterator[Record]:
        with self.path.open("rb") as file:
            if file.seek(0, 2) <= self.start:
                return
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                yield from islice(self._records(data), SAMPLE)

    def _records(self, data: mmap.mmap) -> Iterator[Record]:
        lines = lines_of(data, self.start, len(data), self.header.ending)
        return records(lines, self.header.delimiter, self.header.ending)

    def rows(self) -> Iterator[tuple[int, WholeRow]]:
        """Every record with its number in the file."""
        form = self.form()
        with self.path.open("rb") as file:
            if file.seek(0, 2) <= self.start:
                return
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                yield from enumerate(
                    rows(self._records(data), form, self.heads), self.header.row + 1
                )

    def _unfit(self, sample: Sequence[Record]) -> DamagedFileError:
        widths = sorted(
            {len(r.cells) for r in sample if not (is_spare(r.cells) or is_blank(r.cells))}
        )
        found = "、".join(map(str, widths[:5]))
        found_en = ", ".join(map(str, widths[:5]))
        row, count = self.header.row, len(self.header.match.headers)
        again = SUPPLIERS[self.header.match.kind]
        return DamagedFileError(
            f"{self.name}：第 {row} 行的表头有 {count} 列，下面各行却有 {found} 列，"
            f"没有一行对得上；表头可能多了或少了分隔符；{again.zh}，不要手工修改",
            f"{self.name}: the header in row {row} has {count} columns, the rows below it have "
            f"{found_en}, so none fits; the header may have lost or gained a separator; export "
            f"again and do not edit it ({again.en})",
        )
