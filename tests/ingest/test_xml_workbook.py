"""Workbooks in the XML of Excel 2003, cell by cell. Whole shops in it: see test_encodings."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from kshop_audit.errors import DamagedFileError
from kshop_audit.ingest.convert import workbook_faults, xml_workbook
from kshop_audit.ingest.files.container import Container, sniff

HEAD = """<?xml version="1.0"{declared}?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:x="urn:schemas-microsoft-com:office:excel">
"""


def sheet(rows: str, name: str = "订单", after: str = "") -> str:
    return f'<Worksheet ss:Name="{name}"><Table>{rows}</Table>{after}</Worksheet>'


def cell(text: str, kind: str = "String", **where: int) -> str:
    at = "".join(f' ss:{key}="{value}"' for key, value in where.items())
    return f'<Cell{at}><Data ss:Type="{kind}">{text}</Data></Cell>'


def write(folder: Path, body: str, encoding: str = "utf-8", declared: str = "") -> Path:
    path = folder / "订单.xls"
    path.write_bytes((HEAD.format(declared=declared) + body + "</Workbook>").encode(encoding))
    return path


def read(folder: Path, body: str) -> list[list[str]]:
    path = write(folder, body)
    assert sniff(path) is Container.XML_BOOK
    [found] = xml_workbook.sheets(path, path.name, folder, "0")
    assert found.path is not None
    with found.path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("String", "a, &quot;b&quot;&#10;c", 'a, "b"\nc'),
        ("Number", "263031000123456", "263031000123456"),
        ("Number", "2630310001234567", "2.63031000123457E+15"),
        ("Number", "007", "007"),
        ("Number", "2.6303100012345672E15", "2.63031000123457E+15"),
        ("Number", "1.5E-2", "0.015"),
        ("Number", "1E3", "1000"),
        ("DateTime", "2026-10-01T09:30:00.000", "2026-10-01 09:30:00"),
        ("DateTime", "2026-10-01T09:29:59.999", "2026-10-01 09:30:00"),
        ("DateTime", "2026-10-01T00:00:00.000", "2026-10-01 00:00:00"),
        ("DateTime", "1899-12-31T09:30:00.000", "09:30:00"),
        ("DateTime", "soon", "soon"),
        ("Boolean", "1", "TRUE"),
        ("Boolean", "0", "FALSE"),
        ("Error", "#N/A", "#N/A"),
    ],
)
def test_a_cell_is_text_in_the_form_of_exports(
    tmp_path: Path, kind: str, text: str, expected: str
) -> None:
    assert read(tmp_path, sheet(f"<Row>{cell(text, kind)}</Row>")) == [[expected]]


def test_cells_and_rows_stand_where_their_numbers_say(tmp_path: Path) -> None:
    rows = f"<Row>{cell('a')}{cell('c', Index=3)}{cell('d')}</Row>"
    rows += f'<Row ss:Index="4">{cell("b", Index=2)}</Row>'
    rows += f'<Row ss:Span="1"/><Row>{cell("a")}</Row>'
    blank = [""] * 4
    assert read(tmp_path, sheet(rows)) == [
        ["a", "", "c", "d"], blank, blank, ["", "b", "", ""], blank, blank, ["a", "", "", ""],
    ]  # fmt: skip


def test_a_cell_merged_over_rows_holds_for_each_and_one_over_columns_is_a_title(
    tmp_path: Path,
) -> None:
    rows = f"<Row>{cell('title', MergeAcross=1, MergeDown=1)}{cell('x')}</Row>"
    rows += f"<Row>{cell('y', Index=3)}</Row>"
    rows += f"<Row>{cell('s', MergeDown=2)}{cell('1')}</Row>"
    rows += f"<Row>{cell('2', Index=2)}</Row><Row>{cell('3', Index=2)}</Row><Row>{cell('t')}</Row>"
    assert read(tmp_path, sheet(rows)) == [
        ["title", "", "x"], ["", "", "y"], ["s", "1", ""], ["s", "2", ""], ["s", "3", ""],
        ["t", "", ""],
    ]  # fmt: skip


def test_of_a_cell_only_its_own_text_is_read(tmp_path: Path) -> None:
    rich = '<ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40">a<B>b</B>c</ss:Data>'
    remark = '<Comment><ss:Data ss:Type="String">a remark</ss:Data></Comment>'
    assert read(tmp_path, sheet(f"<Row><Cell>{rich}{remark}</Cell><Cell/></Row>")) == [["abc", ""]]


def test_sheets_have_their_names_and_say_whether_they_are_hidden(tmp_path: Path) -> None:
    hidden = "<x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions>"
    body = sheet(f"<Row>{cell('a')}</Row>") + sheet("", "空") + sheet("", "旧", after=hidden)
    path = write(tmp_path, body)
    found = xml_workbook.sheets(path, path.name, tmp_path, "0")
    assert [(own.name, own.path is None, own.hidden) for own in found] == [
        ("订单", False, False), ("空", True, False), ("旧", True, True),
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_whatever_encoding_is_declared_the_text_is_what_its_bytes_say(
    tmp_path: Path, encoding: str
) -> None:
    path = write(tmp_path, sheet(f"<Row>{cell('已发货')}</Row>"), encoding, ' encoding="GB2312"')
    [found] = xml_workbook.sheets(path, path.name, tmp_path, "0")
    assert found.path is not None
    assert found.path.read_text("utf-8") == "已发货\n"


ROW = f"<Row>{cell('a')}</Row>"


@pytest.mark.parametrize(
    "body",
    [
        sheet(ROW)[:-30],
        sheet(f"<Row>{cell('a')}</Cell></Row>"),
        sheet(ROW + '<Row ss:Index="1"/>'),
        sheet('<Row ss:Index="2000000"/>'),
        sheet(f"<Row>{cell('a', Index=2000)}</Row>"),
        sheet(f"<Row>{cell('b', Index=2)}{cell('a', Index=1)}</Row>"),
        sheet('<Row ss:Index="x"/>'),
        sheet("&own;"),
    ],
    ids=["cut", "tags", "row again", "far row", "far cell", "cell before", "no number", "entity"],
)
def test_broken_markup_is_refused_by_name(tmp_path: Path, body: str) -> None:
    path = write(tmp_path, body)
    with pytest.raises(DamagedFileError, match=r"订单\.xls"):
        xml_workbook.sheets(path, path.name, tmp_path, "0")


def test_entities_of_its_own_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, sheet(ROW))
    text = path.read_text("utf-8")
    path.write_text(text.replace("<?mso", '<!DOCTYPE a [<!ENTITY b "c">]>\n<?mso', 1), "utf-8")
    with pytest.raises(DamagedFileError):
        xml_workbook.sheets(path, path.name, tmp_path, "0")


def test_a_sheet_that_does_not_fit_into_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook_faults, "MOST_CELLS", 12)
    rows = "".join(f"<Row>{cell('a')}{cell('b')}{cell('c')}</Row>" for _ in range(4))
    assert len(read(tmp_path, sheet(rows))) == 4
    path = write(tmp_path, sheet(rows + f"<Row>{cell('a')}</Row>"))
    with pytest.raises(DamagedFileError, match=r"订单\.xls"):
        xml_workbook.sheets(path, path.name, tmp_path, "0")
