"""Simulated shops: the pace has no bias, the intervals hold, the record is computed."""

from __future__ import annotations

from datetime import date, timedelta
from math import exp
from random import Random

import pytest

from kshop_audit.projection.confidence import enough, record_of
from tests.projection.simulated import looked_ahead, poisson, shop

DAYS = (1, 7, 14, 30)


def error(seed: int) -> float:
    one = shop(seed, steady=True)
    days = looked_ahead(one.past).forecast.days
    found = [(days[ahead - 1].at_pace, one.true_rate(ahead)) for ahead in DAYS]
    return sum(at_pace - true for at_pace, true in found if at_pace is not None) / len(DAYS)


def held(seeds: range) -> list[float]:
    """The share of the shops whose true figure lies in the interval, for each of DAYS."""
    hits = dict.fromkeys(DAYS, 0)
    shops = 0
    for seed in seeds:
        one = shop(seed)
        confidence = looked_ahead(one.past).forecast.confidence
        if confidence is None:
            continue
        shops += 1
        for ahead in DAYS:
            day = confidence.days[ahead - 1]
            hits[ahead] += day.low - 1e-12 <= one.true_rate(ahead) <= day.high + 1e-12
    assert shops > 0.9 * len(seeds)
    return [number / shops for number in hits.values()]


def test_the_pace_has_no_bias_on_a_few_shops() -> None:
    assert abs(sum(map(error, range(20)))) / 20 < 0.01


@pytest.mark.slow
def test_the_pace_has_no_bias() -> None:
    assert abs(sum(map(error, range(10_000, 10_200)))) / 200 < 0.005


@pytest.mark.slow
def test_the_interval_holds_in_seventy_to_ninety_of_a_hundred_shops() -> None:
    assert [share for share in held(range(500)) if not 0.70 <= share <= 0.90] == []


def test_the_same_days_give_the_same_interval() -> None:
    one = shop(3)
    assert looked_ahead(one.past) == looked_ahead(one.past)


def test_nothing_is_said_of_few_days_or_units() -> None:
    assert looked_ahead([(19, 20)] * 13).forecast.confidence is None
    assert looked_ahead([(6, 6)] * 30).forecast.confidence is None
    assert looked_ahead([(19, 20)] * 14).forecast.confidence is not None
    assert enough([(10, 20)] * 14)


def test_a_certain_shop_is_certain() -> None:
    confidence = looked_ahead([(20, 20)] * 30).forecast.confidence
    assert confidence is not None
    assert {(day.low, day.high, day.p_pass) for day in confidence.days} == {(1.0, 1.0, 1.0)}


def test_the_record_needs_its_days() -> None:
    end = date(2026, 11, 1)
    random = Random(1)
    days = {end - timedelta(days=back): (random.randrange(15, 20), 20) for back in range(1, 45)}
    record = record_of(days, end, 30)
    assert record is not None
    assert record.horizon == 7
    assert record.hits + record.misses == 8
    del days[end - timedelta(days=44)]
    assert record_of(days, end, 30) is None


def test_the_record_sees_a_break() -> None:
    """A shop that fell apart a week ago: projections made before that missed."""
    end = date(2026, 11, 1)
    days = {
        end - timedelta(days=back): ((2, 20) if back <= 7 else (19 - back % 2, 20))
        for back in range(1, 45)
    }
    record = record_of(days, end, 30)
    assert record is not None
    assert record.misses >= 6


def events(seed: int) -> list[tuple[int, int]]:
    """A shop by days, of which now and then a message offends; 30 days, and 30 that come."""
    random = Random(seed)
    rate = exp(random.uniform(-2.5, 1.0)) / 7
    return [(min(poisson(random, rate), 20), 20) for _ in range(60)]


def test_of_rare_events_there_is_an_interval_and_no_chance() -> None:
    """The draws would call a shop without any event safe, and half of these have one next month."""
    held, shops, broken, quiet = 0, range(120), 0, 0
    for seed in shops:
        days = events(seed)
        confidence = looked_ahead(days[:30], "banned-words").forecast.confidence
        assert confidence is not None
        true = sum(top for top, _ in days[30:])
        last = confidence.days[-1]
        held += last.low - 1e-12 <= true <= last.high + 1e-12
        for ahead, day in enumerate(confidence.days, start=1):
            known = sum(top for top, _ in days[ahead:30])
            assert day.p_pass == (0.0 if known else None)
        if not any(top for top, _ in days[:30]):
            quiet, broken = quiet + 1, broken + (true > 0)
    assert 0.70 <= held / len(shops) <= 0.90
    assert broken / quiet > 0.3
