"""Formulas that failed: their value is lost, and the row with it where the value matters."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from tests.ingest.build import ORDER, counts, text
from tests.ingest.build import read as read_text
from tests.ingest.tables import table_of
from tests.ingest.test_workbooks import PAID, opened, read, rows_of

FAILURES = ("#N/A", "#REF!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#VALUE!")


def with_failure(column: int, failure: str) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        sheet = made.add_worksheet("订单")
        sheet.write_row(2, 1, ORDER)  # a preamble, and no first column
        row = ["20260001", "2026-10-31 08:05:00", "待发货", "1", "2026-11-02 08:05:00"]
        sheet.write_row(3, 1, row)
        sheet.write_row(4, 1, ["20260002", *row[1:]])
        sheet.write_formula(4, 1 + column, "=1+1", None, failure)
    return out.getvalue()


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("column", [0, 1, 3, 4])
def test_a_failed_formula_rejects_the_row_where_its_value_matters(
    tmp_path: Path, column: int, failure: str
) -> None:
    (source,) = opened(tmp_path, with_failure(column, failure))
    table = table_of(source)
    assert counts(table) == (1, 1, 0)
    bad = table.row(1, named=True)
    stated = (bad["_row"], bad["_column"], bad["_value"], bad["_reason"])
    assert stated == (5, ORDER[column], failure, "failed_formula")


def old_with_failure(column: int, code: int) -> bytes:
    """An .xls with a failure, and cells that are true, which are none."""
    made = xlwt.Workbook(encoding="utf-8")
    sheet = made.add_sheet("订单")
    rows = [(*ORDER, "备注"), ("20260001", "2026-10-31 08:05:00", "待发货", "1", "", True)]
    for place, row in enumerate([*rows, ("20260002", *rows[1][1:])], 2):
        for number, cell in enumerate(row, 1):
            if place == 4 and number == column + 1:
                sheet.row(place).set_cell_error(number, code)
            else:
                sheet.write(place, number, cell)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


OLD = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?",
       0x24: "#NUM!", 0x2A: "#N/A"}  # fmt: skip


@pytest.mark.parametrize("code", OLD)
@pytest.mark.parametrize("column", [0, 1, 3, 4])
def test_in_the_old_format_too(tmp_path: Path, column: int, code: int) -> None:
    (source,) = opened(tmp_path, old_with_failure(column, code), "a.xls")
    table = table_of(source)
    assert counts(table) == (1, 1, 0)
    bad = table.row(1, named=True)
    stated = (bad["_row"], bad["_column"], bad["_value"], bad["_reason"])
    assert stated == (5, ORDER[column], OLD[code], "failed_formula")


def test_in_the_old_format_as_the_result_of_a_formula(tmp_path: Path) -> None:
    made = xlwt.Workbook(encoding="utf-8")
    sheet, failing = made.add_sheet("订单"), xlwt.Formula("1/0")
    for row, cells in enumerate([ORDER, ("20260001", failing, "待发货", "1", PAID)]):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    out = io.BytesIO()
    made.save(out)
    # xlwt leaves results to whoever opens the file; this is what a spreadsheet writes.
    record = re.compile(rb"(\x06\x00..\x01\x00\x01\x00..).{8}", re.DOTALL)
    failed = b"\x02\x00\x07\x00\x00\x00\xff\xff"
    content, count = record.subn(lambda found: found[1] + failed, out.getvalue())
    assert count == 1
    (source,) = opened(tmp_path, content, "a.xls")
    table = rows_of(source)
    assert table["_value"].to_list() == ["#DIV/0!"]


def test_a_failed_formula_in_a_column_of_words_is_a_word_that_nobody_knows(tmp_path: Path) -> None:
    (source,) = opened(tmp_path, with_failure(2, "#N/A"))
    table = rows_of(source)
    assert table["status"].to_list() == ["paid", None]
    assert table["status_raw"].to_list() == [None, "#N/A"]


def test_a_text_that_looks_like_markup_of_a_failure_stays(tmp_path: Path) -> None:
    said = '<c r="A1" t="e"><v>#N/A</v></c>'
    header = ("会话ID", "消息ID", "发送方", "发送时间", "消息内容")
    rows = [("S1", "M1", "买家", PAID, said), ("S1", "M2", "买家", PAID, "#N/A")]
    assert read(tmp_path, *rows, header=header)["content"].to_list() == [said, "#N/A"]


def test_a_failure_across_two_blocks_of_a_sheet_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for size in range(513, 560):
        monkeypatch.setattr("kshop_audit.ingest.convert.workbook.BLOCK", size)
        (tmp_path / f"{size}").mkdir()
        (source,) = opened(tmp_path / f"{size}", with_failure(1, "#REF!"))
        assert rows_of(source)["_reason"].to_list() == [None, "failed_formula"]


def test_in_a_csv_too(tmp_path: Path) -> None:
    rows = [
        ("#N/A", "", "", "", ""),
        ("20260001", "#REF!", "待发货", "1", ""),
        ("# 备注", "", "", "", ""),
    ]
    table = read_text(tmp_path, text([ORDER, *rows]))
    assert counts(table) == (0, 2, 1)
    assert table["_column"].to_list() == ["订单号", "订单支付时间", None]


def test_in_a_column_of_free_text_it_is_nothing(tmp_path: Path) -> None:
    header = ("订单号", "订单支付时间", "快递公司")
    rows = [("20260001", "2026-10-31", "#N/A"), ("20260002", "2026-10-31", " #REF! ")]
    assert read_text(tmp_path, text([header, *rows]))["carrier"].to_list() == [None, None]
