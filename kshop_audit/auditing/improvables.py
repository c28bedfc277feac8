"""Which rules of a measured pack have units that can be turned, and what the score is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import floor

from kshop_audit.auditing.completing import MeasuredPack
from kshop_audit.auditing.outlook import conclude_of
from kshop_audit.judging.judge import Judged, target_of
from kshop_audit.model.measurement import Measurement
from kshop_audit.model.metadata import ValueUnit
from kshop_audit.model.recipe import ScoreRecipe
from kshop_audit.model.settings import Terms
from kshop_audit.projection.improvable import Improvable, Reconcluded
from kshop_audit.projection.recipe import recipe_of
from kshop_audit.rules import Rule

Slow = Callable[[Rule, Measurement], tuple[int, ...]]
"""By how many seconds the units of a mean exceed its target, the slowest first."""


def improvables(whole: MeasuredPack, slow: Slow) -> dict[str, Improvable]:
    """The rules of a pack of which units can be turned."""
    found = {}
    for own, rule in zip(whole.measured, whole.run.rules, strict=True):
        # A figure that the rule or the operator states has no units.
        stated = own.status is not None or own.value is not None or own.declared or own.count
        if own.numerator is None or not own.denominator or stated or own.unknown_hides:
            continue
        conclude = _reconcluded(rule, own, whole)
        rule_of = Improvable(own, rule.info, whole.terms, conclude, slow(rule, own))
        if rule_of.most:
            found[rule.info.id] = rule_of
    return found


def slow_from(rule: Rule, own: Measurement, terms: Terms) -> int | None:
    """The seconds above which a unit of a mean of hours is slow; None for any other rule."""
    target, _ = target_of(rule.info.id, terms)
    if rule.info.value_unit is not ValueUnit.HOURS or target is None or not own.tally:
        return None
    return floor(target.fraction * rule.info.scale)


def turnable(whole: MeasuredPack) -> dict[str, Improvable]:
    """`improvables` by the figures alone: of a mean the slowest units that were kept."""

    def slow(rule: Rule, own: Measurement) -> tuple[int, ...]:
        level = slow_from(rule, own, whole.terms)
        return () if level is None else tuple(by - level for by in own.slowest if by > level)

    return improvables(whole, slow)


def recipe(whole: MeasuredPack, judged: Sequence[Judged]) -> ScoreRecipe:
    """What the total of the pack is made of."""
    return recipe_of(judged, turnable(whole), whole.terms)


def _reconcluded(rule: Rule, own: Measurement, whole: MeasuredPack) -> Reconcluded:
    """What the rule concludes of other figures. A conclusion that rests on lists of units, such as
    whole weeks, stays as it is: it is not known which units of the list were turned.
    """
    conclude = conclude_of(rule, whole.terms)

    def same(changed: Measurement) -> Measurement:
        return changed

    if conclude is None or own.denominator is None or own.numerator is None:
        return same
    status, instead = conclude(own.numerator, own.denominator, own.unknown)
    if status is not own.status or {**own.instead, **instead} != {**own.instead}:
        return same

    def again(changed: Measurement) -> Measurement:
        top, below = changed.numerator or 0, changed.denominator or 0
        then, others = conclude(top, below, changed.unknown)
        return replace(changed, status=then, instead=others)

    return again
