"""A text without a known header: what may have become of it, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kshop_audit.errors import DamagedFileError, InputError
from kshop_audit.ingest.cells.protection import BLANKS
from kshop_audit.ingest.contract import Source
from kshop_audit.ingest.headers.catalogue import every_header, is_known, normal, prefix
from kshop_audit.ingest.headers.garbled import repairs
from kshop_audit.ingest.headers.locate import (
    DELIMITERS,
    SEARCH_ROWS,
    Header,
    HeaderFaultError,
    first_row,
    is_row,
    read_head,
)
from kshop_audit.ingest.headers.recognise import recognise
from kshop_audit.model.kinds import SUPPLIERS
from kshop_audit.model.metadata import Text
from kshop_audit.model.patterns import regex
from kshop_audit.model.schema import Kind

_OTHERS = (*DELIMITERS, "|", "，", "；", "^", "~", "\x01")
_NAMES = {"\t": "tab", ",": "comma", ";": "semicolon"}

_SAMPLE = 1 << 14
_FAR = 1 << 17
_MOST_ROWS = 200
_MOST_NAMED = 5
"""Files that are no exports which a message names."""

FEWEST = 2
"""Known names of a row that is no row of data, though a number may stand in it."""

_LONGEST = 60
"""Characters that two names of columns may have."""
# A header of which a conversion left question marks or the sign for "no character".
_LOST = regex(r"[^A-Za-z]*(?:\?\?|\ufffd)[^A-Za-z]*")


_PIN = Text(
    "请确认导出内容，或用 --orders/--chats 等指定类别，并在 shop.toml 的"
    " [inputs.<类别>.columns] 中写明对应列",
    "check the export, or pin it with --orders, --chats … and map its columns in "
    "[inputs.<kind>.columns] of shop.toml",
)


def _pinned(kind: Kind) -> Text:
    """The advice for a file that is said to be of a kind."""
    return Text(
        f"已按参数当作 {kind} 读取，但对不上列名；请确认导出内容，或在 shop.toml 的 "
        f"[inputs.{kind}.columns] 中写明对应列",
        f"it was named as {kind}, but no columns of that kind are in it; check the export, or map "
        f"its columns in [inputs.{kind}.columns] of shop.toml",
    )


class UnrecognisedError(InputError):
    """The header of a file fits no kind. `why`: what stands in a list of all files."""

    def __init__(
        self, name: str, why: Text, advice: Text, encoding: str, pin: Kind | None = None
    ) -> None:
        """`encoding`: as which the file was read; `pin`: the kind that it is said to be."""
        if advice is _PIN and pin is not None:
            advice = _pinned(pin)
        super().__init__(f"{name}：{why.zh}；{advice.zh}", f"{name}: {why.en}; {advice.en}")
        self.why = (
            why if advice is _PIN else Text(f"{why.zh}；{advice.zh}", f"{why.en}; {advice.en}")
        )
        self.encoding = encoding


class MisreadError(DamagedFileError):
    """A file of a known kind that cannot be read as it stands: it may never be passed over."""

    def __init__(self, name: str, why: Text, advice: Text) -> None:
        """`why`: what was seen; `advice`: what to do."""
        super().__init__(f"{name}：{why.zh}；{advice.zh}", f"{name}: {why.en}; {advice.en}")


class OtherSheetError(InputError):
    """A sheet of a kind whose sheets are named in the configuration, and this is none of them."""

    def __init__(self, name: str, kind: Kind, sheets: Sequence[str]) -> None:
        """`sheets`: those that are named."""
        listed = "、".join(sheets)
        super().__init__(
            f"{name}:[inputs.{kind}] 的 sheet 只读工作表 {listed}",
            f"{name}: sheet of [inputs.{kind}] reads {listed} only",
        )


Fits = Callable[[str, Sequence[str]], bool]


def unrecognised(
    name: str,
    text: str,
    encoding: str,
    delimiters: Sequence[str],
    fits: Fits,
    pin: Kind | None = None,
) -> UnrecognisedError | MisreadError:
    """The error for a text in which no header was found under any of the delimiters.

    `fits`: whether a text has a known header under one of other delimiters. MisreadError where it
    is one of a known kind all the same.
    """
    if not text.strip(BLANKS):
        why = Text("是空文件", "is empty")
        return UnrecognisedError(name, why, Text("请重新下载", "download it again"), encoding, pin)
    known = _known_all_the_same(text, delimiters, fits)
    if known is not None:
        return MisreadError(name, *known)
    return UnrecognisedError(name, *_strange(text, delimiters), encoding, pin)


def _known_all_the_same(
    text: str, delimiters: Sequence[str], fits: Fits
) -> tuple[Text, Text] | None:
    """What became of a file of a known kind, and what to do; None if it is none."""
    if (mark := _delimiter(text, delimiters, fits)) is not None:
        shown = _NAMES.get(mark, mark if mark.isprintable() else ascii(mark))
        return (
            Text(f"分隔符看来是 {shown}", f"its delimiter seems to be {shown}"),
            Text(f"请用 --delimiter “{shown}” 指定", f'give --delimiter "{shown}"'),
        )
    if (row := _further_down(text, delimiters, fits)) is not None:
        return (
            Text(
                f"表头不在前 {SEARCH_ROWS} 行内",
                f"its header is not in the first {SEARCH_ROWS} rows",
            ),
            Text(
                "请删除表头上面的行，或在 shop.toml 的 [inputs.<类别>] 写明上面有几行，如 "
                f"skip_rows = {row}",
                "delete the rows above it, or say how many they are in [inputs.<kind>] of "
                f"shop.toml, such as skip_rows = {row}",
            ),
        )
    if _garbled(text, delimiters):
        return (
            Text(
                "文字已成乱码（曾按错误的编码另存）",
                "its Chinese is garbled (saved in a wrong encoding)",
            ),
            Text("请重新导出，不要另存", "export it again and do not convert it"),
        )
    joint = _joint(text, delimiters)
    if joint is None:
        return None
    row, one, other = joint
    return (
        Text(
            f"第 {row} 行是表头，但列名“{one}”和“{other}”之间少了分隔符，列与内容对不上",
            f"row {row} is a header without a separator between {one} and {other}, so columns and "
            "cells do not match",
        ),
        Text("请重新导出，不要手工修改", "export it again and do not edit it"),
    )


def _joint(text: str, delimiters: Sequence[str]) -> tuple[int, str, str] | None:
    """Row and names of two columns that stand in one cell, if parted they make a known header and
    no row below fits it as it stands.
    """
    for mark in delimiters:
        found = read_head(text, mark).records
        for row, record in enumerate(found, 1):
            if any(len(below.cells) == len(record.cells) for below in found[row:]):
                continue  # a name that only sounds like two others
            for place, cell in enumerate(record.cells):
                parts = _two_names(cell)
                if parts is None:
                    continue
                whole = [*record.cells[:place], *parts, *record.cells[place + 1 :]]
                if recognise(whole, {}) is not None:
                    return row, *parts
    return None


def _two_names(cell: str) -> tuple[str, str] | None:
    """The two names of columns that a cell holds one behind the other."""
    bare = cell.strip().strip('"')
    if is_known(bare) or len(bare) > _LONGEST:
        return None
    parted = ((bare[:at], bare[at:]) for at in range(2, len(bare) - 1))
    return next((pair for pair in parted if all(map(is_known, pair))), None)


def _strange(text: str, delimiters: Sequence[str]) -> tuple[Text, Text]:
    """What to say of a first row that is no header. Its cells may be anything, and stay unsaid."""
    cells = first_row(text, delimiters)
    known = [cell.strip() for cell in cells if is_known(cell)]
    # A word such as 买家 is a name of a column and a cell as well.
    if len(known) < FEWEST and len(cells) > 1 and is_row(cells):
        why = Text("没有表头，第 1 行已是数据", "has no header, row 1 is already data")
        advice = Text(
            "请重新导出，并保留列名那一行", "export it again, with the row of column names"
        )
        return why, advice
    names, names_en = "、".join(known), ", ".join(known)
    seen = f"，认得其中：{names}" if known else "，一个也不认得"
    seen_en = f"known: {names_en}" if known else "none of them known"
    why = Text(
        f"表头不属于任何已知类别（第一行有 {len(cells)} 列{seen}）",
        f"the header fits no kind (the first row has {len(cells)} cells, {seen_en})",
    )
    return why, _PIN


def damaged_header(name: str, fault: HeaderFaultError) -> DamagedFileError:
    """The error for a header that is damaged."""
    again = SUPPLIERS[fault.kind] if fault.kind is not None else _AGAIN
    return DamagedFileError(
        f"{name}：第 {fault.row} 行是表头，但已损坏：{fault.zh}；{again.zh}，不要手工修改",
        f"{name}: row {fault.row} is a damaged header: {fault.en}; export again and do not edit it "
        f"({again.en})",
    )


_AGAIN = Text("请重新导出", "from the back office")


def _delimiter(text: str, tried: Sequence[str], fits: Fits) -> str | None:
    """A delimiter under which the header is known, among those not tried."""
    return next((mark for mark in _OTHERS if mark not in tried and fits(text, (mark,))), None)


def _further_down(text: str, delimiters: Sequence[str], fits: Fits) -> int | None:
    """How many lines stand above a known header below the rows in which one is looked for."""
    lines = text[:_FAR].splitlines(keepends=True)
    starts = range(SEARCH_ROWS, min(len(lines), _MOST_ROWS), SEARCH_ROWS)
    for at in starts:
        if fits("".join(lines[at : at + SEARCH_ROWS]), delimiters):
            rows = range(at, at + SEARCH_ROWS)
            return next((row for row in rows if fits(lines[row], delimiters)), at)
    return None


def _garbled(text: str, delimiters: Sequence[str]) -> bool:
    """Whether the header is known once the text is read as what it was before it was misread."""
    sample = text[:_SAMPLE]
    cells = _cells(sample, delimiters)
    if sum(_LOST.fullmatch(cell) is not None for cell in cells) >= 2:
        return True
    for repaired in repairs(sample):
        if any(_is_header(cell) for cell in _cells(repaired, delimiters)):
            return True
    return False


def _cells(text: str, delimiters: Sequence[str]) -> list[str]:
    records = (record for mark in delimiters for record in read_head(text, mark).records)
    return [cell for record in records for cell in record.cells][: SEARCH_ROWS * 100]


def _is_header(cell: str) -> bool:
    """Whether a cell is a known Chinese header; Latin ones survive every encoding."""
    name = normal(cell)
    return not name.isascii() and (name in every_header() or prefix(name) in every_header())


def nothing_recognised(
    zh: str, en: str, sources: Sequence[Source], beside: Sequence[tuple[str, Text]] = ()
) -> InputError:
    """The error when none of these files is of a known kind; `zh`, `en`: how it begins.

    `beside`: names of other files that lie there, and why none of them was listed.
    """
    found = [*((source.name, source.why) for source in sources), *beside[:_MOST_NAMED]]
    more = len(beside) - _MOST_NAMED
    rest, rest_en = (f"；另有 {more} 个", f"; and {more} more") if more > 0 else ("", "")
    seen = "；".join(f"{name}({why.zh})" for name, why in found) + rest
    seen_en = "; ".join(f"{name} ({why.en})" for name, why in found) + rest_en
    return InputError(
        f"{zh}可识别的文件：{seen or '文件夹中没有数据文件'}；"
        "请给出后台导出的 CSV、XLSX 或 ZIP 文件，"
        "或用 --orders/--chats 等指定类别；列名不同的，kshop-audit doctor --write 会起草对应关系",
        f"{en} is recognised: {seen_en or 'no data file in the folder'}; give the CSV, XLSX or ZIP "
        "files exported from the back office, or pin one with --orders, --chats …; where only the "
        "names of columns differ, kshop-audit doctor --write drafts the mapping",
    )


def misplaced(name: str, header: Header) -> DamagedFileError:
    """The error for rows of data above the header, or for a preamble that looks like some."""
    kind, above = header.match.kind, header.row - 1
    return DamagedFileError(
        f"{name}：表头在第 {header.row} 行，但上面第 {header.misplaced} 行已是数据；请重新导出，"
        "不要连同表头排序，也不要拼接文件；那些行若不是数据，请删除，或在 shop.toml 的 "
        f"[inputs.{kind}] 写明 skip_rows = {above}",
        f"{name}: the header stands in row {header.row}, but row {header.misplaced} above it is "
        "one of data; export again, do not sort the header along or join files; if those rows are "
        f"none of data, delete them, or write skip_rows = {above} in [inputs.{kind}] of shop.toml",
    )


def unmapped(name: str, kind: Kind, lacking: Sequence[str]) -> InputError:
    """The error for a pinned file without columns that the configuration names for its kind."""
    return InputError(
        f"{name}：没有 shop.toml 的 [inputs.{kind}.columns] 写明的列：{'、'.join(lacking)}；"
        "请改正列名，或给出有这些列的文件",
        f"{name}: lacks columns that [inputs.{kind}.columns] of shop.toml names: "
        f"{', '.join(lacking)}; correct the names there, or give a file that has them",
    )
