"""The few shapes a rule can return; the plan turns each into small lazy frames.

A shape names the unit (one row = one thing counted) and gives, as expressions over each row, why it
is excluded, whether it is a hit, and what is shown as evidence. It holds no result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum

import polars as pl

from kshop_audit.model.frozen import frozen
from kshop_audit.model.knowledge import Why
from kshop_audit.model.metadata import Text
from kshop_audit.model.report import Finding, Status
from kshop_audit.model.schema import Kind
from kshop_audit.rules.kit.due import Due
from kshop_audit.rules.kit.evidence import EvidenceColumns, Findings
from kshop_audit.rules.kit.turning import Lever, Turning


class Gap(StrEnum):
    """What an unreadable row or a missing day may hide: a unit a row, a unit a day, units of every
    group (a missing day may turn each of them, and hold another one), nothing.
    """

    ROWS = "rows"
    DAYS = "days"
    GROUPS = "groups"
    NONE = "none"


@frozen(slots=False)
class Ratio:
    """Hits among units.

    `at`: the time column that places a unit in the rule's window (None: every row counts).
    `hit`: Boolean; null = the inputs do not show the outcome, the unit goes to the bounds.
    `offence`: the numerator counts what must not be, so the hits are the evidence; else the misses.
    `excluded`: reason → predicate; after-as-of and outside-window are added from `at`.
    `excluded_column`: a UInt8 column that already holds the reason as an index of EXCLUSIONS.
    `by`: dimension → column of the unit, for breakdowns.
    `maybe`: reason → Boolean, where it is not known whether the unit counts; it wins over
    `excluded`, so it must be false where a unit is excluded for certain. `unknown`: reason →
    Boolean, why the outcome of a unit is not known where `hit` is null; without one the files do
    not cover it. `gaps`: what rows and days that are not in the inputs could add.
    `keyless`: further kinds of which a row without its key may take any unit out.
    `unknown_hides`: the numerator is not known at all, only its bounds are.
    `limit`: how long after `at` a unit may be `pending`, where that is the same for all of them.
    `declared`: the rows are figures of the back office, not events. `side`: how many keys of a side
    file the inputs have, and how many it holds; `unsettled`: why there is no verdict as soon as
    anything is unknown; `wanting`: reason → what is to be supplied, with {} for how many units,
    where that is not what usually is; `instead`: status → the one to give in its place. `due`: kind
    → which units wait for something, and until when. `turn`: how a what-if turns a unit; `levers`:
    word → groups that it can address. `grace`: the least time that a unit has before it can speak
    against the shop, so that none of a younger day can.
    """

    unit: pl.LazyFrame
    hit: pl.Expr
    at: str | None = None
    offence: bool = False
    excluded: Mapping[str, pl.Expr] = field(default_factory=dict)
    excluded_column: str | None = None
    evidence: EvidenceColumns = field(default_factory=EvidenceColumns)
    by: Mapping[str, pl.Expr] = field(default_factory=dict)
    findings: Findings | None = None
    unmapped: tuple[str, ...] = ()
    maybe: Mapping[Why, pl.Expr] = field(default_factory=dict)
    unknown: Mapping[Why, pl.Expr] = field(default_factory=dict)
    gaps: Gap = Gap.ROWS
    keyless: tuple[Kind, ...] = ()
    unknown_hides: bool = False
    limit: timedelta = timedelta(0)
    declared: bool = False
    side: tuple[int, int] | None = None
    unsettled: Text | None = None
    wanting: Mapping[Why, Text] = field(default_factory=dict)
    instead: Mapping[Status, Status] = field(default_factory=dict)
    grace: timedelta = timedelta(0)
    notes: tuple[Text, ...] = ()
    due: Mapping[str, Due] = field(default_factory=dict)
    turn: Turning | None = None
    levers: Mapping[str, Lever] = field(default_factory=dict)


@frozen(slots=False)
class Tally:
    """A sum over units, and what it is divided by: means, points, fees.

    `amount`, `weight`: Int64 expressions; numerator = Σ amount, denominator = Σ weight.
    `slow`: Boolean, the units that are worth showing as evidence. `each`: least and most that one
    unit can add, for the bounds; None where there are none. `maybe`, `unknown`: as in Ratio; an
    amount that is null is unknown. `least`, `most`: Int64, between what the amount of a unit lies
    where its times are not precise; None where all are. `sure`: Boolean, the amount of a unit that
    may not count is right if it does count; None: nothing is known of it.
    """

    unit: pl.LazyFrame
    amount: pl.Expr
    weight: pl.Expr
    at: str | None = None
    excluded: Mapping[str, pl.Expr] = field(default_factory=dict)
    slow: pl.Expr | None = None
    each: tuple[int, int] | None = None
    gaps: Gap = Gap.ROWS
    evidence: EvidenceColumns = field(default_factory=EvidenceColumns)
    by: Mapping[str, pl.Expr] = field(default_factory=dict)
    findings: Findings | None = None
    unmapped: tuple[str, ...] = ()
    maybe: Mapping[Why, pl.Expr] = field(default_factory=dict)
    unknown: Mapping[Why, pl.Expr] = field(default_factory=dict)
    least: pl.Expr | None = None
    most: pl.Expr | None = None
    sure: pl.Expr | None = None
    declared: bool = False
    notes: tuple[Text, ...] = ()


@frozen(slots=False)
class Quotient:
    """Hits of one population over the size of another.

    `reasons`: a normalised text column of the numerator's unit and the same as exported; values
    in no list of the pack are unmapped.
    """

    numerator: Ratio
    denominator: Ratio
    reasons: tuple[str, str] | None = None
    notes: tuple[Text, ...] = ()


@frozen(slots=False)
class Stated:
    """An outcome that follows from the operator's answers alone; nothing is measured.

    `next_step`: see `rules.kit.rule.Conclusion`.
    """

    status: Status
    numerator: int | None = None
    denominator: int | None = None
    findings: tuple[Finding, ...] = ()
    reason: Text | None = None
    notes: tuple[Text, ...] = ()
    next_step: datetime | None = None


Shape = Ratio | Tally | Quotient | Stated
