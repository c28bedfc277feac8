"""How spreadsheets, downloads and platforms damage a value without changing its meaning."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))
SERIAL_ZERO = datetime(1899, 12, 30)
EMPTY = ("", "-", "--", "—", "/", "无", "(无)", "nan", "null")
PLACEHOLDER = "2000-01-01 00:00:00"
# Digits, colon and hyphen stand at the same distance from their full-width twins.
FULL_WIDTH = {ord(mark): ord(mark) + 0xFEE0 for mark in "0123456789:-"}


def full_width(text: str) -> str:
    return text.translate(FULL_WIDTH)


def _slashes(at: datetime) -> str:
    return f"{at.year}/{at.month}/{at.day} {at.hour}:{at:%M:%S}"


def _noon(at: datetime) -> str:
    """12-hour clock; midnight and noon are written in two ways, so they are left out."""
    if at.hour in (0, 12):
        return _slashes(at)
    half = "上午" if at.hour < 12 else "下午"
    return f"{at.year}/{at.month}/{at.day} {half}{at.hour % 12}:{at:%M:%S}"


def _minutes(at: datetime) -> str:
    return _slashes(at)[:-3] if at.second == 0 else _slashes(at)


def _epoch(at: datetime) -> str:
    return str(int(at.replace(tzinfo=SHANGHAI).timestamp()))


def _serial(at: datetime) -> str:
    """Days since 1899-12-30 as Excel stores them, with ten decimals (0.00001 s)."""
    gap = at - SERIAL_ZERO
    fraction = (gap.seconds * 10**10 + 43200) // 86400
    return f"{gap.days}.{fraction:010d}"


TIME_FORMS: tuple[Callable[[datetime], str], ...] = (
    lambda at: f"{at:%Y-%m-%d %H:%M:%S}",
    _slashes,
    lambda at: f"{at:%Y.%m.%d %H:%M:%S}",
    lambda at: f"{at.year}年{at.month}月{at.day}日 {at:%H:%M:%S}",
    lambda at: f"{at:%Y%m%d%H%M%S}",
    _noon,
    lambda at: full_width(f"{at:%Y-%m-%d %H:%M:%S}"),
    lambda at: f"{at:%Y-%m-%dT%H:%M:%S}+08:00",
    lambda at: f"{at.replace(tzinfo=SHANGHAI).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    lambda at: f"{at:%Y-%m-%d %H:%M:%S} UTC+8",
    lambda at: f"{at:%Y-%m-%d %H:%M:%S} CST",
    _epoch,
    lambda at: _epoch(at) + "000",
    _serial,
    _minutes,
)
ID_FORMS: tuple[Callable[[str], str], ...] = (
    lambda text: "\t" + text,
    lambda text: "'" + text,
    lambda text: f'="{text}"',
    lambda text: text + ".0",
    lambda text: text,
    lambda text: text + "\t",
)
MONEY_FORMS: tuple[Callable[[str], str], ...] = (
    lambda text: text,
    lambda text: "\u00a5" + text,
    lambda text: "\uffe5" + text,
    lambda text: f" {text} ",
    lambda text: text + "元",
)


def odd_time(text: str, turn: int) -> str:
    return TIME_FORMS[turn % len(TIME_FORMS)](datetime.fromisoformat(text)) if text else text


def odd_id(text: str, turn: int) -> str:
    return ID_FORMS[turn % len(ID_FORMS)](text)


def odd_money(text: str, turn: int) -> str:
    whole, _, cents = text.partition(".")
    return MONEY_FORMS[turn % len(MONEY_FORMS)](f"{int(whole):,}.{cents}")


def odd_empty(text: str, turn: int) -> str:
    return text or EMPTY[turn % len(EMPTY)]


def record(cells: Sequence[str], delimiter: str = ",") -> str:
    """One record without its line end, quoted only where needed."""

    def quoted(cell: str) -> str:
        if any(mark in cell for mark in (delimiter, '"', "\n", "\r")):
            return '"' + cell.replace('"', '""') + '"'
        return cell

    return delimiter.join(quoted(cell) for cell in cells)
