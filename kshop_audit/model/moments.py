"""Instants as the tool writes and reads them: naive, Asia/Shanghai, whole seconds."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone

from kshop_audit.errors import UsageError
from kshop_audit.model.patterns import regex

ZONE = "Asia/Shanghai"
SHANGHAI = timezone(timedelta(hours=8))
"""Shanghai has had no daylight saving since 1992, so a fixed offset is exact for every shop."""


FIRST, LAST = datetime(2000, 1, 1), datetime(2200, 1, 1)
"""Between these an as-of makes sense; windows and forecasts around it never leave the calendar."""


_DAY = regex(r"^([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?![0-9])")


def parse_as_of(text: str) -> datetime:
    """The instant meant by --as-of: a date is the END of that day; an offset is converted.

    The day may be written as spreadsheets and people do: 2026/10/31, 2026年10月31日.
    """
    text = text.strip()
    try:
        moment = _instant(_DAY.sub(_iso, text))
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"--as-of {text}：应如 2026-10-31 或 2026-10-31T15:00",
            f"--as-of {text}: write 2026-10-31 or 2026-10-31T15:00",
        ) from error
    if not FIRST <= moment <= LAST:
        raise UsageError(
            f"--as-of {text}：应在 {FIRST.year} 年至 {LAST.year - 1} 年之间",
            f"--as-of {text}: must lie between the years {FIRST.year} and {LAST.year - 1}",
        )
    return moment


def _iso(day: re.Match[str]) -> str:
    year, month, rest = day.groups()
    return f"{year}-{int(month):02}-{int(rest):02}"


def _instant(text: str) -> datetime:
    if "T" not in text and ":" not in text:
        return datetime.combine(date.fromisoformat(text), time.min) + timedelta(days=1)
    return local(datetime.fromisoformat(text))


def local(moment: datetime) -> datetime:
    """The moment as naive Shanghai time in whole seconds; a naive one already is Shanghai's."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(SHANGHAI).replace(tzinfo=None)
    return moment.replace(microsecond=0)


def shown(moment: datetime | None) -> str | None:
    """As in 2026-10-31 23:59:59; None stays None."""
    return moment.isoformat(" ") if moment is not None else None
