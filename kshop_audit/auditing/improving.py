"""What it takes: the cheapest steps to a total, or to green gates, from one audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import polars as pl

from kshop_audit.auditing.assemble import Audit, assemble
from kshop_audit.auditing.audit import opened, runs_of
from kshop_audit.auditing.completing import MeasuredPack, measured
from kshop_audit.auditing.improvables import improvables, slow_from
from kshop_audit.auditing.outlook import conclude_of
from kshop_audit.auditing.request import AuditRequest
from kshop_audit.facts import Facts
from kshop_audit.ingest.files.digests import hashing
from kshop_audit.judging import scoring, verdict
from kshop_audit.judging.judge import judge
from kshop_audit.model.improvement import AfterSteps, Improvement, ImprovementStep
from kshop_audit.model.measurement import Measurement
from kshop_audit.model.metadata import Level
from kshop_audit.model.report import Report, Status
from kshop_audit.plan.engine import computing
from kshop_audit.plan.turning import AMOUNT, population
from kshop_audit.projection.forecast import ahead_of
from kshop_audit.projection.improvable import Improvable
from kshop_audit.projection.improving import to_gates, to_total
from kshop_audit.projection.search import Way
from kshop_audit.rules import Rule

GATES = "gates"


@dataclass(frozen=True)
class Improved:
    """The steps, and the reports before and after them."""

    plan: Improvement
    before: Report
    after: Report


def improve(request: AuditRequest, target: Decimal | None, scratch: Path) -> Improved:
    """The steps to a displayed total; without a `target` those that make every gate pass."""
    fitting, exports = opened(request, scratch)
    runs = runs_of(fitting, exports)
    with hashing(exports.digests):
        wholes, places = [], []
        for run in runs:
            facts = computing(Facts(exports.loaded.tables, run.terms))
            whole = measured(run, exports, fitting.wanted, mask=fitting.mask, facts=facts)
            wholes.append(whole)
            places.append(_improvables(whole, facts))
        before = assemble(fitting, wholes)
        ways = _ways(target, before, wholes, places)
        after = assemble(
            fitting,
            [_turned(whole, way, rules) for whole, way, rules in zip(
                wholes, ways, places, strict=True)],
        )  # fmt: skip
    steps = [
        _step(name, way, wholes, place, rules)
        for place, (way, rules) in enumerate(zip(ways, places, strict=True))
        for name in sorted(way)
    ]
    return Improved(_plan(target, before, after, steps), before.report, after.report)


def _plan(
    target: Decimal | None, before: Audit, after: Audit, steps: list[ImprovementStep]
) -> Improvement:
    then = after.report
    if target is None:
        reached = then.verdict.status == "pass"
    else:
        reached = then.score.total is not None and then.score.total >= target
    return Improvement(
        as_of=before.report.as_of,
        goal=GATES if target is None else f"{target:f}",
        reached=reached,
        steps=tuple(steps),
        after=AfterSteps(then.score.total, then.verdict.status),
    )


def _ways(
    target: Decimal | None,
    before: Audit,
    wholes: list[MeasuredPack],
    places: Sequence[Mapping[str, Improvable]],
) -> list[Way]:
    """The units to turn in each pack; the total follows the first one."""
    if target is None:
        return [to_gates(_failing_gates(rules)) for rules in places]
    nothing: list[Way] = [{} for _ in wholes]
    if before.report.score.total is None:
        return nothing
    first = wholes[0]
    judged = [
        judge(m, rule.info, first.terms)
        for m, rule in zip(first.measured, first.run.rules, strict=True)
    ]
    way = to_total(target, judged, places[0], first.terms)
    return nothing if way is None else [way, *nothing[1:]]


def _failing_gates(rules: Mapping[str, Improvable]) -> dict[str, Improvable]:
    return {
        name: rule
        for name, rule in rules.items()
        if rule.terms.level(rule.info) is Level.ERROR
        and rule.judged(0).result.status is Status.FAIL
    }


def _improvables(whole: MeasuredPack, facts: Facts) -> dict[str, Improvable]:
    """The rules of a pack of which units can be turned."""
    return improvables(whole, lambda rule, own: _slow(rule, own, facts))


def _slow(rule: Rule, own: Measurement, facts: Facts) -> tuple[int, ...]:
    """By how many seconds the units of a mean exceed its target, the slowest first."""
    level = slow_from(rule, own, facts.terms)
    units = None if level is None else population(rule, facts)
    if level is None or units is None:
        return ()
    over = units.units.select(pl.col(AMOUNT) - level).to_series()
    return tuple(sorted((by for by in over.to_list() if by > 0), reverse=True))


def _turned(whole: MeasuredPack, way: Way, rules: Mapping[str, Improvable]) -> MeasuredPack:
    """The pack with the figures that the steps make."""
    done = tuple(
        rules[own.rule].after(way[own.rule]) if own.rule in way else own for own in whole.measured
    )
    return replace(whole, measured=done)


def _step(
    name: str,
    way: Way,
    wholes: list[MeasuredPack],
    place: int,
    rules: Mapping[str, Improvable],
) -> ImprovementStep:
    rule, count = rules[name], way[name]
    minutes = rule.terms.effort(name)
    return ImprovementStep(
        rule=name,
        count=count,
        of=rule.most,
        effort_minutes=None if minutes is None else minutes * count,
        gain=_gain(name, way, wholes[place], rules) if not place else None,
        shows_on=_shows_on(rule, count, wholes[place]),
        action=rule.info.fix,
    )


def _gain(
    name: str, way: Way, whole: MeasuredPack, rules: Mapping[str, Improvable]
) -> Decimal | None:
    """What the total loses without one of the steps."""
    totals = []
    for taken in (way, {other: count for other, count in way.items() if other != name}):
        done = _turned(whole, taken, rules).measured
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
