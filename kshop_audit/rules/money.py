"""Money: the technical service fee and the limits of withdrawals; exact to the fen."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.fees import charged_orders, monthly
from kshop_audit.model.knowledge import Why
from kshop_audit.model.metadata import Text, ValueUnit
from kshop_audit.model.report import Finding, Status
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms, Withdrawal
from kshop_audit.rules.kit import absent
from kshop_audit.rules.kit.evidence import EvidenceColumns, Findings
from kshop_audit.rules.kit.rule import Conclusion, Measured, rule
from kshop_audit.rules.kit.shapes import Gap, Shape, Stated, Tally
from kshop_audit.rules.kit.side_files import strangers

FAMILY = "money"

ESTIMATE = Text(
    zh="部分订单没有结算数据，按“预估推广佣金”估算。",
    en="Some orders have no settlement; their fee is an estimate from the estimated commission.",
)


def _unpriced(orders: int) -> Text:
    return Text(
        zh=f"{orders} 单没有金额也没有佣金，没有算进去。",
        en=f"{orders} orders have neither an amount nor a commission and are not in it.",
    )


def _refunds(orders: int) -> Text:
    return Text(
        zh=f"{orders} 单有退款但不知道退了多少（或看不懂订单状态）：服务费只有上下限；"
        "导出带退款金额的售后单即可算准。",
        en=f"Of {orders} orders nobody tells how much was paid back, or their state is not "
        "understood: the fee has bounds only. Export the after-sales tickets with their amounts.",
    )


def _unread(orders: int) -> Text:
    return Text(
        zh=f"{orders} 行订单或结算读不出来，它们的服务费没有算进去：合计至少这么多。改好后"
        "重新导出，见 doctor。",
        en=f"{orders} orders or settlements could not be read, and their fee is not in it: the "
        "sum is the least. Export them again; doctor lists them.",
    )


def _fee(measured: Measured, terms: Terms) -> Conclusion:
    def total(name: str) -> int:
        return sum(int(row[name] or 0) for row in measured.findings)

    least, most, unpriced = total("least_fen"), total("fee_fen"), total("lacking")
    notes = [ESTIMATE] if any(row["estimated"] for row in measured.findings) else []
    if unpriced:
        notes.append(_unpriced(unpriced))
    if refunds := total("refunds"):
        notes.append(_refunds(refunds))
    bounds: tuple[Fraction, Fraction | None] | None = None
    if measured.unknown:
        notes.append(_unread(measured.unknown))
        bounds = Fraction(least, 100), None
    elif least < most:
        bounds = Fraction(least, 100), Fraction(most, 100)
    return Conclusion(
        count=True,
        findings=tuple(_month(row) for row in measured.findings),
        bounds=bounds,
        notes=tuple(notes),
    )


def _month(row: Finding) -> Finding:
    least, most = (Decimal(int(row[name] or 0)) / 100 for name in ("least_fen", "fee_fen"))
    if least < most:
        return {"month": row["month"], "low": str(least), "high": str(most)}
    return {"month": row["month"], "fee": str(most)}


@rule(
    "service-fee",
    family=FAMILY,
    value_unit=ValueUnit.MONEY,
    title=Text(zh="技术服务费", en="Technical service fee"),
    fix=Text(
        zh="对照结算单核对服务费，按商品比较有佣金和无佣金两种费率，再决定佣金比例。",
        en=(
            "Check the fee against the settlement, and compare both tariffs product by product "
            "before setting commissions."
        ),
    ),
    unit=Text(zh="分钱（服务费合计）", en="fen of service fee in all"),
    needs=("orders.paid_at", "orders.paid_amount"),
    scale=100,
    conclude=_fee,
    absent={
        "orders.commission|settlements.commission": absent.NO_COMMISSION,
    },
)
def service_fee(facts: Facts, terms: Terms) -> Shape:
    """Service fee owed for the orders: half of the promoter's commission, or 5 % of the price.

    订单应付技术服务费：推广佣金的 50%，无佣金按成交额 5%。

    Why it matters:
        Orders from 2019-07-20 on pay it (S0-01), so it belongs in every price calculation.

        2019-07-20 起的成交订单都要交（S0-01），定价时要算进去。

    How it is counted:
        50 % of the commission the promoter actually received (S0-02), else 5 % of the amount
        paid (S0-04); rounded half up to 0.01 yuan per order (ASSUMPTION), then summed. `--evidence`
        lists the fee of each order.

        有佣金：推广者实得佣金 × 50%（S0-02）；无佣金：实付额 × 5%（S0-04）；每单四舍五入到分
        （假设）再合计。--evidence 列出每单的服务费。

    Not counted:
        Unpaid orders, orders paid before 2019-07-20 00:00, orders with neither an amount nor a
        commission (noted), and what was paid back: of a closed order everything, unless its
        tickets tell how much. Where the amount of a refund is not known, there are bounds only, and
        where an order cannot be read there is a least sum only.

        未付款订单、2019-07-20 00:00 之前付款的订单、既没有金额也没有佣金的订单（会注明），以及已退
        的金额：已关闭的订单按全额退款，售后单写明金额的按金额。不知道退了多少时只有上下限；有订单读不
        出来时只有下限。

    Example:
        Commission 20, another platform keeps 5: (20 − 5) × 50 % = 7.50 (S0-03). 100,000 without
        commission: 5,000 (S0-05).

        佣金 20 元，其他平台收 5 元：（20 − 5）× 50% = 7.50 元（S0-03）。无佣金成交 10 万元：
        5000 元（S0-05）。

    Why our number may differ:
        The tariff is that of 2019 and today's is not known to us, refunds reduce it by rules
        not published, and an order file gives only an estimated commission (noted as such).

        费率为 2019 年公布的口径，现行费率未知；退款如何退费没有公布；订单表只有预估佣金，会注明
        “预估”。
    """
    side = facts.tables.side_of_orders(Kind.SETTLEMENTS)
    foreign = strangers(Kind.SETTLEMENTS, Kind.ORDERS, *side) if side else None
    if foreign is not None:
        return Stated(Status.NO_VERDICT, reason=foreign)
    since = datetime.combine(
        date.fromisoformat(str(terms.option("service-fee", "since"))), time.min
    )
    of_commission = Fraction(str(terms.option("service-fee", "commission_share")))
    of_amount = Fraction(str(terms.option("service-fee", "amount_share")))
    orders = facts(charged_orders, since, of_commission, of_amount)
    fee = pl.col("fee_fen")
    return Tally(
        unit=orders,
        amount=fee,
        weight=pl.col("charged"),
        gaps=Gap.NONE,
        unknown={Why.NOT_READABLE: fee.is_null()},
        slow=fee > 0,
        evidence=EvidenceColumns(ids=("order_id",), cost_fen=fee),
        findings=Findings({}, order=("month",), limit=None, beside=monthly(orders)),
        notes=() if side is None else (_settled(*side),),
    )


def _settled(found: int, of: int) -> Text:
    return Text(
        zh=f"结算文件的 {of} 个订单号，订单文件里有 {found} 个；"
        "没有结算的订单按预估佣金或实付款算。",
        en=f"{found} of {of} ids of the settlements are among the orders; orders without one pay "
        "by their estimated commission or their amount.",
    )


@rule(
    "withdrawal",
    family=FAMILY,
    title=Text(zh="支付宝提现", en="Alipay withdrawals"),
    fix=Text(
        zh="每笔提现大于 100 元，每月合计不超过 2 万元；超出部分留到下月或开通其他提现方式。",
        en=(
            "Withdraw more than 100 yuan at a time and at most 20,000 a month; leave the rest "
            "for next month or add another channel."
        ),
    ),
    unit=Text(zh="笔提现超出限制", en="withdrawals outside the limits"),
)
def withdrawal(facts: Facts, terms: Terms) -> Shape:
    """Alipay withdrawals that break the least amount or the monthly limit.

    不符合最低金额或月度上限的支付宝提现笔数。

    Why it matters:
        With Alipay as the only channel an amount must exceed 100 yuan and a month is limited to
        20,000 (S2-01).

        只用支付宝提现时，金额须大于 100 元，每月上限 2 万元（S2-01）。

    How it is counted:
        Withdrawals in `[[withdrawals]]` of 100.00 or less, or that carry their calendar month
        above 20,000.00, in the order of time. Per withdrawal and calendar month: ASSUMPTION.

        [[withdrawals]] 中不大于 100.00 元，或按时间累计使当月超过 20,000.00 元的提现；按笔、按
        自然月计是假设。

    Not counted:
        Months with a withdrawal to another channel, which shows that the shop is not limited to
        Alipay, and withdrawals after as-of.

        当月有其他渠道提现的月份（说明不是只用支付宝），以及截止时刻之后的提现。

    Example:
        100.00: refused; 100.01: fine. A month of 20,000.00: fine; 20,000.01: the last
        withdrawal breaks the limit.

        100.00 元：不符合；100.01 元：可以。当月 20,000.00 元：可以；20,000.01 元：最后一笔超
        限。

    Why our number may differ:
        Only what you listed is seen, shops with several channels have other limits, and the
        limits of 2023 may have changed.

        只看你登记的提现；多渠道提现的店铺限额不同；2023 年的限额也可能已调整。
    """
    asked = [entry for entry in terms.settings.withdrawals if entry.at <= terms.last]
    if not asked:
        return Stated(
            Status.NOT_APPLICABLE,
            reason=Text(
                zh="没有提现记录：在 shop.toml 里每笔写一段 [[withdrawals]]"
                "（时间 at、金额 amount、渠道 channel）。",
                en="No withdrawal is known: write each as [[withdrawals]] into shop.toml (at, "
                "amount, channel).",
            ),
        )
    findings = _judged(sorted(asked, key=lambda entry: (entry.at, entry.amount)), terms)
    refused = sum(1 for finding in findings if not finding["accepted"])
    return Stated(
        Status.FAIL if refused else Status.PASS,
        numerator=refused,
        denominator=len(findings),
        findings=findings,
    )


CHANNELS = {"支付宝": "alipay", "微信": "wechat", "微信支付": "wechat"}
"""Channels by their Chinese names."""


def _channel(entry: Withdrawal) -> str:
    name = entry.channel.strip().lower()
    return CHANNELS.get(name, name)


def _judged(asked: list[Withdrawal], terms: Terms) -> tuple[Finding, ...]:
    above = Decimal(str(terms.option("withdrawal", "above_yuan")))
    monthly = Decimal(str(terms.option("withdrawal", "monthly_yuan")))
    free = {f"{entry.at:%Y-%m}" for entry in asked if _channel(entry) != "alipay"}
    taken: dict[str, Decimal] = {}
    findings: list[Finding] = []
    for entry in asked:
        month = f"{entry.at:%Y-%m}"
        total = taken.get(month, Decimal(0)) + entry.amount
        limited = month not in free
        accepted = not limited or (entry.amount > above and total <= monthly)
        if accepted and limited:
            taken[month] = total
        findings.append(
            {
                "at": entry.at.isoformat(" "),
                "amount": str(entry.amount),
                "channel": entry.channel,
                "accepted": accepted,
            }
        )
    return tuple(findings)
