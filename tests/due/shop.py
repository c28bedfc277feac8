"""Random shops whose deadlines lie on, and a second beside, everything that decides."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
Row = dict[str, object]

HEADERS: Mapping[str, Sequence[str]] = {
    "orders": (
        "order_id", "status", "aftersale_state", "created_at", "paid_at", "deposit_paid_at",
        "is_presale", "promised_ship_at", "shipped_at", "picked_up_at", "received_at", "carrier",
        "paid_amount", "product_id", "province", "force_majeure",
    ),
    "shipments": ("order_id", "tracking_no", "shipped_at", "picked_up_at", "signed_at"),
    "tickets": (
        "ticket_id", "order_id", "type", "status", "applied_at", "agreed_at", "return_signed_at",
        "finished_at", "deadline_at", "rejected", "first_reason",
    ),
    "chats": (
        "session_id", "message_id", "message_seq", "buyer_id", "sender_role", "sent_at",
        "message_type", "content",
    ),
    "violations": ("violation_id", "order_id", "kind", "notified_at", "deadline_at", "status"),
}  # fmt: skip


def write(folder: Path, shop: Mapping[str, Sequence[Row]]) -> None:
    folder.mkdir(exist_ok=True, parents=True)
    for kind, rows in shop.items():
        with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADERS[kind])
            writer.writerows([_cell(row.get(name)) for name in HEADERS[kind]] for row in rows)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value.strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, datetime) else str(value)


class Maker:
    """One shop. `within`: how far the list will look, so that its end is hit as well."""

    def __init__(self, seed: int, size: int, within: timedelta) -> None:
        self.rng = Random(seed)
        day = datetime(2026, 10, 31) + self.rng.randrange(5) * DAY
        self.as_of = day + self.rng.choice(
            (timedelta(0), 15 * HOUR, 23 * HOUR + 59 * timedelta(minutes=1), 8 * HOUR, 301 * SECOND)
        )
        self.within = within
        self.size = size
        midnight = datetime(self.as_of.year, self.as_of.month, self.as_of.day)
        self.begin = (midnight if midnight == self.as_of else midnight + DAY) - 30 * DAY

    def deadline(self) -> datetime:
        """On as-of, on the end of the hours ahead, a second beside each; or anywhere."""
        beside = self.rng.choice((-1, 0, 1)) * SECOND
        match self.rng.randrange(4):
            case 0:
                return self.as_of + beside
            case 1:
                return self.as_of + self.within + beside
            case 2:
                return self.as_of + self.rng.randrange(-3 * 86_400, 3 * 86_400) * SECOND
            case _:
                return self.as_of - self.rng.randrange(40 * 86_400) * SECOND

    def instant(self) -> datetime | None:
        """Of something done: not at all, long ago, at as-of and beside it, afterwards."""
        match self.rng.randrange(7):
            case 0 | 1 | 2:
                return None
            case 3:
                return self.as_of + self.rng.choice((-1, 0, 1)) * SECOND
            case 4:
                return self.as_of + self.rng.randrange(1, 2 * 86_400) * SECOND
            case _:
                return self.as_of - self.rng.randrange(1, 5 * 86_400) * SECOND

    def shop(self) -> dict[str, list[Row]]:
        orders = [self.order(n) for n in range(self.size)]
        shop = {
            "orders": orders,
            "shipments": [row for order in orders for row in self.waybills(order)],
            "tickets": [self.ticket(n, orders) for n in range(self.size)],
            "chats": [row for n in range(self.size) for row in self.talk(n)],
            "violations": [self.violation(n) for n in range(self.size // 3)],
        }
        for row in (*shop["orders"], *shop["shipments"], *shop["tickets"]):
            self.not_far(row)
        return shop

    def not_far(self, row: Row) -> None:
        """No row is so old or so late that it would pass for damaged."""
        for name, value in row.items():
            late = isinstance(value, datetime) and value > self.as_of + 50 * DAY
            if late and name not in ("deadline_at", "promised_ship_at"):
                row[name] = self.as_of + HOUR

    def order(self, number: int) -> Row:
        rng = self.rng
        paid = self.deadline() - 48 * HOUR
        if rng.randrange(6) == 0:  # at the edge of the window
            paid = self.begin + rng.choice((-1, 0, 1)) * SECOND
        own = self.deadline() if rng.randrange(2) else None
        shipped = self.instant() if rng.randrange(2) else None
        if rng.randrange(3) == 0:
            shipped = self.deadline() - 24 * HOUR
        state = (
            "shipped"
            if shipped
            else rng.choice(("paid",) * 5 + ("closed", "装箱中", "", "shipped"))
        )
        return {
            "order_id": f"O{number:013d}",
            "status": state,
            "aftersale_state": rng.choice(("none",) * 9 + ("refunded", "怪状态")),
            "created_at": paid,
            "paid_at": paid if rng.randrange(12) else None,
            "deposit_paid_at": paid if rng.randrange(10) == 0 else None,
            "is_presale": rng.choice(("", "", "false", "false", "true")),
            "promised_ship_at": own,
            "shipped_at": shipped,
            "picked_up_at": None,
            "received_at": self.instant() if shipped and rng.randrange(8) == 0 else None,
            "paid_amount": f"{rng.randrange(0, 50_000) / 100:.2f}" if rng.randrange(9) else "",
            "product_id": f"P{rng.randrange(4)}",
            "province": "浙江省",
            "force_majeure": rng.choice(("", "", "", "", "", "true")),
        }

    def waybills(self, order: Row) -> list[Row]:
        """Pickups stand in the shipments file alone; an order that is not in it is not covered."""
        shipped = order["shipped_at"]
        if not isinstance(shipped, datetime) or self.rng.randrange(6) == 0:
            return []
        picked = self.instant()
        row: Row = {"order_id": order["order_id"], "tracking_no": f"T{order['order_id']}"}
        row |= {"shipped_at": shipped, "picked_up_at": picked}
        row["signed_at"] = self.instant() if self.rng.randrange(6) == 0 else None
        return [row]

    def ticket(self, number: int, orders: Sequence[Row]) -> Row:
        rng = self.rng
        kind = rng.choice(("refund_only", "return_refund") * 4 + ("exchange", "其他售后"))
        applied = self.deadline() - (48 if kind == "return_refund" else 24) * HOUR
        state = rng.choice(
            ("open",) * 5 + ("rejected", "awaiting_receipt", "succeeded", "closed", "神秘状态", "")
        )
        back = kind == "return_refund" and rng.randrange(2)
        agreed = self.instant() if rng.randrange(3) == 0 else None
        return {
            "ticket_id": f"T{number:013d}",
            # Most tickets are of orders that have none of their own in the file.
            "order_id": rng.choice(orders)["order_id"] if rng.randrange(5) == 0 else f"X{number}",
            "type": kind,
            "status": state,
            "applied_at": applied,
            "agreed_at": agreed,
            "return_signed_at": self.deadline() - 48 * HOUR if back else None,
            "finished_at": self.instant() if state in ("succeeded", "closed") else None,
            "deadline_at": self.deadline() if rng.randrange(3) else None,
            "rejected": rng.choice(("", "", "", "false", "true")),
            "first_reason": "不想要了",
        }

    def talk(self, number: int) -> list[Row]:
        """A few messages, the first of which ends on a boundary if nobody answers."""
        rng = self.rng
        now = self.deadline() - 300 * SECOND
        if rng.randrange(3) == 0:
            now = self.as_of - 24 * HOUR - 300 * SECOND + rng.choice((-1, 0, 1)) * SECOND
        rows: list[Row] = []
        for place in range(rng.randrange(1, 5)):
            role = "buyer" if place == 0 else rng.choice(("buyer", "buyer", "agent", "system"))
            rows.append({
                "session_id": f"S{number:06d}", "message_id": f"M{number:06d}{place}",
                "message_seq": place + 1, "buyer_id": f"B{number}", "sender_role": role,
                "sent_at": now, "message_type": "text", "content": "在吗",
            })  # fmt: skip
            now += rng.choice((0, 1, 60, 299, 300, 301, 3_600, 30_000)) * SECOND
        return [row for row in rows if isinstance(row["sent_at"], datetime)]

    def violation(self, number: int) -> Row:
        rng = self.rng
        return {
            "violation_id": f"V{number:06d}",
            "order_id": f"Y{number}",
            "kind": rng.choice(("无货源", "欺诈发货", "其他")),
            "notified_at": self.deadline() - 7 * DAY,
            "deadline_at": self.deadline() if rng.randrange(3) == 0 else None,
            "status": rng.choice(("open", "open", "open", "appealing", "closed", "revoked", "谜")),
        }
