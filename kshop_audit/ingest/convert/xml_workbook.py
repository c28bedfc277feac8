"""Workbooks in the XML of Excel 2003, which tools like to call .xls: each sheet becomes a CSV.

Cells are text in the forms that exports use; row numbers stay those of the sheet. A number cell of
16 digits or more may have lost digits before it was written, so that it is written in E-notation as
in any other workbook: an id is then rejected. A cell that is merged over rows holds for each of
them, one over columns is a title.
"""

from __future__ import annotations

import csv
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TextIO
from xml.parsers import expat

from kshop_audit.ingest.convert import workbook_faults
from kshop_audit.ingest.convert.workbook import Sheet
from kshop_audit.ingest.decode import decoding

BLOCK = 1 << 16
MOST_SHEETS = 500
MOST_COLUMNS = 1_000
MOST_ROWS = 1_048_576
LONGEST = 1 << 30
"""Characters of a cell."""
CERTAIN = Decimal(10) ** 15
"""From here on a number may have lost digits."""

_HIDDEN = frozenset({"SheetHidden", "SheetVeryHidden"})
_TEXTS = frozenset({"Data", "Visible"})
_DAY_ZERO = "1899-12-31 "


class _MarkupError(Exception):
    """The markup is none of such a workbook."""


class _SprawlingError(Exception):
    """A sheet has more places for cells than fit into memory."""


@dataclass(slots=True)
class _SheetRows:
    """A sheet that is being read; its rows are written as they end.

    `cells`: column → text of the present row. `kept`: column → how many more rows a cell of the
    rows above holds for, and its text.
    """

    name: str
    path: Path
    file: TextIO
    row: int = 0
    column: int = 0
    height: int = 0
    across: int = 0
    type: str = ""
    after: int = 0
    cells: dict[int, str] = field(default_factory=dict)
    kept: dict[int, tuple[int, str]] = field(default_factory=dict)
    narrow: int = MOST_COLUMNS
    width: int = 0
    spread: int = 0
    hidden: bool = False

    def begin_row(self, attributes: dict[str, str]) -> None:
        """A row begins, perhaps some rows further down."""
        number = _number(attributes.get("Index"), self.row + 1)
        if number <= self.row or number > MOST_ROWS:
            raise _MarkupError
        while self.row + 1 < number:
            self._write()
        self.column, self.after = 0, _number(attributes.get("Span"), 0)

    def begin_cell(self, attributes: dict[str, str]) -> None:
        """A cell begins, perhaps some columns further on."""
        place = _number(attributes.get("Index"), self.column + 1)
        if place <= self.column or place > MOST_COLUMNS:
            raise _MarkupError
        self.across = _number(attributes.get("MergeAcross"), 0)
        self.height = _number(attributes.get("MergeDown"), 0)
        self.column = place

    def end_cell(self, text: str) -> None:
        """Put what stands in the cell in its place."""
        place = self.column - 1
        self.cells[place] = _plain(text, self.type)
        if self.height and not self.across and self.cells[place]:
            self.kept[place] = (self.height + 1, self.cells[place])
            self.spread += 1
        self.column += self.across
        self.type = ""

    def end_row(self) -> None:
        """Write the row, and the rows without a cell that it stands for."""
        for _ in range(self.after + 1):
            self._write()

    def _write(self) -> None:
        for place, (_, text) in self.kept.items():
            self.cells.setdefault(place, text)
        row = [self.cells.get(place, "") for place in range(max(self.cells, default=-1) + 1)]
        csv.writer(self.file, lineterminator="\n").writerow(row)
        self.kept = {n: (left - 1, text) for n, (left, text) in self.kept.items() if left > 1}
        self.narrow, self.width = min(self.narrow, len(row)), max(self.width, len(row))
        self.cells, self.row = {}, self.row + 1
        if self.row > MOST_ROWS:
            raise _MarkupError
        if self.row * self.width > workbook_faults.MOST_CELLS:
            raise _SprawlingError

    def end(self) -> Sheet:
        """The sheet; all rows get the width of the widest, for cells at the end are left out."""
        self.file.close()
        path = _widened(self.path, self.width) if self.narrow < self.width else self.path
        return Sheet(
            self.name, path if self.width else None, spread=self.spread, hidden=self.hidden
        )


class _XmlReader:
    """Writes every sheet of a workbook to a file of its own."""

    def __init__(self, target: Path, files: ExitStack) -> None:
        """`target` begins the names of the files; `files` closes them in any case."""
        self.target, self.files = target, files
        self.found: list[Sheet] = []
        self.open: _SheetRows | None = None
        self.path: list[str] = []
        self.text: list[str] | None = None
        self.said = ""
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._say
        self.parser.StartDoctypeDeclHandler = self._refuse

    def _refuse(self, *_: object) -> None:
        """A workbook declares no entities of its own; they could be of any size."""
        raise _MarkupError

    def _start(self, tag: str, attrs: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        attributes = {key.rpartition(":")[2]: value for key, value in attrs.items()}
        above = self.path[-1] if self.path else ""
        self.path.append(name)
        if name == "Worksheet":
            self._begin_sheet(attributes)
        elif self.open is None:
            return
        elif name == "Row" and above == "Table":
            self.open.begin_row(attributes)
        elif name == "Cell" and above == "Row":
            self.open.begin_cell(attributes)
            self.said = ""
        elif name in _TEXTS and above in ("Cell", "WorksheetOptions"):
            self.text = []
            self.open.type = attributes.get("Type", "") if name == "Data" else self.open.type

    def _begin_sheet(self, attributes: dict[str, str]) -> None:
        if self.open is not None or len(self.found) >= MOST_SHEETS:
            raise _MarkupError
        path = self.target.with_name(f"{self.target.name}.{len(self.found)}.csv")
        file = path.open("w", encoding="utf-8", newline="")
        name = attributes.get("Name", "")
        self.open = _SheetRows(name, path, self.files.enter_context(file))

    def _say(self, text: str) -> None:
        if self.text is not None:
            self.text.append(text)

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        self.path.pop()
        above = self.path[-1] if self.path else ""
        if self.open is None:
            return
        if name in _TEXTS and self.text is not None and above in ("Cell", "WorksheetOptions"):
            said, self.text = "".join(self.text), None
            if name == "Visible":
                self.open.hidden = said.strip() in _HIDDEN
            else:
                self.said = said
        elif name == "Cell" and above == "Row":
            self.open.end_cell(self.said)
        elif name == "Row" and above == "Table":
            self.open.end_row()
        elif name == "Worksheet":
            self.found.append(self.open.end())
            self.open = None


def sheets(path: Path, name: str, scratch: Path, stem: str) -> list[Sheet]:
    """Every sheet in the order of the workbook.

    DamagedFileError for broken markup, and for a sheet that does not fit into memory.
    """
    decoded = decoding.decode(path, name, None, bool, scratch / f"{stem}.utf8")
    with ExitStack() as files, decoded.path.open("rb") as file:
        book = _XmlReader(scratch / f"{stem}.sheet", files)
        file.seek(decoded.start)
        try:
            while block := file.read(BLOCK):
                book.parser.Parse(block, False)
            book.parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise workbook_faults.broken(name, str(error)) from error
        except _MarkupError as error:
            raise workbook_faults.broken(name, "markup") from error
        except _SprawlingError as error:
            raise workbook_faults.sprawling(name) from error
    return book.found


def _number(text: str | None, usual: int) -> int:
    if text is None:
        return usual
    if not text.isascii() or not text.isdigit() or len(text) > len(str(MOST_ROWS)):
        raise _MarkupError
    return int(text)


def _plain(text: str, type_: str) -> str:
    """What stands in a cell of this type, in the forms that exports use."""
    match type_:
        case "DateTime":
            return _time(text.strip())
        case "Number":
            return _digits(text.strip())
        case "Boolean":
            return {"1": "TRUE", "0": "FALSE"}.get(text.strip(), text)
        case _:
            return text


def _time(text: str) -> str:
    """A time rounded to the second; without its day where that is day zero."""
    try:
        time = datetime.fromisoformat(text) + timedelta(milliseconds=500)
    except (ValueError, OverflowError):
        return text
    whole = time.replace(microsecond=0, tzinfo=None).isoformat(" ")
    return whole if whole.endswith(" 00:00:00") else whole.removeprefix(_DAY_ZERO)


def _digits(text: str) -> str:
    """A number in digits as long as they are certain, else in a form in which ids are rejected."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite():
        return text
    if abs(number) >= CERTAIN:
        return f"{number:.14E}"
    return f"{number:f}" if "e" in text.lower() else text


def _widened(path: Path, width: int) -> Path:
    """The rows with empty cells up to the width."""
    target, usual = path.with_suffix(".wide.csv"), csv.field_size_limit(LONGEST)
    try:
        with (
            path.open(encoding="utf-8", newline="") as file,
            target.open("w", encoding="utf-8", newline="") as out,
        ):
            rows = csv.writer(out, lineterminator="\n")
            rows.writerows(row + [""] * (width - len(row)) for row in csv.reader(file))
    finally:
        csv.field_size_limit(usual)
    return target
