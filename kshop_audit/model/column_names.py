"""What the canonical columns are called in Chinese: the header that an operator knows."""

from __future__ import annotations

from collections.abc import Sequence

from kshop_audit.model.kinds import KIND_NAMES
from kshop_audit.model.metadata import Text
from kshop_audit.model.schema import Kind

_ZH = {
    Kind.ORDERS: {
        "order_id": "订单号",
        "sub_order_id": "子订单编号",
        "shop_id": "店铺ID",
        "tracking_no": "快递单号",
        "product_id": "商品ID",
        "sku_id": "SKU编码",
        "buyer_id": "买家ID",
        "status": "订单状态",
        "aftersale_state": "售后状态",
        "created_at": "订单创建时间",
        "paid_at": "订单支付时间",
        "deposit_paid_at": "定金支付时间",
        "promised_ship_at": "承诺发货时间",
        "shipped_at": "发货时间",
        "picked_up_at": "揽收时间",
        "received_at": "确认收货时间",
        "finished_at": "订单完成时间",
        "updated_at": "更新时间",
        "is_presale": "是否预售",
        "force_majeure": "不可抗力",
        "paid_amount": "实付款",
        "postage": "快递费",
        "commission": "预估推广佣金",
        "quantity": "成交数量",
        "carrier": "快递公司",
        "province": "省份",
        "address": "收货地址",
    },
    Kind.CHATS: {
        "session_id": "会话ID",
        "message_id": "消息ID",
        "buyer_id": "买家ID",
        "agent_account": "客服账号",
        "message_seq": "消息序号",
        "sender_role": "发送方",
        "message_type": "消息类型",
        "sent_at": "发送时间",
        "served_at": "接入时间",
        "content": "消息内容",
    },
    Kind.TICKETS: {
        "ticket_id": "售后单号",
        "order_id": "订单号",
        "buyer_id": "买家ID",
        "type": "售后类型",
        "status": "售后状态",
        "liable_party": "责任方",
        "arbitration": "客服仲裁",
        "first_reason": "首次售后原因",
        "reason": "售后原因",
        "reject_reason": "拒绝原因",
        "applied_at": "售后申请时间",
        "agreed_at": "同意时间",
        "return_signed_at": "退货签收时间",
        "finished_at": "售后完结时间",
        "deadline_at": "超时时间",
        "updated_at": "更新时间",
        "rejected": "是否拒绝",
        "refund_amount": "退款金额",
    },
    Kind.DISPUTES: {
        "ticket_id": "售后单号",
        "liable_party": "责任方",
        "updated_at": "判责时间",
    },
    Kind.SHIPMENTS: {
        "order_id": "订单号",
        "tracking_no": "快递单号",
        "carrier": "快递公司",
        "node": "物流节点",
        "shipped_at": "发货时间",
        "picked_up_at": "揽收时间",
        "signed_at": "签收时间",
        "node_at": "物流节点时间",
    },
    Kind.RATINGS: {
        "session_id": "会话ID",
        "agent_account": "客服账号",
        "rating": "满意度",
        "rated_at": "评价时间",
    },
    Kind.REVIEWS: {
        "review_id": "评价编号",
        "order_id": "订单号",
        "product_id": "商品ID",
        "rating": "评分",
        "reviewed_at": "评价时间",
        "appeal": "申诉状态",
    },
    Kind.PRODUCTS: {
        "product_id": "商品ID",
        "sku_id": "SKU编码",
        "status": "商品状态",
        "title": "商品标题",
        "category": "类目",
        "price": "价格",
        "sku_price": "SKU价格",
        "postage": "运费",
    },
    Kind.VIOLATIONS: {
        "violation_id": "违规单号",
        "order_id": "订单号",
        "kind": "违规类型",
        "notified_at": "通知时间",
        "deadline_at": "申诉截止时间",
        "status": "违规状态",
        "points": "扣分",
        "study_points": "学习积分",
        "quantity": "涉及订单数",
        "media": "媒体曝光",
        "repeated": "多次违规",
    },
    Kind.EVIDENCE: {
        "violation_id": "违规单号",
        "invoice_name": "发票抬头",
        "product": "商品名称",
        "express_receipt": "快递底单",
        "purchased_at": "进货时间",
        "sold_at": "售卖时间",
    },
    Kind.SETTLEMENTS: {
        "settlement_id": "结算单号",
        "order_id": "订单号",
        "paid_at": "订单支付时间",
        "amount": "实际结算金额（元）",
        "commission": "达人佣金（元）",
    },
    Kind.SERVICE_STATS: {
        "date": "日期",
        "agent": "客服",
        "shift": "班次",
        "messages": "咨询消息数",
        "answered": "5分钟回复消息数",
    },
    Kind.SERVICE_ASSESSMENT: {
        "since": "开始日期",
        "until": "结束日期",
        "scope": "统计对象",
        "agent": "客服",
        "reply_3m_users": "三分钟回复率（人维度）",
        "reply_3m_sessions": "三分钟回复率（会话）",
        "no_service": "不服务率",
        "good_users": "好评率（人维度）",
        "good_sessions": "好评率（会话）",
        "bad_users": "差评率（人维度）",
        "bad_sessions": "差评率（会话）",
        "im_bad_users": "IM不满意率（人维度）",
        "consult_users": "咨询人数",
        "consult_times": "咨询人次",
        "human_sessions": "人工会话量",
        "reply_seconds": "人工平均回复时长",
    },
}


def column_name(kind: Kind, column: str) -> Text:
    """A column as a person would look for it in a file: in English by its canonical name, which
    stands in `_ZH` for every column of every kind. What is no canonical column stands as it is.
    """
    return Text(zh=_ZH[kind].get(column, column), en=column)


def columns_named(needs: Sequence[str]) -> Text:
    """The columns of some needs ("kind.column", alternatives joined by "|") in words, those of one
    file together.
    """
    alone: dict[Kind, list[Text]] = {}
    either = []
    for need in needs:
        if "|" in need:
            either.append(_either(need))
        else:
            kind, column = need.split(".", 1)
            alone.setdefault(Kind(kind), []).append(column_name(Kind(kind), column))
    said = [_of(kind, names) for kind, names in alone.items()] + either
    return Text(zh="、".join(one.zh for one in said), en=", ".join(one.en for one in said))


def _of(kind: Kind, names: Sequence[Text]) -> Text:
    return Text(
        zh=f"{KIND_NAMES[kind].zh}文件的{''.join(f'“{name.zh}”' for name in names)}",
        en=f"{', '.join(name.en for name in names)} of the {KIND_NAMES[kind].en} file",
    )


def _either(need: str) -> Text:
    """Columns of which one is enough, those of one file together."""
    kinds: dict[Kind, list[Text]] = {}
    for choice in need.split("|"):
        kind, column = choice.split(".", 1)
        kinds.setdefault(Kind(kind), []).append(column_name(Kind(kind), column))
    zh, en = [], []
    for kind, names in kinds.items():
        zh.append(f"{KIND_NAMES[kind].zh}文件的{'或'.join(f'“{name.zh}”' for name in names)}")
        listed = " or ".join(name.en for name in names)
        en.append(f"{listed} of the {KIND_NAMES[kind].en} file")
    return Text(zh="或".join(zh), en=" or ".join(en))
