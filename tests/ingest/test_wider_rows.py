"""Rows with blank cells beyond a header without them: read where nothing can be shifted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from kshop_audit.errors import DamagedFileError
from tests.ingest.build import counts, open_one, read, text

RATED = ("会话ID", "客服账号", "满意度", "评价时间")
RATINGS = [
    ("S10001", "店铺:小李", "满意", "2026-10-31 09:00:00"),
    ("S10002", "店铺:小王", "一般", "2026-10-31 10:00:00"),
]
SENT = ("订单编号", "物流单号", "快递公司", "发货时间", "揽收时间", "签收时间")
PARCELS = [
    ("2600001", "YT000001", "中通快递", "2026-10-30 09:00:00", "2026-10-31 09:00:00", ""),
    ("2600002", "YT000002", "中通快递", "2026-10-30 10:00:00", "", ""),
]
PROVED = ("违规单号", "发票抬头", "进货时间", "商品名称", "售卖时间", "快递底单")
PROOFS = [
    ("X10001", "幸福小店", "2026-09-02 08:03:35", "", "2026-09-12 08:03:35", ""),
    ("X10002", "", "2026-08-26 17:09:38", "", "2026-08-26 17:09:38", ""),
]
RETURNED = ("售后单号", "售后类型", "售后状态", "售后申请时间", "拒绝原因", "退款金额")
RETURNS = [
    ("70000050", "仅退款", "退款成功", "2026-09-11T06:13:20", "", "¥287.18"),
    ("70000051", "仅退款", "退款成功", "2026-09-12T06:13:20", "", "9.90"),
]
SOLD = ("订单号", "订单状态", "实付款", "订单创建时间")
SALES = [
    ("2600001", "待发货", "1,234.50", "2026-10-31 08:05:00"),
    ("2600002", "待发货", "2,000.00", "2026-10-31 08:06:00"),
]

Row = Sequence[str]


def wider(rows: Sequence[Row], count: int = 1) -> list[Row]:
    return [(*row, *[""] * count) for row in rows]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("header", "rows"), [(RATED, RATINGS), (SENT, PARCELS), (PROVED, PROOFS)])
def test_blank_cells_beyond_a_narrower_header_hide_no_row(
    tmp_path: Path, header: Row, rows: Sequence[Row], count: int
) -> None:
    (tmp_path / "wide").mkdir()
    plain = read(tmp_path, text([header, *rows]))
    wide = read(tmp_path / "wide", text([header, *wider(rows, count)]))
    assert wide.equals(plain)
    assert counts(wide) == (2, 0, 0)


def test_states_that_differ_from_row_to_row_are_known_by_their_words(tmp_path: Path) -> None:
    """Of three rows with three states nothing but the vocabulary tells that they stand right."""
    states = ("待发货", "已发货", "交易成功")
    rows = [
        (f"260000{n}", state, "9.90", f"2026-10-31 08:0{n}:00") for n, state in enumerate(states)
    ]
    assert counts(read(tmp_path, text([SOLD, *wider(rows, 2)]))) == (3, 0, 0)


@pytest.mark.parametrize("place", range(1, 5))
@pytest.mark.parametrize(("header", "rows"), [(RATED, RATINGS), (SENT, PARCELS), (PROVED, PROOFS)])
def test_a_blank_cell_put_into_every_row_is_never_read_as_a_shift(
    tmp_path: Path, header: Row, rows: Sequence[Row], place: int
) -> None:
    """Where the cells behind it are blank anyway it changes nothing, and may be read."""
    moved = [(*row[:place], "", *row[place:]) for row in rows]
    same = [row[: len(header)] for row in moved] == [tuple(row) for row in rows]
    if same:
        assert counts(read(tmp_path, text([header, *moved]))) == (2, 0, 0)
        return
    with pytest.raises(DamagedFileError, match="may have lost or gained a separator"):
        open_one(tmp_path, text([header, *moved]))


def test_a_time_that_may_be_that_of_the_column_before_is_not_read(tmp_path: Path) -> None:
    """Of parcels that nobody signed for yet: picked up, or signed, and the surplus is the same."""
    moved = [(*row[:4], "", row[4], "") for row in PARCELS]
    with pytest.raises(DamagedFileError, match="may have lost or gained a separator"):
        open_one(tmp_path, text([SENT, *moved]))


def test_amounts_that_their_own_separator_cut_in_two_are_not_read(tmp_path: Path) -> None:
    header = (*SOLD[:3], "快递费")
    rows = [(*row[:2], *row[2].split(","), "") for row in SALES]
    with pytest.raises(DamagedFileError, match="may have lost or gained a separator"):
        open_one(tmp_path, text([header, *rows]))


def test_the_header_once_more_with_the_blank_cells_settles_it(tmp_path: Path) -> None:
    header = (*PROVED[:3], "我的备注", *PROVED[3:])
    rows = [(*row[:3], "a", *row[3:]) for row in PROOFS]
    with pytest.raises(DamagedFileError):
        open_one(tmp_path, text([header, *wider(rows)]))
    table = read(tmp_path, text([header, *wider([header, *rows])]))
    assert counts(table) == (2, 0, 1)


def test_one_row_of_many_with_a_blank_cell_more_is_rejected(tmp_path: Path) -> None:
    table = read(tmp_path, text([RATED, RATINGS[0], (*RATINGS[1], "")]))
    assert counts(table) == (1, 1, 0)
    assert table["_reason"].to_list() == [None, "too_many_cells"]
