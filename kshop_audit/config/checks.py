"""Checks of a configuration against the packs: rule ids, options, units, columns, word lists.

One file may serve several platforms. So an entry has to fit one of the packs that the tool knows;
if none of the chosen ones is it, the entry is not used, and the report says so.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from pydantic_core import PydanticCustomError

from kshop_audit import packs
from kshop_audit.config.models import ConfigFile, InputTable, figure
from kshop_audit.config.rule_names import unknown_rule
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import WINDOW_DAYS, Operator, Pack, Provenance, RuleTerms, Sourced
from kshop_audit.model.schema import TABLES, Column, Kind, Type
from kshop_audit.validation import Fault, KeyPath, unknown

ALL = "all"
ALLOW = "allow"


@frozen(slots=False)
class Known:
    """The packs a configuration may refer to: the chosen ones, and all that come with the tool."""

    chosen: tuple[Pack, ...]

    @cached_property
    def all(self) -> tuple[Pack, ...]:
        """The chosen ones first; the others are read only if something is not in those."""
        there = {pack.id for pack in self.chosen}
        return (*self.chosen, *(packs.load(name) for name in packs.names() if name not in there))

    def accepting(self, fits: Callable[[Pack], bool]) -> Pack | None:
        """The first pack that an entry fits, a chosen one if there is one."""
        return next(filter(fits, self.chosen), None) or next(filter(fits, self.all), None)

    @property
    def rules(self) -> frozenset[str]:
        """The rules of all packs."""
        return frozenset(rule for pack in self.all for rule in pack.rules)


@dataclass
class CheckedKeys:
    """Faults of the configuration, and keys that fit a pack, but none of the chosen ones."""

    faults: list[Fault] = field(default_factory=list)
    unused: list[KeyPath] = field(default_factory=list)


def against_packs(config: ConfigFile, known: Known, also: Sequence[str]) -> CheckedKeys:
    """Everything in the configuration that does not fit the packs; `also` is what flags require."""
    found = CheckedKeys()
    entries: list[tuple[KeyPath, str, _Check]] = [
        ((key, rule), rule, _nothing)
        for key in ("levels", "declared", "effort")
        for rule in getattr(config, key)
    ]
    entries += [(("targets", rule), rule, _target(value)) for rule, value in config.targets.items()]
    entries += [
        (("options", rule, name), rule, _option(name, value))
        for rule, options in config.options.items()
        for name, value in options.items()
    ]
    for path, rule, check in entries:
        _settle(path, rule, check, known, found)
    for index, rule in enumerate(config.required or ()):
        if rule != ALL:
            asked = CheckedKeys()
            _settle(("required", index), rule, _nothing, known, asked)
            found.faults += asked.faults
            found.unused += [("required", rule) for _ in asked.unused]
    for rule in also:
        # A verdict required on the command line must exist, or the run could pass without it.
        if rule != ALL and not any(rule in pack.rules for pack in known.chosen):
            rules = [*(name for pack in known.chosen for name in pack.rules), ALL]
            found.faults.append(unknown_rule(("require",), rule, rules))
    found.faults += _learned(config, known)
    _weights(config, known, found)
    _words(config, known, found)
    if config.aspects:
        found.faults += _answers(config)
    found.faults += [
        unknown(("coverage", kind), kind, list(Kind), "文件类型", "kind of file")
        for kind in config.coverage
        if kind not in list(Kind)
    ]
    for kind, table in config.inputs.items():
        found.faults += _input(("inputs", kind), kind, table)
    return found


_Check = Callable[[KeyPath, RuleTerms], Iterator[Fault]]


def _nothing(_path: KeyPath, _terms: RuleTerms) -> Iterator[Fault]:
    yield from ()


def _settle(path: KeyPath, rule: str, check: _Check, known: Known, found: CheckedKeys) -> None:
    """Fault or unused, by the packs that have the rule."""

    def fits(pack: Pack) -> bool:
        return rule in pack.rules and not list(check(path, pack.rules[rule]))

    accepting = known.accepting(fits)
    if accepting in known.chosen:
        return
    if accepting is not None:
        found.unused.append(path)
        return
    having = next((pack for pack in known.all if rule in pack.rules), None)
    if having is not None:
        found.faults += check(path, having.rules[rule])
    else:
        found.faults.append(unknown_rule(path, rule, known.rules))


def _target(value: Decimal) -> _Check:
    def check(path: KeyPath, terms: RuleTerms) -> Iterator[Fault]:
        target = terms.target
        if target is None or target.operator in (Operator.EVERY, Operator.NONE):
            yield Fault(path, "此规则没有可调的目标值", "this rule has no target figure to change")
        elif target.value <= 1 and not 0 <= value <= 1:
            yield Fault(
                path, f'应为比率，如 "{value}%"', f'must be a ratio; did you mean "{value}%"?'
            )
        elif target.value > 1 and value <= 1:
            yield Fault(path, "应为小时数，如 24", "must be hours, such as 24")

    return check


def _learned(config: ConfigFile, known: Known) -> Iterator[Fault]:
    """A rule that does not exist, one without points, and a better value that earns less."""
    rows = dict(enumerate(config.learned))
    for index, row in rows.items():
        if row.rule not in known.rules:
            yield unknown_rule(("learned", index, "rule"), row.rule, known.rules)
            continue
        pack = next((pack for pack in known.all if pack.id == row.pack), None)
        anchors = None if pack is None or row.rule not in pack.rules else (
            pack.rules[row.rule].anchors)  # fmt: skip
        if anchors is None:
            path: KeyPath = ("learned", index, "rule")
            yield Fault(path, f"{row.pack} 里它不计分", f"it has no points in {row.pack}")
            continue
        rises = Decimal(str(anchors.full.value)) > Decimal(str(anchors.floor.value))
        for place, other in rows.items():
            same = (other.rule, other.pack, other.version) == (row.rule, row.pack, row.version)
            better = row.value > other.value if rises else row.value < other.value
            twice = row.value == other.value and row.points != other.points
            if same and ((better and row.points < other.points) or (twice and place < index)):
                yield Fault(
                    ("learned", index, "points"),
                    f"与第 {place + 1} 条矛盾：数值更好或相同，得分却更低或不同",
                    f"contradicts entry {place + 1}: a value as good or better earns other points",
                )


def _answers(config: ConfigFile) -> Iterator[Fault]:
    from kshop_audit import aspects  # noqa: PLC0415  few shops answer any

    asked = aspects.questions()
    for name in config.aspects:
        if name not in asked:
            yield unknown(("aspects", name), name, asked, "这个问题", "question")


def _weights(config: ConfigFile, known: Known, found: CheckedKeys) -> None:
    """The score follows the first pack, and so do the weights."""
    if not config.weights:
        return
    first = known.chosen[0]
    if not list(_weighing(config.weights, first)):
        return
    fitting = known.accepting(lambda pack: not list(_weighing(config.weights, pack)))
    if fitting is not None:
        found.unused.append(("weights",))
    else:
        scored = next((pack for pack in known.all if pack.weights), first)
        found.faults += _weighing(config.weights, scored)


def _weighing(own: Mapping[str, Decimal], pack: Pack) -> Iterator[Fault]:
    for name in own:
        if name not in pack.weights:
            yield unknown(("weights", name), name, pack.weights, "维度", "dimension")
    weights = {name: Decimal(str(weight.value)) for name, weight in pack.weights.items()}
    weights.update({name: own[name] for name in own if name in weights})
    total = sum(weights.values())
    if total != 1:
        yield Fault(
            ("weights",),
            f"各维度权重之和须为 100%，现为 {total:.2%}",
            f"the weights of all dimensions must add up to 100%, these make {total:.2%}",
        )


def option_value(value: object, default: Sourced) -> object:
    """An option's value in the type of the pack's; decimals may be written as text."""
    return figure(value) if isinstance(default.value, Decimal) else value


def _option(name: str, value: object) -> _Check:
    def check(path: KeyPath, terms: RuleTerms) -> Iterator[Fault]:
        known = terms.settable
        if name not in known:
            yield unknown(path, name, known, "选项", "option")
        elif name == WINDOW_DAYS and value == 0:
            yield Fault(path, "至少 1 天", "must be at least 1 day")
        else:
            yield from _valued(path, value, known[name])

    return check


def _valued(path: KeyPath, value: object, default: Sourced) -> Iterator[Fault]:
    wanted = _wanted(value, default)
    if wanted is not None:
        yield Fault(path, *wanted)


def _wanted(value: object, default: Sourced) -> tuple[str, str] | None:
    """What an option should be, in both languages, where it is not."""
    if default.choices:
        listed = ", ".join(default.choices)
        fits, wanted = value in default.choices, (f"应为 {listed} 之一", f"must be one of {listed}")
    elif isinstance(default.value, bool):
        fits, wanted = isinstance(value, bool), ("应为 true 或 false", "must be true or false")
    elif isinstance(default.value, Decimal):
        fits, wanted = _is_amount(value), ("应为不小于 0 的数字", "must be a number, not below 0")
    elif isinstance(default.value, int):
        fits = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        wanted = ("应为不小于 0 的整数", "must be a whole number, not below 0")
    else:
        fits, wanted = isinstance(value, str), ("应为文本", "must be a text")
    return None if fits else wanted


def _is_amount(value: object) -> bool:
    if isinstance(value, bool):
        return False
    try:
        return figure(value) >= 0
    except PydanticCustomError:
        return False


def _words(config: ConfigFile, known: Known, found: CheckedKeys) -> None:
    for name, entries in config.words.items():
        path = ("words", name)
        if name == ALLOW:
            found.faults += _allowed(entries, known.chosen)
        elif isinstance(entries, dict):
            found.faults.append(Fault(path, "应为文本数组", "must be an array of texts"))
        elif any(name in pack.words for pack in known.chosen):
            continue
        elif any(name in pack.words for pack in known.all):
            found.unused.append(path)
        else:
            lists = {listed for pack in known.all for listed in pack.words} | {ALLOW}
            found.faults.append(unknown(path, name, lists, "词表", "word list"))


def _allowed(entries: Iterable[str], chosen: Sequence[Pack]) -> Iterator[Fault]:
    if not isinstance(entries, dict):
        yield Fault(
            ("words", ALLOW),
            '每个放行的词都要写原因，如 allow = { "精仿膜" = "商品名" }',
            'each phrase needs a reason, such as allow = { "精仿膜" = "a product\'s name" }',
        )
        return
    published = [
        word
        for pack in chosen
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
    yield from _reading(path, table)


def _reading(path: tuple[str, str], table: InputTable) -> Iterator[Fault]:
    if table.copied_on is not None and path[-1] != Kind.CHATS:
        yield Fault((*path, "copied_on"), "只用于 chats", "is for chats alone")
    if table.encoding is not None:
        try:
            codecs.lookup(table.encoding)
        except LookupError:
            yield Fault(
                (*path, "encoding"),
                f"没有编码 {table.encoding}",
                f"unknown encoding {table.encoding}",
            )
