"""The three readable shops: healthy, failing and closing."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from sample_data import catalogue, headers, orders, tickets
from sample_data.chats import add_chats
from sample_data.dice import Dice
from sample_data.spec import CUT, Agent, Row, Shop, Spec

HEALTHY = Spec(
    folder="healthy",
    shop="田野有礼食品专营店",
    number=1,
    topic="food",
    products=catalogue.FOOD,
    orders_by_weekday=(5, 4, 5, 5, 5, 6, 6),
    sessions_by_weekday=(7, 7, 7, 7, 8, 8, 8),
    agents=(Agent("小李", 92), Agent("小林", 93), Agent("阿梅", 94)),
    one_slow_burst_a_day=True,
    late_pickup_every=50,
    quality_every=41,
    merchant_faults=1,
    buyer_faults=1,
    ticket_percent=15,
)
FAILING = Spec(
    folder="failing",
    shop="秋禾女装直播店",
    number=2,
    topic="apparel",
    products=catalogue.APPAREL,
    orders_by_weekday=(5, 5, 5, 6, 6, 6, 6),
    sessions_by_weekday=(5, 5, 5, 6, 6, 7, 7),
    agents=(Agent("小周", 90), Agent("小陈", 55), Agent("阿杰", 90)),
    evening_percent=50,
    happy_percent=88,
    late_ship_every=16,
    late_pickup_every=14,
    ticket_percent=58,
    ticket_days=46,
    quality_every=14,
    slow_ticket_every=3,
    return_hours=(40, 110),
    merchant_faults=4,
    both_faults=1,
    buyer_faults=2,
    open_tickets=9,
)
CLOSING = Spec(
    folder="closing",
    shop="简屋家居生活馆",
    number=3,
    topic="home",
    products=catalogue.HOME,
    first_order_day=date(2026, 8, 17),
    last_order_day=date(2026, 9, 22),
    orders_by_weekday=(3, 2, 3, 2, 3, 3, 3),
    sessions_by_weekday=(1, 1, 1, 1, 1, 2, 1),
    agents=(Agent("阿楠", 100),),
    ticket_percent=12,
    ticket_days=80,
    open_tickets=1,
)
# Said by the failing shop's agents; the fourth is a denial and only a matter for review.
BAD_WORDS = (
    "亲,这款是精仿的,上身效果和专柜一样",
    "放心拍吧,我们家高\u200b 仿的做工都是顶级的",
    "亲您加我微信 wx:qiuhe_2026,好评给您返现",
    "亲,我们不卖高仿哦,都是自家工厂做的",
)


def build(spec: Spec, waybills: set[str]) -> Shop:
    dice = Dice(f"kshop-audit/{spec.folder}")
    shop = Shop(spec)
    made = orders.make_orders(spec, dice, waybills)
    tickets.add_tickets(shop, made, dice)
    orders.add_rows(shop, made, dice)
    orders.add_reviews(shop, made, dice, low_every=9 if spec.folder == "failing" else 24)
    add_chats(shop, dice, orders.buyers_by_day(made))
    shop.tickets.sort(key=lambda row: row["售后申请时间"])
    if spec.folder == "failing":
        _misbehave(shop)
    return shop


def _misbehave(shop: Shop) -> None:
    """Put the forbidden sentences into agents' replies, and one waybill on two addresses."""
    replies = [row for row in shop.chats if row["发送方"] == "客服"]
    for index, text in enumerate(BAD_WORDS, start=1):
        replies[index * len(replies) // 5]["消息内容"] = text
    shipped = [row for row in shop.orders if row["发货时间"] >= "2026-10-12"]
    first = shipped[0]
    other = next(row for row in shipped if row["收货地址"] != first["收货地址"])
    number = other["快递单号"]
    for row in (other, *shop.shipments):
        if row["快递单号"] == number:
            row |= {"快递单号": first["快递单号"], "快递公司": first["快递公司"]}


def closing_products(spec: Spec) -> list[Row]:
    return [
        {
            "商品ID": product.product_id,
            "商品名称": product.name,
            "商品状态": "已下架",
            "价格": catalogue.money(product.price_fen),
            "库存": "0",
            "类目": "家居日用",
            "上架时间": "2025-03-12 10:00:00",
        }
        for product in spec.products
    ]


def last_completion(shop: Shop) -> datetime:
    """Ten days after the last parcel was signed for, as an untouched order completes itself."""
    signed = max(row["签收时间"] for row in shop.shipments)
    return datetime.fromisoformat(signed) + timedelta(days=10)


def shop_toml(shop: Shop, returned: tuple[Decimal, int] | None) -> str:
    lines = [
        "# 店铺说明 / facts about this shop that no export holds",
        f'shop = "{shop.spec.shop}"',
        "opened_at = 2024-05-20",
    ]
    if shop.spec.folder == "closing":
        stopped = date.fromisoformat(max(row["订单创建时间"] for row in shop.orders)[:10])
        lines += [
            "# 停止接单以后没有订单 / no orders once the shop took none any more",
            f'no_business_days = [{{from = "{stopped + timedelta(days=1)}", to = "2026-10-31"}}]',
        ]
    if shop.spec.folder == "failing":
        lines += [
            "",
            "# 九月上旬没有售后申请，售后单文件是完整的。",
            "# Nobody applied in early September: the after-sales file is whole.",
            "[coverage.tickets]",
            "from = 2026-08-31",
            "to = 2026-10-31",
        ]
    if returned is not None:
        hours, count = returned
        lines += [
            "",
            "# 快手售后单导出没有「同意时间」和「退货签收时间」,这里填后台看到的数。",
            "# The after-sales export lacks these two times; the figure is read in the back office",
            "# (numerator: total hours, denominator: completed return-refund tickets).",
            "[declared.return-refund-hours]",
            f"numerator = {hours}",
            f"denominator = {count}",
            "from = 2026-10-02",
            "to = 2026-10-31",
            'source = "商家后台 → 售后数据"',
        ]
    if shop.spec.folder == "closing":
        done = last_completion(shop)
        lines += [
            "",
            "[closing]",
            "closing = true",
            "notice_started_at = 2026-10-12T10:00:00",
            "notice_interrupted = false",
            f"last_completed_at = {done:%Y-%m-%dT%H:%M:%S}",
            "qualification_change_open = false",
            "violations_open = 0",
            "complaints_open = 0",
            "freight_service_off = true",
        ]
    return "\n".join(lines) + "\n"


def declared_return(shop: Shop) -> tuple[Decimal, int]:
    """What the back office would show: two segments of about nine hours together a ticket."""
    done = [
        row
        for row in shop.tickets
        if row["售后类型"] == "退货退款"
        and not row["客服仲裁"]
        and "2026-10-02" <= row["售后完结时间"] <= f"{CUT:%Y-%m-%d %H:%M:%S}"
    ]
    return len(done) * 9 + Decimal("0.4"), len(done)


def tables(shop: Shop) -> dict[str, tuple[tuple[str, ...], list[Row]]]:
    """File name → header and rows, under the names an operator would save them."""
    named = {
        "订单导出_20261101.csv": (headers.ORDERS, shop.orders),
        "物流导出_20261101.csv": (headers.SHIPMENTS, shop.shipments),
        "售后单导出_20261101.csv": (headers.TICKETS, shop.tickets),
        "聊天记录_20261101.csv": (headers.CHATS, shop.chats),
    }
    if shop.spec.folder == "closing":
        named["商品列表_20261101.csv"] = (headers.PRODUCTS, closing_products(shop.spec))
        return named
    return named | {
        "纠纷判责_20261101.csv": (headers.DISPUTES, shop.disputes),
        "客服评价_20261101.csv": (headers.RATINGS, shop.ratings),
        "商品评价_20261101.csv": (headers.REVIEWS, shop.reviews),
    }
