"""Shops whose figures are planned first and written down afterwards: nothing computes their truth.

Of each rule it is decided how many units there are and how many of them are bad; then rows are
made that say so. Rhythms are those of shops that an export must not be taken for a broken one of.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from random import Random

from tests.degradation.exports import Cells, Exports

AS_OF = datetime(2026, 11, 1)
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
WINDOW = 30
RHYTHMS = ("livestream", "two_a_day", "new", "weekends", "every_day", "one_sale")
LARGE = ("livestream", "every_day", "one_sale", "weekends")


@dataclass(frozen=True)
class Plan:
    """What a shop is to be: units of its window and how many of them are bad, by rule."""

    rhythm: str
    exports: Exports
    figures: dict[str, tuple[int, int]]

    def rate(self, rule: str) -> Fraction:
        """The share of good units."""
        bad, units = self.figures[rule]
        return Fraction(units - bad, units)

    def passes(self, rule: str) -> bool:
        bad, units = self.figures[rule]
        if rule == "banned-words":
            return bad == 0
        if rule == "dispute-fault-rate":
            return bad < 4 or bad * 10_000 <= 35 * units
        return self.rate(rule) >= TARGETS[rule]


TARGETS = {
    "reply-rate": Fraction(80, 100),
    "ship-48h": Fraction(97, 100),
    "pickup-24h": Fraction(97, 100),
}


def planned_shop(rng: Random, *, large: bool = False) -> Plan:
    """A shop by chance; a large one has some thousand orders and messages."""
    rhythm = rng.choice(LARGE if large else RHYTHMS)
    days = open_days(rhythm, rng)
    per_day = {"two_a_day": 2, "new": rng.randrange(2, 9)}.get(rhythm, rng.randrange(6, 15))
    if large:
        per_day = 3_000 // len(days)
    figures: dict[str, tuple[int, int]] = {}
    orders, tickets = orders_of(rng, rhythm, days, per_day, figures)
    tables = {"orders": orders, "chats": chats_of(rng, days, per_day, figures)}
    if tickets:
        tables["tickets"] = tickets
    headers = {kind: tuple(rows[0]) for kind, rows in tables.items()}
    opened_at = days[0] if rhythm == "new" else None
    return Plan(rhythm, Exports(tables, headers, AS_OF, opened_at), figures)


def open_days(rhythm: str, rng: Random) -> list[datetime]:
    """The days on which the shop sells and talks; they reach over the beginning of the window,
    but for a new shop's.
    """
    age = rng.randrange(3, 25) if rhythm == "new" else rng.randrange(40, 50)
    days = [AS_OF - back * DAY for back in range(age, 0, -1)]
    if rhythm == "livestream":
        return [day for day in days if (AS_OF - day).days % 2]
    if rhythm == "weekends":
        return [day for day in days if day.weekday() >= 5]
    return days


def bad_ones(rng: Random, units: int) -> int:
    """How many are bad: about any of the targets, or far from them."""
    share = rng.choice((0, 0, 5, 15, 20, 25, 29, 31, 40, 60, 150, 190, 199, 201, 250, 500))
    return units * share // 1000


def orders_of(
    rng: Random,
    rhythm: str,
    days: list[datetime],
    per_day: int,
    figures: dict[str, tuple[int, int]],
) -> tuple[list[Cells], list[Cells]]:
    """Orders, and a refund of some; what is bad is old enough to be due."""
    sale = rng.choice(days) if rhythm == "one_sale" else None
    born = [
        (day + 9 * HOUR + place * timedelta(seconds=40_000 // (per_day * 5 + 1)), day)
        for day in days
        for place in range(per_day * 5 if day == sale else per_day)
    ]
    inside = [n for n, (_, day) in enumerate(born) if (AS_OF - day).days <= WINDOW]
    old = [n for n in inside if (AS_OF - born[n][1]).days > 6]
    late = set(rng.sample(old, min(len(old), bad_ones(rng, len(inside)))))
    slow = set(rng.sample(old, min(len(old), bad_ones(rng, len(inside)))))
    figures["ship-48h"] = (len(late), len(inside))
    orders, tickets = [], []
    over = [n for n in inside if born[n][0] + 6 * HOUR < AS_OF]
    asked = set(rng.sample(over, len(over) // 3)) - late - slow
    faulty = set(rng.sample(sorted(asked), min(len(asked), rng.choice((0, 0, 1, 3, 4, 9)))))
    for n, (paid, _) in enumerate(born):
        sent = paid + (48 * HOUR + SECOND if n in late else HOUR)
        picked = sent + (24 * HOUR + SECOND if n in slow else HOUR)
        order = f"P{n:06d}"
        orders.append(order_row(order, paid, sent, picked))
        if n in asked:
            tickets.append(ticket_row(order, picked + HOUR, n in faulty))
    figures["pickup-24h"] = (len(slow), len(inside))
    if tickets:
        figures["dispute-fault-rate"] = (len(faulty), len(tickets))
    return orders, tickets


def order_row(order: str, paid: datetime, sent: datetime, picked: datetime) -> Cells:
    return {
        "order_id": order,
        "status": "shipped",
        "created_at": f"{paid - 30 * SECOND}",
        "paid_at": f"{paid}",
        "shipped_at": f"{sent}",
        "picked_up_at": f"{picked}",
    }


def ticket_row(order: str, applied: datetime, faulty: bool) -> Cells:
    return {
        "ticket_id": f"T{order}",
        "order_id": order,
        "type": "refund_only",
        "status": "succeeded",
        "applied_at": f"{applied}",
        "agreed_at": f"{applied + HOUR}",
        "finished_at": f"{applied + HOUR}",
        "arbitration": "平台介入" if faulty else "无",
        "liable_party": "merchant" if faulty else "",
    }


def chats_of(
    rng: Random, days: list[datetime], per_day: int, figures: dict[str, tuple[int, int]]
) -> list[Cells]:
    """Conversations of one question each; a bad one is answered a second too late, or never."""
    born = [
        day + 8 * HOUR + place * timedelta(seconds=50_000 // per_day)
        for day in days
        for place in range(per_day)
    ]
    inside = [n for n, asked in enumerate(born) if AS_OF - asked <= WINDOW * DAY]
    bad = set(rng.sample(inside, bad_ones(rng, len(inside))))
    cursed = set(rng.sample(inside, rng.choice((0, 0, 0, 1, 5)))) - bad
    figures["reply-rate"] = (len(bad), len(inside))
    rows: list[Cells] = []
    for n, asked in enumerate(born):
        rows.extend(talk(n, asked, n in bad, n in cursed))
    replies = sum(row["sender_role"] == "agent" for row in rows if row["sent_at"] >= since())
    figures["banned-words"] = (len(cursed), replies)
    return rows


def since() -> str:
    return f"{AS_OF - WINDOW * DAY}"


def talk(n: int, asked: datetime, bad: bool, cursed: bool) -> Iterator[Cells]:
    common = {"session_id": f"C{n:06d}", "buyer_id": f"B{n:06d}", "message_type": "text"}
    yield common | {
        "message_id": f"M{n:06d}a", "agent_account": "", "sender_role": "buyer",
        "sent_at": f"{asked}", "content": "在吗",
    }  # fmt: skip
    if bad and n % 2:
        return
    yield common | {
        "message_id": f"M{n:06d}b", "agent_account": "店铺:小李", "sender_role": "agent",
        "sent_at": f"{asked + (301 if bad else 300 - n % 250) * SECOND}",
        "content": "这是高仿" if cursed else "在的",
    }  # fmt: skip
