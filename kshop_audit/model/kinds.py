"""What the kinds of file are called, and where an operator gets each of them.

The ways to get one are half sentences that follow what is missing.
"""

from __future__ import annotations

from kshop_audit.model.metadata import Text
from kshop_audit.model.schema import Kind

_NAMES = {
    Kind.ORDERS: ("订单", "orders"),
    Kind.CHATS: ("聊天", "chats"),
    Kind.TICKETS: ("售后", "after-sales"),
    Kind.DISPUTES: ("纠纷判责", "judgements"),
    Kind.SHIPMENTS: ("物流", "logistics"),
    Kind.RATINGS: ("客服评价", "ratings"),
    Kind.REVIEWS: ("商品评价", "reviews"),
    Kind.PRODUCTS: ("商品", "products"),
    Kind.VIOLATIONS: ("违规", "violations"),
    Kind.EVIDENCE: ("申诉凭证", "appeal evidence"),
    Kind.SETTLEMENTS: ("结算", "settlements"),
    Kind.SERVICE_STATS: ("客服每日数据", "daily service figures"),
    Kind.SERVICE_ASSESSMENT: ("客服考核数据", "service assessment"),
}
KIND_NAMES = {kind: Text(zh=zh, en=en) for kind, (zh, en) in _NAMES.items()}

SUPPLIERS = {
    Kind.ORDERS: Text(
        zh="请在商家后台导出（订单管理 → 订单查询 → 批量导出）",
        en="export it: back office → orders → order query → batch export",
    ),
    Kind.CHATS: Text(
        zh="请提供聊天记录（第三方客服工具导出，或用 [declared] 填后台客服数据）",
        en="supply a chat log (from a customer-service tool), or declare the back office's figure",
    ),
    Kind.TICKETS: Text(
        zh="请在商家后台导出（售后管理 → 售后单导出）",
        en="export it: back office → after-sales → export tickets",
    ),
    Kind.DISPUTES: Text(
        zh="请自备判责文件（售后单号、责任方）",
        en="keep a file of judgements (ticket, liable party)",
    ),
    Kind.SHIPMENTS: Text(
        zh="请在商家后台导出（物流 → 发货/揽收记录）",
        en="export it: back office → logistics → shipping and pickup records",
    ),
    Kind.RATINGS: Text(
        zh="请提供客服评价文件（会话ID、评价、评价时间）",
        en="supply customer-service ratings (session, rating, time)",
    ),
    Kind.REVIEWS: Text(
        zh="请提供商品评价文件（评价编号、评分、评价时间）",
        en="supply product reviews (review, rating, time)",
    ),
    Kind.PRODUCTS: Text(zh="请提供商品文件（商品ID、商品状态）", en="supply a product list"),
    Kind.VIOLATIONS: Text(
        zh="请提供违规单文件（违规单号、类型、通知时间、状态、扣分）",
        en="supply a file of violation tickets (id, kind, time, status, points)",
    ),
    Kind.EVIDENCE: Text(zh="请提供申诉凭证文件", en="supply a file of appeal evidence"),
    Kind.SETTLEMENTS: Text(
        zh="请在商家后台导出（资金 → 结算账单）", en="export it: funds → settlements"
    ),
    Kind.SERVICE_STATS: Text(
        zh="请提供后台客服数据（日期、咨询消息数、5分钟内回复数）",
        en="supply the back office's daily service figures",
    ),
    Kind.SERVICE_ASSESSMENT: Text(
        zh="请在客服工作台导出（数据 → 考核 → 导出数据），文件名写明起止日期",
        en="export it: service desk → data → assessment → export; put its first and last day into "
        "the name of the file",
    ),
}


def column_supplier(kind: Kind) -> Text:
    """What to do about a column that a file of this kind lacks."""
    own = SUPPLIERS[kind]
    return Text(
        zh=f"{own.zh}，没有这一列就在 shop.toml 的 [declared] 填后台看到的数",
        en=f"{own.en}; where it has no such column, declare the figure in [declared] of shop.toml",
    )
