"""The cheapest steps to a total, or to green gates: which units of which rules to turn.

A step turns units of the window that missed; it never adds any. Every number of them is a level,
so the anchors of the points, the target, the team's median and all of them are among the levels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from itertools import chain, combinations

from kshop_audit.judging import scoring
from kshop_audit.judging.judge import Judged
from kshop_audit.model.metadata import Pack
from kshop_audit.model.report import Status
from kshop_audit.model.settings import Terms
from kshop_audit.projection.improvable import Improvable
from kshop_audit.projection.search import Choice, Way, cheapest, rising

CENT = Decimal("0.01")
_FULL, _TENTH = Decimal(5), Decimal("0.1")


def next_total(total: Decimal, pack: Pack) -> Decimal | None:
    """The next displayed total worth an effort: where a better grade begins, then the next tenth of
    a point; None at full marks.
    """
    if total >= _FULL:
        return None
    tenth = (total + _TENTH).quantize(_TENTH, rounding=ROUND_FLOOR)
    better = (begins for _, begins in scoring.grades(pack) if begins > total)
    return next(better, min(tenth, _FULL))


def to_gates(gates: Mapping[str, Improvable]) -> Way:
    """The fewest units of each failing gate that make it pass, as far as any number does."""
    found = {name: rule.enough() for name, rule in gates.items()}
    return {name: count for name, count in found.items() if count}


def to_total(
    goal: Decimal, judged: Sequence[Judged], rules: Mapping[str, Improvable], terms: Terms
) -> Way | None:
    """The cheapest way to a displayed total; None if no way leads there.

    `judged`: all rules of the pack. `rules`: those of which units can be turned. Where a failing
    rule caps the points of others, both is tried: to leave it and to bring it to its target.
    """
    earned = {j.result.id: j.points for j in judged if j.points is not None}
    failed = frozenset(j.result.id for j in judged if j.result.status is Status.FAIL)
    caps = {cap.rule for cap in terms.pack.caps if cap.rule in failed}
    lifts = {name: rules[name].enough() for name in sorted(caps) if name in rules}
    able = {n: count for n, count in lifts.items() if count and rules[n].effort is not None}
    ways = [
        way
        for lifted in _subsets(sorted(able))
        if (way := _with_lifted({n: able[n] for n in lifted}, goal, earned, failed, rules, terms))
        is not None
    ]
    return min(ways, key=lambda way: _preferred(way, rules), default=None)


def _subsets(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return chain.from_iterable(combinations(names, size) for size in range(len(names) + 1))


def _preferred(way: Way, rules: Mapping[str, Improvable]) -> tuple[object, ...]:
    ids = tuple(sorted(way))
    cost = sum(((rules[name].effort or 0) * way[name] for name in ids), Fraction(0))
    return cost, len(ids), ids, tuple(way[name] for name in ids)


def _with_lifted(
    lifted: Way,
    goal: Decimal,
    earned: Mapping[str, Fraction],
    failed: frozenset[str],
    rules: Mapping[str, Improvable],
    terms: Terms,
) -> Way | None:
    """The cheapest way on which these rules come to their targets, whatever else is done."""
    pack, weights = terms.pack, terms.settings.weights
    left = failed - lifted.keys()
    start = dict(earned)
    for name, count in lifted.items():
        if name in start and (points := rules[name].judged(count).points) is not None:
            start[name] = points
    total = scoring.total(scoring.capped(start, pack, left), pack, weights)
    if total.value is None:
        return None
    shares = {
        name: part.weight / len(part.rules)
        for part in total.parts
        for name in part.rules
        if part.weight is not None
    }
    choices = [
        _choice(name, share, start, left, rules[name], lifted.get(name, 0))
        for name, share in shares.items()
        if name in rules and rules[name].effort is not None
    ]
    found = cheapest(choices, least_total(goal) - total.value)
    if found is None:
        return None
    together = {name: lifted.get(name, 0) + found.get(name, 0) for name in {*lifted, *found}}
    return {name: together[name] for name in sorted(together)}


def least_total(goal: Decimal) -> Fraction:
    """The least total that is shown as the goal or more: half up to two decimals."""
    shown = goal.quantize(CENT, rounding=ROUND_CEILING)
    return Fraction(shown) - Fraction(CENT) / 2


def _choice(
    name: str,
    share: Fraction,
    start: Mapping[str, Fraction],
    failed: frozenset[str],
    rule: Improvable,
    turned: int,
) -> Choice:
    """What a rule adds to the total, from the units that are turned already."""
    pack = rule.terms.pack

    def capped(points: Fraction) -> Fraction:
        return scoring.capped({name: points}, pack, failed)[name]

    now = capped(start[name])
    levels = [
        (count - turned, None if points is None else share * (capped(points) - now))
        for count, points in rule.points()
        if count > turned
    ]
    return Choice(name, rule.effort or Fraction(0), rising(levels))
