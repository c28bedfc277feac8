"""Small shops of other platforms: real header rows, few orders, chats as the tools give them."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sample_data import catalogue, headers, shops
from sample_data import platform_headers as names
from sample_data.dice import Dice
from sample_data.platform_rows import douyin, jd, pinduoduo, taobao
from sample_data.spec import Agent, Row, Shop, Spec, stamp

Table = tuple[tuple[str, ...], list[Row]]


def _spec(folder: str, shop: str, number: int, topic: str, *agents: Agent) -> Spec:
    """One or two orders and two conversations a day, through October."""
    products = {"food": catalogue.FOOD, "apparel": catalogue.APPAREL, "home": catalogue.HOME}
    return Spec(
        folder=folder,
        shop=shop,
        number=number,
        topic=topic,
        products=products[topic],
        orders_by_weekday=(1, 2, 1, 2, 1, 2, 1),
        sessions_by_weekday=(2,) * 7,
        agents=agents,
        first_order_day=date(2026, 9, 21),
        reply_seconds=(9, 120),
        ticket_percent=25,
        open_tickets=1,
    )


PINDUODUO = _spec("pinduoduo", "山货小铺", 5, "food", Agent("小周", 95))
JD = _spec("jd", "安屋家居旗舰店", 6, "home", Agent("阿楠", 95))
TAOBAO = _spec("taobao", "田野坚果", 7, "food", Agent("小李", 96), Agent("小林", 96))
DOUYIN = _spec("douyin", "秋禾女装", 8, "apparel", Agent("小陈", 100), Agent("阿杰", 100))


def _pinduoduo(shop: Shop) -> dict[str, Table]:
    return {
        "订单导出_20261101.csv": (names.PDD_ORDERS, pinduoduo.orders(shop)),
        "售后单导出_20261101.csv": (names.PDD_TICKETS, pinduoduo.tickets(shop)),
        "聊天记录_20261101.csv": (headers.CHATS, consumers(Dice("kshop-audit/consumers"))),
    }


def _jd(shop: Shop) -> dict[str, Table]:
    chats = [row | {"买家ID": row["买家ID"].replace("KS", "jd_")} for row in shop.chats]
    return {
        "订单导出_20261101.csv": (names.JD_ORDERS, jd.orders(shop)),
        "结算单_20261101.csv": (names.JD_SETTLEMENTS, jd.settlements(shop)),
        "售后单_20261101.csv": (names.JD_TICKETS, jd.tickets(shop)),
        "赔付通知_20261101.csv": (names.JD_NOTICES, jd.notices(shop)),
        "聊天记录_20261101.csv": (headers.CHATS, chats),
    }


def _taobao(shop: Shop) -> dict[str, Table]:
    return {
        "订单报表_20261101.csv": (names.TAOBAO_ORDERS, taobao.orders(shop)),
        "宝贝报表_20261101.csv": (names.TAOBAO_LINES, taobao.lines(shop)),
        "退款报表_20261101.csv": (names.TAOBAO_REFUNDS, taobao.refunds(shop)),
        "物流_20261101.csv": (names.TAOBAO_SHIPMENTS, taobao.shipments(shop)),
        "商品列表_20261101.csv": (names.TAOBAO_PRODUCTS, taobao.products(shop)),
        "千牛聊天记录_20261101.csv": (names.TAOBAO_CHATS, taobao.chats(shop)),
    }


def _douyin(shop: Shop) -> dict[str, Table]:
    return {
        "订单导出_20261101.csv": (names.DOUYIN_ORDERS, douyin.orders(shop)),
        "售后单导出_20261101.csv": (names.DOUYIN_TICKETS, douyin.tickets(shop)),
        "运单表_20261101.csv": (names.DOUYIN_WAYBILLS, douyin.waybills(shop)),
        "飞鸽聊天记录_20261101.csv": (names.DOUYIN_CHATS, douyin.chats(shop)),
    }


SHOPS: tuple[tuple[Spec, Callable[[Shop], dict[str, Table]]], ...] = (
    (PINDUODUO, _pinduoduo), (JD, _jd), (TAOBAO, _taobao), (DOUYIN, _douyin),
)  # fmt: skip

CONSUMERS = (
    (date(2026, 10, 29), 8, 8),
    (date(2026, 10, 30), 102, 51),
    (date(2026, 10, 31), 103, 51),
)
"""Day, consumers, and how many of them were answered within the hour: too few to be assessed,
exactly half, one less than half."""


def consumers(dice: Dice) -> list[Row]:
    """A question and an answer each; a late answer comes after an hour and some minutes."""
    rows: list[Row] = []
    for day, count, quick in CONSUMERS:
        for serial in range(count):
            minute = 8 * 60 + serial * 8
            asked = datetime(day.year, day.month, day.day, minute // 60, minute % 60, 7)
            wait = dice.between(1, 55) if serial % count < quick else dice.between(61, 90)
            talk = f"P{day:%y%m%d}{serial:04d}"
            said = (
                ("买家", "", asked, "请问今天能发货吗"),
                ("客服", "小周", asked + timedelta(minutes=wait), "可以的,今天安排发出"),
            )
            for place, (sender, account, at, text) in enumerate(said):
                cells = (talk, f"{talk}-{place}", f"PD{talk[1:]}", account, sender, stamp(at))
                rows.append(dict(zip(headers.CHATS, (*cells, "文本", text), strict=True)))
    return rows


def shop_toml(spec: Spec) -> str:
    lines = [
        "# 用哪个平台的规则 / which platform's rules",
        f'pack = "{spec.folder}"',
        f'shop = "{spec.shop}"',
    ]
    if spec is PINDUODUO:
        lines += [
            "# 只导出了三天的聊天 / chats of three days only",
            "opened_at = 2026-10-29",
        ]
    return "\n".join(lines) + "\n"


def build(waybills: set[str]) -> dict[str, tuple[str, dict[str, Table]]]:
    """Folder → shop.toml and the tables by file name."""
    made = {}
    for spec, tables in SHOPS:
        made[spec.folder] = (shop_toml(spec), tables(shops.build(spec, waybills)))
    return made
