"""Rules and options of the operator's own packs, compared with the packs that come with the tool.

A misspelled rule would measure nothing and look fine, and a misspelled option would be missing when
the rule runs. The options that a rule has are those that the built-in packs give it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from kshop_audit import packs
from kshop_audit.model.metadata import Pack, RuleTerms
from kshop_audit.validation import Fault, unknown

KEY = ("pack",)


def faults(chosen: Sequence[Pack]) -> list[Fault]:
    """Unknown rules, and unknown, missing or mistyped options of packs that are not built in.

    Each fault starts with the pack and the key.
    """
    own = [part for pack in chosen for part in (pack, *pack.versions) if not _built_in(part)]
    if not own:
        return []
    from kshop_audit.rules import catalogue  # noqa: PLC0415  heavy, and hardly ever needed

    built_in = [packs.load(name) for name in packs.names()]
    rules = tuple(catalogue())
    return [fault for pack in own for fault in _pack_faults(pack, built_in, rules)]


def _built_in(pack: Pack) -> bool:
    return pack.id in packs.names() and packs.load(pack.id).sha256 == pack.sha256


def _pack_faults(pack: Pack, built_in: Sequence[Pack], rules: Sequence[str]) -> Iterator[Fault]:
    for rule, terms in pack.rules.items():
        place = f"{pack.id}: rules.{rule}"
        examples = [other.rules[rule] for other in built_in if rule in other.rules]
        if rule not in rules:
            yield _placed(place, unknown(KEY, rule, rules, "规则", "rule"))
        elif examples:
            yield from _option_faults(f"{place}.options", terms, examples)


def _option_faults(place: str, own: RuleTerms, examples: Sequence[RuleTerms]) -> Iterator[Fault]:
    """`examples`: the same rule in the built-in packs."""
    known = {name: option for terms in examples for name, option in terms.options.items()}
    for name, option in own.options.items():
        if name not in known:
            yield _placed(place, unknown(KEY, name, known, "选项", "option"))
        elif not _same_type(option.value, example := known[name].value):
            yield Fault(
                KEY,
                f"{place}.{name}：应写成 {example} 的样子",
                f"{place}.{name}: must be of the kind of {example}",
            )
    needed = set.intersection(*({*terms.options} for terms in examples))
    for name in sorted(needed - set(own.options)):
        yield Fault(KEY, f"{place}.{name}：缺少此键", f"{place}.{name}: is missing")


def _same_type(value: object, example: object) -> bool:
    """Whether a rule can use the value as it uses the example; any value may replace a text."""
    if isinstance(example, bool) or isinstance(value, bool):
        return isinstance(value, bool) and isinstance(example, bool)
    if isinstance(example, int):
        return isinstance(value, int)
    if isinstance(example, Decimal):
        return isinstance(value, int | Decimal) or (isinstance(value, str) and value.isdecimal())
    return True


def _placed(place: str, fault: Fault) -> Fault:
    return Fault(fault.path, f"{place}：{fault.zh}", f"{place}: {fault.en}")
