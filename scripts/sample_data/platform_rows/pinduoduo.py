"""Pinduoduo: orders and after-sales."""

from sample_data import platform_headers as headers
from sample_data.platform_rows.cells import agreed, row, signed, yuan
from sample_data.spec import Row, Shop

PDD_STATUS = {
    "待付款": "待支付", "待发货": "待发货", "已发货": "已发货，待签收", "已收货": "已收货",
    "交易成功": "已收货",
}  # fmt: skip
PDD_AFTERSALE = {"": "无售后或售后取消", "售后处理中": "售后处理中", "退款成功": "退款成功"}


def pdd_number(number: str, created: str) -> str:
    """Pinduoduo's numbers begin with the day."""
    return f"{created[2:4]}{created[5:7]}{created[8:10]}-{number[-13:]}"


def orders(shop: Shop) -> list[Row]:
    received, rows = signed(shop), []
    for order in shop.orders:
        paid = bool(order["订单支付时间"])
        closed = "未发货退款成功" if paid else "已取消"
        rows.append(
            row(headers.PDD_ORDERS)
            | {
                "商品": order["商品名称"],
                "订单号": pdd_number(order["订单号"], order["订单创建时间"]),
                "订单状态": PDD_STATUS.get(order["订单状态"], closed),
                "商品总价(元)": yuan(order["实付款"], "3"),
                "邮费(元)": "0.00",
                "店铺优惠折扣(元)": "3.00",
                "平台优惠折扣(元)": "0.00",
                "多多支付立减金额(元)": "0.00",
                "用户实付金额(元)": order["实付款"],
                "商家实收金额(元)": order["实付款"],
                "商品数量(件)": order["成交数量"],
                "发货时间": order["发货时间"],
                "确认收货时间": received.get(order["订单号"], ""),
                "商品id": order["商品ID"],
                "商品规格": order["商品规格"],
                "样式ID": order["商品ID"][-9:] + order["SKU编码"][-1:],
                "商家编码-规格维度": order["SKU编码"],
                "售后状态": PDD_AFTERSALE[order["售后状态"]],
                # Pinduoduo protects waybills with a tab.
                "快递单号": order["快递单号"] and order["快递单号"] + "\t",
                "快递公司": order["快递公司"],
                "订单成交时间": order["订单支付时间"],
            }
        )
    return rows


def tickets(shop: Shop) -> list[Row]:
    return [
        row(headers.PDD_TICKETS)
        | {
            "售后编号": ticket["售后单号"],
            "订单编号": pdd_number(ticket["订单编号"], ticket["订单创建时间"]),
            "售后类型": ticket["售后类型"],
            "售后状态": {"售后成功": "退款成功", "售后关闭": "售后取消"}.get(
                ticket["售后状态"], "待商家处理"
            ),
            "申请时间": ticket["售后申请时间"],
            "同意退款时间": agreed(ticket),
            "售后完成时间": ticket["售后完结时间"],
            "退款金额(元)": ticket["退款金额"],
            "退款原因": ticket["售后原因"],
            "退货运单号": ticket["退货物流单号"],
        }
        for ticket in shop.tickets
    ]
