"""What was measured: plain figures of one rule, before anything is judged.

Standard library only; made by the plan, read by scoring and projection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction

from kshop_audit.model.due import DueUnit
from kshop_audit.model.frozen import frozen
from kshop_audit.model.knowledge import Doubts, Why, added, together
from kshop_audit.model.metadata import Text
from kshop_audit.model.report import Coverage, Finding, Status
from kshop_audit.model.schema import Kind

HEAT = "weekday hour"
"""The dimension of a breakdown by weekday (1 to 7) and hour at once; its keys hold both."""


@frozen
class Sums:
    """Between what a sum lies, and how many of its units have no exact amount."""

    least: int
    most: int
    units: int


@dataclass(frozen=True, slots=True)
class DayCount:
    """What a natural day adds to a figure.

    `day`: None for units without a time of their own, which belong to every window. `doubts`:
    reason → units of the day that are not wholly known. `sums`: between what the numerator of the
    day lies where times are not precise.
    """

    day: date | None
    numerator: int
    denominator: int
    doubts: Mapping[Why, Doubts] = field(default_factory=dict)
    sums: Sums | None = None


@frozen
class OpenUnits:
    """Units of a natural day that are undecided at as-of because their time still runs.

    `first`, `last`: the earliest and the latest of their deadlines; None where the rule knows none.
    """

    day: date
    units: int
    first: datetime | None
    last: datetime | None


@frozen
class SliceCount:
    """Numerator and denominator of one segment, such as an agent."""

    key: str
    numerator: int
    denominator: int


@frozen
class EvidenceRow:
    """One unit that speaks against the shop, with where it stands in the files."""

    ids: Mapping[str, str]
    file: int | None
    row: int | None
    deadline: datetime | None
    actual: datetime | None
    late_seconds: int | None
    why: str | None
    cost_fen: int | None
    counted: bool = True


@frozen
class MuteCount:
    """What one of the operator's mutes took out of a rule: `index` is its place among them.

    `units`: counted units that it matches; `against`: those of them that speak against the shop.
    """

    index: int
    units: int
    against: int


@frozen
class MutesOver:
    """What a rule says at as-of without the mutes whose last day is `until` or an earlier one.

    `usual`: the same for coming days, whose units only a mute of somebody or something that goes on
    can mean; the other mutes go on there.
    """

    until: date
    measured: Measurement
    usual: Measurement


@frozen
class Label:
    """A text in no vocabulary, with the column that has it and the number of its rows."""

    kind: str
    column: str
    text: str
    rows: int


@dataclass(frozen=True, slots=True)
class Measurement:
    """One rule's figures.

    `doubts`: reason → units that are not wholly known; `below`: those of the denominator where it
    counts other things than the numerator. `missing_days`: days of the window that should have
    rows and have none; `covered`: whether the files reach over the beginning of the window, so that
    nothing to count in them means that there was nothing. `scale`: numerator units
    in one unit of the target; `each`: least and most that one unit of a sum can add. `status`,
    `value`, `bounds`, `count` and `reason` come from the rule's own conclusion,
    and so do those entries of `instead` that `concluded` names. `population`:
    whether the numerator and the denominator count different things. `against`: units that speak
    against the shop, all of them, however many are listed. `muted`: counted units that the
    `mutes` looked for took out; `unmuted` are the figures without them, where there are any;
    `expiring`: what the rule says once some of them are over, as far as forecasts look.
    `sums`: between what the numerator lies where times are not precise. `amounts`: (least, most,
    units) of units of a sum that may not count, and whose amount is known if they do. `slowest`:
    the largest amounts of a mean of hours, descending. `grace`: how
    long a unit cannot speak against the shop. `side`: keys of a side
    file that the inputs have, and all of them; `keyless`: kinds of which a row without its key may
    take any unit out; `days`: the figure by natural days, of which `days_below` are those of the
    denominator where it counts other things; `undecided`: units whose time still runs; `limit`: how
    long after its time a unit may run; `no_days`: why the figure is no sum over days, where it is
    none; `due`: what waits and has a deadline, `due_kinds` the kinds that were looked for;
    `unsettled`: why there is no verdict as soon as
    anything is unknown; `wanting`: reason → what is to be supplied, with {} for how many
    units, where that is not what usually is.
    """

    rule: str
    numerator: int | None = None
    denominator: int | None = None
    doubts: Mapping[Why, Doubts] = field(default_factory=dict)
    below: Mapping[Why, Doubts] = field(default_factory=dict)
    excluded: Mapping[str, int] = field(default_factory=dict)
    unmapped: Mapping[str, int] = field(default_factory=dict)
    labels: tuple[Label, ...] = ()
    days: tuple[DayCount, ...] = ()
    days_below: tuple[DayCount, ...] = ()
    undecided: tuple[OpenUnits, ...] = ()
    limit: timedelta = timedelta(0)
    no_days: Text | None = None
    slices: Mapping[str, tuple[SliceCount, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    evidence: tuple[EvidenceRow, ...] = ()
    against: int | None = None
    missing_days: tuple[date, ...] = ()
    covered: bool = True
    coverage: Coverage | None = None
    offence: bool = False
    tally: bool = False
    unknown_hides: bool = False
    scale: int = 1
    each: tuple[int, int] | None = None
    population: bool = False
    count: bool = False
    declared: bool = False
    failed: bool = False
    window: bool = True
    since: date | None = None
    until: date | None = None
    status: Status | None = None
    instead: Mapping[Status, Status] = field(default_factory=dict)
    concluded: frozenset[Status] = frozenset()
    value: Fraction | None = None
    bounds: tuple[Fraction, Fraction | None] | None = None
    reason: Text | None = None
    notes: tuple[Text, ...] = ()
    unmapped_columns: tuple[str, ...] = ()
    gap: str = "rows"
    keyless: tuple[Kind, ...] = ()
    muted: int = 0
    mutes: tuple[MuteCount, ...] = ()
    unmuted: Measurement | None = None
    expiring: tuple[MutesOver, ...] = ()
    sums: Sums | None = None
    amounts: tuple[tuple[int, int, int], ...] = ()
    slowest: tuple[int, ...] = ()
    grace: timedelta = timedelta(0)
    side: tuple[int, int] | None = None
    unsettled: Text | None = None
    wanting: Mapping[Why, Text] = field(default_factory=dict)
    due: tuple[DueUnit, ...] = ()
    due_kinds: tuple[str, ...] = ()

    @property
    def unknown(self) -> int:
        """How many units are not wholly known, those of both populations together."""
        return together(self.doubts).units + together(self.below).units

    @property
    def reasons(self) -> dict[Why, int]:
        """Reason → units that are not wholly known, or whose amount is not exact."""
        found = {why: doubts.units for why, doubts in added(self.doubts, self.below).items()}
        if self.sums is not None and self.sums.units:
            found[Why.NOT_PRECISE] = found.get(Why.NOT_PRECISE, 0) + self.sums.units
        return {why: found[why] for why in Why if why in found}
