"""Orders, shipments and reviews of a shop that follows the platform's order life cycle."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sample_data import catalogue, headers
from sample_data.catalogue import Product, Region, money
from sample_data.dice import Dice, Quota
from sample_data.spec import CUT, Row, Shop, Spec, stamp

# Hour of day at which customers buy; repeated hours are busier.
BUYING_HOURS = (8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19, 19, 20, 20, 20, 21, 21, 22)
# Every n-th order: never paid, a pre-sale with a deposit.
UNPAID_EVERY, PRESALE_EVERY = 61, 47
OPENS_AT = 8


@dataclass
class Order:
    """What really happened to one order; later than CUT means not yet known to any export."""

    number: str
    product: Product
    spec_index: int
    quantity: int
    region: Region
    buyer_id: str
    buyer_name: str
    created_at: datetime
    paid_at: datetime | None
    deposit_at: datetime | None = None
    promise_at: datetime | None = None
    shipped_at: datetime | None = None
    picked_at: datetime | None = None
    signed_at: datetime | None = None
    carrier: str = ""
    waybill: str = ""
    cancelled: bool = False
    aftersale: str = ""

    @property
    def paid_fen(self) -> int:
        return self.product.price_fen * self.quantity - 300

    @property
    def status(self) -> str:
        if self.cancelled or (self.paid_at is None and self.created_at < CUT - timedelta(days=1)):
            return "交易关闭"
        if self.paid_at is None:
            return "待付款"
        if self.shipped_at is None or self.shipped_at > CUT:
            return "待发货"
        if self.signed_at is None or self.signed_at > CUT:
            return "已发货"
        return "交易成功" if self.signed_at < CUT - timedelta(days=7) else "已收货"


def make_orders(spec: Spec, dice: Dice, waybills: set[str]) -> list[Order]:
    quota_ship, quota_pick = Quota(), Quota()
    orders: list[Order] = []
    day = spec.first_order_day
    while day <= spec.last_order_day:
        count = spec.orders_by_weekday[day.weekday()]
        moments = sorted(_moment(dice, day) for _ in range(count))
        for moment in moments:
            order = _new_order(spec, dice, moment, len(orders) + 1)
            if order.paid_at is not None:
                _ship(spec, dice, order, quota_ship, quota_pick, waybills)
            orders.append(order)
        day += timedelta(days=1)
    return orders


def _moment(dice: Dice, day: date) -> datetime:
    return datetime.combine(
        day, time(dice.pick(BUYING_HOURS), dice.between(0, 59), dice.between(0, 59))
    )


def _new_order(spec: Spec, dice: Dice, moment: datetime, serial: int) -> Order:
    paid: datetime | None = moment + timedelta(seconds=dice.between(15, 240))
    deposit: datetime | None = None
    if serial % UNPAID_EVERY == 0:
        paid = None
    elif serial % PRESALE_EVERY == 0:
        deposit, paid = paid, moment + timedelta(hours=20, seconds=dice.between(0, 7200))
    if paid is not None and paid > CUT:
        paid = None
    promise = None
    if paid is not None:
        promise = paid + (timedelta(days=8) if deposit else timedelta(hours=48))
    product = dice.pick(spec.products)
    return Order(
        number=f"26{moment.timetuple().tm_yday:03d}{spec.number}{serial:05d}{dice.digits(5)}",
        product=product,
        spec_index=dice.between(0, len(product.specs) - 1),
        quantity=dice.pick((1, 1, 1, 2)),
        region=dice.pick(catalogue.REGIONS),
        buyer_id=f"KS{dice.between(2, 9)}{dice.digits(8)}",
        buyer_name=dice.pick(catalogue.NICKNAMES),
        created_at=moment,
        paid_at=paid,
        deposit_at=deposit,
        promise_at=promise,
    )


def _ship(
    spec: Spec, dice: Dice, order: Order, late: Quota, slow: Quota, waybills: set[str]
) -> None:
    """Give the order its parcel; late ones are dealt out evenly, pre-sales are never late."""
    assert order.paid_at is not None
    if order.deposit_at is not None:
        delay = timedelta(days=dice.between(3, 6), minutes=dice.between(0, 600))
    elif spec.late_ship_every and late.hit("ship", 100 // spec.late_ship_every):
        delay = timedelta(minutes=dice.between(49 * 60, 90 * 60), seconds=dice.between(0, 59))
    else:
        delay = timedelta(minutes=dice.between(150, 34 * 60), seconds=dice.between(0, 59))
    order.shipped_at = _daytime(order.paid_at + delay, dice)
    wait = timedelta(minutes=dice.between(45, 11 * 60), seconds=dice.between(0, 59))
    if spec.late_pickup_every and slow.hit("pickup", 100 // spec.late_pickup_every):
        wait = timedelta(minutes=dice.between(25 * 60, 44 * 60), seconds=dice.between(0, 59))
    order.picked_at = _daytime(order.shipped_at + wait, dice)
    travel = timedelta(minutes=dice.between(40 * 60, 96 * 60), seconds=dice.between(0, 59))
    order.signed_at = _daytime(order.picked_at + travel, dice)
    order.carrier, order.waybill = catalogue.waybill(dice, waybills)


def buyers_by_day(orders: list[Order]) -> dict[date, list[str]]:
    """Who ordered on a day: mostly these people ask something on the next one."""
    found: dict[date, list[str]] = {}
    for order in orders:
        found.setdefault(order.created_at.date(), []).append(order.buyer_id)
    return found


def _daytime(moment: datetime, dice: Dice) -> datetime:
    """Nobody packs, fetches or delivers at night: move it to the morning of the same day."""
    if moment.hour >= OPENS_AT:
        return moment
    return moment.replace(hour=OPENS_AT, minute=dice.between(5, 55))


def cancel(order: Order) -> None:
    """The buyer got the money back before the parcel left."""
    order.cancelled = True
    order.shipped_at = order.picked_at = order.signed_at = None
    order.carrier = order.waybill = ""


def order_row(order: Order, dice: Dice, shop_name: str) -> Row:
    row = dict.fromkeys(headers.ORDERS, "")
    region, product = order.region, order.product
    shipped = order.shipped_at is not None and order.shipped_at <= CUT
    promoted = dice.between(1, 100) <= 35
    commission = order.paid_fen * 15 // 100 if promoted else 0
    row |= {
        "订单号": order.number,
        "订单创建时间": stamp(order.created_at),
        "订单支付时间": stamp(order.paid_at),
        "预售定金支付时间": stamp(order.deposit_at),
        "订单状态": order.status,
        "实付款": money(order.paid_fen),
        "快递费": "0.00",
        "店铺优惠": "3.00",
        "支付方式": dice.pick(("微信", "支付宝", "微信")) if order.paid_at else "",
        "成交数量": str(order.quantity),
        "买家留言": dice.pick(catalogue.BUYER_NOTES),
        "账号类型": "店铺账号",
        "账号明细": shop_name,
        "售后状态": order.aftersale,
        "预售/承诺发货时间": (
            order.promise_at.strftime("%Y-%m-%d %H:%M:%S") if order.promise_at else ""
        ),
        "订单载体": dice.pick(("直播", "短视频", "商品卡")),
        "商品名称": product.name,
        "商品ID": product.product_id,
        "商品规格": product.specs[order.spec_index],
        "SKU编码": f"{product.sku_code}-{order.spec_index + 1}",
        "商品单价": money(product.price_fen),
        "渠道": "分销" if promoted else "自营",
        "CPS达人ID": "1630027745" if promoted else "0",
        "CPS达人昵称": "乡野小美" if promoted else "",
        "预估推广佣金": money(commission),
        "预估推广者分佣比例": "15.0%" if promoted else "0.0%",
        "收货人姓名": dice.pick(catalogue.SURNAMES) + "**",
        "收货人电话": f"1{dice.pick(('38', '59', '77', '86'))}****{dice.digits(4)}",
        "收货地址-省": region.province,
        "收货地址-市": region.city,
        "收货地址-区": region.district,
        "收货地址-街道": region.street,
        "收货地址": f"{region.province}{region.city}{region.district}{region.street}****",
        "发货时间": stamp(order.shipped_at),
        "快递公司": order.carrier if shipped else "",
        "快递单号": order.waybill if shipped else "",
    }
    return row


def shipment_row(order: Order) -> Row:
    return {
        "订单编号": order.number,
        "快递单号": order.waybill,
        "快递公司": order.carrier,
        "发货时间": stamp(order.shipped_at),
        "揽收时间": stamp(order.picked_at),
        "签收时间": stamp(order.signed_at),
    }


def add_rows(shop: Shop, orders: list[Order], dice: Dice) -> None:
    for order in orders:
        shop.orders.append(order_row(order, dice, shop.spec.shop))
        if order.shipped_at is not None and order.shipped_at <= CUT:
            shop.shipments.append(shipment_row(order))


def add_reviews(shop: Shop, orders: list[Order], dice: Dice, low_every: int) -> None:
    """A third of the received orders are reviewed; every ``low_every``-th of those badly."""
    asked = Quota()
    for order in orders:
        if order.signed_at is None or not asked.hit("review", 34):
            continue
        at = order.signed_at + timedelta(minutes=dice.between(600, 6000))
        if at > CUT:
            continue
        serial = len(shop.reviews) + 1
        low = low_every and serial % low_every == 0
        appealed = bool(low) and serial % (2 * low_every) == 0
        shop.reviews.append(
            {
                "评价编号": f"PJ{at:%y%m%d}{shop.spec.number}{serial:04d}",
                "订单编号": order.number,
                "商品ID": order.product.product_id,
                "评分": str(dice.between(1, 2)) if low else dice.pick(("5", "5", "5", "5", "4")),
                "评价时间": stamp(at),
                "申诉状态": "申诉成功" if appealed else "",
            }
        )
