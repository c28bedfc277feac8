"""Tables of messages whose times lack their day or year, as those that copy a screen write them.

The day stands on a row of its own above the messages, or the operator says it. Each time becomes a
whole one; what nothing gives a day stays as it is, so that its row is rejected.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from kshop_audit.errors import InputError
from kshop_audit.ingest.cells.protection import BLANKS
from kshop_audit.ingest.convert import copied_times
from kshop_audit.ingest.convert.rewritten import Rewritten, writing
from kshop_audit.ingest.decode.strict import RecordTable
from kshop_audit.ingest.files.container import LockedError
from kshop_audit.ingest.headers.catalogue import mostly_known
from kshop_audit.ingest.headers.locate import Header
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text
from kshop_audit.model.patterns import regex
from kshop_audit.model.schema import TABLES, Kind

_DAY = regex(r"(20\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:\s+00:00:00)?(?:\s*(?:星期|周).)?")
_SHAPE = Text("时间没有日期或年份", "times without a day or year")


@frozen
class Days:
    """What may give a time its day. `given`: the day in the configuration, for times of day alone;
    `copied`: the day of the copy, by which a day without a year is placed.
    """

    given: date | None
    copied: date | None


def lacks_days(name: str, header: Header, days: Days) -> bool:
    """Whether the first rows of a table of messages show such times and something gives them a day.

    LockedError if nothing does and several of them have no other times.
    """
    places = header.match.columns.get("sent_at")
    if header.match.kind is not Kind.CHATS or places is None:
        return False
    cells = [row[places[0]].strip(BLANKS) for row in header.below if places[0] < len(row)]
    times = [copied_times.whole(cell) for cell in cells if _DAY.fullmatch(cell) is None]
    bare = [time for time in times if time is not None and time.year is None]
    if not bare:
        return False
    if days.copied is not None or any(_day_alone(row) for row in header.below):
        return True
    if len(bare) == sum(time is not None for time in times) > 1:  # one alone is a slip of the pen
        raise _undated(name)
    return False


def dated(path: Path, name: str, start: int, header: Header, days: Days, target: Path) -> Rewritten:
    """The table with whole times, written to `target`; `path` and `start`: its UTF-8 text."""
    match = header.match
    time = match.columns["sent_at"][0]
    key = match.columns.get(TABLES[Kind.CHATS].key[0])
    known = tuple(place for places in match.columns.values() for place in places)
    table = RecordTable(
        path, name, start + header.end, header, key[0] if key else None, (), known,
        heads=lambda cells: mostly_known(cells) or _day_alone(cells) is not None,
    )  # fmt: skip
    day: date | None = None
    width = len(match.headers)
    blank = [""] * width
    with writing(target, match.headers) as out:
        for row, found in table.rows():
            cells = [*found.cells[:width], *[""] * (width - len(found.cells))]
            alone = _day_alone(found.cells)
            day = alone or day
            if alone or (header.described and row == header.row + 1):
                out.row(row, blank)
            elif found.fault is not None:
                out.fault(row, found.fault, found.shown(width))
            else:
                cells[time] = _whole(cells[time], day or days.given, days.copied)
                out.row(row, cells)
    return out.rewritten(_SHAPE)


def _day_alone(cells: Iterable[str]) -> date | None:
    """The day that is all that a row says."""
    filled = [cell for cell in (text.strip(BLANKS) for text in cells) if cell]
    found = _DAY.fullmatch(filled[0]) if len(filled) == 1 else None
    if found is None:
        return None
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        return None


def _whole(text: str, day: date | None, copied: date | None) -> str:
    """The time with its day; as it stands if it has one, is no time, or nothing says the day."""
    moment = copied_times.whole(text.strip(BLANKS))
    if moment is None or moment.year is not None:
        return text
    at_some_time = moment.month is None and not moment.back
    anchor = day if at_some_time else copied
    found = None if anchor is None else moment.at(anchor)
    return text if found is None else copied_times.written(found, exact=moment.exact)


def _undated(name: str) -> InputError:
    return LockedError(
        f"{name}：消息时间没有年份或日期；请在 shop.toml 的 [inputs.chats] 写明那一天 "
        'copied_on = "2026-02-25"，或在每天的消息上面加一行日期',
        f"{name}: the times of these messages lack the year or the day; say which it is: "
        'copied_on = "2026-02-25" in [inputs.chats] of shop.toml, or put a row with the date above '
        "the messages of each day",
    )
