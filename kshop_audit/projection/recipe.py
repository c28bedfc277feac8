"""The recipe of a score, from the rules as they were judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from kshop_audit.judging import scoring
from kshop_audit.judging.judge import Judged, status_of, target_of
from kshop_audit.judging.outcome import is_count
from kshop_audit.model.metadata import Sourced
from kshop_audit.model.recipe import (
    CurvePoint,
    DimensionShare,
    Exact,
    PointsLimit,
    ScoredRule,
    ScoreRecipe,
    Turns,
)
from kshop_audit.model.report import Status
from kshop_audit.model.settings import Terms
from kshop_audit.projection.improvable import Improvable


def recipe_of(
    judged: Sequence[Judged], improvables: Mapping[str, Improvable], terms: Terms
) -> ScoreRecipe:
    """How the total of a pack comes about. `improvables`: the rules whose units can be turned."""
    pack, weights = terms.pack, terms.settings.weights
    limiting = {cap.rule for cap in pack.caps}
    scored = {rule for rules in pack.dimensions.values() for rule in rules}
    results = {own.result.id: own for own in judged}
    return ScoreRecipe(
        least=_decimal(pack.score["min_points"]),
        most=_decimal(pack.score["max_points"]),
        rules=tuple(
            _scored(own, improvables.get(own.result.id), terms)
            for own in judged
            if own.result.id in limiting or (own.result.id in scored and own.points is not None)
        ),
        dimensions={
            name: DimensionShare(
                weights[name] if name in weights else _decimal(pack.weights[name]), tuple(rules)
            )
            for name, rules in pack.dimensions.items()
        },
        limits=tuple(
            PointsLimit(
                cap.rule,
                cap.applies_to,
                _decimal(cap.limit),
                cap.rule in results and results[cap.rule].result.status is Status.FAIL,
            )
            for cap in pack.caps
        ),
    )


def _scored(own: Judged, improvable: Improvable | None, terms: Terms) -> ScoredRule:
    anchors = terms.pack.rules[own.result.id].anchors
    return ScoredRule(
        own.result.id,
        None if own.points is None else Exact(*own.points.as_integer_ratio()),
        ()
        if anchors is None
        else tuple(
            CurvePoint(Decimal(value), Decimal(points))
            for value, points in scoring.curve(anchors, terms.pack)
        ),
        # A sum of times that are not precise moves between its ends in ways only the files show.
        None if improvable is None or improvable.measured.sums else _turns(improvable),
    )


def _turns(improvable: Improvable) -> Turns:
    measured = improvable.measured
    target, _ = target_of(improvable.info.id, improvable.terms)
    divided = 1 if is_count(target) else measured.denominator or 1

    def until(wanted: Callable[[Status], bool]) -> int:
        """The least number of turned units with such a status; one more than all if there is none.
        Good units never make a status worse.
        """
        low, high = 0, improvable.most + 1
        while low < high:
            middle = (low + high) // 2
            if wanted(status_of(improvable.after(middle), improvable.info, improvable.terms)):
                high = middle
            else:
                low = middle + 1
        return low

    passes = until(lambda status: status not in (Status.FAIL, Status.NO_VERDICT))
    return Turns(
        most=improvable.most,
        numerator=measured.numerator or 0,
        denominator=divided * measured.scale,
        step=-1 if measured.offence or measured.population else 1,
        saved=improvable.slow,
        fails_below=until(lambda status: status is not Status.FAIL),
        passes_from=None if passes > improvable.most else passes,
    )


def _decimal(figure: Sourced) -> Decimal:
    return Decimal(str(figure.value))
