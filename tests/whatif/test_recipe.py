"""The recipe of a score says what the audit over edited rows says, to the last digit."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from kshop_audit import codec
from kshop_audit.model.recipe import ScoreRecipe, Turns
from kshop_audit.model.report import Report
from tests.cli.build import ROOT, Run
from tests.shops.audits import audit_folder, written

Wanted = Callable[[Turns], int]
WAYS: dict[str, Wanted] = {
    "one": lambda turns: min(1, turns.most),
    "not quite": lambda turns: max((turns.passes_from or turns.most) - 1, 0),
    "just": lambda turns: turns.passes_from or turns.most,
    "all": lambda turns: turns.most,
}


def checked(run: Run, folder: Path) -> Report:
    _, out, err = run("check", folder, "--format", "json")
    assert out, err
    return codec.decode(out)


def recipe_in(report: Report) -> ScoreRecipe:
    assert report.score.recipe is not None
    return report.score.recipe


def two_digits(value: Fraction) -> Decimal:
    """Half up, by whole numbers alone."""
    hundredths, rest = divmod(value.numerator * 100, value.denominator)
    return Decimal(hundredths + (2 * rest >= value.denominator)) / 100


def expected(status: str, turns: Turns, count: int) -> bool:
    if turns.fails(count):
        return status == "fail"
    return status == "no_verdict" if not turns.passes(count) else status in ("pass", "warn")


@pytest.mark.parametrize(
    ("sample", "way"),
    [
        ("failing", "just"),
        *(
            pytest.param(sample, way, marks=pytest.mark.slow)
            for sample in ("failing", "damaged")
            for way in WAYS
            if (sample, way) != ("failing", "just")
        ),
    ],
)
def test_turned_units_make_the_score_of_the_what_if(run: Run, sample: str, way: str) -> None:
    folder = ROOT / "sample_data" / sample
    recipe = recipe_in(checked(run, folder))
    counts = {
        own.rule: WAYS[way](own.turns) for own in recipe.rules if own.turns and own.turns.most
    }
    counts = {rule: count for rule, count in counts.items() if count}
    assert counts
    changes = [part for rule, n in counts.items() for part in ("--change", f"{rule}=+{n}")]
    code, out, err = run("whatif", folder, *changes, "--format", "json")
    assert code == 0, err
    effect: dict[str, Any] = json.loads(out, parse_float=Decimal)
    total = recipe.total(counts)
    assert total is not None
    assert effect["score"]["after"] == two_digits(total)
    after = {rule["id"]: rule["after"] for rule in effect["rules"]}
    uncapped = ScoreRecipe(recipe.least, recipe.most, recipe.rules, recipe.dimensions, ())
    for rule, points in uncapped.points(counts).items():
        assert after[rule]["points"] == two_digits(points), rule
    for own in recipe.rules:
        if own.rule not in counts or own.turns is None:
            continue
        count = counts[own.rule]
        assert expected(after[own.rule]["status"], own.turns, count), own.rule
        assert float(after[own.rule]["value"]) == pytest.approx(
            float(own.turns.value(count)), rel=1e-12
        )


@pytest.mark.parametrize("seed", range(5200, 5204))
def test_the_recipe_of_a_random_shop_makes_its_own_score(seed: int, tmp_path: Path) -> None:
    _, as_of = written(seed, 40, tmp_path, kuaishou=True)
    report = audit_folder(tmp_path, as_of=as_of).report
    recipe = report.score.recipe
    assert (recipe is None) == (report.score.total is None)
    if recipe is None:
        return
    total = recipe.total({})
    assert total is not None
    assert two_digits(total) == report.score.total
    points = recipe.points({})
    for rule in report.rules:
        own = rule.points if rule.points_capped is None else rule.points_capped
        if rule.id in points:
            assert two_digits(points[rule.id]) == own, rule.id
