"""What buyers say, from the published definitions: loops over rows, as slow as they are plain."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .aftersales import is_intervened
from .basis import Case, Row, seconds, text, time
from .orders import orders_of
from .product import first_tickets, reason_of
from .service import CONSULTATION_TYPES, WINDOW, bursts, conversation, dropped, place, state_of

REASON_WINDOW = 60


def normal(words: str) -> str:
    """Text without disguises: compatibility forms, no punctuation, symbols, blanks; small."""
    plain = unicodedata.normalize("NFKC", words)
    kept = (
        letter
        for letter in plain
        if not letter.isspace()
        and unicodedata.category(letter)[0] not in "PS"
        and unicodedata.category(letter) != "Cf"
    )
    return "".join(kept).lower()


# --- when buyers write ------------------------------------------------------------------------


@dataclass
class Hour:
    arrivals: int = 0
    counted: int = 0
    answered: int = 0


def asked(case: Case) -> list[Row]:
    """Every question of the window, whatever the hour."""
    found = []
    for row in case.rows("chats"):
        moment = time(row, "sent_at")
        if moment is None or text(row, "sender_role") != "buyer":
            continue
        if case.outside(moment, WINDOW) or text(row, "message_type") not in CONSULTATION_TYPES:
            continue
        if not case.is_exempt(moment):
            found.append(row)
    return found


def questions(case: Case) -> list[tuple[list[Row], Row | None]]:
    """Bursts of the assessed hours, each with its first reply."""
    talks: dict[tuple[str, str], list[Row]] = {}
    for position, row in enumerate(case.rows("chats")):
        if time(row, "sent_at") is not None:
            talks.setdefault(conversation(row, position), []).append(row)
    return [
        found
        for rows in talks.values()
        for found in bursts(case, sorted(rows, key=place), Counter())
    ]


def sent(row: Row) -> datetime:
    moment = time(row, "sent_at")
    assert moment is not None
    return moment


def heat(case: Case) -> dict[tuple[int, int], tuple[int, int, int]]:
    """(weekday, hour) → arrivals, counted, answered."""
    hours: dict[tuple[int, int], Hour] = {}
    for row in asked(case):
        at = sent(row)
        hours.setdefault((at.isoweekday(), at.hour), Hour()).arrivals += 1
    clock = case.option("reply-rate", "clock", "first_of_burst")
    for burst, reply in questions(case):
        for row in burst[:1] if clock == "round" else burst:
            at = sent(row)
            started = at if clock == "own" else sent(burst[0])
            state = state_of(case, at, started, reply)
            if dropped(case, at, started, reply):
                continue
            if state != "pending":
                cell = hours.setdefault((at.isoweekday(), at.hour), Hour())
                cell.counted += 1
                cell.answered += state == "answered"
    return {key: (one.arrivals, one.counted, one.answered) for key, one in hours.items()}


def waits(case: Case) -> tuple[list[int], list[int]]:
    """Seconds that answered questions waited, and unanswered ones until as-of; longest first."""
    answered, unanswered = [], []
    for burst, reply in questions(case):
        if reply is None:
            unanswered.append(seconds(case.as_of - sent(burst[0])))
        else:
            answered.append(seconds(sent(reply) - sent(burst[0])))
    return sorted(answered, reverse=True), sorted(unanswered, reverse=True)


def topics(case: Case, words: Mapping[str, Sequence[str]]) -> tuple[Counter[str], int]:
    """Messages by topic, and how many have none."""
    found: Counter[str] = Counter()
    unmatched = 0
    for row in asked(case):
        said = normal(text(row, "content"))
        about = {name for name, own in words.items() if any(normal(one) in said for one in own)}
        found.update(about)
        unmatched += not about
    return found, unmatched


# --- why they give things back ----------------------------------------------------------------


@dataclass
class Goods:
    paid: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


@dataclass
class Refunds:
    paid: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    products: dict[str, Goods] = field(default_factory=dict)
    handled: dict[str, list[int]] = field(default_factory=dict)


def refunds(case: Case) -> Refunds:
    """First reasons ("" = none given) of orders by their first ticket, over all and by product."""
    found, orders = Refunds(), orders_of(case)
    goods = {
        order_id: {name for line in order.lines if (name := text(line, "product_id"))}
        for order_id, order in orders.items()
    }
    for order_id, order in orders.items():
        if order.paid_at is not None and case.outside(order.paid_at, REASON_WINDOW) is None:
            found.paid += 1
            for name in goods[order_id]:
                found.products.setdefault(name, Goods()).paid += 1
    for order_id, row in first_tickets(case).items():
        applied = time(row, "applied_at")
        assert applied is not None
        if case.outside(applied, REASON_WINDOW) is None:
            reason = normal(reason_of(row))
            found.reasons[reason] += 1
            for name in goods.get(order_id, ()):
                found.products.setdefault(name, Goods()).reasons[reason] += 1
    found.handled = handled(case)
    return found


def handled(case: Case) -> dict[str, list[int]]:
    """Reason → seconds from application to end of the refunds that ended in the window."""
    spans: dict[str, list[int]] = {}
    for row in case.rows("tickets"):
        if text(row, "type") not in ("refund_only", "return_refund"):
            continue
        applied, finished = time(row, "applied_at"), time(row, "finished_at")
        if text(row, "status") not in ("succeeded", "closed") or not (applied and finished):
            continue
        length = finished - applied
        sound = timedelta(0) <= length <= timedelta(days=180)
        if sound and case.outside(finished, REASON_WINDOW) is None:
            spans.setdefault(normal(reason_of(row)), []).append(seconds(length))
    return spans


# --- who has trouble again and again ----------------------------------------------------------


@dataclass
class Buyer:
    tickets: list[str] = field(default_factory=list)
    disputed: int = 0
    orders: set[str] = field(default_factory=set)


def repeats(case: Case) -> tuple[dict[str, Buyer], int]:
    """Buyers with two tickets or more, and the tickets of nobody knows whom."""
    orders = orders_of(case)
    judged = {text(row, "ticket_id") for row in case.rows("disputes")}
    buyers: dict[str, Buyer] = {}
    unknown = 0
    for row in case.rows("tickets"):
        applied = time(row, "applied_at")
        if applied is not None and not case.is_past(applied):
            continue
        order_id = text(row, "order_id")
        order = orders.get(order_id)
        name = text(row, "buyer_id") or (order.buyer_id if order is not None else "")
        if not name:
            unknown += 1
            continue
        buyer = buyers.setdefault(name, Buyer())
        buyer.tickets.append(text(row, "ticket_id"))
        buyer.disputed += is_intervened(row) or text(row, "ticket_id") in judged
        buyer.orders |= {order_id} - {""}
    return {name: one for name, one in buyers.items() if len(one.tickets) >= 2}, unknown
