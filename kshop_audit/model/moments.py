"""Instants as the tool writes and reads them: naive, Asia/Shanghai, whole seconds."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

from kshop_audit.errors import UsageError

ZONE = "Asia/Shanghai"
OFFSET = timezone(timedelta(hours=8))
"""Shanghai has had no daylight saving since 1992, so a fixed offset is exact for every shop."""


def parse_as_of(text: str) -> datetime:
    """The instant meant by --as-of: a date is the END of that day; an offset is converted."""
    try:
        if len(text.strip()) == len("2026-10-31"):
            day = date.fromisoformat(text.strip())
            return datetime.combine(day + timedelta(days=1), time.min)
        moment = datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"--as-of 看不懂“{text}”：请写成 2026-10-31 或 2026-10-31T15:00",
            f"--as-of: {text!r} is no date; write 2026-10-31 or 2026-10-31T15:00",
        ) from error
    return local(moment).replace(microsecond=0)


def local(moment: datetime) -> datetime:
    """The moment as naive Shanghai time; naive ones already are."""
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(UTC).astimezone(OFFSET).replace(tzinfo=None)


def shown(moment: datetime | None) -> str | None:
    """As in 2026-10-31 23:59:59; None stays None."""
    return moment.isoformat(" ") if moment is not None else None
