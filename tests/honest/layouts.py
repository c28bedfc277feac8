"""Shops as the back offices of Taobao, Pinduoduo and Douyin export them, and what that tells."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.degradation.builders import Row, Shop, cell

Titles = Mapping[str, str]
Labels = Mapping[str, Mapping[str, str | None]]
"""Column → word of the shop → word of the back office; None: the row is not exported."""


@dataclass(frozen=True)
class Sheet:
    """One export: its file, its columns (title → canonical name, "" for one of no use), and the
    words it has of its own; `merged`: words that become another one before they are written.
    """

    file: str
    titles: Titles
    labels: Labels = field(default_factory=dict)
    merged: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    quoted: bool = False
    """Whether ids are protected as ="…"."""


BEFORE = {"status": {"received": "completed"}}
TICKETS = {"awaiting_return": "open", "awaiting_receipt": "open", "refunding": "open"}
PARTIES = {"merchant": "卖家", "both": "双方", "buyer": "买家", "platform": "平台"}
MESSAGES = {"text": "文本", "image": "图片", "card": "商品卡片", "system": "系统消息"}
PARCELS = {
    "订单编号": "order_id", "运单号": "tracking_no", "物流公司": "", "发货时间": "shipped_at",
    "揽收时间": "picked_up_at", "签收时间": "signed_at",
}  # fmt: skip

LAYOUTS: Mapping[str, Mapping[str, Sheet]] = {
    "taobao": {
        "orders": Sheet(
            "订单报表.csv",
            {
                "订单编号": "order_id", "买家会员名": "", "支付详情": "", "买家实付金额": "",
                "订单状态": "status", "买家下单时间": "created_at", "买家付款时间": "paid_at",
                "物流单号": "tracking_no", "物流公司": "", "店铺名称": "", "发货时间": "shipped_at",
                "确认收货时间": "received_at",
            },
            {"status": {
                "pending_payment": "等待买家付款", "paid": "买家已付款，等待卖家发货",
                "shipped": "卖家已发货，等待买家确认", "completed": "交易成功",
                "closed": "交易关闭",
            }},
            BEFORE, quoted=True,
        ),
        "chats": Sheet(
            "千牛聊天记录.csv",
            {
                "客户名": "buyer_id", "消息序号": "message_seq", "发送时间": "sent_at",
                "发送内容": "content", "发送账号": "agent_account", "账号类型": "sender_role",
            },
            {"sender_role": {"buyer": "客户", "agent": "客服", "robot": "机器人", "system": None}},
        ),
        "tickets": Sheet(
            "退款报表.csv",
            {
                "订单编号": "order_id", "退款编号": "ticket_id", "退款完结时间": "finished_at",
                "是否需要退货": "type", "退款的申请时间": "applied_at", "退款状态": "status",
                "客服介入状态": "arbitration", "买家退款原因": "reason", "责任方": "liable_party",
            },
            {
                "type": {"refund_only": "否", "return_refund": "是", "exchange": None},
                "status": {
                    "open": "买家已经申请退款，等待卖家同意", "succeeded": "退款成功",
                    "closed": "退款关闭", "rejected": "卖家拒绝退款",
                },
                "arbitration": {
                    "无": "不需客服介入", "平台介入": "客服已介入", "已介入": "客服已介入",
                },
                "liable_party": PARTIES,
            },
            {"status": TICKETS},
        ),
        "shipments": Sheet("物流.csv", PARCELS),
    },
    "pinduoduo": {
        "orders": Sheet(
            "订单导出.csv",
            {
                "商品": "", "订单号": "order_id", "订单状态": "status", "商品总价(元)": "",
                "发货时间": "shipped_at", "确认收货时间": "received_at", "商品id": "",
                "售后状态": "aftersale_state", "快递单号": "tracking_no", "快递公司": "",
                "支付时间": "paid_at", "订单成交时间": "created_at",
            },
            {
                "status": {
                    "pending_payment": "待付款", "paid": "待发货", "shipped": "已发货，待签收",
                    "received": "已收货", "closed": "已取消",
                },
                "aftersale_state": {"none": "无售后或售后取消", "refunded": "退款成功"},
            },
            {"status": {"completed": "received"}},
        ),
        "chats": Sheet(
            "聊天记录.csv",
            {
                "会话ID": "session_id", "消息ID": "message_id", "买家ID": "buyer_id",
                "客服账号": "agent_account", "发送方": "sender_role", "发送时间": "sent_at",
                "消息类型": "message_type", "消息内容": "content",
            },
            {
                "sender_role": {
                    "buyer": "买家", "agent": "客服", "robot": "机器人", "system": "系统",
                },
                "message_type": MESSAGES,
            },
        ),
        "tickets": Sheet(
            "售后单导出.csv",
            {
                "售后编号": "ticket_id", "订单编号": "order_id", "售后类型": "type",
                "售后状态": "status", "申请时间": "applied_at", "同意退款时间": "agreed_at",
                "售后完成时间": "finished_at", "退款原因": "reason",
            },
            {
                "type": {"refund_only": "仅退款", "return_refund": "退货退款", "exchange": None},
                "status": {"open": "待商家处理", "succeeded": "退款成功", "closed": "售后取消",
                           "rejected": None},
            },
            {"status": TICKETS},
        ),
    },
    "douyin": {
        "orders": Sheet(
            "订单导出.csv",
            {
                "主订单编号": "order_id", "子订单编号": "sub_order_id", "选购商品": "",
                "订单提交时间": "created_at", "支付完成时间": "paid_at",
                "订单完成时间": "finished_at",
                "承诺发货时间": "promised_ship_at", "订单状态": "status",
                "售后状态": "aftersale_state", "发货时间": "shipped_at",
            },
            {
                "status": {
                    "pending_payment": "待支付", "paid": "备货中", "shipped": "已发货",
                    "completed": "已完成", "closed": "已关闭",
                },
                "aftersale_state": {"none": "-", "refunded": "退款成功"},
            },
            BEFORE,
        ),
        "chats": Sheet(
            "飞鸽聊天记录.csv",
            {
                "会话ID": "session_id", "消息ID": "message_id", "用户ID": "buyer_id",
                "客服账号": "agent_account", "账号类型": "sender_role", "发送时间": "sent_at",
                "消息类型": "message_type", "消息内容": "content",
            },
            {
                "sender_role": {
                    "buyer": "用户", "agent": "人工客服", "robot": "智能客服", "system": "系统",
                },
                "message_type": MESSAGES,
            },
        ),
        "shipments": Sheet("运单表.csv", {
            "订单编号": "order_id", "运单号": "tracking_no", "快递公司": "",
            "发货时间": "shipped_at", "揽件时间": "picked_up_at",
        }),
    },
}  # fmt: skip


def write_layout(shop: Shop, layout: str, folder: Path) -> Shop:
    """The files of a back office; returns what they tell, under canonical names."""
    told: Shop = {}
    for kind, sheet in LAYOUTS[layout].items():
        if not (rows := reduced(shop.get(kind, []), sheet)):
            continue
        told[kind] = rows
        with (folder / sheet.file).open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, lineterminator="\r\n")
            writer.writerow(sheet.titles)
            writer.writerows(
                [written(row, name, sheet) for name in sheet.titles.values()] for row in rows
            )
    return told


def tells(layout: str, kind: str, column: str) -> bool:
    """Whether files of a kind have a column in a layout; the tool's own have all."""
    sheets = LAYOUTS.get(layout)
    return sheets is None or (kind in sheets and column in sheets[kind].titles.values())


def reduced(rows: list[Row], sheet: Sheet) -> list[Row]:
    """The rows that are exported, with the columns and the words that are."""
    names = [name for name in sheet.titles.values() if name]
    found = []
    lines: set[object] = set()
    for row in rows:
        if "created_at" in names and "sub_order_id" not in names:
            if row["order_id"] in lines:
                continue  # such a file has a row an order
            lines.add(row["order_id"])
        own = {name: row.get(name) for name in names}
        for name, words in sheet.merged.items():
            own[name] = words.get(str(own[name]), own[name])
        lost = (
            own[name] is not None and words.get(str(own[name]), "") is None
            for name, words in sheet.labels.items()
        )
        if not any(lost):
            found.append(own)
    return found


def written(row: Row, name: str, sheet: Sheet) -> str:
    if not name:
        return ""
    value = cell(row.get(name))
    words = sheet.labels.get(name)
    if words is not None and value:
        value = words[value] or ""
    return (
        f'="{value}"' if sheet.quoted and name in ("order_id", "tracking_no") and value else value
    )
