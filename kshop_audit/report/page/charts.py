"""Pictures of the page as SVG, made at render time: each says in words what it shows.

Everything put into a picture is a number or one of our own class names; texts go through the
template, which escapes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from markupsafe import Markup

from kshop_audit.model import figures
from kshop_audit.model.figures import Figure
from kshop_audit.model.frozen import frozen
from kshop_audit.model.report import RuleResult
from kshop_audit.report.page.drawing import Drawing

_RADIUS, _STROKE = 42.0, 10.0
_LEAST_POINTS, _MOST_POINTS = Decimal(3), Decimal(5)
_WIDTH, _HEIGHT = 200.0, 16.0
_CELL, _TALL = 8.0, 28.0
_SECONDS_PER_HOUR = 3600
_SPAN = 30
"""Days that a sparkline shows."""

_HATCH = Markup(
    '<defs><pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="2" height="4" class="hatching"/></pattern></defs>'
)
HATCH = Drawing('<svg class="hatch" aria-hidden="true">{}</svg>').format(_HATCH)
"""What other pictures fill unknown days with; stands once on the page."""


def ring(total: Decimal | None, words: str) -> Markup:
    """The score as an arc from 3 to 5 with marks at 3, 4 and 5; empty without a score."""
    length = 2 * 3.14159265 * _RADIUS * 0.75
    marks = Markup().join(
        Drawing('<text x="{}" y="{}" class="mark">{}</text>').format(x, y, n)
        for x, y, n in ((18, 100, 3), (60, 8, 4), (102, 100, 5))
    )
    share = 0.0
    if total is not None:
        inside = min(max(total, _LEAST_POINTS), _MOST_POINTS) - _LEAST_POINTS
        share = float(inside / (_MOST_POINTS - _LEAST_POINTS))
    arc = Drawing(
        '<circle cx="60" cy="60" r="{r}" class="{name}" stroke-width="{w}" '
        'stroke-dasharray="{part:.2f} 400" transform="rotate(135 60 60)"/>'
    )
    shown = "–" if total is None else f"{total:.2f}"
    return Drawing(
        '<svg class="ring" viewBox="0 0 120 112" role="img" aria-label="{words}">{track}{value}'
        '<text x="60" y="68" class="total">{shown}</text>{marks}</svg>'
    ).format(
        words=words,
        track=arc.format(r=_RADIUS, name="track", w=_STROKE, part=length),
        value=arc.format(r=_RADIUS, name="reached", w=_STROKE, part=length * share),
        shown=shown,
        marks=marks,
    )


@frozen
class _Scale:
    """A value's place on a bar: `least` at its left end, `most` at its right one."""

    least: Fraction
    most: Fraction

    def x(self, value: Fraction) -> float:
        if self.most == self.least:
            return _WIDTH / 2
        share = (min(max(value, self.least), self.most) - self.least) / (self.most - self.least)
        return float(share) * _WIDTH


def bullet(rule: RuleResult, words: str) -> Markup:
    """Value, target and bounds of a rule on one bar; nothing where there is no target or value."""
    value, target = figures.exact(rule), figures.line(rule.target)
    if target is None or (value is None and rule.bounds is None):
        return Markup()
    ends = [] if rule.bounds is None else [rule.bounds.low, rule.bounds.high]
    bounds = [Fraction(end) for end in ends if end is not None]
    scale = _scale(rule, [*([] if value is None else [value]), target, *bounds])
    parts = [Drawing('<rect width="{}" height="{}" class="track"/>').format(_WIDTH, _HEIGHT)]
    if value is not None:
        parts.append(
            Drawing('<rect width="{:.1f}" y="4" height="8" class="value"/>').format(scale.x(value))
        )
    if len(bounds) == 2 and bounds[0] != bounds[1]:
        low, high = (scale.x(end) for end in bounds)
        parts.append(
            Drawing('<rect x="{:.1f}" width="{:.1f}" height="{}" class="bounds"/>').format(
                low, max(1.0, high - low), _HEIGHT
            )
        )
    parts.append(
        Drawing('<rect x="{:.1f}" width="2" height="{}" class="target"/>').format(
            max(0.0, scale.x(target) - 1), _HEIGHT
        )
    )
    return Drawing(
        '<svg class="bullet" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" '
        'aria-label="{}">{}</svg>'
    ).format(_WIDTH, _HEIGHT, words, Markup().join(parts))


def _scale(rule: RuleResult, shown: Sequence[Fraction]) -> _Scale:
    """From nothing to all of a share that should be high, else to a bit beyond what is shown."""
    high = rule.target is not None and rule.target.operator == ">="
    if high and figures.figure(rule) is Figure.RATIO:
        return _Scale(Fraction(0), Fraction(1))
    return _Scale(Fraction(0), max(shown) * Fraction(5, 4))


def sparkline(rule: RuleResult, as_of: str, words: str) -> Markup:
    """The last thirty days, a column a day: bad days in their colour, unknown ones hatched."""
    kind = figures.figure(rule)
    if rule.days is None or kind not in (Figure.RATIO, Figure.MEAN, Figure.HOURS):
        return Markup()
    if not (rule.days.rows or rule.days.missing):
        return Markup()
    unit = _SECONDS_PER_HOUR if kind is Figure.HOURS else 1
    target = figures.line(rule.target)
    rows = {row.day: row for row in rule.days.rows}
    missing = frozenset(rule.days.missing)
    end = _last_day(as_of)
    if end is None or end.toordinal() < _SPAN:
        return Markup()
    values = {
        day: Fraction(row.numerator, row.denominator * unit)
        for day, row in rows.items()
        if row.denominator
    }
    top = max([*values.values(), target or Fraction(0)], default=Fraction(1)) or Fraction(1)
    columns: list[Markup] = []
    for place in range(_SPAN):
        day = (end - timedelta(days=_SPAN - 1 - place)).isoformat()
        x = place * _CELL
        if day in missing or (day in rows and rows[day].unknown and day not in values):
            columns.append(_column(x, 1.0, "unknown"))
        elif day in values:
            outcome = "" if target is None else _kind(values[day], rule, target)
            columns.append(_column(x, float(values[day] / top), outcome))
    line = Markup()
    if target is not None and top:
        y = _TALL - float(target / top) * _TALL
        line = Drawing('<line x1="0" x2="{}" y1="{:.1f}" y2="{:.1f}" class="aim"/>').format(
            _SPAN * _CELL, y, y
        )
    return Drawing(
        '<svg class="spark" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" '
        'aria-label="{}">{}{}</svg>'
    ).format(_SPAN * _CELL, _TALL, words, Markup().join(columns), line)


def _kind(value: Fraction, rule: RuleResult, target: Fraction) -> str:
    operator = "" if rule.target is None else rule.target.operator
    met = value >= target if operator == ">=" else value <= target
    return "good" if met else "bad"


def _column(x: float, share: float, kind: str) -> Markup:
    tall = max(1.0, share * _TALL)
    return Drawing('<rect x="{:.1f}" y="{:.1f}" width="{}" height="{:.1f}" class="{}"/>').format(
        x, _TALL - tall, _CELL - 1, tall, kind
    )


def day_of(text: str | None) -> date | None:
    """The day of an instant of the report; None for a text that is none."""
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _last_day(as_of: str) -> date | None:
    """The natural day that as-of ends: a midnight belongs to the day before."""
    day = day_of(as_of)
    midnight = as_of[11:19] in ("", "00:00:00")
    return day - timedelta(days=1) if day and midnight and day > date.min else day


def strip(days: Sequence[tuple[str, str]], words: str) -> Markup:
    """Coming days as cells: `good`, `bad` or nothing known."""
    cells = Markup().join(
        Drawing(
            '<rect x="{:.1f}" width="{}" height="14" class="{}"><title>{}</title></rect>'
        ).format(place * _CELL, _CELL - 1, kind or "unknown", day)
        for place, (day, kind) in enumerate(days)
    )
    return Drawing(
        '<svg class="strip" viewBox="0 0 {} 14" preserveAspectRatio="none" role="img" '
        'aria-label="{}">{}</svg>'
    ).format(max(1, len(days)) * _CELL, words, cells)


def timeline(first: date, last: date, span: tuple[date, date], words: str) -> Markup:
    """From when until when a file has rows, on the days of all files."""
    begin, end = span
    total = (end - begin).days + 1
    since, until = (first - begin).days, (last - begin).days + 1
    return Drawing(
        '<svg class="timeline" viewBox="0 0 {} 8" preserveAspectRatio="none" role="img" '
        'aria-label="{}"><rect width="{}" height="8" class="track"/>'
        '<rect x="{}" width="{}" height="8" class="value"/></svg>'
    ).format(total, words, total, since, max(1, until - since))


def bars(parts: Mapping[str, Fraction], words: Mapping[str, str]) -> Markup:
    """Bars of groups, each with its name and value beside it."""
    most = max(parts.values(), default=Fraction(1)) or Fraction(1)
    return Markup().join(
        Drawing(
            '<div class="group"><span>{}</span><svg viewBox="0 0 100 8" preserveAspectRatio="none" '
            'aria-hidden="true"><rect width="{:.1f}" height="8" class="value"/></svg>'
            '<span class="number">{}</span></div>'
        ).format(name, float(value / most) * 100, words[name])
        for name, value in parts.items()
    )
