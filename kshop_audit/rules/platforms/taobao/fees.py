"""What the platform takes: published as a range, so given as a range."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.fees import monthly_share_range
from kshop_audit.model.metadata import Text, ValueUnit
from kshop_audit.model.report import Finding
from kshop_audit.model.settings import Terms
from kshop_audit.rules.kit.evidence import Findings
from kshop_audit.rules.kit.rule import Conclusion, Measured, rule
from kshop_audit.rules.kit.shapes import Gap, Shape, Tally

RULE = "tb-fees"

ESTIMATE = Text(
    zh="本工具估算：费率按类目在 3%–5% 之间，以后台账单为准；个人店铺一般不收技术服务费。",
    en="An estimate: the rate lies between 3 % and 5 % by category, the bill in the back office "
    "stands; private shops usually pay no technical service fee.",
)


def _yuan(fen: int) -> str:
    return str(Decimal(fen) / 100)


def _range(measured: Measured, terms: Terms) -> Conclusion:
    low = sum(int(row["low_fen"] or 0) for row in measured.findings)
    high = sum(int(row["high_fen"] or 0) for row in measured.findings)
    unpriced = sum(int(row["unpriced"] or 0) for row in measured.findings)
    months: list[Finding] = [
        {
            "month": row["month"],
            "low": _yuan(int(row["low_fen"] or 0)),
            "high": _yuan(int(row["high_fen"] or 0)),
        }
        for row in measured.findings
    ]
    deposit: Finding = {
        "fact": "deposit",
        "low": str(terms.option(RULE, "deposit_least_yuan")),
        "high": str(terms.option(RULE, "deposit_most_yuan")),
    }
    # The text names an annual fee and no amount (S4-03).
    annual: Finding = {"fact": "annual_fee", "reason": "not_published"}
    lacking = Text(
        zh=f"{unpriced} 单没有金额，没有算进去。",
        en=f"{unpriced} orders have no amount and are not in it.",
    )
    return Conclusion(
        bounds=(Fraction(low, 100), Fraction(high, 100)),
        findings=(*months, deposit, annual),
        notes=(ESTIMATE, *((lacking,) if unpriced else ())),
    )


@rule(
    RULE,
    family="money",
    value_unit=ValueUnit.MONEY,
    title=Text(
        zh="平台费用区间（淘宝企业店）", en="Range of platform fees (Taobao enterprise shops)"
    ),
    fix=Text(
        zh="在后台查本类目的费率和保证金，对照账单；定价时按上限预留。",
        en="Look up the category's rate and deposit in the back office, check the bill, and price "
        "with the upper end.",
    ),
    unit=Text(zh="单计费", en="orders charged"),
    needs=("orders.paid_at", "orders.paid_amount"),
    conclude=_range,
)
def tb_fees(facts: Facts, terms: Terms) -> Shape:
    """The least and the most technical service fee for the paid orders: 3 % to 5 % of them.

    已付款订单的技术服务费区间：按金额的 3% 至 5% 估算。

    Why it matters:
        Enterprise shops pay a share of the Alipay amount of their orders, usually 3 % to 5 %
        (S4-02), and an annual fee (S4-03); shops keep a deposit of 1,000 to 5,000 yuan (S4-01).

        企业店铺按支付宝内订单金额缴技术服务费，一般 3%–5%（S4-02），另有年费（S4-03）；保证金一般
        1000–5000 元（S4-01）。

    How it is counted:
        Amount paid × 3 % and × 5 %, each rounded half up to 0.01 yuan per order (ASSUMPTION), then
        summed by month of payment. No single rate is published, so there is no single figure.

        实付额 × 3% 与 × 5%，每单四舍五入到分（假设），按付款月份合计。没有统一费率，所以只给区间。

    Not counted:
        Unpaid and closed orders, and orders without an amount. Of the annual fee no amount is
        published: it is named, not added.

        未付款和已关闭的订单、没有金额的订单。年费没有公布金额，只列出、不计入。

    Example:
        100.00 and 33.33 yuan: 3.00 + 1.00 = 4.00 at least, 5.00 + 1.67 = 6.67 at most.

        100.00 元和 33.33 元两单：最少 3.00 + 1.00 = 4.00 元，最多 5.00 + 1.67 = 6.67 元。

    Why our number may differ:
        The rate is that of your category, refunds after completion may give fees back, and
        postage may or may not be charged; none of it is in the export.

        实际费率看类目；完成后退款可能退费，运费是否计费也看规则，导出里都没有。
    """
    months = facts(
        monthly_share_range,
        Fraction(str(terms.option(RULE, "least_share"))),
        Fraction(str(terms.option(RULE, "most_share"))),
    )
    columns = ("month", "low_fen", "high_fen", "unpriced")
    return Tally(
        unit=months,
        amount=pl.col("low_fen"),
        weight=pl.col("orders"),
        gaps=Gap.NONE,
        findings=Findings({name: pl.col(name) for name in columns}, order=("month",), limit=None),
    )
