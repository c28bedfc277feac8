"""Workbooks: every sheet becomes a CSV of text in the scratch folder, and is read as any other.

Cells are text in the forms that exports use; row numbers stay those of the sheet. A number cell of
16 digits or more has lost digits before it is read (binary floats hold 15 for certain), so it
is written in E-notation: an id that was stored as a number is then rejected like one in a CSV.
A formula that failed (#N/A, #REF! …) becomes its text, which the library would drop.
"""

from __future__ import annotations

import json
import logging
import mmap
import os
import re
import shutil
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal, NamedTuple
from xml.parsers.expat import ExpatError

import polars as pl

from kshop_audit.errors import InputError
from kshop_audit.ingest.convert import date_systems, merged, merged_binary, workbook_faults
from kshop_audit.ingest.convert.hidden_sheets import hidden_sheets
from kshop_audit.ingest.convert.xls_failures import FailedCells, failures, with_failures
from kshop_audit.ingest.files.access import is_full
from kshop_audit.ingest.files.archive import FAULTS, opened
from kshop_audit.ingest.files.container import BLOCK, Container, LockedError, sniff
from kshop_audit.ingest.files.staging import twin
from kshop_audit.model.frozen import frozen
from kshop_audit.model.patterns import regex

if TYPE_CHECKING:
    from fastexcel import ExcelReader

_SHEETS = "xl/worksheets/"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

_LOST = r"^[0-9]{16,}$"
# Date cells are day numbers: fractions of a second are noise, and day 0 with a time is no date.
_INEXACT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]+$|^1899-12-31 "
_DAY_ZERO = "1899-12-31 "
_FRACTIONS = "%Y-%m-%d %H:%M:%S%.f"
_SECONDS = "%Y-%m-%d %H:%M:%S"

_RAISED = regex(r"^[\w.]+(?:Error|Exception): (.+)$", re.MULTILINE)

# Cells beyond a hundred columns, which no export has; rows stand in order, so the last is the most.
_FAR = regex(rb' r="([A-Z]{3}|[D-Z][A-Z])[0-9]')
_ROW = regex(rb' r="[A-Z]*([0-9]{1,7})"')
# Cells that hold the failure of a formula: markup, so a cell's text cannot look like it.
_FAILED = regex(rb"""(<(?:\w+:)?c\s[^<>]*?\bt=)(["'])e\2""")
_TAG = 512
_TAIL = 4096

# What the library, which is Python, says of bytes that it does not expect.
_GARBLED = (
    OSError, ValueError, LookupError, ArithmeticError, AttributeError, TypeError, struct.error,
    ExpatError,
)  # fmt: skip

_Type = Literal["string", "boolean", "duration"]


@frozen
class Sheet:
    """One sheet; `path` leads to its cells as CSV, None if it has none; `early`: its days count
    from 1904; `spread`: merged cells of several rows in it; `hidden`: a spreadsheet hides it.
    """

    name: str
    path: Path | None
    early: bool = False
    spread: int = 0
    hidden: bool = False


@frozen
class Book:
    """A workbook as it was found: `stem` begins the names of its files in the scratch folder."""

    path: Path
    name: str
    container: Container
    scratch: Path
    stem: str
    password: str | None = field(repr=False)

    def file(self, ending: str) -> Path:
        """A file of our own, for this workbook."""
        return self.scratch / f"{self.stem}.{ending}"


def sheets(book: Book) -> Iterator[Sheet]:
    """Every sheet in the order of the workbook.

    LockedError without what is needed to open it, DamagedFileError for a broken one, UnopenedError
    for a document of another program.
    """
    protected = book.container is Container.OLE and _holds(book.path, _ENCRYPTED)
    if protected:
        book = _decrypted(book)
    try:
        import fastexcel  # noqa: PLC0415  an extra
    except ModuleNotFoundError as error:
        raise workbook_faults.missing(book.name, "xlsx") from error
    path = twin(book.path, book.file("book" + _suffix(book)))
    spread: Mapping[int, tuple[merged.Area, ...]] = {}
    if path.suffix == ".xlsx":
        checked = _check_sheets(book)
        if checked.failed:
            path = _with_failures(book, checked.failed)
        if checked.merged:
            spread = merged.areas(book.path, book.name, checked.merged)
    try:
        if path.suffix == ".xlsx":
            found = read_sheets(path, book.file("sheet"), spread)
        else:
            found = _read_apart(path, book.file("sheet"))
        yield from _described(path, found)
    except fastexcel.FastExcelError as error:
        raise _fault(book, str(error), protected) from error
    except subprocess.CalledProcessError as error:
        message = error.stderr.decode(errors="backslashreplace")
        lost = OSError(message)
        if is_full(lost):
            raise lost from error
        raise _fault(book, message, protected) from error


def _described(path: Path, found: Sequence[Sheet]) -> Iterator[Sheet]:
    """The sheets with what the workbook as a whole tells of them."""
    early, hidden = date_systems.counts_from_1904(path), hidden_sheets(path)
    for place, sheet in enumerate(found):
        yield replace(sheet, early=early, hidden=place in hidden)


def _fault(book: Book, message: str, decrypted: bool) -> InputError:
    if "password" in message.lower() and not decrypted:
        return workbook_faults.protected(book.name)
    if merged_binary.UnplacedError.__name__ in message:
        return workbook_faults.unplaced(book.name)
    raised = _RAISED.search(message)
    return workbook_faults.broken(book.name, raised[1] if raised else message)


def read_sheets(
    path: Path, target: Path, spread: Mapping[int, Sequence[merged.Area]] | None = None
) -> list[Sheet]:
    """Write every sheet as CSV next to `target`, numbered; the sheets in their order.

    `spread`: by place of the sheet, areas whose first cell holds for all of their rows; None: they
    are looked for. `merged_binary.UnplacedError` if they cannot be placed.
    """
    import fastexcel  # noqa: PLC0415  an extra

    # It warns of sheets that hold a chart; without a handler that would go to the terminal.
    for name in ("calamine", "fastexcel"):
        logging.getLogger(name).addHandler(logging.NullHandler())
    reader = fastexcel.read_excel(path)
    failed = failures(path) if path.suffix == ".xls" else {}
    own = _binary_areas(path, reader.sheet_names) if spread is None else spread
    found = []
    for place, name in enumerate(reader.sheet_names):
        csv = target.with_name(f"{target.name}.{place}.csv")
        areas = own.get(place, ())
        written = _written(reader, place, csv, failed.get(name, {}), areas)
        found.append(Sheet(name, written, spread=len(areas)))
    return found


def _binary_areas(path: Path, names: Sequence[str]) -> Mapping[int, Sequence[merged.Area]]:
    """The areas of merged cells of a workbook in a binary format, by place of the sheet."""
    if path.suffix == ".xlsb":
        return merged_binary.of_xlsb(path)
    by_name = merged_binary.of_xls(path)
    return {place: by_name[name] for place, name in enumerate(names) if name in by_name}


_APART = """
import json, pathlib, sys
from kshop_audit.ingest.convert.workbook import read_sheets
found = read_sheets(*map(pathlib.Path, sys.argv[1:]))
print(json.dumps([(own.name, own.path and str(own.path), own.spread) for own in found]))
"""


def _read_apart(path: Path, target: Path) -> list[Sheet]:
    """The same in a process of its own: on damage in the older formats the library crashes."""
    done = subprocess.run(  # noqa: S603  our own script
        [sys.executable, "-c", _APART, path, target],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "RUST_BACKTRACE": "0"},
    )
    return [
        Sheet(name, place and Path(place), spread=spread)
        for name, place, spread in json.loads(done.stdout)
    ]


def _suffix(book: Book) -> str:
    """The suffix by which the library knows what it reads; the file's own may be wrong."""
    if book.container is Container.OLE:
        return ".xls"
    with opened(book.path, book.name) as parts:
        return ".xlsb" if "xl/workbook.bin" in parts.namelist() else ".xlsx"


class _Checked(NamedTuple):
    """The sheets, by their part of the archive, in which a formula failed, or cells are merged."""

    failed: frozenset[str]
    merged: frozenset[str]


def _check_sheets(book: Book) -> _Checked:
    """What the library leaves out; refuses a sheet with a cell so far off that it would not fit
    into memory.

    The library keeps a place for every cell up to the farthest in both directions.
    """
    failed, joined = set(), set()
    with opened(book.path, book.name) as parts:
        for part in parts.infolist():
            if not part.filename.startswith(_SHEETS):
                continue
            columns, row, end = {b"A"}, 0, b""
            try:
                with parts.open(part) as file:
                    while block := end + file.read(BLOCK):
                        if block == end:
                            break
                        columns.update(_FAR.findall(block))
                        row = max([row, *map(int, _ROW.findall(block[-_TAIL:]))])
                        if part.filename not in failed and _FAILED.search(block):
                            failed.add(part.filename)
                        if merged.MARK in block:
                            joined.add(part.filename)
                        end = block[-_TAG:]
            except FAULTS as error:
                raise workbook_faults.broken(book.name, str(error)) from error
            if max(map(_number, columns)) * row > workbook_faults.MOST_CELLS:
                raise workbook_faults.sprawling(book.name)
    return _Checked(frozenset(failed), frozenset(joined))


def _with_failures(book: Book, failed: frozenset[str]) -> Path:
    """The workbook with the failures of formulas as texts, in the scratch folder."""
    target = book.file("with failures.xlsx")
    with (
        opened(book.path, book.name) as parts,
        zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as out,
    ):
        for part in parts.infolist():
            with parts.open(part) as file, out.open(part.filename, "w", force_zip64=True) as copy:
                if part.filename in failed:
                    _copy_with_failures(file, copy)
                else:
                    shutil.copyfileobj(file, copy, BLOCK)
    return target


def _copy_with_failures(file: IO[bytes], copy: IO[bytes]) -> None:
    """Copy a sheet, block by block, so that no tag is cut in two."""
    rest = b""
    while block := file.read(BLOCK):
        text = rest + block
        end = max(text.rfind(b"<"), 0)
        copy.write(_FAILED.sub(rb'\1"str"', text[:end]))
        rest = text[end:]
    copy.write(_FAILED.sub(rb'\1"str"', rest))


def _number(column: bytes) -> int:
    """The number of a column from its letters."""
    number = 0
    for letter in column:
        number = number * 26 + letter - 64
    return number


def _holds(path: Path, text: bytes) -> bool:
    """Whether these bytes stand anywhere in a file."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return data.find(text) >= 0


# ------------------------------------------------------------------ cells


def _load(reader: ExcelReader, place: int, dtype: _Type) -> pl.DataFrame:
    """All cells of a sheet as one type, null where a cell is not of it; empty rows stay."""
    frame = reader.load_sheet(place, header_row=None, skip_rows=0, dtypes=dtype).to_polars()
    return frame.rename({name: f"{n}" for n, name in enumerate(frame.columns)})


def _written(
    reader: ExcelReader,
    place: int,
    target: Path,
    failed: FailedCells,
    areas: Sequence[merged.Area],
) -> Path | None:
    """The cells of a sheet as CSV in UTF-8; None if it has none. `failed`: see `xls_failures`."""
    frame = _load(reader, place, "string")
    if not frame.width:
        return None
    frame = with_failures(frame, failed)
    if _any(frame, _LOST):
        # A number passes for true or false, a text does not: only this tells 123 from "123".
        numbers = _load(reader, place, "boolean")
        frame = _replaced(frame, numbers, _LOST, _in_e_notation)
    if _any(frame, _INEXACT):
        frame = _replaced(frame, _load(reader, place, "duration"), _INEXACT, _in_seconds)
    frame = merged.spread(frame, areas)
    # A text of no length would be written as a pair of quotes.
    frame = frame.select(pl.when(pl.col(name) != "").then(name) for name in frame.columns)
    frame.write_csv(target, include_header=False)
    return target


def _any(frame: pl.DataFrame, pattern: str) -> bool:
    found = (pl.col(name).str.contains(pattern).any() for name in frame.columns)
    return bool(frame.select(pl.any_horizontal(found)).item())


def _replaced(
    frame: pl.DataFrame, typed: pl.DataFrame, pattern: str, better: Callable[[pl.Expr], pl.Expr]
) -> pl.DataFrame:
    """The texts, with better ones where a text has this form and the cell is of the other type."""
    suffix = " typed"
    both = frame.hstack(typed.rename({name: name + suffix for name in typed.columns}))
    return both.select(
        pl.when(pl.col(name).str.contains(pattern) & pl.col(name + suffix).is_not_null())
        .then(better(pl.col(name)))
        .otherwise(name)
        .alias(name)
        for name in frame.columns
    )


def _in_e_notation(text: pl.Expr) -> pl.Expr:
    """As many digits as are certain, in the form in which ids are rejected."""
    power = (text.str.len_chars() - 1).cast(pl.String)
    return pl.concat_str(
        text.str.slice(0, 1), pl.lit("."), text.str.slice(1, 14), pl.lit("E+"), power
    )


def _in_seconds(text: pl.Expr) -> pl.Expr:
    """A time rounded to the second; without its day where that is day zero."""
    time = text.str.to_datetime(_FRACTIONS, strict=False, time_unit="us").dt.round("1s")
    whole = time.dt.to_string(_SECONDS)
    timeless = whole.str.ends_with(" 00:00:00")
    return pl.when(timeless).then(whole).otherwise(whole.str.strip_prefix(_DAY_ZERO))


# ------------------------------------------------------------------ what may be wrong


def _decrypted(book: Book) -> Book:
    """The workbook that a protected one holds, in the scratch folder."""
    if book.password is None:
        raise workbook_faults.protected(book.name)
    try:
        import msoffcrypto  # noqa: PLC0415  an extra
        from msoffcrypto import exceptions  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise workbook_faults.missing(book.name, "xlsx-password") from error
    target = book.file("opened")
    try:
        with book.path.open("rb") as file, target.open("wb") as out:
            office = msoffcrypto.OfficeFile(file)
            office.load_key(password=book.password, verify_password=True)
            office.decrypt(out)
    except exceptions.InvalidKeyError as error:
        raise LockedError(
            f"{book.name}：密码不对；请检查 --password-env 所指的环境变量",
            f"{book.name}: the password is wrong; check the variable that --password-env names",
        ) from error
    except (exceptions.FileFormatError, exceptions.DecryptionError, *_GARBLED) as error:
        if isinstance(error, OSError) and is_full(error):
            raise
        raise workbook_faults.broken(book.name, str(error)) from error
    return replace(book, path=target, container=sniff(target))
