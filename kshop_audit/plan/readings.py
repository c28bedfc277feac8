"""The figures of one rule by many definitions and on many days, in one collect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.tables import Tables
from kshop_audit.model.knowledge import added
from kshop_audit.model.measurement import DayCount, Measurement
from kshop_audit.model.metadata import Text
from kshop_audit.model.settings import Terms
from kshop_audit.plan import counting, query
from kshop_audit.plan.engine import collected, few_rows
from kshop_audit.plan.needs import lacking
from kshop_audit.rules.kit.rule import Rule
from kshop_audit.rules.kit.shapes import Quotient, Ratio, Stated, Tally

_Key = TypeVar("_Key")

TOP, BELOW = "top", "below"


def cannot_read(rule: Rule, tables: Tables) -> Text | None:
    """Which needed columns are not there; None when all are."""
    return lacking(rule.info.needs, tables)


def readings(
    rule: Rule, tables: Tables, terms: Mapping[_Key, Terms]
) -> dict[_Key, Measurement | None]:
    """Key → the rule measured on these terms, its figures and days alone; None where the rule has
    no units.
    """
    frames: dict[tuple[_Key, str], pl.LazyFrame] = {}
    shapes: dict[_Key, Ratio | Tally | None] = {}
    few = True
    for key, own in terms.items():
        facts = Facts(tables, own)
        few = few_rows(facts)
        shape = rule.measure(facts, own)
        if isinstance(shape, Stated):
            shapes[key] = None
            continue
        top = shape.numerator if isinstance(shape, Quotient) else shape
        shapes[key] = top
        frames[key, TOP] = _counts(top, rule, own)
        if isinstance(shape, Quotient):
            frames[key, BELOW] = _counts(shape.denominator, rule, own)
    found = collected(frames, few=few) if frames else {}
    return {
        key: None if shape is None else _measured(rule, shape, key, found)
        for key, shape in shapes.items()
    }


def _counts(shape: Ratio | Tally, rule: Rule, terms: Terms) -> pl.LazyFrame:
    frame = counting.counts(query.units(shape, rule.info.id, terms), shape, rule.info.id)
    return frame.filter(pl.col("code") >= query.HIT)


def _measured(
    rule: Rule,
    shape: Ratio | Tally,
    key: _Key,
    found: Mapping[tuple[_Key, str], pl.DataFrame],
) -> Measurement:
    top = _days(found[key, TOP].to_dicts())
    parted = (key, BELOW) in found
    below = _days(found[key, BELOW].to_dicts()) if parted else ()
    return within(
        Measurement(
            rule.info.id,
            days=top,
            days_below=below,
            population=parted,
            tally=isinstance(shape, Tally),
            offence=isinstance(shape, Ratio) and shape.offence,
            each=shape.each if isinstance(shape, Tally) else None,
            scale=rule.info.scale,
            gap=shape.gaps,
        ),
        None,
    )


def _days(rows: Sequence[Mapping[str, Any]]) -> tuple[DayCount, ...]:
    found: dict[date | None, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["day"], []).append(row)
    return tuple(
        DayCount(
            day,
            sum(row["numerator"] for row in own),
            sum(row["denominator"] for row in own),
            query.doubts_of({row["code"]: row["units"] for row in own}),
        )
        for day, own in sorted(found.items(), key=lambda entry: (entry[0] is None, entry[0]))
    )


def within(measured: Measurement, first: date | None) -> Measurement:
    """The figures of the days from `first` on; what has no day may be of any."""

    def inside(days: Sequence[DayCount]) -> tuple[DayCount, ...]:
        return tuple(own for own in days if first is None or own.day is None or own.day >= first)

    top, below = inside(measured.days), inside(measured.days_below)
    base = below if measured.population else top
    return replace(
        measured,
        days=top,
        days_below=below,
        numerator=sum(own.numerator for own in top),
        denominator=sum(own.denominator for own in base),
        doubts=added(*(own.doubts for own in top)),
        below=added(*(own.doubts for own in below)),
    )
