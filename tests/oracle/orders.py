"""An order as the logistics rules see it: all its lines and all its waybills together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from .basis import Case, Row, flag, text, time


@dataclass(frozen=True)
class Parcel:
    tracking_no: str
    shipped_at: datetime | None
    picked_up_at: datetime | None
    given_up: bool = False
    """Closed or refunded before it left, by the line of the order that stands for it."""


@dataclass(frozen=True)
class Order:
    order_id: str
    lines: tuple[Row, ...]
    parcels: tuple[Parcel, ...]
    paid_at: datetime | None
    promised_at: datetime | None
    shipped_at: datetime | None  # first of all, as the files say, as-of not applied
    last_shipped_at: datetime | None  # when the last line left that was not cancelled before
    picked_up_at: datetime | None
    received_at: datetime | None

    @property
    def waybills(self) -> frozenset[str]:
        named = {text(line, "tracking_no") for line in self.lines}
        named |= {parcel.tracking_no for parcel in self.parcels}
        return frozenset(named - {""})

    @property
    def buyer_id(self) -> str:
        return next((buyer for line in self.lines if (buyer := text(line, "buyer_id"))), "")


def earliest(moments: list[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def orders_of(case: Case) -> dict[str, Order]:
    """Orders by id; put together once a case."""
    if not case.orders:
        case.orders.update(built(case))
    return {order_id: order for order_id, order in case.orders.items() if isinstance(order, Order)}


def built(case: Case) -> dict[str, Order]:
    lines: dict[str, list[Row]] = {}
    for row in case.rows("orders"):
        if order_id := text(row, "order_id"):
            lines.setdefault(order_id, []).append(row)
    shipments: dict[str, list[Row]] = {}
    for row in case.rows("shipments"):
        shipments.setdefault(text(row, "order_id"), []).append(row)
    return {
        order_id: assemble(order_id, rows, shipments.get(order_id, []))
        for order_id, rows in lines.items()
    }


def assemble(order_id: str, lines: list[Row], shipments: list[Row]) -> Order:
    everywhere = [*lines, *shipments]
    return Order(
        order_id=order_id,
        lines=tuple(lines),
        parcels=tuple(
            Parcel(
                text(row, "tracking_no"),
                time(row, "shipped_at"),
                time(row, "picked_up_at"),
                given_up=not shipments and stayed(row),
            )
            for row in (shipments or lines)
        ),
        paid_at=earliest([time(row, "paid_at") for row in lines]),
        promised_at=earliest([time(row, "promised_ship_at") for row in lines]),
        shipped_at=earliest([time(row, "shipped_at") for row in everywhere]),
        last_shipped_at=last_shipped(lines, shipments),
        picked_up_at=earliest([time(row, "picked_up_at") for row in everywhere]),
        received_at=earliest(
            [
                *(time(row, "received_at") for row in lines),
                *(time(row, "signed_at") for row in shipments),
            ]
        ),
    )


def last_shipped(lines: list[Row], shipments: list[Row]) -> datetime | None:
    """None while a line waits that was not cancelled; an order of one line leaves at once."""
    first = earliest([time(row, "shipped_at") for row in shipments])
    if len(lines) == 1:
        return earliest([time(lines[0], "shipped_at"), first])
    sent = []
    for line in lines:
        moment = time(line, "shipped_at")
        if moment is None:
            if given_up(line):
                continue
            named = [
                row for row in shipments if text(row, "tracking_no") == text(line, "tracking_no")
            ]
            moment = earliest([time(row, "shipped_at") for row in named]) or first
            if moment is None:
                return None
        sent.append(moment)
    return max(sent, default=first)


def given_up(line: Row) -> bool:
    """Closed or refunded, as the line itself says."""
    return text(line, "status") == "closed" or text(line, "aftersale_state") == "refunded"


def stayed(line: Row) -> bool:
    """Given up before it left."""
    return given_up(line) and not (time(line, "shipped_at") or time(line, "picked_up_at"))


def is_force_majeure(case: Case, order: Order) -> bool:
    if order.order_id in case.force_majeure:
        return True
    return any(flag(line, "force_majeure") is True for line in order.lines)


def is_cancelled(order: Order) -> bool:
    """Never shipped by the files, and each of the order's own rows says closed or refunded."""
    return order.shipped_at is None and all(given_up(line) for line in order.lines)


def is_presale(case: Case, order: Order) -> bool:
    days = case.option("ship-48h", "presale_from_promise_days", None)
    for line in order.lines:
        declared = flag(line, "is_presale")
        deposit = time(line, "deposit_paid_at")
        if declared is True or (declared is None and deposit is not None):
            return True
        if declared is None and isinstance(days, int):
            promised, paid = time(line, "promised_ship_at"), time(line, "paid_at")
            if promised and paid and promised - paid >= timedelta(days=days):
                return True
    return False
