"""Units of a rule that are turned into what they were not: chosen, and put in their place.

A what-if runs the same plan over edited facts. Here the units of a rule are looked at one by one,
so that the least number of them can be turned, the least late ones first; the edit that comes out
is a `sharing.Edit` of the fact their rows come from, or a `UnitEdit` of the rule alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.sharing import GOOD, Edit
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text
from kshop_audit.plan import query
from kshop_audit.plan.engine import collected, few_rows
from kshop_audit.plan.mutes import predicates
from kshop_audit.plan.needs import lacking
from kshop_audit.rules.kit.rule import Rule
from kshop_audit.rules.kit.shapes import Quotient, Ratio, Shape, Stated, Tally
from kshop_audit.rules.kit.turning import Lever
from kshop_audit.tables import AT, FILE, ROW

BAD, LATE, WHEN, AMOUNT, WEIGHT = "_bad", "_late", "_when", "_amount", "_weight"
GROUP, TURNED = "_group_", "_turned_"


@dataclass(frozen=True, eq=False)
class UnitEdit:
    """Units of one rule that are something else. `rows`: the columns of `key`, and GOOD of a share
    (Boolean) or AMOUNT of a sum (Int64).
    """

    key: tuple[str, ...]
    rows: pl.DataFrame


@frozen(slots=False)
class Population:
    """The counted units of a rule whose outcome is known, one row each.

    `units`: the columns of `key`, BAD (Boolean: it speaks against the shop), LATE (Int64: seconds
    past its deadline, null where it never came), WHEN; of a sum AMOUNT and WEIGHT. The group of
    each lever stands under GROUP and its word. `below`: what the share is of, where that is another
    population.
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
    def good(self) -> int:
        """How many units are good; of a sum that is a share, what is added up."""
        return int(self.units[AMOUNT].sum()) if self.sums else self.units.height - self._bad

    @property
    def whole(self) -> int:
        """How many units there are; of a sum, what it is divided by."""
        return int(self.units[WEIGHT].sum()) if self.sums else self.units.height

    @property
    def base(self) -> int:
        """What the figure is a share of."""
        return self.whole if self.below is None else self.below

    @property
    def bad(self) -> int:
        """How many units are not good."""
        return self.whole - self.good

    @property
    def _bad(self) -> int:
        return int(self.units[BAD].sum())

    def turned(self, count: int, within: pl.Expr | None = None) -> pl.DataFrame:
        """The next `count` units that become good, or bad where it is negative: of those that are
        bad the least late, of those that are good the nearest to their deadline.
        """
        good = count > 0
        chosen = self.units.filter(pl.col(BAD) if good else ~pl.col(BAD))
        if within is not None:
            chosen = chosen.filter(within)
        down = [not good, *[False] * (len(self.key) + 1)]
        order = chosen.sort(LATE, WHEN, *self.key, descending=down, nulls_last=True)
        rows = order.head(abs(count)).select(*self.key)
        return rows.with_columns(pl.lit(good).alias(GOOD))

    def slowest(self, level: int, count: int) -> pl.DataFrame:
        """Of a sum: the `count` largest amounts above a level, brought down to it."""
        rows = self._slow(level).head(count).select(*self.key)
        return rows.with_columns(pl.lit(level, pl.Int64).alias(AMOUNT))

    def least_slow(self, goal: Fraction) -> pl.DataFrame:
        """Of a mean: the fewest units that have to come down to `goal` for the mean to reach it."""
        level = floor(goal)
        slow = self._slow(level)
        need = int(self.units[AMOUNT].sum()) - floor(goal * self.whole)
        saved = (slow[AMOUNT] - level).cum_sum()
        return self.slowest(level, int((saved < need).sum()) + 1)

    def _slow(self, level: int) -> pl.DataFrame:
        slow = self.units.filter(pl.col(AMOUNT) > level)
        return slow.sort(AMOUNT, *self.key, descending=[True, *[False] * len(self.key)])

    def answered(self, count: int) -> pl.DataFrame:
        """Of a share that is known in sums only: `count` more (or fewer) in the numerator, the
        earliest sums first.
        """
        less = count < 0
        room = pl.col(AMOUNT) if less else pl.col(WEIGHT) - pl.col(AMOUNT)
        units = self.units.sort(WHEN, *self.key, nulls_last=True).with_columns(_room=room)
        before = pl.col("_room").cum_sum() - pl.col("_room")
        part = pl.min_horizontal((pl.lit(abs(count)) - before).clip(0), "_room")
        moved = units.select(*self.key, AMOUNT, _part=part).filter(pl.col("_part") > 0)
        by = -pl.col("_part") if less else pl.col("_part")
        return moved.select(*self.key, (pl.col(AMOUNT) + by).alias(AMOUNT))


def lacks(rule: Rule, facts: Facts) -> Text | None:
    """Why a rule measures nothing; None where its columns are there."""
    return lacking(rule.info.needs, facts.tables)


def population(rule: Rule, facts: Facts, edits: Sequence[UnitEdit] = ()) -> Population | None:
    """The units of a rule, with edits; None where it measures nothing that could be turned."""
    if lacks(rule, facts) is not None:
        return None
    shape = with_units(rule.measure(facts, facts.terms), edits)
    if isinstance(shape, Stated):
        return None
    top = shape.numerator if isinstance(shape, Quotient) else shape
    frame = _counted(top, rule, facts)
    key = _key(top, frame)
    if not key:
        return None
    when = pl.col(top.at) if top.at else pl.lit(None, pl.Datetime("ms"))
    columns = [
        *(pl.col(name) for name in key),
        pl.col(query.AGAINST).alias(BAD),
        _late(top).alias(LATE),
        when.alias(WHEN),
    ]
    if isinstance(top, Tally):
        columns += [
            pl.col(query.NUMERATOR).alias(AMOUNT),
            pl.col(query.DENOMINATOR).alias(WEIGHT),
        ]
    else:
        columns += [
            lever.group.cast(pl.String).alias(GROUP + word) for word, lever in top.levers.items()
        ]
    asked = {"units": frame.select(columns)}
    if isinstance(shape, Quotient):
        below = _counted(shape.denominator, rule, facts)
        asked["below"] = below.select(pl.col(query.DENOMINATOR).sum())
    found = collected(asked, few=few_rows(facts))
    return Population(
        rule, top, key, found["units"], found["below"].item() if "below" in found else None
    )


def _counted(shape: Ratio | Tally, rule: Rule, facts: Facts) -> pl.LazyFrame:
    """The units that count and whose outcome is known; none that a mute takes out."""
    mutes = predicates(shape, facts.terms.mutes(rule.info.id), facts.tables)
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
    column = f"{TURNED}{len(unit.collect_schema())}"
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
