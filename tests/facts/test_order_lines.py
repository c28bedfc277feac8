"""Tmall's file of order lines stands beside the file of orders; its rows are no orders."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from kshop_audit.model.settings import Settings
from tests.ingest.build import text, write
from tests.shops.audits import audit_folder

ORDERS = (
    (
        "订单编号",
        "买家会员名",
        "订单状态",
        "买家下单时间",
        "买家付款时间",
        "宝贝标题",
        "买家实付金额",
    ),
    (
        "o1",
        "b1",
        "买家已付款，等待卖家发货",
        "2026-03-01 09:00:00",
        "2026-03-01 10:00:00",
        "x",
        "10",
    ),
    (
        "o2",
        "b2",
        "买家已付款，等待卖家发货",
        "2026-03-01 09:00:00",
        "2026-03-01 10:00:00",
        "x",
        "10",
    ),
    ("o3", "b3", "交易成功", "2026-03-01 09:00:00", "2026-03-01 10:00:00", "x", "10"),
)
LINES = (
    ("主订单编号", "子订单编号", "标题", "价格", "购买数量", "外部系统编号", "退款状态"),
    ("o1", "o1-1", "x", "5", "1", "w1", "退款成功"),
    ("o1", "o1-2", "x", "5", "1", "w2", "退款成功"),
    ("o2", "o2-1", "x", "5", "1", "w1", "退款成功"),
    ("o2", "o2-2", "x", "5", "1", "w2", ""),
    ("o9", "o9-1", "x", "5", "1", "w2", ""),
)
SHIPMENTS = (
    ("订单编号", "运单号", "发货时间", "揽收时间"),
    ("o3", "w3", "2026-03-01 12:00:00", "2026-03-01 20:00:00"),
)


def test_an_order_whose_lines_are_all_refunded_is_cancelled(tmp_path: Path) -> None:
    write(tmp_path, text(ORDERS), "orders.csv")
    write(tmp_path, text(SHIPMENTS), "shipments.csv")
    settings, as_of, rules = Settings(packs=("taobao",)), datetime(2026, 3, 31), ("tb-pickup-48h",)
    (alone,) = audit_folder(tmp_path, settings, as_of, select=rules).report.rules
    assert (alone.numerator, alone.denominator) == (1, 3)
    write(tmp_path, text(LINES), "lines.csv")
    (result,) = audit_folder(tmp_path, settings, as_of, select=rules).report.rules
    assert (result.numerator, result.denominator) == (1, 2), result
    assert result.excluded == {"cancelled": 1}


def test_lines_alone_are_no_orders(tmp_path: Path) -> None:
    write(tmp_path, text(LINES), "lines.csv")
    write(tmp_path, text(SHIPMENTS), "shipments.csv")
    done = audit_folder(
        tmp_path, Settings(packs=("taobao",)), datetime(2026, 3, 31), select=("tb-pickup-48h",)
    )
    (result,) = done.report.rules
    assert result.status == "no_verdict"
    assert result.reason is not None
    assert "paid_at" in result.reason.en
