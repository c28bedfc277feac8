"""Pictures of days and hours: which old days leave a window when, and when figures are bad."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from markupsafe import Markup

from kshop_audit.model import figures
from kshop_audit.model.figures import Figure
from kshop_audit.model.forecast import ForecastDay
from kshop_audit.model.frozen import frozen
from kshop_audit.model.report import HeatCell, Report, RuleResult
from kshop_audit.report.page.charts import day_of
from kshop_audit.report.page.drawing import Drawing
from kshop_audit.report.view.speech import Speech

_WIDE, _TALL, _HEAD = 60, 46, 18
_HOUR, _ROW, _SIDE = 24, 22, 40
_STEPS = 4
_WORST = 3
_SOON = 14
"""Of so many coming days the one that helps or hurts most is named: later ones have few units."""


@frozen
class RollOff:
    """The calendar of one rule, with the day on which the figure changes most in words."""

    title: str
    picture: Markup
    words: tuple[str, ...]


@frozen
class HeatMap:
    """A rule by weekday and hour, with its worst hours in words."""

    picture: Markup
    worst: tuple[str, ...]


@frozen
class _OldDay:
    """A coming day: which day leaves the window by then, and the figure before and after.

    `was`, `then`: both in words.
    """

    ahead: ForecastDay
    day: date
    old: date
    before: Fraction | None
    after: Fraction | None
    missing: bool
    was: str
    then: str

    @property
    def change(self) -> Fraction:
        """By how much the figure moves; 0 where it is not known."""
        if self.before is None or self.after is None or not self.ahead.leaves.denominator:
            return Fraction(0)
        return self.after - self.before

    def said(self, key: str, speech: Speech) -> str:
        """The sentence `key` with both days and both figures."""
        return speech.say(
            key,
            day=speech.coming_day(self.ahead.day),
            old=speech.coming_day(self.old.isoformat()),
            before=self.was,
            after=self.then,
        )


def roll_offs(report: Report, speech: Speech) -> tuple[RollOff, ...]:
    """A calendar for each rule that gates or scores and whose figure is a sum over days."""
    shown = (rule for rule in report.rules if rule.forecast is not None and rule.window is not None)
    made = (_roll_off(rule, speech) for rule in shown if figures.line(rule.target) is not None)
    return tuple(one for one in made if one is not None)


def _roll_off(rule: RuleResult, speech: Speech) -> RollOff | None:
    days = list(_leaving(rule, speech))
    if not any(one.change for one in days):
        return None
    high = rule.target is not None and rule.target.operator == ">="
    weeks = [days[0].day - timedelta(days=days[0].day.weekday())]
    while weeks[-1] + timedelta(days=7) <= days[-1].day:
        weeks.append(weeks[-1] + timedelta(days=7))
    heads = Markup().join(
        Drawing('<text x="{}" y="12" class="head-cell">{}</text>').format(
            place * _WIDE + _WIDE / 2, speech.name("weekday", str(place + 1))
        )
        for place in range(7)
    )
    cells = Markup().join(
        _cell(one, (one.day - weeks[0]).days // 7, high, rule, speech) for one in days
    )
    words = speech.say("picture.roll_off", len(days), title=speech.text(rule.title))
    picture = Drawing(
        '<svg class="calendar" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>'
    ).format(7 * _WIDE, _HEAD + len(weeks) * _TALL, words, heads, cells)
    return RollOff(speech.text(rule.title), picture, tuple(_turning(days, high, speech)))


def _leaving(rule: RuleResult, speech: Speech) -> Iterator[_OldDay]:
    before = figures.exact(rule)
    was = _value(before, rule, speech)
    missing = frozenset(() if rule.days is None else rule.days.missing)
    for ahead in () if rule.forecast is None else rule.forecast.days:
        day, after = day_of(ahead.day), _fraction(ahead.nothing_new)
        length = 0 if rule.window is None else rule.window.days
        if day is None or day.toordinal() <= length:
            return
        old = day - timedelta(days=length)
        then = _value(after, rule, speech)
        yield _OldDay(ahead, day, old, before, after, old.isoformat() in missing, was, then)
        before, was = after, then


def _fraction(value: float | None) -> Fraction | None:
    return None if value is None else Fraction(repr(value))


def _kind(one: _OldDay, high: bool) -> str:
    if one.missing:
        return "unknown"
    if not one.change:
        return "same"
    return "good" if (one.change > 0) is high else "bad"


def _cell(one: _OldDay, week: int, high: bool, rule: RuleResult, speech: Speech) -> Markup:
    leaves, kind = one.ahead.leaves, figures.figure(rule)
    left = (
        "" if one.missing or not leaves.denominator else f"{leaves.numerator}/{leaves.denominator}"
    )
    if left and kind in (Figure.HOURS, Figure.MEAN):
        left = f"{leaves.denominator:,}"
    signs = {"good": "▲" if high else "▼", "bad": "▼" if high else "▲"}
    title = one.said("picture.leaves", speech)
    name = _kind(one, high)
    return Drawing(
        '<g transform="translate({} {})"><title>{}</title><rect width="58" height="44" rx="4" '
        'class="{}"/><text x="5" y="13">{}</text><text x="5" y="27" class="old">{}</text>'
        '<text x="5" y="40" class="left">{} {}</text></g>'
    ).format(
        one.day.weekday() * _WIDE,
        _HEAD + week * _TALL,
        title,
        name,
        _short(one.day),
        speech.say("picture.old", day=_short(one.old)),
        signs.get(name, ""),
        left,
    )


def _short(day: date) -> str:
    return f"{day.month}-{day.day}"


def _value(value: Fraction | None, rule: RuleResult, speech: Speech) -> str:
    if value is None:
        return speech.say("column.none")
    edge = figures.line(rule.target)
    return speech.value(value, figures.figure(rule), () if edge is None else (edge,))


def _turning(days: Sequence[_OldDay], high: bool, speech: Speech) -> Iterator[str]:
    """The days that help and hurt most."""
    for key, sign in (("helps", 1), ("hurts", -1)):
        way = sign if high else -sign
        most = max(days[:_SOON], key=lambda one: one.change * way)
        if most.change * way > 0:
            yield most.said(f"part.{key}", speech)


def heat(rule: RuleResult, speech: Speech) -> HeatMap | None:
    """A share by weekday and hour: the darker a cell, the more of its units speak against the
    shop; their number stands in it. None for other figures, and where there is nothing to see.
    """
    if figures.figure(rule) is not Figure.RATIO or rule.target is None or not rule.heat:
        return None
    if all(_bad(cell, rule) == 0 for cell in rule.heat):
        return None
    cells = Markup().join(_hour(cell, rule, speech) for cell in rule.heat)
    days = Markup().join(
        Drawing('<text x="0" y="{}" class="head-cell side">{}</text>').format(
            _HEAD + place * _ROW + 15, speech.name("weekday", str(place + 1))
        )
        for place in range(7)
    )
    hours = Markup().join(
        Drawing('<text x="{}" y="12" class="head-cell">{}</text>').format(
            _SIDE + hour * _HOUR + 11, hour
        )
        for hour in range(0, 24, 2)
    )
    picture = Drawing(
        '<svg class="heat" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>'
    ).format(
        _SIDE + 24 * _HOUR, _HEAD + 7 * _ROW,
        speech.say("picture.heat", title=speech.text(rule.title)), hours, days, cells,
    )  # fmt: skip
    worst = sorted(rule.heat, key=lambda c: (-_bad(c, rule), c.weekday, c.hour))[:_WORST]
    return HeatMap(picture, tuple(_hour_words(c, rule, speech) for c in worst if _bad(c, rule)))


def _bad(cell: HeatCell, rule: RuleResult) -> int:
    high = rule.target is not None and rule.target.operator in (">=", "all")
    return cell.denominator - cell.numerator if high else cell.numerator


def _hour(cell: HeatCell, rule: RuleResult, speech: Speech) -> Markup:
    bad = _bad(cell, rule)
    step = -(-bad * _STEPS // cell.denominator) if cell.denominator else 0
    number = Drawing('<text x="11" y="14">{}</text>').format(bad) if bad else ""
    return Drawing(
        '<g transform="translate({} {})"><title>{}</title><rect width="22" height="20" rx="2" '
        'class="heat-{}"/>{}</g>'
    ).format(
        _SIDE + cell.hour * _HOUR, _HEAD + (cell.weekday - 1) * _ROW,
        _hour_words(cell, rule, speech), step, number,
    )  # fmt: skip


def _hour_words(cell: HeatCell, rule: RuleResult, speech: Speech) -> str:
    return speech.say(
        "picture.hour",
        cell.denominator,
        weekday=speech.name("weekday", str(cell.weekday)),
        hour=cell.hour,
        next=cell.hour + 1,
        bad=_bad(cell, rule),
    )


def score_ahead(report: Report, speech: Speech) -> Markup:
    """The estimated score of the coming days at the present pace, a column a day."""
    ahead = report.score.forecast
    days = [day for day in (() if ahead is None else ahead.days) if day.at_pace is not None]
    if not days:
        return Markup()
    columns = Markup().join(
        Drawing(
            '<rect x="{}" y="{:.1f}" width="7" height="{:.1f}" class="value"><title>{}</title>'
            "</rect>"
        ).format(
            place * 8, 28 - _share(day.at_pace) * 28, _share(day.at_pace) * 28,
            speech.say(
                "picture.score_day", day=speech.coming_day(day.day), score=f"{day.at_pace:.2f}"
            ),
        )
        for place, day in enumerate(days)
    )  # fmt: skip
    words = speech.say(
        "picture.score", len(days), first=f"{days[0].at_pace:.2f}", last=f"{days[-1].at_pace:.2f}"
    )
    return Drawing(
        '<svg class="spark" viewBox="0 0 {} 28" preserveAspectRatio="none" role="img" '
        'aria-label="{}">{}</svg><p class="dim small">{}</p>'
    ).format(len(days) * 8, words, columns, words)


def _share(points: Decimal | None) -> Decimal:
    """Of the scale from 3 to 5; the least still has a column to be seen."""
    return max(Decimal("0.04"), ((points or Decimal(3)) - 3) / 2)
