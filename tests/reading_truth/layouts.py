"""The headers of the exports, and which of their columns mean something (facts on the exports).

A layout is one text: the names of the header in their order, `name=canonical` where the column is
one that the product understands. This list is written by hand and knows nothing of the product's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kshop_audit.model.schema import TABLES, Kind


@dataclass(frozen=True)
class Layout:
    """One sort of export. `columns`: (header, canonical name or ""). `words`: canonical → label →
    code, where this platform's labels are others than the usual ones.
    """

    name: str
    kind: Kind
    columns: tuple[tuple[str, str], ...]
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the header."""
        return tuple(header for header, _ in self.columns)

    @property
    def names(self) -> tuple[str, ...]:
        """The canonical names that the file tells."""
        return tuple(name for _, name in self.columns if name)


KUAISHOU_ORDERS = """订单号=order_id 赠品订单号 活动订单编号 订单创建时间=created_at
    订单支付时间=paid_at 预售定金支付时间=deposit_paid_at 订单状态=status 实付款=paid_amount
    快递费=postage 店铺优惠 平台补贴 主播补贴 混资活动优惠 支付优惠 支付方式
    成交数量=quantity 买家留言 账号类型 账号明细 订单备注 旗帜颜色 售后状态=aftersale_state
    活动订单 预售/承诺发货时间=promised_ship_at 订单载体 {a} 商品名称 商品ID=product_id
    商品规格 SKU编码=sku_id 商品单价 渠道 CPS达人ID CPS达人昵称 预估推广佣金=commission
    预估推广者分佣比例 团长ID 团长昵称 快赚客ID 快赚客昵称 授权推广者ID 授权推广者昵称
    收货人姓名 收货人电话 收货地址-省=province 收货地址-市 收货地址-区 收货地址-街道
    收货地址=address 发货时间=shipped_at 快递公司=carrier 快递单号=tracking_no 物流信息
    集运类型 直邮类型 仓库名称 仓库地址 {b} 实名姓名 服务门店ID 服务门店名称 服务门店地址
    国补/类国补/消费券 {c}"""
KUAISHOU_TICKETS = """售后单号=ticket_id 订单编号=order_id 订单状态 订单创建时间 实付款
    快递费 商家实收金额 商品ID 商品名称 SKU编码 商品规格 买家ID=buyer_id 买家昵称
    售后类型=type 退款金额=refund_amount 售后状态=status 售后原因=reason 售后原因标签（二级）
    申请描述 {a}=applied_at 售后完结时间=finished_at 超时时间=deadline_at 是否ATOM处理
    退款方式 售后操作 客服仲裁=arbitration 发货快递单号(如为西北订单，仅展示一段物流信息)
    发货快递公司(如为西北订单，仅展示一段物流信息) 退货物流单号 退货物流公司 退货物流状态
    退货异常 商家退货地址 商家退货联系人姓名 商家退货联系人电话 换货物流单号 换货物流公司
    换货商品信息 操作人 旗帜颜色 插旗备注"""
SETTLEMENTS = """商家ID 订单号=order_id 商品ID 商品名称 商品数量 订单创建时间 订单实付(元)
    政府补贴 支付营销补贴 平台补贴 商家补贴(元) 达人补贴 达人补贴明细 合计收入(元)
    订单退款(元) 支付营销回退（元） 技术服务费(元) 预售增收技术服务费（元） 达人ID MCN机构ID
    达人佣金(元)=commission 团长id 团长佣金(元) 佣金模式 快赚客ID 快赚客佣金(元) 服务商ID
    服务商佣金(元) 分账基数 其他收费 其他收费明细 合计支出(元) 实际结算金额(元)=amount
    实际结算时间 结算规则 资金渠道 账户名称 结算商户号 备注 消费金信息 运费"""
DOUYIN_ORDERS = """主订单编号=order_id 子订单编号=sub_order_id 支付方式 选购商品 货号
    商品ID=product_id 商家编码=sku_id 商品数量=quantity 商品金额 订单提交时间=created_at
    支付完成时间=paid_at 订单完成时间=finished_at 承诺发货时间=promised_ship_at 预约发货时间
    买家留言 旗帜颜色 商家备注 APP渠道 订单状态=status 取消原因 售后状态=aftersale_state
    订单类型 发货时间=shipped_at 订单应付金额=paid_amount 运费=postage 优惠总金额 平台优惠
    商家优惠 达人优惠 商家改价 支付优惠 手续费 收件人 收件人手机号 省=province 市 区 街道
    详细地址=address 是否修改过地址 快递信息 达人ID 达人昵称 仓库ID 仓库名称 是否安心购
    流量来源 预计送达时间 建议发货时间（起） 建议发货时间（止）"""
DOUYIN_TICKETS = """售后单号=ticket_id 订单号=order_id 商品单号 商品名称 商品ID
    应付金额（元） 商品运费（元） 支付优惠（元） 商品税费（元） 商品发货状态 售后类型=type
    退商品金额（元）=refund_amount 退运费金额（元） 退支付优惠（元） 退税费金额（元）
    售后状态=status 售后申请时间=applied_at 退款方式 是否已上传退款凭证 售后原因=reason
    售后原因标签 退货物流单号 退货异常 退货发货时间 退货物流公司 自动处理截止时间=deadline_at
    同意售后申请时间=agreed_at 商家退款时间 用户到账时间 售后关闭时间 商家退货地址
    商家退货联系人姓名 商家退货联系人电话 仲裁状态=arbitration 纠纷责任方=liable_party
    是否极速退款 是否拒签后退款 发货物流单号 发货物流状态 换货物流单号 退货物流状态
    售后完结时间=finished_at 订单备注 用户售后说明 售后备注 操作人 协商记录 换货商品信息
    商家编码 门店名称"""
PDD_ORDERS = """商品 订单号=order_id 订单状态=status 商品总价(元) 邮费(元)=postage
    店铺优惠折扣(元) 平台优惠折扣(元) 多多支付立减金额(元) 用户实付金额(元)=paid_amount
    商家实收金额(元) 商品数量(件)=quantity 发货时间=shipped_at 确认收货时间=received_at
    商品id=product_id 商品规格 样式ID=sku_id 商家编码-规格维度 商家编码-商品维度 商家备注
    售后状态=aftersale_state 快递单号=tracking_no 快递公司=carrier 订单成交时间=created_at"""
TAOBAO_ORDERS = """订单编号=order_id 买家会员名=buyer_id 买家支付宝账号 支付单号 支付详情
    买家应付货款 买家应付邮费=postage 买家支付积分 总金额 返点积分
    买家实际支付金额=paid_amount 买家实际支付积分 订单状态=status 买家留言 收货人姓名
    收货地址=address 运送方式 联系电话 联系手机 订单创建时间=created_at 订单付款时间=paid_at
    宝贝标题 宝贝种类 物流单号=tracking_no 物流公司=carrier 订单备注 宝贝总数量=quantity
    店铺Id=shop_id 店铺名称 订单关闭原因 卖家服务费 发票抬头 分阶段订单信息 定金排名
    修改后的sku 修改后的收货地址 异常信息"""
TAOBAO_NEWER = """订单编号=order_id 买家会员名=buyer_id 买家实付金额=paid_amount
    订单状态=status 买家留言 收货人姓名 收货地址=address 买家下单时间=created_at
    买家付款时间=paid_at 宝贝标题 物流单号=tracking_no 物流公司=carrier 发货时间=shipped_at
    确认收货时间=received_at 宝贝总数量=quantity 是否主动赔付 主动赔付金额 确认收货打款金额"""
TAOBAO_LINES = """主订单编号=order_id 子订单编号=sub_order_id 标题 价格 购买数量=quantity
    外部系统编号 商品属性 商家编码=sku_id 退款状态=aftersale_state 退款金额"""
TAOBAO_REFUNDS = """订单编号=order_id 退款编号=ticket_id 支付宝交易号 订单付款时间 商家编码
    退款完结时间=finished_at 买家会员名称=buyer_id 买家实际支付金额 宝贝标题
    买家退款金额=refund_amount 手工退款/系统退款 是否需要退货=type 退款的申请时间=applied_at
    超时时间=deadline_at 退款状态=status 货物状态 退货物流信息 发货物流信息
    客服介入状态=arbitration 卖家真实姓名 卖家退货地址 卖家邮编 卖家电话 卖家手机
    退货物流单号 退货物流公司 买家退款原因=reason 买家退款说明 买家退货时间
    责任方=liable_party 售中或售后 商家备注 完结时间 部分退款/全部退款 审核操作人 举证超时
    是否零秒响应 退款操作人 主数据编码"""
JD_ORDERS = """订单号=order_id 商品ID=product_id 商品名称 订购数量=quantity 支付方式
    下单时间=created_at 京东价 订单金额 结算金额 余额支付 应付金额=paid_amount
    订单状态=status 订单类型 下单帐号=buyer_id 客户姓名 客户地址=address 联系电话 订单备注
    发票类型 发票抬头 发票内容 商家备注 商家备注等级（等级1-5为由高到低） 运费金额=postage
    付款确认时间=paid_at 增值税发票 货号=sku_id 订单完成时间=finished_at 订单来源 订单渠道
    送装服务 服务费 仓库id 仓库名称"""
JD_SETTLEMENTS = """订单编号=order_id 父单号 订单状态 订单下单时间 订单完成时间 售后服务单号
    售后退款时间 商品编号 商品名称 商品数量 扣点类型 佣金比例 费用名称 应结金额=amount 币种
    收支方向 结算状态"""
WECHAT_ORDERS = """订单号=order_id 订单下单时间=created_at 订单发货时间=shipped_at
    订单确认收货时间=received_at 订单状态=status 订单实际支付金额=paid_amount
    支付时间=paid_at 物流公司=carrier 快递单号=tracking_no 商品编码（平台）=product_id
    SKU编码(自定义)=sku_id 是否预售=is_presale 商品数量=quantity 商品发货
    商品售后=aftersale_state 商品已退款金额"""
ALIBABA_ORDERS = """订单号=order_id 下单时间=created_at 实付款=paid_amount 物流公司=carrier
    运单号=tracking_no 买家=buyer_id 收货地址=address 货品标题 规格 数量=quantity
    退款状态=aftersale_state 订单状态=status"""
ERP_ORDERS = """店铺ID=shop_id 订单编号=order_id 商品编号=product_id 规格编码=sku_id 商品标题
    数量=quantity 下单时间=created_at 付款时间=paid_at 发货时间=shipped_at 订单状态=status
    实付金额=paid_amount 邮费=postage 买家ID=buyer_id 省份=province 城市 详细地址=address
    物流公司=carrier 物流单号=tracking_no 买家备注 卖家备注"""
CHATS = """会话ID=session_id 消息ID=message_id 买家ID=buyer_id 客服账号=agent_account
    发送方=sender_role 发送时间=sent_at 消息类型=message_type 消息内容=content"""
QIANNIU = """客户名=buyer_id 消息序号=message_seq 发送时间=sent_at 发送内容=content
    发送账号=agent_account 账号类型=sender_role"""
SHIPMENTS = """订单编号=order_id 物流单号=tracking_no 快递公司=carrier 发货时间=shipped_at
    揽收时间=picked_up_at 签收时间=signed_at"""
NODES = """订单编号=order_id 物流单号=tracking_no 快递公司=carrier
    发货/揽收/末条中转/派件/待取件/签收时间=node_at 物流状态=node"""
WAYBILLS = """订单编号=order_id 运单号=tracking_no 物流公司=carrier 发货时间=shipped_at
    揽件时间=picked_up_at"""
RATINGS = "会话ID=session_id 客服账号=agent_account 评价=rating 评价时间=rated_at"
REVIEWS = """评价编号=review_id 订单编号=order_id 商品ID=product_id 评分=rating
    评价时间=reviewed_at 评价内容 商家回复 申诉状态=appeal"""
PRODUCTS = """商品ID=product_id 商品标题=title SKU编码=sku_id 规格 库存 价格=price 销量
    商品状态=status 类目=category 上架时间"""
DISPUTES = "售后单号=ticket_id 责任方=liable_party 判责说明"
VIOLATIONS = """违规单号=violation_id 订单号=order_id 违规类型=kind 通知时间=notified_at
    违规状态=status 扣分=points 学习积分=study_points 涉及订单数=quantity 是否媒体曝光=media
    重复违规=repeated 处理说明"""
EVIDENCE = """违规单号=violation_id 发票抬头=invoice_name 进货时间=purchased_at
    商品名称=product 售卖时间=sold_at 快递底单=express_receipt"""
STATISTICS = "日期=date 咨询消息数=messages 5分钟回复消息数=answered 备注"

_NEED = {"是": "return_refund", "否": "refund_only"}
_INTERVENED = {"未介入": "no", "客服已介入": "yes"}


def _layout(name: str, kind: Kind, text: str, **words: Mapping[str, str]) -> Layout:
    parts = (word.partition("=") for word in text.split())
    return Layout(name, kind, tuple((header, own) for header, _, own in parts), words)


def _canonical(kind: Kind) -> Layout:
    names = [name for name in TABLES[kind].names if name != "first_reason"]
    return Layout(f"canonical {kind}", kind, tuple((name, name) for name in names))


def _kuaishou_orders(name: str, a: str = "", b: str = "", c: str = "") -> Layout:
    return _layout(name, Kind.ORDERS, KUAISHOU_ORDERS.format(a=a, b=b, c=c))


LAYOUTS: tuple[Layout, ...] = (
    _kuaishou_orders("kuaishou orders 61"),
    _kuaishou_orders("kuaishou orders 62", b="发货类型"),
    _kuaishou_orders("kuaishou orders 64", "国补类型", "发货类型", "订单销售主体"),
    _layout("kuaishou tickets", Kind.TICKETS, KUAISHOU_TICKETS.format(a="售后申请时间")),
    _layout("kuaishou tickets 2022", Kind.TICKETS, KUAISHOU_TICKETS.format(a="申请时间")),
    _layout("kuaishou settlements", Kind.SETTLEMENTS, SETTLEMENTS),
    _layout("chats", Kind.CHATS, CHATS),
    _layout("qianniu chats", Kind.CHATS, QIANNIU),
    _layout("shipments", Kind.SHIPMENTS, SHIPMENTS),
    _layout("kuaishou nodes", Kind.SHIPMENTS, NODES),
    _layout("douyin waybills", Kind.SHIPMENTS, WAYBILLS),
    _layout("ratings", Kind.RATINGS, RATINGS),
    _layout("reviews", Kind.REVIEWS, REVIEWS),
    _layout("products", Kind.PRODUCTS, PRODUCTS),
    _layout("disputes", Kind.DISPUTES, DISPUTES),
    _layout("violations", Kind.VIOLATIONS, VIOLATIONS),
    _layout("evidence", Kind.EVIDENCE, EVIDENCE),
    _layout("statistics", Kind.SERVICE_STATS, STATISTICS),
    _layout("douyin orders", Kind.ORDERS, DOUYIN_ORDERS),
    _layout("douyin tickets", Kind.TICKETS, DOUYIN_TICKETS),
    _layout("pinduoduo orders", Kind.ORDERS, PDD_ORDERS),
    _layout("taobao orders", Kind.ORDERS, TAOBAO_ORDERS),
    _layout("taobao orders, newer", Kind.ORDERS, TAOBAO_NEWER),
    _layout("tmall lines", Kind.ORDERS, TAOBAO_LINES),
    _layout("tmall refunds", Kind.TICKETS, TAOBAO_REFUNDS, type=_NEED, arbitration=_INTERVENED),
    _layout("jd orders", Kind.ORDERS, JD_ORDERS),
    _layout("jd settlements", Kind.SETTLEMENTS, JD_SETTLEMENTS),
    _layout("wechat orders", Kind.ORDERS, WECHAT_ORDERS),
    _layout("1688 orders", Kind.ORDERS, ALIBABA_ORDERS),
    _layout("erp orders", Kind.ORDERS, ERP_ORDERS),
    *(_canonical(kind) for kind in Kind),
)
