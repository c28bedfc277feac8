"""Money: the platform's service fee an order, and the limits of a withdrawal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from .basis import NO_VERDICT, Case, Outcome, money, text
from .orders import Order, orders_of

TARIFF_START = datetime(2019, 7, 20)
CENT = Decimal("0.01")
NOTHING = Decimal(0)
SMALLEST, LARGEST_MONTH = Decimal("100.00"), Decimal("20000.00")


def rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def fee(commission: Decimal, paid: Decimal) -> Decimal:
    """Half of the commission received, else five per cent of the amount paid."""
    return rounded(commission / 2) if commission > 0 else rounded(paid / 20)


def total(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), NOTHING)


def service_fee(case: Case) -> Outcome:
    if not case.has("orders", "paid_at", "paid_amount"):
        return NO_VERDICT
    settled: dict[str, list[tuple[Decimal | None, Decimal | None]]] = {}
    for row in case.rows("settlements"):
        pair = (money(row, "commission"), money(row, "amount"))
        settled.setdefault(text(row, "order_id"), []).append(pair)
    fees = NOTHING
    charged = estimates = 0
    for order in orders_of(case).values():
        if case.happened(order.paid_at) is None or order.paid_at is None:
            continue
        if order.paid_at < TARIFF_START:
            continue
        amount, estimated = order_fee(order, settled.get(order.order_id))
        fees += amount
        charged += 1
        estimates += estimated
    extra: dict[str, object] = {"fee": fees, "estimates": estimates}
    return Outcome(int(fees * 100), charged, extra=extra)


def order_fee(
    order: Order, settled: list[tuple[Decimal | None, Decimal | None]] | None
) -> tuple[Decimal, bool]:
    """The fee of one order and whether it rests on an estimated commission."""
    paid = total(money(line, "paid_amount") for line in order.lines)
    if settled is not None:
        commission = total(pair[0] for pair in settled)
        return fee(commission, paid), False
    commission = total(money(line, "commission") for line in order.lines)
    return fee(commission, paid), commission > 0


def refused_withdrawals(rows: Iterable[tuple[datetime, Decimal, str]]) -> list[int]:
    """Positions of Alipay withdrawals that are too small or burst the month's limit."""
    refused = []
    months: dict[tuple[int, int], Decimal] = {}
    for position, (moment, amount, channel) in enumerate(rows):
        if channel != "alipay":
            continue
        month = (moment.year, moment.month)
        sum_so_far = months.get(month, NOTHING) + amount
        if amount <= SMALLEST or sum_so_far > LARGEST_MONTH:
            refused.append(position)
        else:
            months[month] = sum_so_far
    return refused
