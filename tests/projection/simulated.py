"""Simulated shops by days, as a measured rule: what was, and what then came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp
from random import Random

from kshop_audit.judging.judge import judge
from kshop_audit.model.measurement import DayCount, Measurement
from kshop_audit.model.settings import Settings, Terms
from kshop_audit.packs import load
from kshop_audit.projection.forecast import Ahead, ahead_of
from kshop_audit.rules import catalogue

END = datetime(2026, 11, 1)
DAY = timedelta(days=1)
WINDOW = 30
PACK = load("kuaishou")


@dataclass(frozen=True)
class Shop:
    """Numerator and denominator of past days, oldest first, and of the coming ones."""

    past: Sequence[tuple[int, int]]
    coming: Sequence[tuple[int, int]]

    def true_rate(self, ahead: int) -> float:
        """What an audit so many days ahead finds."""
        days = [*self.past, *self.coming[:ahead]][-WINDOW:]
        return sum(top for top, _ in days) / sum(below for _, below in days)


def shop(seed: int, past: int = WINDOW, *, steady: bool = False) -> Shop:
    """A shop with a weekly pattern, and unless it is steady also a drift and livestream days."""
    random = Random(seed)
    volume, quality = random.uniform(20, 120), random.uniform(0.7, 0.97)
    week = [random.uniform(0.7, 1.3) for _ in range(7)]
    drift = 0.0 if steady else random.gauss(0, 0.012) / 30
    lives = 0.0 if steady else random.choice((0, 0, 0.07))
    shaken = 0.0 if steady else random.choice((0.0, 0.02, 0.04))
    days = []
    for day in range(past + WINDOW):
        live = random.random() < lives
        many = poisson(random, volume * week[day % 7] * (3 if live else 1))
        own = quality + drift * (day - past) - (0.06 if live else 0) + random.gauss(0, shaken)
        rate = min(max(own, 0.02), 0.995)
        days.append((sum(random.random() < rate for _ in range(many)), many))
    return Shop(days[:past], days[past:])


def poisson(random: Random, mean: float) -> int:
    """By counting arrivals, in parts that do not underflow."""
    total = 0
    while mean > 0:
        part, mean = min(mean, 50.0), mean - 50.0
        limit, product = exp(-part), random.random()
        while product > limit:
            total += 1
            product *= random.random()
    return total


def looked_ahead(past: Sequence[tuple[int, int]], rule: str = "reply-rate") -> Ahead:
    """The forecast of a rule whose last days were these."""
    terms = Terms(END + timedelta(minutes=5), PACK, Settings())
    terms = Terms(END, PACK, Settings())
    days = past[-WINDOW:]
    first = (END - len(days) * DAY).date()
    measured = Measurement(
        rule,
        numerator=sum(top for top, _ in days),
        denominator=sum(below for _, below in days),
        days=tuple(DayCount(first + i * DAY, *day) for i, day in enumerate(days)),
    )
    info = catalogue()[rule].info
    ahead = ahead_of(measured, judge(measured, info, terms), info, terms)
    assert ahead is not None
    return ahead
