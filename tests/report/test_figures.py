"""Display never turns a fail into a pass."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kshop_audit.model import figures
from kshop_audit.model.figures import Figure, points, rounded, show, trimmed
from kshop_audit.model.forecast import PaceDays, RuleForecast
from kshop_audit.model.metadata import ValueUnit
from kshop_audit.model.report import RuleResult, Status
from kshop_audit.report.view import distances, phrases
from kshop_audit.report.view.speech import Speech
from tests.report.build import FAULTS, HOURS, QUIET, REPLY, target


@pytest.mark.parametrize(
    ("numerator", "denominator", "edge", "shown"),
    [
        (4, 5, "0.8", "80.0"),
        (7999, 10000, "0.8", "79.99"),
        (799999, 1000000, "0.8", "79.9999"),
        (800001, 1000000, "0.8", "80.0001"),
        (79999999999, 10**11, "0.8", "<80"),
        (999, 1000, "0.8", "99.9"),
        (99999, 100000, "0.8", "99.999"),
        (1, 1, "0.8", "100.0"),
        (0, 7, "0.8", "0.00"),
        (1, 100000, "0.8", "0.001"),
        (7, 2000, "0.0035", "0.35"),
        (351, 100000, "0.0035", "0.351"),
        (35001, 10**7, "0.0035", "0.35001"),
    ],
)
def test_percent(numerator: int, denominator: int, edge: str, shown: str) -> None:
    assert show(Fraction(numerator, denominator), Figure.RATIO, [Fraction(edge)]) == shown


@given(
    st.integers(0, 10**6),
    st.integers(1, 10**6),
    st.decimals(0, 1, places=4),
)
def test_a_shown_percentage_stands_where_the_exact_one_stands(
    numerator: int, extra: int, edge: Decimal
) -> None:
    exact, line = Fraction(numerator, numerator + extra), Fraction(edge)
    text = show(exact, Figure.RATIO, [line]).replace(",", "")
    if text[0] in "<>":
        assert (text[0] == "<") == (exact * 100 < Fraction(text[1:]))
        return
    for limit in (line, Fraction(0), Fraction(1)):
        assert (Fraction(text) < limit * 100) == (exact < limit)
        assert (Fraction(text) > limit * 100) == (exact > limit)


def test_hours_over_the_target_never_read_as_the_target() -> None:
    rule = replace(HOURS, numerator=24 * 3600 * 312 + 60, value=24.0)
    assert phrases.value(rule, Speech("zh")) == "24.0001 小时"


def test_points_below_full_never_read_full() -> None:
    assert points(Decimal("4.9999")) == "4.9999"
    assert points(Decimal("4.995")) == "4.995"
    assert points(Decimal(5)) == "5.00"
    assert points(Decimal("4.8328")) == "4.83"


def test_targets_are_shown_as_they_are() -> None:
    assert trimmed(Fraction("0.350")) == "0.35"
    assert trimmed(Fraction(80)) == "80"
    assert trimmed(Fraction(20000)) == "20,000"


def test_negative_numbers_round_half_away_from_zero() -> None:
    assert rounded(Fraction(-1234567, 100), 1, ()) == "-12,345.7"
    assert rounded(Fraction(-5, 100), 1, ()) == "-0.1"


def test_a_value_is_shown_by_its_unit() -> None:
    rating, fee, *_ = QUIET
    kinds = {
        Figure.RATIO: (REPLY, FAULTS, replace(FAULTS, numerator=None, value=None)),
        Figure.HOURS: (HOURS, replace(HOURS, numerator=None, value=None)),
        Figure.MEAN: (rating,),
        Figure.MONEY: (fee,),
        Figure.HITS: (replace(REPLY, value_unit=ValueUnit.COUNT, target=target("none", None)),),
        Figure.NUMBER: (replace(REPLY, value_unit=ValueUnit.COUNT, value=12.0, target=None),),
    }
    for kind, rules in kinds.items():
        assert [figures.figure(rule) for rule in rules] == [kind] * len(rules)


def test_of_an_old_report_the_integers_tell_the_unit() -> None:
    rating, *_ = QUIET
    kinds = {
        Figure.RATIO: (REPLY, FAULTS, replace(FAULTS, numerator=None, value=None)),
        Figure.HOURS: (HOURS,),
        Figure.MEAN: (rating,),
        Figure.HITS: (replace(REPLY, target=target("none", None)),),
        Figure.NUMBER: (
            replace(REPLY, value=12.0, target=None),
            replace(REPLY, numerator=None, denominator=None, target=None),
        ),
    }
    for kind, rules in kinds.items():
        old = [replace(rule, value_unit=None) for rule in rules]
        assert [figures.figure(rule) for rule in old] == [kind] * len(rules)


def test_no_value_is_no_zero() -> None:
    nothing = replace(REPLY, numerator=0, denominator=0, value=None)
    assert phrases.value(nothing, Speech("zh")) == "-"
    assert phrases.value(replace(nothing, value=float("nan")), Speech("zh")) == "-"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "还差 1,029 条按时回复"),
        ({"status": Status.PASS, "needed": 0, "headroom": 57}, "可再超时 57 条"),
        ({"status": Status.PASS, "needed": 0, "headroom": 0}, "没有余量，再超时 1 条就不通过"),
        ({"id": "jd-review-12h"}, "还差 1,029 单达标"),
        ({"needed": None, "headroom": None}, ""),
        (
            {"id": "banned-words", "needed": None, "target": target("none", None)},
            "6,359 条消息含违禁词",
        ),
        (
            {"id": "reply-rate-daily", "needed": None, "target": target("all", None)},
            "1,847 天未达标",
        ),
        ({"status": Status.NO_VERDICT}, ""),
    ],
)
def test_distance(changes: dict[str, object], said: str) -> None:
    assert distances.distance(replace(REPLY, **changes), Speech("zh")) == said  # type: ignore[arg-type]


def test_one_and_many_in_english() -> None:
    speech = Speech("en")
    one = replace(REPLY, needed=1)
    assert distances.distance(one, speech) == "needs 1 more reply in time"
    assert distances.distance(REPLY, speech) == "needs 1,029 more replies in time"


def test_a_rate_of_several_rates_is_shown_as_it_is_not_as_its_integers() -> None:
    """L18: 170 of 200 orders in time, and a composite of 0.775."""
    composite = replace(
        REPLY, id="pickup-composite", target=None, value=0.775, numerator=170, denominator=200
    )
    assert phrases.value(composite, Speech("en")) == "77.5%"
    assert phrases.value(replace(composite, value=0.85), Speech("en")) == "85.0%"


def ahead_of(rule: RuleResult, **changes: object) -> RuleResult:
    own = RuleForecast(
        rule.id, rule.value, rule.target, None, None, None,
        PaceDays(("2026-10-30",), 8, 10), None, None, None, None, (), None, at_best_within=60,
    )  # fmt: skip
    return replace(rule, forecast=replace(own, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "zh", "en"),
    [
        (
            {"at_best": "2026-11-25", "at_best_units": 250},
            "往后都做到，最早 11 月 25 日能过（到那天约有 250 条要按时回复）",
            "passes on 11-25 at best (about 250 replies, all in time)",
        ),
        (
            {"at_best": "2026-11-25", "at_best_units": None},
            "往后都做到，最早 11 月 25 日能过",
            "passes on 11-25 at best",
        ),
        ({}, "往后 60 天内补不回来", "cannot be made up within the next 60 days"),
        (
            {"pace": None},
            "还差 1,029 条按时回复；已结算的日子不足 3 天，推不出哪天能过",
            (
                "needs 1,029 more replies in time; "
                "fewer than three closed days, so no date can be told"
            ),
        ),
    ],
)
def test_how_much_is_needed_never_stands_beside_a_date(
    changes: dict[str, object], zh: str, en: str
) -> None:
    """1,029 assumes that no day leaves the window; by the date many have left."""
    rule = ahead_of(REPLY, **changes)
    assert distances.distance(rule, Speech("zh")) == zh
    assert distances.distance(rule, Speech("en")) == en
