"""What a figure means where a column that a rule can do without is not in the files.

An optional column that is absent is empty, and the report says so beside the figure. A sentence
each; the rules name the columns.
"""

from kshop_audit.model.metadata import Text

NO_MESSAGE_TYPE = Text(
    zh="聊天文件没有消息类型：卡片和系统通知也当作消息。",
    en="The chats have no message type: cards and notices count as messages.",
)
NO_SESSION = Text(
    zh="聊天文件没有会话ID：同一买家的消息算一个会话。",
    en="The chats have no session id: all messages of a buyer are one conversation.",
)
NO_AGENT = Text(
    zh="聊天文件没有客服账号：消息无法归属到客服。",
    en="The chats have no agent account: no message can be given to an agent.",
)
NO_LIST_TIME = Text(
    zh="聊天文件没有进入“接待中”的时间：客服与店铺同一起点计时。",
    en="The chats do not tell when a session entered the agent's list: the agent's clock is the "
    "shop's.",
)
NO_PRESALE = Text(
    zh="订单文件没有预售标记和定金时间：全部按非预售单计。",
    en="The orders have neither a presale mark nor a deposit time: all count as spot orders.",
)
NO_AFTERSALE_STATE = Text(
    zh="订单文件没有售后状态：发货前退款成功但未关闭的订单没有剔除。",
    en="The orders have no after-sales state: orders refunded before shipping and not closed are "
    "still counted.",
)
NO_PROMISE = Text(
    zh="订单文件没有承诺发货时间，全部按支付后 48 小时判断。",
    en="The order file has no promised time; 48 hours after payment was used for every order.",
)
NO_APPLICATIONS = Text(
    zh="没有售后申请时间：揽收前申请退款的订单没有剔除。",
    en="No times of refund applications: orders with a refund before the pickup are still counted.",
)
NO_WAYBILL = Text(
    zh="没有运单号：K2、K4、K6 和“没有单号”没有检查。",
    en="No waybill numbers: K2, K4, K6 and “no waybill” were not checked.",
)
NO_ADDRESS = Text(
    zh="订单文件没有收货地址：K2（一个单号多个地址）没有检查。",
    en="The orders have no address: K2 (one waybill, several addresses) was not checked.",
)
NO_SHOP = Text(
    zh="订单文件没有店铺ID：K4（单号被其他店铺使用）没有检查。",
    en="The orders have no shop id: K4 (a waybill used by another shop) was not checked.",
)
NO_PICKUP_FOR_K3 = Text(
    zh="没有揽收时间：K3（揽收早于付款）没有检查。",
    en="No pickup times: K3 (picked up before payment) was not checked.",
)
NO_HISTORY = Text(
    zh="导出文件只有当前售后原因，没有首次原因：买家改过原因的单子无法核实（S3-08）。",
    en="The export holds the current reason only, not the first one: tickets whose reason was "
    "changed later cannot be verified (S3-08).",
)
NO_APPEAL = Text(
    zh="评价文件没有申诉状态：申诉成功的评价没有剔除。",
    en="The reviews have no state of appeals: reviews appealed with success are still counted.",
)
NO_AGREEMENT = Text(
    zh="售后文件没有同意时间：按完结时间算。",
    en="The tickets have no time of agreement: the time of completion stands in for it.",
)
NO_ARBITRATION = Text(
    zh="售后文件没有平台介入列：介入的单没有剔除。",
    en="The tickets do not tell where the platform stepped in: such tickets are still counted.",
)
NO_LIABILITY = Text(
    zh="没有判责结果：平台介入过的完结单都可能是商责，只有上下限。",
    en="Nothing tells who was at fault: every completed ticket that the platform stepped into may "
    "be; only the bounds are known.",
)
NO_PICKUP_FOR_LIMIT = Text(
    zh="没有揽收时间：仅退款一律按未揽收的时限算。",
    en="No pickup times: every refund-only ticket has the limit of goods not picked up.",
)
NO_REASON_FOR_B = Text(
    zh="售后文件没有驳回原因：情形 B 没有检查。",
    en="The tickets have no reject reason: pattern B was not checked.",
)
NO_POSTAGE_FOR_B = Text(
    zh="订单文件没有快递费：情形 B 没有检查。",
    en="The orders have no postage: pattern B was not checked.",
)
NO_STUDY_POINTS = Text(
    zh="违规文件没有学规减分：按 0 分计。",
    en="The violations have no study points: none were deducted.",
)
NO_VIOLATION_STATUS = Text(
    zh="违规文件没有状态：全部当作未处理。",
    en="The violations have no status: all of them are taken as open.",
)
NO_COMMISSION = Text(
    zh="没有推广佣金：每单都按实付款的 5% 算。",
    en="No commissions: every order is charged 5 % of the amount paid.",
)
