"""What the next tickets must do for a mean that misses its target to meet it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction

from kshop_audit.model.forecast import HORIZON, Undercut
from kshop_audit.model.metadata import Operator, Target
from kshop_audit.projection.pace import LAST, DailyPace
from kshop_audit.projection.series import DAY, Count, DaySeries
from kshop_audit.projection.showing import number

_SECONDS_A_MINUTE = 60


def undercut(
    series: DaySeries,
    target: Target | None,
    pace: DailyPace,
    coming: Sequence[date],
    known: Callable[[int], Count],
) -> Undercut | None:
    """The mean that the tickets of the next days must keep for the whole to meet the target.

    `known`: what is decided of the window so many days ahead. The first span of seven days or more
    is taken in which that can be done at all. None where no span of the horizon will do, where no
    tickets come, or where the pace does it by itself.
    """
    if target is None or target.operator is not Operator.AT_MOST or not pace.day.denominator:
        return None
    scale = series.measured.scale
    usual = Fraction(pace.total.numerator) / pace.total.denominator
    for ahead in range(LAST, HORIZON + 1):
        over = series.end + ahead * DAY
        tickets = pace.day.denominator * sum(day < over for day in coming)
        if not tickets:
            continue
        decided = known(ahead)
        whole = target.fraction * scale * (decided.denominator + tickets)
        allowed = Fraction(whole - decided.numerator) / tickets
        if allowed >= usual:
            return None
        if allowed >= 0:
            return Undercut(
                tickets=round(tickets),
                at_most=number(allowed / scale),
                minutes_less=number((usual - allowed) / _SECONDS_A_MINUTE),
                by=(over - DAY).isoformat(),
            )
    return None
