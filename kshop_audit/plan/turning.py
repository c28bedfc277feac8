"""Units of a rule that are turned into what they were not: chosen, and put in their place.

A what-if runs the same plan over edited facts. Here the units of a rule are looked at one by one,
so that the least number of them can be turned, the least late ones first; the edit that comes out
is a `sharing.Edit` of the fact their rows come from, or a `UnitEdit` of the rule alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.sharing import GOOD, Edit
from kshop_audit.model.schema import Kind
from kshop_audit.plan import query
from kshop_audit.plan.engine import collected
from kshop_audit.plan.mutes import predicates
from kshop_audit.plan.needs import lacking
from kshop_audit.rules.kit.rule import Rule
from kshop_audit.rules.kit.shapes import Quotient, Ratio, Shape, Stated, Tally
from kshop_audit.rules.kit.turning import Lever
from kshop_audit.tables import AT, FILE, ROW

BAD, LATE, WHEN, AMOUNT, ALREADY = "_bad", "_late", "_when", "_amount", "_already"
GROUP = "_group_"


@dataclass(frozen=True, eq=False)
class UnitEdit:
    """Units of one rule that are something else. `rows`: the columns of `key`, and GOOD of a share
    (Boolean) or AMOUNT of a sum (Int64).
    """

    key: tuple[str, ...]
    rows: pl.DataFrame


@dataclass(frozen=True)
class Population:
    """The counted units of a rule whose outcome is known, one row each.

    `units`: the columns of `key`, BAD (Boolean: it speaks against the shop), LATE (Int64: seconds
    past its deadline, null where it never came), WHEN; of a sum AMOUNT. A group of each lever:
    GROUP and its name. `sums`: a sum, not a share. `below`: what the share is of, where that is
    another population.
    """

    rule: Rule
    shape: Ratio | Tally
    key: tuple[str, ...]
    units: pl.DataFrame
    below: int | None = None

    @property
    def sums(self) -> bool:
        """Whether amounts are added up instead of hits."""
        return isinstance(self.shape, Tally)

    @property
    def offence(self) -> bool:
        """Whether the numerator counts what must not be."""
        return isinstance(self.shape, Ratio) and self.shape.offence

    @property
    def levers(self) -> Mapping[str, Lever]:
        """The groups that a change can address."""
        return self.shape.levers if isinstance(self.shape, Ratio) else {}

    @property
    def bad(self) -> int:
        """How many units speak against the shop."""
        return int(self.units[BAD].sum())

    def turned(self, count: int, within: pl.Expr | None = None) -> pl.DataFrame:
        """The next `count` units that become good, or bad where it is negative: of those that are
        bad the least late, of those that are good the nearest to their deadline.
        """
        good = count > 0
        chosen = self.units.filter(pl.col(BAD) if good else ~pl.col(BAD))
        if within is not None:
            chosen = chosen.filter(within)
        order = chosen.sort(LATE, WHEN, *self.key, descending=[not good, *[False] * (
            len(self.key) + 1)], nulls_last=True)  # fmt: skip
        rows = order.head(abs(count)).select(*self.key)
        return rows.with_columns(pl.lit(good).alias(GOOD))

    def share_of(self, within: pl.Expr) -> Fraction | None:
        """The share of good units among some of them; None where there are none."""
        some = self.units.filter(within)
        if not some.height:
            return None
        return Fraction(some.height - int(some[BAD].sum()), some.height)


def population(rule: Rule, facts: Facts) -> Population | None:
    """The units of a rule; None where it measures nothing, or nothing that could be turned."""
    if lacking(rule.info.needs, facts.tables) is not None:
        return None
    shape = rule.measure(facts, facts.terms)
    if isinstance(shape, Stated):
        return None
    top = shape.numerator if isinstance(shape, Quotient) else shape
    frame = _counted(top, rule, facts)
    key = _key(top, frame)
    if not key:
        return None
    names = frame.collect_schema().names()
    when = pl.col(top.at) if top.at else pl.lit(None, pl.Datetime("ms"))
    columns = [
        *(pl.col(name) for name in key),
        pl.col(query.AGAINST).alias(BAD),
        _late(top).alias(LATE),
        when.alias(WHEN),
    ]
    if isinstance(top, Tally):
        columns.append(pl.col(query.NUMERATOR).alias(AMOUNT))
    else:
        columns += [
            lever.group.cast(pl.String).alias(GROUP + word) for word, lever in top.levers.items()
        ]
    asked = {"units": frame.select(columns)}
    if isinstance(shape, Quotient):
        below = _counted(shape.denominator, rule, facts)
        asked["below"] = below.select(pl.col(query.DENOMINATOR).sum())
    found = collected(asked)
    del names
    return Population(
        rule, top, key, found["units"], found["below"].item() if "below" in found else None
    )


def _counted(shape: Ratio | Tally, rule: Rule, facts: Facts) -> pl.LazyFrame:
    """The units that count and whose outcome is known; none that a mute takes out."""
    chats = facts.tables.frames.get(Kind.CHATS)
    mutes = predicates(shape, facts.terms.mutes(rule.info.id), chats)
    muted = pl.any_horizontal(mutes.values()) if mutes else None
    frame = query.units(shape, rule.info.id, facts.terms, muted)
    return frame.filter(pl.col(query.CODE).is_in((query.HIT, query.MISS)))


def _key(shape: Ratio | Tally, frame: pl.LazyFrame) -> tuple[str, ...]:
    """Columns that tell the units apart."""
    names = frame.collect_schema().names()
    if isinstance(shape, Ratio) and shape.turn is not None:
        return shape.turn.key
    if AT in names:
        return (AT,)
    return tuple(n for n in (*shape.evidence.ids, FILE, ROW) if n in names)


def _late(shape: Ratio | Tally) -> pl.Expr:
    shown = shape.evidence
    if shown.deadline is None or shown.actual is None:
        return pl.lit(None, pl.Int64)
    return (shown.actual - shown.deadline).dt.total_seconds()


def in_group(word: str, groups: Iterable[str]) -> pl.Expr:
    """Boolean, over the units: they are of one of these groups of a lever."""
    return pl.col(GROUP + word).is_in(list(groups)).fill_null(False)


def groups_of(found: Population, word: str) -> dict[str, tuple[int, int]]:
    """Group of a lever → how many of its units are good, and how many there are."""
    units = found.units.filter(pl.col(GROUP + word).is_not_null())
    counts = units.group_by(GROUP + word).agg(good=(~pl.col(BAD)).sum(), all=pl.len())
    return {str(name): (good, whole) for name, good, whole in sorted(counts.iter_rows())}


def edit_of(found: Population, rows: pl.DataFrame) -> Edit | UnitEdit:
    """The edit that turns these units (see `Population.turned`)."""
    turn = found.shape.turn if isinstance(found.shape, Ratio) else None
    if turn is None:
        return UnitEdit(found.key, rows)
    return Edit(turn.fact, turn.key, rows, turn.good, turn.bad)


def with_units(shape: Shape, edits: Iterable[UnitEdit]) -> Shape:
    """The shape of a rule some of whose units are something else."""
    for edit in edits:
        if isinstance(shape, Quotient):
            shape = replace(shape, numerator=_share(shape.numerator, edit))
        elif isinstance(shape, Ratio):
            shape = _share(shape, edit)
        elif isinstance(shape, Tally):
            shape = _sum(shape, edit)
    return shape


def _joined(unit: pl.LazyFrame, edit: UnitEdit, name: str) -> tuple[pl.LazyFrame, pl.Expr]:
    column = f"{name}{ALREADY}{len(unit.collect_schema())}"
    rows = edit.rows.lazy().rename({name: column})
    return unit.join(rows, on=edit.key, how="left", nulls_equal=True), pl.col(column)


def _share(shape: Ratio, edit: UnitEdit) -> Ratio:
    unit, good = _joined(shape.unit, edit, GOOD)
    hit = ~good if shape.offence else good
    return replace(shape, unit=unit, hit=pl.when(good.is_not_null()).then(hit).otherwise(shape.hit))


def _sum(shape: Tally, edit: UnitEdit) -> Tally:
    unit, amount = _joined(shape.unit, edit, AMOUNT)

    def put(was: pl.Expr | None) -> pl.Expr | None:
        return None if was is None else pl.when(amount.is_not_null()).then(amount).otherwise(was)

    changed = put(shape.amount)
    slow = None if shape.slow is None else amount.is_null() & shape.slow
    return replace(
        shape,
        unit=unit,
        amount=shape.amount if changed is None else changed,
        least=put(shape.least),
        most=put(shape.most),
        slow=slow,
    )
