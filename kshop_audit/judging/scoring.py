"""From figures to points and from points to a score; exact fractions, no frames.

Every number comes from the pack or the operator. The score is an estimate and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache

from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Anchors, Operator, Pack, Sourced, Target

Number = int | Fraction
"""A count; where it rests on a pace, parts of a unit are possible."""


def met(numerator: Number, denominator: Number, target: Target, scale: int = 1) -> bool:
    """Whether the target is reached; compared in whole numbers, exactly met included."""
    if target.count_below is not None and numerator < target.count_below:
        return True
    if target.operator is Operator.NONE:
        return numerator == 0
    if target.operator is Operator.EVERY:
        return numerator == denominator
    part, whole = (target.fraction * scale).as_integer_ratio()
    if target.operator is Operator.AT_LEAST:
        return numerator * whole >= part * denominator
    return numerator * whole <= part * denominator


def points(value: Fraction, anchors: Anchors, pack: Pack) -> Fraction:
    """Linear between the anchors (5 at `full`, 3 at `floor`) and through the points that the
    platform showed this shop, clamped to the pack's scale.
    """
    low, high = number(pack.score["min_points"]), number(pack.score["max_points"])
    if not anchors.learned:
        full, floor = number(anchors.full), number(anchors.floor)
        return _clamped(low + (high - low) * (value - floor) / (full - floor), pack)
    line = [(Fraction(at), Fraction(points)) for at, points in curve(anchors, pack)]
    return _clamped(_along(line, value), pack)


def curve(anchors: Anchors, pack: Pack) -> list[tuple[str, str]]:
    """(value, points) of the line that points lie on, by ascending value, as they are written."""
    low, high = (str(pack.score[end].value) for end in ("min_points", "max_points"))
    line = {Fraction(p.value): (str(p.value), str(p.points)) for p in anchors.learned}
    ends = ends_left(anchors) if anchors.learned else (anchors.full, anchors.floor)
    for end in ends:
        line[number(end)] = str(end.value), low if end is anchors.floor else high
    return [line[at] for at in sorted(line)]


def ends_left(anchors: Anchors) -> tuple[Sourced, ...]:
    """The ends that still hold beside what was learned: published ones, and assumed ones beyond
    every value that was seen.
    """
    full, floor = number(anchors.full), number(anchors.floor)
    sign = 1 if full > floor else -1
    seen = [sign * Fraction(point.value) for point in anchors.learned]
    beyond = {
        anchors.full: all(sign * full > at for at in seen),
        anchors.floor: all(sign * floor < at for at in seen),
    }
    return tuple(end for end, out in beyond.items() if out or not end.assumption)


def _along(line: Sequence[tuple[Fraction, Fraction]], at: Fraction) -> Fraction:
    """The straight stretches through the points of a line, the outer ones prolonged."""
    if len(line) == 1:
        return line[0][1]
    above = (place for place in range(1, len(line) - 1) if at < line[place][0])
    place = next(above, len(line) - 1)
    (x, y), (far, top) = line[place - 1], line[place]
    return y + (top - y) * (at - x) / (far - x)


def _clamped(value: Fraction, pack: Pack) -> Fraction:
    return min(number(pack.score["max_points"]), max(number(pack.score["min_points"]), value))


def number(figure: Sourced) -> Fraction:
    """A figure of a pack as an exact fraction."""
    return _exact(str(figure.value))


@cache
def _exact(text: str) -> Fraction:
    """The forecasts ask for a few figures thousands of times."""
    return Fraction(text)


def rounded(value: Fraction, places: int = 2) -> Decimal:
    """Half up, once, for showing and for the total."""
    step = Decimal(1).scaleb(-places)
    # Enough digits for any fraction of counts; the division is rounded only by the last step.
    exact = Decimal(value.numerator * 10 ** (places + 1) // value.denominator)
    return (exact.scaleb(-(places + 1))).quantize(step, rounding=ROUND_HALF_UP)


@frozen
class ScorePart:
    """One dimension's share of the total; `weight` is None when it was left out."""

    id: str
    points: Fraction | None
    weight: Fraction | None
    rules: tuple[str, ...]


@frozen
class ScoreTotal:
    """The weighted total before rounding, with its parts and the rules left out."""

    value: Fraction | None
    parts: tuple[ScorePart, ...]
    left_out: tuple[str, ...]


def total(earned: Mapping[str, Fraction], pack: Pack, weights: Mapping[str, Decimal]) -> ScoreTotal:
    """The weighted total of what has points; missing rules and dimensions share their weight out.

    `earned`: rule → points after caps. `weights`: the operator's weights, over the pack's.
    """
    parts: list[ScorePart] = []
    left_out: list[str] = []
    for dimension, rules in pack.dimensions.items():
        present = tuple(rule for rule in rules if rule in earned)
        left_out += [rule for rule in rules if rule not in earned]
        if not present:
            parts.append(ScorePart(dimension, None, None, ()))
            continue
        mean = sum((earned[rule] for rule in present), Fraction(0)) / len(present)
        own = weights.get(dimension)
        weight = Fraction(own) if own is not None else number(pack.weights[dimension])
        parts.append(ScorePart(dimension, mean, weight, present))
    whole = sum((part.weight for part in parts if part.weight is not None), Fraction(0))
    if not whole:
        return ScoreTotal(None, tuple(parts), tuple(left_out))
    shared = tuple(
        ScorePart(p.id, p.points, p.weight / whole if p.weight is not None else None, p.rules)
        for p in parts
    )
    value = sum(
        (p.points * p.weight for p in shared if p.points is not None and p.weight is not None),
        Fraction(0),
    )
    return ScoreTotal(_clamped(value, pack), shared, tuple(left_out))


def capped(
    earned: Mapping[str, Fraction], pack: Pack, failed: frozenset[str]
) -> dict[str, Fraction]:
    """Points after the caps of failing rules; a rule without a verdict caps nothing."""
    result = dict(earned)
    for cap in pack.caps:
        if cap.rule in failed:
            limit = number(cap.limit)
            for rule in cap.applies_to:
                if rule in result:
                    result[rule] = min(result[rule], limit)
    return result


def grades(pack: Pack) -> tuple[tuple[str, Decimal], ...]:
    """The grades above the lowest, each with the total from which on it is given, ascending."""
    begins = (Decimal(str(pack.score[key].value)) for key in ("good_from", "excellent_from"))
    return tuple(zip(("良", "优"), begins, strict=True))


def grade(value: Fraction, pack: Pack) -> str:
    """优, 良 or 差; taken before rounding."""
    reached = [name for name, begins in grades(pack) if value >= _exact(str(begins))]
    return reached[-1] if reached else "差"
