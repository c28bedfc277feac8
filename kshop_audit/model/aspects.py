"""What a platform asks of a shop beyond figures: aspects of its service, each with its rules and
with questions that only the operator can answer. Field names are those of the JSON
(schema `kshop-audit/aspects/1`). Frozen, standard library only.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from kshop_audit.model.frozen import frozen
from kshop_audit.model.limits import TargetRef
from kshop_audit.model.metadata import Level, Text, ValueUnit
from kshop_audit.model.report import PackRef, Status, Tool

ASPECTS_SCHEMA = "kshop-audit/aspects/1"


class Part(StrEnum):
    """Where the aspect stands in its source: among the fifteen, or as a process of its own."""

    ASPECT = "aspect"
    PROCESS = "process"


class Standing(StrEnum):
    """How an aspect stands; what was not measured or not answered is never met."""

    MISSED = "missed"
    OPEN = "open"
    MET = "met"


@frozen
class Question:
    """A check by hand, by the id under which `[aspects]` of shop.toml answers it."""

    id: str
    ask: Text


@frozen
class Aspect:
    """One aspect: which rules of any pack measure it, which questions are left to a person.

    `score`: the estimated total score measures it too. `duty`: what is asked of the shop.
    """

    id: str
    part: Part
    number: int
    title: Text
    duty: Text
    source: str
    rules: tuple[str, ...]
    score: bool
    questions: tuple[Question, ...]


@frozen
class MeasuredBy:
    """A rule that measures an aspect, as far as it was measured.

    `status` is None when no export was given, or when the rule is switched off.
    """

    id: str
    title: Text
    level: Level
    status: Status | None
    value: float | None
    value_unit: ValueUnit
    numerator: int | None
    denominator: int | None
    target: TargetRef | None
    reason: Text | None


@frozen
class Answer:
    """A question with what the operator said: `done` is None when it is not answered."""

    id: str
    ask: Text
    done: bool | None
    at: str | None
    note: str | None


@frozen
class AspectState:
    """One aspect today. `standing` is None when no export was given."""

    id: str
    part: Part
    number: int
    title: Text
    duty: Text
    source: str
    standing: Standing | None
    rules: tuple[MeasuredBy, ...]
    score: bool
    questions: tuple[Answer, ...]


@frozen
class Answers:
    """How many of the questions, each counted once, are done, not done and not answered."""

    done: int
    not_done: int
    unanswered: int


@frozen
class Aspects:
    """All aspects of one shop. `as_of` and `score_total` are None when no export was given."""

    schema: str
    tool: Tool
    pack: PackRef
    as_of: str | None
    shop: str | None
    score_total: Decimal | None
    answers: Answers
    aspects: tuple[AspectState, ...]
