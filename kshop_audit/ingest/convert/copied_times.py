"""Times as conversations show them: with a year, without one, without a day.

What lacks its year or day is put in order by the day on which the text was copied. A time is taken
for the latest one before the end of that day; nothing here ever looks at a clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from kshop_audit.model.frozen import frozen
from kshop_audit.model.patterns import regex

MOST_DAYS = 330
"""A day without a year further back could as well be one that had not come when it was copied."""

_CLOCK = (
    r"(?:(?P<half>上午|下午|凌晨|早上|中午|晚上|[AaPp][Mm])\s*)?"
    r"(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?"
    r"(?:\s*(?P<letters>[AaPp][Mm]))?"
)
_DAY = r"(?P<month>0?[1-9]|1[0-2])[-/.月](?P<day>0?[1-9]|[12]\d|3[01])日?"
_RELATIVE = {"今天": 0, "昨天": 1, "前天": 2}
_DATED = rf"(?P<year>20\d\d)[-/.年]{_DAY}[T\s]*{_CLOCK}"
_WITHOUT_YEAR = rf"{_DAY}\s*{_CLOCK}"
_NAMED = rf"(?P<named>{'|'.join(_RELATIVE)})\s*{_CLOCK}"

FORMS = tuple(map(regex, (_DATED, _WITHOUT_YEAR, _NAMED, _CLOCK)))
"""The forms of a time, those that say more first."""

TIME_LIKE = regex(r"[-\d/.:年月日今昨前天上下午凌晨早中晚T\s]*\d{1,2}:\d{2}[-\d/.:\sAPMapm]*$")
"""What looks like a time, right or wrong."""

_IN_NAMES = regex(r"(?<!\d)(20\d\d)([-_.年]?)(\d{1,2})[-_.月]?(\d{1,2})(?:日|(?!\d))")


class NoDayError(Exception):
    """A time lacks its day or year, and nothing says when it was copied."""


@frozen
class Moment:
    """A time that may lack its year, month and day. `back`: days before the copying; `exact`: it
    has seconds.
    """

    clock: tuple[int, int, int]
    year: int | None = None
    month: int | None = None
    day: int | None = None
    back: int = 0
    exact: bool = True

    def at(self, copied: date | None) -> datetime | None:
        """The time; None where there is none. NoDayError if `copied` is needed and not known."""
        hour, minute, second = self.clock
        if self.year is None and copied is None:
            raise NoDayError
        try:
            if self.month is None or self.day is None:
                day = date.fromordinal(_known(copied).toordinal() - self.back)
            elif self.year is None:
                day = self._latest(_known(copied))
            else:
                day = date(self.year, self.month, self.day)
            return datetime(day.year, day.month, day.day, hour, minute, second)
        except ValueError:
            return None

    def _latest(self, copied: date) -> date:
        """The last such day up to the copying; ValueError if that is too long ago to be sure."""
        month, day = self.month or 0, self.day or 0
        year = copied.year if (month, day) <= (copied.month, copied.day) else copied.year - 1
        found = date(year, month, day)
        if copied - found > timedelta(days=MOST_DAYS):
            raise ValueError
        return found


def _known(copied: date | None) -> date:
    if copied is None:
        raise NoDayError
    return copied


def read(found: re.Match[str]) -> Moment:
    """The time that one of FORMS found."""
    parts = found.groupdict()

    def number(name: str) -> int | None:
        text = parts.get(name)
        return int(text) if text else None

    half = (parts.get("half") or parts.get("letters") or "").upper()
    hour = _of_half(half, number("hour") or 0) if half else number("hour") or 0
    clock = (hour, number("minute") or 0, number("second") or 0)
    back = _RELATIVE.get(parts.get("named") or "", 0)
    exact = parts.get("second") is not None
    return Moment(clock, number("year"), number("month"), number("day"), back, exact)


_NO_HOUR = 24
"""In place of an hour that its half of the day does not have; no time has it."""


def _of_half(half: str, hour: int) -> int:
    """The hour of the day, from that of a half of it: 下午 3 is 15, 上午 12 is 0."""
    if half in ("上午", "AM", "早上", "凌晨"):
        return hour % 12 if hour <= 12 else _NO_HOUR
    if half == "晚上" and hour == 12:
        return _NO_HOUR  # midnight, and nothing says of which day
    if half == "中午" and hour in (11, 12):
        return hour
    return hour + 12 if hour < 12 else hour


def written(at: datetime, *, exact: bool) -> str:
    """The time as it is written into a table, without seconds if it had none."""
    return f"{at:%Y-%m-%d %H:%M:%S}" if exact else f"{at:%Y-%m-%d %H:%M}"


def whole(text: str) -> Moment | None:
    """The time that a text is, None if it is none."""
    for form in FORMS:
        found = form.fullmatch(text.strip())
        if found:
            return read(found)
    return None


def glued(line: str) -> Iterator[tuple[str, Moment]]:
    """(what stands before, time) for every way to read the end of a line as month, day and time.

    小明12-22 18:55:20 may be 小明 in December or 小明1 in February.
    """
    dated = _GLUED_DATED.fullmatch(line)
    if dated:
        yield dated["before"], read(dated)
        return
    found = _GLUED.fullmatch(line)
    if not found:
        return
    before, digits, rest = found["before"], found["digits"], found["rest"]
    for length in (1, 2):
        if length > len(digits):
            break
        moment = whole(digits[-length:] + rest)
        name = before + digits[: len(digits) - length]
        if moment is not None and name:
            yield name, moment


def looks_glued(line: str) -> bool:
    """Whether a line ends as one of these does, with a time or with what is none."""
    return _GLUED.fullmatch(line) is not None


def glued_time(line: str) -> str:
    """The end of such a line that is no name, as far as that is certain."""
    return line[len(line.rstrip("0123456789-/月日: ")) :].strip()


def leading(line: str) -> tuple[Moment, str] | None:
    """(time, what follows) of a line that begins with a time that has its year."""
    found = _LEADING.fullmatch(line)
    return None if found is None else (read(found), found["after"].strip())


def has_year(line: str) -> bool:
    """Whether a line ends with a time that has a year, as lines of many sorts do."""
    return _GLUED_DATED.fullmatch(line) is not None


_LEADING = regex(rf"\s*[\[【(（]?\s*{_DATED}(?:\.\d{{1,3}})?(?:\s*[\]】)）]\s*|\s+)(?P<after>\S.*)")
_GLUED_DATED = regex(rf"(?P<before>.+?)\s*[(（\[【]?\s*{_DATED}\s*[)）\]】]?[:：]?\s*")
_GLUED = regex(r"(?P<before>.*?)(?P<digits>\d+)(?P<rest>[-/月]\d{1,2}日?\s+\d{1,2}:\d{2}:\d{2})\s*")


def day_in_name(name: str) -> date | None:
    """The day that the name of a file says, if it says exactly one."""
    days = days_in_name(name)
    return days[0] if len(days) == 1 else None


def days_in_name(name: str) -> list[date]:
    """The days that the name of a file says, each once, in their order."""
    days = set()
    for year, _, month, day in _IN_NAMES.findall(name):
        try:
            days.add(date(int(year), int(month), int(day)))
        except ValueError:
            continue
    return sorted(days)
