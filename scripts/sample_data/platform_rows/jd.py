"""JD: orders, settlements, and the operator's own tables of after-sales and notices."""

from sample_data import platform_headers as headers
from sample_data.platform_rows.cells import agreed, later, row, signed
from sample_data.spec import Row, Shop

JD_STATUS = {"已收货": "完成", "交易成功": "完成", "待发货": "调度中", "已发货": "调度中"}


def orders(shop: Shop) -> list[Row]:
    received = signed(shop)
    return [
        row(headers.JD_ORDERS)
        | {
            "订单号": order["订单号"],
            "商品ID": order["商品ID"],
            "商品名称": order["商品名称"],
            "订购数量": order["成交数量"],
            "支付方式": "在线支付",
            "下单时间": order["订单创建时间"],
            "京东价": order["商品单价"],
            "订单金额": order["实付款"],
            "结算金额": order["实付款"],
            "应付金额": order["实付款"],
            "订单状态": JD_STATUS.get(order["订单状态"], "(删除)等待付款确认"),
            "下单帐号": "jd_" + order["订单号"][-6:],
            "客户姓名": order["收货人姓名"],
            "客户地址": order["收货地址"],
            "联系电话": order["收货人电话"],
            "运费金额": "0.00",
            "付款确认时间": order["订单支付时间"],
            "货号": order["SKU编码"],
            "订单完成时间": received.get(order["订单号"], ""),
        }
        for order in shop.orders
    ]


def settlements(shop: Shop) -> list[Row]:
    return [
        row(headers.JD_SETTLEMENTS)
        | {
            "订单编号": order["订单号"],
            "订单状态": "完成",
            "订单下单时间": order["订单创建时间"],
            "商品编号": order["商品ID"],
            "商品名称": order["商品名称"],
            "商品数量": order["成交数量"],
            "费用名称": "货款",
            "应结金额": order["实付款"],
            "币种": "CNY",
            "收支方向": "收入",
            "结算状态": "已结算",
        }
        for order in shop.orders
        if order["订单状态"] == "交易成功"
    ]


def tickets(shop: Shop) -> list[Row]:
    """Reviewed after an hour; the ninth one only after thirteen."""
    rows = []
    for serial, ticket in enumerate(shop.tickets, start=1):
        done = ticket["售后完结时间"]
        late = serial == 9
        rows.append(
            row(headers.JD_TICKETS)
            | {name: ticket[name] for name in headers.JD_TICKETS if name in ticket}
            | {"同意时间": later(ticket["售后申请时间"], hours=13) if late else agreed(ticket)}
            | ({"售后完结时间": later(ticket["售后申请时间"], hours=20)} if late and done else {})
        )
    return rows


def notices(shop: Shop) -> list[Row]:
    """Two advances that the platform asks back: one repaid, one not yet due."""
    first, second = (ticket["订单编号"] for ticket in shop.tickets[:2])
    kind = "平台垫付赔付"
    notices = (("D1", first, kind, "2026-10-12 10:00:00", "已处理"),
               ("D2", second, kind, "2026-10-29 10:00:00", "待处理"))  # fmt: skip
    return [dict(zip(headers.JD_NOTICES, notice, strict=True)) for notice in notices]
