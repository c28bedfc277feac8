"""What kind of shop a random shop is: its instant, its files, its columns; and awkward moments.

All choices come from a `random.Random` that the caller seeded, so a seed is a shop for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

Row = dict[str, object]
Shop = dict[str, list[Row]]

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# Nothing lies further ahead: later rows would count as damaged times, which is another test.
FUTURE = timedelta(hours=30)

COLUMNS: dict[str, tuple[str, ...]] = {
    "orders": (
        "order_id",
        "sub_order_id",
        "shop_id",
        "status",
        "aftersale_state",
        "created_at",
        "paid_at",
        "deposit_paid_at",
        "is_presale",
        "promised_ship_at",
        "shipped_at",
        "picked_up_at",
        "received_at",
        "finished_at",
        "updated_at",
        "carrier",
        "tracking_no",
        "paid_amount",
        "postage",
        "commission",
        "product_id",
        "quantity",
        "buyer_id",
        "province",
        "address",
        "force_majeure",
    ),
    "chats": (
        "session_id",
        "message_id",
        "message_seq",
        "buyer_id",
        "agent_account",
        "sender_role",
        "sent_at",
        "served_at",
        "message_type",
        "content",
    ),
    "tickets": (
        "ticket_id",
        "order_id",
        "buyer_id",
        "type",
        "status",
        "first_reason",
        "reason",
        "applied_at",
        "agreed_at",
        "return_signed_at",
        "finished_at",
        "deadline_at",
        "updated_at",
        "arbitration",
        "liable_party",
        "rejected",
        "reject_reason",
        "refund_amount",
    ),
    "disputes": ("ticket_id", "liable_party"),
    "shipments": (
        "order_id",
        "tracking_no",
        "carrier",
        "shipped_at",
        "picked_up_at",
        "signed_at",
    ),
    "ratings": ("session_id", "agent_account", "rating", "rated_at"),
    "reviews": ("review_id", "order_id", "product_id", "rating", "reviewed_at", "appeal"),
    "violations": (
        "violation_id",
        "order_id",
        "kind",
        "notified_at",
        "status",
        "points",
        "study_points",
        "quantity",
        "media",
        "repeated",
    ),
    "evidence": (
        "violation_id",
        "invoice_name",
        "purchased_at",
        "product",
        "sold_at",
        "express_receipt",
    ),
    "settlements": ("order_id", "paid_at", "amount", "commission"),
    "service-stats": ("date", "messages", "answered"),
}

# (kind, column) -> chance in 100 that a shop's file lacks it
RARE: dict[tuple[str, str], int] = {
    ("orders", "sub_order_id"): 80,
    ("orders", "shop_id"): 40,
    ("orders", "paid_at"): 2,
    ("orders", "shipped_at"): 2,
    ("orders", "status"): 2,
    ("orders", "is_presale"): 50,
    ("orders", "deposit_paid_at"): 30,
    ("orders", "promised_ship_at"): 20,
    ("orders", "picked_up_at"): 50,
    ("orders", "received_at"): 30,
    ("orders", "finished_at"): 40,
    ("orders", "updated_at"): 50,
    ("orders", "commission"): 30,
    ("orders", "force_majeure"): 50,
    ("orders", "tracking_no"): 5,
    ("chats", "session_id"): 20,
    ("chats", "message_id"): 30,
    ("chats", "message_seq"): 50,
    ("chats", "served_at"): 60,
    ("chats", "message_type"): 15,
    ("chats", "agent_account"): 10,
    ("tickets", "buyer_id"): 30,
    ("tickets", "first_reason"): 50,
    ("tickets", "agreed_at"): 20,
    ("tickets", "return_signed_at"): 20,
    ("tickets", "updated_at"): 50,
    ("tickets", "arbitration"): 5,
    ("tickets", "liable_party"): 50,
    ("tickets", "rejected"): 40,
    ("tickets", "reject_reason"): 30,
    ("tickets", "finished_at"): 3,
}
# kind -> chance in 100 that a shop has no such file; orders and chats are always there
ABSENT: dict[str, int] = {
    "tickets": 15,
    "disputes": 60,
    "shipments": 40,
    "ratings": 30,
    "reviews": 30,
    "violations": 60,
    "evidence": 70,
    "settlements": 60,
}


@dataclass(frozen=True)
class Profile:
    as_of: datetime
    lacks: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    absent: frozenset[str] = field(default_factory=frozenset)

    def bounded(self, moment: datetime) -> datetime:
        return min(moment, self.as_of + FUTURE)


def profile_of(rng: Random) -> Profile:
    midnight = datetime(2026, 11, 1) - rng.randrange(40) * DAY
    as_of = rng.choice(
        (
            midnight,
            midnight,
            midnight + 8 * HOUR,
            midnight + 15 * HOUR,
            midnight + rng.randrange(86_400) * SECOND,
            midnight - SECOND,
        )
    )
    lacks = {key for key, chance in RARE.items() if rng.randrange(100) < chance}
    if ("chats", "agent_account") not in lacks and rng.randrange(4) == 0:
        lacks.add(("chats", "served_at"))
    absent = {kind for kind, chance in ABSENT.items() if rng.randrange(100) < chance}
    return Profile(as_of, frozenset(lacks), frozenset(absent))


def around(rng: Random, limit: timedelta) -> timedelta:
    """A span that likes to sit exactly on a limit, a second off it, at zero, or far beyond."""
    return rng.choice(
        (
            limit,
            limit + SECOND,
            limit - SECOND,
            timedelta(0),
            SECOND,
            limit / 2,
            limit * rng.randrange(2, 5),
            SECOND * rng.randrange(1, int(limit.total_seconds())),
            SECOND * rng.randrange(1, int(limit.total_seconds())),
        )
    )


def moment_near(rng: Random, as_of: datetime, days: int) -> datetime:
    """A moment in or about the window of `days` days that ends with as-of."""
    midnight = as_of.replace(hour=0, minute=0, second=0)
    end = midnight if midnight == as_of else midnight + DAY
    start = end - days * DAY
    match rng.randrange(16):
        case 0:
            return start + rng.choice((-1, 0, 1)) * SECOND
        case 1:
            return as_of + rng.choice((-1, 0, 1)) * SECOND
        case 2:
            return start - rng.randrange(1, 10 * 86_400) * SECOND
        case 3:
            return as_of + rng.randrange(1, 20 * 3_600) * SECOND
        case 4 | 5:
            return as_of - rng.randrange(3 * 86_400) * SECOND
        case _:
            return as_of - rng.randrange(days * 86_400) * SECOND
