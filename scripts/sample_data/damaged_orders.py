"""Damaged order and logistics files."""

from datetime import datetime

from sample_data import headers
from sample_data.dirt import (
    PLACEHOLDER,
    full_width,
    odd_empty,
    odd_id,
    odd_money,
    odd_time,
    record,
)
from sample_data.spec import Row, Shop

Part = tuple[str, bytes, str]

NOISY_HEADERS = {
    "订单号": "\u200b订单号 ",
    "订单创建时间": " 订单创建时间",
    "预售/承诺发货时间": "预售/承诺\n发货时间",
    "实付款": "实付款（元）",
    "商品单价": "商品单价（元）",
    "快递单号": "快递单号\u3000",
    "账号类型": "帐号类型",
    "账号明细": "帐号明细",
    "商品ID": "商品id",
    "SKU编码": "SKU编码",
}
TIMES = ("订单创建时间", "订单支付时间", "发货时间")
MONEY = ("实付款", "快递费", "店铺优惠", "商品单价", "预估推广佣金")
# Cells whose emptiness is written in many ways; each is optional or a time.
HOLLOW = (
    "买家留言", "订单备注", "售后状态", "预售定金支付时间", "发货时间", "快递公司",
    "快递单号", "团长ID", "快赚客ID", "国补类型",
)  # fmt: skip
OLD_EXPORT = "2026-10-28 08:00:00"
SPLIT = "2026-09-28"


def _dirty_order(row: Row, turn: int) -> list[str]:
    cells = dict(row)
    for index, name in enumerate(TIMES):
        cells[name] = odd_time(row[name], turn + index * 4)
    for name in MONEY:
        cells[name] = odd_money(row[name], turn)
    promise = row["预售/承诺发货时间"]
    if row["预售定金支付时间"]:
        # Pre-sale promises are days away: the date alone, in its two bare forms.
        cells["预售/承诺发货时间"] = promise[:10].replace("-", "" if turn % 2 else "-")
    else:
        cells["预售/承诺发货时间"] = odd_time(promise, turn + 2)
    for index, name in enumerate(HOLLOW):
        cells[name] = odd_empty(row[name], turn + index)
    if not row["预售定金支付时间"] and turn % 9 == 0:
        cells["预售定金支付时间"] = PLACEHOLDER
    if row["订单状态"] == "待发货" and turn % 2 == 0:
        cells["发货时间"] = PLACEHOLDER
    cells["CPS达人ID"] = (
        row["CPS达人ID"] if row["CPS达人ID"] != "0" else ("0", "0.0", "-")[turn % 3]
    )
    cells["收货人电话"] = (row["收货人电话"], "****", "184****5678转1234")[turn % 3]
    if turn % 17 == 0:
        cells["买家留言"] = '麻烦发"中通",不要放驿站\n门口有猫,谢谢'
    cells["订单号"] = odd_id(row["订单号"], turn)
    cells["商品ID"] = odd_id(row["商品ID"], turn + 3)
    cells["成交数量"] = full_width(row["成交数量"]) if turn % 4 == 0 else row["成交数量"]
    return list(cells.values())


def _bad_orders(row: Row) -> list[list[str]]:
    """Three rows nobody can read for certain: lost digits, no such day, a year to come."""
    lost = row | {"订单号": "2.62871E+15"}
    no_day = row | {"订单号": "2628740099900001", "订单支付时间": "2026-13-45 10:00:00"}
    future = row | {
        "订单号": "2628740099900002",
        "订单创建时间": "2062-10-14 10:00:00",
        "订单支付时间": "2062-10-14 10:00:41",
        "发货时间": "2062-10-15 09:12:00",
    }
    return [list(bad.values()) for bad in (lost, no_day, future)]


def newest_orders(shop: Shop) -> Part:
    """GB18030, CRLF; preamble, description row, repeated header, totals, '#' lines."""
    width = len(headers.ORDERS)
    header = record([NOISY_HEADERS.get(name, name) for name in headers.ORDERS])
    note = ["说明：系统订单编号", "说明：礼品订单", "", "格式：年-月-日 时:分:秒"]
    note += [""] * (width - len(note))
    lines = [
        f"快手小店订单导出（{shop.spec.shop}）",
        "",
        "统计区间：20260831~20261031",
        "--------------------",
        header,
        record(note),
    ]
    body = [record(_dirty_order(row, turn)) for turn, row in enumerate(shop.orders)]
    second = next(row for row in shop.orders[250:] if row["订单状态"] == "已收货")
    line_two = second | {"商品ID": "24100863315093", "商品名称": "同色系围巾", "SKU编码": "WJ01-1"}
    blank = [record([""] * width), ""]
    empty_key = record(["", "", "", "2026-10-03 10:00:00"] + [""] * (width - 4))
    middle = [header, *blank, empty_key, *(record(bad) for bad in _bad_orders(shop.orders[300]))]
    same = [record(list(row.values())) for row in shop.orders[40:43]]
    total = ["合计", *[""] * 6, f"¥{len(body) * 130:,}.00"]
    grand = ["总计", *["-"] * 6, f"{len(body)}单"]
    footers = [record(cells + [""] * (width - len(cells))) for cells in (total, grand)]
    lines += body[:200] + middle + body[200:] + [record(list(line_two.values()))] + same + footers
    lines += ["#-----------导出结束-----------", f"# 共{len(body)}条"]
    text = "\r\n".join(lines) + "\r\n"
    note_text = (
        f"{len(body)} orders + 1 second line, 3 rejected (lost digits, no such day, year 2062), "
        "3 duplicates; skipped: description row, repeated header, 2 blank, 1 without number, "
        "合计, 总计, 2 '#' lines"
    )
    return "订单导出_20261101.csv", text.encode("gb18030"), note_text


def _as_of_old_export(row: Row) -> Row:
    if row["发货时间"] <= OLD_EXPORT:
        return row
    return row | {
        "订单状态": "待发货",
        "售后状态": "",
        "发货时间": "",
        "快递公司": "",
        "快递单号": "",
    }


def older_orders(shop: Shop) -> Part:
    """The 61-column export of four days before: same orders, older states, cut off at the end."""
    names = [name for name in headers.ORDERS if name not in headers.ORDERS_NEWER_ONLY]
    rows = [
        _as_of_old_export(row)
        for row in shop.orders
        if "2026-10-15" <= row["订单创建时间"] < "2026-10-27"
    ]
    # The last row will be cut; it must have a complete, later twin in the newer file.
    last = next(row for row in reversed(rows) if row["发货时间"])
    rows.remove(last)
    text = "\ufeff" + record([*names, "快递公司"]) + "\n"
    for turn, row in enumerate(rows):
        cells = [row[name] for name in names]
        carrier = ""
        if turn % 3 == 0:
            # The name stands twice in the header; here only the second column is filled.
            carrier, cells[names.index("快递公司")] = row["快递公司"], ""
        line = record([*cells, carrier])
        # The spreadsheet formula form, unquoted as some tools write it.
        line = line.replace(row["订单号"], f'="{row["订单号"]}"', 1)
        text += line + ("\r\n" if turn % 2 else "\n")
    text += record([last[name] for name in names][:9])[:-3]
    note = f"{len(rows)} duplicates of the newer file, last row cut off (rejected or duplicate)"
    return "订单导出_20261028_旧版.csv", text.encode(), note


def _slashed(text: str) -> str:
    return f"{datetime.fromisoformat(text):%Y/%m/%d %H:%M:%S}" if text else ""


def shipments(shop: Shop, pair: tuple[str, str]) -> Part:
    """Numbers read as floats, two orders in one cell, the year 2000 for 'not yet'."""
    lines = [record(headers.SHIPMENTS)]
    count = 0
    for turn, row in enumerate(shop.shipments):
        if row["发货时间"] < SPLIT or row["订单编号"] == pair[1]:
            continue
        cells = dict(row)
        cells["订单编号"] = ",".join(pair) if row["订单编号"] == pair[0] else row["订单编号"] + ".0"
        cells["快递单号"] = odd_id(row["快递单号"], (0, 2, 4)[turn % 3])
        cells["发货时间"] = _slashed(row["发货时间"])
        cells["揽收时间"] = odd_time(row["揽收时间"], turn) if row["揽收时间"] else "--"
        cells["签收时间"] = _slashed(row["签收时间"]) or PLACEHOLDER
        lines.append(record(list(cells.values())))
        count += 1
    twin = next(row for row in shop.shipments if row["发货时间"] >= SPLIT)
    lines.append(
        record([twin["订单编号"], "7.8E+13", "中通快递", _slashed(twin["发货时间"]), "", ""])
    )
    lines += ["", record(["合计", str(count), "", "", "", ""])]
    text = "\n".join(lines) + "\n"
    note = f"{count} parcels (1 for two orders), 1 rejected (lost digits), skipped: blank, 合计"
    return "物流导出_20261101.csv", text.encode("utf-8-sig"), note


def shipment_nodes(shop: Shop) -> Part:
    """Parcels before the window: one time column for six nodes, the node in the next column."""
    lines = [record(headers.SHIPMENT_NODES)]
    for turn, row in enumerate(shop.shipments):
        if row["发货时间"] >= SPLIT:
            continue
        at, node = (row["签收时间"], "签收") if turn % 4 else (row["揽收时间"], "揽收")
        cells = [
            row["订单编号"] + ".0",
            "\t" + row["快递单号"],
            row["快递公司"],
            _slashed(at),
            node,
        ]
        lines.append(record(cells))
    text = "\r\n".join(lines) + "\r\n"
    return "物流节点_2026年9月.csv", text.encode("gb18030"), f"{len(lines) - 1} parcels"
