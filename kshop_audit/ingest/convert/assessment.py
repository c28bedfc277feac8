"""The assessment of customer service that a back office exports: the shop's row and its agents'.

The file names no day: its name does, or the folder it lies in. Shares stand as percent with or
without the sign, means as a length of time in words. Everything else stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path, PurePath

from kshop_audit.ingest.cells import reasons
from kshop_audit.ingest.cells.protection import BLANKS, EMPTY
from kshop_audit.ingest.convert.copied_times import days_in_name
from kshop_audit.ingest.convert.rewritten import Rewritten, writing
from kshop_audit.ingest.decode.strict import RecordTable
from kshop_audit.ingest.headers.catalogue import cell_text
from kshop_audit.ingest.headers.locate import Header
from kshop_audit.model.counted_shares import counts
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text
from kshop_audit.model.patterns import regex
from kshop_audit.model.schema import Kind

OF = {
    "reply_3m_users": "consult_users", "good_users": "consult_users", "bad_users": "consult_users",
    "im_bad_users": "consult_users", "reply_3m_sessions": "human_sessions",
    "good_sessions": "human_sessions", "bad_sessions": "human_sessions", "no_service": None,
}  # fmt: skip
"""Shares and of what they are, as far as the file has it (assumed from their names)."""

_FRONT = ("开始日期", "结束日期", "统计对象")
_SHOP, _AGENT = "店铺数据", "客服"
_WHOLE = frozenset(
    {"店铺数据", "店铺汇总", "店铺汇总值", "全店", "全部客服", "汇总", "合计", "总计"}
)
"""What stands in the row of all together."""

_SHARE = regex(r"(\d{1,3}(?:\.\d+)?|\.\d+)\s*([%％]?)")
_LENGTH = regex(
    r"(?:(\d+)\s*(?:小时|时|h))?\s*(?:(\d+)\s*(?:分钟|分|min))?\s*(?:(\d+)(?:\.\d+)?\s*(?:秒钟|秒|s))?"
)
_CLOCK = regex(r"(\d+):([0-5]?\d):([0-5]?\d)")
_SHAPE = Text("客服考核导出", "an assessment of the customer service")


_Period = tuple[date, date]


@frozen
class Named:
    """Where the period of a file may stand: its name, that of its sheet, that of its folder."""

    name: str
    path: Path

    def period(self) -> tuple[date, date] | None:
        """The first and the last day; None if none of the names has one or two days."""
        file, _, inner = self.name.partition("#")
        for text in (inner, PurePath(file).name, PurePath(file).parent.name, self.path.parent.name):
            days = days_in_name(text)
            if 0 < len(days) <= 2:
                return days[0], days[-1]
        return None


def is_assessment(header: Header) -> bool:
    """Whether a table is one of these; with a column of its own for the scope it is a plain one."""
    match = header.match
    return match.kind is Kind.SERVICE_ASSESSMENT and "scope" not in match.columns


def assessed(path: Path, named: Named, start: int, header: Header, target: Path) -> Rewritten:
    """The table with its period, shares as decimals from 0 to 1 and means in seconds.

    `path` and `start`: its UTF-8 text. The shop's row is the one that says so; where no column
    names anybody, the first one.
    """
    columns, width = header.match.columns, len(header.match.headers)
    known = tuple(place for places in columns.values() for place in places)
    days = tuple(columns[name][0] for name in ("since", "until") if name in columns)
    key = days[0] if days else None
    table = RecordTable(path, named.name, start + header.end, header, key, days, known)
    rows = [(row, found, _padded(found.cells, width)) for row, found in table.rows()]
    told = [cells for _, found, cells in rows if found.fault is None]
    percent = _in_percent(told, columns)
    period, own = named.period(), columns.get("since")
    headers = [
        "" if own and place in own else text for place, text in enumerate(header.match.headers)
    ]
    span = _span(told, own)
    shop: list[str] | None = None
    with writing(target, [*_FRONT, *headers]) as out:
        for row, found, cells in rows:
            if found.fault is not None:
                out.fault(row, found.fault, found.shown(width))
                continue
            if (header.described and row == header.row + 1) or not any(map(_said, cells)):
                out.row(row, [""] * (width + len(_FRONT)))
                continue
            changed, bad = _changed(cells, columns, percent=percent)
            if bad is not None:
                out.fault(row, reasons.NUMBER, bad)
                continue
            whole = _is_shop(cells, columns, first=shop is None)
            if whole and shop is None:
                shop = changed
            out.row(row, [*_days(cells, own, period, span), _SHOP if whole else _AGENT, *changed])
    return out.rewritten(_SHAPE, *_notes(shop, header, period or own, percent=percent))


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [*cells[:width], *[""] * (width - len(cells))]


def _said(text: str) -> bool:
    return text.strip(BLANKS).lower() not in EMPTY


def _span(rows: Sequence[Sequence[str]], own: Sequence[int] | None) -> _Period | None:
    """The first and the last day of a table by days."""
    days: list[date] = []
    if own is None:
        return None
    for cells in rows:
        with suppress(ValueError):
            days.append(date.fromisoformat(cells[own[0]].strip(BLANKS).replace("/", "-")))
    return (min(days), max(days)) if days else None


def _days(
    cells: Sequence[str], own: Sequence[int] | None, period: _Period | None, span: _Period | None
) -> tuple[str, str]:
    """The first and the last day of a row as they are written; of a total all days of the table."""
    if own is not None and not (span and cell_text(cells[own[0]]) in _WHOLE):
        return cells[own[0]], cells[own[0]]
    period = span if own else period
    return ("", "") if period is None else (period[0].isoformat(), period[1].isoformat())


def _is_shop(cells: Sequence[str], columns: Mapping[str, Sequence[int]], *, first: bool) -> bool:
    """Whether a row is the shop's: a cell says so, or nobody is named and it is the first one."""
    labels = {cell_text(cell) for cell in cells}
    if labels & _WHOLE:
        return True
    agent = columns.get("agent")
    return first and (agent is None or not _said(cells[agent[0]]))


def _in_percent(rows: Sequence[Sequence[str]], columns: Mapping[str, Sequence[int]]) -> bool | None:
    """Whether shares without a sign are percent; None if nothing tells.

    More than 1 is percent. Else the counts tell: a share of so many people is a whole number.
    """
    bare = [
        (Decimal(found[1]), number)
        for name in OF
        for cells in rows
        if (found := _SHARE.fullmatch(_cell(cells, columns, name))) and not found[2]
        for number in [_whole(_cell(cells, columns, OF[name] or ""))]
    ]
    if not bare or any(share > 1 for share, _ in bare):
        return True
    fit = [all(counts(share.scaleb(shift), of) for share, of in bare if of) for shift in (0, -2)]
    if any(of for _, of in bare) and fit[0] != fit[1]:
        return fit[1]
    return None


def _cell(cells: Sequence[str], columns: Mapping[str, Sequence[int]], name: str) -> str:
    places = columns.get(name)
    return cells[places[0]].strip(BLANKS) if places else ""


def _whole(text: str) -> int | None:
    bare = text.replace(",", "").replace("，", "")
    return int(bare) if bare.isdecimal() else None


def _changed(
    cells: Sequence[str], columns: Mapping[str, Sequence[int]], *, percent: bool | None
) -> tuple[list[str], str | None]:
    """The cells as they are written, and the first that cannot be read."""
    changed, bad = list(cells), None
    for name, places in columns.items():
        text = cells[places[0]].strip(BLANKS)
        if name in OF:
            read = _share(text, percent=percent)
        elif name == "reply_seconds":
            read = _seconds(text)
        else:
            continue
        changed[places[0]] = read or ""
        if read is None:
            bad = bad or text
    return changed, bad


def _share(text: str, *, percent: bool | None) -> str | None:
    """A share as an exact decimal; empty if nothing is said, None if it is no share."""
    if text.lower() in EMPTY:
        return ""
    found = _SHARE.fullmatch(text)
    if found is None:
        return None
    if not found[2] and percent is None:
        return ""
    try:
        share = Decimal(found[1]).scaleb(-2 if found[2] or percent else 0)
    except InvalidOperation:
        return None
    return f"{share:f}" if share <= 1 else None


def _seconds(text: str) -> str | None:
    """A length of time in whole seconds; empty if nothing is said, None if it has no unit."""
    if text.lower() in EMPTY:
        return ""
    found = _CLOCK.fullmatch(text) or _LENGTH.fullmatch(text)
    if found is None or not any(found.groups()):
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return str(hours * 3600 + minutes * 60 + seconds)


def _notes(
    shop: Sequence[str] | None, header: Header, period: object, *, percent: bool | None
) -> Iterator[Text]:
    if shop is not None:
        figures = list(_figures(shop, header))
        zh, en = "，".join(figures), ", ".join(figures)
        yield Text(f"店铺合计行：{zh}", f"the shop's row: {en}")
    else:
        yield Text(
            "没有店铺合计行，只有各客服的数据；请导出“全部客服”",
            "has no row of the whole shop, only of agents; export all agents",
        )
    if period is None:
        yield Text(
            "文件里没有日期，文件名和文件夹名也看不出是哪几天的；请把起止日期写进文件名，如 "
            "客服_考核数据_20261001-20261030.xlsx",
            "neither the file nor its name or folder says of which days it is; put the first and "
            "the last day into its name, such as assessment_20261001-20261030.xlsx",
        )
    elif isinstance(period, tuple) and isinstance(period[0], date):
        first, last = period
        yield Text(
            f"按名称里的日期，是 {first} 至 {last} 的数据；若那是导出日期，请在文件名写明起止日期",
            f"by the dates in its name, of {first} to {last}; if that is the day of the export, "
            "put the first and the last day of the figures there",
        )
    if percent is None:
        yield Text(
            "比率没有百分号，看不出是百分数还是小数，未使用；请保留百分号重新导出",
            "shares without a percent sign, which may be percent or not, and are not used; export "
            "them with the sign",
        )


def _figures(cells: Sequence[str], header: Header) -> Iterator[str]:
    for name, places in header.match.columns.items():
        text = cells[places[0]]
        if not text or name in ("since", "until", "scope", "agent"):
            continue
        shown = f"{Decimal(text).scaleb(2):f}%" if name in OF else text
        unit = " s" if name == "reply_seconds" else ""
        yield f"{header.match.headers[places[0]].strip()} {shown}{unit}"
