"""A file's kind and columns are found by its header, whatever its name."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from kshop_audit.errors import InputError
from kshop_audit.ingest import Request, open_inputs
from kshop_audit.ingest.headers.catalogue import layouts, normal
from kshop_audit.model.schema import TABLES, Kind
from kshop_audit.model.settings import InputMapping
from tests.ingest.build import open_one, read, text, write
from tests.ingest.tables import table_of

SAMPLES = tomllib.loads((Path(__file__).parent / "headers.toml").read_text(encoding="utf-8"))
ORDERS_61: list[str] = SAMPLES["orders_61"]
ORDERS_62 = [*ORDERS_61[:56], "发货类型", *ORDERS_61[56:]]
ORDERS_64 = [*ORDERS_62[:25], "国补类型", *ORDERS_62[25:], "订单销售主体"]
TICKETS_41: list[str] = SAMPLES["tickets_41"]

ORDER_COLUMNS = {
    "order_id": "订单号", "status": "订单状态", "aftersale_state": "售后状态",
    "created_at": "订单创建时间", "paid_at": "订单支付时间", "deposit_paid_at": "预售定金支付时间",
    "promised_ship_at": "预售/承诺发货时间", "shipped_at": "发货时间", "carrier": "快递公司",
    "tracking_no": "快递单号", "paid_amount": "实付款", "postage": "快递费",
    "commission": "预估推广佣金", "product_id": "商品ID", "sku_id": "SKU编码",
    "quantity": "成交数量", "province": "收货地址-省", "address": "收货地址",
}  # fmt: skip
TICKET_COLUMNS = {
    "ticket_id": "售后单号", "order_id": "订单编号", "buyer_id": "买家ID", "type": "售后类型",
    "status": "售后状态", "reason": "售后原因", "applied_at": "售后申请时间",
    "finished_at": "售后完结时间", "deadline_at": "超时时间", "arbitration": "客服仲裁",
    "refund_amount": "退款金额",
}  # fmt: skip


def mapped(header: tuple[tuple[str, str | None], ...]) -> dict[str, str]:
    return {column: name for name, column in header if column}


@pytest.mark.parametrize("header", [ORDERS_61, ORDERS_62, ORDERS_64], ids=len)
def test_kuaishou_orders_of_every_version(tmp_path: Path, header: list[str]) -> None:
    assert len(header) in (61, 62, 64)
    source = open_one(tmp_path, text([header]))
    assert (source.kind, source.platform) == (Kind.ORDERS, "kuaishou")
    assert mapped(source.header) == ORDER_COLUMNS
    assert set(source.missing) == set(TABLES[Kind.ORDERS].names) - set(ORDER_COLUMNS)


@pytest.mark.parametrize("applied", ["售后申请时间", "申请时间"])
def test_kuaishou_tickets_old_and_new(tmp_path: Path, applied: str) -> None:
    assert len(TICKETS_41) == 41
    header = [applied if name == "售后申请时间" else name for name in TICKETS_41]
    source = open_one(tmp_path, text([header]))
    assert (source.kind, source.platform) == (Kind.TICKETS, "kuaishou")
    assert mapped(source.header) == {**TICKET_COLUMNS, "applied_at": applied}
    assert "first_reason" in source.missing


@pytest.mark.parametrize("sample", SAMPLES["others"], ids=lambda sample: sample["header"][0])
def test_other_kinds_and_platforms(tmp_path: Path, sample: dict[str, Any]) -> None:
    source = open_one(tmp_path, text([sample["header"]]))
    assert (source.kind, source.platform) == (sample["kind"], sample.get("platform"))


@pytest.mark.parametrize("kind", list(Kind))
def test_canonical_english_names_are_headers(tmp_path: Path, kind: Kind) -> None:
    source = open_one(tmp_path, text([TABLES[kind].names]))
    assert (source.kind, source.platform, source.missing) == (kind, None, ())


def test_a_pin_wins_over_the_header(tmp_path: Path) -> None:
    path = write(tmp_path, text([("order_id", "paid_at", "amount", "commission")]))
    (source,) = open_inputs(Request((path,)), tmp_path)
    assert source.kind is Kind.SETTLEMENTS
    (source,) = open_inputs(Request((), {path: Kind.ORDERS}), tmp_path)
    assert source.kind is Kind.ORDERS
    assert "pinned" in source.why.en


def test_the_configuration_maps_any_header_and_word(tmp_path: Path) -> None:
    content = "导出\nnr|bezahlt|stand\n1|2026-10-31 08:05:00|versandt\n"
    path = write(tmp_path, content)
    mapping = InputMapping(
        columns={"order_id": "nr", "paid_at": "bezahlt", "status": "stand"},
        values={"status": {"Versandt": "shipped"}},
        delimiter="|",
    )
    request = Request((path,), mappings={Kind.ORDERS: mapping})
    (source,) = open_inputs(request, tmp_path)
    assert table_of(source).row(0, named=True)["status"] == "shipped"


def test_a_named_file_of_no_kind_is_an_error_that_names_what_was_seen(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"export\.csv: the header fits no kind \(the first row has 2 cells"
    ):
        open_one(tmp_path, "a,b\n1,2\n")


def test_a_status_column_alone_decides_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        open_one(tmp_path, "售后状态,商品名称\n售后成功,x\n")


def test_the_words_that_the_tool_itself_uses_of_a_refusal_are_headers(tmp_path: Path) -> None:
    header = [
        "售后单号",
        "订单编号",
        "售后类型",
        "售后状态",
        "售后申请时间",
        "是否驳回",
        "驳回原因",
    ]
    source = open_one(tmp_path, text([header]))
    assert not {"rejected", "reject_reason"} & set(source.missing)


def test_every_word_of_the_header_files_stands_for_a_code() -> None:
    for layout in layouts():
        for column, words in layout.values.items():
            assert set(words.values()) <= set(TABLES[layout.kind].column(column).codes)
            assert all(words)


PLATFORMS = tomllib.loads(
    (Path(__file__).parent / "platform_headers.toml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("sample", PLATFORMS["file"], ids=lambda sample: sample["name"])
def test_every_column_of_a_platforms_header_row(tmp_path: Path, sample: dict[str, Any]) -> None:
    source = open_one(tmp_path, text([sample["header"]]))
    assert (source.kind, source.platform) == (sample["kind"], sample["platform"])
    assert mapped(source.header) == sample["columns"]
    assert not [note.en for note in source.notes if "unknown columns" in note.en]


@pytest.mark.parametrize(
    ("kind", "platform"),
    [(kind, platform) for kind, some in PLATFORMS["aliases"].items() for platform in some],
)
def test_other_names_of_a_platforms_columns_in_their_order(kind: str, platform: str) -> None:
    (layout,) = (entry for entry in layouts() if (entry.kind, entry.platform) == (kind, platform))
    for column, names in PLATFORMS["aliases"][kind][platform].items():
        known = [name for name in layout.columns[column] if name in {normal(n) for n in names}]
        assert known == [normal(name) for name in names], column


@pytest.mark.parametrize("name", ["线上订单号", "平台单号", "原始单号"])
@pytest.mark.parametrize("own", ["订单编号", "订单号"])
def test_the_number_of_the_platform_comes_before_the_number_of_a_tool(
    tmp_path: Path, name: str, own: str
) -> None:
    """应付金额 is a name of one platform alone, which says nothing in a file of such a tool."""
    header = (own, name, "付款日期", "发货日期", "快递公司", "快递单号", "应付金额")
    row = ("JY2026", "2600001", "2026/10/30 9:05", "2026/10/31 9:05", "中通", "7801", "9")
    source = open_one(tmp_path, text([header, row]))
    assert (source.kind, source.platform) == (Kind.ORDERS, None)
    assert table_of(source)["order_id"].to_list() == ["2600001"]
    assert (own, None) in source.header


def test_chats_of_a_tool_that_names_the_role_of_the_sender(tmp_path: Path) -> None:
    header = ("会话ID", "用户昵称", "发送者类型", "消息发送时间", "消息内容")
    row = ("S1", "小明", "人工客服", "2026-10-31 08:05:00", "在")
    for role in ("发送者类型", "发送人角色", "消息发送方"):
        table = read(
            tmp_path, text([[role if name == "发送者类型" else name for name in header], row])
        )
        assert table["sender_role"].to_list() == ["agent"]


@pytest.mark.parametrize(
    ("header", "fen"),
    [
        ("实付款", 900), ("实付款(元)", 900), ("实付款（人民币）", 900),
        ("实付款（分）", 9), ("实付款(分)", 9),
        ("实付款(万元)", None), ("实付款（万）", None),
        ("实付款(USD)", None), ("实付款(港币)", None),
    ],
)  # fmt: skip
def test_the_unit_in_the_name_of_an_amount(tmp_path: Path, header: str, fen: int | None) -> None:
    """What is in another unit is not understood, and never read as yuan."""
    names = ("订单号", "订单支付时间", "订单状态", header)
    source = open_one(tmp_path, text([names, ("2600001", "2026-10-31", "待发货", "9")]))
    table = table_of(source)
    assert (table["paid_amount"].item() if "paid_amount" in table.columns else None) == fen
    assert any(header in note.zh for note in source.notes) == (fen is None)


@pytest.mark.parametrize("form", ["*{}", "{}*", "【{}】", "＊{}"])
def test_marks_of_a_template_around_a_header(tmp_path: Path, form: str) -> None:
    header = [form.format(name) for name in ("订单号", "订单支付时间", "订单状态")]
    table = read(tmp_path, text([header, ("2600001", "2026-10-31", "待发货"), header]))
    assert (table["order_id"][0], table["status"][0]) == ("2600001", "paid")
    assert table["_state"].to_list() == [0, 2]
