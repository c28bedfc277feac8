"""With the future known, the forecast of a day is the audit of that day, exactly.

Audits of one folder, by the product: now, and later. What the later ones know and the present one
cannot (units of coming days, and what became of open ones) is given to the model, which must then
find the later figures, statuses and scores: across the end of a window, with open units, empty days
and exempt days. tests/projection/test_day_table.py compares the days themselves with
plain Python.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from kshop_audit.auditing.completing import MeasuredPack
from kshop_audit.auditing.outlook import conclude_of, looked_ahead, paid_of
from kshop_audit.judging import verdict
from kshop_audit.judging.judge import judge, target_of
from kshop_audit.judging.scoring import rounded
from kshop_audit.model.report import Report, RuleResult, Status
from kshop_audit.model.settings import Settings
from kshop_audit.projection.ruling import Ruling, StandingAhead
from kshop_audit.projection.score import Paid, score_ahead
from kshop_audit.projection.series import DaySeries, Future, series_of
from tests.projection.later import DAY, Folder, became
from tests.shops.audits import settings_of, written
from tests.shops.shop import random_exempt, random_force_majeure, random_options

Audited = tuple[MeasuredPack, Report]

SAMPLES = Path(__file__).parents[2] / "sample_data"
FAST = range(7100, 7103)
SLOW = range(7103, 7112)


@pytest.mark.parametrize("seed", [*FAST, *(pytest.param(s, marks=pytest.mark.slow) for s in SLOW)])
def test_the_forecast_is_the_later_audit(seed: int, tmp_path: Path) -> None:
    rng = Random(seed)
    shop, end = written(seed, (90, 140)[seed % 2], tmp_path, kuaishou=seed % 3 == 0)
    settings = settings_of(
        random_options(seed), random_exempt(seed, end), random_force_majeure(seed, shop)
    )
    as_of = end - rng.randrange(2, 12) * DAY
    if rng.randrange(2):
        as_of = datetime.combine(as_of.date(), time.min)
    folder = Folder(tmp_path, settings)
    now, earlier = folder.at(as_of)
    compared: Counter[str] = Counter()
    for ahead in (1, rng.randrange(2, 9)):
        later, report = folder.at(now.terms.end + ahead * DAY)
        compared += compare((now, earlier), (later, report), ahead)
    assert compared.total() >= 12


@pytest.mark.parametrize("sample", ["healthy", "failing"])
def test_the_projected_score_is_the_later_score(sample: str) -> None:
    folder = Folder(SAMPLES / sample, Settings(opened_at=datetime(2026, 10, 1)))
    compared: Counter[str] = Counter()
    present = folder.at(datetime(2026, 10, 18, 15, 30))
    for day in (20, 24, 31):
        later = folder.at(datetime(2026, 10, day))
        compared += compare(present, later, day - 19)
    assert compared["score"] == 3


def test_days_before_the_window_set_no_pace_of_orders() -> None:
    """A shop that is closing has no score ahead because it sold well two months ago."""
    now, _ = Folder(SAMPLES / "closing", Settings()).at(datetime(2026, 10, 31, 23, 20, 18))
    judged = [judge(m, r.info, now.terms) for m, r in zip(now.measured, now.run.rules, strict=True)]
    paid, score = paid_of(now), verdict.score(judged, None, now.terms)
    assert paid is not None
    for missing in (frozenset[date](), paid.missing):
        known = Paid(paid.by_day, missing)
        ahead = score_ahead(
            judged, looked_ahead(now, now.measured, judged, {}), known, score, now.terms
        )
        assert ahead is not None
        assert {day.at_pace for day in ahead.days} == {None}


def compare(present: Audited, coming: Audited, ahead: int) -> Counter[str]:
    """Each rule and the score; what was compared how often."""
    (now, earlier), (later, report) = present, coming
    compared: Counter[str] = Counter()
    found: dict[str, StandingAhead] = {}
    thens = {own.rule: own for own in later.measured}
    results = {result.id: result for result in report.rules}
    for own, rule in zip(now.measured, now.run.rules, strict=True):
        before, after = series_of(own, now.terms), series_of(thens[own.rule], later.terms)
        if before is None or after is None or not settled(before, after):
            continue
        future = Future(became(before, after))
        over = before.end + ahead * DAY
        figure = before.known(ahead) + future.within(before.first(ahead), over)
        then = thens[own.rule]
        assert (own.rule, figure.numerator, figure.denominator) == (
            own.rule,
            then.numerator,
            then.denominator,
        )
        compared[own.rule] += 1
        if own.unknown or then.unknown:
            continue
        target, _ = target_of(own.rule, now.terms)
        terms = now.terms.pack.rules[own.rule]
        ruling = Ruling(own, target, terms, now.terms.pack, conclude_of(rule, now.terms))
        found[own.rule] = ruling.standing(figure)
        assert_stands(found[own.rule], results[own.rule])
    points = {r.id for r in (*report.rules, *earlier.rules) if r.points is not None}
    if points <= found.keys() and "dispute-fault-rate" in found and report.score.total is not None:
        assert score_of(now, later, found, ahead) == report.score.total
        compared["score"] += 1
    return compared


def settled(before: DaySeries, after: DaySeries) -> bool:
    """Whether the days behind say the same in both audits. A state without a time, which the files
    have as it is at their end, may make a unit unknown that was certain.
    """
    opened = {units.day for units in before.measured.undecided}
    return all(
        day >= before.end - DAY or day in opened or doubts(before, day) == doubts(after, day)
        for day in after.days
        if day >= before.first()
    )


def doubts(series: DaySeries, day: date) -> list[object]:
    return [own[day].doubts for own in (series.above, series.below) if day in own]


def assert_stands(found: StandingAhead, result: RuleResult) -> None:
    reviews = result.status is Status.WARN  # a list of findings to look at, which no day has
    assert reviews or (result.id, found.status) == (result.id, result.status)
    value = None if found.value is None else float(found.value)
    assert (result.id, value) == (result.id, result.value)
    points = None if found.points is None else rounded(found.points)
    assert (result.id, points) == (result.id, result.points)


def score_of(
    now: MeasuredPack, later: MeasuredPack, found: Mapping[str, StandingAhead], ahead: int
) -> Decimal | None:
    """The score of the coming day, the standings of all rules with points being known."""
    judged = [judge(m, r.info, now.terms) for m, r in zip(now.measured, now.run.rules, strict=True)]
    known = looked_ahead(now, now.measured, judged, {})
    lines = {
        rule: replace(known[rule], nothing_new=(standing,) * 30) for rule, standing in found.items()
    }
    score = verdict.score(judged, None, now.terms)
    forecast = score_ahead(judged, lines, paid_of(later), score, now.terms)
    assert forecast is not None
    return forecast.days[ahead - 1].nothing_new
