"""What the translations share: empty rows, times after a time, sums."""

from datetime import datetime, timedelta
from decimal import Decimal

from sample_data.spec import Row, Shop, stamp

CANCELLED = "交易关闭"
"""Kuaishou's word for an order that was closed."""


def row(header: tuple[str, ...], **cells: str) -> Row:
    return dict.fromkeys(header, "") | cells


def _moment(cell: str) -> datetime | None:
    return datetime.fromisoformat(cell) if cell else None


def later(cell: str, **delay: int) -> str:
    """A time after another one; empty where that is, or where it lies after the export."""
    moment = _moment(cell)
    return "" if moment is None else stamp(moment + timedelta(**delay))


def yuan(*cells: str) -> str:
    return f"{sum((Decimal(cell) for cell in cells), Decimal(0)):.2f}"


def signed(shop: Shop) -> dict[str, str]:
    """Order number → when its parcel was signed for."""
    return {row["订单编号"]: row["签收时间"] for row in shop.shipments}


def agreed(ticket: Row) -> str:
    """An hour after the application, if the ticket is done."""
    return later(ticket["售后申请时间"], hours=1) if ticket["售后完结时间"] else ""
