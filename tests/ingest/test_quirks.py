"""The quirks of real exports in depth, by their number; each of the 32 is in `quirks.toml`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from kshop_audit.errors import InputError
from kshop_audit.ingest import REASONS
from kshop_audit.tables import GOOD, KEYLESS, REJECTED
from tests.ingest.build import CHAT, ORDER, chats, counts, open_one, orders, read, text

PAID = "2026-10-31 08:05:00"
GOOD_ROW = ("20261031", PAID, "待发货", "9.90", "")


def order(**cells: str) -> tuple[str, ...]:
    return tuple({**dict(zip(ORDER, GOOD_ROW, strict=True)), **cells}.values())


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<html>"])
def test_q02_q03_other_containers_are_refused_by_name(tmp_path: Path, start: bytes) -> None:
    with pytest.raises(InputError, match=r"^book\.csv: .*export"):
        open_one(tmp_path, start + b"x" * 600, "book.csv")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('="0012345"', "0012345"),
        ("\t12345\t", "12345"),
        ("'12345", "12345"),
        ("12345.0", "12345"),
        ("１２３４５", "12345"),
        ("7e001234", "7e001234"),
        ("1E17", "1E17"),
        ("250901-123456789", "250901-123456789"),
        ("订单1", "订单1"),
    ],
)
def test_q12_q31_ids_lose_their_protection(tmp_path: Path, cell: str, value: str) -> None:
    assert orders(tmp_path, order(订单号=cell))["order_id"].to_list() == [value]


@pytest.mark.parametrize("cell", ["1.23457E+17", "1.23457e17", "2E+17", '="1.2E+17"', "'1.2E+17"])
def test_q12_ids_in_e_notation_are_rejected(tmp_path: Path, cell: str) -> None:
    table = orders(tmp_path, order(订单号=cell))
    row = table.row(0, named=True)
    assert counts(table) == (0, 1, 0)
    assert (row["_column"], row["_value"]) == ("订单号", cell)
    assert "damaged by a spreadsheet" in REASONS[row["_reason"]].en


@pytest.mark.parametrize("cell", ["0", "0.0", "-", "无", "(无)", "NaN", "null", "****", "/", "－"])
def test_q13_q16_placeholders_are_no_ids(tmp_path: Path, cell: str) -> None:
    table = orders(tmp_path, (*GOOD_ROW, cell), header=(*ORDER, "商品ID"))
    assert table["product_id"].to_list() == [None]
    assert counts(table) == (1, 0, 0)


def test_q13_zero_is_an_id_where_it_identifies_the_row(tmp_path: Path) -> None:
    assert chats(tmp_path, ("S1", "0", "买家", PAID, "x"))["message_id"].to_list() == ["0"]


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        ("12", 1200), ("12.3", 1230), ("12.34", 1234), ("¥12.34", 1234), ("￥ 1,234.50", 123450),
        ("12.34元", 1234), ("-0.01", -1), ("12.3400", 1234), ("１２.３４", 1234), ("+5", 500),
        ("999999999999.99", 99999999999999), ("无退款申请", None), ("-", None), ("", None),
    ],
)  # fmt: skip
def test_q14_money_is_exact(tmp_path: Path, cell: str, fen: int | None) -> None:
    table = orders(tmp_path, order(实付款=cell))
    assert table["paid_amount"].to_list() == [fen]
    assert counts(table) == (1, 0, 0)


@pytest.mark.parametrize("cell", ["12.345", "1.2.3", "47.22万", "1,5", "abc", "1e3", "(3.00)"])
def test_q14_money_that_is_not_exact_is_rejected(tmp_path: Path, cell: str) -> None:
    table = orders(tmp_path, order(实付款=cell))
    assert table["_reason"].to_list() == ["unreadable_money"]
    assert table["_value"].to_list() == [cell]


def test_q16_words_for_nothing_are_null_but_not_where_people_wrote_them(tmp_path: Path) -> None:
    table = orders(tmp_path, (*GOOD_ROW, "--"), header=(*ORDER, "快递公司"))
    assert table["carrier"].to_list() == [None]
    assert chats(tmp_path, ("S", "M1", "买家", PAID, "无"))["content"].to_list() == ["无"]


def test_q18_placeholder_dates_are_empty(tmp_path: Path) -> None:
    cells = ("2000-01-01 00:00:00", "1970-01-01 08:00:00", "0000-00-00 00:00:00", "1900-01-00", "0")
    table = orders(tmp_path, *(order(订单支付时间=cell) for cell in cells))
    assert table["paid_at"].to_list() == [None] * 5
    assert counts(table) == (5, 0, 0)


def test_q20_footers_blank_rows_and_repeated_headers_are_skipped(tmp_path: Path) -> None:
    content = text([ORDER, GOOD_ROW, ["合计", "", "", "9.90", ""], ORDER]) + "\n,,,,\n# 共1条\n"
    content += text([["总计", "-", "-", "-", "-"], ["", PAID, "待发货", "1", ""], GOOD_ROW])
    table = read(tmp_path, content)
    assert counts(table) == (2, 0, 6)
    assert table.filter(pl.col("_state") == KEYLESS)["status"].to_list() == ["paid"]


def test_q20_a_message_about_totals_is_no_footer(tmp_path: Path) -> None:
    header = ("消息内容", "会话ID", "消息ID", "发送方", "发送时间")
    rows = [("合计", "S1", "M1", "买家", PAID), ("#1", "S1", "M2", "买家", PAID)]
    assert counts(read(tmp_path, text([header, *rows]))) == (2, 0, 0)


def test_unknown_words_of_a_vocabulary_are_kept_beside_it(tmp_path: Path) -> None:
    table = orders(
        tmp_path, order(订单状态="等候"), order(订单状态=" 交易 成功"), order(订单状态="")
    )
    assert table["status"].to_list() == [None, "completed", None]
    assert table["status_raw"].to_list() == ["等候", None, None]
    assert counts(table) == (3, 0, 0)


def test_q12_words_and_texts_lose_their_protection_as_ids_do(tmp_path: Path) -> None:
    """Files in which every cell is protected; an apostrophe that is answered is a quote."""
    header = ("订单号", "订单支付时间", "订单状态", "快递公司")
    for number, around in enumerate(('="{}"', "'{}", "\t{}", ' ="{}" ')):
        folder = tmp_path / str(number)
        folder.mkdir()
        cells = map(around.format, ("2600001", "2026-10-31 08:05:00", "待发货", "中通快递"))
        table = orders(folder, tuple(cells), header=header)
        assert table.select("order_id", "status", "status_raw", "carrier").rows() == [
            ("2600001", "paid", None, "中通快递")
        ]
    kept = ("'中通'", "=1+1", '="a"&"b"', '="', "'")
    rows = [(f"260000{n}", "2026-10-31", "'奇怪", cell) for n, cell in enumerate(kept)]
    table = orders(tmp_path, *rows, header=header)
    assert table["carrier"].to_list() == [*kept[:4], None]
    assert set(table["status_raw"]) == {"奇怪"}


@pytest.mark.parametrize("mark", [",", "，", ";", "、", " "])
def test_q22_several_orders_in_one_row_of_an_order_file_are_no_order(
    tmp_path: Path, mark: str
) -> None:
    """As tools write them that ship orders together; in a file of waybills they are parted."""
    rows = [(f"2600001{mark}2600002", "2026-10-31", "待发货", "9", ""), order(订单号="2,600,003")]
    table = orders(tmp_path, *rows)
    assert table.select("_state", "_reason", "_column").rows() == [
        (REJECTED, "several_ids", "订单号"),
        (GOOD, None, None),
    ]
    assert table["order_id"].to_list() == [None, "2600003"]


def test_a_remark_in_the_place_of_the_key_is_no_row(tmp_path: Path) -> None:
    """Behind a column of numbers, of which it has none; beside another cell it may be anything."""
    header = ("序号", *ORDER)
    rows = [("1", "2600001", "2026-10-31", "待发货", "9", ""), ("", "共 15 条", "", "", "", "")]
    assert counts(orders(tmp_path, *rows, header=header)) == (1, 0, 1)
    rows[1] = ("", "共 15 条", "", "待发货", "", "")
    assert counts(orders(tmp_path, *rows, header=header)) == (2, 0, 0)


def test_yes_and_no(tmp_path: Path) -> None:
    header = (*ORDER, "是否预售")
    table = orders(tmp_path, *((*GOOD_ROW, c) for c in ("是", "0", "", "也许")), header=header)
    assert table["is_presale"].to_list() == [True, False, None, None]
    assert table["_reason"].to_list() == [None, None, None, "unreadable_flag"]


def test_the_first_bad_cell_of_the_file_is_reported(tmp_path: Path) -> None:
    table = orders(tmp_path, order(订单支付时间="昨天", 实付款="?"))
    assert table.select("_column", "_value", "_reason").row(0) == (
        "订单支付时间", "昨天", "unreadable_time",
    )  # fmt: skip


def test_of_chats_without_a_message_id_none_is_skipped(tmp_path: Path) -> None:
    header = ("会话ID", "发送方", "发送时间", "消息内容")
    table = read(tmp_path, text([header, ("S1", "买家", PAID, ""), ("S1", "买家", "", "x")]))
    assert counts(table) == (1, 0, 0)
    assert table["_state"].to_list() == [GOOD, KEYLESS]
    assert table["sent_at"].to_list() == [datetime(2026, 10, 31, 8, 5), None]


def test_a_rejected_ticket_is_known_by_its_state(tmp_path: Path) -> None:
    header = ("售后单号", "订单编号", "售后状态", "售后申请时间", "客服仲裁")
    rows = [("1", "2", "卖家已拒绝，等待买家处理", PAID, ""), ("2", "2", "售后成功", PAID, "")]
    table = read(tmp_path, text([header, *rows]))
    assert table.select("status", "rejected").rows() == [("rejected", True), ("succeeded", None)]


MOST = 2**63 - 1


def test_numbers(tmp_path: Path) -> None:
    cells = ("3", "3.0", "1,000", "", "x", str(MOST), str(MOST + 1), "12.5", f"{MOST:,}")
    table = orders(tmp_path, *((*GOOD_ROW, c) for c in cells), header=(*ORDER, "成交数量"))
    assert table["quantity"].to_list() == [3, 3, 1000, None, None, MOST, None, None, MOST]
    rejected = ["unreadable_number" if c in ("x", str(MOST + 1), "12.5") else None for c in cells]
    assert table["_reason"].to_list() == rejected
    assert table.schema["quantity"] == pl.Int64


def test_a_sequence_of_messages_never_costs_a_row(tmp_path: Path) -> None:
    """Servers number messages with all 64 bits; a number that cannot be read breaks no tie."""
    cells = ("3", "7291834650182736450", f"-{MOST + 1}", "9999999999999999999", "x", "1.5", "")
    rows = [("S1", f"M{n}", "买家", PAID, "x", cell) for n, cell in enumerate(cells)]
    table = read(tmp_path, text([(*CHAT, "消息序号"), *rows]))
    sequence = [3, 7291834650182736450, -MOST - 1, None, None, None, None]
    assert table["message_seq"].to_list() == sequence
    assert counts(table) == (7, 0, 0)


@pytest.mark.parametrize(
    ("word", "status"),
    [("交易完成", "completed"), ("交易成功", "completed"), ("已完成", "completed"),
     ("交易关闭", "closed")],
)  # fmt: skip
def test_words_for_the_end_of_an_order(tmp_path: Path, word: str, status: str) -> None:
    table = orders(tmp_path, order(订单状态=word))
    assert table.select("status", "status_raw").rows() == [(status, None)]


LIABLE = {
    "merchant": "商家责任 卖家责任 卖方责任 商家 卖家 卖方 商责 商家全责 卖方有责",
    "both": "双方责任 双方有责 双方 买卖双方责任",
    "buyer": "买家责任 买方责任 买家 买方 消费者责任",
    "platform": "平台责任 平台",
    "none": "物流责任 快递责任 第三方责任 无责 双方无责",
}


@pytest.mark.parametrize(
    ("word", "party"), [(word, party) for party, words in LIABLE.items() for word in words.split()]
)
def test_words_for_who_is_at_fault(tmp_path: Path, word: str, party: str) -> None:
    judgements = read(tmp_path, text([("售后单号", "责任方"), ("1", word)]), "disputes.csv")
    header = ("售后单号", "订单编号", "售后状态", "售后申请时间", "责任方")
    tickets = read(tmp_path, text([header, ("1", "2", "售后成功", PAID, word)]), "tickets.csv")
    for table in (judgements, tickets):
        assert table.select("liable_party", "liable_party_raw").rows() == [(party, None)]
