"""Which days should have rows and have none (rulebook 1b.5).

A shop sells and answers at its own pace. A run of days without rows is missing when the pace lets
one expect ENOUGH units in it and no other gap of about the same length shows that the shop has such
days. What the operator says of closed days and of complete files settles the question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from kshop_audit.model.frozen import frozen
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Settings
from kshop_audit.model.settled import SettledDays

ENOUGH = 10
"""So many expected orders or conversations make an empty run of days a missing one."""

DAY = timedelta(days=1)


@frozen
class Pace:
    """The units of a kind by day: what tells a lost day from a quiet one.

    `units`: day → orders or conversations that began; `rows`: the days that have any row.
    """

    units: Mapping[date, int]
    rows: frozenset[date]

    @property
    def first(self) -> date | None:
        """The first day with rows."""
        return min(self.rows, default=None)

    @property
    def last(self) -> date | None:
        """The last day with rows."""
        return max(self.rows, default=None)


@frozen
class EmptyDays:
    """Days without rows: `missing` ones, and `thin` ones of which nobody can be sure."""

    missing: tuple[date, ...] = ()
    thin: tuple[date, ...] = ()


def empty_days(
    pace: Pace, kind: Kind, since: datetime, as_of: datetime, settings: Settings
) -> EmptyDays:
    """The days of a window without rows, from its beginning to as-of.

    `since`: the window's first instant. Days that the operator settled are in neither list.
    """
    first = pace.first
    if first is None:
        return EmptyDays()
    opened = settings.opened_at
    # Days before the shop opened say nothing of its pace.
    usual_start = since.date() if opened is None else max(since.date(), opened.date())
    begun = min(first, usual_start)
    span = as_of - datetime.combine(begun, time.min)
    if span <= timedelta(0):
        return EmptyDays()
    units = sum(count for day, count in pace.units.items() if begun <= day)
    rate = Fraction(units) * 86_400 / int(span.total_seconds())
    runs = list(_runs(pace.rows, begun, as_of))
    settled = SettledDays(kind, settings)
    missing: list[date] = []
    thin: list[date] = []
    for number, run in enumerate(runs):
        lengths = [len(other) for i, other in enumerate(runs) if i != number]
        left: list[date] = []
        for part in _unexplained(run, settled):
            # Beside days that are explained a gap is as long as what is left of it.
            usual = any(abs(n - len(own)) <= 1 for n in lengths for own in (run, part))
            (thin if usual else left).extend(part)
        # What is expected in a run across the beginning of a window is expected in all of it.
        expected = rate * sum((_part(day, as_of) for day in left), Fraction(0))
        (thin if expected < ENOUGH else missing).extend(left)
    return EmptyDays(*(_within(since.date(), days) for days in (missing, sorted(thin))))


def _within(first: date, days: Sequence[date]) -> tuple[date, ...]:
    """The days from the first one of a window on."""
    return tuple(day for day in days if day >= first)


def _unexplained(run: Sequence[date], settled: SettledDays) -> Iterator[list[date]]:
    """What is left of a run of days without those that the operator settled, piece by piece."""
    piece: list[date] = []
    for day in run:
        if not settled.closed(day):
            piece.append(day)
        elif piece:
            yield piece
            piece = []
    if piece:
        yield piece


def lost_tail(
    pace: Pace, guide: Pace, missing: Sequence[date], newest: datetime | None, as_of: datetime
) -> int:
    """How many days at the end a file of tickets does not reach, while orders go on (1b.5). Fewer
    than ENOUGH rows show no pace, and fewer orders have fewer tickets.

    `pace`, `guide`, `missing`: as in `lost_head`; `newest`: the newest event of the tickets.
    """
    last = max((day for day in (guide.last, *missing) if day is not None), default=None)
    if newest is None or pace.first is None or last is None or not guide.rows:
        return 0
    over = newest.date()
    days, known = (last - over).days, max((over - pace.first).days + 1, 1)
    rows = sum(pace.units.values())
    usual = Fraction(sum(guide.units.values()), len(guide.rows))
    gone = {day for day in missing if day > over}
    later = sum(units for day, units in guide.units.items() if day > over and day not in gone)
    followed = sum(units for day, units in guide.units.items() if day <= over)
    enough = rows * days >= ENOUGH * known
    expected = rows * (later + usual * len(gone)) >= ENOUGH * followed
    return (as_of.date() - over).days if days >= 3 and rows >= ENOUGH and enough and expected else 0


def lost_head(
    pace: Pace, guide: Pace, missing: Sequence[date], since: date, lag: int
) -> list[date]:
    """The days before the first row of a side file, while what it hangs on went on (1b.3, 1b.5).

    `pace`: of the side file; `guide`: of what its rows follow, such as orders, whose `missing` days
    had some too; `since`: the window's first day; `lag`: so many days after the first order no
    row need be there yet. Fewer than ENOUGH rows show no pace.
    """
    begun = min((day for day in (guide.first, *missing) if day is not None), default=None)
    first = pace.first
    if begun is None or first is None:
        return []
    followed = sum(units for day, units in guide.units.items() if day >= first)
    if not followed or not guide.rows:
        return []
    usual = Fraction(sum(guide.units.values()), len(guide.rows))
    lost = set(missing)
    head = [first - back * DAY for back in range((first - max(begun, since)).days, 0, -1)]
    late = [day for day in head if (day - begun).days >= lag]
    units = sum((usual if day in lost else guide.units.get(day, 0) for day in late), Fraction(0))
    rows = sum(pace.units.values())
    enough = rows >= ENOUGH and units * rows >= ENOUGH * followed
    return head if len(late) >= 3 and enough else []


def lost_inside(pace: Pace, guide: Pace, missing: Sequence[date]) -> list[date]:
    """The days between the first and the last row of a side file on which it has none, while what
    it hangs on went on (1b.3, 1b.5).

    The arguments are those of `lost_head`. A run of days is lost if both paces, that of the days
    and that of what the rows follow, let one expect ENOUGH rows in it, and no other run is of
    about its length: after a day with the most orders of all the rows may come days later.
    """
    first, last = pace.first, pace.last
    if first is None or last is None:
        return []
    rows, span = sum(pace.units.values()), (last - first).days + 1
    followed = sum(units for day, units in guide.units.items() if day >= first)
    if not followed:
        return []
    usual = Fraction(sum(guide.units.values()), len(guide.rows))
    lost = set(missing)
    runs = list(_runs(pace.rows, first, datetime.combine(last, time.min)))
    found: list[date] = []
    for run in runs:
        if sum(abs(len(other) - len(run)) <= 1 for other in runs) > 1:
            continue
        units = sum((usual if day in lost else guide.units.get(day, 0) for day in run), Fraction(0))
        if min(Fraction(rows * len(run), span), units * rows / followed) >= ENOUGH:
            found.extend(run)
    return found


def _runs(rows: frozenset[date], begun: date, as_of: datetime) -> Iterator[Sequence[date]]:
    """The longest runs of days without rows, from `begun` to the day of as-of."""
    run: list[date] = []
    day = begun
    while datetime.combine(day, time.min) < as_of:
        if day in rows:
            if run:
                yield run
            run = []
        else:
            run.append(day)
        day += DAY
    if run:
        yield run


def _part(day: date, as_of: datetime) -> Fraction:
    """How much of the day lies before as-of."""
    begun = datetime.combine(day, time.min)
    return min(Fraction(1), Fraction(int((as_of - begun).total_seconds()), 86_400))
