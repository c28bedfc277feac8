"""What lies ahead of a rule and of the score, as the report shows it. Standard library only.

Values are in the unit of the rule (`value_unit`), days are ISO dates. `nothing_new`: only what is
decided by as-of. `at_pace`: coming days like the last closed ones. `assumed`: their volume, at a
quality that the operator gave. None: not known, never a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from kshop_audit.model.frozen import frozen
from kshop_audit.model.limits import Bounds, TargetRef
from kshop_audit.model.metadata import Text

SCHEMA = "kshop-audit/forecast/1"

HORIZON = 30
"""So many days are looked ahead."""


def reach(window: int) -> int:
    """How many days ahead the best case is looked at, for a window of so many days: until all that
    counts today has left it, and the horizon beyond.
    """
    return window + HORIZON


@frozen
class Leaving:
    """What the day that leaves the window takes along."""

    numerator: int
    denominator: int


@frozen
class ForecastDay:
    """A rule as an audit at the end of this day would find it.

    `low`, `high`: between what the values lie where not everything is known; else None. `status`
    (a `report.Status`): as assumed, else at the present pace, else by what is decided.
    `pace_bounds`: between what `at_pace` alone lies, or without a pace `nothing_new`.
    """

    day: str
    leaves: Leaving
    nothing_new: float | None
    at_pace: float | None
    assumed: float | None
    low: float | None
    high: float | None
    status: str
    pace_bounds: Bounds | None


@frozen
class RunsOut:
    """The first day on which the target is missed, at the pace of the last three and of the last
    seven closed days; None where that pace does not use the budget up.
    """

    pace_3d: str | None
    pace_7d: str | None


@frozen
class Budget:
    """How many bad units can still be borne.

    `used`: the share of the budget that is gone. `warning`: both paces use it up and three bad
    units or more lie behind that. `frozen`: the newest days are not in the files, so that nothing
    is said of when it runs out.
    """

    left: int
    used: float | None
    runs_out: RunsOut
    warning: bool
    frozen: bool


@frozen
class Undercut:
    """What the next tickets must do for a mean to meet its target `by` a day.

    `tickets`: so many come until then at the present pace; `at_most`: what they may take on
    average; `minutes_less`: how much less that is than at the present pace.
    """

    tickets: int
    at_most: float
    minutes_less: float
    by: str


@frozen
class PaceDays:
    """The sums of the last closed days, on which `at_pace` rests."""

    days: tuple[str, ...]
    numerator: int
    denominator: int


@frozen
class Returning:
    """What counts again from this day on, because the mutes that took it out are over."""

    day: str
    numerator: int
    denominator: int


@frozen
class LikelyDay:
    """Within what the figure of a day lies at the confidence's level, and how likely it passes;
    `p_pass` is None where the past days do not tell that.
    """

    day: str
    low: float
    high: float
    p_pass: float | None


@frozen
class TrackRecord:
    """How past projections of this shop did: of so many intervals, `hits` held."""

    horizon: int
    hits: int
    misses: int


@frozen
class Confidence:
    """Intervals for the coming days. `record` is None where too few days are covered for one."""

    level: float
    days: tuple[LikelyDay, ...]
    record: TrackRecord | None


@frozen
class RuleForecast:
    """What lies ahead of one rule.

    `first_pass`, `first_fail`: the first coming day that passes or fails at the present pace.
    `at_best`: the first one that passes if every coming unit is good, among the next
    `at_best_within` days, which may be more than the horizon; `at_best_units`: how many units come
    until then at the present pace, those that are still open included. `save_by`: the last day from
    which perfect service still avoids the fail. `returning`: what mutes took out and counts again.
    """

    id: str
    value: float | None
    target: TargetRef | None
    bounds: Bounds | None
    budget: Budget | None
    undercut: Undercut | None
    pace: PaceDays | None
    first_pass: str | None
    first_fail: str | None
    at_best: str | None
    save_by: str | None
    days: tuple[ForecastDay, ...]
    confidence: Confidence | None
    returning: tuple[Returning, ...] = ()
    at_best_within: int = HORIZON
    at_best_units: int | None = None

    @property
    def divided(self) -> bool:
        """Whether the figure is a share or a mean, and no count of what must not be."""
        return self.target is not None and self.target.operator in (">=", "<=")


@frozen
class ScoreGrades:
    """The grades of a day's scores, taken before rounding."""

    nothing_new: str | None
    at_pace: str | None
    assumed: str | None


@frozen
class ScoreDay:
    """The estimated score at the end of a day, with its grades."""

    day: str
    nothing_new: Decimal | None
    at_pace: Decimal | None
    assumed: Decimal | None
    grades: ScoreGrades


@frozen
class NewGrade:
    """The first day on which the grade is another one, at the present pace."""

    day: str
    grade: str


@frozen
class ScoreForecast:
    """The score of the coming days. `held`: rules whose points stay as they are in it, because
    nothing is known of their days.
    """

    days: tuple[ScoreDay, ...]
    first_grade: NewGrade | None
    held: tuple[str, ...]


@frozen
class Forecast:
    """What lies ahead of a shop: the answer of the `forecast` command.

    `partial`: not everything is known of the days behind, so that values have bounds. `rules`:
    those whose figure is a sum over days; `not_by_day`: rule → why nothing is said of it.
    """

    schema: str
    as_of: str
    partial: bool
    score: ScoreForecast | None
    rules: tuple[RuleForecast, ...]
    not_by_day: Mapping[str, Text]
