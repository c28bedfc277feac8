"""Day and time of day in two columns; workbooks that count their days from 1904."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest

from kshop_audit.ingest import Request, open_inputs
from kshop_audit.ingest.convert.date_systems import counts_from_1904
from tests.ingest.build import counts, open_one, write
from tests.ingest.tables import table_of
from tests.ingest.workbooks import book

TALK = "会话ID,买家ID,发送方,{day},{clock},消息内容\n"


@pytest.mark.parametrize(
    ("day", "clock"),
    [
        ("日期", "时间"), ("发送日期", "发送时间"), ("消息日期", "消息时间"), ("date", "sent_at"),
        ("聊天日期", "聊天时间"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        ("2026-10-28,10:00:00", "2026-10-28 10:00:00.000"),
        ("2026/10/28,9:05", "2026-10-28 09:05:00.000"),
        ("2026年10月28日,下午3:00:00", "2026-10-28 15:00:00.000"),
        ("20261028,10:00:00", "2026-10-28 10:00:00.000"),
        ("2026-10-28 00:00:00,10:00:00", "2026-10-28 10:00:00.000"),
        ("46323,0.4375", "2026-10-28 10:30:00.000"),
    ],
)
def test_day_and_time_are_joined(
    tmp_path: Path, day: str, clock: str, cells: str, wanted: str
) -> None:
    text = TALK.format(day=day, clock=clock) + f"S1,B1,买家,{cells},在吗\n"
    source = open_one(tmp_path, text, "chats.csv")
    table = table_of(source)
    assert table["sent_at"].dt.to_string().to_list() == [wanted]
    assert any(day in note.zh and clock in note.zh for note in source.notes)


def test_a_header_that_is_repeated_below_changes_nothing(tmp_path: Path) -> None:
    header = TALK.format(day="日期", clock="时间")
    text = f"{header}S1,B1,买家,2026-10-28,10:00:00,在吗\n{header}S1,B1,客服,2026-10-28,9:02,在\n"
    table = table_of(open_one(tmp_path, text, "chats.csv"))
    assert counts(table) == (2, 0, 1)
    assert table["sent_at"].dt.to_string("%d %H:%M").drop_nulls().to_list() == [
        "28 10:00",
        "28 09:02",
    ]


def test_each_time_of_an_order_has_its_own_day(tmp_path: Path) -> None:
    text = (
        "订单号,订单状态,支付日期,支付时间,发货日期,发货时间\n"
        "26315000000001,已发货,2026-10-28,10:00:00,2026-10-29,9:00:00\n"
        "26315000000002,待发货,2026-10-28,10:30:00,,\n"
        "26315000000003,已发货,2026-10-28,11:00:00,,12:00:00\n"
    )
    table = table_of(open_one(tmp_path, text, "orders.csv"))
    assert counts(table) == (2, 1, 0)
    assert table["paid_at"].dt.to_string("%d %H:%M").to_list() == [
        "28 10:00",
        "28 10:30",
        "28 11:00",
    ]
    assert table["shipped_at"].dt.to_string("%d %H:%M").to_list()[:2] == ["29 09:00", None]


def test_whole_times_beside_a_day_stay_as_they_are(tmp_path: Path) -> None:
    text = TALK.format(day="日期", clock="发送时间") + (
        "S1,B1,买家,2026-10-30,2026-10-28 10:00:00,在吗\n"
    )
    source = open_one(tmp_path, text, "chats.csv")
    assert table_of(source)["sent_at"].dt.date().to_list() == [date(2026, 10, 28)]
    assert not any("两列" in note.zh for note in source.notes)


def in_1904(content: bytes) -> bytes:
    """The same workbook, said to count from 1904."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/workbook.xml":
                part = part.replace(b"<sheets>", b'<workbookPr date1904="1"/><sheets>', 1)
            new.writestr(name, part)
    return made.getvalue()


@pytest.mark.parametrize("early", [False, True])
def test_bare_numbers_count_from_the_day_of_the_workbook(tmp_path: Path, early: bool) -> None:
    number = 46_323.4375 - (1_462 if early else 0)
    rows = [("订单号", "订单状态", "支付时间", "实付金额"), ("X1", "已发货", number, 44_853)]
    content = book({"订单": rows})
    path = write(tmp_path / "in", in_1904(content) if early else content, "orders.xlsx")
    assert counts_from_1904(path) is early
    (tmp_path / "scratch").mkdir()
    (source,) = open_inputs(Request((path,)), tmp_path / "scratch")
    table = table_of(source)
    assert table["paid_at"].dt.to_string().to_list() == ["2026-10-28 10:30:00.000"]
    assert any("1904" in note.zh for note in source.notes) is early
