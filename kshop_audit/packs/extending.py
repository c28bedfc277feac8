"""A pack that takes part of another: every rule and list taken is named, nothing else comes along.

Works on the parsed tables, before anything is checked, so that what was taken is read as if it
stood in the file itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from kshop_audit.packs.parsing import Place

EXTENDS, TAKES = "extends", "takes"
PARTS = ("rules", "words", "score")


def base_of(table: Mapping[str, object], file: str) -> str | None:
    """The name of the pack that this one takes from; None where it stands alone."""
    place = Place(file)
    name = table.get(EXTENDS)
    if name is None:
        if TAKES in table:
            raise place.at(TAKES).fault("只能和 extends 一起用", "belongs to extends")
        return None
    if not isinstance(name, str) or not name.strip():
        raise place.at(EXTENDS).fault("应为规则包名称", "must be the name of a pack")
    return name


def extended(
    table: Mapping[str, object], base: Mapping[str, object], file: str
) -> dict[str, object]:
    """The table with what it takes from `base`; its own entries first, then the taken ones."""
    place = Place(file).at(TAKES)
    if EXTENDS in base:
        # One step only: a reader must find every figure in one of two files.
        raise Place(file).at(EXTENDS).fault("被继承的包自己不能再继承", "may not extend another")
    takes = table.get(TAKES)
    if not isinstance(takes, dict):
        raise place.fault("应为表", "must be a table")
    for part in takes:
        if part not in PARTS:
            raise place.at(part).fault("未知的键", "unknown key")
    result = {key: value for key, value in table.items() if key not in (EXTENDS, TAKES)}
    for part, names in takes.items():
        own = result.get(part, {})
        theirs = base.get(part, {})
        if not isinstance(own, dict) or not isinstance(theirs, dict):
            raise Place(file).at(part).fault("应为表", "must be a table")
        result[part] = {**own, **_taken(names, own, theirs, place.at(part))}
    return result


def _taken(
    names: object, own: Mapping[str, object], theirs: Mapping[str, object], place: Place
) -> dict[str, object]:
    if not isinstance(names, list) or not names:
        raise place.fault("应为非空的文本数组", "must be an array of texts, not empty")
    found: dict[str, object] = {}
    for index, name in enumerate(names):
        here = place.at(index)
        if not isinstance(name, str) or name not in theirs:
            raise here.fault(f"被继承的包里没有 {name}", f"the extended pack has no {name}")
        if name in own or name in found:
            raise here.fault(f"{name} 出现两次", f"{name} stands twice")
        found[name] = theirs[name]
    return found
