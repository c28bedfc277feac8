"""Kuaishou's dated rules in plain Python: the three-minute rate by buyer and day with its natural
weeks, the badge for fast replies, the composite pickup rate.

Each is written from the rule's own text. A period is a span of days, so that one window may be cut
where the rules changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction

from .basis import DAY, HOUR, Case, Row, text, time, window_end
from .logistics import left_somewhen, tells_pickups
from .orders import Order, given_up, is_cancelled, is_force_majeure, is_presale, orders_of
from .service import CONSULTATION_TYPES, conversation, is_reply, place

LIMIT = timedelta(seconds=180)
OPENING = 8
REPLY_DAYS, BADGE_DAYS, PICKUP_DAYS = 28, 7, 90
PASS, MONTHLY, BADGE = Fraction(7, 10), Fraction(2, 10), Fraction(8, 10)
FULL, PARTIAL, AFTER_SHIPPING = 48 * HOUR, 72 * HOUR, 24 * HOUR
LATE_CREDIT, PRESALE_WEIGHT = Fraction(2, 10), Fraction(8, 10)
Period = tuple[datetime, datetime]
"""First instant, and the first one that is no longer in it."""


@dataclass(frozen=True)
class Version:
    """How one version counts replies, and the days on which it was in force."""

    first: date
    last: date
    closing: int
    people_only: bool
    monthly: bool


VERSIONS: Mapping[str, Version] = {
    "kuaishou-2021-09": Version(date(2021, 9, 1), date(2022, 11, 27), 24, False, True),
    "kuaishou-2022-11": Version(date(2022, 11, 28), date(2023, 3, 26), 24, False, False),
    "kuaishou-2023-03": Version(date(2023, 3, 27), date.max, 23, True, False),
}


def window(as_of: datetime, days: int) -> Period:
    end = window_end(as_of)
    return end - days * DAY, end


def part(period: Period, version: Version) -> Period | None:
    """What of a period lies in the days of a version."""
    since, until = period
    first = datetime.combine(version.first, datetime.min.time())
    since = max(since, first)
    if version.last != date.max:
        until = min(until, datetime.combine(version.last, datetime.min.time()) + DAY)
    return (since, until) if since < until else None


# --- buyers of a day --------------------------------------------------------------------------


@dataclass
class Buyers:
    """Buyers of some days: answered in time, not, or nobody knows."""

    good: int = 0
    bad: int = 0
    unknown: int = 0

    def count(self, fate: str) -> None:
        self.good += fate == "good"
        self.bad += fate == "bad"
        self.unknown += fate == "unknown"

    @property
    def all(self) -> int:
        return self.good + self.bad + self.unknown

    @property
    def pair(self) -> tuple[int, int]:
        return self.good, self.good + self.bad

    def reaches(self, share: Fraction) -> bool | None:
        """Whether the rate is at least the share; None if nobody knows."""
        if self.good >= share * self.all:
            return True
        return False if self.good + self.unknown < share * self.all else None


def fates(case: Case, version: Version, period: Period) -> dict[tuple[date, str], str]:
    """(Day, buyer) → good, bad, unknown, or pending; buyers of whom nothing counts are left out."""
    found: dict[tuple[date, str], set[str]] = {}
    people = persons(case)
    for talk in talks(case):
        for index, row in enumerate(talk):
            if text(row, "sender_role") == "buyer" and counts(case, row, version, period):
                asked = time(row, "sent_at")
                assert asked is not None
                fate = of_message(case, row, talk[index + 1 :], version)
                found.setdefault((asked.date(), person(row, people)), set()).add(fate)
    return {key: of_buyer(told - {""}) for key, told in found.items() if told - {""}}


def of_buyer(told: set[str]) -> str:
    """One late message spoils the day; one of unknown fate may have."""
    return next((fate for fate in ("bad", "unknown", "pending") if fate in told), "good")


def talks(case: Case) -> list[list[Row]]:
    found: dict[tuple[str, str], list[Row]] = {}
    for position, row in enumerate(case.rows("chats")):
        if time(row, "sent_at") is not None:
            found.setdefault(conversation(row, position), []).append(row)
    return [sorted(rows, key=place) for rows in found.values()]


def persons(case: Case) -> dict[str, str]:
    """Session → its buyer, for rows that do not name one."""
    named: dict[str, str] = {}
    for row in case.rows("chats"):
        session, buyer = text(row, "session_id"), text(row, "buyer_id")
        if session and buyer:
            named[session] = min(buyer, named.get(session, buyer))
    return named


def person(row: Row, people: Mapping[str, str]) -> str:
    session = text(row, "session_id")
    buyer = text(row, "buyer_id") or people.get(session, "")
    return f"buyer {buyer}" if buyer else f"session {session}"


def counts(case: Case, row: Row, version: Version, period: Period) -> bool:
    asked = time(row, "sent_at")
    assert asked is not None
    return (
        period[0] <= asked < period[1]
        and case.is_past(asked)
        and OPENING <= asked.hour < version.closing
        and text(row, "message_type") in CONSULTATION_TYPES
        and not case.is_exempt(asked)
    )


def of_message(case: Case, question: Row, later: list[Row], version: Version) -> str:
    """Good, bad, pending or unknown; nothing where only a robot was there."""
    asked = time(question, "sent_at")
    assert asked is not None
    replies = [
        row for row in later if is_reply(row) and case.happened(time(row, "sent_at")) is not None
    ]
    robot_first = bool(replies) and text(replies[0], "sender_role") == "robot"
    if not version.people_only or not robot_first:
        clock, at = asked, time(replies[0], "sent_at") if replies else None
        return in_time(case, clock, at)
    person_row = next((row for row in replies if text(row, "sender_role") == "agent"), None)
    at = None if person_row is None else time(person_row, "sent_at")
    served = case.happened(time(question, "served_at"))
    if served is None and person_row is not None:
        served = case.happened(time(person_row, "served_at"))
    # The robot kept it for itself unless a person had it on the same day.
    if asked.date() not in {moment.date() for moment in (served, at) if moment is not None}:
        return ""
    if served is not None:
        return in_time(case, max(asked, served), at)
    # Handed over at an unknown time between the question and the person's reply.
    return "good" if in_time(case, asked, at) == "good" else "unknown"


def in_time(case: Case, clock: datetime, at: datetime | None) -> str:
    if at is None:
        return "pending" if clock + LIMIT >= case.as_of else "bad"
    return "good" if at - clock <= LIMIT else "bad"


# --- the rate, its weeks and the badge --------------------------------------------------------


@dataclass
class Rate:
    """Buyers of a period, and of each whole natural week in it by its Monday."""

    buyers: Buyers = field(default_factory=Buyers)
    weeks: dict[date, Buyers] = field(default_factory=dict)
    pending: int = 0

    @property
    def status(self) -> str | None:
        """Every week must reach the target as well as the whole; None where nothing counts."""
        if not self.buyers.all:
            return None
        told = {group.reaches(PASS) for group in (self.buyers, *self.weeks.values())}
        whole = self.buyers.reaches(PASS)
        if whole is not True:
            return "fail" if whole is False else "no_verdict"
        return "fail" if False in told else "no_verdict" if None in told else "pass"


def rate(case: Case, version: Version, period: Period) -> Rate:
    found = Rate()
    for (day, _), fate in fates(case, version, period).items():
        found.buyers.count(fate)
        found.pending += fate == "pending"
        monday = day - timedelta(days=day.weekday())
        begins = datetime.combine(monday, datetime.min.time())
        if fate != "pending" and period[0] <= begins and begins + 7 * DAY <= period[1]:
            found.weeks.setdefault(monday, Buyers()).count(fate)
    return found


def badge_days(case: Case, version: Version, period: Period, least: int) -> list[bool | None]:
    """Of each day with counted buyers, whether it earns the badge."""
    days: dict[date, Buyers] = {}
    for (day, _), fate in fates(case, version, period).items():
        days.setdefault(day, Buyers()).count(fate)
    return [
        group.reaches(BADGE) if group.all >= least else False
        for group in days.values()
        if group.all
    ]


def badge(case: Case, version: Version, period: Period, least: int) -> tuple[int, int, str | None]:
    """Days that earn the badge, days that do not, and whether all of the period do."""
    told = badge_days(case, version, period, least)
    earned, missed = told.count(True), told.count(False)
    if not told:
        return 0, 0, None
    needed = (period[1] - period[0]).days
    if earned == needed:
        return earned, missed, "pass"
    return earned, missed, "fail" if earned + told.count(None) < needed else "no_verdict"


def open_days(case: Case, version: Version, period: Period, least: int) -> int:
    """Days of which nobody knows whether they earn it."""
    return badge_days(case, version, period, least).count(None)


# --- the composite pickup rate ----------------------------------------------------------------


@dataclass
class Composite:
    """Orders by what became of them."""

    spot: Counter[str] = field(default_factory=Counter)
    presale: Counter[str] = field(default_factory=Counter)
    excluded: Counter[str] = field(default_factory=Counter)
    unknown: int = 0

    @property
    def value(self) -> Fraction | None:
        """Each kind's rate over its due orders, by its share of the paid orders that are not left
        out for good; a kind of which nothing is due has no rate, and the other stands for both.
        """
        total, paid = Fraction(0), 0
        for group, weight in zip(self.groups, (Fraction(1), PRESALE_WEIGHT), strict=True):
            due = group.total() - group["pending"]
            if due:
                credit = group["full"] + LATE_CREDIT * group["partial"]
                total += weight * group.total() * Fraction(credit) / due
                paid += group.total()
        return total / paid if paid else None

    @property
    def groups(self) -> tuple[Counter[str], Counter[str]]:
        return self.spot, self.presale


def composite(case: Case, period: Period) -> Composite | None:
    """None where a needed column is not there."""
    own = case.has("orders", "shipped_at") or case.has("shipments", "shipped_at")
    seen = case.has("orders", "picked_up_at") or case.has("shipments", "picked_up_at")
    if not (case.has("orders", "paid_at") and own and seen):
        return None
    found = Composite()
    applied = applications(case)
    for order in orders_of(case).values():
        fate = of_order(case, order, period, applied.get(order.order_id, []))
        if fate in ("full", "partial", "late", "pending"):
            (found.presale if is_presale(case, order) else found.spot)[fate] += 1
        if fate == "unknown":
            found.unknown += 1
        elif fate not in ("full", "partial", "late"):
            found.excluded[fate] += 1
    return found


def of_order(case: Case, order: Order, period: Period, applied: list[datetime]) -> str:
    """What became of an order, or why it does not count: the first reason in the published order.

    A refund that was applied for may have been so after a pickup of which no file tells.
    """
    reason = refused(case, order, period)
    if reason is not None:
        return reason
    fate = of_presale(case, order) if is_presale(case, order) else of_spot(case, order)
    picked = case.happened(order.picked_up_at)
    if picked is None and applied:
        return "refund_before_pickup" if tells(case, order) else "unknown"
    if picked is not None and any(at < picked for at in applied):
        return "refund_before_pickup"
    return fate


def applications(case: Case) -> dict[str, list[datetime]]:
    found: dict[str, list[datetime]] = {}
    for row in case.rows("tickets"):
        at = case.happened(time(row, "applied_at"))
        if at is not None:
            found.setdefault(text(row, "order_id"), []).append(at)
    return found


def refused(case: Case, order: Order, period: Period) -> str | None:
    if order.paid_at is None:
        return "unpaid"
    reasons = {
        "after_as_of": not case.is_past(order.paid_at),
        "outside_window": not period[0] <= order.paid_at < period[1],
        "force_majeure": is_force_majeure(case, order),
        "cancelled": is_cancelled(order),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def of_spot(case: Case, order: Order) -> str:
    """Picked up within 48 hours of payment, within 72, later, or still to come."""
    assert order.paid_at is not None
    picked = case.happened(order.picked_up_at)
    if picked is None:
        if not tells(case, order):
            return "unknown"
        return "late" if order.paid_at + PARTIAL < case.as_of else "pending"
    if picked <= order.paid_at + FULL:
        return "full"
    return "partial" if picked <= order.paid_at + PARTIAL else "late"


def of_presale(case: Case, order: Order) -> str:
    """Shipped by the promise and picked up within 24 hours of it, or not, or still to come."""
    assert order.paid_at is not None
    promised = order.promised_at or order.paid_at + FULL
    sent, picked = case.happened(order.last_shipped_at), case.happened(order.picked_up_at)
    if sent is None:
        if picked is not None or is_open(order):
            return "unknown"
        return "late" if promised < case.as_of else "pending"
    if sent > promised:
        return "late"
    if picked is None:
        if not tells(case, order):
            return "unknown"
        return "late" if sent + AFTER_SHIPPING < case.as_of else "pending"
    return "full" if picked <= sent + AFTER_SHIPPING else "late"


def is_open(order: Order) -> bool:
    """A line without a shipping time, of which the state does not say that it waits."""
    if order.last_shipped_at is not None:
        return False
    waiting = [line for line in order.lines if not time(line, "shipped_at") and not given_up(line)]
    known = {"pending_payment", "paid"}
    return left_somewhen(order) or any(text(line, "status") not in known for line in waiting)


def tells(case: Case, order: Order) -> bool:
    """Whether the silence of the files means that nothing was picked up."""
    if order.shipped_at is None:
        return not is_open(order)
    listed = any(text(row, "order_id") == order.order_id for row in case.rows("shipments"))
    return tells_pickups(case, "orders") or (listed and tells_pickups(case, "shipments"))


def parts(as_of: datetime, days: int) -> Iterator[tuple[str, Period]]:
    """Version and its part of a window, of each version that has one."""
    for name, version in VERSIONS.items():
        if (own := part(window(as_of, days), version)) is not None:
            yield name, own
