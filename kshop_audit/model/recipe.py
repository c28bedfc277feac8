"""How the estimated total comes of the figures of rules: exact, so that it can be made again.

With it a report answers what the score would be if some of the units that missed a rule had met it,
as `whatif --change RULE=+N` answers from the files. Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from kshop_audit.model.frozen import frozen


@frozen
class Exact:
    """A fraction of whole numbers."""

    numerator: int
    denominator: int

    @property
    def fraction(self) -> Fraction:
        """The same as a number."""
        return Fraction(self.numerator, self.denominator)


@frozen
class CurvePoint:
    """The points that a value is worth. Values are in the unit of the rule's target."""

    value: Decimal
    points: Decimal


@frozen
class Turns:
    """What a rule says once some of the units that miss it meet it.

    `most`: so many can be turned. The value after n of them is (numerator + n * step) / denominator
    or, where `saved` is not empty, (numerator - the first n of saved) / denominator: what each of
    the slowest units takes off a sum. The rule fails while fewer than `fails_below` are turned and
    passes from `passes_from` on (None: not even after all); between the two there is no verdict,
    and the rule has no points.
    """

    most: int
    numerator: int
    denominator: int
    step: int
    saved: tuple[int, ...]
    fails_below: int
    passes_from: int | None

    def value(self, count: int) -> Fraction:
        """The value after so many."""
        change = -sum(self.saved[:count]) if self.saved else count * self.step
        return Fraction(self.numerator + change, self.denominator)

    def fails(self, count: int) -> bool:
        """Whether the rule is missed after so many."""
        return count < self.fails_below

    def passes(self, count: int) -> bool:
        """Whether the rule is met after so many."""
        return self.passes_from is not None and count >= self.passes_from


@frozen
class ScoredRule:
    """A rule of the score, or one that limits the points of others.

    `points`: before any limit; None without a value. `curve`: by ascending value, straight between
    the points and beyond them; empty for a rule that has no points. `turns`: None where its units
    cannot be turned.
    """

    rule: str
    points: Exact | None
    curve: tuple[CurvePoint, ...]
    turns: Turns | None


@frozen
class DimensionShare:
    """The rules of a dimension, and its weight before missing dimensions share theirs out."""

    weight: Decimal
    rules: tuple[str, ...]


@frozen
class PointsLimit:
    """The most points that rules can have while another one fails; `fails`: whether it does."""

    rule: str
    applies_to: tuple[str, ...]
    most: Decimal
    fails: bool


@frozen
class ScoreRecipe:
    """Everything that the total is made of. `least`, `most`: the ends of the scale."""

    least: Decimal
    most: Decimal
    rules: tuple[ScoredRule, ...]
    dimensions: Mapping[str, DimensionShare]
    limits: tuple[PointsLimit, ...]

    def points(self, turned: Mapping[str, int]) -> dict[str, Fraction]:
        """Rule → its points, limits included, once so many units of these rules are turned."""
        found = {}
        for own in self.rules:
            points = self._points(own, turned.get(own.rule, 0))
            if points is not None:
                found[own.rule] = points
        rules = {own.rule: own for own in self.rules}
        for limit in self.limits:
            turns = rules[limit.rule].turns if limit.rule in rules else None
            fails = limit.fails if turns is None else turns.fails(turned.get(limit.rule, 0))
            for rule in limit.applies_to if fails else ():
                if rule in found:
                    found[rule] = min(found[rule], Fraction(limit.most))
        return found

    def total(self, turned: Mapping[str, int]) -> Fraction | None:
        """The total before rounding, once so many units of these rules are turned."""
        points = self.points(turned)
        weights, sums = Fraction(0), Fraction(0)
        for part in self.dimensions.values():
            own = [points[rule] for rule in part.rules if rule in points]
            if own:
                weights += Fraction(part.weight)
                sums += Fraction(part.weight) * sum(own, Fraction(0)) / len(own)
        return self._clamped(sums / weights) if weights else None

    def _points(self, own: ScoredRule, count: int) -> Fraction | None:
        if own.turns is None or not own.curve:
            return None if own.points is None else own.points.fraction
        if not own.turns.fails(count) and not own.turns.passes(count):
            return None
        return self._clamped(along(own.curve, own.turns.value(count)))

    def _clamped(self, value: Fraction) -> Fraction:
        return min(Fraction(self.most), max(Fraction(self.least), value))


def along(curve: tuple[CurvePoint, ...], at: Fraction) -> Fraction:
    """The points at a value, the outer stretches prolonged."""
    if len(curve) == 1:
        return Fraction(curve[0].points)
    above = (place for place in range(1, len(curve) - 1) if at < curve[place].value)
    place = next(above, len(curve) - 1)
    first, last = curve[place - 1], curve[place]
    x, y = Fraction(first.value), Fraction(first.points)
    return y + (Fraction(last.points) - y) * (at - x) / (Fraction(last.value) - x)
