"""A file as it is going to be written: lines of raw cells, quotes included, that can be damaged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from tests.reading_truth.cells import Row, Table


@dataclass
class Line:
    """One record as it stands in the file. `sort`: header, row, or what may be skipped."""

    cells: list[str]
    sort: str = "row"
    end: str = "\r\n"


@dataclass
class Paper:
    """The file. `after`: what is done to its text, then to its bytes.

    `whole`: nothing is damaged, every row must be read. `truth`: the rows the file was made of.
    `spare`: records that are none and may be skipped. `counted`: whether every row is a record yet.
    """

    table: Table
    lines: list[Line]
    separator: str = ","
    encoding: str = "utf-8"
    name: str = ""
    whole: bool = False
    counted: bool = True
    truth: list[Row] = field(default_factory=list)
    texts: list[Callable[[str], str]] = field(default_factory=list)
    bytes_: list[Callable[[bytes], bytes]] = field(default_factory=list)
    done: str = ""

    @property
    def rows(self) -> list[Line]:
        """The rows of data."""
        return [line for line in self.lines if line.sort == "row"]

    @property
    def header(self) -> Line:
        """The header."""
        return next(line for line in self.lines if line.sort == "header")

    @property
    def filled(self) -> int:
        """How many rows of data hold anything."""
        return sum(any(cell.strip('" ') for cell in line.cells) for line in self.rows)

    @property
    def spare(self) -> int:
        """Records that may be skipped."""
        return sum(line.sort not in ("row", "header", "above") for line in self.lines)

    def text(self) -> str:
        """The text of the file."""
        found = "".join(self.separator.join(line.cells) + line.end for line in self.lines)
        for change in self.texts:
            found = change(found)
        return found

    def data(self) -> bytes:
        """The bytes of the file."""
        found = self.text().encode(self.encoding)
        for change in self.bytes_:
            found = change(found)
        return found


def quoted(cell: str) -> str:
    """A cell in quotes."""
    return '"' + cell.replace('"', '""') + '"'


def written(cell: str, separator: str, *, always: bool = False) -> str:
    """A cell as it stands in a file, in quotes where it needs them."""
    special = any(char in cell for char in (*separator, '"', "\n", "\r"))
    return quoted(cell) if special or always else cell


def paper(rng: Random, table: Table, *, separator: str = ",") -> Paper:
    """A clean file: quotes where they are needed, around some cells more, or around every cell."""
    manner = rng.choice(("needed", "needed", "some", "all"))
    end = rng.choice(("\n", "\r\n"))

    def raw(cells: Sequence[str]) -> list[str]:
        return [
            written(
                cell, separator, always=manner == "all" or (manner == "some" and rng.random() < 0.2)
            )
            for cell in cells
        ]

    lines = [Line(raw(table.layout.header), "header", end)]
    lines += [Line(raw(texts), "row", end) for texts in table.texts]
    kind = table.layout.kind
    return Paper(table, lines, separator, name=f"{kind}.csv", truth=list(table.rows))
