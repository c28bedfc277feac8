"""Read times in every form that exports use; what is not certain stays null.

Nearly all cells have one of three usual forms, which Polars parses at some 50 million a second;
the others are tried only on what is left, so that they cost little where there is nothing left.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Sequence
from datetime import datetime

import polars as pl

from kshop_audit.ingest.cells.protection import bare
from kshop_audit.model.moments import ZONE
from kshop_audit.model.patterns import regex
from kshop_audit.tables import DAY_SPAN, MINUTE_SPAN, TIME

_SECONDS = "%Y-%m-%d %H:%M:%S"
_MINUTES = "%Y-%m-%d %H:%M"
_DAYS = "%Y-%m-%d"

# A date, perhaps its weekday, then perhaps a time of day with fractions, its part of the day before
# or AM/PM after, and a zone.
_CALENDAR = (
    r"^(?<year>[0-9]{4})[-/.年](?<month>[0-9]{1,2})[-/.月](?<day>[0-9]{1,2})日?"
    r"(?:\s*[(]?(?:星期|周|礼拜)(?<weekday>[一二三四五六日天])[)]?)?"
    r"(?:[T\s]*(?<before>上午|下午|AM|PM|凌晨|早上|中午|晚上)?\s*"
    r"(?<hour>[0-9]{1,2})[:时点](?<minute>[0-9]{1,2})"
    r"(?:[:分](?<second>[0-9]{1,2})(?:[.,][0-9]{1,9})?)?[分秒]?\s*(?<after>AM|PM)?"
    r"\s*(?<zone>Z|UTC|GMT|CST|(?:UTC|GMT)?[+-][0-9]{1,2}(?::?[0-9]{2})?)?(?:\[ASIA/SHANGHAI\])?)?$"
)
_DIGITS = r"^([0-9]{8}(?:[T ]?[0-9]{2}:?[0-9]{2}:?[0-9]{2})?)(?:\.0+)?$"
_BARE_DAY = r"^[0-9]{8}(?:\.0+)?$"
_DIGIT_FORMS = (
    "%Y%m%d%H%M%S",
    "%Y%m%d %H%M%S",
    "%Y%m%dT%H%M%S",
    "%Y%m%d %H:%M:%S",
    "%Y%m%dT%H:%M:%S",
)
_EPOCH = r"^([0-9]{10})(?:[0-9]{3})?(?:\.[0-9]*)?$"
# 2026103108 may be eight in the morning or a second of 2034; 17 and 18 hundred are no years here.
_HOURS = r"^20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[01][0-9]|2[0-4])(?:\.[0-9]*)?$"
_SERIAL = r"^([0-9]{5}(?:\.[0-9]+)?)$"
_OFFSET = r"([+-])([0-9]{1,2})(?::?([0-9]{2}))?$"

_WEEKDAYS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "日": 7, "天": 7}

_HOUR = 3_600_000
_SERIAL_ZERO = datetime(1899, 12, 30)
_SERIALS = (20_000, 80_000)  # 1954 to 2119; other numbers are no dates of a shop

_UNSET = r"^0{4}\D|^0+$|^1900\D0?1\D0?0(?:\D|$)"
_EARLIEST = datetime(1901, 1, 1)
_UNSET_YEARS = (1, 1899, 1900)
_LATEST = datetime(9999, 12, 31, 23, 59, 59)
_NEVER = datetime(2099, 12, 31)  # from here on days are what systems write for "never"
_THIS_CENTURY = datetime(2001, 1, 1)  # after all days that mean "never"
_UNSET_DAYS = (datetime(2000, 1, 1), datetime(1970, 1, 1))


_NAME = regex(r"[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*")


def is_zone(name: str) -> bool:
    """Whether `name` is a zone of the IANA database, which Polars brings along."""
    try:
        pl.Series([], dtype=pl.Datetime("ms", name))
    except pl.exceptions.PolarsError:
        return False
    return _NAME.fullmatch(name) is not None


def zones() -> Sequence[str]:
    """The zones that this machine can list, for hints; none where it has no database."""
    return sorted(zoneinfo.available_timezones())


def _placed(time: pl.Expr, zone: str) -> pl.Expr:
    """Clock time of a zone → naive Asia/Shanghai.

    An hour that the clocks repeat or skip is no certain time: null, so that its row is
    rejected. Days that stand for "never" stay as they are.
    """
    if zone == ZONE:
        return time
    there = time.dt.replace_time_zone(zone, ambiguous="null", non_existent="null")
    here = there.dt.convert_time_zone("UTC").dt.replace_time_zone(None).cast(pl.Int64) + 8 * _HOUR
    return pl.when(_is_placeholder(time)).then(time).otherwise(here.cast(TIME))


def usual(raw: pl.Expr, zone: str = ZONE) -> pl.Expr:
    """The time of a cell in one of the usual forms, with dashes or slashes, else null.

    `zone`: whose clock the cell was written by.
    """
    dashed = raw.str.replace_all("/", "-", literal=True)
    first = dashed.str.to_datetime(_SECONDS, strict=False, time_unit="ms")
    rest = pl.when(first.is_null() & (raw != "")).then(dashed)
    civil = _between(
        pl.coalesce(
            first,
            rest.str.to_datetime(_MINUTES, strict=False, time_unit="ms"),
            rest.str.to_date(_DAYS, strict=False).cast(TIME),
        )
    )
    return _placed(civil, zone)


def plain(raw: pl.Expr, zone: str = ZONE) -> pl.Expr:
    """The time of a cell in the most usual form and of this century, else null."""
    # Nearly all texts differ, so a cache of them costs more than it saves.
    time = raw.str.to_datetime(_SECONDS, strict=False, time_unit="ms", cache=False)
    return _placed(pl.when(time.is_between(_THIS_CENTURY, _NEVER, closed="left")).then(time), zone)


def plain_day(raw: pl.Expr) -> pl.Expr:
    """The day of a cell in the most usual form and of this century, else null."""
    day = raw.str.to_date(_DAYS, strict=False)
    return pl.when(day.is_between(_THIS_CENTURY.date(), _NEVER.date(), closed="left")).then(day)


def odd(raw: pl.Expr, usual: pl.Expr) -> pl.Expr:
    """The text of a cell in any other form, made ready for `calendar` and `parse`."""
    return bare(pl.when(usual.is_null() & (raw != "")).then(raw)).str.to_uppercase()


def calendar(odd: pl.Expr) -> pl.Expr:
    """The parts of a calendar date and time of day, a struct of texts."""
    return odd.str.extract_groups(_CALENDAR)


def parse(usual: pl.Expr, odd: pl.Expr, parts: pl.Expr, zone: str = ZONE) -> pl.Expr:
    """The steps before → naive Asia/Shanghai time in whole seconds; null where it is not certain.

    `zone` is that of cells that name none. Placeholder days are still in it: see
    `without_placeholders`.
    """
    clock = _from_parts(parts)
    if zone != ZONE:
        named = parts.struct.field("zone").is_not_null()
        clock = pl.when(named).then(clock).otherwise(_placed(clock, zone))
    digits, serial = _placed(_from_digits(odd), zone), _placed(_serial(odd), zone)
    return pl.coalesce(usual, clock, digits, _epoch(odd), serial).cast(TIME)


def span(raw: pl.Expr, usual: pl.Expr, odd: pl.Expr, parts: pl.Expr) -> pl.Expr:
    """Int32: by how many seconds the instant may be later, by the form of the cell: 59 without
    seconds, 86,399 without a time of day, else null.
    """
    colons = raw.str.count_matches(":", literal=True)
    hour, second = parts.struct.field("hour"), parts.struct.field("second")
    day = parts.struct.field("year").is_not_null() & hour.is_null() | odd.str.contains(_BARE_DAY)
    return (
        pl.when(usual.is_not_null() & (colons == 0) | day.fill_null(False))
        .then(DAY_SPAN)
        .when(usual.is_not_null() & (colons == 1) | hour.is_not_null() & second.is_null())
        .then(MINUTE_SPAN)
        .cast(pl.Int32)
    )


def is_unset(odd: pl.Expr) -> pl.Expr:
    """Whether a text stands for "no time" without being a date of any calendar."""
    return odd.str.contains(_UNSET)


def without_placeholders(time: pl.Expr) -> pl.Expr:
    """Null for the days that systems write when they mean "never"."""
    return pl.when(~_is_placeholder(time)).then(time)


def _is_placeholder(time: pl.Expr) -> pl.Expr:
    unset = (time < _EARLIEST) | (time >= _NEVER)
    for day in _UNSET_DAYS:
        unset |= time.dt.date() == day.date()
    return unset


def _between(time: pl.Expr) -> pl.Expr:
    return pl.when(time.is_between(_EARLIEST, _LATEST) & _may_be(time)).then(time)


def _from_parts(parts: pl.Expr) -> pl.Expr:
    def number(name: str) -> pl.Expr:
        return parts.struct.field(name).cast(pl.Int64, strict=False)

    day = pl.concat_str(
        parts.struct.field("year"),
        parts.struct.field("month").str.zfill(2),
        parts.struct.field("day").str.zfill(2),
    ).str.to_date("%Y%m%d", strict=False)
    hour = _hour(number("hour"), parts.struct.field("before"), parts.struct.field("after"))
    minute, second = number("minute").fill_null(0), number("second").fill_null(0)
    # 24:00 is how some exports write midnight at the end of a day.
    valid = (minute < 60) & (second < 60) & ((hour < 24) | ((hour == 24) & (minute + second == 0)))
    clock = hour * _HOUR + minute * 60_000 + second * 1_000 + _shift(parts.struct.field("zone"))
    weekday = parts.struct.field("weekday").replace_strict(_WEEKDAYS, return_dtype=pl.Int8())
    valid &= (weekday == day.dt.weekday()).fill_null(True)
    time = day.cast(TIME).cast(pl.Int64) + clock
    # A year such as 0026 is a slip of the pen; these are what systems write for "never".
    sane = (day >= _EARLIEST.date()) | day.dt.year().is_in(_UNSET_YEARS)
    return pl.when(valid & sane & _may_be(day)).then(time).cast(TIME)


def _may_be(time: pl.Expr) -> pl.Expr:
    """Whether a time or day is of this age, or one that systems write for "never": of other years
    to come it is a first or last day, or the year is of one digit.
    """
    year, date = time.dt.year(), time.dt.strftime("%m%d")
    return (time < _NEVER) | date.is_in(["0101", "1231"]) | (year % 1111 == 0)


def _hour(hour: pl.Expr, before: pl.Expr, after: pl.Expr) -> pl.Expr:
    """Hour of 24 from an hour and its part of the day; null where both contradict each other, or
    where the hour may be one of two.
    """
    half = pl.coalesce(before, after)
    morning, evening = half.is_in(["上午", "AM"]), half.is_in(["下午", "PM"])
    return (
        pl.when(hour.is_null())
        .then(0)
        .when(morning.fill_null(False))
        .then(pl.when(hour <= 12).then(hour % 12))
        .when(evening.fill_null(False))
        .then(pl.when(hour < 12).then(hour + 12).when(hour < 24).then(hour))
        .when(half == "凌晨")
        .then(pl.when(hour == 12).then(0).when(hour <= 6).then(hour))
        .when(half == "早上")
        .then(pl.when(hour.is_between(4, 11)).then(hour))
        .when(half == "中午")
        .then(
            pl.when(hour.is_between(11, 14)).then(hour).when(hour.is_between(1, 2)).then(hour + 12)
        )
        .when(half == "晚上")
        .then(
            pl.when(hour.is_between(6, 11)).then(hour + 12).when(hour.is_between(18, 23)).then(hour)
        )
        .otherwise(hour)
    )


def _shift(zone: pl.Expr) -> pl.Expr:
    """Milliseconds to add to a time of this zone to get Asia/Shanghai; CST is China's here."""
    sign = zone.str.extract(_OFFSET, 1)
    hours = zone.str.extract(_OFFSET, 2).cast(pl.Int64)
    minutes = zone.str.extract(_OFFSET, 3).cast(pl.Int64).fill_null(0)
    offset = (hours * 60 + minutes) * 60_000
    offset = pl.when(sign == "-").then(-offset).otherwise(offset)
    return (
        pl.when(zone.is_null() | (zone == "CST"))
        .then(0)
        .when(zone.is_in(["Z", "UTC", "GMT"]))
        .then(8 * _HOUR)
        .when((hours <= 14) & (minutes < 60))
        .then(8 * _HOUR - offset)
    )


def _from_digits(odd: pl.Expr) -> pl.Expr:
    """20261031 and 20261031080500; the pattern guards against shorter runs of digits."""
    digits = odd.str.extract(_DIGITS, 1)
    timed = (digits.str.to_datetime(f, strict=False, time_unit="ms") for f in _DIGIT_FORMS)
    return _between(pl.coalesce(*timed, digits.str.to_date("%Y%m%d", strict=False).cast(TIME)))


def _epoch(odd: pl.Expr) -> pl.Expr:
    """Seconds or milliseconds since 1970, unless the digits are a day and an hour just as well."""
    sole = pl.when(~odd.str.contains(_HOURS)).then(odd)
    seconds = sole.str.extract(_EPOCH, 1).cast(pl.Int64, strict=False)
    return (seconds * 1_000 + 8 * _HOUR).cast(TIME)


def _serial(odd: pl.Expr) -> pl.Expr:
    """A spreadsheet's day number; binary floats hold it to the microsecond, rounded to seconds."""
    days = odd.str.extract(_SERIAL, 1).cast(pl.Float64, strict=False)
    seconds = (days * 86_400).round(0).cast(pl.Int64)
    time = pl.lit(_SERIAL_ZERO).cast(TIME) + pl.duration(seconds=seconds, time_unit="ms")
    return pl.when(days.is_between(*_SERIALS)).then(time)
