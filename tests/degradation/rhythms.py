"""When a random shop is open and how much it sells and talks on each of its days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from tests.degradation.builders import window_end

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
RHYTHMS = (
    "steady",
    "steady",
    "slow",
    "livestream",
    "twice_a_week",
    "sparse",
    "weekdays",
    "new",
    "night",
    "festival",
)
GOOD = (1000, 1000, 995, 975, 970, 960, 940, 900, 830, 800, 780, 500)
"""Chances in a thousand that a thing goes well; most lie about a threshold of some rule."""


@dataclass(frozen=True)
class Rhythm:
    """The days of one shop and its habits.

    Attributes:
        name: One of RHYTHMS.
        as_of: The instant of the audit.
        opened_at: Midnight of the shop's first day.
        orders: Orders created on each day, from `opened_at` to the day of as-of.
        talks: Conversations begun on each day, likewise.
        good: Chance in a thousand that a reply, a shipment or a pickup is in time.
        later: Whether the files were exported after as-of, so that they hold later events.
    """

    name: str
    as_of: datetime
    opened_at: datetime
    orders: tuple[int, ...]
    talks: tuple[int, ...]
    good: int
    later: bool

    def days(self) -> list[datetime]:
        return [self.opened_at + number * DAY for number in range(len(self.orders))]


def rhythm_of(rng: Random, size: int = 1) -> Rhythm:
    """A rhythm by chance, of a few hundred orders and conversations times `size`."""
    name = rng.choice(RHYTHMS)
    as_of = datetime(2026, 11, 1) - rng.randrange(300) * DAY
    if rng.randrange(3) == 0:
        as_of -= rng.choice((1, 60, 3_600 * 9, rng.randrange(1, 86_400))) * SECOND
    age = rng.randrange(5, 29) if name == "new" else rng.randrange(61, 70)
    opened_at = window_end(as_of) - age * DAY
    days = [opened_at + number * DAY for number in range(age)]
    phase = rng.randrange(7)
    open_days = [
        rng.randrange(5) < 2 if name == "sparse" else is_open(name, day, number + phase)
        for number, day in enumerate(days)
    ]
    orders = spread(rng, open_days, rng.choice((40, 120, 200, 300)) * size, slow=name == "slow")
    talks = spread(rng, open_days, rng.choice((15, 60, 120)) * size, slow=name == "slow")
    if name == "festival":
        peak = rng.randrange(age)
        orders[peak] *= 6
        talks[peak] *= 4
    return Rhythm(
        name=name,
        as_of=as_of,
        opened_at=opened_at,
        orders=tuple(orders),
        talks=tuple(talks),
        good=rng.choice(GOOD),
        later=rng.randrange(8) == 0,
    )


def is_open(name: str, day: datetime, number: int) -> bool:
    if name == "livestream":
        return number % 2 == 0
    if name == "twice_a_week":
        return number % 7 in (0, 3)
    return name != "weekdays" or day.weekday() < 5


def spread(rng: Random, open_days: list[bool], total: int, *, slow: bool) -> list[int]:
    """About `total` events over the open days; a slow shop has two a day, or none."""
    if slow:
        return [rng.choice((1, 2, 2, 3)) if opened else 0 for opened in open_days]
    mean = max(1, total // max(1, sum(open_days)))
    low, high = max(0, mean - mean // 3), mean + mean // 3 + 1
    return [rng.randrange(low, high + 1) if opened else 0 for opened in open_days]


def moment_of(rng: Random, rhythm: Rhythm, day: datetime) -> datetime:
    """An instant of a day at which customers of this shop are awake, to the second."""
    if rhythm.name == "night":
        return day + rng.choice((rng.randrange(3), rng.randrange(20, 24))) * HOUR + minutes(rng)
    if rng.randrange(40) == 0:
        return day + rng.choice((0, 8 * 3_600 - 1, 8 * 3_600, 86_398, 86_399)) * SECOND
    return day + rng.randrange(7, 24) * HOUR + minutes(rng)


def minutes(rng: Random) -> timedelta:
    return timedelta(seconds=rng.randrange(3_600))


def goes_well(rng: Random, rhythm: Rhythm) -> bool:
    return rng.randrange(1000) < rhythm.good
