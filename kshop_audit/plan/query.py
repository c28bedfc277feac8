"""The second of the plan's collects: all selected rules over the facts, in one streaming plan.

Windows and exclusions are predicates inside the aggregates, never filters on a shared frame, so
that the derived frames are shared by all rules that use them.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import datetime, timedelta

import polars as pl

from kshop_audit.model.due import WITHIN
from kshop_audit.model.frozen import frozen
from kshop_audit.model.knowledge import Doubts, Form, Why, added
from kshop_audit.model.measurement import HEAT
from kshop_audit.model.metadata import EXCLUSIONS, RuleInfo, ValueUnit
from kshop_audit.model.schema import IDS
from kshop_audit.model.settings import Terms
from kshop_audit.rules.kit.evidence import EvidenceColumns, Findings
from kshop_audit.rules.kit.shapes import Ratio, Tally
from kshop_audit.tables import AT, FILE, ROW

HIT, MISS = 100, 101
SPARED = 99
"""A unit whose time still runs, and which a mute takes out as soon as it counts."""
DOUBT = 128
"""From this code on a unit is not wholly known: DOUBT + place of the reason in `Why` times the
number of forms + place of the form in `Form`.
"""
WHYS, FORMS = list(Why), list(Form)
CODE, NUMERATOR, DENOMINATOR = "_code", "_numerator", "_denominator"
OUTCOME = "_outcome"
AGAINST = "_against"
"""Boolean: the unit speaks against the shop."""
WAS = "_was"
"""UInt8: _code without the mutes, where there are any."""
MUTED = EXCLUSIONS.index("muted")
PENDING = EXCLUSIONS.index("pending")
OUTSIDE = EXCLUSIONS.index("outside_window")
AHEAD = "_ahead"
"""UInt8: _code as it would be without a window, where a rule asks for units beyond it."""


UNITS = 100
"""Units of a rule that a page lists."""


@frozen(slots=False)
class Wanted:
    """What is collected beside the totals.

    `within`: how far after as-of deadlines are looked for. `heat`: whether figures are broken down
    by weekday and hour at once, where a rule has both, and the first units that speak against the
    shop are kept, as a page and the details of a rule show them.
    """

    evidence: bool = False
    evidence_limit: int = 10_000
    by: tuple[str, ...] = ()
    within: timedelta = WITHIN
    heat: bool = False


def units(
    shape: Ratio | Tally, rule: str, terms: Terms, muted: pl.Expr | None = None
) -> pl.LazyFrame:
    """The unit's frame with what became of each unit.

    Adds _code (UInt8: index of EXCLUSIONS, or SPARED, HIT, MISS, or from DOUBT on what is not
    known), _numerator and _denominator (Int64, 0 where not counted), _against (Boolean). `muted`:
    Boolean, never null, the units that an accepted exception takes out of both; then _was is there
    too.
    """
    frame = shape.unit
    if isinstance(shape, Ratio):
        # A column of its own, because it may be costly and is used twice.
        frame = frame.with_columns(shape.hit.alias(OUTCOME))
    marked = _coded(frame, shape, rule, terms)
    if muted is not None:
        marked = marked.rename({CODE: WAS}).with_columns(
            pl.when((pl.col(WAS) >= HIT) & muted)
            .then(_code(MUTED))
            .when((pl.col(WAS) == PENDING) & muted)
            .then(_code(SPARED))
            .otherwise(pl.col(WAS))
            .alias(CODE)
        )
    counted = pl.col(CODE).is_in((HIT, MISS))
    if isinstance(shape, Ratio):
        parts = (pl.col(CODE) == HIT).cast(pl.Int64), counted.cast(pl.Int64)
    else:
        parts = (
            pl.when(counted).then(shape.amount.cast(pl.Int64)).otherwise(0),
            pl.when(counted).then(shape.weight.cast(pl.Int64)).otherwise(0),
        )
    return marked.with_columns(
        parts[0].alias(NUMERATOR),
        parts[1].alias(DENOMINATOR),
        _against(shape, CODE).alias(AGAINST),
    )


def _against(shape: Ratio | Tally, code: str) -> pl.Expr:
    """Whether a unit of this code speaks against the shop."""
    if isinstance(shape, Ratio):
        return pl.col(code) == (HIT if shape.offence else MISS)
    slow = shape.slow if shape.slow is not None else pl.lit(False)
    return (pl.col(code) == HIT) & slow.fill_null(False)


def _outcome(shape: Ratio | Tally) -> pl.Expr:
    """UInt8: the code of a unit that counts."""
    if isinstance(shape, Tally):
        known = shape.amount.is_not_null()
        return pl.when(known).then(_code(HIT)).otherwise(_unknown(shape))
    hit = pl.col(OUTCOME)
    return pl.when(hit).then(_code(HIT)).when(~hit).then(_code(MISS)).otherwise(_unknown(shape))


def _coded(frame: pl.LazyFrame, shape: Ratio | Tally, rule: str, terms: Terms) -> pl.LazyFrame:
    """With _code; where units outside the window may be due as well, also with AHEAD.

    Of these the window is asked last, though it comes before other reasons: what is excluded
    earlier, or may count, keeps its code.
    """
    checks = dict(shape.excluded)
    column = shape.excluded_column if isinstance(shape, Ratio) else None
    outside = None
    if shape.at and not column:
        later = pl.col(shape.at) > _instant(terms.last)
        own = checks.get("after_as_of")
        checks["after_as_of"] = later if own is None else later | own.fill_null(False)
        outside = _outside(shape, rule, terms)
    ahead = isinstance(shape, Ratio) and any(due.beyond for due in shape.due.values())
    if outside is None or not ahead:
        if outside is not None:
            checks["outside_window"] = outside
        return frame.with_columns(_excluded(shape, checks).alias(CODE))
    checks.pop("outside_window", None)
    code = pl.col(AHEAD)
    return frame.with_columns(_excluded(shape, checks).alias(AHEAD)).with_columns(
        pl.when(code.is_in(_FIRST)).then(code).when(outside).then(_code(OUTSIDE)).otherwise(code)
        .alias(CODE)
    )  # fmt: skip


def _outside(shape: Ratio | Tally, rule: str, terms: Terms) -> pl.Expr | None:
    """Boolean: the unit lies outside the window of the rule; None where it has none."""
    if terms.pack.rules[rule].window_days is None:
        return None
    at, until = pl.col(str(shape.at)), terms.until(rule)
    own = shape.excluded.get("outside_window", pl.lit(False))  # a window may end before as-of
    over = pl.lit(False) if until is None else at >= _instant(until)
    return at.is_null() | (at < _instant(terms.since(rule))) | over | own


def _excluded(shape: Ratio | Tally, checks: Mapping[str, pl.Expr]) -> pl.Expr:
    column = shape.excluded_column if isinstance(shape, Ratio) else None
    expression = _outcome(shape)
    # Built from the inside out: the first reason of the list must be the outermost question.
    for reason in reversed([name for name in EXCLUSIONS if name in checks]):
        index = _code(EXCLUSIONS.index(reason))
        expression = pl.when(checks[reason]).then(index).otherwise(expression)
    if column:
        expression = pl.when(pl.col(column).is_not_null()).then(column).otherwise(expression)
    for why in reversed(WHYS):
        if why in shape.maybe:
            expression = pl.when(shape.maybe[why]).then(_maybe(shape, why)).otherwise(expression)
    return expression


def _unknown(shape: Ratio | Tally) -> pl.Expr:
    """UInt8: the code of a unit that counts and whose outcome is not known."""
    expression = _code(doubt(Why.NOT_COVERED, Form.OUTCOME))
    for why in reversed(WHYS):
        if why in shape.unknown:
            code = _code(doubt(why, Form.OUTCOME))
            expression = pl.when(shape.unknown[why]).then(code).otherwise(expression)
    return expression


def _maybe(shape: Ratio | Tally, why: Why) -> pl.Expr:
    """UInt8: the code of a unit of which it is not known whether it counts."""
    either = _code(doubt(why, Form.EITHER))
    if isinstance(shape, Tally):
        return either
    hit, miss = _code(doubt(why, Form.HIT)), _code(doubt(why, Form.MISS))
    outcome = pl.col(OUTCOME)
    return pl.when(outcome).then(hit).when(~outcome).then(miss).otherwise(either)


@functools.cache
def doubt(why: Why, form: Form) -> int:
    """The code of a unit that is not wholly known."""
    return DOUBT + WHYS.index(why) * len(FORMS) + FORMS.index(form)


_FIRST = (
    *range(OUTSIDE),
    *(doubt(why, form) for why in WHYS for form in FORMS if form is not Form.OUTCOME),
)
"""Codes that stand before the window: earlier reasons, and units that may count or not."""


def doubt_of(code: int) -> tuple[Why, Form] | tuple[()]:
    """The reason and the form of a code from DOUBT on; nothing of the others."""
    if code < DOUBT:
        return ()
    why, form = divmod(code - DOUBT, len(FORMS))
    return WHYS[why], FORMS[form]


def doubts_of(units: Mapping[int, int]) -> dict[Why, Doubts]:
    """Reason → doubts, from the number of units by code."""
    found = []
    for code, many in units.items():
        if named := doubt_of(code):
            why, form = named
            found.append({why: Doubts(**{form: many})})
    return added(*found)


def counts_for_sure(code: pl.Expr) -> pl.Expr:
    """Boolean: the unit counts, whether or not its outcome is known."""
    outcomes = [doubt(why, Form.OUTCOME) for why in WHYS]
    return code.is_in((HIT, MISS, *outcomes))


def membership_known(code: pl.Expr) -> pl.Expr:
    """Boolean: whether the unit counts is known."""
    return (code < DOUBT) | counts_for_sure(code)


@functools.cache
def _instant(at: datetime) -> pl.Expr:
    """A literal; each that is made anew goes through the engine, and rules share a few."""
    return pl.lit(at, pl.Datetime("ms"))


@functools.cache
def _code(value: int) -> pl.Expr:
    return pl.lit(value, dtype=pl.UInt8)


def amounts(frame: pl.LazyFrame, shape: Tally) -> pl.LazyFrame | None:
    """least, most (Int64), units of the units that may not count and whose amount is known if they
    do; None where the shape has no such units.
    """
    if not shape.maybe or shape.sure is None:
        return None
    least = shape.amount if shape.least is None else shape.least
    most = shape.amount if shape.most is None else shape.most
    ends = frame.filter(pl.col(CODE).is_in([doubt(why, Form.EITHER) for why in WHYS]) & shape.sure)
    known = ends.select(least=least.cast(pl.Int64), most=most.cast(pl.Int64)).drop_nulls()
    return known.group_by("least", "most").agg(units=pl.len().cast(pl.Int64)).sort("least", "most")


SLOWEST = 200
"""So many of the largest amounts of a mean are kept one by one."""


def slowest(frame: pl.LazyFrame, info: RuleInfo) -> pl.LazyFrame | None:
    """The largest `amount` (Int64) of the units that count and whose outcome is known, of a mean of
    hours; None of any other rule.
    """
    if info.value_unit is not ValueUnit.HOURS:
        return None
    counted = frame.filter(pl.col(CODE).is_in((HIT, MISS)))
    return counted.select(amount=pl.col(NUMERATOR)).top_k(SLOWEST, by="amount")


def muted_counts(
    frame: pl.LazyFrame, shape: Ratio | Tally, mutes: Mapping[int, pl.Expr]
) -> pl.LazyFrame:
    """One row a mute: index, units, against (Int64); a unit counts for every mute that fits it."""
    counted, against = pl.col(WAS) >= HIT, _against(shape, WAS)
    return pl.concat(
        [
            frame.select(
                pl.lit(index, pl.Int64).alias("index"),
                (counted & mute).sum().cast(pl.Int64).alias("units"),
                (against & mute).sum().cast(pl.Int64).alias("against"),
            )
            for index, mute in mutes.items()
        ]
    )


def slices(
    frame: pl.LazyFrame, rule: str, by: Mapping[str, pl.Expr], wanted: Wanted
) -> list[pl.LazyFrame]:
    """rule, dimension, key (String), numerator, denominator, for the dimensions wanted."""
    asked = {name: key for name, key in by.items() if name in wanted.by}
    if wanted.heat and "weekday" in by and "hour" in by:
        asked[HEAT] = pl.concat_str(by["weekday"], by["hour"], separator=" ")
    return [
        frame.with_columns(_key=key.cast(pl.String))
        .group_by("_key")
        .agg(pl.col(NUMERATOR).sum(), pl.col(DENOMINATOR).sum())
        .filter((pl.col(DENOMINATOR) > 0) & pl.col("_key").is_not_null())
        .select(
            pl.lit(rule).alias("rule"),
            pl.lit(name).alias("dimension"),
            pl.col("_key").alias("key"),
            numerator=NUMERATOR,
            denominator=DENOMINATOR,
        )
        for name, key in asked.items()
    ]


def findings(frame: pl.LazyFrame, wanted: Findings) -> pl.LazyFrame:
    """The counted units that the rule wants listed, and what is listed beside them."""
    counted = counts_for_sure(pl.col(CODE))
    parts = [] if wanted.beside is None else [wanted.beside]
    if wanted.columns:
        columns = (expression.alias(name) for name, expression in wanted.columns.items())
        parts.insert(0, frame.filter(counted & wanted.where).select(columns))
    listed = pl.concat(parts, how="diagonal_relaxed")
    if not wanted.order or wanted.looked_up:
        return listed  # ids that are looked up come later, and the order with them
    return listed.sort(*_order(wanted, listed.collect_schema().names()), nulls_last=True)


def sorted_findings(frame: pl.DataFrame, wanted: Findings) -> pl.DataFrame:
    """Findings whose ids have been looked up, in their order."""
    return frame.sort(*_order(wanted, frame.columns), nulls_last=True)


def _order(wanted: Findings, names: list[str]) -> list[str]:
    # The other columns settle draws, so that the order of the rows in a file changes nothing.
    return [*wanted.order, *(name for name in names if name not in wanted.order)]


def evidence(
    frame: pl.LazyFrame, shape: Ratio | Tally, limit: int, *, muted: bool = False
) -> pl.LazyFrame:
    """The units that speak against the shop, worst first: ids, file, row, times, why, counted.

    `muted`: those that a mute took out are among them, and not counted.
    """
    shown = pl.col(AGAINST)
    if muted:
        shown |= (pl.col(CODE) == MUTED) & _against(shape, WAS)
    wanted: EvidenceColumns = shape.evidence
    names = frame.collect_schema().names()
    none, nowhen = pl.lit(None, pl.String), pl.lit(None, pl.Datetime("ms"))
    deadline = wanted.deadline if wanted.deadline is not None else nowhen
    actual = wanted.actual if wanted.actual is not None else nowhen
    where = {
        name: pl.col(name).cast(pl.Int64) if name in names else pl.lit(None, pl.Int64)
        for name in (FILE, ROW)
    }
    return (
        frame.filter(shown)
        .select(
            *(
                pl.col(n).cast(pl.String).alias(n) if n in wanted.ids else none.alias(n)
                for n in IDS
            ),
            deadline.cast(pl.Datetime("ms")).alias("deadline"),
            actual.cast(pl.Datetime("ms")).alias("actual"),
            (wanted.why if wanted.why is not None else none).cast(pl.String).alias("why"),
            (wanted.cost_fen if wanted.cost_fen is not None else pl.lit(None))
            .cast(pl.Int64)
            .alias("cost_fen"),
            pl.col(AGAINST).alias("counted"),
            **where,
            **({AT: pl.col(AT)} if wanted.looked_up else {}),
        )
        .with_columns(late_seconds=(pl.col("actual") - pl.col("deadline")).dt.total_seconds())
        .sort("late_seconds", FILE, ROW, *IDS, descending=[True] + [False] * (2 + len(IDS)))
        .head(limit)
    )
