"""After-sales tickets and the platform's judgements on disputed ones."""

from datetime import datetime, timedelta

from sample_data import catalogue, headers
from sample_data.catalogue import money
from sample_data.dice import Dice, Quota
from sample_data.orders import Order, cancel
from sample_data.spec import CUT, Row, Shop, stamp

KINDS = ("cancel", "refund", "return", "refund", "return", "return", "refund", "return")
PLAIN_REASONS = ("7天无理由退换货", "多拍/错拍/不想要", "不喜欢/不合适", "地址/电话信息填写错误")
QUALITY_REASONS = ("质量问题", "商品破损", "与描述不一致")
OPEN_STATUS = "买家已经申请退款，等待卖家同意"
WORDS = {
    "质量问题": "洗了一次就起球,和直播间说的不一样",
    "商品破损": "收到的时候外箱压坏了,里面也破了",
    "与描述不一致": "颜色和图片差很多",
}
SHIP_NO, SHIP_CARRIER = headers.TICKETS[26], headers.TICKETS[27]


def add_tickets(shop: Shop, orders: list[Order], dice: Dice) -> None:
    spec, quota, made = shop.spec, Quota(), 0
    since = CUT - timedelta(days=spec.ticket_days)
    for order in orders:
        if order.paid_at is None or order.paid_at < since or order.deposit_at is not None:
            continue
        if not quota.hit("ticket", spec.ticket_percent):
            continue
        row = _ticket(shop, order, dice, made + 1)
        if row is not None:
            made += 1
            shop.tickets.append(row)
    _add_open(shop, orders, dice)
    _judge(shop)


def _ticket(shop: Shop, order: Order, dice: Dice, serial: int) -> Row | None:
    """A completed ticket on the order, or None if there was no time left for one."""
    kind = KINDS[serial % len(KINDS)]
    times = _times(shop, order, dice, kind, serial)
    if times is None:
        return None
    applied, finished = times
    every = shop.spec.quality_every
    quality = bool(every) and serial % every == 0 and kind != "cancel"
    closed = serial % 9 == 0 and not quality and kind != "cancel"
    reason = dice.pick(QUALITY_REASONS) if quality else dice.pick(PLAIN_REASONS)
    if kind == "cancel":
        cancel(order)
    if not closed:
        order.aftersale = "退款成功"
    row = _row(order, dice, f"5{applied:%y%m%d}{shop.spec.number}{serial:04d}{dice.digits(4)}")
    row |= {
        "售后类型": "退货退款" if kind == "return" else "仅退款",
        "售后状态": "售后关闭" if closed else "售后成功",
        "售后原因": reason,
        "申请描述": WORDS.get(reason, ""),
        "售后申请时间": stamp(applied),
        "售后完结时间": stamp(finished),
        "超时时间": stamp(applied + timedelta(hours=48 if kind == "return" else 24)),
        "是否ATOM处理": "否",
        "退款方式": "" if closed else "原路退回",
    }
    if kind == "return" and not closed:
        carrier, start, count = dice.pick(catalogue.CARRIERS)
        row |= {"退货物流单号": start + dice.digits(count), "退货物流公司": carrier}
    return row


def _times(
    shop: Shop, order: Order, dice: Dice, kind: str, serial: int
) -> tuple[datetime, datetime] | None:
    spec = shop.spec
    every = spec.slow_ticket_every
    slow = bool(every) and serial % every == 0
    if kind == "cancel":
        assert order.paid_at is not None and order.shipped_at is not None
        room = int((order.shipped_at - order.paid_at).total_seconds()) // 60
        applied = order.paid_at + timedelta(minutes=dice.between(5, min(room - 60, 120)))
        finished = applied + timedelta(minutes=dice.between(10, 50))
    else:
        assert order.signed_at is not None
        applied = order.signed_at + timedelta(minutes=dice.between(120, 2400))
        low, high = (60, 900) if kind == "refund" else [h * 60 for h in spec.return_hours]
        if slow:
            low, high = 50 * 60, 110 * 60
        finished = applied + timedelta(minutes=dice.between(low, high))
    return None if finished > CUT else (applied, finished + timedelta(seconds=dice.between(0, 59)))


def _row(order: Order, dice: Dice, ticket_id: str) -> Row:
    row = dict.fromkeys(headers.TICKETS, "")
    product = order.product
    row |= {
        "售后单号": ticket_id,
        "订单编号": order.number,
        "订单状态": order.status,
        "订单创建时间": stamp(order.created_at),
        "实付款": money(order.paid_fen),
        "快递费": "0.00",
        "商家实收金额": money(order.paid_fen),
        "商品ID": product.product_id,
        "商品名称": product.name,
        "SKU编码": f"{product.sku_code}-{order.spec_index + 1}",
        "商品规格": product.specs[order.spec_index],
        "买家ID": order.buyer_id,
        "买家昵称": order.buyer_name[0] + "***",
        "退款金额": money(order.paid_fen),
        SHIP_NO: order.waybill,
        SHIP_CARRIER: order.carrier,
        "操作人": dice.pick(("主账号", "售后专员")),
    }
    return row


def _add_open(shop: Shop, orders: list[Order], dice: Dice) -> None:
    """Fresh applications on parcels that have arrived, still within their handling limit."""
    wanted = shop.spec.open_tickets
    for order in reversed(orders):
        if wanted == 0:
            return
        if order.signed_at is None or order.signed_at > CUT - timedelta(hours=40):
            continue
        if order.aftersale:
            continue
        applied = CUT - timedelta(minutes=dice.between(120, 900))
        order.aftersale = "售后处理中"
        row = _row(order, dice, f"5{applied:%y%m%d}{shop.spec.number}9{wanted:03d}{dice.digits(4)}")
        row |= {
            "售后类型": "退货退款",
            "售后状态": OPEN_STATUS,
            "售后原因": "7天无理由退换货",
            "售后申请时间": stamp(applied),
            "超时时间": (applied + timedelta(hours=48)).strftime("%Y-%m-%d %H:%M:%S"),
            "是否ATOM处理": "否",
        }
        shop.tickets.append(row)
        wanted -= 1


def _judge(shop: Shop) -> None:
    """Spread the disputed tickets over the window; only these appear in the judgements file."""
    spec = shop.spec
    verdicts = ["商家责任"] * spec.merchant_faults + ["双方责任"] * spec.both_faults
    verdicts += ["买家责任"] * spec.buyer_faults
    done = [
        row
        for row in shop.tickets
        if row["售后完结时间"] >= "2026-10-05" and row["售后类型"] == "退货退款"
    ]
    step = len(done) // (len(verdicts) + 1)
    for index, verdict in enumerate(verdicts, start=1):
        row = done[index * step]
        row["客服仲裁"] = "平台已介入"
        shop.disputes.append({"售后单号": row["售后单号"], "责任方": verdict})
