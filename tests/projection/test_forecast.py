"""The lines of a forecast against plain Python, and the worked examples of the design."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kshop_audit.judging.distance import distance
from kshop_audit.judging.judge import judge
from kshop_audit.model.forecast import RuleForecast
from kshop_audit.model.knowledge import Doubts, Why
from kshop_audit.model.measurement import DayCount, Measurement, OpenUnits
from kshop_audit.model.metadata import Operator, Provenance, Target
from kshop_audit.model.settings import Interval, NoBusiness, Settings, Terms
from kshop_audit.packs import load
from kshop_audit.projection.forecast import ahead_of
from kshop_audit.rules import catalogue

PACK = load("kuaishou")
DAY = timedelta(days=1)
E = date(2026, 11, 1)
MIDNIGHT = datetime(2026, 11, 1)
Pairs = Sequence[tuple[int, int]]


def forecast(
    days: Pairs,
    *,
    as_of: datetime = MIDNIGHT,
    rule: str = "reply-rate",
    own: Settings | None = None,
    assumed: Fraction | None = None,
    unknown: Sequence[int] = (),
    **more: object,
) -> RuleForecast:
    """Of a rule whose last natural days, the one of as-of included, were these.

    `unknown`: units of each day whose outcome is not known.
    """
    terms = Terms(as_of, PACK, own or Settings())
    first = terms.end.date() - len(days) * DAY
    doubts = [{Why.NOT_COVERED: Doubts(outcome=open_)} if open_ else {} for open_ in unknown]
    doubts = doubts or [{}] * len(days)
    counts = tuple(DayCount(first + i * DAY, *day, doubts[i]) for i, day in enumerate(days))
    measured = Measurement(
        rule,
        numerator=sum(top for top, _ in days),
        denominator=sum(below for _, below in days),
        days=counts,
        doubts={Why.NOT_COVERED: Doubts(outcome=sum(unknown))} if any(unknown) else {},
    )
    measured = replace(measured, **more)  # type: ignore[arg-type]  # fields by name
    info = catalogue()[rule].info
    found = ahead_of(measured, judge(measured, info, terms), info, terms, assumed=assumed)
    assert found is not None
    return found.forecast


def test_a_part_of_a_day_counts_as_far_as_it_is_known() -> None:
    # 29 days of 7/10 and today so far 5/6: tomorrow the oldest day has left.
    found = forecast([(7, 10)] * 29 + [(5, 6)], as_of=datetime(2026, 10, 31, 15))
    assert found.days[0].day == "2026-11-01"
    assert found.days[0].nothing_new == float(Fraction(201, 286))
    assert (found.days[0].leaves.numerator, found.days[0].leaves.denominator) == (7, 10)


def target(operator: Operator, value: str) -> Target:
    return Target(operator, Fraction(value), "test", Provenance.SEED)  # type: ignore[arg-type]


def test_the_worked_distances() -> None:
    line = target(Operator.AT_LEAST, "0.8")
    assert distance(1802, 2304, line) == (206, 0)
    assert distance(1950, 2380, line) == (0, 57)


@pytest.mark.parametrize("seed", range(300))
def test_distance_by_brute_force(seed: int) -> None:
    random = Random(seed)
    share = Fraction(random.randrange(1, 100), 100)
    line = target(Operator.AT_LEAST, str(share))
    total = random.randrange(1, 300)
    good = random.randrange(total + 1)
    more, fewer = 0, 0
    while (good + more) < share * (total + more):
        more += 1
    while not more and good >= share * (total + fewer + 1):
        fewer += 1
    assert distance(good, total, line) == (more, fewer)
    # The same events, counted by their bad side.
    bad = target(Operator.AT_MOST, str(1 - share))
    assert distance(total - good, total, bad) == (more, fewer)


# ------------------------------------------------------------------- against plain Python

shares = st.integers(0, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
windows = st.lists(shares, min_size=30, max_size=30)


def first(days: int, holds: Callable[[int], bool | None]) -> str | None:
    found = next((k for k in range(1, days + 1) if holds(k)), None)
    return None if found is None else (E + (found - 1) * DAY).isoformat()


@given(windows, st.integers(0, 6), st.integers(0, 10))
@settings(max_examples=25, deadline=None)
def test_the_lines_are_those_of_plain_python(
    days: list[tuple[int, int]], no_weekday: int, still_open: int
) -> None:
    opened = (OpenUnits(E - DAY, still_open, None, None),) if still_open else ()
    own = Settings(no_business=NoBusiness(weekdays=frozenset({no_weekday})))
    found = forecast(days, own=own, undecided=opened, assumed=Fraction(9, 10))
    dates = [E + (i - 30) * DAY for i in range(30)]
    past = dict(zip(dates, days, strict=True))
    closed = [
        day for day in dates
        if day.weekday() != no_weekday and past_closed(day, still_open) and day >= begun(past)
    ][-7:]  # fmt: skip
    top, below = (sum(past[day][i] for day in closed) for i in (0, 1))
    volume = Fraction(below, len(closed))
    quality = Fraction(top, below) if below else None

    def figure(k: int, each: Fraction | None) -> tuple[Fraction, Fraction]:
        kept = [past[day] for day in dates if day >= E + (k - 30) * DAY]
        good, whole = (Fraction(sum(day[i] for day in kept)) for i in (0, 1))
        if each is None:
            return good, whole
        coming = sum((E + i * DAY).weekday() != no_weekday for i in range(max(0, k - 30), k))
        stays = still_open if E + (k - 30) * DAY <= E - DAY else 0
        more = volume * coming + stays
        return good + more * each, whole + more

    def value(k: int, each: Fraction | None) -> float | None:
        good, whole = figure(k, each)
        return float(good / whole) if whole else None

    def passes(k: int, each: Fraction | None) -> bool | None:
        good, whole = figure(k, each)
        return good >= Fraction(8, 10) * whole if whole else None

    def until(day: str | None) -> int | None:
        if day is None:
            return None
        coming = (date.fromisoformat(day) - E).days + 1
        open_days = sum((E + i * DAY).weekday() != no_weekday for i in range(coming))
        return round(volume * open_days + still_open)

    for k, day in enumerate(found.days, start=1):
        assert day.nothing_new == value(k, None)
        if quality is not None:
            assert day.at_pace == value(k, quality)
            assert day.assumed == value(k, Fraction(9, 10))
        assert day.low is None
    if quality is not None:
        assert found.first_pass == first(30, lambda k: passes(k, quality))
        assert found.first_fail == first(30, lambda k: passes(k, quality) is False)
        # Of a window of 30 days and a horizon of 30 more.
        assert found.at_best == first(60, lambda k: passes(k, Fraction(1)))
        assert found.at_best_within == 60
        assert found.at_best_units == until(found.at_best)


def past_closed(day: date, still_open: int) -> bool:
    return not (still_open and day == E - DAY)


def begun(past: dict[date, tuple[int, int]]) -> date:
    return min(past)


def test_a_pace_needs_three_closed_days() -> None:
    assert forecast([(8, 10)] * 2).pace is None
    found = forecast([(8, 10)] * 3)
    assert found.pace is not None
    assert found.pace.numerator == 24
    # 300 s after midnight are not over: the last day is open.
    assert forecast([(8, 10)] * 3, limit=timedelta(seconds=300)).pace is None


def test_exempt_days_are_no_pace() -> None:
    spared = (Interval(datetime(2026, 10, 29), datetime(2026, 10, 30, 23, 59, 59), "节日"),)
    found = forecast([(8, 10)] * 28 + [(0, 10)] * 2, own=Settings(exempt=spared))
    assert found.pace is not None
    assert "2026-10-29" not in found.pace.days
    assert len(found.pace.days) == 7


def test_save_by_is_the_last_day_that_helps() -> None:
    days = [(9, 10)] * 23 + [(5, 10)] * 7
    found = forecast(days)
    assert found.first_fail is not None
    assert found.save_by is not None
    since = (date.fromisoformat(found.save_by) - E).days

    def fails(turn: int) -> bool:
        for k in range(1, 31):
            kept = days[k:] if k < 30 else []
            coming = [(Fraction(5), 10)] * min(turn, k) + [(Fraction(10), 10)] * max(0, k - turn)
            good = sum(day[0] for day in kept) + sum(day[0] for day in coming)
            if good < Fraction(8, 10) * (10 * len(kept) + 10 * len(coming)):
                return True
        return False

    assert not fails(since)
    assert fails(since + 1)


def test_the_budget_is_counted_in_bad_units() -> None:
    found = forecast([(95, 100)] * 26 + [(60, 100)] * 4)
    assert found.budget is not None
    bad, left = 26 * 5 + 4 * 40, found.budget.left
    assert found.budget.used == float(Fraction(bad, bad + left))
    assert found.budget.warning
    assert found.budget.runs_out.pace_3d is not None
    assert found.budget.runs_out.pace_7d is not None
    assert found.budget.runs_out.pace_3d <= found.budget.runs_out.pace_7d


def test_a_stale_export_freezes_the_budget() -> None:
    found = forecast(
        [(95, 100)] * 26 + [(60, 100)] * 4,
        missing_days=(E - DAY,),
        doubts={Why.EMPTY_DAYS: Doubts(either=10)},
    )
    assert found.budget is None or found.budget.frozen


def test_a_missing_day_counts_until_it_leaves() -> None:
    missing, weight = E - 20 * DAY, 10
    days = [(9, 10)] * 30
    days[10] = (0, 0)
    found = forecast(days, missing_days=(missing,), doubts={Why.EMPTY_DAYS: Doubts(either=weight)})
    inside, after = found.days[9], found.days[10]
    assert inside.day == "2026-11-10"
    # Nothing new: the 19 known days that are left. At pace: ten more. Each with the missing one.
    assert inside.low == float(Fraction(19 * 9, 19 * 10 + weight))
    assert inside.high == float(Fraction(19 * 9 + weight, 19 * 10 + weight))
    assert inside.pace_bounds is not None
    assert inside.pace_bounds.low == float(Fraction(29 * 9, 29 * 10 + weight))
    assert inside.pace_bounds.high == float(Fraction(29 * 9 + weight, 29 * 10 + weight))
    assert (after.low, after.high) == (None, None)


def test_few_bad_units_are_no_warning() -> None:
    found = forecast([(3, 3)] * 28 + [(3, 3), (1, 3)])
    assert found.budget is not None
    assert not found.budget.warning


@pytest.mark.parametrize("seed", range(40))
def test_the_truth_lies_within_the_bounds(seed: int) -> None:
    """Whatever the unknown units of the past turn out to be."""
    random = Random(seed)
    days, unknown, true = [], [], []
    for _ in range(30):
        below, open_ = random.randrange(1, 12), random.choice((0, 0, 1, 3))
        top = random.randrange(below + 1)
        days.append((top, below))
        unknown.append(open_)
        true.append((top + random.randrange(open_ + 1), below + open_))
    found = forecast(days, unknown=unknown)
    truly = forecast(true)
    for day, sure in zip(found.days, truly.days, strict=True):
        for value in (sure.nothing_new, sure.at_pace):
            if day.low is not None and day.high is not None and value is not None:
                assert day.low - 1e-12 <= value <= day.high + 1e-12
            else:
                assert value in (day.nothing_new, day.at_pace)
