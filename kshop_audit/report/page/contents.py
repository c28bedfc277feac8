"""What the page shows beyond what every format shows: tiles, pictures, tables to work with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from markupsafe import Markup

from kshop_audit.model import figures
from kshop_audit.model.due import DueItem
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Level
from kshop_audit.model.report import Input, Report, RuleResult, Status
from kshop_audit.report.page import charts
from kshop_audit.report.page.calendars import HeatMap, heat
from kshop_audit.report.view import distances, improvement, short
from kshop_audit.report.view.contents import View
from kshop_audit.report.view.improvement import StepWords
from kshop_audit.report.view.listing import MOST_ROWS, ListedTable, tables
from kshop_audit.report.view.rows import Mark, Row
from kshop_audit.report.view.speech import Speech

_MOST_DUE = 8
_MOST_WHEN = 8


@frozen
class DueRow:
    """One thing to do today; `unsure`: it may be done already."""

    left: str
    late: bool
    kind: str
    ids: str
    action: str
    cost: str
    unsure: bool


@frozen
class When:
    """A red line and from when it passes, in words."""

    title: str
    text: str
    kind: str


@frozen
class Drawer:
    """One rule: its line, its pictures, and what opens below them.

    `hint`: how far it is from its line, or the beginning of `why` there is no verdict.
    """

    row: Row
    hint: str
    why: str
    bullet: Markup
    spark: Markup
    ahead: Markup
    heat: HeatMap | None
    breakdown: tuple[tuple[str, Markup], ...]
    tables: tuple[ListedTable, ...]
    texts: tuple[str, ...]
    todo: str


@frozen
class Plan:
    """The cheapest steps until every red line is met; `end`: what comes of them."""

    title: str
    summary: str
    steps: tuple[StepWords, ...]
    end: tuple[str, ...]


@frozen
class Tab:
    """A part of the page under one name."""

    id: str
    title: str
    drawers: tuple[Drawer, ...]


@frozen
class FileRow:
    """One file: what it is, how its rows fared, and the days it covers."""

    path: str
    kind: str
    rows: int
    rejected: int
    period: str
    picture: Markup


def tabs(report: Report, view: View) -> tuple[Tab, ...]:
    """Red lines that are missed, reminders, what has no verdict, what is met, the rest."""
    rows = [row for group in view.groups for row in group.rows]
    parts: dict[str, list[Row]] = {"red": [], "reminder": [], "unknown": [], "met": []}
    for row in rows:
        parts[_part(row)].append(row)
    parts["other"] = list(view.listed)
    speech = view.speech
    return tuple(
        Tab(name, speech.say(f"part.{name}", len(own)), tuple(_drawers(own, report, speech)))
        for name, own in parts.items()
        if own
    )


def _part(row: Row) -> str:
    if row.rule.status is Status.NO_VERDICT:
        return "unknown"
    if row.mark is Mark.MET:
        return "met"
    return "red" if row.rule.level is Level.ERROR else "reminder"


def _drawers(rows: Sequence[Row], report: Report, speech: Speech) -> Iterator[Drawer]:
    actions = {action.rule: speech.text(action.text) for action in report.actions}
    for row in rows:
        rule = row.rule
        yield Drawer(
            row=row,
            hint=row.distance or _why(row),
            why="" if row.distance else next(iter(row.remarks), "") if _why(row) else "",
            bullet=charts.bullet(rule, _bullet_words(row, speech)),
            spark=charts.sparkline(rule, report.as_of, _spark_words(rule, speech)),
            ahead=_ahead(rule, speech),
            heat=heat(rule, speech),
            breakdown=tuple(_breakdown(rule, speech)),
            tables=tables(rule, speech),
            texts=_texts(row),
            todo=actions.get(rule.id, ""),
        )


def _texts(row: Row) -> tuple[str, ...]:
    """What is to be known of the figure; why there is none stands above already."""
    remarks = row.remarks[1:] if _why(row) else row.remarks
    return (*remarks, *row.notes, *row.details)


def _why(row: Row) -> str:
    """Of a rule without a verdict what it lacks, in one sentence."""
    if row.rule.status is not Status.NO_VERDICT:
        return ""
    return row.speech.lead(next(iter(row.remarks), ""))


def _bullet_words(row: Row, speech: Speech) -> str:
    return speech.say("picture.bullet", value=row.value, target=row.target)


def _spark_words(rule: RuleResult, speech: Speech) -> str:
    if rule.days is None:
        return ""
    bad = len(rule.days.missing)
    return speech.say("picture.days", len(rule.days.rows), missing=bad)


def _ahead(rule: RuleResult, speech: Speech) -> Markup:
    """The coming days at the present pace, against the target."""
    target = figures.line(rule.target)
    if rule.forecast is None or target is None or rule.target is None:
        return Markup()
    above = rule.target.operator == ">="
    days = []
    for day in rule.forecast.days:
        kind = ""
        if day.at_pace is not None:
            value = Fraction(day.at_pace)
            kind = "good" if (value >= target if above else value <= target) else "bad"
        days.append((day.day, kind))
    return charts.strip(days, speech.say("picture.ahead", len(days)))


def _breakdown(rule: RuleResult, speech: Speech) -> Iterator[tuple[str, Markup]]:
    for dimension, slices in rule.breakdown.items():
        shown = [one for one in slices if one.value is not None][:MOST_ROWS]
        parts = {speech.data(one.key): Fraction(one.value or 0) for one in shown}
        kind = figures.figure(rule)
        words = {name: speech.value(value, kind) for name, value in parts.items()}
        yield speech.name("by", dimension), charts.bars(parts, words)


def due_rows(report: Report, speech: Speech) -> tuple[tuple[DueRow, ...], int]:
    """The first things to do, and how many more there are."""
    once: dict[tuple[object, ...], DueItem] = {}
    for item in report.today:
        # One parcel may miss two deadlines at once; it is one thing to do.
        once.setdefault((item.ids.given() or item, item.deadline), item)
    twice = len(report.today) - len(once)
    rows = tuple(_due(item, speech) for item in list(once.values())[:_MOST_DUE])
    there = sum(count.due + count.late for count in report.today_counts.values())
    return rows, max(0, there - twice - len(rows))


def _due(item: DueItem, speech: Speech) -> DueRow:
    seconds = abs(round(item.hours_left * 3600))
    words = "part.late" if item.late else "part.left"
    cost = ""
    if item.cost_fen:
        cost = speech.say("figure.money", number=f"{Decimal(item.cost_fen) / 100:,.2f}")
    return DueRow(
        left=speech.say(words, length=speech.duration(seconds)),
        late=item.late,
        kind=speech.name("due_kind", item.kind),
        ids=speech.data(" ".join(item.ids.given()[:1])),
        action=speech.text(item.action),
        cost=cost,
        unsure=not item.certain,
    )


def whens(report: Report, speech: Speech) -> tuple[When, ...]:
    """For each red line when it passes at the present pace, or until when it does."""
    found = [_when(rule, speech) for rule in report.rules if rule.level is Level.ERROR]
    order = {"bad": 0, "unknown": 1, "good": 2}
    shown = [one for one in found if one is not None]
    return tuple(sorted(shown, key=lambda one: order[one.kind])[:_MOST_WHEN])


def all_by(view: View) -> str:
    """The day on which all red lines that are missed can pass, in words; "" for one, which says it
    itself. Those that pass once something is dealt with have no day of their own.
    """
    rows = [row for group in view.groups if group.mark is Mark.FAIL for row in group.rows]
    dated = [row for row in rows if not distances.once_done(row.rule)]
    day = short.latest(dated, view.speech) if len(rows) > 1 else ""
    if not day:
        return ""
    return view.speech.say(
        "part.all_by" if len(dated) == len(rows) else "part.all_by_then", day=day
    )


def calm(report: Report, speech: Speech) -> str:
    """What there is to say where no red line is missed or will be, as far as that is known."""
    red = [rule for rule in report.rules if rule.level is Level.ERROR]
    ahead = [rule.forecast for rule in red if rule.forecast is not None]
    open_ = any(day.status == Status.NO_VERDICT for own in ahead for day in own.days)
    if not red:
        return speech.say("part.no_red")
    return speech.say("part.nothing_known" if open_ else "part.nothing_fails")


def _when(rule: RuleResult, speech: Speech) -> When | None:
    title = speech.text(rule.title)
    ahead = rule.forecast
    if rule.status is Status.FAIL:
        if ahead is None or rule.window is None:
            text = distances.outlook(rule, speech) or speech.say("part.when_unknown")
        elif ahead.first_pass is not None:
            text = speech.say("short.at_pace", date=speech.coming_day(ahead.first_pass))
        elif ahead.pace is None:
            text = speech.say("short.no_pace")
        else:
            text = distances.at_best(rule, ahead, speech, plain=True)
        return When(title, text, "bad")
    if rule.status is Status.NO_VERDICT:
        return When(title, speech.say("part.when_data"), "unknown")
    if rule.status is Status.PASS and ahead is not None and ahead.first_fail is not None:
        return When(
            title, speech.say("part.fails_on", day=speech.coming_day(ahead.first_fail)), "good"
        )
    return None


def plan(report: Report, speech: Speech) -> Plan | None:
    """What it takes until every red line is met; None where none is missed, and in reports that
    were not made for a page.
    """
    if report.plan is None:
        return None
    return Plan(
        improvement.title(report.plan, report, speech),
        improvement.summary(report.plan, report, speech),
        tuple(improvement.steps(report.plan, report, speech)),
        tuple(improvement.end(report.plan, report, speech)),
    )


def file_rows(report: Report, speech: Speech) -> tuple[FileRow, ...]:
    """The files that were read, with the days they cover."""
    ends = [charts.day_of(text) for one in report.inputs for text in (one.first_at, one.last_at)]
    days = [day for day in ends if day is not None]
    span = (min(days), max(days)) if days else None
    return tuple(_file(one, span, speech) for one in report.inputs)


def _file(one: Input, span: tuple[date, date] | None, speech: Speech) -> FileRow:
    period, picture = "", Markup()
    first, last = charts.day_of(one.first_at), charts.day_of(one.last_at)
    if span is not None and first and last:
        period = speech.say("sign.to", since=first, until=last)
        picture = charts.timeline(first, last, span, period)
    return FileRow(
        path=speech.data(one.path),
        kind=speech.name("kind", one.kind),
        rows=one.rows,
        rejected=one.rejected,
        period=period,
        picture=picture,
    )
