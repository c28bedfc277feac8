"""The Report: the one object that feeds the terminal, every file and the exit code.

Field names are those of the JSON (schema `kshop-audit/report/2`). Frozen, standard library only.
`Decimal` for figures of rules, points and scores; `value` and `bounds` are floats for display,
the integers beside them are what was compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal
from enum import StrEnum

from kshop_audit.model.day_table import RuleDays
from kshop_audit.model.due import DueCount, DueItem
from kshop_audit.model.evidence import Evidence
from kshop_audit.model.forecast import RuleForecast, ScoreForecast
from kshop_audit.model.frozen import frozen
from kshop_audit.model.improvement import Improvement
from kshop_audit.model.limits import Bounds, TargetRef
from kshop_audit.model.metadata import Level, Text, ValueUnit
from kshop_audit.model.recipe import ScoreRecipe
from kshop_audit.model.voices import Voices

SCHEMA = "kshop-audit/report/2"
READABLE = ("kshop-audit/report/1", SCHEMA)
"""Reports that can be read; what an older one does not have is empty."""

TODAY = 1_000
"""So many things to do are in a report; `due` lists all of them."""


class Status(StrEnum):
    """Outcome of a rule; never depends on its level."""

    PASS = "pass"
    FAIL = "fail"
    WARN = "warn"
    INFO = "info"
    NO_VERDICT = "no_verdict"
    NOT_APPLICABLE = "not_applicable"


@frozen
class Tool:
    """Who made the report."""

    name: str
    version: str


@frozen
class PackRef:
    """Which rule set was applied; the digest freezes its numbers."""

    id: str
    version: str
    sha256: str


@frozen
class ConfigRef:
    """The configuration used: `file` is None when there is none."""

    file: str | None
    sha256: str | None
    overrides: tuple[str, ...]


@frozen
class Input:
    """One file. records = rows + rejected + skipped + duplicates, always.

    `digest`: `blake3:` and the digits of all its bytes; None for a file that is never read.
    `place`: where it lay as seen from the folder of the run, its name alone if that was elsewhere;
    "" in reports of earlier versions. `path` is what people know it by.
    """

    path: str
    kind: str
    platform: str | None
    encoding: str | None
    digest: str | None
    records: int
    rows: int
    rejected: int
    skipped: int
    duplicates: int
    first_at: str | None
    last_at: str | None
    place: str = ""


@frozen
class Gates:
    """The rules at level error: how many there are, and how many of them have a verdict."""

    decided: int = 0
    total: int = 0


@frozen
class Verdict:
    """What the run concludes.

    `not_measured` are gates without data that are not required; `required` are the rules whose
    missing verdict makes the audit incomplete. Both are empty in reports that came before them.
    """

    status: str
    exit_code: int
    failed: tuple[str, ...]
    warned: tuple[str, ...]
    no_verdict: tuple[str, ...]
    not_measured: tuple[str, ...]
    required: tuple[str, ...] = ()
    gates: Gates = field(default_factory=Gates)


@frozen
class Dimension:
    """One dimension of the score; `weight` is the share actually used, None when left out."""

    id: str
    points: Decimal | None
    weight: Decimal | None
    rules: tuple[str, ...]


@frozen
class AppliedCap:
    """A limit that a failing rule puts on the points of others."""

    rule: str
    applies_to: tuple[str, ...]
    limit: Decimal


@frozen
class NextGrade:
    """A better grade, and the total from which on it is given."""

    grade: str
    begins: Decimal


@frozen
class Score:
    """The estimate, never the platform's figure; `reason` says why there is no total.

    `forecast`: the estimate of the coming days. `recipe`: what the total is made of; None without
    a total. `next_grade`: the next better one; None at the best and without a total.
    """

    official: bool
    total: Decimal | None
    grade: str | None
    dimensions: tuple[Dimension, ...]
    caps: tuple[AppliedCap, ...]
    left_out: tuple[str, ...]
    assumptions: tuple[Text, ...]
    reason: Text | None
    forecast: ScoreForecast | None = None
    recipe: ScoreRecipe | None = None
    next_grade: NextGrade | None = None

    @property
    def complete(self) -> bool:
        """Whether there is a total, and at least half of the rules with points are in it."""
        used = sum(len(dimension.rules) for dimension in self.dimensions)
        return self.total is not None and used >= len(self.left_out)


@frozen
class Window:
    """The period measured, both ends included; times without zone are Asia/Shanghai."""

    since: str
    until: str
    days: int


@frozen
class Coverage:
    """Which days the files of a kind cover, and how many keys of a side file matched.

    `since`, `until`: first and last day with rows; `days_missing`: days that should have rows and
    have none, `thin`: days without rows that are too few to be sure of. `matched` of `of` keys of
    the side file are in the inputs; None where there is none.
    """

    kind: str
    since: str | None
    until: str | None
    days_missing: tuple[str, ...] = ()
    thin: tuple[str, ...] = ()
    matched: int | None = None
    of: int | None = None


@frozen
class Slice:
    """One segment of a breakdown; `gain` is what the rate would win at the others' median."""

    key: str
    numerator: int
    denominator: int
    value: float | None
    gain: float | None


@frozen
class HeatCell:
    """A figure in one hour (0 to 23) of a weekday (1 to 7, Monday first)."""

    weekday: int
    hour: int
    numerator: int
    denominator: int


Finding = Mapping[str, str | int | bool | None]
"""One line of a small list that is the point of a rule; keys depend on the rule."""


@frozen
class MuteEntry:
    """One exception that somebody accepted, and how many units it took out."""

    reason: str
    by: str
    until: str
    units: int


@frozen
class MuteEffect:
    """The accepted exceptions of a rule, and what the rule says without them."""

    units: int
    status: Status
    value: float | None
    numerator: int | None
    denominator: int | None
    entries: tuple[MuteEntry, ...]


@frozen
class RuleResult:
    """One rule's outcome. `value_unit` is None in reports saved before there was one.

    `heat`: by weekday and hour, in reports made for a format that shows them so.
    """

    id: str
    pack: str
    family: str
    level: Level
    title: Text
    status: Status
    value: float | None
    value_unit: ValueUnit | None = field(default=None, kw_only=True)
    numerator: int | None
    denominator: int | None
    target: TargetRef | None
    window: Window | None
    excluded: Mapping[str, int]
    unmapped: Mapping[str, int]
    points: Decimal | None
    points_capped: Decimal | None
    needed: int | None
    headroom: int | None
    bounds: Bounds | None
    forecast: RuleForecast | None
    breakdown: Mapping[str, tuple[Slice, ...]]
    evidence: Evidence | None
    findings: tuple[Finding, ...]
    reason: Text | None
    declared: bool
    mute: MuteEffect | None
    notes: tuple[Text, ...]
    sources: tuple[str, ...]
    unknown: Mapping[str, int] = field(default_factory=dict)
    coverage: Coverage | None = None
    days: RuleDays | None = None
    heat: tuple[HeatCell, ...] = ()


@frozen
class Action:
    """Something to do, with what it wins. `gain` is in points of the total score."""

    rule: str
    gain: Decimal | None
    needed: int | None
    text: Text


@frozen
class RuleSide:
    """How a rule stood in one of two reports; enough to show its value."""

    status: Status
    value: float | None
    value_unit: ValueUnit | None
    numerator: int | None
    denominator: int | None
    target: TargetRef | None


@frozen
class Change:
    """One rule in two reports; None where a report does not have it."""

    id: str
    pack: str
    level: Level
    title: Text
    before: RuleSide | None
    after: RuleSide | None


@frozen
class Cause:
    """Something that makes the figures of both reports no like for like.

    `what`: shop, pack, tool, config, target, window, level, mute; `rule`: the id, where it is one
    rule's. `before` and `after` are short texts, "" for nothing.
    """

    what: str
    rule: str | None
    before: str
    after: str


@frozen
class Comparison:
    """What changed since an earlier report.

    `new`: fails or has no verdict now, and did not before. `worse` and `better`: the same outcome
    at another displayed value, or a step towards or away from it. `fixed`: failed before, not now.
    `added` and `removed`: stands in one of the reports only, and does not fail in it. `informed`:
    moved, and asks nothing of the shop; such a rule stands in none of the lists before. `red`:
    whether a red line or a warning is new, or worse while it is not met.
    """

    earlier_as_of: str
    as_of: str
    red: bool
    new: tuple[Change, ...]
    fixed: tuple[Change, ...]
    worse: tuple[Change, ...]
    better: tuple[Change, ...]
    added: tuple[Change, ...]
    removed: tuple[Change, ...]
    cause: tuple[Cause, ...]
    informed: tuple[Change, ...] = ()


@frozen
class Report:
    """A whole audit. `as_of` is the only instant of the run in it.

    `today`: what is due within 24 hours, the soonest first, then what is late; at most TODAY of
    them. `today_counts`: kind → how many there are of all.
    `warnings`: what must be read before any figure, such as files that the pack is not made for;
    they stand among the notes as well. Empty in reports saved before there were any.
    `comparison` is None where no earlier report was given.
    `voices`: reasons of after-sales, and `plan`: the cheapest steps until every gate passes or,
    where none fails, to the next total, in reports made for a format that shows them.
    """

    schema: str
    tool: Tool
    packs: tuple[PackRef, ...]
    as_of: str
    timezone: str
    shop: str | None
    config: ConfigRef
    inputs: tuple[Input, ...]
    verdict: Verdict
    score: Score
    rules: tuple[RuleResult, ...]
    actions: tuple[Action, ...]
    notes: tuple[Text, ...]
    today: tuple[DueItem, ...] = ()
    today_counts: Mapping[str, DueCount] = field(default_factory=dict)
    warnings: tuple[Text, ...] = ()
    comparison: Comparison | None = None
    voices: Voices | None = None
    plan: Improvement | None = None
