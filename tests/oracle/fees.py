"""Money: the platform's service fee an order, and the limits of a withdrawal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from .aftersales import OTHER_TYPES, REFUND_TYPES, STATES, has_state
from .basis import NO_VERDICT, Case, Outcome, Row, money, text, time
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
    refunds: dict[str, list[Decimal | None]] = {}
    for row in case.rows("tickets"):
        if (paid := is_paid_back(case, row)) is not False:
            amount = money(row, "refund_amount") if paid else None
            refunds.setdefault(text(row, "order_id"), []).append(amount)
    fees = least = NOTHING
    charged = estimates = 0
    for order in orders_of(case).values():
        if case.happened(order.paid_at) is None or order.paid_at is None:
            continue
        if order.paid_at < TARIFF_START:
            continue
        back, stated = paid_back(order, refunds.get(order.order_id, []))
        amount, estimated = order_fee(order, settled.get(order.order_id), back)
        fees += amount
        received = settled.get(order.order_id, [])
        sure = stated or total(pair[0] for pair in received) > 0
        least += amount if sure else NOTHING
        charged += 1
        estimates += estimated
    extra: dict[str, object] = {"fee": fees, "estimates": estimates}
    return Outcome(int(fees * 100) if fees == least else None, charged, extra=extra)


def is_paid_back(case: Case, ticket: Row) -> bool | None:
    """The ticket ended with money for the buyer; None where its type or state means nothing."""
    finished = time(ticket, "finished_at")
    if finished is not None and not case.is_past(finished):
        return False
    if text(ticket, "type") in OTHER_TYPES or (
        has_state(ticket) and text(ticket, "status") != "succeeded"
    ):
        return False
    return True if text(ticket, "type") in REFUND_TYPES and has_state(ticket) else None


def paid_back(order: Order, amounts: list[Decimal | None]) -> tuple[Decimal, bool]:
    """What the buyer got back as far as it is known, and whether that is all of it."""
    stated = None not in amounts
    if all(text(line, "status") == "closed" for line in order.lines) and not (amounts and stated):
        return total(money(line, "paid_amount") for line in order.lines), True
    refunded = any(text(line, "aftersale_state") == "refunded" for line in order.lines)
    known = all(text(line, "status") in STATES for line in order.lines)
    return total(amounts), known and stated and (bool(amounts) or not refunded)


def order_fee(
    order: Order, settled: list[tuple[Decimal | None, Decimal | None]] | None, back: Decimal
) -> tuple[Decimal, bool]:
    """The fee of one order and whether it rests on an estimated commission.

    An estimated commission was not received of an order that was paid back in full.
    """
    whole = total(money(line, "paid_amount") for line in order.lines)
    paid = max(whole - back, NOTHING)
    if settled is not None:
        commission = total(pair[0] for pair in settled)
        return fee(commission, paid), False
    commission = total(money(line, "commission") for line in order.lines)
    if not paid and back:
        return NOTHING, commission > 0
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
