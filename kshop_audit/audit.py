"""The use case: exports in, Report out. Prints nothing, reads no clock, exits never."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl

from kshop_audit import __version__, verdict
from kshop_audit.account import data_notes, inputs_of, reject_too_many
from kshop_audit.completing import Whole, completed_of
from kshop_audit.errors import InputError, UsageError
from kshop_audit.facts import Facts
from kshop_audit.facts.suspicion import SPOKEN_LISTS, suspicious
from kshop_audit.ingest import Request, Source
from kshop_audit.judge import Judged, judge
from kshop_audit.model.measurement import EvidenceRow, Measurement
from kshop_audit.model.metadata import Level, Pack, Text
from kshop_audit.model.moments import ZONE, shown
from kshop_audit.model.progress import Stage, Step
from kshop_audit.model.report import (
    SCHEMA,
    ConfigRef,
    Evidence,
    PackRef,
    Report,
    Tool,
)
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Settings, Terms, lexicon_of
from kshop_audit.muting import mute_notes, with_mutes
from kshop_audit.packs import load as load_pack
from kshop_audit.plan.load import Loaded, Reject, open_and_load
from kshop_audit.plan.measure import Wanted
from kshop_audit.plan.run import run
from kshop_audit.projection.compare import regressions
from kshop_audit.rules import Rule, catalogue
from kshop_audit.verdict import Gate


@dataclass(frozen=True)
class Order:
    """What is to be audited, and how; everything the command line knows.

    `not_before`: an as-of older than this instant is too old for the required rules (--max-age).
    `earlier`: the report to compare with; with `fail_on_regression` what is worse decides.
    `mask`: cells that could tell a person are shortened wherever they are shown.
    """

    inputs: Request
    settings: Settings
    as_of: datetime | None = None
    not_before: datetime | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str = "error"
    min_score: Decimal | None = None
    earlier: Report | None = None
    fail_on_regression: bool = False
    wanted: Wanted = field(default_factory=Wanted)
    mask: bool = True


@dataclass(frozen=True)
class Audit:
    """The report, and the rows behind it that only evidence files show."""

    report: Report
    evidence: Mapping[str, tuple[EvidenceRow, ...]]
    rejects: tuple[Reject, ...]
    sources: tuple[Source, ...]


def for_closing(order: Order) -> Order:
    """The same order for a shop that wants to close: all closure rules, each of them required."""
    closure = tuple(name for name, rule in catalogue().items() if rule.info.family == "closure")
    wanted = replace(order.settings.closing, wanted=True)
    settings = replace(order.settings, closing=wanted, required_instead=closure)
    return replace(order, settings=settings, select=("closure",))


def answered(order: Order, answers: Mapping[str, datetime | bool | int]) -> Order:
    """The same order with these facts of `[closing]`; the report lists them as overrides."""
    settings = order.settings
    closing = replace(settings.closing, **answers)  # type: ignore[arg-type]  # by key
    told = {f"closing.{name}={_told(value)}" for name, value in answers.items()}
    overrides = tuple(sorted({*settings.overrides, *told}))
    return replace(order, settings=replace(settings, closing=closing, overrides=overrides))


def _told(value: datetime | bool | int) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value).lower()


@dataclass(frozen=True)
class Exports:
    """The files of an order, read once: what else the operator says needs no second reading."""

    sources: tuple[Source, ...]
    loaded: Loaded


def audit(order: Order, scratch: Path) -> Audit:
    """Run the audit. Errors of inputs and configuration raise; an error inside a rule does not."""
    return conclude(order, read(order, scratch))


def read(order: Order, scratch: Path) -> Exports:
    """Read the files of the order, with the text that its rules look at; InputError if they are
    unreadable or too damaged.
    """
    pack = load_pack(order.settings.pack)
    keep_text = _keep_text(pack, selected(pack, order), order)
    sources, loaded = open_and_load(
        order.inputs, scratch, find_as_of=order.as_of is None, keep_text=keep_text
    )
    reject_too_many(loaded, sources, order.settings.max_bad_rows)
    return Exports(sources, loaded)


def conclude(order: Order, exports: Exports) -> Audit:
    """The audit of files that were read for this order; `settings` may have been answered since."""
    pack = load_pack(order.settings.pack)
    rules = selected(pack, order)
    sources, loaded = exports.sources, exports.loaded
    terms = Terms(_as_of(order, loaded), pack, order.settings)
    facts = Facts(loaded.tables, terms)
    rows = sum(count.rows for count in loaded.counts.values())
    order.inputs.watch(Step(Stage.COMPUTING, rows=rows))
    measured, extras = run(rules, facts, order.wanted)
    whole = Whole(
        terms=terms,
        loaded=loaded,
        sources=sources,
        by_day={name: dict(frame.iter_rows()) for name, frame in extras.items()},
        mask=order.mask,
    )
    completed = [completed_of(m, rule, whole) for m, rule in zip(measured, rules, strict=True)]
    return _audit(order, rules, completed, whole)


def _keep_text(pack: Pack, rules: Sequence[Rule], order: Order) -> pl.Expr:
    """Which merchant messages keep their text: suspects, and none if no conduct rule runs."""
    if not any(rule.info.family == "conduct" for rule in rules):
        return pl.lit(False)
    words = [
        word for name in SPOKEN_LISTS for word in lexicon_of(pack, order.settings, name).spoken
    ]
    return suspicious(pl.col("content"), words)


def selected(pack: Pack, order: Order) -> tuple[Rule, ...]:
    """The rules to run: those of the pack, by --select and --ignore (ids or families), not off."""
    known = catalogue()
    families = {rule.info.family for rule in known.values()}
    for name in (*order.select, *order.ignore):
        if name not in known and name not in families:
            raise UsageError(
                f"没有名为 {name} 的规则或规则族；用 kshop-audit rules 查看全部",
                f"unknown rule or family {name}; kshop-audit rules lists them",
            )
    for name in order.select:
        # A known rule of another pack would leave nothing to measure, which must not look fine.
        if not any(name in (rule, known[rule].info.family) for rule in pack.rules if rule in known):
            raise UsageError(
                f"规则包 {pack.id} 没有 {name}；用 kshop-audit rules --pack {pack.id} 查看",
                f"pack {pack.id} has no {name}; see kshop-audit rules --pack {pack.id}",
            )
    chosen = []
    for name in pack.rules:
        rule = known.get(name)
        if rule is None or order.settings.levels.get(name) is Level.OFF:
            continue
        tags = {name, rule.info.family}
        if (not order.select or tags & set(order.select)) and not tags & set(order.ignore):
            chosen.append(rule)
    return tuple(chosen)


def _as_of(order: Order, loaded: Loaded) -> datetime:
    if order.as_of is not None:
        return order.as_of
    if loaded.newest is not None:
        return loaded.newest
    stats = loaded.tables.frames.get(Kind.SERVICE_STATS)
    last = stats.get_column("date").max() if stats is not None and stats.height else None
    if isinstance(last, date):
        return datetime.combine(last + timedelta(days=1), time.min)
    raise InputError(
        "文件里没有任何已发生的时间，无法确定截止时刻：请用 --as-of 2026-10-31 指定",
        "no event time in the inputs, so as-of is unknown: give --as-of 2026-10-31",
    )


def _recent(paid: Mapping[date, int], terms: Terms) -> int:
    if not terms.pack.dimensions:
        return 0  # no score, so nobody asks
    days = int(str(terms.pack.score["min_paid_days"].value))
    since = (terms.end - timedelta(days=days)).date()
    return sum(count for day, count in paid.items() if day >= since)


def _audit(
    order: Order, rules: Sequence[Rule], measured: Sequence[Measurement], whole: Whole
) -> Audit:
    terms, loaded, sources = whole.terms, whole.loaded, whole.sources
    pack = terms.pack
    paid = whole.by_day.get("paid")
    paid_orders = None if paid is None else _recent(paid, terms)
    owed = verdict.required(pack, _there(loaded, terms.settings), terms.settings)
    if order.not_before is not None and terms.as_of < order.not_before:
        measured = [_too_old(m, terms) if m.rule in owed else m for m in measured]
    judged = [
        with_mutes(judge(m, rule.info, terms), m, rule.info, terms)
        for m, rule in zip(measured, rules, strict=True)
    ]
    judged = [_shown(_leveled(j, terms), m) for j, m in zip(judged, measured, strict=True)]
    score = verdict.score(judged, paid_orders, terms)
    results = verdict.with_caps(judged, pack)
    broken = any(m.failed for m in measured)
    fallen = () if order.earlier is None else regressions(order.earlier, results)
    counted = fallen if order.fail_on_regression else ()
    gate = Gate(owed, order.fail_on, order.min_score, counted)
    fixes = {rule.info.id: rule.info.fix for rule in rules}
    report = Report(
        schema=SCHEMA,
        tool=Tool("kshop-audit", __version__),
        packs=(PackRef(pack.id, pack.version, pack.sha256),),
        as_of=str(shown(terms.as_of)),
        timezone=ZONE,
        shop=terms.settings.shop,
        config=ConfigRef(
            terms.settings.file, terms.settings.sha256, tuple(terms.settings.overrides)
        ),
        inputs=inputs_of(sources, loaded),
        verdict=verdict.verdict(results, score, broken, gate),
        score=score,
        rules=results,
        actions=verdict.actions(judged, fixes, score.total is not None, terms),
        notes=(
            *_notes(order, measured, whole),
            *mute_notes(measured, terms),
            *_compared(order.earlier, fallen),
        ),
    )
    evidence = {m.rule: m.evidence for m in measured if m.evidence}
    return Audit(report, evidence, loaded.rejects, sources)


def _compared(earlier: Report | None, fallen: Sequence[str]) -> tuple[Text, ...]:
    if earlier is None:
        return ()
    named, none = ", ".join(fallen), not fallen
    return (
        Text(
            zh=f"与截至 {earlier.as_of} 的报告相比，退步的规则：{'无' if none else named}。",
            en=f"Compared with the report as of {earlier.as_of}, regressions: "
            f"{'none' if none else named}.",
        ),
    )


def _notes(order: Order, measured: Sequence[Measurement], whole: Whole) -> tuple[Text, ...]:
    return data_notes(
        whole.sources,
        whole.loaded,
        measured,
        default_as_of=order.as_of is None,
        mask=order.mask,
        zone=order.inputs.zone,
    )


def _too_old(measured: Measurement, terms: Terms) -> Measurement:
    return Measurement(
        measured.rule,
        reason=Text(
            zh=f"数据只到 {shown(terms.as_of)}，早于 --max-age 允许的时限，请重新导出。",
            en=f"The data end at {shown(terms.as_of)}, older than --max-age allows: export again.",
        ),
    )


def _shown(judged: Judged, measured: Measurement) -> Judged:
    """The result with the name of the file in which its evidence is listed, if it is."""
    if not measured.evidence or judged.result.evidence is None:
        return judged
    count = judged.result.evidence.count
    shown = sum(row.counted for row in measured.evidence)
    listed = Evidence(count, f"{measured.rule}.csv", shown < count)
    return Judged(replace(judged.result, evidence=listed), judged.points)


def _leveled(judged: Judged, terms: Terms) -> Judged:
    """Closure rules gate as soon as the shop wants to close."""
    result = judged.result
    if result.family != "closure" or not terms.settings.closing.wanted:
        return judged
    if result.id in terms.settings.levels:
        return judged
    return Judged(replace(result, level=Level.ERROR), judged.points)


def _there(loaded: Loaded, settings: Settings) -> frozenset[str]:
    found = {str(kind) for kind in loaded.tables.frames} | set(settings.declared)
    for kind, files in loaded.tables.columns.items():
        found |= {f"{kind}.{column}" for columns in files.values() for column in columns}
    return frozenset(found)
