"""The estimated score of the coming days, from the rules' own forecasts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction

from kshop_audit.judging import scoring, verdict
from kshop_audit.judging.judge import Judged
from kshop_audit.judging.scoring import Number
from kshop_audit.model.forecast import HORIZON, NewGrade, ScoreDay, ScoreForecast, ScoreGrades
from kshop_audit.model.frozen import frozen
from kshop_audit.model.report import Score, Status
from kshop_audit.model.settings import Terms
from kshop_audit.projection.forecast import AHEAD, Ahead, Line
from kshop_audit.projection.pace import LAST, LEAST, begun, coming_days, usual
from kshop_audit.projection.series import DAY

_Pick = Callable[[Ahead], Line | None]


@frozen(slots=False)
class Paid:
    """Paid orders by day, and the days of orders that are missing."""

    by_day: Mapping[date, int]
    missing: frozenset[date]


def score_ahead(
    judged: Sequence[Judged],
    ahead: Mapping[str, Ahead],
    paid: Paid | None,
    score: Score,
    terms: Terms,
) -> ScoreForecast | None:
    """The score of each coming day; None for a pack without a score.

    A rule whose days are not known keeps its points.
    """
    if not terms.pack.dimensions:
        return None
    outlook = _ScoreOutlook(judged, ahead, paid, terms)
    assumed = any(own.assumed for own in ahead.values())
    days = []
    for k in AHEAD:
        nothing = outlook.total(k, lambda own: own.nothing_new, paced=False)
        pace = outlook.total(k, lambda own: own.at_pace, paced=True) if outlook.paced else None
        given = outlook.total(k, lambda own: own.assumed or own.at_pace, paced=True)
        totals = (nothing, pace, given if assumed else None)
        shown = [None if total is None else scoring.rounded(total) for total in totals]
        grades = [None if total is None else scoring.grade(total, terms.pack) for total in totals]
        day = outlook.day(k).isoformat()
        days.append(ScoreDay(day, shown[0], shown[1], shown[2], ScoreGrades(*grades)))
    new = (day for day in days if day.grades.at_pace not in (None, score.grade))
    first = next(new, None)
    return ScoreForecast(
        days=tuple(days),
        first_grade=None if first is None else NewGrade(first.day, str(first.grades.at_pace)),
        held=outlook.held,
    )


@frozen(slots=False)
class _ScoreOutlook:
    """The rules of a pack, looked at from as-of."""

    judged: Sequence[Judged]
    ahead: Mapping[str, Ahead]
    paid: Paid | None
    terms: Terms

    @property
    def scored(self) -> tuple[str, ...]:
        """The rules with points."""
        return tuple(rule for rules in self.terms.pack.dimensions.values() for rule in rules)

    @property
    def held(self) -> tuple[str, ...]:
        """The rules whose points stay as they are."""
        there = {own.result.id for own in self.judged if own.points is not None}
        return tuple(rule for rule in self.scored if rule in there and rule not in self.ahead)

    @property
    def paced(self) -> bool:
        """Whether any rule with points has a pace."""
        return any(rule in self.ahead and self.ahead[rule].at_pace for rule in self.scored)

    def day(self, ahead: int) -> date:
        """The last natural day of the windows so many days ahead."""
        return self.terms.end.date() + (ahead - 1) * DAY

    def total(self, ahead: int, pick: _Pick, *, paced: bool) -> Fraction | None:
        """The score so many days ahead; None where there is none."""
        earned, failed = {}, set()
        for own in self.judged:
            rule, status, points = own.result.id, own.result.status, own.points
            if rule in self.ahead:
                line = pick(self.ahead[rule]) or self.ahead[rule].nothing_new
                status, points = line[ahead - 1].status, line[ahead - 1].points
            if points is not None:
                earned[rule] = points
            if status is Status.FAIL:
                failed.add(rule)
        pack = self.terms.pack
        after = scoring.capped(earned, pack, frozenset(failed))
        total = scoring.total(after, pack, self.terms.settings.weights).value
        return None if verdict.no_score(self.orders(ahead, paced=paced), total, pack) else total

    def orders(self, ahead: int, *, paced: bool) -> Number | None:
        """The orders paid in the days that decide whether there is a score."""
        paid, terms = self.paid, self.terms
        if paid is None:
            return None
        span = int(scoring.number(terms.pack.score["min_paid_days"]))
        end = terms.end.date()
        first, over = end + (ahead - span) * DAY, end + ahead * DAY
        known = sum(count for day, count in paid.by_day.items() if first <= day < over)
        coming = [
            day for day in coming_days(terms, exempt=False, many=HORIZON) if first <= day < over
        ]
        return known + (_pace(paid, terms) * len(coming) if paced else 0)


def _pace(paid: Paid, terms: Terms) -> Fraction:
    """Paid orders of a day, by the last closed days of the window; 0 where too few are known."""
    found: list[int] = []
    day = terms.end.date() - DAY
    begin = terms.end.date() - int(scoring.number(terms.pack.score["min_paid_days"])) * DAY
    first = max(min(paid.by_day, default=day), begin)
    while day >= first and len(found) < LAST:
        closed = begun(day) + DAY <= terms.as_of
        if closed and day not in paid.missing and usual(day, terms.settings):
            found.append(paid.by_day.get(day, 0))
        day -= DAY
    return Fraction(sum(found), len(found)) if len(found) >= LEAST else Fraction(0)
