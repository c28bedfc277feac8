"""What all formats show, in one language: sorted, worded and cleaned, without a layout."""

from __future__ import annotations

from decimal import Decimal

from kshop_audit.model.figures import points
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Level
from kshop_audit.model.platforms import pack_name
from kshop_audit.model.report import Action, Report, RuleResult, Status
from kshop_audit.report.view import changes, notes, phrases, today
from kshop_audit.report.view.changes import Sentence
from kshop_audit.report.view.headline import (
    asides,
    context,
    headline,
    missing_verdicts,
    titles_of,
)
from kshop_audit.report.view.notes import Dated, Line
from kshop_audit.report.view.rows import Group, Row, gated, groups, row_of
from kshop_audit.report.view.speech import Speech

_TOP_ACTIONS = 3
_NIL, _ONE = Decimal(0), Decimal(1)


@frozen
class Todo:
    """One action: what, for which rule, and what it wins ("" where that is unknown).

    `id`: of the rule. `supplies`: what a rule lacks, which stands with the rule as well.
    """

    text: str
    rule: str
    id: str
    gain: str
    supplies: bool = False


@frozen
class Segment:
    """One dimension of the score; `share` is the part of the 3-to-5 scale reached, 0 to 1."""

    title: str
    points: str
    weight: str
    share: Decimal | None


@frozen
class ScoreView:
    """The estimate; without a total there is only the `reason`: parts of no score mislead.

    `graded`: the grade, and from where on the next one is given. `left_out`: the rules that are not
    in the total, by title.
    """

    total: str
    grade: str
    graded: str
    left_out: str
    reason: str
    segments: tuple[Segment, ...]
    lines: tuple[Line, ...]


@frozen
class View:
    """The whole report in one language.

    `headline`: what the verdict rests on, with names; `short`: without. `first`: the first of the
    `actions`, where something is wrong. `today`: what every format says right after the verdict, at
    most five lines. `changes`, `change`, `changed`: what changed since an earlier report,
    in sentences, in one line, and as counts alone.
    """

    speech: Speech
    status: str
    badge: str
    headline: str
    short: str
    muted: str
    warnings: tuple[str, ...]
    asides: tuple[str, ...]
    first: str
    context: str
    exit_code: str
    today: tuple[str, ...]
    changes: tuple[Sentence, ...]
    change: str
    changed: str
    groups: tuple[Group, ...]
    legend: str
    others: tuple[Line, ...]
    listed: tuple[Row, ...]
    score: ScoreView
    actions: tuple[Todo, ...]
    all_actions: tuple[Todo, ...]
    dates: tuple[Line, ...]
    deadlines: tuple[Dated, ...]
    counts: str
    files: tuple[str, ...]
    data: tuple[Line, ...]


def view(report: Report, lang: str, *, ascii_only: bool = False) -> View:
    """Everything that is shown of `report` in `lang`."""
    speech = Speech(lang, ascii_only)
    titles = titles_of(report, speech)
    gates = [rule for rule in report.rules if gated(rule)]
    listed = [rule for rule in report.rules if not gated(rule) and rule.level is not Level.OFF]
    todos = _todos(report, speech, titles)
    units = sum(rule.mute.units for rule in report.rules if rule.mute is not None)
    muted = speech.say("headline.muted", units) if units else ""
    several = len(report.packs) > 1
    assumed = any(rule.target is not None and rule.target.assumption for rule in gates)
    first = todos[0] if todos and report.verdict.status not in ("pass", "measured") else None
    return View(
        speech=speech,
        status=report.verdict.status,
        badge=speech.name("verdict", report.verdict.status),
        headline=speech.aside(headline(report, speech, named=True), muted),
        short=speech.aside(headline(report, speech, named=False), muted),
        muted=muted,
        warnings=tuple(speech.text(warning) for warning in report.warnings),
        asides=asides(report, speech),
        first="" if first is None else speech.aside(first.text, first.gain),
        context=context(report, speech),
        exit_code=speech.say("headline.exit_code", code=report.verdict.exit_code),
        today=today.spoken(report, speech),
        changes=tuple(changes.sentences(report.comparison, speech, titles)),
        change=changes.line(report.comparison, speech),
        changed=changes.summary(report.comparison, speech),
        groups=groups(report, gates, speech),
        legend=speech.say("figure.assumed_legend") if assumed else "",
        others=_others(listed, speech, several),
        listed=tuple(row_of(rule, speech, rule.pack if several else "") for rule in listed),
        score=_score(report, speech, titles),
        actions=todos[:_TOP_ACTIONS],
        all_actions=todos,
        dates=notes.dates(report, speech),
        deadlines=notes.deadlines(report, speech),
        counts=notes.counted(report, speech),
        files=tuple(notes.file_line(entry, speech) for entry in report.inputs),
        data=notes.data(report, speech, titles),
    )


def _ordered(report: Report) -> list[Action]:
    """Red lines missed before the rest, of each the largest gain first; unknown gains keep their
    order behind them.
    """
    failed = report.verdict.failed
    return sorted(
        report.actions,
        key=lambda action: (action.rule not in failed, -(action.gain or Decimal(-1))),
    )


def _supply(report: Report) -> RuleResult | None:
    """Where a required verdict is missing: the first rule that says what it lacks."""
    if report.verdict.status != "incomplete":
        return None
    missing = missing_verdicts(report)
    return next((rule for rule in report.rules if rule.id in missing and rule.reason), None)


def _others(rules: list[RuleResult], speech: Speech, several: bool) -> tuple[Line, ...]:
    """Rules that gate nothing, one line a status."""
    order = ("fail", "no_verdict", "warn", "info", "pass", "not_applicable")
    lines = []
    for status in order:
        names = [_short(rule, speech, several) for rule in rules if rule.status.value == status]
        if names:
            label = f"{speech.say(f'other.{status}')} {len(names):,}"
            lines.append(Line(label, speech.join(names, "list")))
    return tuple(lines)


def _short(rule: RuleResult, speech: Speech, several: bool) -> str:
    title = speech.aside(
        speech.text(rule.title), speech.text(pack_name(rule.pack)) if several else ""
    )
    informative = rule.status is Status.INFO and phrases.value_or_range(rule, speech)
    none = speech.say("column.none")
    return f"{title} {informative}" if informative and informative != none else title


def _score(report: Report, speech: Speech, titles: dict[str, str]) -> ScoreView:
    score = report.score
    segments = tuple(
        Segment(
            title=speech.name("dimension", part.id),
            points=speech.say("column.none") if part.points is None else points(part.points),
            weight=speech.say("score.left_out_dimension")
            if part.weight is None
            else speech.say("score.weight", weight=speech.share(part.weight)),
            share=None if part.points is None else min(max((part.points - 3) / 2, _NIL), _ONE),
        )
        for part in score.dimensions
        if score.total is not None
    )
    grade = speech.name("grade", score.grade) if score.grade else ""
    graded = speech.say("score.grade", grade=grade) if grade else ""
    if score.next_grade is not None:
        better = speech.name("grade", score.next_grade.grade)
        begins = f"{score.next_grade.begins:.2f}"
        graded = speech.say("score.grade_before", grade=grade, better=better, begins=begins)
    return ScoreView(
        total="" if score.total is None else f"{score.total:.2f}",
        grade=grade,
        graded=graded,
        left_out="" if score.total is None else notes.left_out(score, speech, titles),
        reason=speech.text(score.reason) if score.reason else "",
        segments=segments,
        lines=() if score.total is None else notes.score_lines(score, speech, titles),
    )


def _todos(report: Report, speech: Speech, titles: dict[str, str]) -> tuple[Todo, ...]:
    """What to do, the first thing first: supply what a required rule lacks, then the actions."""
    supply = _supply(report)
    todos = []
    if supply is not None and supply.reason is not None:
        todos.append(
            Todo(speech.text(supply.reason), titles[supply.id], supply.id, "", supplies=True)
        )
    todos += [
        Todo(
            text=speech.text(action.text),
            rule=titles.get(action.rule) or speech.data(action.rule),
            id=action.rule,
            gain=speech.say("figure.gain", number=points(action.gain)) if action.gain else "",
        )
        for action in _ordered(report)
    ]
    return tuple(todos)
