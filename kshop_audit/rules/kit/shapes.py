"""The few shapes a rule can return; the plan turns each into small lazy frames.

A shape names the unit (one row = one thing counted) and says of each row, as expressions, why it is
left out, whether it is a hit, and what proves it. It holds no result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import polars as pl

from kshop_audit.model.metadata import Text
from kshop_audit.model.report import Finding, Status


class Gap(StrEnum):
    """What an unreadable row or a missing day may hide: a unit a row, a unit a day, nothing."""

    ROWS = "rows"
    DAYS = "days"
    NONE = "none"


@dataclass(frozen=True)
class Proof:
    """What a row of evidence shows: expressions over the unit, all optional.

    `ids`: columns of the unit among `model.schema.IDS`; `looked_up`: ids of the chat row that the
    unit names by _at, fetched for the rows shown only.
    """

    ids: tuple[str, ...] = ()
    looked_up: tuple[str, ...] = ()
    deadline: pl.Expr | None = None
    actual: pl.Expr | None = None
    why: pl.Expr | None = None
    cost_fen: pl.Expr | None = None


@dataclass(frozen=True)
class Findings:
    """The counted units that are the point of a rule, at most a few hundred.

    `columns`: name → expression over the unit; `where`: which of the counted units; `order`: by
    which of the columns they are listed. `looked_up`: as in Proof, put first. `limit`: no more are
    listed; None where the rule's conclusion needs all of them. `beside`: rows that are listed
    although they are not counted, with some of the columns; without `columns` they stand alone.
    """

    columns: Mapping[str, pl.Expr]
    where: pl.Expr = field(default_factory=lambda: pl.lit(True))
    order: tuple[str, ...] = ()
    looked_up: tuple[str, ...] = ()
    limit: int | None = 1_000
    beside: pl.LazyFrame | None = None


REPLIED = Proof(
    looked_up=("session_id", "message_id"),
    deadline=pl.col("due_at"),
    actual=pl.col("reply_at"),
)
"""What proves a reply in time or late, of every unit that is a question."""


def answered_by(key: str, met: pl.Expr) -> Findings:
    """One finding a day or agent: how many of the counted ones were answered, and whether that
    reaches the target (`met`: Boolean; null = the inputs do not show it).
    """
    status = (
        pl.when(met).then(pl.lit("pass"))
        .when(~met).then(pl.lit("fail"))
        .otherwise(pl.lit("no_verdict"))
    )  # fmt: skip
    columns = {
        key: pl.col(key),
        "numerator": pl.col("answered"),
        "denominator": pl.col("counted"),
        "status": status,
    }
    return Findings(columns, order=(key,))


@dataclass(frozen=True)
class Ratio:
    """Hits among units.

    `at`: the time column that places a unit in the rule's window (None: every row counts).
    `hit`: Boolean; null = the inputs do not show the outcome, the unit goes to the bounds.
    `offence`: the numerator counts what must not be, so the hits are the evidence; else the misses.
    `left_out`: reason → predicate; after-as-of and outside-window are added from `at`.
    `coded`: a UInt8 column that already holds the reason as an index of EXCLUSIONS.
    `by`: dimension → column of the unit, for breakdowns.
    `gaps`: what rows and days that are not in the inputs could add.
    `unknown_hides`: the numerator is not known at all, only its bounds are.
    `declared`: the rows are figures of the back office, not events.
    """

    unit: pl.LazyFrame
    hit: pl.Expr
    at: str | None = None
    offence: bool = False
    left_out: Mapping[str, pl.Expr] = field(default_factory=dict)
    coded: str | None = None
    proof: Proof = field(default_factory=Proof)
    by: Mapping[str, pl.Expr] = field(default_factory=dict)
    findings: Findings | None = None
    unmapped: tuple[str, ...] = ()
    gaps: Gap = Gap.ROWS
    unknown_hides: bool = False
    declared: bool = False
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Tally:
    """A sum over units, and what it is divided by: means, points, fees.

    `amount`, `weight`: Int64 expressions; numerator = Σ amount, denominator = Σ weight.
    `slow`: Boolean, the units that are worth showing as evidence. `each`: least and most that one
    unit can add, for the bounds; None where there are none.
    """

    unit: pl.LazyFrame
    amount: pl.Expr
    weight: pl.Expr
    at: str | None = None
    left_out: Mapping[str, pl.Expr] = field(default_factory=dict)
    slow: pl.Expr | None = None
    each: tuple[int, int] | None = None
    gaps: Gap = Gap.ROWS
    proof: Proof = field(default_factory=Proof)
    by: Mapping[str, pl.Expr] = field(default_factory=dict)
    findings: Findings | None = None
    unmapped: tuple[str, ...] = ()
    declared: bool = False
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Quotient:
    """Hits of one population over the size of another.

    `reasons`: a normalised text column of the numerator's unit and the same as exported; values
    in no list of the pack are unmapped.
    """

    numerator: Ratio
    denominator: Ratio
    reasons: tuple[str, str] | None = None
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Stated:
    """An outcome that follows from the operator's answers alone; nothing is measured."""

    status: Status
    numerator: int | None = None
    denominator: int | None = None
    findings: tuple[Finding, ...] = ()
    reason: Text | None = None
    notes: tuple[Text, ...] = ()


Shape = Ratio | Tally | Quotient | Stated
