"""Tables whose times are not in one cell each, or count from another day than usual.

Some exports keep the day and the time of day in two columns; a workbook of the 1904 date system
counts its days from 1904. Each time becomes one whole text in the column that is understood.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from kshop_audit.ingest.cells.protection import BLANKS, EMPTY
from kshop_audit.ingest.convert.rewritten import Rewritten, writing
from kshop_audit.ingest.decode.strict import RecordTable
from kshop_audit.ingest.headers.catalogue import normal
from kshop_audit.ingest.headers.locate import Header
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text
from kshop_audit.model.patterns import regex
from kshop_audit.model.schema import TABLES, Type

DAYS_TO_1904 = 1_462
"""Days from the first day of the usual date system of spreadsheets to that of the 1904 system."""

_ZERO = date(1899, 12, 30)
_SERIALS = range(20_000, 80_000)  # 1954 to 2119, as everywhere
_DAY = regex(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?(?:[T\s]+0?0:00(?::00(?:\.0+)?)?)?"
    r"(?:\s*(?:星期|周).)?"
)
_DIGITS = regex(r"(20\d\d)(\d\d)(\d\d)(?:\.0+)?")
_SERIAL = regex(r"(\d{5})(?:\.0+)?")
_NUMBER = regex(r"\d{5}(?:\.\d+)?")
_CLOCK = regex(
    r"(?:上午|下午|AM|PM)?\s*\d{1,2}[:：时点]\d{1,2}(?:[:：分]\d{1,2}(?:\.\d{1,9})?)?[分秒]?\s*(?:AM|PM)?",
    re.IGNORECASE,
)
_FRACTION = regex(r"0?\.\d+(?:E-\d+)?|0", re.IGNORECASE)
_DAY_ZERO = regex(r"(?:1899-12-3[01]|1904-01-01|1900-01-0[01])[T\s]+")
_DAY_NAME = regex(r"日期|date|day|(?:^|[^时])日$")
_CLOCK_NAME = regex(r"时间|时刻|钟点|time|clock")
_SHAPE = Text("时间由两列合成", "times put together from two columns")
_EARLY = Text("1904 日期系统的工作簿", "a workbook of the 1904 date system")


@frozen
class Pair:
    """A column of days and one of times of day; `target`: the one of them that is understood."""

    target: int
    day: int
    clock: int


@frozen
class Retiming:
    """What is to be done with a table: columns to be joined, and columns of day numbers that count
    from 1904.
    """

    pairs: tuple[Pair, ...]
    numbers: tuple[int, ...]

    @property
    def shape(self) -> Text:
        """What the table was before."""
        return _SHAPE if self.pairs else _EARLY


def needed(header: Header, *, early: bool) -> Retiming | None:
    """What must be done with the times of a table, None if nothing must.

    `early`: it is a sheet of a workbook of the 1904 date system.
    """
    table = TABLES[header.match.kind]
    places = [
        place
        for name, several in header.match.columns.items()
        if table.column(name).type in (Type.TIME, Type.DATE)
        for place in several
    ]
    timed = [
        several[0]
        for name, several in header.match.columns.items()
        if table.column(name).type is Type.TIME and len(several) == 1
    ]
    pairs = tuple(pair for place in timed if (pair := _pair(header, place, places)) is not None)
    numbers = tuple(places) if early else ()
    return Retiming(pairs, numbers) if pairs or numbers else None


def _cells(header: Header, place: int) -> list[str]:
    """What stands in a column, but for blank cells and its name where the header is repeated."""
    name = normal(header.match.headers[place])
    found = (row[place].strip(BLANKS) for row in header.below if place < len(row))
    return [cell for cell in found if cell.lower() not in EMPTY and normal(cell) != name]


def _pair(header: Header, place: int, timed: Sequence[int]) -> Pair | None:
    """The columns that make up the time in this one; None if it is whole, or nothing fits."""
    cells = _cells(header, place)
    names = [normal(name) for name in header.match.headers]
    named = bool(cells) or _CLOCK_NAME.search(names[place]) is not None
    if named and all(_clock(cell) is not None for cell in cells):
        days = [n for n in _others(names, timed, _DAY_NAME) if _all_days(header, n)]
        # Without a cell to look at, only the name can tell that two columns belong together.
        partner = _partner(names, place, days, alike=not cells)
        return None if partner is None else Pair(place, partner, place)
    if cells and all(_day(cell, early=False) is not None for cell in cells):
        clocks = [n for n in _others(names, timed, _CLOCK_NAME) if _all_clocks(header, n)]
        partner = _partner(names, place, clocks, alike=False)
        return None if partner is None else Pair(place, place, partner)
    return None


def _others(names: Sequence[str], timed: Sequence[int], form: re.Pattern[str]) -> list[int]:
    return [n for n, name in enumerate(names) if n not in timed and form.search(name)]


def _all_days(header: Header, place: int) -> bool:
    return all(_day(cell, early=False) is not None for cell in _cells(header, place))


def _all_clocks(header: Header, place: int) -> bool:
    cells = _cells(header, place)
    return bool(cells) and all(_clock(cell) is not None for cell in cells)


def _partner(names: Sequence[str], place: int, found: list[int], *, alike: bool) -> int | None:
    """The column that belongs to the one at `place`: of the same stem, else one without a stem,
    else the one right beside it.
    """
    own = _stem(names[place])
    same = [n for n in found if _stem(names[n]) == own]
    if same or alike:
        return same[0] if len(same) == 1 else None
    bare = [n for n in found if not _stem(names[n])]
    beside = [n for n in found if abs(n - place) == 1]
    return next((several[0] for several in (bare, beside) if len(several) == 1), None)


def _stem(name: str) -> str:
    """What a header says besides that it is a day or a time."""
    return re.sub(r"日期|时间|时刻|钟点|date|time|clock|day|日$|[_\s-]|at$", "", name)


def retimed(
    path: Path, name: str, start: int, header: Header, what: Retiming, target: Path
) -> Rewritten:
    """The table with whole times, written to `target`; `path` and `start`: its UTF-8 text."""
    match = header.match
    key = match.columns.get(TABLES[match.kind].key[0])
    known = tuple(place for places in match.columns.values() for place in places)
    table = RecordTable(path, name, start + header.end, header, key[0] if key else None, (), known)
    width = len(match.headers)
    # A column that went into another one is no unknown column.
    gone = {place for pair in what.pairs for place in (pair.day, pair.clock)} - set(known)
    headers = ["" if place in gone else text for place, text in enumerate(match.headers)]
    shifted = False
    with writing(target, headers) as out:
        for row, found in table.rows():
            cells = [*found.cells[:width], *[""] * (width - len(found.cells))]
            if header.described and row == header.row + 1:
                out.row(row, [""] * width)
            elif found.fault is not None:
                out.fault(row, found.fault, found.shown(width))
            else:
                shifted = shifted or any(_NUMBER.fullmatch(cells[n]) for n in what.numbers)
                out.row(row, whole(cells, what))
    return out.rewritten(what.shape, *_notes(match.headers, what, shifted=shifted))


def whole(cells: list[str], what: Retiming) -> list[str]:
    """The cells of a row with whole times; what cannot be joined for certain stays as it is."""
    changed = list(cells)
    joined = set()
    for pair in what.pairs:
        day = _day(cells[pair.day].strip(BLANKS), early=bool(what.numbers))
        clock, said = _clock(cells[pair.clock].strip(BLANKS)), cells[pair.clock].strip(BLANKS)
        if day is not None and (clock is not None or said.lower() in EMPTY):
            changed[pair.target] = f"{day.isoformat()} {clock or ''}".strip()
            joined.add(pair.target)
    for place in what.numbers:
        text = cells[place].strip(BLANKS)
        if place not in joined and _NUMBER.fullmatch(text):
            changed[place] = str(Decimal(text) + DAYS_TO_1904)
    return changed


def _day(text: str, *, early: bool) -> date | None:
    """The day that is all that a cell says."""
    text = text.strip("'\"=")
    serial = _SERIAL.fullmatch(text)
    if serial is not None:
        number = int(serial[1]) + (DAYS_TO_1904 if early else 0)
        return _ZERO + timedelta(days=number) if number in _SERIALS else None
    found = _DAY.fullmatch(text) or _DIGITS.fullmatch(text)
    if found is None:
        return None
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        return None


def _clock(text: str) -> str | None:
    """The time of day that is all that a cell says; a workbook may hold it as part of a day."""
    text = _DAY_ZERO.sub("", text.strip("'\"="))
    if _FRACTION.fullmatch(text):
        seconds = round(Decimal(text) * 86_400)
        hour, rest = divmod(seconds, 3_600)
        return f"{hour:02}:{rest // 60:02}:{rest % 60:02}"
    return text.replace("：", ":") if _CLOCK.fullmatch(text) else None


def _notes(headers: Sequence[str], what: Retiming, *, shifted: bool) -> list[Text]:
    found = []
    for pair in what.pairs:
        day, clock = headers[pair.day].strip(), headers[pair.clock].strip()
        found.append(
            Text(
                f"“{day}”“{clock}”两列已合成一个时间",
                f"{day} and {clock} were joined to one time",
            )
        )
    if shifted:
        found.append(
            Text(
                f"工作簿用 1904 日期系统，纯数字的日期已加 {DAYS_TO_1904} 天",
                f"the workbook counts days from 1904; {DAYS_TO_1904} days were added to bare "
                "numbers",
            )
        )
    return found
