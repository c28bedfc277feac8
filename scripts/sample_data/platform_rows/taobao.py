"""Taobao: orders, their lines, refunds, shipments, listings and 千牛's chats."""

from sample_data import platform_headers as headers
from sample_data.platform_rows.cells import CANCELLED, row, signed
from sample_data.spec import Row, Shop

TAOBAO_STATUS = {
    "待付款": "等待买家付款", "待发货": "买家已付款，等待卖家发货",
    "已发货": "卖家已发货，等待买家确认", "已收货": "交易成功", "交易成功": "交易成功",
    CANCELLED: CANCELLED,
}  # fmt: skip


def orders(shop: Shop) -> list[Row]:
    received = signed(shop)
    return [
        row(headers.TAOBAO_ORDERS)
        | {
            # Taobao protects ids as a formula.
            "订单编号": f'="{order["订单号"]}"',
            "买家会员名": "tb" + order["订单号"][-8:],
            "买家应付货款": order["实付款"],
            "买家应付邮费": order["快递费"],
            "总金额": order["实付款"],
            "买家实付金额": order["实付款"] if order["订单支付时间"] else "0.00",
            "订单状态": TAOBAO_STATUS[order["订单状态"]],
            "买家留言": order["买家留言"],
            "收货人姓名": order["收货人姓名"],
            "收货地址": order["收货地址"],
            "联系手机": order["收货人电话"],
            "买家下单时间": order["订单创建时间"],
            "买家付款时间": order["订单支付时间"],
            "宝贝标题": order["商品名称"],
            "宝贝种类": "1",
            "物流单号": order["快递单号"],
            "物流公司": order["快递公司"],
            "宝贝总数量": order["成交数量"],
            "店铺名称": shop.spec.shop,
            "订单关闭原因": "买家取消" if order["订单状态"] == CANCELLED else "订单未关闭",
            "发货时间": order["发货时间"],
            "确认收货时间": received.get(order["订单号"], ""),
        }
        for order in shop.orders
    ]


def lines(shop: Shop) -> list[Row]:
    return [
        row(headers.TAOBAO_LINES)
        | {
            "主订单编号": f'="{order["订单号"]}"',
            "子订单编号": f'="{order["订单号"]}01"',
            "标题": order["商品名称"],
            "价格": order["商品单价"],
            "购买数量": order["成交数量"],
            "外部系统编号": order["SKU编码"],
            "商品属性": order["商品规格"],
            "商家编码": order["SKU编码"],
            "退款状态": order["售后状态"] or "没有申请退款",
            "退款金额": order["实付款"] if order["售后状态"] == "退款成功" else "无退款申请",
        }
        for order in shop.orders
    ]


def refunds(shop: Shop) -> list[Row]:
    return [
        row(headers.TAOBAO_REFUNDS)
        | {
            "订单编号": ticket["订单编号"],
            "退款编号": ticket["售后单号"],
            "支付宝交易号": "20261101" + ticket["售后单号"][-8:],
            "商家编码": ticket["SKU编码"],
            "退款完结时间": ticket["售后完结时间"],
            "买家会员名称": "tb" + ticket["订单编号"][-8:],
            "买家实际支付金额": ticket["实付款"],
            "宝贝标题": ticket["商品名称"],
            "买家退款金额": ticket["退款金额"],
            "手工退款/系统退款": "手工退款",
            "是否需要退货": "是" if ticket["售后类型"] == "退货退款" else "否",
            "退款的申请时间": ticket["售后申请时间"],
            "超时时间": ticket["超时时间"],
            "退款状态": {"售后成功": "退款成功", "售后关闭": "退款关闭"}.get(
                ticket["售后状态"], "买家已经申请退款，等待卖家同意"
            ),
            "客服介入状态": "不需客服介入",
            "退货物流单号": ticket["退货物流单号"],
            "退货物流公司": ticket["退货物流公司"],
            "买家退款原因": ticket["售后原因"],
        }
        for ticket in shop.tickets
    ]


def shipments(shop: Shop) -> list[Row]:
    return [
        {
            "订单编号": row["订单编号"],
            "运单号": row["快递单号"],
            "物流公司": row["快递公司"],
            "发货时间": row["发货时间"],
            "揽收时间": row["揽收时间"],
            "签收时间": row["签收时间"],
        }
        for row in shop.shipments
    ]


def products(shop: Shop) -> list[Row]:
    """One listing a product; the first has a bait SKU, and one stands there twice."""
    rows: list[Row] = []
    for number, product in enumerate(shop.spec.products):
        price = f"{product.price_fen // 100}.{product.price_fen % 100:02d}"
        for index, _ in enumerate(product.specs):
            rows.append(_listing(product.product_id, f"{product.sku_code}-{index + 1}",
                                 product.name, price, price))  # fmt: skip
        if number == 0:
            rows.append(_listing(product.product_id, f"{product.sku_code}-9",
                                 product.name, price, "1.00"))  # fmt: skip
    twin = shop.spec.products[1]
    rows.append(_listing("9" + twin.product_id[1:], "", twin.name + " ", "79.90", ""))
    return rows


def _listing(product: str, sku: str, title: str, price: str, sku_price: str) -> Row:
    cells = (product, sku, title, "零食/坚果/特产", price, sku_price, "0.00", "出售中")
    return dict(zip(headers.TAOBAO_PRODUCTS, cells, strict=True))


def chats(shop: Shop) -> list[Row]:
    """As the exporter for 千牛 writes them; one reply has a tone to look at."""
    rows: list[Row] = []
    counts: dict[str, int] = {}
    for chat in shop.chats:
        if chat["发送方"] == "系统":
            continue
        buyer = chat["买家ID"].replace("KS", "tb")
        counts[buyer] = counts.get(buyer, 0) + 1
        asked = chat["发送方"] == "买家"
        rows.append(
            {
                "客户名": buyer,
                "消息序号": str(counts[buyer]),
                "发送时间": chat["发送时间"],
                "发送内容": chat["消息内容"],
                "发送账号": buyer if asked else f"{shop.spec.shop}:{chat['客服账号']}",
                "账号类型": {"买家": "客户", "客服": "客服", "机器人": "机器人"}[chat["发送方"]],
            }
        )
    replies = [row for row in rows if row["账号类型"] == "客服"]
    replies[len(replies) // 2]["发送内容"] = "详情页都写了,你自己去看吧,爱买不买"
    return rows
