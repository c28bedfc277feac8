"""Two reports of one shop side by side: what is new, fixed, worse and better."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from fractions import Fraction

from kshop_audit.model import figures
from kshop_audit.model.figures import Figure
from kshop_audit.model.frozen import frozen
from kshop_audit.model.limits import TargetRef
from kshop_audit.model.metadata import Level, Operator
from kshop_audit.model.report import (
    Cause,
    Change,
    Comparison,
    Report,
    RuleResult,
    RuleSide,
    Status,
)

_Key = tuple[str, str]
_CONCLUDED = (Status.PASS, Status.WARN, Status.FAIL)
_ORDER = {Status.PASS: 0, Status.WARN: 1, Status.FAIL: 2}


class Move(StrEnum):
    """How a rule moved from one report to the next: the lists of a comparison, and SAME."""

    NEW = "new"
    FIXED = "fixed"
    WORSE = "worse"
    BETTER = "better"
    ADDED = "added"
    REMOVED = "removed"
    INFORMED = "informed"
    SAME = "same"


@frozen
class _RulePair:
    before: RuleResult | None
    after: RuleResult | None

    @property
    def last(self) -> RuleResult:
        """The rule as it stands last."""
        result = self.after or self.before
        if result is None:
            raise ValueError("a rule that stands in no report")
        return result


def compare(old: Report, new: Report, tolerance: Fraction = Fraction(0)) -> Comparison:
    """The comparison of two reports; rules are the same if pack and id are.

    Where a shop went from one version of a pack to another, the rules are compared by id.
    A value that is displayed as before is the same; so is one that moved by at most `tolerance`,
    of a rate in points of the rate (0.005 for half a percentage point), of all other figures as a
    share of the earlier value. Outcomes that differ are never the same.
    """
    before, after = _by_key(old, new), _by_key(new, old)
    pairs = [_RulePair(before.get(key), after.get(key)) for key in dict.fromkeys([*after, *before])]
    moved: dict[Move, list[Change]] = {move: [] for move in Move}
    red = False
    for pair in pairs:
        move = _listed(_kind(pair.before, pair.after, tolerance), pair)
        moved[move].append(_change(pair))
        red |= _alarms(move, pair)
    return Comparison(
        earlier_as_of=old.as_of,
        as_of=new.as_of,
        red=red,
        cause=(*_whole(old, new), *_rules(pairs)),
        **{move.value: tuple(moved[move]) for move in Move if move is not Move.SAME},
    )


def _listed(move: Move, pair: _RulePair) -> Move:
    """The list that a move stands in: a rule that asks nothing of the shop, such as a condition of
    closing while it stays open, is neither newly missed nor worse.
    """
    asks = pair.last.level in (Level.ERROR, Level.WARN)
    return move if asks or move in (Move.ADDED, Move.REMOVED, Move.SAME) else Move.INFORMED


def _alarms(move: Move, pair: _RulePair) -> bool:
    """Whether a rule is worse; what still passes may go up and down."""
    return move is Move.NEW or (move is Move.WORSE and pair.last.status is not Status.PASS)


def _change(pair: _RulePair) -> Change:
    rule = pair.last
    before, after = (None if one is None else _standing(one) for one in (pair.before, pair.after))
    return Change(rule.id, rule.pack, rule.level, rule.title, before, after)


def _standing(rule: RuleResult) -> RuleSide:
    return RuleSide(
        rule.status, rule.value, rule.value_unit, rule.numerator, rule.denominator, rule.target
    )


def _by_key(report: Report, other: Report) -> dict[_Key, RuleResult]:
    """Rules by pack and id; by id alone if each report has one pack only."""
    single = len(report.packs) == len(other.packs) == 1
    return {("" if single else rule.pack, rule.id): rule for rule in report.rules}


def _kind(before: RuleResult | None, after: RuleResult | None, tolerance: Fraction) -> Move:
    if after is None:
        return Move.REMOVED
    if before is None:
        return Move.NEW if after.status is Status.FAIL else Move.ADDED
    was, now = before.status, after.status
    if was is not now:
        return _turned(was, now)
    better = _direction(before, after, tolerance)
    return Move.SAME if not better else Move.BETTER if better > 0 else Move.WORSE


def _turned(was: Status, now: Status) -> Move:
    if now is Status.FAIL:
        return Move.NEW
    if now is Status.NO_VERDICT:
        return Move.NEW if was in _CONCLUDED else Move.SAME
    if was is Status.FAIL:
        return Move.FIXED
    if was in _ORDER and now in _ORDER:
        return Move.BETTER if _ORDER[now] < _ORDER[was] else Move.WORSE
    return Move.BETTER if was is Status.NO_VERDICT and now in _CONCLUDED else Move.SAME


def _direction(before: RuleResult, after: RuleResult, tolerance: Fraction) -> int:
    """1 if the value moved towards the target, -1 if away from it, 0 if neither can be told."""
    was, now = figures.exact(before), figures.exact(after)
    if was is None or now is None or after.target is None or was == now:
        return 0
    if _displayed(was, after) == _displayed(now, after) or _near(was, now, after, tolerance):
        return 0
    up = after.target.operator in (Operator.AT_LEAST, Operator.EVERY)
    return 1 if (now > was) is up else -1


def _displayed(value: Fraction, rule: RuleResult) -> str:
    edge = figures.line(rule.target)
    return figures.show(value, figures.figure(rule), () if edge is None else (edge,))


def _near(was: Fraction, now: Fraction, rule: RuleResult, tolerance: Fraction) -> bool:
    unit = 1 if figures.figure(rule) is Figure.RATIO else abs(was)
    return abs(now - was) <= tolerance * unit


def _whole(old: Report, new: Report) -> Iterator[Cause]:
    stated = (
        ("shop", old.shop or "", new.shop or ""),
        ("pack", _packs(old), _packs(new)),
        ("tool", old.tool.version, new.tool.version),
        ("config", _config(old), _config(new)),
    )
    for what, before, after in stated:
        if before != after:
            yield Cause(what, None, before, after)


def _packs(report: Report) -> str:
    return ", ".join(f"{pack.id} {pack.version} {pack.sha256[:12]}" for pack in report.packs)


def _config(report: Report) -> str:
    parts = ((report.config.sha256 or "")[:12], *report.config.overrides)
    return " ".join(part for part in parts if part)


def _rules(pairs: Sequence[_RulePair]) -> Iterator[Cause]:
    for pair in pairs:
        if pair.before is None or pair.after is None:
            continue
        was, now = pair.before, pair.after
        stated = (
            ("target", _target(was.target), _target(now.target)),
            ("window", _days(was), _days(now)),
            ("level", was.level.value, now.level.value),
            ("mute", _muted(was), _muted(now)),
        )
        for what, before, after in stated:
            if before != after:
                yield Cause(what, now.id, before, after)


def _target(target: TargetRef | None) -> str:
    if target is None:
        return ""
    value = "" if target.value is None else f" {target.value.normalize():f}"
    below = "" if target.count_below is None else f" / < {target.count_below}"
    return f"{target.operator}{value}{below}"


def _days(rule: RuleResult) -> str:
    return "" if rule.window is None else str(rule.window.days)


def _muted(rule: RuleResult) -> str:
    return "" if rule.mute is None else str(rule.mute.units)
