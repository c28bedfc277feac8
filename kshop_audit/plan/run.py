"""Composes the selected rules into one plan, runs it, and hands back plain figures.

The only place that catches a rule's error: that rule has no verdict then, the others stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial

import polars as pl

from kshop_audit.facts import Facts, days
from kshop_audit.facts.orders import orders
from kshop_audit.facts.text import fold
from kshop_audit.model.measurement import Measurement, MutesOver
from kshop_audit.model.metadata import Text
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.plan import counting, dues, query
from kshop_audit.plan.engine import collected, computing, few_rows
from kshop_audit.plan.mutes import Left, expiries, predicates
from kshop_audit.plan.needs import absent_notes, lacking
from kshop_audit.plan.query import Wanted
from kshop_audit.plan.results import BELOW, Collected, measurement
from kshop_audit.plan.turning import UnitEdit, with_units
from kshop_audit.rules.kit.rule import Rule
from kshop_audit.rules.kit.shapes import Quotient, Ratio, Shape, Stated, Tally

LANES = 4
"""So many rules are built at a time: one may wait for a shared frame that another has asked for,
and the engine computes two frames in less time than one after the other.
"""

_EXTRA = "/extra"
UNMUTED = "/unmuted"
"""Suffix under which a rule with mutes is collected without them."""
SINGLE = ("findings", "evidence", "reasons", "mutes", "dues", "amounts", "slowest")
"""The frames of a rule that differ in shape from those of others."""


@dataclass
class RuleQuery:
    """The lazy frames of one rule; `counts` and `slices` have the same shape for all rules."""

    name: str
    rule: Rule
    shape: Shape
    counts: list[pl.LazyFrame] = field(default_factory=list)
    slices: list[pl.LazyFrame] = field(default_factory=list)
    findings: pl.LazyFrame | None = None
    evidence: pl.LazyFrame | None = None
    reasons: pl.LazyFrame | None = None
    mutes: pl.LazyFrame | None = None
    dues: pl.LazyFrame | None = None
    amounts: pl.LazyFrame | None = None
    slowest: pl.LazyFrame | None = None


Edits = Mapping[str, Sequence[UnitEdit]]
"""Rule → units of it that are taken for something else."""


def run(
    rules: Sequence[Rule],
    facts: Facts,
    wanted: Wanted,
    edits: Edits | None = None,
) -> tuple[tuple[Measurement, ...], Mapping[str, pl.DataFrame]]:
    """Measure the rules. Also returns the daily counts of rows and the paid orders (`extras`)."""
    measured: dict[str, Measurement] = {}
    queries: list[RuleQuery] = []
    facts = computing(facts)
    lanes = ThreadPoolExecutor(LANES)
    try:
        of_rules = lanes.map(lambda rule: _built(rule, facts, wanted, edits or {}), rules)
        for rule, built in zip(rules, of_rules, strict=True):
            if isinstance(built, Measurement):
                measured[rule.info.id] = built
            else:
                queries += built
    finally:
        lanes.shutdown(wait=False, cancel_futures=True)  # who stops the run does not wait for it
    extras = _extras(facts)
    found = _collected(queries, facts, extras)
    for rule in rules:
        if rule.info.id in found:
            measured[rule.info.id] = _with_mutes(rule.info.id, found, facts.terms)
    return tuple(_noted(measured[rule.info.id], rule, facts) for rule in rules), extras.results


def _with_mutes(rule: str, found: Mapping[str, Measurement], terms: Terms) -> Measurement:
    """The measurement of a rule with what it says without mutes, and without those that expire."""
    own = found[rule]
    if rule + UNMUTED not in found:
        return own
    everything = frozenset(terms.mutes(rule))

    def without(left: Left) -> Measurement:
        return own if left == everything else found[rule + _suffix(left)]

    return replace(
        own,
        unmuted=found[rule + UNMUTED] if own.muted else None,
        expiring=tuple(
            MutesOver(over.until, without(over.left), without(over.usual))
            for over in expiries(rule, terms)
        ),
    )


def _suffix(left: Left) -> str:
    """Under which a rule is collected with these of its mutes alone."""
    return "/".join((UNMUTED, *map(str, sorted(left))))


def _built(rule: Rule, facts: Facts, wanted: Wanted, edits: Edits) -> list[RuleQuery] | Measurement:
    """The queries of a rule, or why it has none."""
    missing = missing_needs(rule, facts)
    if missing:
        return Measurement(rule.info.id, reason=missing)
    try:
        shape = with_units(rule.measure(facts, facts.terms), edits.get(rule.info.id, ()))
        own = _queries(rule, shape, facts, wanted)
    except Exception as error:  # noqa: BLE001  one rule's fault must not cost the others
        return _broken(rule, error)
    return own


def _noted(measured: Measurement, rule: Rule, facts: Facts) -> Measurement:
    """The measurement with what it means without the optional columns that are not there."""
    if measured.denominator is None:
        return measured  # nothing was counted
    notes = absent_notes(rule.info.absent, facts.tables)
    return replace(measured, notes=(*measured.notes, *notes)) if notes else measured


def missing_needs(rule: Rule, facts: Facts) -> Text | None:
    """Which needed columns are not there, and which export has them; None when all are."""
    return lacking(rule.info.needs, facts.tables)


def _broken(rule: Rule, error: BaseException) -> Measurement:
    detail = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    return Measurement(
        rule.info.id,
        failed=True,
        reason=Text(zh=f"internal error（内部错误）：{detail}", en=f"internal error: {detail}"),
    )


def _queries(rule: Rule, shape: Shape, facts: Facts, wanted: Wanted) -> list[RuleQuery]:
    """The queries of a rule; where mutes are looked for also one that knows none of them, and
    those that know only the mutes of a coming day.
    """
    terms, tables = facts.terms, facts.tables
    mutes = terms.mutes(rule.info.id)
    asked = _query(rule, shape, terms, wanted, partial(predicates, mutes=mutes, tables=tables))
    if asked.mutes is None:
        return [asked]
    kept = {left for over in expiries(rule.info.id, terms) for left in (over.left, over.usual)}
    queries = [asked]
    for left in sorted({frozenset(), *kept} - {frozenset(mutes)}, key=sorted):
        own = {index: mutes[index] for index in left}
        muting = partial(predicates, mutes=own, tables=tables)
        queries.append(_query(rule, shape, terms, Wanted(), muting, _suffix(left)))
    return queries


def _query(
    rule: Rule,
    shape: Shape,
    terms: Terms,
    wanted: Wanted,
    muting: Callable[[Ratio | Tally], dict[int, pl.Expr]] = lambda _: {},
    suffix: str = "",
) -> RuleQuery:
    """Everything that is collected of a rule, under its id and the suffix.

    `muting`: the predicates of the mutes over a population.
    """
    name = rule.info.id + suffix
    asked = RuleQuery(name, rule, shape)
    if isinstance(shape, Stated):
        return asked
    top = shape.numerator if isinstance(shape, Quotient) else shape
    mutes = muting(top)
    frame = query.units(top, rule.info.id, terms, _any(mutes))
    if mutes:
        asked.mutes = query.muted_counts(frame, top, mutes)
    asked.counts.append(counting.counts(frame, top, name))
    if isinstance(shape, Quotient):
        # What is left out above must not be counted below, where that is known.
        same = {i: mute for i, mute in muting(shape.denominator).items() if i in mutes}
        below = query.units(shape.denominator, rule.info.id, terms, _any(same))
        asked.counts.append(counting.counts(below, shape.denominator, name + BELOW))
        if shape.reasons:
            asked.reasons = _unknown_reasons(frame, shape.reasons, terms)
    if isinstance(top, Tally):
        asked.amounts = query.amounts(frame, top)
        asked.slowest = query.slowest(frame, rule.info)
        for end, amount in counting.ends(top).items():
            ended = query.units(amount, rule.info.id, terms, _any(mutes))
            asked.counts.append(counting.counts(ended, amount, name + end))
    if isinstance(top, Ratio) and not suffix:
        asked.dues = dues.frame(frame, top, rule.info, terms, wanted.within, _any(mutes))
    asked.slices = query.slices(frame, name, top.by, wanted)
    if top.findings is not None:
        asked.findings = query.findings(frame, top.findings)
    if wanted.evidence or wanted.heat:
        limit = wanted.evidence_limit if wanted.evidence else query.UNITS
        asked.evidence = query.evidence(frame, top, limit, muted=bool(mutes))
    return asked


def _any(mutes: Mapping[int, pl.Expr]) -> pl.Expr | None:
    return pl.any_horizontal(mutes.values()) if mutes else None


def _unknown_reasons(frame: pl.LazyFrame, columns: tuple[str, str], terms: Terms) -> pl.LazyFrame:
    folded, stated = columns
    known = [fold(w) for w in (*terms.words("quality_reasons"), *terms.words("other_reasons"))]
    counted = query.counts_for_sure(pl.col(query.CODE))
    return (
        frame.filter(counted & pl.col(stated).is_not_null() & ~pl.col(folded).is_in(known))
        .group_by(pl.col(stated).alias("text"))
        .agg(rows=pl.len())
        .sort("rows", "text", descending=[True, False])
    )


@dataclass
class _Extras:
    """Small frames that belong to no rule: what happened on which day (see `days`), paid orders."""

    frames: dict[str, pl.LazyFrame]
    results: dict[str, pl.DataFrame] = field(default_factory=dict)


def _extras(facts: Facts) -> _Extras:
    frames = days.by_kind(facts)
    if facts.tables.has(Kind.ORDERS, "paid_at"):
        paid = facts(orders).filter(pl.col("paid_at") <= facts.terms.last)
        frames["paid"] = paid.group_by(day=pl.col("paid_at").dt.date()).agg(rows=pl.len())
    return _Extras(frames)


def _collected(queries: list[RuleQuery], facts: Facts, extras: _Extras) -> dict[str, Measurement]:
    """One collect for everything; if it fails, rule by rule, to find the culprit."""
    try:
        return _collect(queries, facts, extras)
    except Exception:  # noqa: BLE001  found again below, by name
        results = _collect([], facts, extras)
        for asked in queries:
            try:
                results |= _collect([asked], facts, _Extras({}))
            except Exception as error:  # noqa: BLE001
                results[asked.name] = _broken(asked.rule, error)
        return results


def _collect(queries: list[RuleQuery], facts: Facts, extras: _Extras) -> dict[str, Measurement]:
    def stacked(parts: Iterable[pl.LazyFrame]) -> list[pl.LazyFrame]:
        frames = list(parts)
        return [pl.concat(frames)] if frames else []

    groups = {
        "counts": stacked(frame for asked in queries for frame in asked.counts),
        "slices": stacked(frame for asked in queries for frame in asked.slices),
    }
    singles = {
        (asked.name, name): frame
        for asked in queries
        for name in SINGLE
        if (frame := getattr(asked, name)) is not None
    }
    results = collected(
        {
            **{("", name): frame for name, frames in groups.items() for frame in frames},
            **singles,
            **{(_EXTRA, name): frame for name, frame in extras.frames.items()},
        },
        few=few_rows(facts),
    )
    own = {key: results[key] for key in singles}
    extras.results = {name: results[_EXTRA, name] for name in extras.frames}
    counts, slices = results.get(("", "counts")), results.get(("", "slices"))
    found = Collected(counts, slices, own, facts.tables)
    return {
        asked.name: measurement(asked.name, asked.rule, asked.shape, facts.terms, found)
        for asked in queries
    }
