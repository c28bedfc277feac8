"""Signs of selling without stock in the shipments: a risk that is reported, never a verdict."""

from __future__ import annotations

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.sourcing import sourcing, sourcing_signs
from kshop_audit.model.metadata import Text
from kshop_audit.model.settings import Terms
from kshop_audit.rules.kit import by_day
from kshop_audit.rules.kit.evidence import EvidenceColumns, Findings
from kshop_audit.rules.kit.rule import rule
from kshop_audit.rules.kit.shapes import Ratio, Shape

FAMILY = "violations"
RULE = "no-source-risk"


@rule(
    RULE,
    family=FAMILY,
    title=Text(zh="无货源迹象（仅提示）", en="Signs of selling without stock (risk only)"),
    fix=Text(
        zh=(
            "自查：有现货或授权的，保留进货发票、授权书和发货底单以备申诉；"
            "确属代发的，尽快换成有授权的货源，由自己的仓库发货并及时上传单号。"
        ),
        en=(
            "Check yourself: with stock or authority, keep invoices, authorisations and receipts "
            "at hand; if others ship for you, get an authorised source and upload numbers at once."
        ),
    ),
    no_days=by_day.OTHER_ROWS,
    unit=Text(zh="单有无货源迹象", en="orders with a sign of it"),
    needs=("orders.order_id", "orders.shipped_at|shipments.shipped_at"),
)
def no_source_risk(facts: Facts, terms: Terms) -> Shape:
    """Orders whose shipment looks as if another seller had sent the goods; a risk, no verdict.

    发货情况像是由别家代发的订单数；只是风险提示，不是判定。

    Why it matters:
        Selling what one has neither in stock nor by authority is punished by the number of orders
        (S2-04 to S2-11). The criteria are not published; who sees the signs first can put things
        in order.

        无现货又无授权按涉事单数处罚（S2-04 至 S2-11）；平台没有公布认定方法，自己先看到迹象才来得
        及整改。

    How it is counted:
        Orders with at least one sign / shipped orders: picked up hours before the number was
        uploaded; signed soon after the upload; picked up before payment; number used for another
        address or shop; a product comes with a courier that no other one does. All ASSUMPTION.

        至少有一种迹象的单 ÷ 已发货的单：揽收数小时后才上传单号；上传后很快签收；付款前已揽收；单号
        用于其他地址或店铺；某商品只用一家店里别的商品几乎不用的快递。界限均为假设。

    Not counted:
        Orders that were not shipped. Uploads in one batch, long times before shipping, several
        couriers and many products with few orders are no signs: honest shops show them as well.

        未发货的单。批量上传、发货慢、多家快递、品多量少不算迹象：正常店铺也会这样。

    Example:
        Picked up 08:00, number uploaded 15:00: a sign. Uploaded 09:00: none.

        8:00 揽收、15:00 才上传单号：一种迹象；9:00 上传则不算。

    Why our number may differ:
        The platform looks at goods, sender and complaints, of which no export tells. A shop with
        two warehouses or a late upload shows signs as well.

        平台看的是商品、寄件人和投诉，导出表里没有；多仓发货、晚传单号也会有这些迹象。
    """
    asked = (RULE, terms.number("waybill-integrity", "combined_days"))
    signed = pl.col("why").is_not_null()
    return Ratio(
        unit=facts(sourcing, *asked),
        at="shipped_at",
        hit=signed,
        offence=True,
        evidence=EvidenceColumns(
            ids=("order_id", "tracking_no"), actual=pl.col("picked_up_at"), why=pl.col("why")
        ),
        findings=Findings({}, order=("pattern",), beside=facts(sourcing_signs, *asked)),
    )
