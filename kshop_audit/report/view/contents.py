"""What all formats show, in one language: sorted, worded and cleaned, without a layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum

from kshop_audit.model.figures import points
from kshop_audit.model.metadata import Level
from kshop_audit.model.report import Action, PackRef, Report, RuleResult, Status
from kshop_audit.report.view import notes, phrases, today
from kshop_audit.report.view.notes import Dated, Line
from kshop_audit.report.view.speech import Speech

_NAMES = 4  # more names than this in one sentence are counted, not listed
_TOP_ACTIONS = 3
_NIL, _ONE = Decimal(0), Decimal(1)


class Mark(Enum):
    """How a rule stands, in the order of display; the sign shows it without colour."""

    FAIL = "×"
    ALERT = "!"
    UNKNOWN = "?"
    REVIEW = "~"
    MET = "√"


@dataclass(frozen=True, slots=True)
class Row:
    """One rule of the gate table; every text is safe to show.

    `named`: the title, with the pack behind it where there are several.
    """

    rule: RuleResult
    speech: Speech
    mark: Mark
    title: str
    named: str
    id: str
    value: str
    target: str
    counts: str
    points: str
    distance: str
    remarks: tuple[str, ...]
    notes: tuple[str, ...]
    details: tuple[str, ...]

    def findings(self, most: int | None = None) -> tuple[str, ...]:
        """A line a finding, or of the first of them: a page that shows five words no thousands."""
        return phrases.findings(self.rule, self.speech, most)

    def hidden(self, most: int) -> int:
        """How many findings there are beyond the first."""
        return max(0, len(self.rule.findings) - most)


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one mark under a heading that says the mark in words, with the full count.

    `section`: where there are several packs, what stands above the first group of each.
    """

    mark: Mark
    title: str
    rows: tuple[Row, ...]
    section: str = ""


@dataclass(frozen=True, slots=True)
class Todo:
    """One action: what, for which rule, and what it wins ("" where that is unknown)."""

    text: str
    rule: str
    gain: str


@dataclass(frozen=True, slots=True)
class Segment:
    """One dimension of the score; `share` is the part of the 3-to-5 scale reached, 0 to 1."""

    title: str
    points: str
    weight: str
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class ScoreView:
    """The estimate; without a total there is only the `reason`: parts of no score mislead."""

    total: str
    grade: str
    reason: str
    segments: tuple[Segment, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class View:
    """The whole report in one language. `today`: what every format says right after the verdict."""

    speech: Speech
    status: str
    badge: str
    headline: str
    today: tuple[str, ...]
    muted: str
    asides: tuple[str, ...]
    first: str
    context: str
    groups: tuple[Group, ...]
    legend: str
    others: tuple[Line, ...]
    listed: tuple[Row, ...]
    score: ScoreView
    actions: tuple[Todo, ...]
    actions_count: int
    dates: tuple[Line, ...]
    deadlines: tuple[Dated, ...]
    files: tuple[str, ...]
    data: tuple[Line, ...]


def view(report: Report, lang: str, *, ascii_only: bool = False) -> View:
    """Everything that is shown of `report` in `lang`."""
    speech = Speech(lang, ascii_only)
    titles = _titles(report, speech)
    gates = [rule for rule in report.rules if _gated(rule)]
    listed = [rule for rule in report.rules if not _gated(rule) and rule.level is not Level.OFF]
    todos = _todos(report, speech, titles)
    units = sum(rule.mute.units for rule in report.rules if rule.mute is not None)
    muted = speech.say("headline.muted", units) if units else ""
    several = len(report.packs) > 1
    assumed = any(rule.target is not None and rule.target.assumption for rule in gates)
    return View(
        speech=speech,
        status=report.verdict.status,
        badge=speech.name("verdict", report.verdict.status),
        headline=speech.aside(_headline(report, speech, titles), muted),
        today=today.spoken(report, speech),
        muted=muted,
        asides=_asides(report, speech, titles),
        first=_first(report, speech),
        context=_context(report, speech),
        groups=_groups(report, gates, speech),
        legend=speech.say("figure.assumed_legend") if assumed else "",
        others=_others(listed, speech, several),
        listed=tuple(_row(rule, speech, rule.pack if several else "") for rule in listed),
        score=_score(report, speech, titles),
        actions=todos[:_TOP_ACTIONS],
        actions_count=len(todos),
        dates=notes.dates(report, speech),
        deadlines=notes.deadlines(report, speech),
        files=tuple(notes.file_line(entry, speech) for entry in report.inputs),
        data=notes.data(report, speech, titles),
    )


def mark(rule: RuleResult) -> Mark:
    """The sign of a rule of the gate table."""
    if rule.status is Status.FAIL:
        return Mark.FAIL if rule.level is Level.ERROR else Mark.ALERT
    return {Status.NO_VERDICT: Mark.UNKNOWN, Status.WARN: Mark.REVIEW}.get(rule.status, Mark.MET)


def _gated(rule: RuleResult) -> bool:
    shown = (Status.FAIL, Status.NO_VERDICT, Status.WARN, Status.PASS)
    return rule.level in (Level.ERROR, Level.WARN) and rule.status in shown


def _titles(report: Report, speech: Speech) -> dict[str, str]:
    return {rule.id: speech.text(rule.title) for rule in reversed(report.rules)}


def _named(ids: Sequence[str], titles: dict[str, str], speech: Speech) -> str:
    return speech.names([titles.get(i) or speech.data(i) for i in ids], _NAMES)


def _headline(report: Report, speech: Speech, titles: dict[str, str]) -> str:
    verdict = report.verdict

    def say(key: str, ids: Sequence[str]) -> str:
        return speech.say(f"headline.{key}", len(ids), names=_named(ids, titles, speech))

    if verdict.failed:
        return say("failed", verdict.failed)
    if verdict.status == "fail":
        return say("failed_warn", verdict.warned) if verdict.warned else say("failed_other", ())
    if verdict.status == "incomplete":
        if missing := _missing(report):
            return say("incomplete", missing)
        decided = not report.verdict.gates.total or report.verdict.gates.decided
        return say("incomplete_score" if decided else "nothing", ())
    gates = [rule for rule in report.rules if rule.level is Level.ERROR]
    met = [rule.id for rule in gates if rule.status is Status.PASS]
    return say("passed" if met else "nothing" if gates else "no_gates", met)


def owed(report: Report) -> tuple[str, ...]:
    """The required rules that have no verdict.

    A report saved before it named the required rules has them among its gates.
    """
    gates = [rule.id for rule in report.rules if rule.level is Level.ERROR]
    required = report.verdict.required or gates
    return tuple(i for i in _open(report) if i in required)


def _open(report: Report) -> tuple[str, ...]:
    """Rules without a verdict, except gates that are not required."""
    verdict = report.verdict
    return tuple(i for i in verdict.no_verdict if i not in verdict.not_measured)


def _missing(report: Report) -> tuple[str, ...]:
    """Rules whose missing verdict makes the audit incomplete; else all that are open."""
    return owed(report) or _open(report)


def _first(report: Report, speech: Speech) -> str:
    """What to do first: supply what a gate lacks, else the best action for a gate missed."""
    if report.verdict.status in ("pass", "measured"):
        return ""
    if report.verdict.status == "incomplete":
        missing = _missing(report)
        reasons = [rule.reason for rule in report.rules if rule.id in missing and rule.reason]
        if reasons:
            return speech.text(reasons[0])
    ordered = _ordered(report)
    for action in [a for a in ordered if a.rule in report.verdict.failed] + ordered:
        gain = speech.say("figure.gain", number=points(action.gain)) if action.gain else ""
        return speech.aside(speech.text(action.text), gain)
    return ""


def _ordered(report: Report) -> list[Action]:
    """The largest gain first; unknown gains keep their order behind them."""
    return sorted(report.actions, key=lambda action: -(action.gain or Decimal(-1)))


def _asides(report: Report, speech: Speech, titles: dict[str, str]) -> tuple[str, ...]:
    verdict = report.verdict
    mentioned = {
        "warned": verdict.warned if verdict.failed or verdict.status != "fail" else (),
        "incomplete": owed(report) if verdict.failed else (),
        "not_measured": verdict.not_measured,
    }
    return (
        *(speech.text(warning) for warning in report.warnings),
        *(
            speech.say(f"headline.{key}", len(ids), names=_named(ids, titles, speech))
            for key, ids in mentioned.items()
            if ids
        ),
    )


def _context(report: Report, speech: Speech) -> str:
    packs = [
        speech.say("headline.pack", id=speech.data(pack.id), version=speech.data(pack.version))
        for pack in report.packs
    ]
    shop = speech.say("headline.shop", shop=speech.data(report.shop)) if report.shop else ""
    as_of = speech.say("headline.as_of", as_of=speech.instant(report.as_of, closing=True))
    code = speech.say("headline.exit_code", code=report.verdict.exit_code)
    return speech.join([shop, as_of, *packs, code])


def _groups(report: Report, gates: list[RuleResult], speech: Speech) -> tuple[Group, ...]:
    levels = list(Level)
    ordered = sorted(gates, key=lambda rule: levels.index(rule.level))
    if len(report.packs) == 1:
        return tuple(_marked(ordered, speech))
    groups: list[Group] = []
    for pack in report.packs:
        own = [rule for rule in ordered if rule.pack == pack.id]
        section = _section(pack, own, speech)
        for group in _marked(own, speech, pack.id):
            groups.append(replace(group, section=section))
            section = ""
    return tuple(groups)


def _marked(gates: list[RuleResult], speech: Speech, pack: str = "") -> list[Group]:
    groups = []
    for sign in Mark:
        rows = tuple(_row(rule, speech, pack) for rule in gates if mark(rule) is sign)
        if rows:
            title = speech.say(f"group.{sign.name.lower()}", len(rows))
            groups.append(Group(sign, title, rows))
    return groups


def _section(pack: PackRef, gates: list[RuleResult], speech: Speech) -> str:
    """What a pack says of its own gates, in one line."""
    status = [rule.status for rule in gates if rule.level is Level.ERROR]
    missed, undecided = status.count(Status.FAIL), status.count(Status.NO_VERDICT)
    if missed or undecided:
        outcome = speech.join(
            speech.say(f"section.{key}", n)
            for key, n in (("failed", missed), ("silent", undecided))
            if n
        )
    else:
        outcome = speech.say("section.met" if status else "section.none", len(status))
    name = speech.say("headline.pack", id=speech.data(pack.id), version=speech.data(pack.version))
    return speech.pair(name, outcome)


def _row(rule: RuleResult, speech: Speech, pack: str = "") -> Row:
    shown = rule.points_capped if rule.points_capped is not None else rule.points
    title = speech.text(rule.title)
    return Row(
        rule=rule,
        speech=speech,
        mark=mark(rule),
        title=title,
        named=speech.aside(title, speech.data(pack)),
        id=speech.data(rule.id),
        value=phrases.value_or_range(rule, speech),
        target=speech.target(rule),
        counts=phrases.counts(rule),
        points="" if shown is None else points(shown),
        distance=phrases.distance(rule, speech),
        remarks=phrases.remarks(rule, speech),
        notes=phrases.notes(rule, speech),
        details=phrases.details(rule, speech),
    )


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
    title = speech.aside(speech.text(rule.title), speech.data(rule.pack) if several else "")
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
    return ScoreView(
        total="" if score.total is None else f"{score.total:.2f}",
        grade=grade,
        reason=speech.text(score.reason) if score.reason else "",
        segments=segments,
        lines=() if score.total is None else notes.score_lines(score, speech, titles),
    )


def _todos(report: Report, speech: Speech, titles: dict[str, str]) -> tuple[Todo, ...]:
    return tuple(
        Todo(
            text=speech.text(action.text),
            rule=titles.get(action.rule) or speech.data(action.rule),
            gain=speech.say("figure.gain", number=points(action.gain)) if action.gain else "",
        )
        for action in _ordered(report)
    )
