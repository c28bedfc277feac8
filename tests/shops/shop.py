"""Random shops: deterministic by seed, adversarial but such as a back office could export.

Nothing here settles a question that the rules leave open: two different rows of one key always
differ in their newest event, no two accounts answer in the same second, a ticket's own liability
never contradicts a judgement, and an order that was cancelled has no waybill.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from random import Random

from hypothesis import strategies as st

from tests.shops.chats import session_piece
from tests.shops.orders import order_piece
from tests.shops.profile import (
    COLUMNS,
    DAY,
    HOUR,
    SECOND,
    Profile,
    Row,
    Shop,
    moment_near,
    profile_of,
)

__all__ = [
    "COLUMNS",
    "Profile",
    "Row",
    "Shop",
    "build_shop",
    "random_exempt",
    "random_force_majeure",
    "random_options",
    "random_shop",
    "settle",
    "shops",
]

KEYS: dict[str, tuple[str, ...]] = {
    "orders": ("order_id", "sub_order_id", "product_id"),
    "tickets": ("ticket_id",),
}


def random_shop(seed: int, size: int) -> tuple[Shop, datetime]:
    """A shop of about `size` orders and conversations, and the instant of its audit."""
    rng = Random(seed)
    pieces = [rng.getrandbits(32) for _ in range(2 * size + 3)]
    return build_shop(seed, pieces[:size], pieces[size : 2 * size], pieces[2 * size :])


def build_shop(
    seed: int, orders: Sequence[int], sessions: Sequence[int], violations: Sequence[int]
) -> tuple[Shop, datetime]:
    """The shop of one profile seed and one seed for each order, conversation and violation."""
    rng = Random(seed)
    profile = profile_of(rng)
    shop: Shop = {kind: [] for kind in COLUMNS if kind != "service-stats"}
    for number, piece in enumerate(orders):
        merge(shop, order_piece(Random(piece), profile, number))
    for number, piece in enumerate(sessions):
        merge(shop, session_piece(Random(piece), profile, number))
    for number, piece in enumerate(violations):
        merge(shop, violation_piece(Random(piece), profile, number))
    shop["chats"] = one_talk_a_second(shop["chats"])
    shop["chats"].append(anchor(profile))
    for rows in shop.values():
        rng.shuffle(rows)
    kept = {kind: rows for kind, rows in shop.items() if kind not in profile.absent}
    return settle({kind: trim(profile, kind, rows) for kind, rows in kept.items()}), profile.as_of


def merge(shop: Shop, piece: Shop) -> None:
    for kind, rows in piece.items():
        shop[kind].extend(rows)


def anchor(profile: Profile) -> Row:
    """A row close to as-of, without which a lonely late row would pass for damaged."""
    return {
        "session_id": "anchor",
        "message_id": "anchor",
        "message_seq": 1,
        "buyer_id": "B999",
        "agent_account": None,
        "sender_role": "system",
        "sent_at": profile.as_of - HOUR,
        "served_at": None,
        "message_type": "system",
        "content": "会话开始",
    }


def one_talk_a_second(rows: list[Row]) -> list[Row]:
    """Two conversations of one buyer never share a second: without a session nobody could order
    them, and a second account's reply would have no place.
    """
    owner: dict[tuple[object, object], object] = {}
    return [
        row
        for row in rows
        if owner.setdefault((row["buyer_id"], row["sent_at"]), row["session_id"])
        == row["session_id"]
    ]


def trim(profile: Profile, kind: str, rows: list[Row]) -> list[Row]:
    """Rows with exactly the columns that this shop's file has."""
    names = [name for name in COLUMNS[kind] if (kind, name) not in profile.lacks]
    return [{name: row.get(name) for name in names} for row in rows]


def event_of(row: Row) -> tuple[datetime, datetime]:
    """What decides between two rows of one key: the update, then the newest event."""
    updated = row.get("updated_at")
    ahead = ("promised_ship_at", "deadline_at", "updated_at")
    events = [
        value for name, value in row.items() if isinstance(value, datetime) and name not in ahead
    ]
    lowest = datetime.min
    return (updated if isinstance(updated, datetime) else lowest), max(events, default=lowest)


def settle(shop: Shop) -> Shop:
    """Drops a re-exported row that only its text could tell from the newer one of its key.

    A column that a shop lacks may have been the only difference in time between the two.
    """
    settled = dict(shop)
    for kind, names in KEYS.items():
        newest: dict[tuple[object, ...], Row] = {}
        for row in shop.get(kind, []):
            key = tuple(row.get(name) for name in names)
            known = newest.get(key)
            if known is None or (event_of(row), filled(row)) > (event_of(known), filled(known)):
                newest[key] = row
        if kind in shop:
            settled[kind] = [
                row
                for row in shop[kind]
                if row == (best := newest[tuple(row.get(name) for name in names)])
                or event_of(row) < event_of(best)
            ]
    return settled


def filled(row: Row) -> int:
    return sum(value is not None for value in row.values())


def violation_piece(rng: Random, profile: Profile, number: int) -> Shop:
    notified = profile.bounded(moment_near(rng, profile.as_of, 30))
    if rng.randrange(3) == 0:
        notified = profile.as_of - 7 * DAY + rng.choice((-1, 0, 1)) * SECOND
    named = rng.randrange(2) == 0
    violation: Row = {
        "violation_id": f"X{number:05d}",
        "order_id": f"26{rng.randrange(20):08d}01" if named else None,
        "kind": rng.choice(("no_source", "no_source", "other")),
        "notified_at": notified,
        "status": rng.choice(("open", "closed", "appealing")),
        "points": rng.choice((None, 0, 6, 20, 100)),
        "study_points": rng.choice((None, 0, 5)),
        "quantity": None if named else rng.choice((1, 4, 5, 19, 20, 49, 50, 99, 100)),
        "media": rng.choice((None, False, False, True)),
        "repeated": rng.choice((None, False, False, True)),
    }
    evidence: Row = {
        "violation_id": violation["violation_id"],
        "invoice_name": rng.choice(("幸福小店", "别家", None)),
        "purchased_at": notified - 30 * DAY,
        "product": rng.choice(("P1", None)),
        "sold_at": notified - rng.choice((20, 30, 31)) * DAY,
        "express_receipt": rng.choice(("截图", None)),
    }
    return {"violations": [violation], "evidence": [evidence] if rng.randrange(2) else []}


# --- what a run is given beside the files-----------------------------------------------------


def random_exempt(seed: int, as_of: datetime) -> list[tuple[datetime, datetime]]:
    """None to two exempt intervals of whole days, both ends inside."""
    rng = Random(seed)
    intervals = []
    for _ in range(rng.randrange(3)):
        start = as_of.replace(hour=0, minute=0, second=0) - rng.randrange(35) * DAY
        intervals.append((start, start + rng.randrange(1, 4) * DAY - SECOND))
    return intervals


def random_force_majeure(seed: int, shop: Shop) -> set[str]:
    ids = sorted({str(row["order_id"]) for row in shop.get("orders", [])})
    return {order_id for order_id in ids if Random(f"{seed}{order_id}").randrange(20) == 0}


def random_options(seed: int) -> dict[str, dict[str, object]]:
    rng = Random(seed)
    parcels = rng.choice(("replacement", "replacement", "parcels"))
    return {
        "reply-rate": {
            "clock": rng.choice(("first_of_burst", "own", "round")),
            "reply_inclusive": rng.choice((True, True, False)),
            "cross_midnight": rng.choice(("elapsed", "elapsed", "day_bounded", "exclude")),
            "split_at_midnight": rng.choice((True, True, False)),
        },
        "ship-48h": {
            "presale_from_promise_days": rng.choice((None, None, 3)),
            "parcels": parcels,
        },
        "ship-promise": {"parcels": parcels},
        "pickup-24h": {"parcels": parcels},
        "quality-refund-rate": {"denominator": rng.choice(("paid", "signed"))},
        "dispute-fault-rate": {"dispute_count_op": rng.choice(("lt", "le"))},
    }


SEEDS = st.integers(min_value=0, max_value=2**32 - 1)


def shops(max_size: int = 12) -> st.SearchStrategy[tuple[Shop, datetime]]:
    """Shops for Hypothesis: a failing one shrinks by losing orders, talks and violations."""

    def pieces(most: int) -> st.SearchStrategy[list[int]]:
        return st.lists(SEEDS, max_size=most)

    return st.builds(build_shop, SEEDS, pieces(max_size), pieces(max_size), pieces(3))
