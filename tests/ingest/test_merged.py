"""Merged cells in every format of workbooks: the first one holds for each of its rows."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from kshop_audit.errors import DamagedFileError
from kshop_audit.ingest import Request, open_inputs
from tests.ingest.tables import table_of

HEADER = ("会话ID", "发送方", "发送时间", "消息内容")
ROWS = (
    ("S1", "买家", "2026-10-20 10:00:00", "在吗"),
    (None, "客服", "2026-10-20 10:01:00", "在的"),
    (None, "买家", "2026-10-20 10:02:00", None),
    ("S2", "买家", "2026-10-20 11:00:00", "发货"),
    ("S3", "买家", "2026-10-20 12:00:00", "退款"),
    (None, "客服", "2026-10-20 12:01:00", None),
)
SPANS = ((1, 3), (5, 6))
"""First and last row of the merged cells, header = 0."""

Grid = Sequence[Sequence[str | None]]


def xlsx(grid: Grid, left: int) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        sheet = made.add_worksheet("聊天")
        _fill(grid, lambda row, cell, text: sheet.write_string(row, left + cell, text))
        for first, last in SPANS:
            sheet.merge_range(first, left, last, left, grid[first][0])
    return out.getvalue()


def xls(grid: Grid, left: int) -> bytes:
    made = xlwt.Workbook(encoding="utf-8")
    sheet = made.add_sheet("聊天")
    _fill(grid, lambda row, cell, text: cell and sheet.write(row, left + cell, text))
    merged = dict(SPANS)
    for row, cells in enumerate(grid):
        if row in merged:
            sheet.write_merge(row, merged[row], left, left, cells[0])
        elif cells[0] is not None:
            sheet.write(row, left, cells[0])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _fill(grid: Grid, write: Callable[[int, int, str], object]) -> None:
    for row, cells in enumerate(grid):
        for cell, text in enumerate(cells):
            if text is not None:
                write(row, cell, text)


def xlsb(grid: Grid, left: int) -> bytes:
    """The least that is a workbook of this format: records of number, length and content."""

    def record(number: int, content: bytes = b"") -> bytes:
        head = bytes([number]) if number < 128 else bytes([number & 127 | 128, number >> 7])
        size, length = len(content), b""
        while True:
            length += bytes([size & 127 | (128 if size > 127 else 0)])
            size >>= 7
            if not size:
                return head + length + content

    def text(said: str) -> bytes:
        return struct.pack("<I", len(said)) + said.encode("utf-16-le")

    rows = b""
    for row, cells in enumerate(grid):
        rows += record(0, struct.pack("<IIHBBBI", row, 0, 300, 0, 0, 0, 0))
        for cell, said in enumerate(cells):
            if said is not None:
                rows += record(6, struct.pack("<II", left + cell, 0) + text(said))
    areas = b"".join(record(176, struct.pack("<4I", *span, left, left)) for span in SPANS)
    size = struct.pack("<4I", 0, len(grid) - 1, left, left + 3)
    sheet = record(129) + record(148, size) + record(145) + rows + record(146)
    sheet += record(177, struct.pack("<I", len(SPANS))) + areas + record(178) + record(130)
    bundle = record(156, struct.pack("<II", 0, 1) + text("rId1") + text("聊天"))
    book = record(131) + record(143) + bundle + record(144) + record(132)
    relations = (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/'
        '2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.bin"/>'
        "</Relationships>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        parts.writestr("xl/workbook.bin", book)
        parts.writestr("xl/_rels/workbook.bin.rels", relations)
        parts.writestr("xl/worksheets/sheet1.bin", sheet)
    return out.getvalue()


BOOKS = {"xlsx": xlsx, "xls": xls, "xlsb": xlsb}


@pytest.mark.parametrize("suffix", BOOKS)
@pytest.mark.parametrize("left", [0, 2])
def test_a_merged_cell_holds_for_each_of_its_rows(tmp_path: Path, suffix: str, left: int) -> None:
    path = tmp_path / f"chats.{suffix}"
    path.write_bytes(BOOKS[suffix]((HEADER, *ROWS), left))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (source,) = open_inputs(Request((path,)), scratch)
    table = table_of(source)
    assert table["session_id"].to_list() == ["S1", "S1", "S1", "S2", "S3", "S3"]
    assert any("2 处合并的单元格" in note.zh for note in source.notes)
    assert table["content"].to_list() == ["在吗", "在的", None, "发货", "退款", None]


def test_merged_cells_that_cannot_be_placed_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "chats.xlsb"
    data = xlsb((HEADER, *ROWS), 0)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as parts, zipfile.ZipFile(out, "w") as copy:
        for name in parts.namelist():
            content = parts.read(name)
            if name.endswith("sheet1.bin"):
                at = content.index(b"\xb0\x01\x10")
                content = content[: at + 9]
            copy.writestr(name, content)
    path.write_bytes(out.getvalue())
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with pytest.raises(DamagedFileError, match=r"^chats\.xlsb: "):
        open_inputs(Request((path,)), scratch)
