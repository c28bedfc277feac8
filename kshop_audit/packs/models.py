"""Shape of a pack's TOML file, checked by pydantic.

Strict and closed, as the configuration is. Every figure has a source and a provenance; decimals are
texts, so that no binary float meets a threshold. What one part says of another (a rule that does
not exist, weights that do not add up) is checked in `building`, once the shape is right.
Imported only when a pack is read.
"""

# No `from __future__ import annotations`: pydantic would have to evaluate each annotation, which
# takes 6 ms for the packs and the configuration together.

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from kshop_audit.model.metadata import Level, Operator, Provenance
from kshop_audit.model.patterns import regex
from kshop_audit.validation import TomlTable, fault

_DECIMAL = regex(r"-?[0-9]+(\.[0-9]+)?")
_RULE_ID = regex(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def _not_blank(text: str) -> str:
    if not text.strip():
        raise fault("不能为空", "must not be empty")
    return text


def _kebab(name: str) -> str:
    if not _RULE_ID.fullmatch(name):
        raise fault("规则名须为小写加连字符", "rule ids are kebab-case")
    return name


def _figure(value: object) -> int | str | Decimal:
    """A whole number, a truth value, a decimal written as text, or a word."""
    if isinstance(value, float):
        raise fault('小数请写成文本，如 "0.80"', 'write decimals as text, such as "0.80"')
    if isinstance(value, str) and "." in value and _DECIMAL.fullmatch(value):
        return Decimal(value)
    if isinstance(value, int) or (isinstance(value, str) and value):
        return value
    raise fault("应为整数、文本或真假", "must be a whole number, a text or a truth value")


def _number(value: object) -> Decimal:
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    raise fault(
        '应为数字，小数写成文本，如 "0.80"', 'must be a number, decimals as text such as "0.80"'
    )


Line = Annotated[str, AfterValidator(_not_blank)]
Lines = Annotated[list[Line], Field(min_length=1)]
RuleId = Annotated[str, AfterValidator(_kebab)]
Positive = Annotated[int, Field(gt=0)]


class OriginTable(TomlTable):
    """Anything with a source. Enumerations are lax: TOML holds their values, not their members."""

    source: Line
    provenance: Annotated[Provenance, Field(strict=False)]


class FigureTable(OriginTable):
    """A figure of any type; `choices` are the words an option may be set to."""

    value: Annotated[object, BeforeValidator(_figure)]
    choices: Lines | None = None

    @model_validator(mode="after")
    def _one_of_its_choices(self) -> Self:
        if self.choices is not None and self.value not in self.choices:
            raise fault(f"{self.value} 不在 choices 中", f"{self.value} is none of its choices")
        return self


class NumberTable(OriginTable):
    """A figure that is calculated with."""

    value: Annotated[Decimal, BeforeValidator(_number)]


class CountTable(OriginTable):
    """A number of orders, days or decimal places."""

    value: Annotated[int, Field(ge=0)]


class WindowTable(OriginTable):
    """The days up to the instant of the audit that count."""

    value: Positive


class CalendarDay(OriginTable):
    """A calendar day."""

    value: date


class ReadingsTable(OriginTable):
    """The values of an option in the readings of the platform's text, the usual one first."""

    values: Annotated[list[Annotated[object, BeforeValidator(_figure)]], Field(min_length=2)]


class EffectiveTable(TomlTable):
    """The first and the last day of a version, both included; one end may be open."""

    since: CalendarDay | None = Field(default=None, alias="from")
    until: CalendarDay | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since is None and self.until is None:
            raise fault("至少要有 from 或 to", "needs from or to")
        if self.since and self.until and self.until.value < self.since.value:
            raise fault("to 早于 from", "to is before from")
        return self


class TargetTable(OriginTable):
    """The line between pass and fail."""

    operator: Annotated[Operator, Field(strict=False)]
    value: Annotated[Decimal, BeforeValidator(_number)] | None = None
    count_below: Positive | None = None

    @model_validator(mode="after")
    def _value_with_a_comparison(self) -> Self:
        compared = self.operator in (Operator.AT_LEAST, Operator.AT_MOST)
        if compared != (self.value is not None):
            raise fault(
                "value 只用于 >= 和 <=（且必须给出）",
                "value belongs to >= and <=, and must be given there",
            )
        return self


class AnchorsTable(TomlTable):
    """The values that are worth the most and the least points."""

    full: NumberTable
    floor: NumberTable

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.full.value == self.floor.value:
            raise fault("full 与 floor 不能相同", "full and floor must differ")
        return self


class RuleTable(TomlTable):
    """What a pack says of one rule."""

    level: Annotated[Level, Field(strict=False)]
    sources: Lines
    window_days: WindowTable | None = None
    target: TargetTable | None = None
    anchors: AnchorsTable | None = None
    options: dict[str, FigureTable] = {}


class DimensionTable(TomlTable):
    """One dimension of the score."""

    weight: NumberTable
    rules: list[Line]


class CapTable(TomlTable):
    """A limit on points while another rule fails."""

    rule: Line
    applies_to: list[Line]
    limit: NumberTable


class ScoreTable(TomlTable):
    """How points become a score; a platform without a published score has none of it."""

    min_points: NumberTable | None = None
    max_points: NumberTable | None = None
    decimals: CountTable | None = None
    excellent_from: NumberTable | None = None
    good_from: NumberTable | None = None
    min_paid_orders: CountTable | None = None
    min_paid_days: CountTable | None = None
    dimensions: dict[str, DimensionTable] = {}
    caps: list[CapTable] = []


class RequiredTable(TomlTable):
    """Gates that must have a verdict: always, or when one of the named inputs is there."""

    always: list[Line]
    when_present: dict[str, Lines] = {}


class UsageTable(OriginTable):
    """How the words of a list turn up in messages; spellings are listed by the word they mean."""

    certain: dict[str, Lines] = {}
    doubtful: dict[str, Lines] = {}
    review: list[Line] = []
    around: list[Line] = []
    innocent: list[Line] = []
    instead: Line | None = None
    frames: list[Line] = []
    doubtful_frames: list[Line] = []
    sets: dict[str, Lines] = {}
    sounding: bool = False
    likely: list[Line] = []

    @model_validator(mode="after")
    def _sets_are_there(self) -> Self:
        for frame in (*self.frames, *self.doubtful_frames):
            for name in re.findall(r"\{([a-z]+)\??\}", frame):
                if name not in self.sets:
                    raise fault(f"没有词组 {name}", f"there is no set {name}")
        return self

    @model_validator(mode="after")
    def _each_spelling_once(self) -> Self:
        found = set()
        for spellings in (*self.certain.values(), *self.doubtful.values()):
            for spelling in spellings:
                if spelling in found:
                    raise fault(f"{spelling} 出现两次", f"{spelling} stands twice")
                found.add(spelling)
        return self


class WordsTable(OriginTable):
    """A list of words."""

    words: Lines
    usage: UsageTable | None = None

    @model_validator(mode="after")
    def _each_word_once(self) -> Self:
        if len(set(self.words)) != len(self.words):
            raise fault("有重复的词", "a word stands twice")
        return self


class TakesTable(TomlTable):
    """What a pack takes from another: everything but some entries, or named entries only."""

    base: Line = Field(alias="from")
    all_but: list[Line] | None = None
    rules: Lines | None = None
    score: Lines | None = None
    words: Lines | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        named = any(names is not None for names in (self.rules, self.score, self.words))
        if named == (self.all_but is not None):
            raise fault(
                "须有 all_but，或 rules、score、words 之一，不能都有",
                "needs either all_but or some of rules, score, words",
            )
        return self


class TitleTable(TomlTable):
    """A text in both languages."""

    zh: Line
    en: Line


class PackFile(TomlTable):
    """Everything that may stand in a pack; what it takes has been added (see `taking`)."""

    takes: TakesTable | None = None
    id: Line
    version: Line
    title: TitleTable
    rules: dict[RuleId, RuleTable]
    required: RequiredTable
    score: ScoreTable = ScoreTable()
    words: dict[str, WordsTable] = {}
    effort: dict[RuleId, NumberTable] = {}
    definitions: dict[RuleId, dict[str, ReadingsTable]] = {}
    effective: EffectiveTable | None = None
