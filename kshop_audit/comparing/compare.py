"""Two reports of one shop side by side: what is new, fixed, worse and better."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from kshop_audit.model.comparison import Comparison, Move, Redefined, RuleMove
from kshop_audit.model.limits import TargetRef
from kshop_audit.model.metadata import Operator
from kshop_audit.model.report import Report, RuleResult, Status

_Key = tuple[str, str]
_CONCLUDED = (Status.PASS, Status.WARN, Status.FAIL)
_ORDER = {Status.PASS: 0, Status.WARN: 1, Status.FAIL: 2}


def compare(old: Report, new: Report) -> Comparison:
    """The comparison of two reports; rules are the same if pack and id are.

    Where a shop went from one version of a pack to another, the rules are compared by id.
    """
    before, after = _by_key(old, new), _by_key(new, old)
    keys = dict.fromkeys([*after, *before])
    moves = [_move(before.get(key), after.get(key)) for key in keys]
    order = list(Move)
    return Comparison(
        before=old.as_of,
        after=new.as_of,
        redefined=(*_whole(old, new), *_rules(moves)),
        moves=tuple(sorted(moves, key=lambda entry: order.index(entry.move))),
    )


def _by_key(report: Report, other: Report) -> dict[_Key, RuleResult]:
    """Rules by pack and id; by id alone if each report has one pack only."""
    single = len(report.packs) == len(other.packs) == 1
    return {("" if single else rule.pack, rule.id): rule for rule in report.rules}


def _move(before: RuleResult | None, after: RuleResult | None) -> RuleMove:
    return RuleMove(_kind(before, after), before, after)


def _kind(before: RuleResult | None, after: RuleResult | None) -> Move:
    if after is None:
        return Move.REMOVED
    if before is None:
        return Move.NEW if after.status is Status.FAIL else Move.ADDED
    was, now = before.status, after.status
    if was is not now:
        return _turned(was, now)
    better = _direction(before, after)
    return Move.SAME if not better else Move.BETTER if better > 0 else Move.WORSE


def _turned(was: Status, now: Status) -> Move:
    if now is Status.FAIL:
        return Move.NEW
    if now is Status.NO_VERDICT:
        return Move.LOST if was in _CONCLUDED else Move.SAME
    if was is Status.FAIL:
        return Move.FIXED
    if was in _ORDER and now in _ORDER:
        return Move.BETTER if _ORDER[now] < _ORDER[was] else Move.WORSE
    return Move.BETTER if was is Status.NO_VERDICT and now in _CONCLUDED else Move.SAME


def _direction(before: RuleResult, after: RuleResult) -> int:
    """1 if the value moved towards the target, -1 if away from it, 0 if neither is known."""
    was, now = _exact(before), _exact(after)
    if was is None or now is None or after.target is None or was == now:
        return 0
    up = after.target.operator in (Operator.AT_LEAST, Operator.EVERY)
    return 1 if (now > was) is up else -1


def _exact(rule: RuleResult) -> Fraction | None:
    """The value as the verdict saw it: from the integers where it is their quotient or count."""
    if rule.value is None:
        return None
    if rule.target is not None and rule.target.operator == Operator.NONE:
        return Fraction(repr(rule.value)) if rule.numerator is None else Fraction(rule.numerator)
    if rule.numerator is not None and rule.denominator:
        return Fraction(rule.numerator, rule.denominator)
    return Fraction(repr(rule.value))


def _whole(old: Report, new: Report) -> Iterator[Redefined]:
    stated = (
        ("shop", old.shop or "", new.shop or ""),
        ("pack", _packs(old), _packs(new)),
        ("tool", old.tool.version, new.tool.version),
        ("config", _config(old), _config(new)),
    )
    for what, before, after in stated:
        if before != after:
            yield Redefined(what, None, before, after)


def _packs(report: Report) -> str:
    return ", ".join(f"{pack.id} {pack.version} {pack.sha256[:12]}" for pack in report.packs)


def _config(report: Report) -> str:
    parts = ((report.config.sha256 or "")[:12], *report.config.overrides)
    return " ".join(part for part in parts if part)


def _rules(moves: Sequence[RuleMove]) -> Iterator[Redefined]:
    for entry in moves:
        if entry.before is None or entry.after is None:
            continue
        was, now = entry.before, entry.after
        stated = (
            ("target", _target(was.target), _target(now.target)),
            ("window", _days(was), _days(now)),
            ("level", was.level.value, now.level.value),
            ("mute", _muted(was), _muted(now)),
        )
        for what, before, after in stated:
            if before != after:
                yield Redefined(what, now.id, before, after)


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
