"""Workbooks: sheets, cells, damage, protection. Their quirks by their number in the list."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, time
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile

from kshop_audit.cli import main
from kshop_audit.errors import DamagedFileError, InputError
from kshop_audit.ingest import Request, Source, open_inputs
from kshop_audit.ingest.files.container import LockedError
from tests.ingest.build import ORDER, counts, text, write
from tests.ingest.tables import table_of
from tests.ingest.workbooks import book, old_book

PAID = datetime(2026, 10, 31, 8, 5)
GOOD: Sequence[object] = ("20261031", PAID, "待发货", 9.9, None)
OLD = zlib.decompress(
    base64.b85decode(
        "c-rk)O-NKx6h8O8J31rkjFU!M$RMO;nw425=vYy%8Y~f`0{>=6vC$gan2?svN`xSSiVzH2w6TJ)--"
        "WG=2<&H(1c4T~X%*NHp}x*J?>%!y0tZSk-uJlYopbKF-~GSu=hb-1<lw!GDTqQDs4%ZNAa0RQU~-s-"
        "3ou{PNHy<vOqzvN1&19cGR_81l3vEs9MXJGfdY5sGn4=yF`a<Z;A?9QcvcYmxDEA!+E9v8zzy^yLprz0&9af@8kToB"
        "@+r%5_VlwX#n?%4492~_++t%DA62qAFBypU0hf8tp6!qZ&uJBRT@re%4fckb>rbt+j7*sbLx2-"
        "n5oisB$X*AxaHOCEksl1^`~9A#rjlT=q`iF-QgPOY;H%~Vm@&8asK@fJtX}~7e?<D@|KPXdY)1PpD-xg^v^w4`VMv4"
        ";NjZwR*;idP3n%&PrcJH_yS`V&=}JLh!uKsOb4BXrNJ!LS$iVRlUs;O-"
        "MDNwD)dkSi@U!oARZc$zx^buMDBM}JYj^RUZKj4r!nG8UK#vJNR$LLsN)m6kM3jDTvYx`5&V}8Xz5V6Qp@vFtEql88"
        "QKCO^Hd41hg9}sw3n#PJ#`z?3xx^Nh7nyZE>lrLlF$VA1m1%}@u!m!MIX4^YDP+9$<}A`Tp&tHx_+e)FlXo-"
        "f!xdBKQitDp2O$dw(U0Zn>VZ6wC$3*3Jo1`%VH{2$Sf(#IsO*Z%=z(TDRh=*g3G7Q@hi=j6hy_bA#!9zTwA2Mlq9qM"
        "xijh&w3NzDKsfvE&xnb<ghOrj|)8%?TvC|BlSI8pvPN&YNM)47Y%6vu6#>e-"
        "YJNN6JXihbPQ;p!1QJfSZnR9wnZ=+noCnNae0$-"
        "Wph7sx@9{RtL02VA*uwcQ01q&Ab0D8q#_?rOuCCp~Ltj8Pwb>=Y5Tfa&ETO5Hlyw2jc<N;{Kdk8vWT0d*SCQL4|%rf"
        "TxLP8DJ9)cEV;C8gcyngXxODyisvJ1NY-WH0r{`pwi`H$=W1&nJ8NB"
    )
)
"""A workbook of the old format: a title row, the header, three orders, the id of the second and of
the third a number of 18 and of 5 digits.
"""
SECRET = "correct horse"  # noqa: S105  of a file made here


def one_sheet(*rows: Sequence[object], header: Sequence[object] = ORDER) -> bytes:
    return book({"订单": [header, *rows]})


def protected(content: bytes) -> bytes:
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(content)).encrypt(SECRET, out)
    return out.getvalue()


def rewritten(content: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """The workbook with one of its parts changed by a pattern."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for info in source.infolist():
            data = source.read(info)
            if info.filename == part:
                data, hits = re.subn(old, new, data)
                assert hits
            target.writestr(info.filename, data)
    return out.getvalue()


def opened(
    folder: Path, content: bytes, name: str = "a.xlsx", password: str | None = None
) -> tuple[Source, ...]:
    path = write(folder / "in", content, name)
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    for old in scratch.iterdir():
        old.unlink()
    return open_inputs(Request((path,), password=password), scratch)


def rows_of(source: Source) -> pl.DataFrame:
    return table_of(source)


def read(folder: Path, *rows: Sequence[object], header: Sequence[object] = ORDER) -> pl.DataFrame:
    (source,) = opened(folder, one_sheet(*rows, header=header))
    return rows_of(source)


# ------------------------------------------------------------------ sheets


def test_a_sheet_is_an_input_of_its_own(tmp_path: Path) -> None:
    content = book({"十月": [ORDER, GOOD], "空": [], "说明": [["填写", "说明"]], "九月": [ORDER]})
    sources = opened(tmp_path, content)
    assert [(source.name, source.kind) for source in sources] == [
        ("a.xlsx#十月", "orders"),
        ("a.xlsx#空", None),
        ("a.xlsx#说明", None),
        ("a.xlsx#九月", "orders"),
    ]
    assert [source.index for source in sources] == [0, 1, 2, 3]
    assert {source.sha256 for source in sources} == {hashlib.sha256(content).hexdigest()}
    assert {source.encoding for source in sources} == {None}
    assert sources[0].delimiter is None
    assert "empty" in sources[1].why.en
    assert "2 cells, none of them known" in sources[2].why.en
    assert rows_of(sources[0])["order_id"].to_list() == ["20261031"]
    assert rows_of(sources[3]).height == 0


def test_a_hidden_sheet_is_read_and_said_to_be_hidden(tmp_path: Path) -> None:
    shown, hidden = (f'<sheet name="{name}" sheetId="{n}"' for n, name in ((1, "甲"), (2, "乙")))
    content = book({"甲": [ORDER, GOOD], "乙": [ORDER, GOOD]})
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as parts, zipfile.ZipFile(out, "w") as copy:
        for name in parts.namelist():
            part = parts.read(name).decode()
            assert name != "xl/workbook.xml" or (shown in part and hidden in part)
            copy.writestr(name, part.replace(hidden, f'{hidden} state="veryHidden"'))
    sources = opened(tmp_path, out.getvalue())
    assert [rows_of(source).height for source in sources] == [1, 1]
    said = [any("hidden sheet" in note.en for note in source.notes) for source in sources]
    assert said == [False, True]


def test_q05_many_sheets_with_a_header_each(tmp_path: Path) -> None:
    sheets = {f"客户{n}": [ORDER, (f"1000{n}", *GOOD[1:])] for n in range(30)}
    sources = opened(tmp_path, book(sheets))
    ids = [rows_of(source)["order_id"].item() for source in sources]
    assert ids == [f"1000{n}" for n in range(30)]


def test_a_named_workbook_of_nothing_known_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"^a\.xlsx#订单: the header fits no kind \(the first row has 2 cells"
    ):
        opened(tmp_path, one_sheet(header=("x", "y")))
    with pytest.raises(
        InputError, match=r"^a\.xlsx: nothing is recognised: a\.xlsx#A \(the header"
    ):
        opened(tmp_path, book({"A": [["x", "y"]], "B": []}))


@pytest.mark.parametrize("name", ["订单.xls", "order.csv", "order", "a.xlsb"])
def test_q02_the_first_bytes_count_not_the_suffix(tmp_path: Path, name: str) -> None:
    (source,) = opened(tmp_path, one_sheet(GOOD), name)
    assert source.name == f"{name}#订单"
    assert counts(rows_of(source)) == (1, 0, 0)


def test_q02_a_workbook_of_the_old_format(tmp_path: Path) -> None:
    for name in ("a.xls", "a.xlsx"):
        (source,) = opened(tmp_path, OLD, name)
        table = rows_of(source)
        assert table["order_id"].to_list() == ["123456789012345678", None, "12345"]
        assert table["_reason"].to_list() == [None, "spreadsheet_number", None]
        assert table["_row"].to_list() == [3, 4, 5]
        assert table["paid_at"].to_list() == [PAID] * 3


def test_q02_every_sort_of_cell_in_the_old_format(tmp_path: Path) -> None:
    header = (*ORDER, "是否预售", "收货地址")
    rows = [
        ("123456789012345678", PAID, "待发货", 12.5, None, True, 'a,b\n"c" 𠮷'),
        (123456789012345, 46326.33680555555, "已发货", "9.90", "", False, " 1 "),
        (1234567890123456, PAID, "待发货", 1, None, None, None),
    ]
    (source,) = opened(tmp_path, old_book({"订单": [header, *rows]}), "a.xls")
    table = rows_of(source)
    assert table["order_id"].to_list() == ["123456789012345678", "123456789012345", None]
    assert table["_reason"].to_list() == [None, None, "spreadsheet_number"]
    assert table["paid_at"].to_list() == [PAID] * 3
    assert table["paid_amount"].to_list() == [1250, 990, 100]
    assert table["is_presale"].to_list() == [True, False, None]
    assert table["address"].to_list() == ['a,b\n"c" 𠮷', "1", None]


@pytest.mark.parametrize("place", [30, 44, 48, 600, 1200])
def test_a_broken_workbook_of_the_old_format_never_ends_the_run(tmp_path: Path, place: int) -> None:
    """On some damage the library panics, which no handler of exceptions may survive."""
    content = OLD[:place] + b"\xff\x7f" * 8 + OLD[place + 16 :]
    with suppress(InputError):
        assert len(opened(tmp_path, content, "a.xls")) == 1


def test_a_cell_in_the_farthest_corner_never_ends_the_run(tmp_path: Path) -> None:
    part = "xl/worksheets/sheet1.xml"
    wide = rewritten(one_sheet(GOOD, GOOD), part, b'r="D3"', b'r="XFD3"')
    assert counts(rows_of(opened(tmp_path, wide)[0])) == (1, 1, 0)
    corner = rewritten(wide, part, b'r="XFD3"', b'r="XFD1048576"')
    with pytest.raises(InputError, match=r"^a\.xlsx: a cell stands so far"):
        opened(tmp_path, rewritten(corner, part, b'<row r="3"', b'<row r="1048576"'))


def test_q02_text_that_is_called_a_workbook(tmp_path: Path) -> None:
    content = text([ORDER, ("1", "2026-10-31", "待发货", "1", "")], delimiter="\t")
    (source,) = opened(tmp_path, content.encode("gb18030"), "a.xls")
    assert (source.name, source.encoding, source.delimiter) == ("a.xls", "gb18030", "\t")


def test_q04_the_dimension_tag_is_not_believed(tmp_path: Path) -> None:
    rows = [(f"1000{n}", *GOOD[1:]) for n in range(9)]
    for said in (b'<dimension ref="A1"/>', b""):
        content = rewritten(
            one_sheet(*rows), "xl/worksheets/sheet1.xml", rb'<dimension ref="[^"]*"/>', said
        )
        (source,) = opened(tmp_path, content)
        assert rows_of(source).height == 9


def test_q06_q07_rows_keep_the_numbers_of_the_sheet(tmp_path: Path) -> None:
    described = ("订单的编号", "买家付款的时间", "订单的状态", "单位元", "承诺的时间")
    sheet = [[], ["订单导出"], [], ORDER, described, GOOD, [], GOOD]
    (source,) = opened(tmp_path, book({"订单": sheet}))
    table = rows_of(source)
    assert table["_row"].to_list() == [5, 6, 7, 8]
    assert table["_state"].to_list() == [2, 0, 2, 0]


def test_q06_a_merged_title_and_a_table_that_begins_elsewhere(tmp_path: Path) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        sheet = made.add_worksheet("订单")
        sheet.merge_range(1, 2, 1, 6, "九月订单")
        for place, name in enumerate(ORDER):
            sheet.write_string(3, 2 + place, name)
            sheet.write_string(4, 2 + place, ("1", "2026-10-31", "待发货", "1", "")[place])
        sheet.write_blank(90, 30, None, made.add_format({"bold": True}))
    (source,) = opened(tmp_path, out.getvalue())
    table = rows_of(source)
    assert table.select("order_id", "paid_amount", "_row").rows() == [("1", 100, 5)]


# ------------------------------------------------------------------ cells


def test_q17_dates_and_serials(tmp_path: Path) -> None:
    late = datetime(2026, 10, 31, 8, 4, 59, 600_000)
    cells: list[object] = [PAID, late, 46326.33680555555, "2026/10/31 8:05", "46326.33680555555"]
    table = read(tmp_path, *(("1", cell, "待发货", 1, None) for cell in cells))
    assert table["paid_at"].to_list() == [PAID] * 5


def test_q17_a_time_of_day_alone_is_no_instant(tmp_path: Path) -> None:
    table = read(tmp_path, ("1", time(8, 5), "待发货", 1, None))
    assert table.select("_value", "_reason").row(0) == ("08:05:00", "unreadable_time")


def test_q18_placeholder_dates_are_empty(tmp_path: Path) -> None:
    cells = (datetime(1970, 1, 1), datetime(2000, 1, 1), datetime(1899, 12, 31), 0)
    table = read(tmp_path, *(("1", cell, "待发货", 1, None) for cell in cells))
    assert table["paid_at"].to_list() == [None] * 4
    assert counts(table) == (4, 0, 0)


def test_numbers_and_flags(tmp_path: Path) -> None:
    header = (*ORDER, "是否预售", "成交数量")
    rows = [(12345.0, PAID, "待发货", money, None, flag, 3.0) for money, flag in [
        (12, True), (12.5, False), (0.1 + 0.2, None), (-0.01, "是"), (1234567.89, "否"),
    ]]  # fmt: skip
    table = read(tmp_path, *rows, header=header)
    assert table["order_id"].to_list() == ["12345"] * 5
    assert table["paid_amount"].to_list() == [1200, 1250, 30, -1, 123456789]
    assert table["is_presale"].to_list() == [True, False, None, True, False]
    assert table["quantity"].to_list() == [3] * 5


LOST = [1234567890123456, 123456789012345678, 2**53 + 1, 1e21, 9999999999999999.0]


@pytest.mark.parametrize("number", LOST)
def test_q12_an_id_stored_as_a_long_number_rejects_its_row(tmp_path: Path, number: object) -> None:
    table = read(tmp_path, (number, *GOOD[1:]), ("123456789012345678", *GOOD[1:]))
    assert table["order_id"].to_list() == [None, "123456789012345678"]
    assert table["_reason"].to_list() == ["spreadsheet_number", None]
    assert table["_column"].to_list() == ["订单号", None]
    assert table["_row"].to_list() == [2, 3]


@pytest.mark.parametrize("number", [1, 123456789012345, 999999999999999])
def test_q12_up_to_fifteen_digits_are_certain(tmp_path: Path, number: int) -> None:
    assert read(tmp_path, (number, *GOOD[1:]))["order_id"].to_list() == [str(number)]


def test_q12_the_sum_of_ids_that_a_formula_makes(tmp_path: Path) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        sheet = made.add_worksheet("订单")
        sheet.write_row(0, 0, ORDER)
        sheet.write_formula(1, 0, "=A9+1", None, 123456789012345678)
        sheet.write_formula(2, 0, '="12"&"34"', None, "1234")
        for place in (1, 2):
            sheet.write_row(place, 1, ["2026-10-31", "待发货", "1"])
    (source,) = opened(tmp_path, out.getvalue())
    assert rows_of(source)["order_id"].to_list() == [None, "1234"]


def test_q27_text_with_breaks_commas_and_quotes(tmp_path: Path) -> None:
    said = ['a,b\n"c"', "x\ry", " 12.0", "2026-10-31 08:05:00.600", "1" * 20, "true", "", "无"]
    header = ("会话ID", "消息ID", "发送方", "发送时间", "消息内容")
    rows = [(f"S{n}", f"M{n}", "买家", PAID, cell) for n, cell in enumerate(said)]
    table = read(tmp_path, *rows, header=header)
    assert table["content"].to_list() == [cell or None for cell in said]


# ------------------------------------------------------------------ damage and protection


@pytest.mark.parametrize(
    "content",
    [
        one_sheet(GOOD)[:-300],
        b"PK\x03\x04" + b"x" * 99,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        rewritten(one_sheet(GOOD), "xl/worksheets/sheet1.xml", rb"(?s)</c>.*", b""),
        rewritten(one_sheet(GOOD), "xl/workbook.xml", rb"sheet1|rId1", b"rId99"),
    ],
    ids=["cut", "no parts", "no streams", "cut markup", "no sheet"],
)
def test_a_broken_workbook_is_refused_by_name_in_a_folder_too(
    tmp_path: Path, content: bytes
) -> None:
    with pytest.raises(DamagedFileError, match=r"^a\.xlsx: .*(broken|nothing)"):
        opened(tmp_path, content)
    write(tmp_path / "in", text([ORDER, ("1", "2026-10-31", "待发货", "1", "")]), "b.csv")
    scratch = tmp_path / "other"
    scratch.mkdir()
    with pytest.raises(DamagedFileError, match=r"^a\.xlsx: .*(broken|nothing)"):
        open_inputs(Request((tmp_path / "in",)), scratch)


def test_q03_a_protected_workbook_is_stated(tmp_path: Path) -> None:
    content = protected(one_sheet(GOOD))
    with pytest.raises(LockedError, match=r"^a\.xlsx: protected .*--password-env .*xlsx-password"):
        opened(tmp_path, content)
    scratch = tmp_path / "other"
    scratch.mkdir()
    with pytest.raises(LockedError, match="protected"):  # never passed over in silence
        open_inputs(Request((tmp_path / "in",)), scratch)
    with pytest.raises(LockedError, match="the password is wrong"):
        opened(tmp_path, content, password=SECRET[1:])
    with pytest.raises(InputError, match="broken"):
        opened(tmp_path, content[:-2000], password=SECRET)


def test_q03_with_the_password_it_is_read(tmp_path: Path) -> None:
    content = protected(one_sheet(GOOD))
    (source,) = opened(tmp_path, content, password=SECRET)
    assert rows_of(source)["order_id"].to_list() == ["20261031"]
    assert source.sha256 == hashlib.sha256(content).hexdigest()
    assert [path.name for path in (tmp_path / "in").iterdir()] == ["a.xlsx"]
    assert SECRET not in repr(Request((), password=SECRET))


def test_q03_the_command_line_names_the_variable_of_the_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, protected(one_sheet(GOOD)), "a.xlsx")
    monkeypatch.setenv("BOOK_PASSWORD", SECRET)
    assert main(["doctor", str(path), "--password-env", "BOOK_PASSWORD"]) == 0
    stated = capsys.readouterr()
    assert "a.xlsx#订单" in stated.out
    assert SECRET not in stated.out + stated.err
    assert main(["doctor", str(path), "--password-env", "NO_SUCH_VARIABLE"]) == 2
    assert "NO_SUCH_VARIABLE" in capsys.readouterr().err


@pytest.mark.parametrize(("module", "extra"), [("fastexcel", "xlsx"), ("msoffcrypto", "xlsx-p")])
def test_without_the_extra_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    content = one_sheet(GOOD) if module == "fastexcel" else protected(one_sheet(GOOD))
    with pytest.raises(LockedError, match=rf"^a\.xlsx: .*pip install 'kshop-audit\[{extra}"):
        opened(tmp_path, content, password=SECRET)


def test_a_chart_among_the_sheets_says_nothing_on_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("订单")
        sheet.write_row(0, 0, ORDER)
        chart = made.add_chart({"type": "line"})
        chart.add_series({"values": "=订单!$A$1:$A$3"})
        made.add_chartsheet("图").set_chart(chart)
    script = (
        "import pathlib, sys; from kshop_audit.ingest import *\n"
        "one, two = open_inputs(Request((pathlib.Path(sys.argv[1]),)), pathlib.Path(sys.argv[2]))\n"
        "assert (one.kind, two.kind) == ('orders', None)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, path, tmp_path],
        capture_output=True,
        check=False,
        timeout=300,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
