"""From collected frames to the plain figures of each rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

import polars as pl

from kshop_audit.facts.tables import Tables
from kshop_audit.model.due import DueUnit
from kshop_audit.model.frozen import frozen
from kshop_audit.model.measurement import (
    DayCount,
    EvidenceRow,
    Measurement,
    MuteCount,
    OpenUnits,
    SliceCount,
    Sums,
)
from kshop_audit.model.metadata import EXCLUSIONS, RuleInfo
from kshop_audit.model.report import Finding
from kshop_audit.model.schema import IDS, Kind
from kshop_audit.model.settings import Terms
from kshop_audit.plan import dues
from kshop_audit.plan.counting import LEAST, MOST, days, totals
from kshop_audit.plan.query import (
    HIT,
    MISS,
    MUTED,
    PENDING,
    SPARED,
    doubts_of,
    sorted_findings,
)
from kshop_audit.rules.kit.evidence import Findings
from kshop_audit.rules.kit.rule import Measured, Rule
from kshop_audit.rules.kit.shapes import Quotient, Ratio, Shape, Stated, Tally
from kshop_audit.tables import AT, FILE, ROW

_ByRule = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rule → rows of a small table of all rules."""

BELOW = "/denominator"
"""Suffix under which the denominator's population of a Quotient is collected."""


@frozen(slots=False)
class Collected:
    """What one collect brought: frames of all rules, and those that one rule alone has.

    `counts`, `slices`: see `measure`; None where no rule has any. `own`: (rule, what) → frame of
    findings, evidence and reasons; `tables`: where the ids of the rows shown are looked up.
    """

    counts: pl.DataFrame | None
    slices: pl.DataFrame | None
    own: Mapping[tuple[str, str], pl.DataFrame]
    tables: Tables

    @cached_property
    def totals(self) -> _ByRule:
        """See `measure.totals`."""
        return _by_rule(None if self.counts is None else totals(self.counts))

    @cached_property
    def days(self) -> _ByRule:
        """See `measure.days`."""
        return _by_rule(None if self.counts is None else days(self.counts))

    @cached_property
    def segments(self) -> _ByRule:
        """See `measure.slices`."""
        return _by_rule(self.slices)


def _by_rule(frame: pl.DataFrame | None) -> _ByRule:
    """The rows of each rule: sought one by one, they would be filtered for each rule."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in () if frame is None else frame.iter_rows(named=True):
        found.setdefault(row["rule"], []).append(row)
    return found


class _Total(NamedTuple):
    """All units of a rule; `units`: code → how many."""

    numerator: int
    denominator: int
    against: int
    units: Mapping[int, int]


def measurement(
    name: str, rule: Rule, shape: Shape, terms: Terms, collected: Collected
) -> Measurement:
    """The figures of one rule, collected under `name`."""
    own, tables = collected.own, collected.tables
    if isinstance(shape, Stated):
        return _stated(rule.info, shape, terms)
    top = _total(collected.totals.get(name, ()))
    ratio = shape.numerator if isinstance(shape, Quotient) else shape
    listed = _findings(own.get((name, "findings")), ratio.findings, tables)
    quotient = isinstance(shape, Quotient)
    below = _total(collected.totals.get(name + BELOW, ())) if quotient else top
    excluded = _excluded(top.units)
    result = Measurement(
        rule.info.id,
        numerator=top.numerator,
        denominator=below.denominator,
        doubts=doubts_of(top.units),
        below=doubts_of(below.units) if quotient else {},
        excluded={} if quotient else excluded,
        days=_days(name, collected),
        days_below=_days(name + BELOW, collected) if quotient else (),
        undecided=_undecided(collected.days.get(name, ())),
        no_days=rule.info.no_days,
        slices=_slices(collected.segments.get(name, ())),
        findings=listed,
        evidence=_evidence(own.get((name, "evidence")), ratio.evidence.looked_up, tables),
        against=top.against,
        tally=isinstance(shape, Tally),
        population=quotient,
        unmapped=_reasons(own.get((name, "reasons"))),
        window=terms.pack.rules[rule.info.id].window_days is not None,
        notes=shape.notes,
        scale=rule.info.scale,
        sums=_sums(name, shape, collected),
        amounts=_amounts(own.get((name, "amounts"))),
        slowest=_slowest(own.get((name, "slowest"))),
        grace=ratio.grace if isinstance(ratio, Ratio) else timedelta(0),
        each=shape.each if isinstance(shape, Tally) else None,
        unmapped_columns=ratio.unmapped,
        gap=ratio.gaps,
        declared=ratio.declared,
        muted=top.units.get(MUTED, 0),
        mutes=_mutes(own.get((name, "mutes"))),
    )
    if isinstance(ratio, Ratio):
        result = _of_ratio(result, ratio, own.get((name, "dues")), tables)
    return _concluded(rule, result, terms)


def _excluded(units: Mapping[int, int]) -> dict[str, int]:
    """Reason → units; those that a mute will take out once they count are still pending."""
    found = dict(units)
    if SPARED in found:
        found[PENDING] = found.get(PENDING, 0) + found[SPARED]
    return {key: found[code] for code, key in enumerate(EXCLUSIONS) if code in found}


def _of_ratio(
    result: Measurement, ratio: Ratio, waiting: pl.DataFrame | None, tables: Tables
) -> Measurement:
    """The figures with what only a Ratio says of its units."""
    return replace(
        result,
        limit=ratio.limit,
        offence=ratio.offence,
        unknown_hides=ratio.unknown_hides,
        keyless=ratio.keyless,
        side=ratio.side,
        unsettled=ratio.unsettled,
        wanting=ratio.wanting,
        instead=ratio.instead,
        due=dues.found(waiting, ratio, tables),
        due_kinds=tuple(ratio.due),
    )


def _stated(info: RuleInfo, shape: Stated, terms: Terms) -> Measurement:
    return Measurement(
        info.id,
        numerator=shape.numerator,
        denominator=shape.denominator,
        findings=shape.findings,
        status=shape.status,
        reason=shape.reason,
        notes=shape.notes,
        count=True,
        window=False,
        gap="none",
        due=_step(info, shape.next_step, terms),
    )


def _step(info: RuleInfo, at: datetime | None, terms: Terms) -> tuple[DueUnit, ...]:
    """The next step of a rule that has one, as something that is due."""
    if at is None or not info.due:
        return ()
    kind, _ = info.due[0]
    return (DueUnit(kind, at, late=at < terms.as_of, certain=True, ids={}),)


def _concluded(rule: Rule, result: Measurement, terms: Terms) -> Measurement:
    if rule.conclude is None:
        return result
    own = rule.conclude(
        Measured(result.numerator, result.denominator, result.unknown, result.findings), terms
    )
    return replace(
        result,
        numerator=result.numerator if own.numerator is None else own.numerator,
        findings=result.findings if own.findings is None else own.findings,
        status=own.status,
        instead={**result.instead, **own.instead},
        concluded=frozenset(own.instead),
        value=own.value,
        bounds=own.bounds,
        count=own.count,
        reason=own.reason or result.reason,
        notes=(*result.notes, *own.notes),
        due=(*result.due, *_step(rule.info, own.next_step, terms)),
    )


def _total(rows: Sequence[Mapping[str, Any]]) -> _Total:
    numerator, denominator, against = (
        sum(row[name] for row in rows) for name in ("numerator", "denominator", "against")
    )
    return _Total(numerator, denominator, against, {row["code"]: row["units"] for row in rows})


def _days(name: str, collected: Collected) -> tuple[DayCount, ...]:
    """The figure by natural days, oldest first; what has no day of its own stands at the end."""
    ends = {
        end: {row["day"]: row["numerator"] for row in _counted(collected.days.get(name + end, ()))}
        for end in (LEAST, MOST)
    }
    found: dict[date | None, list[Mapping[str, Any]]] = {}
    for row in collected.days.get(name, ()):
        if row["code"] != PENDING:
            found.setdefault(row["day"], []).append(row)
    days = []
    for day in sorted(found, key=lambda day: (day is None, day)):
        rows = found[day]
        low, high = (ends[end].get(day) for end in (LEAST, MOST))
        days.append(
            DayCount(
                day,
                sum(row["numerator"] for row in rows),
                sum(row["denominator"] for row in rows),
                doubts_of({row["code"]: row["units"] for row in rows}),
                Sums(low, high, 0) if low is not None and high is not None else None,
            )
        )
    return tuple(days)


def _counted(rows: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    return [row for row in rows if row["code"] in (HIT, MISS)]


def _undecided(rows: Sequence[Mapping[str, Any]]) -> tuple[OpenUnits, ...]:
    return tuple(
        OpenUnits(row["day"], row["units"], row["first"], row["last"])
        for row in rows
        if row["code"] == PENDING and row["day"] is not None
    )


def _slices(rows: Sequence[Mapping[str, Any]]) -> dict[str, tuple[SliceCount, ...]]:
    found: dict[str, list[SliceCount]] = {}
    for row in sorted(rows, key=lambda row: (row["dimension"], row["key"])):
        entry = SliceCount(row["key"], row["numerator"], row["denominator"])
        found.setdefault(row["dimension"], []).append(entry)
    return {name: tuple(entries) for name, entries in found.items()}


def _findings(
    frame: pl.DataFrame | None, wanted: Findings | None, tables: Tables
) -> tuple[Finding, ...]:
    if frame is None or wanted is None:
        return ()
    if wanted.looked_up and Kind.CHATS in tables.frames:
        ids = _ids(frame, wanted.looked_up, tables)
        frame = pl.concat([ids, frame.drop(AT)], how="horizontal")
        frame = sorted_findings(frame, wanted)
    if wanted.limit is not None:
        frame = frame.head(wanted.limit)
    return tuple({key: _plain(value) for key, value in row.items()} for row in frame.to_dicts())


def _ids(frame: pl.DataFrame, names: tuple[str, ...], tables: Tables) -> pl.DataFrame:
    """The ids of the chat rows that the frame names by AT; null where the chats lack the column."""
    places = frame.get_column(AT)
    return pl.DataFrame({name: tables.texts(Kind.CHATS, name, places) for name in names})


def _plain(value: Any) -> str | int | bool | None:
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return value  # type: ignore[no-any-return]  # text, whole number, Boolean or nothing


def _evidence(
    frame: pl.DataFrame | None, looked_up: tuple[str, ...], tables: Tables
) -> tuple[EvidenceRow, ...]:
    if frame is not None and looked_up and Kind.CHATS in tables.frames:
        frame = frame.with_columns(_ids(frame, looked_up, tables))
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
            counted=row["counted"],
        )
        for row in rows
    )


def _mutes(frame: pl.DataFrame | None) -> tuple[MuteCount, ...]:
    rows = [] if frame is None else frame.sort("index").to_dicts()
    return tuple(MuteCount(row["index"], row["units"], row["against"]) for row in rows)


def _sums(name: str, shape: Shape, collected: Collected) -> Sums | None:
    if not isinstance(shape, Tally) or shape.least is None:
        return None
    low, high = (_total(collected.totals.get(name + end, ())) for end in (LEAST, MOST))
    return Sums(low.numerator, high.numerator, low.denominator)


def _amounts(frame: pl.DataFrame | None) -> tuple[tuple[int, int, int], ...]:
    return () if frame is None else tuple(frame.select("least", "most", "units").iter_rows())


def _slowest(frame: pl.DataFrame | None) -> tuple[int, ...]:
    return () if frame is None else tuple(sorted(frame["amount"].to_list(), reverse=True))


def _reasons(frame: pl.DataFrame | None) -> dict[str, int]:
    return {} if frame is None else {row["text"]: row["rows"] for row in frame.to_dicts()}
