"""The strict reader: every record below a header, the reference for all other reading."""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from kshop_audit.errors import DamagedFileError
from kshop_audit.ingest.cells.protection import BLANKS
from kshop_audit.ingest.decode.grammar import Record, lines_of, records
from kshop_audit.ingest.decode.torn import Heads, WholeRow, rows, usual_keys
from kshop_audit.ingest.decode.widths import WidthForm, is_blank, is_spare, row_width
from kshop_audit.ingest.headers.catalogue import is_known, mostly_known
from kshop_audit.ingest.headers.guessing import looks_like
from kshop_audit.ingest.headers.locate import DATED, NOTHING, Header
from kshop_audit.model.kinds import SUPPLIERS
from kshop_audit.model.schema import TABLES, Column, Type

_CODE = re.compile(r"[\s'\"=`]*[0-9A-Za-z_.,&;:-]+[\s'\"`]*")


def _stands(column: Column, cells: Sequence[str]) -> bool:
    """Whether cells may be those of a column; an id of a file is a code, short or long."""
    if column.type is Type.ID:
        return all(_CODE.fullmatch(cell) and not DATED.match(cell) for cell in cells)
    return looks_like(column, cells)


def _filled(rows: Sequence[Record], place: int) -> list[str]:
    cells = (row.cells[place].strip(BLANKS) for row in rows if place < len(row.cells))
    return [cell for cell in cells if cell.lower() not in NOTHING]


SAMPLE = 1_000
"""Records from which the width of the rows and the form of the keys are taken."""


@dataclass(frozen=True, slots=True)
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
        cells = row_width(sample, header.width, names, in_place=self._in_place, heads=self.heads)
        if self.ragged:
            cells = max(names, cells or names)
        if cells is None:
            raise self._unfit(sample)
        cells = max(cells, names)
        keys = usual_keys(sample, self.key, cells)
        return WidthForm(
            header.delimiter, names, cells, self.key, keys, self.times, self.mapped,
            header.ending, self.ragged,
        )  # fmt: skip

    def _in_place(self, rows: Sequence[Record]) -> bool:
        """Whether the cells of wider rows stand under their names, and not one place further.

        Every name is known, every key is there, and each understood column that is filled looks
        like what it is; the last of them must be, and the cells behind it unlike.
        """
        match = self.header.match
        if not all(column or is_known(text) for text, column in match.pairs):
            return False
        table = TABLES[match.kind]
        typed = {
            places[0]: column
            for name, places in match.columns.items()
            if (column := table.column(name)).type is not Type.TEXT
        }
        if not typed or (self.key is not None and not all(r.cells[self.key].strip() for r in rows)):
            return False
        found = {place: _filled(rows, place) for place in range(len(match.headers) + 1)}
        if not all(_stands(column, found[place]) for place, column in typed.items()):
            return False
        last = max(typed)
        behind = found[last + 1]
        return bool(found[last]) and not (behind and _stands(typed[last], behind))

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
