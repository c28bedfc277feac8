"""Empty days: which runs of days without rows are gaps in an export and not quiet days.

The pace of a shop is its orders or conversations over the days from its first row, or from the
window's beginning if that is earlier, to as-of, a partial last day by its hours. A run of days
without rows is missing if the pace lets one expect ten units in it and no other gap of the same
length, give or take a day, is anywhere in the file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from .basis import DAY

ENOUGH = 10


@dataclass(frozen=True)
class Gap:
    """A run of days without rows.

    Attributes:
        first: Midnight of its first day.
        days: How many days it touches, a partial last one included.
        expected: Units that the pace lets one expect in it.
        alone: Whether no other gap of about its length is in the file.
    """

    first: datetime
    days: int
    expected: Fraction
    alone: bool

    @property
    def missing(self) -> bool:
        return self.alone and self.expected >= ENOUGH


def midnight_of(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def in_days(start: datetime, end: datetime) -> Fraction:
    span = end - start
    return Fraction(span.days * 86_400 + span.seconds, 86_400)


def all_runs(
    rows: Iterable[tuple[str, datetime]], as_of: datetime, since: datetime
) -> list[tuple[datetime, int]]:
    """(first day, days) of every run of days without rows up to as-of."""
    days = {midnight_of(moment) for _, moment in rows if moment < as_of}
    day = min([midnight_of(since), *days])
    runs: list[tuple[datetime, int]] = []
    while day < as_of:
        if day not in days:
            if runs and runs[-1][0] + runs[-1][1] * DAY == day:
                runs[-1] = (runs[-1][0], runs[-1][1] + 1)
            else:
                runs.append((day, 1))
        day += DAY
    return runs


def gaps(rows: Iterable[tuple[str, datetime]], as_of: datetime, since: datetime) -> list[Gap]:
    """Every gap of one kind of file.

    Args:
        rows: (order id or conversation, time) of every row; rows after as-of are left out.
        as_of: The end of what could be there.
        since: The window's beginning, or the day on which the shop opened if that is later.
    """
    known = [(unit, moment) for unit, moment in rows if moment < as_of]
    if not known:
        return []
    start = min(midnight_of(since), midnight_of(min(moment for _, moment in known)))
    pace = Fraction(len({unit for unit, _ in known})) / in_days(start, as_of)
    runs = all_runs(known, as_of, since)
    found = []
    for number, (first, days) in enumerate(runs):
        others = [length for place, (_, length) in enumerate(runs) if place != number]
        lasted = in_days(first, min(first + days * DAY, as_of))
        alone = all(abs(length - days) > 1 for length in others)
        found.append(Gap(first, days, pace * lasted, alone))
    return found


def missing_runs(
    rows: Iterable[tuple[str, datetime]], as_of: datetime, since: datetime
) -> list[Gap]:
    """The gaps whose days are missing from the export."""
    return [gap for gap in gaps(rows, as_of, since) if gap.missing]


def late_start(
    rows: list[datetime], guide: list[datetime], lost: set[datetime], since: datetime, lag: int
) -> list[datetime]:
    """The days from the window's beginning to the first row of a side file, while what its rows
    follow went on; none where too few rows would be expected there, or are there.

    Args:
        rows: Times of the side file's rows.
        guide: Times of what they follow, one each; its missing days had as many as the others.
        lost: The missing days of it.
        since: The window's beginning.
        lag: Days after the first of the guide before which no row need be there.
    """
    days = [midnight_of(moment) for moment in guide]
    if not rows or not days:
        return []
    first, begun = midnight_of(min(rows)), min([*days, *lost])
    follow = sum(day >= first for day in days)
    if not follow:
        return []
    head = [
        max(begun, midnight_of(since)) + number * DAY
        for number in range((first - max(begun, midnight_of(since))) // DAY)
    ]
    late = [day for day in head if day - begun >= lag * DAY]
    usual = Fraction(len(days), len(set(days)))
    before = sum((usual if day in lost else Fraction(days.count(day)) for day in late), Fraction(0))
    expected = min(before * len(rows) / follow, Fraction(len(rows)))
    return head if len(late) >= 3 and expected >= ENOUGH else []


def lost_inside(rows: list[datetime], guide: list[datetime], lost: set[datetime]) -> list[datetime]:
    """The days between the first and the last row of a side file on which it has none, while what
    its rows follow went on: by the pace of its days and by that of what they follow ten rows or
    more are expected in such a run, and no other is as long.

    The arguments are those of `late_start`.
    """
    if not rows or not guide:
        return []
    held = {midnight_of(moment) for moment in rows}
    days = [midnight_of(moment) for moment in guide]
    first, last = min(held), max(held)
    follow = sum(day >= first for day in days)
    if not follow:
        return []
    usual = Fraction(len(days), len(set(days)))
    runs = [run for run in all_runs([("", m) for m in rows], last, first) if run[0] > first]
    found: list[datetime] = []
    for begun, length in runs:
        run = [begun + number * DAY for number in range(length)]
        alike = sum(abs(other - length) <= 1 for _, other in runs)
        units = sum((usual if d in lost else Fraction(days.count(d)) for d in run), Fraction(0))
        by_days = Fraction(len(rows) * length, (last - first).days + 1)
        if alike == 1 and min(by_days, units * len(rows) / follow) >= ENOUGH:
            found += run
    return found
