"""Composes the selected rules into one plan, runs it, and hands back plain figures.

The only place that catches a rule's error: that rule has no verdict then, the others stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.messages import fold
from kshop_audit.model.kinds import KIND_NAMES, SUPPLIERS
from kshop_audit.model.measurement import DayCount, EvidenceRow, Measurement, SliceCount
from kshop_audit.model.metadata import EXCLUSIONS, Text
from kshop_audit.model.report import Finding
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.plan import measure
from kshop_audit.plan.measure import Wanted
from kshop_audit.rules.rule import Measured, Rule
from kshop_audit.rules.shapes import Findings, Quotient, Ratio, Shape, Stated, Tally
from kshop_audit.tables import AT, FILE, IDS, ROW

BELOW = "/denominator"
"""Suffix under which the denominator's population of a Quotient is collected."""


@dataclass
class Query:
    """The lazy frames of one rule; `totals` and `days` have the same shape for all rules."""

    rule: Rule
    shape: Shape
    totals: list[pl.LazyFrame] = field(default_factory=list)
    days: list[pl.LazyFrame] = field(default_factory=list)
    slices: list[pl.LazyFrame] = field(default_factory=list)
    findings: pl.LazyFrame | None = None
    evidence: pl.LazyFrame | None = None
    reasons: pl.LazyFrame | None = None

    def frames(self) -> list[pl.LazyFrame]:
        """All of them."""
        single = (self.findings, self.evidence, self.reasons)
        return [*self.totals, *self.days, *self.slices, *(f for f in single if f is not None)]


def run(
    rules: Sequence[Rule], facts: Facts, wanted: Wanted
) -> tuple[tuple[Measurement, ...], Mapping[str, pl.DataFrame]]:
    """Measure the rules. Also returns the daily counts of rows and the paid orders (`extras`)."""
    measured: dict[str, Measurement] = {}
    queries: list[Query] = []
    facts = _settled(rules, facts)
    for rule in rules:
        missing = missing_needs(rule, facts)
        if missing:
            measured[rule.info.id] = Measurement(rule.info.id, reason=missing)
            continue
        try:
            query = _query(rule, rule.measure(facts, facts.terms), facts.terms, wanted)
            for frame in query.frames():
                frame.collect_schema()
        except Exception as error:  # noqa: BLE001  one rule's fault must not cost the others
            measured[rule.info.id] = _broken(rule, error)
            continue
        queries.append(query)
    extras = _extras(facts)
    measured |= _collected(queries, facts, extras)
    return tuple(measured[rule.info.id] for rule in rules), extras.results


def _settled(rules: Sequence[Rule], facts: Facts) -> Facts:
    """Facts of which the shared frames that these rules ask for are computed, each once.

    Left to the optimiser, a frame that several rules look at is computed again for some of them.
    """
    probe, settled = Facts(facts.tables, facts.terms), Facts(facts.tables, facts.terms)
    for rule in rules:
        if missing_needs(rule, facts) is None:
            with suppress(Exception):  # told again, by name, when the rule is measured
                rule.measure(probe, facts.terms)
    for wave in probe.touched():
        with suppress(Exception):  # the same
            lazy = [getattr(settled, name) for name in wave]
            for name, frame in zip(wave, pl.collect_all(lazy, engine="streaming"), strict=True):
                settled.settle(name, frame)
    return settled


def missing_needs(rule: Rule, facts: Facts) -> Text | None:
    """Which needed columns are not there, and which export has them; None when all are."""
    lacking = [need for need in rule.info.needs if not _there(need, facts)]
    if not lacking:
        return None
    choices = [Kind(choice.split(".")[0]) for need in lacking for choice in need.split("|")]
    kinds = list(dict.fromkeys(choices))
    first = dict.fromkeys(Kind(need.split(".")[0]) for need in lacking)
    absent = [kind for kind in first if kind not in facts.tables.frames]
    columns = "、".join(need.replace("|", " / ") for need in lacking)
    if absent:
        kinds = [kind for kind in kinds if kind not in facts.tables.frames]
        zh = f"没有{'、'.join(KIND_NAMES[kind].zh for kind in absent)}文件"
        en = f"no {', '.join(KIND_NAMES[kind].en for kind in absent)} file"
    else:
        zh, en = f"缺少列 {columns}", f"columns missing: {columns.replace('、', ', ')}"
    supplier_zh = "；".join(SUPPLIERS[kind].zh for kind in kinds)
    supplier_en = "; ".join(SUPPLIERS[kind].en for kind in kinds)
    return Text(zh=f"{zh}。{supplier_zh}", en=f"{en}. {supplier_en}")


def _there(need: str, facts: Facts) -> bool:
    choices: dict[Kind, list[str]] = {}
    for choice in need.split("|"):
        kind, column = choice.split(".", 1)
        choices.setdefault(Kind(kind), []).append(column)
    return any(facts.tables.has_one_of(kind, names) for kind, names in choices.items())


def _broken(rule: Rule, error: BaseException) -> Measurement:
    detail = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    return Measurement(
        rule.info.id,
        failed=True,
        reason=Text(zh=f"internal error（内部错误）：{detail}", en=f"internal error: {detail}"),
    )


def _query(rule: Rule, shape: Shape, terms: Terms, wanted: Wanted) -> Query:
    name, query = rule.info.id, Query(rule, shape)
    if isinstance(shape, Stated):
        return query
    top = shape.numerator if isinstance(shape, Quotient) else shape
    frame = measure.units(top, name, terms)
    query.totals.append(measure.totals(frame, name))
    if top.at:
        query.days.append(measure.days(frame, name, top.at))
    if isinstance(shape, Quotient):
        below = measure.units(shape.denominator, name, terms)
        query.totals.append(measure.totals(below, name + BELOW))
        if shape.denominator.at:
            query.days.append(measure.days(below, name + BELOW, shape.denominator.at))
        if shape.reasons:
            query.reasons = _unknown_reasons(frame, shape.reasons, terms)
    query.slices = measure.slices(frame, name, top.by, wanted)
    if top.findings is not None:
        query.findings = measure.findings(frame, top.findings)
    if wanted.evidence:
        query.evidence = measure.evidence(frame, top, wanted.evidence_limit)
    return query


def _unknown_reasons(frame: pl.LazyFrame, columns: tuple[str, str], terms: Terms) -> pl.LazyFrame:
    folded, told = columns
    known = [fold(w) for w in (*terms.words("quality_reasons"), *terms.words("other_reasons"))]
    counted = pl.col(measure.CODE).is_in((measure.HIT, measure.MISS))
    return (
        frame.filter(counted & pl.col(told).is_not_null() & ~pl.col(folded).is_in(known))
        .group_by(pl.col(told).alias("text"))
        .agg(rows=pl.len())
        .sort("rows", "text", descending=[True, False])
    )


@dataclass
class _Extras:
    """Small frames that belong to no rule: rows a day of chats and orders, paid orders."""

    frames: dict[str, pl.LazyFrame]
    results: dict[str, pl.DataFrame] = field(default_factory=dict)


def _extras(facts: Facts) -> _Extras:
    frames: dict[str, pl.LazyFrame] = {}
    for kind, at in ((Kind.CHATS, "sent_at"), (Kind.ORDERS, "created_at")):
        if facts.tables.has(kind, at):
            day = pl.col(at).dt.date()
            rows = facts.tables.rows(kind).filter(pl.col(at).is_not_null())
            frames[kind] = rows.group_by(day=day).agg(rows=pl.len()).sort("day")
    if facts.tables.has(Kind.ORDERS, "paid_at"):
        paid = facts.orders.filter(pl.col("paid_at") <= facts.terms.as_of)
        frames["paid"] = paid.group_by(day=pl.col("paid_at").dt.date()).agg(rows=pl.len())
    return _Extras(frames)


def _collected(queries: list[Query], facts: Facts, extras: _Extras) -> dict[str, Measurement]:
    """One collect for everything; if it fails, rule by rule, to find the culprit."""
    try:
        return _collect(queries, facts, extras)
    except Exception:  # noqa: BLE001  found again below, by name
        results = _collect([], facts, extras)
        for query in queries:
            try:
                results |= _collect([query], facts, _Extras({}))
            except Exception as error:  # noqa: BLE001
                results[query.rule.info.id] = _broken(query.rule, error)
        return results


def _collect(queries: list[Query], facts: Facts, extras: _Extras) -> dict[str, Measurement]:
    def stacked(parts: Iterable[pl.LazyFrame]) -> list[pl.LazyFrame]:
        frames = list(parts)
        return [pl.concat(frames)] if frames else []

    groups = {
        "totals": stacked(frame for query in queries for frame in query.totals),
        "days": stacked(frame for query in queries for frame in query.days),
        "slices": stacked(frame for query in queries for frame in query.slices),
    }
    singles = {
        (query.rule.info.id, name): frame
        for query in queries
        for name in ("findings", "evidence", "reasons")
        if (frame := getattr(query, name)) is not None
    }
    flat = [frame for frames in groups.values() for frame in frames]
    collected = iter(
        pl.collect_all([*flat, *singles.values(), *extras.frames.values()], engine="streaming")
    )
    chats = facts.tables.frames.get(Kind.CHATS)
    tables = {name: next(collected) if frames else None for name, frames in groups.items()}
    own = {key: next(collected) for key in singles}
    extras.results = {name: next(collected) for name in extras.frames}
    return {
        query.rule.info.id: _measurement(query, facts.terms, tables, own, chats)
        for query in queries
    }


def _measurement(
    query: Query,
    terms: Terms,
    tables: Mapping[str, pl.DataFrame | None],
    own: Mapping[tuple[str, str], pl.DataFrame],
    chats: pl.DataFrame | None,
) -> Measurement:
    name, shape = query.rule.info.id, query.shape
    if isinstance(shape, Stated):
        return _stated(name, shape)
    top = _rows(tables["totals"], name)[0]
    ratio = shape.numerator if isinstance(shape, Quotient) else shape
    listed = _findings(own.get((name, "findings")), ratio.findings, chats)
    quotient = isinstance(shape, Quotient)
    below = _rows(tables["totals"], name + BELOW)[0] if quotient else top
    result = Measurement(
        name,
        numerator=top["numerator"],
        denominator=below["denominator"],
        unknown=top["unknown"],
        excluded={key: top[key] for key in EXCLUSIONS if top[key]} if not quotient else {},
        days=_days(tables["days"], name + (BELOW if quotient else "")),
        slices=_slices(tables["slices"], name),
        findings=listed,
        evidence=_evidence(own.get((name, "evidence")), ratio.proof.looked_up, chats),
        against=top["against"],
        offence=isinstance(ratio, Ratio) and ratio.offence,
        tally=isinstance(shape, Tally),
        population=quotient,
        unmapped=_reasons(own.get((name, "reasons"))),
        window=terms.pack.rules[name].window_days is not None,
        notes=shape.notes,
        unknown_hides=isinstance(ratio, Ratio) and ratio.unknown_hides,
        scale=query.rule.info.scale,
        each=shape.each if isinstance(shape, Tally) else None,
        unmapped_columns=ratio.unmapped,
        gap=ratio.gaps,
        declared=ratio.declared,
    )
    return _concluded(query.rule, result, terms)


def _stated(name: str, shape: Stated) -> Measurement:
    return Measurement(
        name,
        numerator=shape.numerator,
        denominator=shape.denominator,
        findings=shape.findings,
        status=shape.status,
        reason=shape.reason,
        notes=shape.notes,
        count=True,
        window=False,
        gap="none",
    )


def _concluded(rule: Rule, result: Measurement, terms: Terms) -> Measurement:
    if rule.conclude is None:
        return result
    told = rule.conclude(
        Measured(result.numerator, result.denominator, result.unknown, result.findings), terms
    )
    return replace(
        result,
        numerator=result.numerator if told.numerator is None else told.numerator,
        findings=result.findings if told.findings is None else told.findings,
        status=told.status,
        instead=told.instead,
        value=told.value,
        count=told.count,
        reason=told.reason or result.reason,
        notes=(*result.notes, *told.notes),
    )


def _rows(frame: pl.DataFrame | None, rule: str) -> list[dict[str, Any]]:
    return [] if frame is None else frame.filter(pl.col("rule") == rule).to_dicts()


def _days(frame: pl.DataFrame | None, rule: str) -> tuple[DayCount, ...]:
    rows = sorted(_rows(frame, rule), key=lambda row: row["day"])
    return tuple(DayCount(row["day"], row["numerator"], row["denominator"]) for row in rows)


def _slices(frame: pl.DataFrame | None, rule: str) -> dict[str, tuple[SliceCount, ...]]:
    found: dict[str, list[SliceCount]] = {}
    for row in sorted(_rows(frame, rule), key=lambda row: (row["dimension"], row["key"])):
        entry = SliceCount(row["key"], row["numerator"], row["denominator"])
        found.setdefault(row["dimension"], []).append(entry)
    return {name: tuple(entries) for name, entries in found.items()}


def _findings(
    frame: pl.DataFrame | None, wanted: Findings | None, chats: pl.DataFrame | None
) -> tuple[Finding, ...]:
    if frame is None or wanted is None:
        return ()
    if wanted.looked_up and chats is not None:
        ids = _ids(frame, wanted.looked_up, chats)
        frame = pl.concat([ids, frame.drop(AT)], how="horizontal")
        frame = measure.sorted_findings(frame, wanted)
    if wanted.limit is not None:
        frame = frame.head(wanted.limit)
    return tuple({key: _plain(value) for key, value in row.items()} for row in frame.to_dicts())


def _ids(frame: pl.DataFrame, names: tuple[str, ...], chats: pl.DataFrame) -> pl.DataFrame:
    """The ids of the chat rows that the frame names by AT; null where the chats lack the column."""
    places = frame.get_column(AT)
    return pl.DataFrame(
        {
            name: chats.get_column(name).gather(places)
            if name in chats.columns
            else pl.Series([None] * len(places), dtype=pl.String)
            for name in names
        }
    )


def _plain(value: Any) -> str | int | bool | None:
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return value  # type: ignore[no-any-return]  # text, whole number, Boolean or nothing


def _evidence(
    frame: pl.DataFrame | None, looked_up: tuple[str, ...], chats: pl.DataFrame | None
) -> tuple[EvidenceRow, ...]:
    if frame is not None and looked_up and chats is not None:
        frame = frame.with_columns(_ids(frame, looked_up, chats))
    rows = [] if frame is None else frame.to_dicts()
    return tuple(
        EvidenceRow(
            ids={key: row[key] for key in IDS if row[key] is not None},
            file=row[FILE],
            row=row[ROW],
            deadline=row["deadline"],
            actual=row["actual"],
            late_seconds=row["late_seconds"],
            why=row["why"],
            cost_fen=row["cost_fen"],
        )
        for row in rows
    )


def _reasons(frame: pl.DataFrame | None) -> dict[str, int]:
    return {} if frame is None else {row["text"]: row["rows"] for row in frame.to_dicts()}
