"""The rules of a report as rows: how each stands, worded, and grouped by that."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from kshop_audit.model.figures import points
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Level
from kshop_audit.model.platforms import pack_name
from kshop_audit.model.report import PackRef, Report, RuleResult, Status
from kshop_audit.report.view import distances, phrases
from kshop_audit.report.view.speech import Speech


class Mark(Enum):
    """How a rule stands, in the order of display; the sign shows it without colour."""

    FAIL = "×"
    ALERT = "!"
    UNKNOWN = "?"
    REVIEW = "~"
    MET = "√"


@frozen
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

    @property
    def sign(self) -> str:
        """The mark of a rule that judges anything; of what only states a figure none is met."""
        judges = self.rule.status not in (Status.INFO, Status.NOT_APPLICABLE)
        return self.mark.value if judges or self.mark is not Mark.MET else "-"

    def findings(self, most: int | None = None) -> tuple[str, ...]:
        """A line a finding, or of the first of them: a page that shows five words no thousands."""
        return phrases.findings(self.rule, self.speech, most)

    def parted(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The findings, and apart from them those whose time is not over yet."""
        pending = [one for one in self.rule.findings if one.get("hours_left") is not None]
        over = [one for one in self.rule.findings if one.get("hours_left") is None]
        return (
            phrases.findings(replace(self.rule, findings=tuple(over)), self.speech),
            phrases.findings(replace(self.rule, findings=tuple(pending)), self.speech),
        )

    def hidden(self, most: int) -> int:
        """How many findings there are beyond the first."""
        return max(0, len(self.rule.findings) - most)


@frozen
class Group:
    """Rows of one mark under a heading that says the mark in words, with the full count.

    `section`: where there are several packs, what stands above the first group of each.
    """

    mark: Mark
    title: str
    rows: tuple[Row, ...]
    section: str = ""


def mark(rule: RuleResult) -> Mark:
    """The sign of a rule of the gate table."""
    if rule.status is Status.FAIL:
        return Mark.FAIL if rule.level is Level.ERROR else Mark.ALERT
    return {Status.NO_VERDICT: Mark.UNKNOWN, Status.WARN: Mark.REVIEW}.get(rule.status, Mark.MET)


def gated(rule: RuleResult) -> bool:
    """Whether the rule stands in the table: it decides something, and has an outcome."""
    shown = (Status.FAIL, Status.NO_VERDICT, Status.WARN, Status.PASS)
    return rule.level in (Level.ERROR, Level.WARN) and rule.status in shown


def groups(report: Report, gates: list[RuleResult], speech: Speech) -> tuple[Group, ...]:
    """The gates by how they stand, pack by pack; errors before warnings."""
    levels = list(Level)
    ordered = sorted(gates, key=lambda rule: levels.index(rule.level))
    if len(report.packs) == 1:
        return tuple(_marked(ordered, speech))
    found: list[Group] = []
    for pack in report.packs:
        own = [rule for rule in ordered if rule.pack == pack.id]
        section = _section(pack, own, speech)
        for group in _marked(own, speech, pack.id):
            found.append(replace(group, section=section))
            section = ""
    return tuple(found)


def _marked(gates: list[RuleResult], speech: Speech, pack: str = "") -> list[Group]:
    found = []
    for sign in Mark:
        rows = tuple(row_of(rule, speech, pack) for rule in gates if mark(rule) is sign)
        if rows:
            title = speech.say(f"group.{sign.name.lower()}", len(rows))
            found.append(Group(sign, title, rows))
    return found


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
    return speech.pair(speech.pack(pack.id, pack.version), outcome)


def row_of(rule: RuleResult, speech: Speech, pack: str = "") -> Row:
    """The rule in words; `pack`: its name, where there are several."""
    shown = rule.points_capped if rule.points_capped is not None else rule.points
    title = speech.text(rule.title)
    return Row(
        rule=rule,
        speech=speech,
        mark=mark(rule),
        title=title,
        named=speech.aside(title, speech.text(pack_name(pack))),
        id=speech.data(rule.id),
        value=phrases.value_or_range(rule, speech),
        target=speech.target(rule),
        counts=phrases.counts(rule),
        points="" if shown is None else points(shown),
        distance=distances.distance(rule, speech),
        remarks=phrases.remarks(rule, speech),
        notes=phrases.notes(rule, speech),
        details=phrases.details(rule, speech),
    )
