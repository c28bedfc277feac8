"""The damaged shop: a sound shop whose files carry the quirks real exports have.

Nothing is lost by the quirks themselves: a careful reader gets the numbers of the clean rows.
Only the few rows counted as rejected in the ledger cannot be read for certain.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

from sample_data import catalogue, damaged_orders, damaged_service, headers, orders, tickets
from sample_data.catalogue import Product
from sample_data.chats import add_chats
from sample_data.dice import Dice
from sample_data.dirt import record
from sample_data.measure import Files
from sample_data.orders import Order
from sample_data.shops import shop_toml
from sample_data.spec import CUT, Agent, Shop, Spec

COAT = Product("24100863315079", "双面羊绒大衣 中长款", ("驼色;M", "黑色;L"), 129900, "DY2607")
DAMAGED = Spec(
    folder="damaged",
    shop="南风衣橱",
    number=4,
    topic="apparel",
    products=(*catalogue.APPAREL[:4], COAT),
    orders_by_weekday=(7, 7, 7, 7, 8, 8, 8),
    sessions_by_weekday=(4, 4, 4, 4, 5, 5, 5),
    agents=(Agent("小何", 96), Agent("小苏", 96)),
    one_slow_burst_a_day=True,
    ticket_percent=16,
    quality_every=60,
    buyer_faults=2,
    rated_percent=70,
    happy_percent=98,
)


@dataclass
class Export:
    """The damaged files, the clean rows behind them, and what a reader must count."""

    clean: Files
    files: dict[str, bytes] = field(default_factory=dict)
    ledger: list[str] = field(default_factory=list)


def build(waybills: set[str]) -> Export:
    dice = Dice("kshop-audit/damaged")
    shop = Shop(DAMAGED)
    made = orders.make_orders(DAMAGED, dice, waybills)
    tickets.add_tickets(shop, made, dice)
    pair = _share_parcel(made)
    orders.add_rows(shop, made, dice)
    orders.add_reviews(shop, made, dice, low_every=20)
    add_chats(shop, dice, orders.buyers_by_day(made))
    shop.tickets.sort(key=lambda row: row["售后申请时间"])
    _unknown_words(shop)
    export = Export(
        Files(
            shop.orders,
            shop.shipments,
            shop.tickets,
            shop.disputes,
            shop.chats,
            shop.ratings,
            shop.reviews,
        )
    )
    parts = (
        damaged_orders.newest_orders(shop),
        damaged_orders.older_orders(shop),
        damaged_orders.shipments(shop, pair),
        damaged_orders.shipment_nodes(shop),
        damaged_service.tickets(shop),
        damaged_service.older_tickets(shop),
        damaged_service.chats(shop),
        damaged_service.ratings(shop),
        damaged_service.reviews(shop),
        damaged_service.disputes(shop),
    )
    for name, data, note in parts:
        export.files[name] = data
        export.ledger.append(f"{name}: {note}")
    export.files |= _bystanders(shop)
    return export


def _share_parcel(made: list[Order]) -> tuple[str, str]:
    """Let two orders of one buyer travel in one parcel, so that their numbers share a cell."""
    for first, second in pairwise(made):
        plain = all(o.paid_at and not o.deposit_at and not o.aftersale for o in (first, second))
        if not plain or first.shipped_at is None or second.paid_at is None:
            continue
        in_time = first.shipped_at - second.paid_at
        recent = first.created_at > CUT - timedelta(days=20)
        if recent and timedelta(hours=1) < in_time < timedelta(hours=40):
            second.shipped_at, second.picked_at = first.shipped_at, first.picked_at
            second.signed_at, second.region = first.signed_at, first.region
            second.carrier, second.waybill = first.carrier, first.waybill
            second.buyer_id, second.buyer_name = first.buyer_id, first.buyer_name
            return first.number, second.number
    raise AssertionError("no two orders fit into one parcel")


def _unknown_words(shop: Shop) -> None:
    """Words no mapping knows: they are to be counted as unmapped, not dropped."""
    shipped = [row for row in shop.orders if row["订单状态"] == "已发货"]
    for row in shipped[:2]:
        row["订单状态"] = "已揽件待确认"
    open_one = next(row for row in shop.tickets if not row["售后完结时间"])
    open_one["售后状态"] = "待平台复核(新)"
    shop.ratings[5]["评价"] = "一般般"


def _bystanders(shop: Shop) -> dict[str, bytes]:
    """Files that lie in every download folder and are no exports."""
    stock = [["仓位", "货号", "盘点数", "盘点人"]]
    stock += [
        [f"A-{i:02d}", p.sku_code, str(20 + i), "小何"] for i, p in enumerate(DAMAGED.products)
    ]
    header = record(headers.ORDERS[:12])
    return {
        "shop.toml": shop_toml(shop, None).encode(),
        "库存盘点表.csv": "\n".join(record(row) for row in stock).encode() + b"\n",
        "~$订单导出_20261101.csv": b"\x06xiaohe\x00\x00",
        "订单导出_20261101 (1).csv.crdownload": header.encode("gb18030") + b"\r\n26",
    }
