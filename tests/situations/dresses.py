"""The same rows as other programs write them: nothing of this may change a verdict."""

from __future__ import annotations

import csv
import io
import random
import re
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

from tests.ingest.workbooks import BOOKS

Rows = list[list[str]]
Dress = Callable[[Path, Rows], None]

TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d) (\d\d:\d\d:\d\d)")


def rows_of(path: Path) -> Rows | None:
    """The records of a plain file, None where a cell or a line is no ordinary one."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    width = len(rows[0]) if rows else 0
    if width < 2 or text.count('"') % 2 or any(len(row) != width for row in rows):
        return None
    return None if "\t" in text.partition("\n")[0] else rows


def text_of(rows: Sequence[Sequence[str]], **form: object) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, **{"lineterminator": "\n", **form}).writerows(rows)  # type: ignore[arg-type]
    return out.getvalue()


def _as(encoding: str, **form: object) -> Dress:
    def write(path: Path, rows: Rows) -> None:
        path.write_bytes(text_of(rows, **form).encode(encoding))

    return write


def _changed(change: Callable[[Rows], Rows]) -> Dress:
    def write(path: Path, rows: Rows) -> None:
        path.write_text(text_of(change(rows)), encoding="utf-8", newline="")

    return write


def _cells(change: Callable[[str], str]) -> Dress:
    """All cells below the header written in another way."""
    return _changed(lambda rows: [rows[0], *([change(cell) for cell in row] for row in rows[1:])])


def _other_order(rows: Rows) -> Rows:
    places = list(range(len(rows[0])))
    random.Random(len(rows)).shuffle(places)
    return [[row[place] for place in places] for row in rows]


def _in_halves(path: Path, rows: Rows) -> None:
    middle = (len(rows) + 1) // 2
    for number, part in enumerate((rows[1:middle], rows[middle:]), 1):
        if part:
            half = path.with_name(f"{path.stem}_{number}.csv")
            half.write_text(text_of([rows[0], *part]), encoding="utf-8", newline="")
            path.unlink(missing_ok=True)


def _in_sheets(suffix: str) -> Dress:
    def write(path: Path, rows: Rows) -> None:
        path.with_suffix(f".{suffix}").write_bytes(BOOKS[suffix]({"Sheet1": rows}))
        path.unlink()

    return write


def _as_page(path: Path, rows: Rows) -> None:
    cells = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows)
    lines = "".join(f"<tr>{line}</tr>" for line in cells).replace("\n", "<br>")
    page = f'<html><meta charset="utf-8"><table border=1>{lines}</table></html>'
    path.with_suffix(".xls").write_text(page, encoding="utf-8")
    path.unlink()


def _with_slashes(time: re.Match[str]) -> str:
    return f"{time[1]}/{int(time[2])}/{int(time[3])} {time[4]}"


DRESSES: dict[str, Dress] = {
    "gb18030": _as("gb18030"),
    "utf-8-sig, quoted, crlf": _as("utf-8-sig", quoting=csv.QUOTE_ALL, lineterminator="\r\n"),
    "utf-16, tabs": _as("utf-16", delimiter="\t", lineterminator="\r\n"),
    "semicolons": _as("utf-8", delimiter=";"),
    "columns in another order": _changed(_other_order),
    "rows reversed": _changed(lambda rows: [rows[0], *rows[:0:-1]]),
    "unknown columns": _changed(
        lambda rows: [["", *row, "我的备忘" if not n else ""] for n, row in enumerate(rows)]
    ),
    "lines above": _changed(
        lambda rows: [["导出时间：2026-11-01 09:00:00"], ["店铺：测试"], *rows]
    ),
    "a count below": _changed(lambda rows: [*rows, [f"共{len(rows) - 1}条"]]),
    "totals below": _changed(lambda rows: [*rows, ["合计", *[""] * (len(rows[0]) - 1)]]),
    "blank rows": _changed(
        lambda rows: [rows[0], *(line for row in rows[1:] for line in (row, [""] * len(row)))]
    ),
    "the header again": _changed(lambda rows: [*rows[:2], rows[0], *rows[2:]]),
    "slashes": _cells(
        lambda cell: TIME.sub(lambda m: f"{m[1]}/{int(m[2])}/{int(m[3])} {m[4]}", cell)
    ),
    "iso": _cells(lambda cell: TIME.sub(r"\1-\2-\3T\4+08:00", cell)),
    "spaces": _cells(lambda cell: f" {cell} " if cell else cell),
    "halves": _in_halves,
    "xlsx": _in_sheets("xlsx"),
    "xls": _in_sheets("xls"),
    "a page": _as_page,
}
