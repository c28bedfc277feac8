"""A pack that is a series: versions of one platform's rules, each with the days it was in force.

An event is judged by the version of its day (S2-56). So no day may have two versions, and between
the first and the last day none may have no version.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from itertools import pairwise

from kshop_audit.model.metadata import Effective, Pack
from kshop_audit.packs import parsing
from kshop_audit.packs.parsing import Place

VERSIONS = "versions"


def is_series(table: Mapping[str, object]) -> bool:
    """Whether a pack's table names versions."""
    return VERSIONS in table


def series(
    table: Mapping[str, object], file: str, content: bytes, load: Callable[[str], Pack]
) -> Pack:
    """The pack of the series; ConfigError names the first fault by file and key.

    Its digest is over the file and the digests of all versions. `load` gives a version by its name.
    """
    top = Place(file)
    parsing.only(table, top, ("id", "version", "title", VERSIONS))
    entries = table[VERSIONS]
    place = top.at(VERSIONS)
    if not isinstance(entries, list) or len(entries) < 2:
        raise place.fault("至少要有两个版本", "needs two versions at least")
    found = [_version(entry, place.at(index), load) for index, entry in enumerate(entries)]
    versions = tuple(sorted(found, key=lambda version: _days(version).first))
    _one_a_day(versions, place)
    newest = versions[-1]
    rules = {name: terms for version in versions for name, terms in version.rules.items()}
    ordered = dict.fromkeys(name for version in reversed(versions) for name in version.rules)
    digests = "".join(version.sha256 for version in versions).encode()
    return replace(
        newest,
        id=parsing.text(table["id"], top.at("id")),
        version=parsing.text(table["version"], top.at("version")),
        title=parsing.title(table["title"], top.at("title")),
        sha256=sha256(content + digests).hexdigest(),
        rules={name: rules[name] for name in ordered},
        effective=None,
        versions=versions,
    )


def _version(entry: object, place: Place, load: Callable[[str], Pack]) -> Pack:
    """A version, with the days of the pack itself or those that the series gives it."""
    table = parsing.table_of(entry, place)
    parsing.only(table, place, ("pack",), ("effective",))
    pack = load(parsing.text(table["pack"], place.at("pack")))
    if pack.versions:
        raise place.at("pack").fault("不能再是多版本的包", "may not be a series itself")
    if "effective" in table:
        return replace(pack, effective=parsing.effective(table["effective"], place.at("effective")))
    if pack.effective is None:
        raise place.fault(f"{pack.id} 没有生效日期", f"{pack.id} has no dates: give effective")
    return pack


def _one_a_day(versions: Sequence[Pack], place: Place) -> None:
    for older, newer in pairwise(versions):
        last, first = _days(older).last, _days(newer).first
        if first <= last:
            raise place.fault(
                f"{older.id} 与 {newer.id} 的生效日期重叠（{first}）",
                f"{older.id} and {newer.id} overlap on {first}",
            )
        if first - last > timedelta(days=1):
            raise place.fault(
                f"{older.id} 与 {newer.id} 之间有没有版本的日子（{last} 之后）",
                f"no version holds after {last}, between {older.id} and {newer.id}",
            )


def _days(pack: Pack) -> Effective:
    if pack.effective is None:
        raise LookupError(f"{pack.id} has no dates")  # a version has, see _version
    return pack.effective
