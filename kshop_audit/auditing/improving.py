"""What it takes: the cheapest steps to a total, or to green gates, from one audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import polars as pl

from kshop_audit.auditing.assemble import Audit, assemble
from kshop_audit.auditing.audit import opened, runs_of
from kshop_audit.auditing.completing import MeasuredPack
from kshop_audit.auditing.improvables import improvables, slow_from
from kshop_audit.auditing.measuring import Measuring
from kshop_audit.auditing.request import AuditRequest
from kshop_audit.auditing.steps import GATES, failing_gates, left, steps, together, turned
from kshop_audit.facts import Facts
from kshop_audit.ingest.files.digests import hashing
from kshop_audit.judging.judge import judge
from kshop_audit.model.frozen import frozen
from kshop_audit.model.improvement import AfterSteps, Improvement, ImprovementStep
from kshop_audit.model.measurement import Measurement
from kshop_audit.model.report import Report
from kshop_audit.plan.turning import AMOUNT, population
from kshop_audit.projection.improvable import Improvable
from kshop_audit.projection.improving import to_gates, to_total
from kshop_audit.projection.search import Way
from kshop_audit.rules import Rule


@frozen(slots=False)
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
        measuring = Measuring(fitting, exports, runs)
        facts = [measuring.facts(run) for run in runs]
        wholes = measuring.packs(facts)
        places = [_improvables(*own) for own in zip(wholes, facts, strict=True)]
        before = assemble(fitting, wholes)
        ways = together(_ways(target, before, wholes, places), places)
        done = [turned(*each) for each in zip(wholes, ways, places, strict=True)]
        after = assemble(fitting, done)
    then = steps(ways, wholes, places)
    return Improved(_plan(target, before, after, then), before.report, after.report)


def _plan(
    target: Decimal | None, before: Audit, after: Audit, taken: tuple[ImprovementStep, ...]
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
        steps=taken,
        after=AfterSteps(then.score.total, then.verdict.status, left(then.rules)),
    )


def _ways(
    target: Decimal | None,
    before: Audit,
    wholes: list[MeasuredPack],
    places: Sequence[Mapping[str, Improvable]],
) -> list[Way]:
    """The units to turn in each pack; the total follows the first one."""
    if target is None:
        return [to_gates(failing_gates(rules)) for rules in places]
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
