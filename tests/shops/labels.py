"""Kuaishou's headers and labels as its back office prints them (facts on the exports).

Order and after-sales headers are complete; chats, ratings and judgements use accepted aliases,
for no genuine header of theirs is public.
"""

from __future__ import annotations

ORDER_TITLES = """订单号 赠品订单号 活动订单编号 订单创建时间 订单支付时间 预售定金支付时间
    订单状态 实付款 快递费 店铺优惠 平台补贴 主播补贴 混资活动优惠 支付优惠 支付方式 成交数量
    买家留言 账号类型 账号明细 订单备注 旗帜颜色 售后状态 活动订单 预售/承诺发货时间 订单载体
    国补类型 商品名称 商品ID 商品规格 SKU编码 商品单价 渠道 CPS达人ID CPS达人昵称 预估推广佣金
    预估推广者分佣比例 团长ID 团长昵称 快赚客ID 快赚客昵称 授权推广者ID 授权推广者昵称
    收货人姓名 收货人电话 收货地址-省 收货地址-市 收货地址-区 收货地址-街道 收货地址 发货时间
    快递公司 快递单号 物流信息 集运类型 直邮类型 仓库名称 仓库地址 发货类型 实名姓名 服务门店ID
    服务门店名称 服务门店地址 国补/类国补/消费券 订单销售主体"""
AFTERSALES_TITLES = """售后单号 订单编号 订单状态 订单创建时间 实付款 快递费 商家实收金额 商品ID
    商品名称 SKU编码 商品规格 买家ID 买家昵称 售后类型 退款金额 售后状态 售后原因
    售后原因标签（二级） 申请描述 售后申请时间 售后完结时间 超时时间 是否ATOM处理 退款方式
    售后操作 客服仲裁 发货快递单号(如为西北订单，仅展示一段物流信息)
    发货快递公司(如为西北订单，仅展示一段物流信息) 退货物流单号 退货物流公司 退货物流状态
    退货异常 商家退货地址 商家退货联系人姓名 商家退货联系人电话 换货物流单号 换货物流公司
    换货商品信息 操作人 旗帜颜色 插旗备注"""
ORDER_HEADER = tuple(ORDER_TITLES.split())
AFTERSALES_HEADER = tuple(AFTERSALES_TITLES.split())
LOGISTICS_HEADER = ("订单编号", "物流单号", "快递公司", "发货时间", "揽收时间", "签收时间")

HEADERS: dict[str, dict[str, str]] = {
    "orders": {
        "order_id": "订单号",
        "status": "订单状态",
        "aftersale_state": "售后状态",
        "created_at": "订单创建时间",
        "paid_at": "订单支付时间",
        "deposit_paid_at": "预售定金支付时间",
        "promised_ship_at": "预售/承诺发货时间",
        "shipped_at": "发货时间",
        "carrier": "快递公司",
        "tracking_no": "快递单号",
        "paid_amount": "实付款",
        "postage": "快递费",
        "commission": "预估推广佣金",
        "product_id": "商品ID",
        "quantity": "成交数量",
        "province": "收货地址-省",
        "address": "收货地址",
    },
    "tickets": {
        "ticket_id": "售后单号",
        "order_id": "订单编号",
        "buyer_id": "买家ID",
        "type": "售后类型",
        "status": "售后状态",
        "reason": "售后原因",
        "applied_at": "售后申请时间",
        "finished_at": "售后完结时间",
        "deadline_at": "超时时间",
        "arbitration": "客服仲裁",
        "refund_amount": "退款金额",
    },
    "shipments": {
        "order_id": "订单编号",
        "tracking_no": "物流单号",
        "carrier": "快递公司",
        "shipped_at": "发货时间",
        "picked_up_at": "揽收时间",
        "signed_at": "签收时间",
    },
    "chats": {
        "session_id": "会话ID",
        "message_id": "消息ID",
        "message_seq": "消息序号",
        "buyer_id": "买家ID",
        "agent_account": "客服账号",
        "sender_role": "发送方",
        "sent_at": "发送时间",
        "message_type": "消息类型",
        "content": "消息内容",
    },
    "ratings": {
        "session_id": "会话ID",
        "agent_account": "客服账号",
        "rating": "满意度",
        "rated_at": "评价时间",
    },
    "disputes": {"ticket_id": "售后单号", "liable_party": "责任方"},
}

LABELS: dict[tuple[str, str], dict[str, str]] = {
    ("orders", "status"): {
        "pending_payment": "待付款",
        "paid": "待发货",
        "shipped": "已发货",
        "received": "已收货",
        "completed": "交易成功",
        "closed": "交易关闭",
    },
    ("orders", "aftersale_state"): {"none": "", "open": "售后处理中", "refunded": "退款成功"},
    ("tickets", "type"): {
        "refund_only": "仅退款",
        "return_refund": "退货退款",
        "exchange": "换货",
        "resend": "补寄",
        "repair": "维修",
    },
    ("tickets", "status"): {
        "open": "买家已经申请退款，等待卖家同意",
        "rejected": "卖家已拒绝，等待买家处理",
        "disputed": "协商纠纷，等待平台处理",
        "awaiting_return": "卖家已经同意退款，等待买家退货",
        "awaiting_receipt": "买家已经退货，等待卖家确认收货",
        "refunding": "卖家已经同意退款，等待系统执行退款",
        "succeeded": "售后成功",
        "closed": "售后关闭",
    },
    ("chats", "sender_role"): {
        "buyer": "买家",
        "agent": "客服",
        "robot": "机器人",
        "system": "系统",
        "visitor": "游客",
    },
    ("chats", "message_type"): {
        "text": "文本",
        "image": "图片",
        "card": "商品卡片",
        "order": "订单卡片",
        "system": "系统消息",
        "recalled": "撤回",
    },
    ("ratings", "rating"): {
        "satisfied": "满意",
        "neutral": "一般",
        "dissatisfied": "失望",
        "unknown": "未知",
    },
    ("disputes", "liable_party"): {
        "merchant": "商家",
        "both": "双方",
        "buyer": "买家",
        "platform": "平台",
    },
}
# "nobody" is printed as an empty cell, which means the same: not at fault.
LIABLE_TWINS: dict[str, str | None] = {"none": None}
