"""Read a file that is not canonical, record by record, with the csv module.

Slow and exact: every record becomes one row; what is no row of the table keeps its place and gets
a fault. Only the columns that are understood are kept in memory.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import polars as pl

from kshop_audit.errors import DamagedFileError
from kshop_audit.ingest.cells import reasons
from kshop_audit.ingest.cells.protection import BLANKS
from kshop_audit.ingest.decode.raw import FAULT, FAULT_VALUE, Raw, cell
from kshop_audit.ingest.headers.catalogue import normal
from kshop_audit.ingest.headers.locate import UNLIMITED
from kshop_audit.tables import ROW

BATCH = 50_000

_LINE_END = re.compile(r"\r\n|\r|\n")
_QUOTED = re.compile(r'"[^"]*+(?:""[^"]*+)*+"')
_BAD_BYTE = re.compile("[\udc80-\udcff]")
_TIME_LIKE = re.compile(r"\s*['\"=\t]*\d{4}[-/.年]?\d{1,2}")
_ID_LIKE = re.compile(r"[\s'\"=]*[0-9A-Za-z_-]+['\"]?\s*")


@dataclass(frozen=True, slots=True)
class RecordFile:
    """What the reader has to know of a file: `start` and `row` are where the header ends.

    `keep`: positions of the columns that are understood; `needed`: cells up to the last one that
    something looks at, so that a row that has them lacks nothing that counts; `key`: the position
    of the key column or None; `times`: positions of time columns; `strict`: positions in which a
    NUL byte damages the row (elsewhere it is dropped); `header`: the header row as it stands.
    """

    path: Path
    name: str
    start: int
    row: int
    separator: str
    header: tuple[str, ...]
    keep: tuple[int, ...]
    needed: int
    key: int | None
    times: tuple[int, ...]
    strict: tuple[int, ...]

    @property
    def width(self) -> int:
        """Number of cells of a whole row."""
        return len(self.header)


@dataclass(slots=True)
class _Lines:
    """The physical lines of a file, remembering those of the record being read."""

    file: TextIO
    taken: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        for line in self.file:
            self.taken.append(line)
            yield line


def _quoting(separator: str) -> re.Pattern[str]:
    comma = re.escape(separator)
    return re.compile(rf'(?:[^"]++|(?<![^{comma}])"(?:[^"]++|"")*+"(?![^{comma}\r\n]))*+')


def _looks_like_row(line: str, file: RecordFile) -> bool:
    """Whether a line inside a quoted cell is a row of the table that an open quote swallowed."""
    text = line.rstrip("\r\n")
    cells = next(csv.reader([text], delimiter=file.separator), [])
    # A separator in a quoted cell is none, and the quick reader looks at separators alone.
    if len(cells) != file.width or text.count(file.separator) != file.width - 1:
        return False
    if file.key is not None and not _ID_LIKE.fullmatch(cells[file.key]):
        return bool(file.times) and bool(_TIME_LIKE.match(cells[file.key]))
    filled = [cells[place] for place in file.times if cells[place].strip()]
    return all(_TIME_LIKE.match(text) for text in filled) and (bool(filled) or not file.times)


def _swallowed(file: RecordFile, row: int) -> DamagedFileError:
    return DamagedFileError(
        f"{file.name}：第 {row} 行有一个没有闭合的引号，吞掉了后面的行；请重新导出",
        f"{file.name}: an open quote in row {row} swallows the rows after it; export again",
    )


def _inside(record: Sequence[str], lines: list[str], file: RecordFile, quoted: bool) -> list[str]:
    """The lines of a record that may be rows which an open quote swallowed.

    The last line of a cell with several, together with the rest of the row, looks like a whole row
    if it holds as many separators as stand before the cell. It is suspect only if the first line
    would be a row too, were it not for its open quote.
    """
    rest = lines[1:]
    ends = (len(_LINE_END.findall(text)) for text in record)
    first = next((count for count in ends if count), 0)
    if quoted and first and len(record) >= file.width:
        # Of whole quoted cells before the open one only the text is left.
        text = _QUOTED.sub(lambda cell: cell[0].replace(file.separator, "").strip('"'), lines[0])
        if not _looks_like_row(text.replace('"', ""), file):
            del rest[first - 1]
    return rest


def _fault(record: Sequence[str], lines: list[str], file: RecordFile, row: int) -> str | None:
    """Why a record is no row, None if it is one. Raises DamagedFileError for swallowed rows."""
    if len(lines) > 1 or (lines and lines[0].count('"') % 2):
        quoted = _quoting(file.separator).fullmatch("".join(lines)) is not None
        if any(_looks_like_row(line, file) for line in _inside(record, lines, file, quoted)):
            raise _swallowed(file, row)
        if not quoted and (len(lines) > 1 or _still_open(lines[0], file.separator)):
            return reasons.OPEN_QUOTE
    text = "".join(record)
    if "\0" in text and any("\0" in record[place] for place in file.strict if place < len(record)):
        return reasons.NUL_BYTES
    if _BAD_BYTE.search(text):
        return reasons.BAD_BYTES
    return _count(record, file, ended=not lines or lines[-1].endswith(("\n", "\r")))


def _still_open(line: str, separator: str) -> bool:
    """Whether a line leaves a quote open: whatever follows then belongs to the same record."""
    return len(list(csv.reader([line, "x"], delimiter=separator))) == 1


def _count(record: Sequence[str], file: RecordFile, *, ended: bool) -> str | None:
    # The last cell of a row without a line end may have been cut off anywhere.
    least = file.needed if ended else file.width
    if len(record) < least and any(text.strip(BLANKS) for text in record):
        return reasons.TOO_FEW
    if any(text.strip(BLANKS) for text in record[file.width :]):
        return reasons.TOO_MANY
    return None


def _value(record: Sequence[str], fault: str | None, width: int) -> str | None:
    if fault not in (reasons.TOO_FEW, reasons.TOO_MANY):
        return None
    cells = len(record)
    while cells > width and not record[cells - 1].strip(BLANKS):
        cells -= 1
    return f"{cells}/{width}"


def _is_header(record: Sequence[str], header: Sequence[str], key: int | None) -> bool:
    return key is not None and key < len(record) and normal(record[key]) == header[key]


def rows(file: RecordFile) -> Iterator[tuple[int, str | None, str | None, list[str]]]:
    """(row, reason code, value that shows it, kept cells) of every record below the header."""
    header = [normal(text) for text in file.header]
    same = True
    with file.path.open(encoding="utf-8", errors="surrogateescape", newline="") as text:
        text.seek(file.start)
        lines = _Lines(text)
        reader = csv.reader(lines, delimiter=file.separator)
        for row, record in enumerate(reader, file.row + 1):
            taken, lines.taken = lines.taken, []
            fault = _fault(record, taken, file, row)
            if _is_header(record, header, file.key):
                same = [normal(text) for text in record[: file.width]] == header
            if not same and fault is None and any(text.strip(BLANKS) for text in record):
                fault = reasons.OTHER_HEADER
            cells = record + [""] * (file.width - len(record))
            kept = [_BAD_BYTE.sub("\ufffd", cells[place]).replace("\0", "") for place in file.keep]
            yield row, fault, _value(record, fault, file.width), kept


def read_records(file: RecordFile) -> Raw:
    """Read every record below the header into text columns."""
    csv.field_size_limit(UNLIMITED)
    schema: dict[str, pl.DataType] = {
        ROW: pl.UInt32(),
        FAULT: pl.String(),
        FAULT_VALUE: pl.String(),
        **{cell(place): pl.String() for place in file.keep},
    }
    parts = [pl.DataFrame(schema=schema)]
    batch: list[tuple[object, ...]] = []

    def flush() -> None:
        columns = zip(*batch, strict=True)
        parts.append(
            pl.DataFrame(
                {
                    name: pl.Series(name, list(column), dtype, strict=False)
                    for (name, dtype), column in zip(schema.items(), columns, strict=True)
                }
            )
        )
        batch.clear()

    for row, fault, value, kept in rows(file):
        batch.append((row, fault, value, *kept))
        if len(batch) == BATCH:
            flush()
    if batch:
        flush()
    return Raw(pl.concat(parts).lazy(), slow=True)
