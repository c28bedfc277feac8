"""Douyin: orders, after-sales, waybills, and chats as a tool for 飞鸽 saves them."""

from sample_data import platform_headers as headers
from sample_data.platform_rows.cells import CANCELLED, agreed, row, signed
from sample_data.spec import Row, Shop

DOUYIN_STATUS = {
    "待付款": "待支付", "待发货": "备货中", "已发货": "已发货", "已收货": "已完成",
    "交易成功": "已完成", CANCELLED: "已关闭",
}  # fmt: skip


def orders(shop: Shop) -> list[Row]:
    received = signed(shop)
    return [
        row(headers.DOUYIN_ORDERS)
        | {
            # Douyin protects ids with a tab.
            "主订单编号": order["订单号"] + "\t",
            "子订单编号": order["订单号"] + "A\t",
            "支付方式": order["支付方式"],
            "选购商品": order["商品名称"],
            "商品ID": order["商品ID"] + "\t",
            "商家编码": order["SKU编码"],
            "商品数量": order["成交数量"],
            "商品金额": order["商品单价"],
            "订单提交时间": order["订单创建时间"],
            "支付完成时间": order["订单支付时间"],
            "订单完成时间": received.get(order["订单号"], ""),
            "承诺发货时间": order["预售/承诺发货时间"],
            "订单状态": DOUYIN_STATUS[order["订单状态"]],
            "售后状态": order["售后状态"].replace("售后处理中", "待商家处理") or "-",
            "订单类型": "普通订单",
            "发货时间": order["发货时间"],
            "订单应付金额": order["实付款"],
            "运费": "0.00",
            "收件人": order["收货人姓名"],
            "收件人手机号": order["收货人电话"],
            "省": order["收货地址-省"],
            "市": order["收货地址-市"],
            "区": order["收货地址-区"],
            "街道": order["收货地址-街道"],
            "详细地址": "****",
            "达人ID": "0",
        }
        for order in shop.orders
    ]


def tickets(shop: Shop) -> list[Row]:
    return [
        row(headers.DOUYIN_TICKETS)
        | {
            "售后单号": ticket["售后单号"] + "\t",
            "订单号": ticket["订单编号"] + "\t",
            "商品单号": ticket["订单编号"] + "A\t",
            "商品名称": ticket["商品名称"],
            "商品ID": ticket["商品ID"] + "\t",
            "应付金额（元）": ticket["实付款"],
            "售后类型": ticket["售后类型"],
            "退商品金额（元）": ticket["退款金额"],
            "售后状态": {"售后成功": "同意退款，退款成功", "售后关闭": "售后关闭"}.get(
                ticket["售后状态"], "待商家处理"
            ),
            "售后申请时间": ticket["售后申请时间"],
            "售后原因": ticket["售后原因"],
            "退货物流单号": ticket["退货物流单号"],
            "退货物流公司": ticket["退货物流公司"],
            "同意售后申请时间": agreed(ticket),
            "售后完结时间": ticket["售后完结时间"],
            "操作人": ticket["操作人"],
        }
        for ticket in shop.tickets
    ]


def waybills(shop: Shop) -> list[Row]:
    """The waybill table; the first parcel carries two orders, joined in one cell."""
    rows = [
        {
            "订单编号": row["订单编号"],
            "运单号": row["快递单号"],
            "快递公司": row["快递公司"],
            "发货时间": row["发货时间"].replace("-", "/"),
            "揽件时间": row["揽收时间"].replace("-", "/"),
        }
        for row in shop.shipments
    ]
    first, second, *others = rows
    return [first | {"订单编号": f"{first['订单编号']},{second['订单编号']}"}, *others]


def chats(shop: Shop) -> list[Row]:
    roles = {"买家": "用户", "客服": "人工客服", "机器人": "智能客服", "系统": "系统"}
    return [
        {
            "会话ID": chat["会话ID"],
            "消息ID": chat["消息ID"],
            "用户ID": chat["买家ID"].replace("KS", "DY"),
            "客服账号": chat["客服账号"],
            "账号类型": roles[chat["发送方"]],
            "发送时间": chat["发送时间"],
            "消息类型": chat["消息类型"],
            "消息内容": chat["消息内容"],
        }
        for chat in shop.chats
    ]
