"""The use case: exports in, Report out. Prints nothing, reads no clock, exits never."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl

from kshop_audit import __version__
from kshop_audit.audit.completing import Whole, measured
from kshop_audit.audit.inputs import Exports, Said, read_exports
from kshop_audit.audit.notes import data_notes, inputs_of
from kshop_audit.audit.selection import Column, columns_of, selected
from kshop_audit.audit.versions import span_of
from kshop_audit.comparing.regressions import regressions
from kshop_audit.facts.suspicion import SPOKEN_LISTS, suspicious
from kshop_audit.ingest import Request, Source
from kshop_audit.ingest.files.digests import hashing
from kshop_audit.judging import verdict
from kshop_audit.judging.judge import Judged, judge, span_text
from kshop_audit.judging.muting import mute_notes, with_mutes
from kshop_audit.judging.verdict import Gate, Ruled
from kshop_audit.model.measurement import EvidenceRow, Measurement
from kshop_audit.model.metadata import Level, Pack, Text
from kshop_audit.model.moments import ZONE, shown
from kshop_audit.model.progress import Stage, Step
from kshop_audit.model.report import (
    SCHEMA,
    Action,
    ConfigRef,
    Evidence,
    PackRef,
    Report,
    Score,
    Status,
    Tool,
)
from kshop_audit.model.settings import Settings, Span, Terms, lexicon_of
from kshop_audit.packs import load_all as load_packs
from kshop_audit.plan.load import Loaded, Reject
from kshop_audit.plan.query import Wanted
from kshop_audit.rules import Rule, catalogue


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


def audit(order: Order, scratch: Path) -> Audit:
    """Run the audit. Errors of inputs and configuration raise; an error inside a rule does not."""
    return conclude(order, read(order, scratch))


def read(order: Order, scratch: Path) -> Exports:
    """The files of the order, with the text that its rules look at. They are read once, whatever
    the number of packs.
    """
    packs, rules = _chosen(order)
    keep_text = _keep_text(packs, rules, order.settings)
    return read_exports(order.inputs, scratch, order.settings, order.as_of, Said(keep_text))


def conclude(order: Order, exports: Exports) -> Audit:
    """The audit of files that were read for this order; `settings` may have been answered since."""
    packs, rules = _chosen(order)
    columns = columns_of(packs, rules, exports.as_of, order.settings)
    rows = sum(count.rows for count in exports.loaded.counts.values())
    order.inputs.watch(Step(Stage.COMPUTING, rows=rows))
    with hashing(exports.digests):
        return _audit(order, [measured(c, exports, order.wanted, mask=order.mask) for c in columns])


def _chosen(order: Order) -> tuple[tuple[Pack, ...], dict[str, tuple[Rule, ...]]]:
    packs = load_packs(order.settings.packs)
    return packs, selected(packs, order.settings, order.select, order.ignore)


def _keep_text(
    packs: Sequence[Pack], rules: Mapping[str, Sequence[Rule]], settings: Settings
) -> pl.Expr:
    """Which merchant messages keep their text: suspects, and none if no conduct rule runs."""
    if not any(rule.info.family == "conduct" for chosen in rules.values() for rule in chosen):
        return pl.lit(False)
    words = [
        word
        for pack in packs
        for part in (pack.versions or (pack,))
        for name in SPOKEN_LISTS
        for word in lexicon_of(part, settings, name).spoken
    ]
    return suspicious(pl.col("content"), list(dict.fromkeys(words)))


def _recent(paid: Mapping[date, int], terms: Terms) -> int:
    if not terms.pack.dimensions:
        return 0  # no score, so nobody asks
    days = int(str(terms.pack.score["min_paid_days"].value))
    since = (terms.end - timedelta(days=days)).date()
    return sum(count for day, count in paid.items() if day >= since)


@dataclass(frozen=True)
class _Verdicts:
    """A column, judged: its rules, and the evidence by the stem of the file that lists it."""

    whole: Whole
    judged: tuple[Judged, ...]
    ruled: Ruled
    evidence: Mapping[str, tuple[EvidenceRow, ...]]


def _judged(order: Order, whole: Whole, prefix: str) -> _Verdicts:
    terms, measured = whole.terms, whole.measured
    owed = verdict.required(
        terms.pack, _there(whole.exports.loaded, terms.settings), terms.settings
    )
    if order.not_before is not None and terms.as_of < order.not_before:
        measured = tuple(_too_old(m, terms) if m.rule in owed else m for m in measured)
    infos = [rule.info for rule in whole.column.rules]
    judged = [
        with_mutes(judge(m, info, terms), m, info, terms)
        for m, info in zip(measured, infos, strict=True)
    ]
    judged = [_shown(_leveled(j, terms), m, prefix) for j, m in zip(judged, measured, strict=True)]
    return _Verdicts(
        replace(whole, measured=measured),
        tuple(judged),
        Ruled(verdict.with_caps(judged, terms.pack), owed),
        {f"{prefix}{m.rule}": m.evidence for m in measured if m.evidence},
    )


def _audit(order: Order, wholes: Sequence[Whole]) -> Audit:
    several = len(wholes) > 1
    columns = [_judged(order, w, f"{w.column.pack.id}." if several else "") for w in wholes]
    first = columns[0]
    terms, loaded, sources = (
        first.whole.terms,
        first.whole.exports.loaded,
        first.whole.exports.sources,
    )
    paid = first.whole.by_day.get("paid")
    score = verdict.score(first.judged, None if paid is None else _recent(paid, terms), terms)
    measured = [m for column in columns for m in column.whole.measured]
    broken = any(m.failed for m in measured)
    results = tuple(result for column in columns for result in column.ruled.results)
    fallen = () if order.earlier is None else regressions(order.earlier, results)
    counted = fallen if order.fail_on_regression else ()
    gate = Gate(order.fail_on, order.min_score, counted)
    report = Report(
        schema=SCHEMA,
        tool=Tool("kshop-audit", __version__),
        packs=_refs([whole.column for whole in wholes]),
        as_of=str(shown(terms.as_of)),
        timezone=ZONE,
        shop=terms.settings.shop,
        config=ConfigRef(
            terms.settings.file, terms.settings.sha256, tuple(terms.settings.overrides)
        ),
        inputs=inputs_of(sources, loaded),
        verdict=verdict.verdict([column.ruled for column in columns], score, broken, gate),
        score=score,
        rules=results,
        actions=_actions(columns, score),
        notes=(
            *data_notes(
                sources,
                loaded,
                measured,
                default_as_of=order.as_of is None,
                mask=order.mask,
                zone=order.inputs.zone,
            ),
            *mute_notes(measured, terms),
            *_compared(order.earlier, fallen),
            *_pack_notes([column.whole.column for column in columns]),
        ),
    )
    evidence = {stem: rows for column in columns for stem, rows in column.evidence.items()}
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


def _refs(columns: Sequence[Column]) -> tuple[PackRef, ...]:
    """Every pack whose figures were used, a series before its versions."""
    packs = [pack for column in columns for pack in (column.series, column.pack) if pack]
    return tuple(dict.fromkeys(PackRef(p.id, p.version, p.sha256) for p in packs))


def _actions(columns: Sequence[_Verdicts], score: Score) -> tuple[Action, ...]:
    """What to do by the first pack, then what else the others ask for."""
    found: dict[str, Action] = {}
    for number, column in enumerate(columns):
        fixes = {rule.info.id: rule.info.fix for rule in column.whole.column.rules}
        scored = number == 0 and score.total is not None
        for action in verdict.actions(column.judged, fixes, scored, column.whole.terms):
            # Points of another pack win nothing in this score.
            if number == 0 or action.rule in _failing(column):
                found.setdefault(action.rule, action)
    return tuple(found.values())


def _failing(column: _Verdicts) -> set[str]:
    return {result.id for result in column.ruled.results if result.status is Status.FAIL}


def _pack_notes(columns: Sequence[Column]) -> Iterator[Text]:
    """What the reader must know of the choice of packs."""
    first = columns[0]
    if len(columns) > 1 and first.pack.dimensions:
        yield Text(
            zh=f"总分只按规则包 {first.pack.id} 计算；退出码看全部规则包。",
            en=f"The score is that of the pack {first.pack.id}; the exit code looks at all packs.",
        )
    for column in columns:
        for span, rules in _spans(column).items():
            pack, days = column.pack.id, span_text(span)
            zh, en = "、".join(rules), ", ".join(rules)
            yield Text(
                zh=f"统计期跨越规则版本，按事件当天的规则判定（S2-56）：{pack} {days.zh}：{zh}。",
                en="The period spans versions of the rules; each event is judged by the rule of "
                f"its day (S2-56): {pack} {days.en}: {en}.",
            )
        yield from _out_of_force(column)
    unused = first.terms.settings.unused
    if unused:
        yield Text(
            zh=f"所选规则包用不到这些配置：{'、'.join(unused)}。",
            en=f"Of no use to the chosen packs, and not used: {', '.join(unused)}.",
        )


def _out_of_force(column: Column) -> Iterator[Text]:
    """That a version was asked for by name, and judges days on which it was not in force."""
    effective, terms = column.pack.effective, column.terms
    if effective is None or column.series is not None:
        return
    last = (terms.end - timedelta(days=1)).date()
    windowed = (r.info.id for r in column.rules if terms.pack.rules[r.info.id].window_days)
    first = min((terms.since(rule).date() for rule in windowed), default=last)
    if effective.first <= first and last <= effective.last:
        return
    days = span_text(span_of(effective))
    yield Text(
        zh=f"{first} 至 {last} 里有规则包 {column.pack.id} 生效期（{days.zh}）以外的日子；"
        "要按事件当天的规则判定（S2-56），请用多版本的规则包，如 kuaishou-by-date。",
        en=f"{first} to {last} holds days on which {column.pack.id} was not in force ({days.en}); "
        "to judge each event by the rule of its day (S2-56) take a series such as "
        "kuaishou-by-date.",
    )


def _spans(column: Column) -> dict[Span, list[str]]:
    """The parts of windows that the column judges, with their rules."""
    found: dict[Span, list[str]] = {}
    for rule in column.rules:
        if span := column.terms.spans.get(rule.info.id):
            found.setdefault(span, []).append(rule.info.id)
    return found


def _too_old(measured: Measurement, terms: Terms) -> Measurement:
    return Measurement(
        measured.rule,
        reason=Text(
            zh=f"数据只到 {shown(terms.as_of)}，早于 --max-age 允许的时限，请重新导出。",
            en=f"The data end at {shown(terms.as_of)}, older than --max-age allows: export again.",
        ),
    )


def _shown(judged: Judged, measured: Measurement, prefix: str) -> Judged:
    """The result with the name of the file in which its evidence is listed, if it is."""
    if not measured.evidence or judged.result.evidence is None:
        return judged
    count = judged.result.evidence.count
    shown = sum(row.counted for row in measured.evidence)
    listed = Evidence(count, f"{prefix}{measured.rule}.csv", shown < count)
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
