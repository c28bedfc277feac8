"""A pack that takes part of another, so that a dated version holds only what differs.

Either everything but some named entries, or named entries only; an entry that the pack has itself
replaces the other one. Works on the parsed tables, so that what was taken is validated as if it
stood in the file itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kshop_audit.packs.building import refused, validated
from kshop_audit.packs.models import TakesTable
from kshop_audit.validation import Fault, unknown

TAKES = "takes"
PARTS = ("rules", "words", "score")
OF_RULES = ("effort", "definitions")
"""Parts with an entry a rule, which is taken with its rule."""


def taken_from(table: Mapping[str, object], file: str) -> str:
    """The name of the pack that this one takes from."""
    return _takes(table, file).base


def with_taken(
    table: Mapping[str, object], base: Mapping[str, object], file: str
) -> dict[str, object]:
    """The table with what it takes from `base`; its own entries first, then the taken ones.

    ConfigError for a base that takes from another itself, and for an entry that is not there.
    """
    takes = _takes(table, file)
    if TAKES in base:
        # One step only: a reader finds every figure in one of two files.
        en = f"{takes.base} takes from another pack itself"
        raise refused(file, [Fault((TAKES, "from"), f"{takes.base} 自己也引用别的包", en)])
    own = {part: _entries(table.get(part, {})) for part in PARTS}
    theirs = {part: _entries(base.get(part, {})) for part in PARTS}
    if faults := list(_faults(takes, own, theirs)):
        raise refused(file, faults)
    result = dict(table)
    for part in PARTS:
        if isinstance(table.get(part, {}), dict):  # anything else is a fault of the file's shape
            names = _names(takes, part, theirs[part])
            taken = {name: theirs[part][name] for name in names if name not in own[part]}
            result[part] = {**own[part], **taken}
    for part in OF_RULES:
        mine, other = _entries(table.get(part, {})), _entries(base.get(part, {}))
        rules = _entries(result["rules"]) if "rules" in result else {}
        taken = {name: entry for name, entry in other.items() if name in rules}
        if taken:
            result[part] = {**taken, **mine}
    return result


def _takes(table: Mapping[str, object], file: str) -> TakesTable:
    return validated(table[TAKES], TakesTable, file, (TAKES,))


def _entries(part: object) -> Mapping[str, object]:
    return part if isinstance(part, dict) else {}


def _names(takes: TakesTable, part: str, theirs: Mapping[str, object]) -> Iterable[str]:
    if takes.all_but is not None:
        return [name for name in theirs if name not in takes.all_but]
    return _listed(takes, part)


def _listed(takes: TakesTable, part: str) -> list[str]:
    return getattr(takes, part) or []


def _faults(
    takes: TakesTable,
    own: Mapping[str, Mapping[str, object]],
    theirs: Mapping[str, Mapping[str, object]],
) -> Iterator[Fault]:
    """Names that the other pack does not have, or that stand twice."""
    if takes.all_but is not None:
        every = {name for part in PARTS for name in theirs[part]}
        mine = {name for part in PARTS for name in own[part]}
        yield from _wrong(takes.all_but, (TAKES, "all_but"), every, mine)
    for part in PARTS:
        yield from _wrong(_listed(takes, part), (TAKES, part), theirs[part], own[part])


def _wrong(
    names: list[str], path: tuple[str, str], known: Iterable[str], own: Iterable[str]
) -> Iterator[Fault]:
    for index, name in enumerate(names):
        here = (*path, index)
        if name not in known:
            yield unknown(here, name, known, "条目", "entry")
        elif name in own or name in names[:index]:
            yield Fault(here, f"{name} 出现两次", f"{name} stands twice")
