"""A name that is no rule, with the id to write for it where it is the title of one."""

from __future__ import annotations

from collections.abc import Iterable

from kshop_audit.validation import Fault, KeyPath, unknown


def unknown_rule(path: KeyPath, name: str, known: Iterable[str]) -> Fault:
    """The fault of a key or value that must be the id of a rule.

    A title, or a part of it that only one title of `known` holds, is answered with the id.
    """
    from kshop_audit.rules import catalogue  # noqa: PLC0415  heavy, and only a fault needs it

    names, rules = sorted(known), catalogue()
    titles = {rule: rules[rule].info.title for rule in names if rule in rules}
    plain = "".join(name.split()).casefold()
    exact = [
        rule
        for rule, title in titles.items()
        if plain in ("".join(title[lang].split()).casefold() for lang in ("zh", "en"))
    ]
    held = [rule for rule, title in titles.items() if not name.isascii() and plain in title.zh]
    found = exact or held
    if len(found) != 1:
        return unknown(path, name, names, "规则", "rule")
    title = titles[found[0]]
    return Fault(
        path,
        f"没有规则 {name}；{title.zh}在这里写 {found[0]}",
        f"unknown rule {name}; for {title.en} write {found[0]}",
    )
