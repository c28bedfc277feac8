"""What the page says of "if so many more were met": sliders for its script, a table without it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from decimal import Decimal
from fractions import Fraction

from kshop_audit.model import figures
from kshop_audit.model.figures import Figure
from kshop_audit.model.frozen import frozen
from kshop_audit.model.recipe import ScoredRule, ScoreRecipe, Turns
from kshop_audit.model.report import Report, RuleResult
from kshop_audit.report.view.speech import Speech

_NUMBER = "{number}"
"""Where the script puts a number beside its unit."""


@frozen
class Slider:
    """A rule of which so many units can be turned: `most`, and what it says with none turned."""

    rule: str
    title: str
    most: int
    value: str
    points: str
    status: str


@frozen
class StepRow:
    """One rule alone, so many of its units turned: the words of a row of the table."""

    title: str
    count: int
    value: str
    points: str
    total: str


@frozen
class Sliders:
    """`recipe`: everything the script needs, as JSON; every figure is in texts, so that no number
    of it is rounded on its way.
    """

    recipe: str
    total: str
    sliders: tuple[Slider, ...]
    steps: tuple[StepRow, ...]


def whatif(report: Report, speech: Speech) -> Sliders | None:
    """The sliders of the score; None without a score or a unit that could be turned."""
    recipe, total = report.score.recipe, report.score.total
    if recipe is None or total is None:
        return None
    results = {rule.id: rule for rule in reversed(report.rules)}
    turned = [
        (own, own.turns, results[own.rule])
        for own in recipe.rules
        if own.turns is not None and own.rule in results
    ]
    if not turned:
        return None
    return Sliders(
        recipe=_json(recipe, results, speech),
        total=f"{total:.2f}",
        sliders=tuple(_slider(recipe, own, turns, rule, speech) for own, turns, rule in turned),
        steps=tuple(
            step for own, turns, rule in turned for step in _steps(recipe, own, turns, rule, speech)
        ),
    )


def _slider(
    recipe: ScoreRecipe, own: ScoredRule, turns: Turns, rule: RuleResult, speech: Speech
) -> Slider:
    return Slider(
        rule=speech.data(own.rule),
        title=speech.text(rule.title),
        most=turns.most,
        value=_value(turns, rule, 0, speech),
        points=_points(recipe.points({}).get(own.rule), speech),
        status=speech.name("status", rule.status.value),
    )


def _steps(
    recipe: ScoreRecipe, own: ScoredRule, turns: Turns, rule: RuleResult, speech: Speech
) -> Iterator[StepRow]:
    """As many as it takes to pass, and all where that wins more."""
    enough = turns.passes_from or turns.most
    totals = {count: recipe.total({own.rule: count}) for count in (enough, turns.most)}
    for count, then in totals.items():
        if count != enough and then == totals[enough]:
            continue
        turned = {own.rule: count}
        yield StepRow(
            title=speech.text(rule.title),
            count=count,
            value=_value(turns, rule, count, speech),
            points=_points(recipe.points(turned).get(own.rule), speech),
            total=speech.say("column.none") if then is None else figures.rounded(then, 2, ()),
        )


def _value(turns: Turns, rule: RuleResult, count: int, speech: Speech) -> str:
    edge = figures.line(rule.target)
    return speech.value(turns.value(count), figures.figure(rule), () if edge is None else (edge,))


def _points(points: Fraction | None, speech: Speech) -> str:
    return speech.say("column.none") if points is None else figures.rounded(points, 2, ())


def _json(recipe: ScoreRecipe, results: dict[str, RuleResult], speech: Speech) -> str:
    shown = {}
    for own in recipe.rules:
        rule = results.get(own.rule)
        if rule is None:
            continue
        kind, edge = figures.figure(rule), figures.line(rule.target)
        shown[own.rule] = {
            "ratio": kind is Figure.RATIO,
            "whole": kind in (Figure.HITS, Figure.NUMBER),
            "decimals": 1 if kind is Figure.HOURS else 2,
            "edge": None if edge is None else [str(edge.numerator), str(edge.denominator)],
            "unit": speech.unit(_NUMBER, kind),
        }
    return json.dumps(_plain({**asdict(recipe), "shown": shown}, speech), ensure_ascii=False)


def _plain(value: object, speech: Speech) -> object:
    """For JSON: decimals as texts, and no text that could do harm."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, str):
        return speech.data(value)
    if isinstance(value, Mapping):
        return {speech.data(key): _plain(entry, speech) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry, speech) for entry in value]
    return value
