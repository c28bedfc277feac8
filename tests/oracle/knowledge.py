"""What files still say when part of them is gone: cells, rows and the ends of a figure.

A second implementation of the bounds, for reading and not for speed. Rows are cells of text as a
file holds them. Each unit of a rule is the set of all that it may come to, as pairs of hits and
misses, and the bounds of a ratio are searched over all of these sets at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cache

from .basis import DAY, window_end
from .gaps import missing_runs

Cells = Mapping[str, str]
Pair = tuple[int, int]
"""Hits and misses."""
Unit = frozenset[Pair]

HIT: Pair = (1, 0)
MISS: Pair = (0, 1)
OUT: Pair = (0, 0)
ANYTHING: Unit = frozenset({HIT, MISS, OUT})
SECOND = timedelta(seconds=1)

WORDS: dict[tuple[str, str], frozenset[str]] = {
    ("chats", "sender_role"): frozenset({"buyer", "agent", "robot", "system"}),
    ("chats", "message_type"): frozenset({"", "text", "image", "card", "system"}),
    ("orders", "status"): frozenset(
        {"pending_payment", "paid", "shipped", "received", "completed", "closed"}
    ),
    ("orders", "aftersale_state"): frozenset({"", "none", "open", "refunded"}),
    ("tickets", "type"): frozenset({"refund_only", "return_refund", "exchange"}),
    ("tickets", "status"): frozenset(
        {
            "open",
            "rejected",
            "awaiting_return",
            "awaiting_receipt",
            "refunding",
            "succeeded",
            "closed",
        }
    ),
    ("tickets", "arbitration"): frozenset({"", "无", "平台介入", "已介入"}),
    ("tickets", "liable_party"): frozenset({"", "merchant", "both", "buyer", "platform"}),
    ("disputes", "liable_party"): frozenset({"", "merchant", "both", "buyer", "platform"}),
}
"""The words of this vocabulary, in canonical English; all others are unknown."""
KEYS: dict[str, tuple[str, ...]] = {
    "orders": ("order_id", "sub_order_id", "product_id"),
    "chats": ("message_id",),
    "tickets": ("ticket_id",),
    "disputes": ("ticket_id",),
    "shipments": ("order_id", "tracking_no"),
}
STATES = {
    "orders": ("status", "aftersale_state"),
    "tickets": ("status", "arbitration", "liable_party"),
    "disputes": ("liable_party",),
}
"""Cells in which two versions of one key may not differ without being unknown."""
NOT_STATED = "?"
"""A cell whose versions contradict each other; a word of no vocabulary."""


@dataclass(frozen=True)
class Interval:
    """An instant as exactly as its cell tells it, both ends included."""

    low: datetime
    high: datetime

    @property
    def exact(self) -> bool:
        return self.low == self.high


@cache
def interval_of(cell: str) -> Interval | None:
    """The instant of a cell, None of an empty one.

    Raises:
        ValueError: If the cell cannot be read.
    """
    if not cell:
        return None
    moment = datetime.fromisoformat(cell)
    length = {10: DAY, 16: 60 * SECOND}.get(len(cell), SECOND)
    return Interval(moment, moment + length - SECOND)


def is_readable(name: str, cell: str) -> bool:
    if name.endswith("_at"):
        try:
            interval_of(cell)
        except ValueError:
            return False
    return not (name.endswith(("_id", "_no")) and "E+" in cell)


@dataclass
class Known:
    """The rows of one kind of file, sorted by what can be read of them.

    Attributes:
        header: Columns of the file; empty where there is no file.
        good: Rows to trust, one a key, contradictions already marked.
        rejected: Rows with damage; a key that can be read is still there, others are empty.
    """

    header: frozenset[str] = frozenset()
    good: list[dict[str, str]] = field(default_factory=list)
    rejected: list[dict[str, str]] = field(default_factory=list)
    index: dict[str, dict[str, list[dict[str, str]]]] = field(default_factory=dict)

    def has(self, *names: str) -> bool:
        return self.header.issuperset(names)

    def keyless(self, key: str) -> int:
        """Rejected rows of which nobody knows to what they belong."""
        return sum(not row.get(key) for row in self.rejected)

    def by(self, key: str) -> dict[str, list[dict[str, str]]]:
        """Rows to trust by the value of a column; put together once a column."""
        if key not in self.index:
            table = self.index.setdefault(key, {})
            for row in self.good:
                table.setdefault(row.get(key, ""), []).append(row)
        return self.index[key]

    def touched(self, key: str) -> frozenset[str]:
        return frozenset(row[key] for row in self.rejected if row.get(key))


@dataclass(frozen=True)
class Files:
    """All files of a shop, its instant, and since when there could be rows."""

    kinds: Mapping[str, Known]
    as_of: datetime
    opened_at: datetime | None
    lost: frozenset[datetime] = frozenset()
    """Days that are missing from the file under consideration."""

    def __getitem__(self, kind: str) -> Known:
        return self.kinds.get(kind, Known())

    def since(self, days: int) -> datetime:
        start = window_end(self.as_of) - days * DAY
        return start if self.opened_at is None else max(start, self.opened_at)

    def inside(self, moment: Interval, days: int = 30) -> frozenset[bool]:
        """Whether an instant may lie in the window, and whether it may lie outside."""
        start = window_end(self.as_of) - days * DAY
        last = self.as_of - SECOND if self.as_of == window_end(self.as_of) else self.as_of
        may = moment.low <= last and moment.high >= start
        may_not = moment.high > last or moment.low < start
        return frozenset({True} if may else ()) | frozenset({False} if may_not else ())


def known_of(kind: str, header: Iterable[str], rows: Sequence[Cells]) -> Known:
    """Reads a file: damaged rows aside, contradicting versions of a key marked as not known."""
    known = Known(frozenset(header))
    newest: dict[tuple[str, ...], dict[str, str]] = {}
    for number, row in enumerate(rows):
        if not all(is_readable(name, cell) for name, cell in row.items()):
            cells = {name: cell if is_readable(name, cell) else "" for name, cell in row.items()}
            known.rejected.append(cells)
            continue
        names = [name for name in KEYS.get(kind, ()) if name in row]
        key = tuple(row[name] for name in names)
        if not names or not key[0]:
            key = (f"row {number}",)
        before = newest.get(key)
        newest[key] = dict(row) if before is None else newer(kind, before, row)
    known.good.extend(newest.values())
    return known


def newer(kind: str, one: Cells, other: Cells) -> dict[str, str]:
    """The version with the later event, with the cells that only guessing could choose."""
    later = (latest(other), sorted(other.items())) > (latest(one), sorted(one.items()))
    chosen = dict(other if later else one)
    for name in STATES.get(kind, ()):
        if name in chosen and one[name] != other[name]:
            chosen[name] = NOT_STATED
    return chosen


def latest(row: Cells) -> str:
    return max((cell for name, cell in row.items() if name.endswith("_at")), default="")


def is_known(kind: str, name: str, word: str) -> bool:
    return word in WORDS[kind, name]


# --- empty days -------------------------------------------------------------------------------


def missing_dates(
    files: Files, rows: Iterable[tuple[str, datetime]], days: int = 30
) -> list[datetime]:
    """The days of the window that are missing from a kind of file."""
    start = window_end(files.as_of) - days * DAY
    return [
        day
        for gap in missing_runs(rows, files.as_of, files.since(days))
        for day in (gap.first + number * DAY for number in range(gap.days))
        if day >= start
    ]


def fullest(moments: Iterable[datetime]) -> int:
    """The most that one day holds."""
    days: dict[object, int] = {}
    for moment in moments:
        days[moment.date()] = days.get(moment.date(), 0) + 1
    return max(days.values(), default=0)


# --- the ends of a figure ---------------------------------------------------------------------


def turns(units: list[Unit], count: int, pair: Pair) -> None:
    """Adds `count` rows of unknown key, each of which may turn any unit to `pair`, or add one."""
    for _ in range(count):
        against = (-pair[1], -pair[0])
        turned = (pair[0] + against[0], pair[1] + against[1])
        units.append(frozenset({OUT, pair, turned}))


@dataclass(frozen=True)
class Span:
    """Lowest and highest value that a ratio may have, as hits and counted; None if nothing."""

    low: Pair
    high: Pair

    def holds(self, value: Fraction) -> bool:
        low, high = ratio(self.low), ratio(self.high)
        return (low is None or low <= value) and (high is None or value <= high)

    def agrees(self, passes: Callable[[int, int], bool]) -> bool | None:
        """The verdict if both ends have the same one."""
        verdicts = {
            passes(hits, hits + misses) if hits + misses else None
            for hits, misses in (self.low, self.high)
        }
        return verdicts.pop() if len(verdicts) == 1 else None


def ratio(pair: Pair) -> Fraction | None:
    hits, misses = pair
    return Fraction(hits, hits + misses) if hits + misses > 0 else None


def span_of(units: Sequence[Unit]) -> Span:
    return Span(extreme(units, -1), extreme(units, 1))


def extreme(units: Sequence[Unit], sign: int) -> Pair:
    """The sum of one pair of each unit whose ratio is the lowest (-1) or the highest (1).

    For a guess g of the ratio each unit takes the pair with the best hits - g * counted; the
    ratio of the sum is the next guess, until it stays.
    """
    guess = Fraction(1, 2)
    while True:

        def gain(pair: Pair, guess: Fraction = guess) -> tuple[Fraction, int]:
            hits, misses = pair
            return sign * (hits - guess * (hits + misses)), hits + misses

        chosen = [max(unit, key=gain) for unit in units]
        # Rows that may turn a unit cannot turn more of them than there are.
        hits = max(0, sum(hits for hits, _ in chosen))
        misses = max(0, sum(misses for _, misses in chosen))
        following = ratio((hits, misses))
        if following is None or following == guess:
            return hits, misses
        guess = following
