"""JSON of the open interface: lines, arrays, pages of answers; damaged and hostile ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from kshop_audit.errors import DamagedFileError, InputError
from kshop_audit.ingest import Request, open_inputs
from kshop_audit.ingest.convert import json_records
from kshop_audit.tables import GOOD, STATE
from tests.ingest.build import counts, open_one, read, write
from tests.ingest.tables import table_of

PAID = 1793404860000
ORDER: dict[str, object] = {
    "oid": 2026103100001,
    "createTime": 1793404800000,
    "payTime": PAID,
    "sendTime": 0,
    "status": 30,
    "preSale": 0,
    "buyerPay": 1999,
    "expressFee": 0,
    "itemId": 77,
    "num": 2,
    "promiseTimeStampOfDelivery": 1793577660000,
    "validPromiseShipmentTimeStamp": 0,
}
REFUND: dict[str, object] = {
    "refundId": 9001,
    "oid": 2026103100001,
    "handlingWay": 10,
    "status": 20,
    "refundFee": 105,
    "createTime": 1793404800000,
    "endTime": 0,
    "refundReasonDesc": "不想要了",
}


def lines(*records: object) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def page(name: str, *records: object) -> dict[str, object]:
    return {"result": 1, "data": {"cursor": "x", name: list(records)}, "error_msg": None}


def named(order: Mapping[str, object], number: int) -> dict[str, object]:
    return {**order, "oid": number}


def test_an_order_of_the_interface(tmp_path: Path) -> None:
    row = read(tmp_path, lines(ORDER), "a.jsonl").row(0, named=True)
    stated = {name: row[name] for name in ("order_id", "status", "paid_amount", "quantity")}
    assert stated == {
        "order_id": "2026103100001", "status": "paid", "paid_amount": 1999, "quantity": 2,
    }  # fmt: skip
    assert row["paid_at"] == datetime(2026, 10, 31, 8, 1)
    assert row["shipped_at"] is None
    assert row["is_presale"] is False
    assert row["promised_ship_at"] == datetime(2026, 11, 2, 8, 1)


@pytest.mark.parametrize(
    ("code", "status"),
    [(10, "pending_payment"), (30, "paid"), (40, "shipped"), (50, "received"), (70, "completed"),
     (80, "closed"), (0, None)],
)  # fmt: skip
def test_states_of_orders(tmp_path: Path, code: int, status: str | None) -> None:
    assert read(tmp_path, lines({**ORDER, "status": code}), "a.jsonl")["status"].item() == status


@pytest.mark.parametrize(
    ("code", "status"),
    [(10, "open"), (12, "rejected"), (20, "disputed"), (30, "awaiting_return"),
     (40, "awaiting_receipt"), (45, "open"), (50, "refunding"), (60, "succeeded"), (70, "closed")],
)  # fmt: skip
def test_states_of_refunds(tmp_path: Path, code: int, status: str) -> None:
    row = read(tmp_path, lines({**REFUND, "status": code}), "a.jsonl").row(0, named=True)
    assert (row["ticket_id"], row["type"], row["status"]) == ("9001", "refund_only", status)
    assert (row["refund_amount"], row["finished_at"]) == (105, None)
    assert row["applied_at"] == datetime(2026, 10, 31, 8, 0)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"promiseTimeStampOfDelivery": 0, "validPromiseShipmentTimeStamp": PAID}, PAID),
        ({"sellerDelayPromiseTimeStamp": PAID + 60_000}, PAID + 60_000),
        ({"promiseTimeStampOfDelivery": None, "validPromiseShipmentTimeStamp": None}, None),
    ],
    ids=["of a presale", "after a delay was granted", "none"],
)
def test_the_promise_that_counts(
    tmp_path: Path, given: dict[str, object], wanted: int | None
) -> None:
    promised = read(tmp_path, lines({**ORDER, **given}), "a.jsonl")["promised_ship_at"].item()
    assert promised == (wanted and datetime(2026, 10, 31, 8, 1 + (wanted - PAID) // 60_000))


NESTED = {
    "orderBaseInfo": {"oid": 1700000001, "createTime": 1793404800000, "status": 40},
    "orderItemInfo": {"itemId": 77, "num": 2, "createTime": 5},
    "orderRefundList": [{"refundId": 3, "refundStatus": 60, "createTime": 9}],
    "orderLogisticsInfo": [{"expressNo": "SF100", "expressCode": 4}],
    "orderAddress": {"province": "广东省", "mobile": "13800000000"},
    "subOrderInfo": [{"oid": 5, "createTime": 1}],
}


def test_an_order_in_parts(tmp_path: Path) -> None:
    """Ids and times of what hangs on an order are not the order's own."""
    row = read(tmp_path, lines(NESTED), "a.jsonl").row(0, named=True)
    assert (row["order_id"], row["created_at"]) == ("1700000001", datetime(2026, 10, 31, 8, 0))
    assert (row["product_id"], row["quantity"], row["tracking_no"]) == ("77", 2, "SF100")
    assert (row["aftersale_state"], row["province"]) == ("refunded", "广东省")


TWO = [named(ORDER, 10001), named(ORDER, 10002)]
ARRANGED = {
    "lines": lines(*TWO),
    "array": json.dumps(TWO),
    "pretty array": json.dumps(TWO, indent=1),
    "page": json.dumps(page("orderList", *TWO)),
    "pretty page": json.dumps(page("orderList", *TWO), indent=2),
    "pages": lines(*(page("orderList", order) for order in TWO)),
    "an empty page too": lines(page("orderList"), page("orderList", *TWO)),
    "answers": lines(*({"result": 1, "data": order} for order in TWO)),
    "one after the other": "\n\n".join(json.dumps(order, indent=1) for order in TWO),
}


@pytest.mark.parametrize("arranged", ARRANGED)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_every_arrangement_holds_the_same_orders(
    tmp_path: Path, arranged: str, encoding: str
) -> None:
    name = "a.json" if arranged.endswith("array") else "a.jsonl"
    table = read(tmp_path, ARRANGED[arranged].encode(encoding), name)
    assert table.filter(pl.col(STATE) == GOOD)["order_id"].to_list() == ["10001", "10002"]
    assert table["paid_amount"].to_list() == [1999, 1999]


def test_rows_are_lines_of_the_file(tmp_path: Path) -> None:
    pretty = json.dumps(page("orderList", named(ORDER, 10001), named(ORDER, 10002)), indent=2)
    first, second = (pretty.split(f'"oid": {n}')[0].count("\n") for n in (10001, 10002))
    assert read(tmp_path, pretty, "a.json")["_row"].to_list() == [first, second]
    assert read(tmp_path, "\n" + lines(ORDER, ORDER), "b.jsonl")["_row"].to_list() == [1, 2, 3]


def test_records_that_begin_in_one_line_are_counted(tmp_path: Path) -> None:
    """So that they keep their order, which of times without seconds nothing else tells."""
    packed = json.dumps([named(ORDER, 10000 + n) for n in range(12)])
    source = open_one(tmp_path, packed, "a.json")
    table = table_of(source)
    assert table["_row"].to_list() == list(range(1, 13))
    assert table["order_id"].to_list() == [str(10000 + n) for n in range(12)]
    assert any("counted by records" in note.en for note in source.notes)
    pages = "\n".join(json.dumps([named(ORDER, n), named(ORDER, n + 1)]) for n in (10000, 10002))
    assert read(tmp_path, pages, "b.jsonl")["_row"].to_list() == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "bad",
    ['{"oid": 12345, "createTime":', "oid", "[1]", '{"oid": 1, "oid": 2}', '{"oid": NaN}', "7",
     '{"result": 24, "error_msg": "limit", "data": null}', "[" * 100_000],
    ids=["cut", "a word", "a list", "two answers", "NaN", "a number", "a refusal", "deep"],
)  # fmt: skip
def test_a_line_that_is_no_record_is_rejected_in_its_place(tmp_path: Path, bad: str) -> None:
    table = read(tmp_path, lines(ORDER) + bad + "\n" + lines(named(ORDER, 12346)), "a.jsonl")
    assert counts(table) == (2, 1, 0)
    bad_row = table.row(1, named=True)
    assert (bad_row["_row"], bad_row["_reason"]) == (2, "unreadable_json")


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("buyerPay", 12.5, "unreadable_money"),
        ("buyerPay", "12.50", "unreadable_money"),
        ("createTime", "soon", "unreadable_time"),
        ("createTime", True, "unreadable_time"),
        ("oid", 1.5e17, "spreadsheet_number"),
        ("num", "2x", "unreadable_number"),
        ("oid", "12\0", "nul_bytes"),
        ("itemId", "\ud800", "bad_bytes"),
    ],
)
def test_a_field_that_cannot_be_read_rejects_its_record(
    tmp_path: Path, field: str, value: object, reason: str
) -> None:
    text = json.dumps({**ORDER, field: value}) + "\n" + lines(named(ORDER, 12345))
    table = read(tmp_path, text, "a.jsonl")
    assert counts(table) == (1, 1, 0)
    assert table["_reason"].to_list() == [reason, None]


@pytest.mark.parametrize("text", [ARRANGED["array"][:-20], ARRANGED["pretty page"][:-9]])
def test_an_array_that_breaks_off_is_not_taken_for_whole(tmp_path: Path, text: str) -> None:
    with pytest.raises(DamagedFileError, match=r"^a\.json: no whole JSON from line"):
        open_one(tmp_path, text, "a.json")


@pytest.mark.parametrize("text", ['{"version": 1}', "[]", "{}", '{"a": [1, 2'])
def test_json_of_something_else_is_named_and_left_out(tmp_path: Path, text: str) -> None:
    write(tmp_path / "in", text, "settings.json")
    write(tmp_path / "in", text, "a.jsonl")
    write(tmp_path / "in", lines(ORDER), "z.json")
    (tmp_path / "scratch").mkdir()
    sources = open_inputs(Request((tmp_path / "in",)), tmp_path / "scratch")
    assert [(source.name, source.kind) for source in sources] == [
        ("a.jsonl", None),
        ("settings.json", None),
        ("z.json", "orders"),
    ]
    assert all("JSON" in source.why.en for source in sources[:2])
    with pytest.raises(InputError, match="settings"):
        open_one(tmp_path, text, "settings.json")


def test_a_field_that_appears_late_is_not_lost(tmp_path: Path) -> None:
    few = {"oid": 1, "status": 40, "createTime": PAID}
    records = [named(few, 10_000 + n) for n in range(json_records.SAMPLE + 200)]
    records.append({**few, "oid": 99999, "payTime": PAID})
    table = read(tmp_path, lines(*records), "a.jsonl")
    assert table["paid_at"].drop_nulls().len() == 1
    assert table.height == len(records)


def test_fields_without_number_do_not_fill_the_table(tmp_path: Path) -> None:
    records = [{**named(ORDER, 20_000 + n), f"x{n}": n, f"y{n}": {}} for n in range(300)]
    source = open_one(tmp_path, lines(*records), "a.jsonl")
    assert len(source.header) <= len(ORDER) + json_records.MOST_UNKNOWN
    assert table_of(source).height == 300


@pytest.mark.parametrize("size", [1 << 10, 1 << 14])
def test_values_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(json_records, "_BLOCK", size)
    records = [named(ORDER, 30_000 + n) for n in range(200)]
    for text in (json.dumps(records, indent=1), json.dumps(page("orderList", *records))):
        assert read(tmp_path, text, "a.json")["order_id"].len() == 200


def test_a_value_without_end_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_records, "MOST_VALUE", 5_000_000)
    text = json.dumps([ORDER])[:-1] + ',{"oid": "' + "x" * 6_000_000
    with pytest.raises(DamagedFileError, match="no whole JSON"):
        open_one(tmp_path, text, "a.json")


def test_a_nickname_in_brackets_is_no_json(tmp_path: Path) -> None:
    assert json_records.is_notation('[{"oid": 1}]')
    assert not json_records.is_notation("[小明] 2026-10-30 10:00:00")
    assert not json_records.is_notation("[]小明")


def test_fields_of_the_interface_that_no_rule_needs_are_not_strange(tmp_path: Path) -> None:
    order = {"oid": 1, "payTime": 1793433900000, "status": 30, "totalFee": 990, "payType": 1}
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"orderBaseInfo": {**order, "sellerNote": "x", "zz": 1}}))
    (tmp_path / "scratch").mkdir()
    (source,) = open_inputs(Request((path,)), tmp_path / "scratch")
    (note,) = [note.en for note in source.notes if "unknown" in note.en]
    assert note == "unknown columns, ignored: zz"
