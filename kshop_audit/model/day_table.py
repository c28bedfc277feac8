"""The figure of a rule by natural days, as the report shows it. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass

from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text


@dataclass(frozen=True, slots=True)
class DayRow:
    """What one natural day adds to the figure.

    A share: hits among all counted units; a mean: a sum and the number of its units. Where the
    denominator counts other things than the numerator, each stands on its own day. `unknown`: units
    of the day that are not wholly known.
    """

    day: str
    numerator: int
    denominator: int
    unknown: int


@frozen
class OpenDay:
    """Units of a natural day that are undecided at as-of because their time still runs.

    `first_deadline`, `last_deadline`: the earliest and the latest of their deadlines; None where
    the rule knows none.
    """

    day: str
    units: int
    first_deadline: str | None
    last_deadline: str | None


@frozen
class RuleDays:
    """A rule by natural days, oldest first; days without any unit are not in it.

    `rows` add up to the figure of the rule. `undated`: units that are not wholly known and have no
    day of their own. `missing`: days that should have rows and have none. `reason`: why there is no
    table.
    """

    rows: tuple[DayRow, ...] = ()
    open: tuple[OpenDay, ...] = ()
    missing: tuple[str, ...] = ()
    undated: int = 0
    reason: Text | None = None
