"""From the tables of a TOML file to a `Pack`, refusing everything that is not understood.

Standard library only: packs are read by commands that must start fast. Every reader takes the
`Place` it stands at, so that a fault names the file and the dotted key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from kshop_audit.errors import ConfigError
from kshop_audit.model.metadata import (
    Anchors,
    Cap,
    Effective,
    Level,
    Operator,
    Pack,
    Provenance,
    RuleTerms,
    Sourced,
    Target,
    Text,
    Usage,
)
from kshop_audit.model.schema import TABLES, Kind

_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_RULE_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

_Word = TypeVar("_Word", bound=StrEnum)
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: the file and the dotted key."""

    file: str
    key: str = ""

    def at(self, name: object) -> Place:
        """The place of an entry of this table."""
        return Place(self.file, f"{self.key}.{name}" if self.key else str(name))

    def fault(self, zh: str, en: str) -> ConfigError:
        """The fault to raise, with its place in front."""
        where = f"{self.file}: {self.key or '(top)'}"
        return ConfigError(f"规则包 {where}：{zh}", f"pack {where}: {en}")


_NEEDED = ("id", "version", "title", "rules", "required")


def parse(table: Mapping[str, object], file: str, sha256: str) -> Pack:
    """The pack of a parsed TOML file; ConfigError names the first fault by file and key."""
    top = Place(file)
    # A platform without a published score has none here, and a pack may need no words.
    only(table, top, _NEEDED, ("score", "words", "effective"))
    rules = _tables(table["rules"], top.at("rules"), _rule)
    score = table_of(table.get("score", {}), top.at("score"))
    weights, dimensions = _dimensions(score, top.at("score"), rules)
    words = _tables(table.get("words", {}), top.at("words"), _word_list)
    required, required_when = _required(table["required"], top.at("required"), rules)
    return Pack(
        id=text(table["id"], top.at("id")),
        version=text(table["version"], top.at("version")),
        title=title(table["title"], top.at("title")),
        sha256=sha256,
        rules=rules,
        weights=weights,
        dimensions=dimensions,
        score={
            name: _sourced(value, top.at("score").at(name))
            for name, value in score.items()
            if name not in ("dimensions", "caps")
        },
        words={name: listed.words for name, listed in words.items()},
        caps=_caps(score.get("caps", []), top.at("score.caps"), rules),
        required=required,
        required_when=required_when,
        effective=effective(table["effective"], top.at("effective"))
        if "effective" in table
        else None,
        word_sources={name: listed.origin for name, listed in words.items()},
        usage={name: listed.usage for name, listed in words.items() if listed.usage},
    )


def effective(value: object, place: Place) -> Effective:
    """The days of a version; a `from` or a `to` at least, in order."""
    table = table_of(value, place)
    only(table, place, (), ("from", "to"))
    if not table:
        raise place.fault("至少要有 from 或 to", "needs from or to")
    days = {name: _dated(entry, place.at(name)) for name, entry in table.items()}
    found = Effective(days.get("from"), days.get("to"))
    if found.last < found.first:
        raise place.at("to").fault("早于 from", "is before from")
    return found


def _dated(value: object, place: Place) -> Sourced:
    table = table_of(value, place)
    only(table, place, ("value", "source", "provenance"))
    day = table["value"]
    if not isinstance(day, date) or isinstance(day, datetime):
        here = place.at("value")
        raise here.fault("应为日期，如 2021-09-01", "must be a date such as 2021-09-01")
    return Sourced(day, *_origin(table, place))


def _rule(value: object, place: Place) -> RuleTerms:
    if not _RULE_ID.fullmatch(place.key.rpartition(".")[2]):
        raise place.fault("规则名须为小写加连字符", "rule ids are kebab-case")
    table = table_of(value, place)
    only(table, place, ("level", "sources"), ("window_days", "target", "anchors", "options"))
    window = (
        _sourced(table["window_days"], place.at("window_days")) if "window_days" in table else None
    )
    sources = _texts(table["sources"], place.at("sources"))
    return RuleTerms(
        level=_word(table["level"], place.at("level"), Level),
        target=_target(table["target"], place.at("target")) if "target" in table else None,
        window_days=None if window is None else _positive(window.value, place.at("window_days")),
        anchors=_anchors(table["anchors"], place.at("anchors")) if "anchors" in table else None,
        options=_tables(table.get("options", {}), place.at("options"), _sourced),
        sources=sources,
        window=window,
    )


def _target(value: object, place: Place) -> Target:
    table = table_of(value, place)
    only(table, place, ("operator", "source", "provenance"), ("value", "count_below"))
    operator = _word(table["operator"], place.at("operator"), Operator)
    counted = operator in (Operator.EVERY, Operator.NONE)
    if counted == ("value" in table):
        raise place.fault(
            "value 只用于 >= 和 <=（且必须给出）",
            "value belongs to >= and <=, and must be given there",
        )
    below = table.get("count_below")
    source, provenance = _origin(table, place)
    fixed = Decimal(1 if operator is Operator.EVERY else 0)
    return Target(
        operator=operator,
        value=fixed if counted else _decimal(table["value"], place.at("value")),
        source=source,
        provenance=provenance,
        count_below=None if below is None else _positive(below, place.at("count_below")),
    )


def _anchors(value: object, place: Place) -> Anchors:
    table = table_of(value, place)
    only(table, place, ("full", "floor"))
    full, floor = (_number(table[end], place.at(end)) for end in ("full", "floor"))
    if full.value == floor.value:
        raise place.fault("full 与 floor 不能相同", "full and floor must differ")
    return Anchors(full, floor)


def _dimensions(
    score: Mapping[str, object], place: Place, rules: Mapping[str, RuleTerms]
) -> tuple[dict[str, Sourced], dict[str, tuple[str, ...]]]:
    weights: dict[str, Sourced] = {}
    members: dict[str, tuple[str, ...]] = {}
    place = place.at("dimensions")
    for name, value in table_of(score.get("dimensions", {}), place).items():
        table = table_of(value, place.at(name))
        only(table, place.at(name), ("weight", "rules"))
        weights[name] = _number(table["weight"], place.at(name).at("weight"))
        members[name] = _known(table["rules"], place.at(name).at("rules"), rules)
        for rule in members[name]:
            if rules[rule].anchors is None:
                raise place.at(name).fault(f"{rule} 没有 anchors", f"{rule} has no anchors")
    if weights and sum(Decimal(str(weight.value)) for weight in weights.values()) != 1:
        raise place.fault("各维度权重之和须为 1", "the weights of the dimensions must add up to 1")
    return weights, members


def _caps(value: object, place: Place, rules: Mapping[str, RuleTerms]) -> tuple[Cap, ...]:
    if not isinstance(value, list):
        raise place.fault("应为表的数组", "must be an array of tables")
    caps = []
    for index, entry in enumerate(value):
        here = place.at(index)
        table = table_of(entry, here)
        only(table, here, ("rule", "applies_to", "limit"))
        (rule,) = _known([table["rule"]], here.at("rule"), rules)
        applies_to = _known(table["applies_to"], here.at("applies_to"), rules)
        caps.append(Cap(rule, applies_to, _number(table["limit"], here.at("limit"))))
    return tuple(caps)


def _required(
    value: object, place: Place, rules: Mapping[str, RuleTerms]
) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    table = table_of(value, place)
    only(table, place, ("always",), ("when_present",))
    when: dict[str, tuple[str, ...]] = {}
    place_when = place.at("when_present")
    for rule, inputs in table_of(table.get("when_present", {}), place_when).items():
        _known([rule], place_when, rules)
        when[rule] = _texts(inputs, place_when.at(rule))
        for entry in when[rule]:
            kind, _, column = entry.partition(".")
            if kind not in list(Kind) or (column and column not in TABLES[Kind(kind)].names):
                raise place_when.at(rule).fault(
                    f"没有 {entry} 这种输入", f"no input is called {entry}"
                )
    return _known(table["always"], place.at("always"), rules), when


@dataclass(frozen=True, slots=True)
class _Listed:
    words: tuple[str, ...]
    origin: Sourced
    usage: Usage | None


def _word_list(value: object, place: Place) -> _Listed:
    table = table_of(value, place)
    only(table, place, ("words", "source", "provenance"), ("usage",))
    words = _texts(table["words"], place.at("words"))
    if len(set(words)) != len(words):
        raise place.fault("有重复的词", "a word stands twice")
    used = _usage(table["usage"], place.at("usage")) if "usage" in table else None
    return _Listed(words, Sourced(words, *_origin(table, place)), used)


def _usage(value: object, place: Place) -> Usage:
    table = table_of(value, place)
    optional = ("certain", "doubtful", "review", "around", "innocent", "instead")
    only(table, place, ("source", "provenance"), optional)
    phrases = {
        name: _texts(table.get(name, []), place.at(name), empty=True)
        for name in ("review", "around", "innocent")
    }
    certain = _spellings(table.get("certain", {}), place.at("certain"))
    doubtful = _spellings(table.get("doubtful", {}), place.at("doubtful"))
    for spelling in certain.keys() & doubtful.keys():
        raise place.at("doubtful").fault(f"{spelling} 出现两次", f"{spelling} stands twice")
    source, provenance = _origin(table, place)
    instead = text(table["instead"], place.at("instead")) if "instead" in table else None
    return Usage(
        certain=certain,
        doubtful=doubtful,
        **phrases,
        instead=instead,
        source=source,
        provenance=provenance,
    )


def _spellings(value: object, place: Place) -> dict[str, str]:
    """Spelling → word, of a table that lists the spellings of each word."""
    found: dict[str, str] = {}
    for word, spellings in _tables(value, place, _texts).items():
        for spelling in spellings:
            if spelling in found:
                raise place.at(word).fault(f"{spelling} 出现两次", f"{spelling} stands twice")
            found[spelling] = word
    return found


def _sourced(value: object, place: Place) -> Sourced:
    table = table_of(value, place)
    only(table, place, ("value", "source", "provenance"), ("choices",))
    choices = _texts(table["choices"], place.at("choices")) if "choices" in table else ()
    figure = _figure(table["value"], place.at("value"))
    if choices and figure not in choices:
        raise place.fault(f"{figure} 不在 choices 中", f"{figure} is none of its choices")
    return Sourced(figure, *_origin(table, place), choices)


def _origin(table: Mapping[str, object], place: Place) -> tuple[str, Provenance]:
    source = text(table["source"], place.at("source"))
    return source, _word(table["provenance"], place.at("provenance"), Provenance)


def _number(value: object, place: Place) -> Sourced:
    sourced = _sourced(value, place)
    decimal = _decimal(sourced.value, place.at("value"))
    return Sourced(decimal, sourced.source, sourced.provenance)


def _figure(value: object, place: Place) -> object:
    if isinstance(value, float):
        raise place.fault('小数请写成文本，如 "0.80"', 'write decimals as text, such as "0.80"')
    if isinstance(value, str) and "." in value and _DECIMAL.fullmatch(value):
        return Decimal(value)
    if (isinstance(value, str) and value) or isinstance(value, int):
        return value
    raise place.fault("应为整数、文本或真假", "must be a whole number, a text or a truth value")


def _decimal(value: object, place: Place) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    raise place.fault(
        '应为数字，小数写成文本，如 "0.80"', 'must be a number, decimals as text ("0.80")'
    )


def _positive(value: object, place: Place) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise place.fault("应为正整数", "must be a whole number above zero")
    return value


def _word(value: object, place: Place, kind: type[_Word]) -> _Word:
    if isinstance(value, str) and value in list(kind):
        return kind(value)
    allowed = " | ".join(kind)
    raise place.fault(f"{value!r} 不对，可用：{allowed}", f"{value!r} is none of {allowed}")


def _known(value: object, place: Place, rules: Mapping[str, RuleTerms]) -> tuple[str, ...]:
    ids = _texts(value, place, empty=True)
    for rule in ids:
        if rule not in rules:
            raise place.fault(f"规则包里没有 {rule}", f"the pack has no rule {rule}")
    return ids


def title(value: object, place: Place) -> Text:
    """A text in both languages."""
    table = table_of(value, place)
    only(table, place, ("zh", "en"))
    return Text(text(table["zh"], place.at("zh")), text(table["en"], place.at("en")))


def _texts(value: object, place: Place, empty: bool = False) -> tuple[str, ...]:
    if not isinstance(value, list) or not (value or empty):
        raise place.fault("应为非空的文本数组", "must be an array of texts, not empty")
    return tuple(text(entry, place.at(index)) for index, entry in enumerate(value))


def text(value: object, place: Place) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise place.fault("应为非空文本", "must be a text, not empty")
    return value


def table_of(value: object, place: Place) -> Mapping[str, object]:
    """A table."""
    if not isinstance(value, dict):
        raise place.fault("应为表", "must be a table")
    return value


def _tables(
    value: object, place: Place, read: Callable[[object, Place], _Item]
) -> dict[str, _Item]:
    return {name: read(entry, place.at(name)) for name, entry in table_of(value, place).items()}


def only(
    table: Mapping[str, object], place: Place, needed: tuple[str, ...], extra: tuple[str, ...] = ()
) -> None:
    """A fault unless the table has the needed keys, and no others than these and the extra ones."""
    for name in table:
        if name not in needed + extra:
            raise place.at(name).fault("未知的键", "unknown key")
    for name in needed:
        if name not in table:
            raise place.at(name).fault("缺少此键", "is missing")
