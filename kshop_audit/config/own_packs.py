"""A pack of the operator's own against those that come with the tool: rules and their options.

A misspelled rule would measure nothing and look fine, a misspelled option would be missing when the
rule runs. What a rule has use for is what the packs that come with the tool give it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from kshop_audit import packs
from kshop_audit.model.metadata import Pack, RuleTerms
from kshop_audit.validation import Fault, unknown

KEY = ("pack",)


def faults(chosen: Sequence[Pack]) -> list[Fault]:
    """Every fault of the packs that do not come with the tool, each with pack and key in front."""
    own = [part for pack in chosen for part in (pack, *pack.versions) if not _ours(part)]
    if not own:
        return []
    from kshop_audit.rules import catalogue  # noqa: PLC0415  heavy, and hardly ever needed

    ours = [packs.load(name) for name in packs.names()]
    rules = catalogue()
    return [fault for pack in own for fault in _pack(pack, ours, tuple(rules))]


def _ours(pack: Pack) -> bool:
    return pack.id in packs.names() and packs.load(pack.id).sha256 == pack.sha256


def _pack(pack: Pack, ours: Sequence[Pack], rules: Sequence[str]) -> Iterator[Fault]:
    for rule, terms in pack.rules.items():
        place = f"{pack.id}: rules.{rule}"
        having = [other.rules[rule] for other in ours if rule in other.rules]
        if rule not in rules:
            yield _placed(place, unknown(KEY, rule, rules, "规则", "rule"))
        elif having:
            yield from _options(f"{place}.options", terms, having)


def _options(place: str, own: RuleTerms, having: Sequence[RuleTerms]) -> Iterator[Fault]:
    known = {name: option for terms in having for name, option in terms.options.items()}
    for name, option in own.options.items():
        if name not in known:
            yield _placed(place, unknown(KEY, name, known, "选项", "option"))
        elif not _fits(option.value, example := known[name].value):
            yield Fault(
                KEY,
                f"{place}.{name}：应写成 {example} 的样子",
                f"{place}.{name}: must be of the kind of {example}",
            )
    needed = set.intersection(*({*terms.options} for terms in having))
    for name in sorted(needed - set(own.options)):
        yield Fault(KEY, f"{place}.{name}：缺少此键", f"{place}.{name}: is missing")


def _fits(value: object, example: object) -> bool:
    """Whether a rule can use the value as it uses the example; texts may hold anything."""
    if isinstance(example, bool) or isinstance(value, bool):
        return isinstance(value, bool) and isinstance(example, bool)
    if isinstance(example, int):
        return isinstance(value, int)
    if isinstance(example, Decimal):
        return isinstance(value, int | Decimal) or (isinstance(value, str) and value.isdecimal())
    return True


def _placed(place: str, fault: Fault) -> Fault:
    return Fault(fault.path, f"{place}：{fault.zh}", f"{place}: {fault.en}")
