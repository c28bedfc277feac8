"""The table of days of the report, from what was measured of each day."""

from __future__ import annotations

from kshop_audit.model.day_table import DayRow, OpenDay, RuleDays
from kshop_audit.model.knowledge import together
from kshop_audit.model.measurement import DayCount, Measurement


def day_table(measured: Measurement) -> RuleDays | None:
    """The rule by natural days; None where it has no window or nothing has a day of its own."""
    if not measured.window or measured.numerator is None:
        return None
    if measured.no_days is not None:
        return RuleDays(reason=measured.no_days)
    days = (*measured.days, *measured.days_below)
    if all(day.day is None for day in days) and not measured.undecided:
        return None
    return RuleDays(
        rows=_rows(measured),
        open=tuple(
            OpenDay(
                day=units.day.isoformat(),
                units=units.units,
                first_deadline=None if units.first is None else units.first.isoformat(" "),
                last_deadline=None if units.last is None else units.last.isoformat(" "),
            )
            for units in measured.undecided
        ),
        missing=tuple(day.isoformat() for day in measured.missing_days),
        undated=sum(together(day.doubts).units for day in days if day.day is None),
    )


def _rows(measured: Measurement) -> tuple[DayRow, ...]:
    above, below = ({d.day: d for d in days} for days in (measured.days, measured.days_below))
    found = []
    for day in sorted(day for day in {*above, *below} if day is not None):
        top = above.get(day, DayCount(day, 0, 0))
        base = below.get(day, DayCount(day, 0, 0)) if measured.population else top
        unknown = together(top.doubts).units
        if measured.population:
            unknown += together(base.doubts).units
        found.append(DayRow(day.isoformat(), top.numerator, base.denominator, unknown))
    return tuple(found)
