"""A pack that is a series: versions of one platform's rules, each with the days it was in force.

An event is judged by the version of its day (S2-56). So no day may have two versions, and between
the first and the last day none may have no version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Annotated

from pydantic import Field

from kshop_audit.model.metadata import Effective, Pack
from kshop_audit.packs.building import effective, refused, title, validated
from kshop_audit.packs.models import EffectiveTable, Line, TitleTable
from kshop_audit.validation import Fault, TomlTable

VERSIONS = "versions"


class VersionTable(TomlTable):
    """One version of a series, with the pack's own days or with those given here."""

    pack: Line
    effective: EffectiveTable | None = None


class SeriesFile(TomlTable):
    """A pack that lists dated versions of one platform's rules."""

    id: Line
    version: Line
    title: TitleTable
    versions: Annotated[list[VersionTable], Field(min_length=2)]


def series(
    table: Mapping[str, object], file: str, content: bytes, load: Callable[[str], Pack]
) -> Pack:
    """The pack of the series; ConfigError names its faults by file and key.

    Its digest is over the file and the digests of all versions. `load` gives a version by its name.
    """
    model = validated(table, SeriesFile, file)
    packs = [_dated(row, load(row.pack)) for row in model.versions]
    if faults := [fault for index, pack in enumerate(packs) for fault in _undated(pack, index)]:
        raise refused(file, faults)
    versions = tuple(sorted(packs, key=lambda version: _days(version).first))
    if faults := list(_gaps(versions)):
        raise refused(file, faults)
    newest = versions[-1]
    rules = {name: terms for version in versions for name, terms in version.rules.items()}
    ordered = dict.fromkeys(name for version in reversed(versions) for name in version.rules)
    digests = "".join(version.sha256 for version in versions).encode()
    return replace(
        newest,
        id=model.id,
        version=model.version,
        title=title(model.title),
        sha256=sha256(content + digests).hexdigest(),
        rules={name: rules[name] for name in ordered},
        effort={name: work for version in versions for name, work in version.effort.items()},
        effective=None,
        versions=versions,
    )


def _dated(row: VersionTable, pack: Pack) -> Pack:
    """A version, with the days of the pack itself or those that the series gives it."""
    return pack if row.effective is None else replace(pack, effective=effective(row.effective))


def _undated(pack: Pack, index: int) -> Iterator[Fault]:
    if pack.versions:
        yield Fault((VERSIONS, index, "pack"), "不能再是多版本的包", "may not be a series itself")
    elif pack.effective is None:
        yield Fault(
            (VERSIONS, index),
            f"{pack.id} 没有生效日期",
            f"{pack.id} has no dates: give effective",
        )


def _gaps(versions: Sequence[Pack]) -> Iterator[Fault]:
    """Days with two versions, and days between the first and the last with none."""
    for older, newer in pairwise(versions):
        last, first = _days(older).last, _days(newer).first
        if first <= last:
            yield Fault(
                (VERSIONS,),
                f"{older.id} 与 {newer.id} 的生效日期重叠（{first}）",
                f"{older.id} and {newer.id} overlap on {first}",
            )
        elif first - last > timedelta(days=1):
            yield Fault(
                (VERSIONS,),
                f"{older.id} 与 {newer.id} 之间有没有版本的日子（{last} 之后）",
                f"no version holds after {last}, between {older.id} and {newer.id}",
            )


def _days(pack: Pack) -> Effective:
    if pack.effective is None:
        raise LookupError(f"{pack.id} has no dates")  # a version has, see _undated
    return pack.effective
