"""Tables of web pages, which back offices like to call .xls: each becomes a CSV of text.

Cells are what a browser shows; row numbers are those of the table. A cell that spans several
columns fills the first of them, one that spans several rows holds for all of them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import TextIO

from kshop_audit.ingest.decode import decoding
from kshop_audit.ingest.decode.decoding import Decoded
from kshop_audit.ingest.files.container import UnopenedError
from kshop_audit.model.patterns import regex

BLOCK = 1 << 16
MOST_PENDING = 1 << 21
"""Characters of one tag or remark; what is longer never ends."""
MOST_TABLES = 500
MOST_COLUMNS = 1_000
MOST_DEPTH = 30

_SPACE = regex(r"[ \t\r\n\f]+")
_BLANKS = regex(" +")
_ROWS = regex(r"<t[rdh]\b", re.IGNORECASE)
_AROUND = regex(r" ?\n ?")
_BREAKS = frozenset({"br", "p", "div", "li"})
_SILENT = frozenset({"script", "style", "title"})
_CELLS = frozenset({"td", "th"})


@dataclass(slots=True)
class _HtmlTable:
    """A table that is being read; its rows are written as they end.

    `row` and `cell` are None between rows and cells. `kept`: column → how many more rows a cell of
    the rows above holds for, and its text.
    """

    file: TextIO
    row: list[str] | None = None
    cell: list[str] | None = None
    attribute: str | None = None
    width: int = 1
    height: int = 1
    filled: bool = False
    kept: dict[int, tuple[int, str]] = field(default_factory=dict)

    def begin_row(self) -> None:
        """A row begins; the one before it ends, whether it says so or not."""
        self.end_row()
        self.row = []

    def begin_cell(self, attributes: Mapping[str, str | None]) -> None:
        """A cell begins; spreadsheets may write its whole text into an attribute."""
        self.end_cell()
        self.row = [] if self.row is None else self.row
        self.cell = []
        self.attribute = attributes.get("x:str") or None
        self.width = _span(attributes.get("colspan"))
        self.height = _span(attributes.get("rowspan"))

    def end_cell(self) -> None:
        """Put the cell in its place."""
        if self.cell is None or self.row is None:
            return
        text = self.attribute or _AROUND.sub("\n", _BLANKS.sub(" ", "".join(self.cell))).strip()
        self.cell = None
        self._reach_down(self.row)
        place = len(self.row)
        if place < MOST_COLUMNS:
            self.row += [text, *[""] * (self.width - 1)][: MOST_COLUMNS - place]
            if self.height > 1:
                self.kept[place] = (self.height, text)

    def end_row(self) -> None:
        """Write the row."""
        self.end_cell()
        if self.row is None:
            return
        self._reach_down(self.row)
        csv.writer(self.file, lineterminator="\n").writerow(self.row)
        self.filled = self.filled or any(self.row)
        self.kept = {
            place: (left - 1, text) for place, (left, text) in self.kept.items() if left > 1
        }
        self.row = None

    def _reach_down(self, row: list[str]) -> None:
        """Put in the cells of the rows above that hold for this one too."""
        while len(row) in self.kept:
            row.append(self.kept[len(row)][1])


def _span(text: str | None) -> int:
    digits = text.strip() if text else ""
    return max(1, min(int(digits[:4]), MOST_COLUMNS)) if re.fullmatch("[0-9]+", digits) else 1


class _HtmlReader(HTMLParser):
    """Writes every table of a page to a file of its own."""

    def __init__(self, scratch: Path, stem: str, files: ExitStack) -> None:
        """`stem` begins the names of the files in `scratch`; `files` closes them in any case."""
        super().__init__(convert_charrefs=True)
        self.files = files
        self.scratch = scratch
        self.stem = stem
        self.found: list[tuple[Path, _HtmlTable]] = []
        self.open: list[_HtmlTable] = []
        self.deeper = 0
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin what a tag begins; rows and cells begin a table where there is none."""
        if tag in _SILENT:
            self.silent += 1
        elif tag == "table":
            self._begin()
        elif self.deeper:
            return
        elif tag == "tr" or tag in _CELLS:
            if not self.open:
                self._begin()
            table = self.open[-1]
            table.begin_row() if tag == "tr" else table.begin_cell(dict(attrs))
        elif tag in _BREAKS:
            self._say("\n")

    def handle_endtag(self, tag: str) -> None:
        """End what a tag ends."""
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag == "table" and self.deeper:
            self.deeper -= 1
        elif self.deeper or not self.open:
            return
        elif tag == "table":
            self._end()
        elif tag == "tr":
            self.open[-1].end_row()
        elif tag in _CELLS:
            self.open[-1].end_cell()
        elif tag in _BREAKS:
            self._say("\n")

    def handle_data(self, data: str) -> None:
        """Text belongs to the innermost cell."""
        self._say(_SPACE.sub(" ", data))

    def _say(self, text: str) -> None:
        if self.open and self.open[-1].cell is not None and not self.silent:
            self.open[-1].cell.append(text)

    def _begin(self) -> None:
        if len(self.open) >= MOST_DEPTH or len(self.found) >= MOST_TABLES:
            self.deeper += 1
            return
        path = self.scratch / f"{self.stem}.table.{len(self.found)}.csv"
        # The page may hold bytes that are no text; its rows are then rejected as in any file.
        file = path.open("w", encoding="utf-8", errors="surrogateescape", newline="")
        self.open.append(_HtmlTable(self.files.enter_context(file)))
        self.found.append((path, self.open[-1]))

    def _end(self) -> None:
        table = self.open.pop()
        table.end_row()
        table.file.close()

    def finish(self) -> None:
        """End what the page left open.

        Text that stands after the last tag belongs to the last cell. Not by `close`, which tries
        every `<` of a tag without end: minutes for a page made to be slow.
        """
        self._say(_SPACE.sub(" ", unescape(self.rawdata.partition("<")[0])))
        while self.open:
            self._end()


def tables(path: Path, name: str, scratch: Path, stem: str) -> list[Path]:
    """The tables of a page that hold anything, in the order in which they begin.

    UnopenedError for a page without a table, and for one whose markup is broken.
    """
    decoded = decoding.decode(path, name, None, bool, scratch / f"{stem}.utf8")
    with ExitStack() as files:
        page = _HtmlReader(scratch, stem, files)
        _feed(page, decoded, name)
        page.finish()
    found = [path for path, table in page.found if table.filled]
    if not found:
        raise UnopenedError(
            f"{name}：是网页，里面没有表格；请重新导出，或用表格软件打开后另存为 CSV UTF-8",
            f"{name}: a web page without a table; export again, or save it as CSV",
        )
    return found


def _feed(page: _HtmlReader, decoded: Decoded, name: str) -> None:
    """Read a whole page; UnopenedError if its markup is broken."""
    try:
        with decoded.path.open(encoding="utf-8", errors="surrogateescape") as file:
            file.seek(decoded.start)
            while block := file.read(BLOCK):
                page.feed(block)
                if len(page.rawdata) > MOST_PENDING:
                    raise _broken(name)
    except (AssertionError, RecursionError) as error:  # declarations that make no sense
        raise _broken(name) from error
    if page.cdata_elem is not None or _ROWS.search(page.rawdata):
        raise _broken(name)  # a remark or script without end has swallowed them


def _broken(name: str) -> UnopenedError:
    return UnopenedError(
        f"{name}：网页表格已损坏，无法读取；请重新导出",
        f"{name}: a web page whose markup is broken; export it again",
    )
