"""From the tables of a TOML file to a `Pack`; every fault is named with its file and key.

`models` says what a table may look like. Here stands what its parts say of one another: rules that
are named must exist, weights must add up, inputs must be known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TypeVar

from pydantic import ValidationError

from kshop_audit.errors import ConfigError
from kshop_audit.model.metadata import (
    Anchors,
    Cap,
    Effective,
    Operator,
    Pack,
    RuleTerms,
    Sourced,
    Target,
    Text,
    Usage,
)
from kshop_audit.model.schema import TABLES, Kind
from kshop_audit.packs.models import (
    CountTable,
    EffectiveTable,
    FigureTable,
    NumberTable,
    OriginTable,
    PackFile,
    ReadingsTable,
    RuleTable,
    ScoreTable,
    TargetTable,
    TitleTable,
    UsageTable,
)
from kshop_audit.validation import Fault, KeyPath, TomlTable, fault_of, unknown

_Root = TypeVar("_Root", bound=TomlTable)


def validated(table: object, root: type[_Root], file: str, place: KeyPath = ()) -> _Root:
    """The table as a model; ConfigError with a line for each fault. `place`: the table's key."""
    try:
        return root.model_validate(table)
    except ValidationError as error:
        found = [fault_of(details, root) for details in error.errors(include_url=False)]
        placed = [Fault((*place, *fault.path), fault.zh, fault.en) for fault in found]
        raise refused(file, placed) from error


def refused(file: str, faults: Iterable[Fault]) -> ConfigError:
    """The error to raise for the faults of a pack's file, a line for each."""
    zh, en = [], []
    for fault in faults:
        key = ".".join(str(step) for step in fault.path) or "(top)"
        zh.append(f"规则包 {file}: {key}：{fault.zh}")
        en.append(f"pack {file}: {key}: {fault.en}")
    return ConfigError("\n".join(zh), "\n".join(en))


def build(table: Mapping[str, object], file: str, sha256: str) -> Pack:
    """The pack of a parsed TOML file; ConfigError names every fault by file and key."""
    model = validated(table, PackFile, file)
    named = [
        *_unknown_rules(("effort",), model.effort, model),
        *_unknown_rules(("definitions",), model.definitions, model),
    ]
    if faults := [*_score_faults(model), *_required_faults(model), *named]:
        raise refused(file, faults)
    words = model.words.items()
    return Pack(
        id=model.id,
        version=model.version,
        title=title(model.title),
        sha256=sha256,
        rules={
            name: _rule(rule, model.definitions.get(name, {})) for name, rule in model.rules.items()
        },
        weights={name: _sourced(row.weight) for name, row in model.score.dimensions.items()},
        dimensions={name: tuple(row.rules) for name, row in model.score.dimensions.items()},
        score=dict(_score_figures(model.score)),
        words={name: tuple(row.words) for name, row in words},
        caps=tuple(
            Cap(row.rule, tuple(row.applies_to), _sourced(row.limit)) for row in model.score.caps
        ),
        required=tuple(model.required.always),
        required_when={name: tuple(row) for name, row in model.required.when_present.items()},
        effective=None if model.effective is None else effective(model.effective),
        word_sources={
            name: Sourced(tuple(row.words), row.source, row.provenance) for name, row in words
        },
        effort={name: _sourced(row) for name, row in model.effort.items()},
        usage={name: _usage(row.usage) for name, row in words if row.usage is not None},
    )


def title(table: TitleTable) -> Text:
    """A text in both languages."""
    return Text(table.zh, table.en)


def effective(table: EffectiveTable) -> Effective:
    """The days of a version."""
    ends = (table.since, table.until)
    return Effective(*(None if day is None else _origin(day.value, day) for day in ends))


def _origin(value: object, table: OriginTable) -> Sourced:
    return Sourced(value, table.source, table.provenance)


def _sourced(table: FigureTable | NumberTable) -> Sourced:
    choices = tuple(table.choices or ()) if isinstance(table, FigureTable) else ()
    return Sourced(table.value, table.source, table.provenance, choices)


def _rule(table: RuleTable, readings: Mapping[str, ReadingsTable]) -> RuleTerms:
    window, anchors = table.window_days, table.anchors
    return RuleTerms(
        level=table.level,
        target=None if table.target is None else _target(table.target),
        window_days=None if window is None else window.value,
        anchors=None
        if anchors is None
        else Anchors(_sourced(anchors.full), _sourced(anchors.floor)),
        options={name: _sourced(option) for name, option in table.options.items()},
        sources=tuple(table.sources),
        window=None if window is None else _origin(window.value, window),
        readings={name: _origin(tuple(row.values), row) for name, row in readings.items()},
    )


def _target(table: TargetTable) -> Target:
    value = table.value
    if value is None:  # every unit, or none
        value = Decimal(1 if table.operator is Operator.EVERY else 0)
    return Target(table.operator, value, table.source, table.provenance, table.count_below)


def _score_figures(score: ScoreTable) -> Iterator[tuple[str, Sourced]]:
    for name in type(score).model_fields:
        figure = getattr(score, name)
        if isinstance(figure, NumberTable | CountTable):
            yield name, _origin(figure.value, figure)


def _usage(table: UsageTable) -> Usage:
    return Usage(
        certain=_by_spelling(table.certain),
        doubtful=_by_spelling(table.doubtful),
        review=tuple(table.review),
        around=tuple(table.around),
        innocent=tuple(table.innocent),
        instead=table.instead,
        source=table.source,
        provenance=table.provenance,
        frames=tuple(table.frames),
        doubtful_frames=tuple(table.doubtful_frames),
        sets={name: tuple(words) for name, words in table.sets.items()},
        sounding=table.sounding,
        likely=tuple(table.likely),
    )


def _by_spelling(spellings: Mapping[str, list[str]]) -> dict[str, str]:
    """Spelling → word, of a table that lists the spellings of each word."""
    return {spelling: word for word, listed in spellings.items() for spelling in listed}


def _score_faults(model: PackFile) -> Iterator[Fault]:
    score = model.score
    for name, row in score.dimensions.items():
        path: KeyPath = ("score", "dimensions", name, "rules")
        yield from _unknown_rules(path, row.rules, model)
        for rule in row.rules:
            if rule in model.rules and model.rules[rule].anchors is None:
                yield Fault(path, f"{rule} 没有 anchors", f"{rule} has no anchors")
    weights = [row.weight.value for row in score.dimensions.values()]
    if weights and sum(weights) != 1:
        yield Fault(
            ("score", "dimensions"),
            f"各维度权重之和须为 1，现为 {sum(weights)}",
            f"the weights of the dimensions must add up to 1, these make {sum(weights)}",
        )
    for index, cap in enumerate(score.caps):
        path = ("score", "caps", index)
        yield from _unknown_rules((*path, "rule"), [cap.rule], model)
        yield from _unknown_rules((*path, "applies_to"), cap.applies_to, model)


def _required_faults(model: PackFile) -> Iterator[Fault]:
    yield from _unknown_rules(("required", "always"), model.required.always, model)
    path: KeyPath = ("required", "when_present")
    for rule, inputs in model.required.when_present.items():
        yield from _unknown_rules(path, [rule], model)
        for entry in inputs:
            kind, _, column = entry.partition(".")
            if kind not in list(Kind):
                yield unknown((*path, rule), kind, list(Kind), "输入类型", "kind of input")
            elif column and column not in TABLES[Kind(kind)].names:
                columns = TABLES[Kind(kind)].names
                yield unknown((*path, rule), column, columns, "字段", "column")


def _unknown_rules(path: KeyPath, rules: Iterable[str], model: PackFile) -> Iterator[Fault]:
    for rule in rules:
        if rule not in model.rules:
            yield unknown(path, rule, model.rules, "规则", "rule")
