"""What lies ahead, in words: a line a rule, what follows from it, and the days as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from kshop_audit.model import figures
from kshop_audit.model.figures import Figure
from kshop_audit.model.forecast import Budget, ForecastDay, RuleForecast, ScoreForecast
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Level
from kshop_audit.model.report import Report, RuleResult, Status
from kshop_audit.report.view import distances, phrases
from kshop_audit.report.view.headline import titles_of
from kshop_audit.report.view.speech import Speech

_Value = TypeVar("_Value", Decimal, float)

_HEIGHTS = "▁▂▃▄▅▆▇█"
_DIGITS = "01234567"
_LOWEST, _HIGHEST = 3, 5
_NAMES = 6


@frozen
class ForecastLine:
    """One rule, or the score: where it stands, where it goes, a cell a day, and what follows.

    `warns`: a rule that is no red line; missing it is a warning.
    """

    title: str
    id: str
    status: Status | None
    now: str
    then: str
    bar: str
    follows: tuple[str, ...]
    warns: bool = False


@frozen
class ForecastView:
    """All that a page of the forecast says."""

    title: str
    context: str
    basis: tuple[str, ...]
    score: ForecastLine | None
    rules: tuple[ForecastLine, ...]
    legend: tuple[str, ...]


def view(report: Report, speech: Speech, *, plain: bool = False) -> ForecastView:
    """The forecast of a report; `plain`: bars without symbols beyond plain text."""
    ahead = [(rule, rule.forecast) for rule in report.rules if rule.forecast is not None]
    several = len(report.packs) > 1
    worth = list(_worth_a_line(ahead))
    still = [rule.id for rule, own in worth if own.pace is None]
    page = _Page(report, speech, plain, still if len(still) > 1 else ())
    lines = [page.rule(rule, own, several=several) for rule, own in worth]
    forecast = report.score.forecast
    shop = speech.say("headline.shop", shop=speech.data(report.shop)) if report.shop else ""
    as_of = speech.say("headline.as_of", as_of=speech.instant(report.as_of, closing=True))
    return ForecastView(
        title=speech.say("forecast.title"),
        context=speech.join([shop, as_of]),
        basis=tuple(page.basis([own for _, own in ahead])),
        score=None if forecast is None else page.score(forecast),
        rules=tuple(lines),
        legend=tuple(page.legend([own for _, own in ahead])),
    )


def _worth_a_line(
    ahead: Sequence[tuple[RuleResult, RuleForecast]],
) -> Iterator[tuple[RuleResult, RuleForecast]]:
    """Rules with a target and something counted, failing ones first."""
    shown = [(rule, own) for rule, own in ahead if rule.target is not None and _any_value(own)]
    yield from sorted(shown, key=lambda pair: pair[0].status is not Status.FAIL)


def _any_value(own: RuleForecast) -> bool:
    values = ((day.nothing_new, day.at_pace, day.low) for day in own.days)
    return own.value is not None or any(value is not None for day in values for value in day)


class _Page:
    """The sentences of one report."""

    def __init__(
        self, report: Report, speech: Speech, plain: bool, without_pace: Sequence[str]
    ) -> None:
        """`without_pace`: rules of which it is said once, below, that they have no pace."""
        self._report, self._speech, self._plain = report, speech, plain
        self._without_pace = without_pace

    def basis(self, ahead: Sequence[RuleForecast]) -> Iterator[str]:
        """What the forecast rests on, and what it does not know."""
        say = self._speech.say
        yield say("forecast.basis")
        sure = (own.confidence for own in ahead if own.confidence and own.confidence.days)
        if (one := next(sure, None)) is not None:
            yield say("forecast.likely_basis", level=f"{round(one.level * 100)}%")
        if any(day.low is not None or day.high is not None for own in ahead for day in own.days):
            yield say("forecast.partial")
        if any(day.assumed is not None for own in ahead for day in own.days):
            yield say("forecast.assumed")

    def legend(self, ahead: Sequence[RuleForecast]) -> Iterator[str]:
        """What the cells mean, and what is not said."""
        say = self._speech.say
        cells = _PLAIN_CELLS if self._plain else _CELLS
        passes, fails, open_ = (cells[s] for s in (Status.PASS, Status.FAIL, Status.NO_VERDICT))
        none = cells[Status.INFO]
        yield say("forecast.legend", passes=passes, fails=fails, open=open_, none=none)
        if self._without_pace:
            yield say("forecast.no_pace_of", rules=self._titled(self._without_pace))
        rest = [rule.id for rule in self._report.rules if rule.days and rule.days.reason]
        if rest:
            yield say("forecast.not_by_day", rules=self._titled(rest))
            yield from self._passing(rest)
        chances = [own.confidence for own in ahead if own.confidence is not None]
        if chances:
            yield say("forecast.one_series")
            if all(chance.record is None for chance in chances):
                yield say("forecast.no_record")

    def _passing(self, ids: Sequence[str]) -> Iterator[str]:
        """When missed rules pass of which only that is known, as the report of the audit says."""
        for rule in self._report.rules:
            missed = rule.id in ids and rule.status is Status.FAIL
            when = distances.outlook(rule, self._speech) if missed else ""
            if when and when != distances.bare(rule, self._speech):
                yield self._speech.pair(self._titled([rule.id]), when)

    def _titled(self, ids: Sequence[str]) -> str:
        titles = titles_of(self._report, self._speech)
        names = [titles.get(name) or self._speech.data(name) for name in ids]
        return self._speech.names(list(dict.fromkeys(names)), _NAMES)

    def score(self, forecast: ScoreForecast) -> ForecastLine:
        """The estimated score."""
        speech = self._speech
        total = self._report.score.total
        values = [_best(d.assumed, d.at_pace, d.nothing_new) for d in forecast.days]
        last = next((value for value in reversed(values) if value is not None), None)
        none = speech.say("column.none")
        follows = []
        if forecast.first_grade is not None:
            follows.append(
                speech.say(
                    "forecast.grade",
                    day=self._speech.coming_day(forecast.first_grade.day),
                    grade=speech.name("grade", forecast.first_grade.grade),
                )
            )
        if forecast.held:
            follows.append(speech.say("forecast.held", rules=self._titled(forecast.held)))
        return ForecastLine(
            title=speech.say("score.title"),
            id="",
            status=None,
            now=none if total is None else f"{total:.2f}",
            then=none if last is None else f"{last:.2f}",
            bar="".join(self._height(None if v is None else Fraction(v)) for v in values),
            follows=tuple(follows),
        )

    def rule(self, rule: RuleResult, own: RuleForecast, *, several: bool) -> ForecastLine:
        """One rule."""
        speech = self._speech
        last = own.days[-1]
        then = _best(last.assumed, last.at_pace, last.nothing_new)
        cells = _PLAIN_CELLS if self._plain else _CELLS
        return ForecastLine(
            title=speech.text(rule.title),
            id=speech.data(f"{rule.pack}:{rule.id}" if several else rule.id),
            status=rule.status,
            now=phrases.value(rule, speech),
            then=self._value(then, rule),
            bar="".join(cells.get(Status(day.status), cells[Status.INFO]) for day in own.days),
            follows=tuple(self.follows(rule, own)),
            warns=rule.level is not Level.ERROR,
        )

    def follows(self, rule: RuleResult, own: RuleForecast) -> Iterator[str]:
        """What to do about it, and until when."""
        say = self._speech.say
        if own.pace is None:
            if rule.id not in self._without_pace:
                yield say("forecast.no_pace")
        elif rule.status is Status.FAIL:
            yield from self._failing(rule, own)
        elif own.first_fail is not None and rule.status is Status.PASS:
            yield say("forecast.first_fail", day=self._speech.coming_day(own.first_fail))
            if own.save_by is not None:
                yield say("forecast.save_by", day=self._speech.coming_day(own.save_by))
        if own.budget is not None and rule.status is Status.PASS:
            yield from self._budget(rule, own.budget)
        for back in own.returning:
            day, units = self._speech.coming_day(back.day), back.denominator or back.numerator
            yield say("forecast.returning", units, day=day)
        yield from self._bounds(rule, own.days[-1])
        yield from self._likely(rule, own)

    def _failing(self, rule: RuleResult, own: RuleForecast) -> Iterator[str]:
        say = self._speech.say
        given = own.days[-1].assumed is not None
        passing = (day.day for day in own.days if given and day.status == Status.PASS)
        first = next(passing, None)
        if first is not None:
            yield say("forecast.as_assumed", day=self._speech.coming_day(first))
        if own.first_pass is not None:
            yield say("short.at_pace", date=self._speech.coming_day(own.first_pass))
        if own.at_best is None or own.at_best != own.first_pass:
            yield distances.at_best(rule, own, self._speech)
        if own.undercut is not None:
            less = self._speech.duration(round(own.undercut.minutes_less * 60))
            hours = self._value(own.undercut.at_most, rule)
            yield say(
                "forecast.undercut",
                own.undercut.tickets,
                day=self._speech.coming_day(own.undercut.by),
                hours=hours,
                less=less,
            )

    def _budget(self, rule: RuleResult, budget: Budget) -> Iterator[str]:
        say = self._speech.say
        left = distances.bare(rule, self._speech)
        if left:
            used = "" if budget.used is None else f"{round(budget.used * 100)}%"
            yield say("forecast.used", left=left, used=used) if used else left
        if budget.frozen:
            yield say("forecast.frozen")
        elif budget.warning and budget.runs_out.pace_3d and budget.runs_out.pace_7d:
            first, last = sorted((budget.runs_out.pace_3d, budget.runs_out.pace_7d))
            key = "forecast.runs_out" if first == last else "forecast.runs_out_between"
            yield say(key, first=self._speech.coming_day(first), last=self._speech.coming_day(last))

    def _bounds(self, rule: RuleResult, day: ForecastDay) -> Iterator[str]:
        bounds = day.pace_bounds
        if bounds is not None and bounds.low is not None and bounds.high is not None:
            low, high = self._value(bounds.low, rule), self._value(bounds.high, rule)
            shown = self._speech.say("figure.range", low=low, high=high)
            yield self._speech.say("forecast.bounds", range=shown)

    def _chance(self, share: float) -> str:
        """In whole percent; nothing drawn at random is impossible or certain."""
        percent = round(share * 100)
        ends = {0: "forecast.hardly", 100: "forecast.almost"}
        return self._speech.say(ends[percent]) if percent in ends else f"{percent}%"

    def _likely(self, rule: RuleResult, own: RuleForecast) -> Iterator[str]:
        """How likely it passes at the end, and how past projections did."""
        if own.confidence is None or not own.confidence.days:
            return
        say, last = self._speech.say, own.confidence.days[-1]
        low, high = self._value(last.low, rule), self._value(last.high, rule)
        if low == high == self._value(own.value, rule):
            return  # it is where it was, and certain to stay there: nothing to read
        shown = say("figure.range", low=low, high=high)
        level = f"{round(own.confidence.level * 100)}%"
        if last.p_pass is not None:
            chance = self._chance(last.p_pass)
            likely = say("forecast.likely", range=shown, level=level, chance=chance)
        else:
            likely = say("forecast.likely_range", range=shown, level=level)
        record = own.confidence.record
        yield likely + (
            ""
            if record is None
            else say("forecast.record", hits=record.hits, of=record.hits + record.misses)
        )

    def _height(self, value: Fraction | None) -> str:
        letters = _DIGITS if self._plain else _HEIGHTS
        if value is None:
            return (_PLAIN_CELLS if self._plain else _CELLS)[Status.INFO]
        top = len(letters) - 1
        return letters[round((value - _LOWEST) / (_HIGHEST - _LOWEST) * top)]

    def _value(self, value: float | None, rule: RuleResult) -> str:
        """A value of a coming day, in the unit of the rule."""
        if value is None:
            return self._speech.say("column.none")
        exact = Fraction(repr(value))
        kind = figures.figure(rule)
        if kind is Figure.HITS:
            tenths = round(exact * 10)
            return figures.trimmed(Fraction(tenths, 10))
        line = figures.line(rule.target)
        return self._speech.value(exact, kind, () if line is None else (line,))


_CELLS = {
    Status.PASS: "■", Status.WARN: "■", Status.FAIL: "□", Status.NO_VERDICT: "?", Status.INFO: "·",
}  # fmt: skip
_PLAIN_CELLS = {
    Status.PASS: "#", Status.WARN: "#", Status.FAIL: ".", Status.NO_VERDICT: "?", Status.INFO: "-",
}  # fmt: skip


def _best(*values: _Value | None) -> _Value | None:
    """The first that is known."""
    return next((value for value in values if value is not None), None)
