"""One shop in every dress: what its files say stays the same, how they are written does not."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Literal

from kshop_audit.codec import encode
from kshop_audit.model.metadata import Text
from kshop_audit.model.report import Report, RuleResult
from tests.ingest.workbooks import BOOKS

Table = list[list[str]]
Tables = dict[str, Table]

SPOKEN = ("content", "消息内容")
READ_BY_ROW = "read row by row"
"""Stands in the note on a file that the quick reader could not be proven right for."""
_MOMENT = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-\d\d \d\d:\d\d:\d\d")
_COUNT = re.compile(r"0|[1-9]\d{0,14}")
_AMOUNT = re.compile(r"-?(?:0|[1-9]\d{0,9})\.\d\d")
_DAY_ZERO = datetime(1899, 12, 30)


@dataclass(frozen=True)
class Dress:
    """How the files of a shop are written.

    `container`: csv, gz, zip, xlsx, one xlsx, zip of xlsx, xls, one xls. `typed`: times, numbers
    and flags are cells of their type in a workbook, not text. `rows`, `columns`: in another order.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    end: str = "\r\n"
    quoting: Literal[0, 1] = csv.QUOTE_MINIMAL
    last_end: bool = True
    container: str = "csv"
    typed: bool = False
    rows: bool = False
    columns: bool = False
    seed: int = 0


PLAIN = Dress()


@dataclass(frozen=True)
class Worn:
    """What became of the files: by its name in the report, the file's plain name and, for each of
    its rows (header = 1), the row of the plain file.
    """

    names: Mapping[str, str]
    rows: Mapping[str, Sequence[int]]


def wear(tables: Tables, dress: Dress, folder: Path) -> Worn:
    """Write the files of a shop into an empty folder."""
    folder.mkdir(parents=True)
    changed, places = {}, {}
    for stem, table in sorted(tables.items()):
        changed[stem], places[stem] = _turned(table, dress, Random(f"{dress.seed}{stem}"))
    shown = dict(_put(changed, dress, folder))
    return Worn(
        {name: f"{stem}.csv" for name, stem in shown.items()},
        {name: places[stem] for name, stem in shown.items()},
    )


def undressed(report: Report, worn: Worn) -> str:
    """The report as JSON, as if the files had been written plainly.

    What must differ and is put back: names, encodings, digests, the numbers of moved rows, and
    which of the two readers read a file, for that hangs on quotes and line ends.
    """
    inputs = tuple(
        replace(given, path=worn.names[given.path], place="", encoding="utf-8", digest=None)
        for given in report.inputs
    )
    notes = [_plainly(note, worn) for note in report.notes if READ_BY_ROW not in note.en]
    # Rejected rows are listed in their order, which is another one where rows were moved.
    first = next((n for n, note in enumerate(notes) if _place(note.en)), len(notes))
    last = first + sum(_place(note.en) is not None for note in notes)
    notes[first:last] = sorted(notes[first:last], key=lambda note: _place(note.en) or ("", 0))
    rules = tuple(_without_places(rule) for rule in report.rules)
    return encode(replace(report, inputs=inputs, rules=rules, notes=tuple(notes)))


def _without_places(rule: RuleResult) -> RuleResult:
    """Rows are named by file and number, and both are others."""
    if rule.evidence is None:
        return rule
    return replace(rule, evidence=replace(rule.evidence, places=()))


def _plainly(note: Text, worn: Worn) -> Text:
    name = next((n for n in worn.names if note.en.startswith(f"{n}:")), None)
    if name is None:
        return note
    stated = []
    for line, place in ((note.zh, r"( 第 )(\d+)( 行 )"), (note.en, r"(:)(\d+)(:)")):
        rest = line.removeprefix(name)
        row = re.match(place, rest)
        if row is not None:
            rest = f"{row[1]}{worn.rows[name][int(row[2]) - 1]}{row[3]}" + rest[row.end() :]
        stated.append(worn.names[name] + rest)
    return Text(*stated)


def _place(line: str) -> tuple[str, int] | None:
    found = re.match(r"([^:]+\.csv):(\d+):", line)
    return (found[1], int(found[2])) if found else None


# ------------------------------------------------------------------ order


def _turned(table: Table, dress: Dress, rng: Random) -> tuple[Table, list[int]]:
    """The table with its rows and columns in their order, and where each row stood (first = 1)."""
    header, *body = table
    places = list(range(len(body)))
    if dress.rows:  # all but the last, for a workbook has no empty rows below its last one
        places = [*rng.sample(places[:-1], len(body) - 1), *places[-1:]]
    columns = list(range(len(header)))
    if dress.columns:
        rng.shuffle(columns)
    lines = [header, *(body[place] for place in places)]
    turned = [[line[place] for place in columns] for line in lines]
    return turned, [1, *(place + 2 for place in places)]


# ------------------------------------------------------------------ files


def _put(tables: Tables, dress: Dress, folder: Path) -> Iterator[tuple[str, str]]:
    """Write them; (name in the report, plain stem) of each table."""
    match dress.container.split():
        case ["one", suffix]:
            sheets = {stem: cells(table, dress) for stem, table in tables.items()}
            (folder / f"shop.{suffix}").write_bytes(BOOKS[suffix](sheets))
            yield from ((f"shop.{suffix}#{stem}", stem) for stem in tables)
        case ["zip", *inner]:
            dress = replace(dress, container=inner[-1] if inner else "csv")
            with zipfile.ZipFile(folder / "shop.zip", "w", zipfile.ZIP_DEFLATED) as archive:
                for stem, table in tables.items():
                    name, content, sheet = _file(stem, table, dress)
                    archive.writestr(name, content)
                    yield f"shop.zip!{name}{sheet}", stem
        case _:
            for stem, table in tables.items():
                name, content, sheet = _file(stem, table, dress)
                (folder / name).write_bytes(content)
                yield f"{name}{sheet}", stem


def _file(stem: str, table: Table, dress: Dress) -> tuple[str, bytes, str]:
    """Name, bytes and, where it is a workbook, the mark of its sheet."""
    if dress.container in BOOKS:
        content = BOOKS[dress.container]({"Sheet1": cells(table, dress)})
        return f"{stem}.{dress.container}", content, "#Sheet1"
    content = text(table, dress).encode(dress.encoding)
    if dress.container == "gz":
        return f"{stem}.csv.gz", gzip.compress(content, mtime=0), ""
    return f"{stem}.csv", content, ""


def text(table: Table, dress: Dress) -> str:
    """A table as separated text."""
    out = io.StringIO(newline="")
    csv.writer(
        out, delimiter=dress.delimiter, lineterminator=dress.end, quoting=dress.quoting
    ).writerows(table)
    written = out.getvalue()
    return written if dress.last_end else written.removesuffix(dress.end)


# ------------------------------------------------------------------ cells of a workbook


def cells(table: Table, dress: Dress) -> list[list[object]]:
    """The cells of a sheet; an empty one is written or not, which must be the same."""
    rng = Random(dress.seed)
    header, *body = table
    spoken = {place for place, name in enumerate(header) if name in SPOKEN}
    if not dress.typed:
        return [list(line) for line in table]
    return [
        [*header],
        *(
            [c or None if n in spoken else _typed(c, rng) for n, c in enumerate(line)]
            for line in body
        ),
    ]


def _typed(cell: str, rng: Random) -> object:
    """A cell as a spreadsheet keeps it: a time as a date or as a bare serial number."""
    if _MOMENT.fullmatch(cell):
        moment = datetime.fromisoformat(cell)
        serial = (moment - _DAY_ZERO).total_seconds() / 86_400
        return (moment, serial, cell)[rng.randrange(3)]
    if cell in ("true", "false"):
        return cell == "true"
    if _COUNT.fullmatch(cell):
        return int(cell)
    if _AMOUNT.fullmatch(cell):
        return float(cell)
    return cell or None
