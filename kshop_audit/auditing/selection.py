"""Which rules of which pack are run, on which terms, and what they need of the messages.

Pure choice, before anything is measured: no files, no clock, nothing computed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from functools import partial

import polars as pl

from kshop_audit.auditing.versions import parts_of
from kshop_audit.errors import UsageError
from kshop_audit.facts.suspicion import suspects
from kshop_audit.facts.tables import MERCHANT
from kshop_audit.ingest import TextNeeds
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Level, MessageText, Pack, Text
from kshop_audit.model.settings import (
    Learned,
    Lexicon,
    Settings,
    Span,
    Terms,
    level_of,
    lexicon_of,
)
from kshop_audit.model.suggesting import suggest
from kshop_audit.rules import Rule, catalogue


@frozen(slots=False)
class PackRun:
    """One pack's part of an audit. The score follows the first one of a report.

    `series`: the pack that was asked for, where this is one of its versions.
    """

    terms: Terms
    rules: tuple[Rule, ...]
    series: Pack | None = None

    @property
    def pack(self) -> Pack:
        """The pack whose figures hold here."""
        return self.terms.pack


def selected(
    packs: Sequence[Pack],
    settings: Settings,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> dict[str, tuple[Rule, ...]]:
    """Pack id → the rules to run, in the pack's order; UsageError for a name that selects nothing.

    A rule is run if one of `select` names it or its family (or there is none), nothing in `ignore`
    does, and its level is not off.
    """
    known = catalogue()
    families = {rule.info.family for rule in known.values()}
    for name in (*select, *ignore):
        if name not in known and name not in families:
            listing = Text("；用 kshop-audit rules 查看全部", "; kshop-audit rules lists them")
            hint = suggest(name, {*known, *families}, listing)
            raise UsageError(
                f"没有名为 {name} 的规则或规则族{hint.zh}",
                f"unknown rule or family {name}{hint.en}",
            )
    there = [known[rule] for pack in packs for rule in pack.rules if rule in known]
    for name in select:
        # A known rule of another pack would leave nothing to measure, which must not look fine.
        if not any(name in (rule.info.id, rule.info.family) for rule in there):
            listed = "、".join(pack.id for pack in packs)
            flags = " ".join(f"--pack {pack.id}" for pack in packs)
            raise UsageError(
                f"规则包 {listed} 没有 {name}；用 kshop-audit rules {flags} 查看",
                f"pack {listed.replace('、', ', ')} has no {name}; see kshop-audit rules {flags}",
            )

    _check_required(settings, there, select, ignore, packs)

    def run(rule: Rule, pack: Pack) -> bool:
        tags = {rule.info.id, rule.info.family}
        wanted = not select or bool(tags & set(select))
        off = level_of(rule.info, pack, settings) is Level.OFF
        return wanted and not tags & set(ignore) and not off

    return {
        part.id: tuple(
            known[name] for name in part.rules if name in known and run(known[name], part)
        )
        for pack in packs
        for part in (pack.versions or (pack,))
    }


def _check_required(
    settings: Settings,
    there: Sequence[Rule],
    select: Sequence[str],
    ignore: Sequence[str],
    packs: Sequence[Pack],
) -> None:
    """UsageError if a rule that is required by name is not going to be run."""
    named = {*settings.required_by_name}
    for rule in there:
        if rule.info.id not in named:
            continue
        tags = {rule.info.id, rule.info.family}
        off = all(
            level_of(rule.info, part, settings) is Level.OFF
            for pack in packs
            for part in (pack.versions or (pack,))
            if rule.info.id in part.rules
        )
        if (select and not tags & set(select)) or tags & set(ignore) or off:
            name = rule.info.id
            raise UsageError(
                f"必需规则 {name} 没有被选中运行：去掉 required 里的它，或调整 --select、--ignore、"
                "级别 off",
                f"the required rule {name} is not selected: remove it from required, or change "
                "--select, --ignore or its level off",
            )


def text_needs(
    packs: Sequence[Pack], rules: Mapping[str, Sequence[Rule]], settings: Settings
) -> TextNeeds:
    """Which merchant messages keep their text: as many as the rules that are run ask for."""
    needs = {rule.info.text for chosen in rules.values() for rule in chosen}
    if MessageText.ALL in needs:
        return TextNeeds(MERCHANT, partial(pl.lit, True), "all")
    if MessageText.SUSPECTS not in needs:
        return TextNeeds((), partial(pl.lit, False), "none")
    # What a rule looks for is what it declares: a list that nobody kept texts for finds nothing.
    lists = sorted(
        {name for chosen in rules.values() for rule in chosen for name in rule.info.lists}
    )
    lexicons = [
        lexicon_of(part, settings, name)
        for pack in packs
        for part in (pack.versions or (pack,))
        for name in lists
    ]
    mark = repr([_in_order(lexicon) for lexicon in lexicons])
    return TextNeeds(MERCHANT, partial(suspects, pl.col("content"), lexicons), mark)


def _in_order(lexicon: Lexicon) -> list[tuple[str, object]]:
    """The parts of a word list, each in one order: many of them are made of sets."""
    parts = ((entry.name, getattr(lexicon, entry.name)) for entry in fields(lexicon))
    return [
        (name, sorted(part.items()) if isinstance(part, Mapping)
         else sorted(part) if isinstance(part, tuple) else part)
        for name, part in parts
    ]  # fmt: skip


def with_learned(pack: Pack, learned: Sequence[Learned]) -> Pack:
    """The pack with the points that the platform showed under this very version of it."""
    rules = dict(pack.rules)
    for name, terms in pack.rules.items():
        points = tuple(
            own.point
            for own in learned
            if (own.rule, own.pack, own.version) == (name, pack.id, pack.version)
        )
        if points and terms.anchors is not None:
            rules[name] = replace(terms, anchors=replace(terms.anchors, learned=points))
    versions = tuple(with_learned(version, learned) for version in pack.versions)
    return replace(pack, rules=rules, versions=versions)


def pack_runs(
    packs: Sequence[Pack], rules: Mapping[str, Sequence[Rule]], as_of: datetime, settings: Settings
) -> list[PackRun]:
    """A run a pack; of a series, one for each version that judges anything, the newest first.

    `rules`: of each pack and version, see `selected`.
    """
    found: list[PackRun] = []
    for pack in (with_learned(pack, settings.learned) for pack in packs):
        whole = Terms(as_of, pack, settings)
        if not pack.versions:
            found.append(PackRun(whole, tuple(rules[pack.id])))
            continue
        by_id = {version.id: version for version in pack.versions}
        for name, spans in parts_of(whole, rules).items():
            own = tuple(rule for rule in rules[name] if rule.info.id in spans)
            cut = {rule: span for rule, span in spans.items() if span != Span()}
            found.append(PackRun(Terms(as_of, by_id[name], settings, cut), own, pack))
    return found
