"""Taobao in plain Python: rounds of the chat, the range of the fee, listings that cross a line."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from .basis import Case, Outcome, Row, money, text, tidy, time
from .orders import orders_of
from .service import conversation, is_reply, place

LIMIT = timedelta(seconds=180)
FIRST_HOUR, LAST_HOUR = 8, 23
ROUND_WINDOW = 30
LEAST_SHARE, MOST_SHARE = Decimal("0.03"), Decimal("0.05")
CENT = Decimal("0.01")
CHEAP_SKU, CHEAP_LISTING, FEWEST = Fraction(3, 10), Fraction(1, 5), 5


# --- rounds -----------------------------------------------------------------------------------


def rounds(case: Case) -> Outcome:
    """A round runs from the first question to the first answer; the day's end cuts it."""
    talks: dict[tuple[str, str], list[Row]] = {}
    for position, row in enumerate(case.rows("chats")):
        if time(row, "sent_at") is not None:
            talks.setdefault(conversation(row, position), []).append(row)
    excluded: Counter[str] = Counter()
    good = bad = 0
    for rows in talks.values():
        talk = sorted(rows, key=place)
        started: list[int] = []
        for index, row in enumerate(talk):
            if text(row, "sender_role") != "buyer":
                continue
            if reason := refused(case, row):
                excluded[reason] += 1
            elif opens(case, talk, index):
                started.append(index)
        for index in started:
            state = outcome(case, talk, index)
            good += state == "good"
            bad += state == "bad"
            if state not in ("good", "bad"):
                excluded[state] += 1
    return Outcome(good, good + bad, tidy(excluded))


def refused(case: Case, row: Row) -> str | None:
    moment = time(row, "sent_at")
    assert moment is not None
    if reason := case.outside(moment, ROUND_WINDOW):
        return reason
    if not FIRST_HOUR <= moment.hour < LAST_HOUR:
        return "outside_hours"
    if text(row, "message_type") not in ("", "text", "image"):
        return "not_consultation"
    return "exempt" if case.is_exempt(moment) else None


def heard(case: Case, row: Row) -> bool:
    """A reply that has happened and lies in the window."""
    moment = time(row, "sent_at")
    assert moment is not None
    return is_reply(row) and case.outside(moment, ROUND_WINDOW) is None


def opens(case: Case, talk: Sequence[Row], index: int) -> bool:
    """No counted question of the same day stands before it without a reply between."""
    day = str(time(talk[index], "sent_at"))[:10]
    for row in reversed(talk[:index]):
        if heard(case, row):
            return True
        if text(row, "sender_role") == "buyer" and refused(case, row) is None:
            return str(time(row, "sent_at"))[:10] != day
    return True


def outcome(case: Case, talk: Sequence[Row], index: int) -> str:
    asked = time(talk[index], "sent_at")
    assert asked is not None
    midnight = asked.replace(hour=0, minute=0, second=0) + timedelta(days=1)
    reply = next((row for row in talk[index:] if heard(case, row)), None)
    at = None if reply is None else time(reply, "sent_at")
    if (at is None or at >= midnight) and asked + LIMIT >= midnight:
        return "outside_hours"
    if reply is not None and text(reply, "sender_role") == "robot":
        return "not_consultation"
    if at is None:
        return "pending" if asked + LIMIT >= case.as_of else "bad"
    return "good" if at - asked <= LIMIT else "bad"


# --- fees -------------------------------------------------------------------------------------


def fees(case: Case) -> tuple[Decimal, Decimal, int]:
    """The least and the most that the paid orders cost, and how many they are."""
    low = high = Decimal(0)
    count = 0
    for order in orders_of(case).values():
        if case.happened(order.paid_at) is None:
            continue
        if all(text(line, "status") == "closed" for line in order.lines):
            continue
        amounts = [money(line, "paid_amount") for line in order.lines]
        if None in amounts:
            continue
        paid = sum((amount for amount in amounts if amount is not None), Decimal(0))
        low += (paid * LEAST_SHARE).quantize(CENT, rounding=ROUND_HALF_UP)
        high += (paid * MOST_SHARE).quantize(CENT, rounding=ROUND_HALF_UP)
        count += 1
    return low, high, count


# --- listings ---------------------------------------------------------------------------------


def bare(title: str) -> str:
    kept = (c for c in unicodedata.normalize("NFKC", title) if not c.isspace())
    return "".join(c for c in kept if unicodedata.category(c)[0] not in "PS").lower()


def median(values: Sequence[Decimal]) -> Fraction:
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return Fraction(ordered[middle])
    return Fraction(ordered[middle - 1] + ordered[middle]) / 2


def crossed(
    rows: Sequence[Row], free: Sequence[str], conditions: Sequence[str]
) -> Mapping[str, set[str] | None]:
    """Product → the lines it crosses; None where an empty cell leaves it open."""
    goods: dict[str, list[Row]] = {}
    for row in rows:
        if text(row, "status") not in ("off_sale", "draft"):
            goods.setdefault(text(row, "product_id"), []).append(row)
    titles = Counter(bare(text(some[0], "title")) for some in goods.values())
    whole: dict[str, list[Decimal]] = {}
    for some in goods.values():
        price, postage = price_of(some), postage_of(some)
        if price is not None and postage is not None:
            whole.setdefault(text(some[0], "category"), []).append(price + postage)
    found: dict[str, set[str] | None] = {}
    for product, some in goods.items():
        title = bare(text(some[0], "title"))
        lines = cheap_skus(some) | ({"duplicate_listing"} if titles[title] > 1 else set())
        lines |= charged_for(title, postage_of(some), free, conditions)
        known = None not in (price_of(some), postage_of(some))
        lines |= dear_or_cheap(some, whole.get(text(some[0], "category"), []))
        found[product] = lines if lines or known else None
    return found


def cheap_skus(rows: Sequence[Row]) -> set[str]:
    skus = [money(row, "sku_price") for row in rows]
    prices = [sku for sku in skus if sku is not None]
    cheap = len(prices) > 1 and Fraction(min(prices)) < CHEAP_SKU * median(prices)
    return {"sku_price"} if cheap else set()


def dear_or_cheap(rows: Sequence[Row], others: Sequence[Decimal]) -> set[str]:
    """Against its own price, and against the other listings of its category."""
    price, postage = price_of(rows), postage_of(rows)
    if price is None or postage is None:
        return set()
    lines = {"postage"} if postage > price else set()
    if len(others) >= FEWEST and Fraction(price + postage) < CHEAP_LISTING * median(others):
        lines.add("category_price")
    return lines


def charged_for(
    title: str, postage: Decimal | None, free: Sequence[str], conditions: Sequence[str]
) -> set[str]:
    promised = any(bare(word) in title for word in free)
    conditional = any(bare(word) in title for word in conditions)
    paid = postage is not None and postage > 0
    return {"free_shipping"} if promised and not conditional and paid else set()


def price_of(rows: Sequence[Row]) -> Decimal | None:
    for name in ("price", "sku_price"):
        prices = [money(row, name) for row in rows]
        known = [price for price in prices if price is not None]
        if known:
            return min(known)
    return None


def postage_of(rows: Sequence[Row]) -> Decimal | None:
    stated = [money(row, "postage") for row in rows]
    return max((postage for postage in stated if postage is not None), default=None)
