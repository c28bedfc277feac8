"""What only the pack can tell of a configuration: rule ids, options, units, columns, word lists.

Each check yields faults and changes nothing.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from pydantic_core import PydanticCustomError

from kshop_audit import aspects
from kshop_audit.config.faults import Fault, unknown
from kshop_audit.config.models import ConfigFile, InputTable, figure
from kshop_audit.model.metadata import Operator, Pack, Provenance, Sourced
from kshop_audit.model.schema import TABLES, Column, Kind, Type

ALL = "all"
ALLOW = "allow"


def against_pack(config: ConfigFile, pack: Pack, also: Sequence[str]) -> Iterator[Fault]:
    """Everything in the configuration that does not fit the pack."""
    for key in ("levels", "targets", "options", "declared"):
        yield from _rules((key,), getattr(config, key), pack)
    for index, rule in enumerate(config.required or ()):
        yield from _required(("required", index), rule, pack)
    for rule in also:
        yield from _required(("require",), rule, pack)
    yield from _targets(config, pack)
    yield from _weights(config, pack)
    for rule, options in config.options.items():
        if rule in pack.rules:
            for name, value in options.items():
                yield from _option(("options", rule, name), value, pack.rules[rule].options)
    yield from _words(config, pack)
    for name in config.aspects:
        if name not in aspects.questions():
            yield unknown(("aspects", name), name, aspects.questions(), "这个问题", "question")
    for kind, table in config.inputs.items():
        yield from _input(("inputs", kind), kind, table)


def _rules(path: tuple[str, ...], rules: Iterable[str], pack: Pack) -> Iterator[Fault]:
    for rule in rules:
        if rule not in pack.rules:
            yield unknown((*path, rule), rule, pack.rules, "规则", "rule")


def _required(path: tuple[str | int, ...], rule: str, pack: Pack) -> Iterator[Fault]:
    if rule not in pack.rules and rule != ALL:
        yield unknown(path, rule, [*pack.rules, ALL], "规则", "rule")


def _targets(config: ConfigFile, pack: Pack) -> Iterator[Fault]:
    for rule, value in config.targets.items():
        if rule not in pack.rules:
            continue
        target = pack.rules[rule].target
        path = ("targets", rule)
        if target is None or target.operator in (Operator.EVERY, Operator.NONE):
            yield Fault(path, "此规则没有可调的目标值", "this rule has no target figure to change")
        elif target.value <= 1 and not 0 <= value <= 1:
            yield Fault(
                path, f'应为比率，如 "{value}%"', f'must be a ratio; did you mean "{value}%"?'
            )
        elif target.value > 1 and value <= 1:
            yield Fault(path, "应为小时数，如 24", "must be hours, such as 24")


def _weights(config: ConfigFile, pack: Pack) -> Iterator[Fault]:
    for name in config.weights:
        if name not in pack.weights:
            yield unknown(("weights", name), name, pack.weights, "维度", "dimension")
    weights = {name: Decimal(str(weight.value)) for name, weight in pack.weights.items()}
    weights.update({name: config.weights[name] for name in config.weights if name in weights})
    total = sum(weights.values())
    if config.weights and total != 1:
        yield Fault(
            ("weights",),
            f"各维度权重之和须为 100%，现为 {total:.2%}",
            f"the weights of all dimensions must add up to 100%, these make {total:.2%}",
        )


def option_value(value: object, default: Sourced) -> object:
    """An option's value in the type of the pack's; decimals may be written as text."""
    return figure(value) if isinstance(default.value, Decimal) else value


def _option(
    path: tuple[str, str, str], value: object, options: Mapping[str, Sourced]
) -> Iterator[Fault]:
    name = path[-1]
    if name not in options:
        yield unknown(path, name, options, "选项", "option")
        return
    default = options[name]
    if default.choices:
        if value not in default.choices:
            listed = ", ".join(default.choices)
            yield Fault(path, f"应为 {listed} 之一", f"must be one of {listed}")
    elif isinstance(default.value, Decimal):
        try:
            fits = not isinstance(value, bool) and figure(value) >= 0
        except PydanticCustomError:
            fits = False
        if not fits:
            yield Fault(path, "应为不小于 0 的数字", "must be a number, not below 0")
    elif isinstance(default.value, int):
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            yield Fault(path, "应为不小于 0 的整数", "must be a whole number, not below 0")
    elif not isinstance(value, str):
        yield Fault(path, "应为文本", "must be a text")


def _words(config: ConfigFile, pack: Pack) -> Iterator[Fault]:
    for name, entries in config.words.items():
        if name == ALLOW:
            yield from _allowed(entries, pack)
        elif name not in pack.words:
            yield unknown(("words", name), name, [*pack.words, ALLOW], "词表", "word list")
        elif isinstance(entries, dict):
            yield Fault(("words", name), "应为文本数组", "must be an array of texts")


def _allowed(entries: Iterable[str], pack: Pack) -> Iterator[Fault]:
    if not isinstance(entries, dict):
        yield Fault(
            ("words", ALLOW),
            '每个放行的词都要写原因，如 allow = { "精仿膜" = "商品名" }',
            'each phrase needs a reason, such as allow = { "精仿膜" = "a product\'s name" }',
        )
        return
    published = [
        word
        for name, source in pack.word_sources.items()
        if source.provenance is Provenance.SEED
        for word in pack.words[name]
    ]
    for phrase in entries:
        if phrase in published:
            yield Fault(
                ("words", ALLOW, phrase),
                "平台明文禁止的词不能放行，可放行含它的更长的词",
                "the platform's own word cannot be allowed; a longer phrase that holds it can",
            )


def _meanings(column: Column) -> tuple[str, ...]:
    """What the texts of a column may stand for; empty for a column that is read as it stands."""
    return ("true", "false") if column.type is Type.BOOL else column.codes


def _input(path: tuple[str, str], kind: str, table: InputTable) -> Iterator[Fault]:
    if kind not in list(Kind):
        yield unknown(path, kind, list(Kind), "输入类型", "kind of input")
        return
    columns = {column.name: column for column in TABLES[Kind(kind)].columns}
    for name in table.columns:
        if name not in columns:
            yield unknown((*path, "columns", name), name, columns, "字段", "column")
    words = {name: _meanings(column) for name, column in columns.items()}
    coded = [name for name in columns if words[name]]
    for name, values in table.values.items():
        here = (*path, "values", name)
        if name not in coded:
            yield unknown(here, name, coded, "代码字段", "coded column")
            continue
        for text, code in values.items():
            if code not in words[name]:
                yield unknown((*here, text), code, words[name], "代码", "code")
    if table.encoding is not None:
        try:
            codecs.lookup(table.encoding)
        except LookupError:
            yield Fault(
                (*path, "encoding"),
                f"没有编码 {table.encoding}",
                f"unknown encoding {table.encoding}",
            )
