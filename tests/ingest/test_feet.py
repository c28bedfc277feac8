"""Closing remarks: skipped below a table, however they are written; within it they are damage."""

from __future__ import annotations

from pathlib import Path

import pytest

from kshop_audit.tables import REJECTED, STATE
from tests.ingest.build import CHAT, ORDER, counts, read, text

GOOD = ("20261031001", "2026-10-31 08:05:00", "待发货", "1.00", "")
FEET = (
    "共 123 条", "共123条记录", "共计：12 笔", "总计：123", "合计", "合计：", "合计 12", "Total 1",
    "导出时间：2026-11-01 12:00:00", "导出时间,2026-11-01 12:00:00", "制表人：小王", "以下空白",
    "导出人：小王,导出时间：2026-11-01", "统计周期：2026-10-01 至 2026-10-31", "共 3 条,,", "-----",
    "第 1 页，共 3 页", "备注：以上数据次日更新", "--- 完 ---", "# 导出完毕", "数据来源：商家后台",
    "共 2 条，已全部加载", "导出完毕",
)  # fmt: skip
ODD = ("20261031002", "小王", "再说", "好的", "共 3 件", "第1次买", "20261031")
"""Short rows that are no remark."""


@pytest.mark.parametrize("foot", FEET)
@pytest.mark.parametrize("padded", [False, True])
def test_a_remark_below_the_table_is_skipped(tmp_path: Path, foot: str, padded: bool) -> None:
    foot += "," * (len(ORDER) - 1 - foot.count(",")) * padded
    table = read(tmp_path, f"{text([ORDER, GOOD, GOOD])}{foot}\n")
    assert counts(table) == (2, 0, 1)


@pytest.mark.parametrize(
    "foot", ["共0条", "共 0 条,,,,", "合计", "以下空白", "导出时间：2026-11-01"]
)
def test_an_export_of_nothing_with_a_remark_holds_nothing(tmp_path: Path, foot: str) -> None:
    assert counts(read(tmp_path, f"{text([ORDER])}{foot}\n")) == (0, 0, 1)


def test_several_remarks_and_blank_lines_are_skipped(tmp_path: Path) -> None:
    table = read(tmp_path, text([ORDER, GOOD]) + "\n共 1 条\n\n导出时间：2026-11-01\n合计,,,1,\n")
    assert counts(table) == (1, 0, 5)


@pytest.mark.parametrize("odd", ODD)
def test_a_short_row_that_is_no_remark_is_rejected(tmp_path: Path, odd: str) -> None:
    good, rejected, _ = counts(read(tmp_path, f"{text([ORDER, GOOD, GOOD])}{odd}\n"))
    assert rejected
    assert good <= 2


@pytest.mark.parametrize("foot", ["共 123 条", "导出时间：2026-11-01", "备注：急"])
def test_the_rest_of_a_torn_row_is_no_remark(tmp_path: Path, foot: str) -> None:
    """A text in the last cell goes on in the next line: neither half may pass for a whole."""
    chat = ("S1", "M1", "买家", "2026-10-31 08:05:00", "围巾")
    other = ("S2", "M2", "买家", "2026-10-31 08:06:00", "在吗")
    table = read(tmp_path, f"{text([CHAT, other, chat])}{foot}\n{text([other])}")
    assert table[STATE].to_list()[1:3] == [REJECTED, REJECTED]
