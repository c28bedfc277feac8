"""The steps of a plan: what turning so many units of a rule takes, wins, and when it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from kshop_audit.auditing.completing import MeasuredPack
from kshop_audit.auditing.outlook import conclude_of
from kshop_audit.judging import scoring, verdict
from kshop_audit.judging.judge import judge
from kshop_audit.model.improvement import ImprovementStep
from kshop_audit.model.metadata import Level
from kshop_audit.model.report import RuleResult, Status
from kshop_audit.projection.forecast import ahead_of
from kshop_audit.projection.improvable import Improvable
from kshop_audit.projection.search import Way

GATES = "gates"
"""The goal that every gate passes."""

Places = Sequence[Mapping[str, Improvable]]
"""Of each pack the rules of which units can be turned."""


def failing_gates(rules: Mapping[str, Improvable]) -> dict[str, Improvable]:
    """Those that are gates and fail."""
    """Those that are gates and fail."""
    return {
        name: rule
        for name, rule in rules.items()
        if rule.terms.level(rule.info) is Level.ERROR
        and rule.judged(0).result.status is Status.FAIL
    }


def turned(whole: MeasuredPack, way: Way, rules: Mapping[str, Improvable]) -> MeasuredPack:
    """The pack with the figures that the steps make."""
    done = tuple(
        rules[own.rule].after(way[own.rule]) if own.rule in way else own for own in whole.measured
    )
    return replace(whole, measured=done)


def together(ways: Sequence[Way], places: Places) -> list[Way]:
    """The ways with every deed as often as the pack that asks most for it: what is done for one
    pack is done for all.
    """
    most: dict[str, int] = {}
    for way in ways:
        for name, count in way.items():
            most[name] = max(count, most.get(name, 0))
    return [
        {name: min(most[name], rules[name].most) for name in way}
        for way, rules in zip(ways, places, strict=True)
    ]


def steps(
    ways: Sequence[Way], wholes: Sequence[MeasuredPack], places: Places
) -> tuple[ImprovementStep, ...]:
    """What the ways ask for, pack by pack, by the ids of the rules; each deed once."""
    names = dict.fromkeys(name for way in ways for name in sorted(way))
    return tuple(_step(name, ways, wholes, places) for name in names)


def left(results: Sequence[RuleResult]) -> tuple[str, ...]:
    """The gates that do not pass, or of which that is not known."""
    open_ = (Status.FAIL, Status.NO_VERDICT)
    names = (own.id for own in results if own.level is Level.ERROR and own.status in open_)
    return tuple(dict.fromkeys(names))


def _step(
    name: str, ways: Sequence[Way], wholes: Sequence[MeasuredPack], places: Places
) -> ImprovementStep:
    own = [place for place, way in enumerate(ways) if name in way]
    widest = max(own, key=lambda place: ways[place][name])
    rule, count = places[widest][name], ways[widest][name]
    minutes = rule.terms.effort(name)
    shown = [_shows_on(places[place][name], ways[place][name], wholes[place]) for place in own]
    days = [day for day in shown if day is not None]
    return ImprovementStep(
        rule=name,
        count=count,
        of=rule.most,
        effort_minutes=None if minutes is None else minutes * count,
        gain=None if 0 not in own else _gain(name, ways[0], wholes[0], places[0]),
        shows_on=max(days) if len(days) == len(shown) else None,
        action=rule.info.fix,
        packs=tuple(wholes[place].run.pack.id for place in own),
    )


def _gain(
    name: str, way: Way, whole: MeasuredPack, rules: Mapping[str, Improvable]
) -> Decimal | None:
    """What the total loses without one of the steps."""
    totals = []
    for taken in (way, {other: count for other, count in way.items() if other != name}):
        done = turned(whole, taken, rules).measured
        judged = [
            judge(m, rule.info, whole.terms) for m, rule in zip(done, whole.run.rules, strict=True)
        ]
        totals.append(verdict.exact_total(judged, whole.terms))
    with_it, without = totals
    return None if with_it is None or without is None else scoring.rounded(with_it - without)


def _shows_on(rule: Improvable, count: int, whole: MeasuredPack) -> str | None:
    """The first day on which the rule passes at the quality that the step makes."""
    own = next(r for r in whole.run.rules if r.info.id == rule.info.id)
    quality: Fraction | None = rule.value(count)
    if quality is None:
        return None
    ahead = ahead_of(
        rule.measured,
        rule.judged(0),
        rule.info,
        rule.terms,
        conclude_of(own, rule.terms),
        quality,
    )
    if ahead is None or ahead.assumed is None:
        return None
    days = zip(ahead.forecast.days, ahead.assumed, strict=True)
    return next((day.day for day, then in days if then.status is Status.PASS), None)
