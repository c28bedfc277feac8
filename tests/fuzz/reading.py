"""How the judge reads a file: strict quoting and a few plain rules, none of them the product's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from kshop_audit.model.schema import TABLES, Kind, Type
from tests.shops.labels import LABELS

NOISE = (
    "".join(map(chr, (*range(0x21), *range(0x2000, 0x2010), 0x2028, 0x2029)))
    + "\x7f\x85\xa0\u202f\u205f\u2060\u3000\ufeff"
)
NOTHING = frozenset(
    {"", "-", "--", "---", "—", "——", "/", "无", "(无)", "nan", "null", "none", "n/a"}
    | {"*" * count for count in range(3, 6)}
)
FOOTERS = ("合计", "总计", "小计", "汇总", "本页合计", "total")
NEVER = re.compile(r"\D*(?:0+\b|0{4}\D|1[0-9]{3}\D|2000\D?0?1\D?0?1(?!\d)|000\d)")
"""Times that systems write when they mean "never"; the judge does not say which."""


FAILED = re.compile(r"#[A-Z/0]+[!?A]")
"""What a formula that failed leaves behind."""


class Unknown:
    """A cell that the judge does not pretend to understand."""


UNKNOWN = Unknown()
Value = object


@dataclass(frozen=True)
class Record:
    """A record and the text that it stands in; `end`: how lines end there."""

    cells: list[str]
    raw: str
    end: str = "\n"

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return self.raw.rstrip(self.end).count(self.end) + 1

    @property
    def damaged(self) -> bool:
        """Whether bytes that are no text stand in it."""
        return any(char == "\0" or "\ud800" <= char <= "\udfff" for char in self.raw)

    @property
    def ended(self) -> bool:
        """Whether a line end follows."""
        return self.raw.endswith(("\n", "\r"))


def records(text: str, delimiter: str) -> list[Record]:
    """Every record of a text, header and preamble included.

    A record ends with the first line at which all its quotes are closed; one whose quotes are not
    in order is its first line alone.
    """
    first = re.match(r'(?:[^"\r\n]|"[^"]*")*(\r\n|\r|\n)', text)
    end = "\r" if first is not None and first[1] == "\r" else "\n"
    lines = [line + end for line in text.split(end)]
    lines[-1] = lines[-1].removesuffix(end)
    if not lines[-1]:
        lines.pop()
    found = []
    while lines:
        count, quotes = 1, lines[0].count('"')
        while quotes % 2 and count < len(lines):
            quotes += lines[count].count('"')
            count += 1
        raw = "".join(lines[:count])
        if not well_quoted(raw, delimiter, end):
            count, raw = 1, lines[0]
        found.append(Record(cells_of(raw, delimiter, end), raw, end))
        del lines[:count]
    return found


def _body(raw: str, end: str) -> str:
    if end == "\r" or not raw.endswith(end):
        return raw.removesuffix(end)
    return raw.removesuffix(end).removesuffix("\r")


def cells_of(raw: str, delimiter: str, end: str = "\n") -> list[str]:
    """The cells of a record; where its quotes are not in order, what separators part."""
    body = _body(raw, end)
    if '"' not in raw or not well_quoted(raw, delimiter, end):
        return body.split(delimiter)
    comma = re.escape(delimiter)
    found: list[str] = []
    at = 0
    while at <= len(body):
        cell = re.compile(rf'"(?:[^"]|"")*"|[^{comma}]*').match(body, at)
        assert cell is not None
        text = cell[0]
        found.append(text[1:-1].replace('""', '"') if text.startswith('"') else text)
        at = cell.end() + len(delimiter)
    return found


def well_quoted(raw: str, delimiter: str, end: str = "\n") -> bool:
    """Whether every quote of a record opens a cell, closes one, or is doubled inside one."""
    comma = re.escape(delimiter)
    cell = rf'(?:"(?:[^"]|"")*"|="[^"{comma}\r\n]*"|[^"{comma}\r\n]*)'
    return re.fullmatch(rf"{cell}(?:{comma}{cell})*", _body(raw, end)) is not None


def bare(cell: str) -> str:
    """A cell without what spreadsheets and platforms wrap around it."""
    text = unicodedata.normalize("NFKC", cell).strip(NOISE)
    if text.startswith('="'):
        text = text[2:].rstrip('"')
    return text.lstrip("'‘’`").strip(NOISE)


def is_nothing(cell: str) -> bool:
    """Whether a cell means that there is no value."""
    return bare(cell).lower() in NOTHING


def words(kind: str, name: str) -> dict[str, str]:
    """Text → code for a column with a closed vocabulary."""
    labels = LABELS.get((kind, name), {})
    own = {code: code for code in TABLES[Kind(kind)].column(name).codes}
    return own | {label: code for code, label in labels.items() if label}


def meaning(kind: str, name: str, cell: str) -> Value:  # noqa: C901, PLR0911  one answer a type
    """The value of a cell as the oracle wants it, None if it is empty, UNKNOWN if unsure."""
    column = TABLES[Kind(kind)].column(name)
    if name == "content":
        return cell or None
    if column.type is Type.CODE and cell in words(kind, name):
        return words(kind, name)[cell]  # "none" may be a word of the column's own
    worded = column.type in (Type.TEXT, Type.BOOL, Type.CODE)
    cell = unprotected(cell) if worded else cell
    if (cell.strip(NOISE) if worded else bare(cell)).lower() in NOTHING:
        return None
    match column.type:
        case Type.TIME:
            return moment(cell)
        case Type.ID:
            return identity(cell)
        case Type.MONEY:
            return money(cell)
        case Type.INT:
            text = cell.strip(NOISE)
            return int(text) if re.fullmatch(r"-?[0-9]{1,15}", text) else UNKNOWN
        case Type.BOOL:
            known = {"true": True, "false": False, "是": True, "否": False}
            return known.get(cell, UNKNOWN)
        case Type.CODE:
            return cell
        case Type.TEXT:
            text = cell.strip(NOISE)
            return UNKNOWN if FAILED.fullmatch(text) else text
        case _:
            return UNKNOWN


def unprotected(cell: str) -> str:
    """A word or text without the protection of spreadsheets, if there is some."""
    text = cell.strip(NOISE)
    if re.fullmatch(r'="(?:[^"]|"")*"', text):
        return text[2:-1].replace('""', '"')
    return text[1:] if text.startswith("'") and not text[1:].endswith("'") else cell


def identity(cell: str) -> Value:
    text = bare(cell)
    whole = re.fullmatch(r"([0-9]+)\.0", text)
    if whole:
        text = whole[1]
    plain = re.fullmatch(r"[0-9A-Za-z_:一-龥-]{2,}", text) and not re.fullmatch(r"[0.]+", text)
    return text if plain else UNKNOWN


FORMS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y%m%d%H%M%S",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y.%m.%d %H:%M:%S",
)
ZONED = "%Y-%m-%dT%H:%M:%S%z"


def moment(cell: str) -> Value:
    text = unicodedata.normalize("NFKC", cell).strip(NOISE)
    for form in FORMS:
        try:
            found = datetime.strptime(text, form)
        except ValueError:
            continue
        return found if 2001 <= found.year < 2200 and found.strftime(form) == text else UNKNOWN
    if re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(?:\+00:00|Z)", text):
        return datetime.fromisoformat(text[:19]) + timedelta(hours=8)
    return UNKNOWN


def money(cell: str) -> Value:
    text = cell.strip(NOISE)
    grouped = re.fullmatch(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{2})?", text)
    text = text.replace(",", "") if grouped else text.removeprefix("¥").removesuffix("元")
    return Decimal(text) if re.fullmatch(r"-?[0-9]{1,12}(?:\.[0-9]{1,2})?", text) else UNKNOWN


def is_blank(cells: Sequence[str]) -> bool:
    return not any(cell.strip(NOISE) for cell in cells)


def is_footer(cell: str) -> bool:
    text = bare(cell).lower().rstrip("0123456789").rstrip(":")
    return text in FOOTERS or text.startswith("#")


def title(cell: str) -> str:
    """A header without its noise."""
    text = unicodedata.normalize("NFKC", cell)
    return "".join(char for char in text if char not in NOISE).casefold().strip("'\"=*【】")


def is_header(cells: Sequence[str], header: Sequence[str]) -> bool:
    trimmed = [title(cell) for cell in cells]
    while trimmed and not trimmed[-1]:
        trimmed.pop()
    wanted = [title(cell) for cell in header]
    while wanted and not wanted[-1]:
        wanted.pop()
    return trimmed == wanted


def row_of(
    kind: str, cells: Sequence[str], places: Mapping[str, Sequence[int]]
) -> dict[str, Value]:
    """The row of the oracle: canonical name → value, of twin columns the first that is filled."""
    row: dict[str, Value] = {}
    for name, spots in places.items():
        texts = [cells[spot] if spot < len(cells) else "" for spot in spots]
        row[name] = meaning(kind, name, next((t for t in texts if t.strip(NOISE)), texts[0]))
    return row
