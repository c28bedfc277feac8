"""Mutations that change no value: the figures of the shop must stay what they are."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from kshop_audit.model.schema import TABLES, Kind, Type
from tests.fuzz.exports import Export
from tests.fuzz.reading import NOISE, moment, money

KEYED = frozenset({"orders", "chats", "tickets", "disputes", "shipments", "ratings", "reviews"})
ENCODINGS = ("utf-8", "utf-8", "utf-8", "utf-8-sig", "gb18030", "gb18030", "utf-16", "utf-16-le")
ENDS = ("\r\n", "\r\n", "\n", "\n", "\r", "mixed")
STRANGE = ("店内扩展列", "zz_extra", "my note 7", "内部 编码")
STUFF = ("", "x", "1,2", 'say "q"', "a\nb", "——", "2026", "备注;\t,", "=1+1", "无", "0")
PREAMBLE: tuple[list[str], ...] = (
    ["导出说明"],
    ["店铺", "幸福小店"],
    [],
    ["时间：2026-10-01 至 2026-10-31"],
    ["", ""],
)
FOOT = (["合计"], ["总计:", "", ""], ["# 导出完毕"], ["#"], ["小计"], ["汇总："], ["Total"])
BLANK: tuple[list[str], ...] = ([], [""], ["", "", ""], [" ", "\t"], ["\u3000"], ["\u200b", " "])


@dataclass
class Sheet:
    """A file as it is going to be written: its records, header and preamble included."""

    kind: str
    header: list[str]
    names: list[str]
    above: list[list[str]] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    encoding: str = "utf-8"
    delimiter: str = ","
    end: str = "\r\n"
    quoting: str = "minimal"
    packed: bool = False
    last_end: bool = True

    @property
    def file_name(self) -> str:
        return f"{self.kind}.csv.gz" if self.packed else f"{self.kind}.csv"

    @property
    def doubtful(self) -> bool:
        """Whether the rows are wider than the header, and an empty column among them may be the
        separator that they gained: then nobody can say which cell stands under which name.
        """
        feet = [foot[0] for foot in FOOT]
        rows = [r for r in self.rows if len(r) > len(self.header) and r[0] not in feet]
        filled = [n for n in range(len(self.header)) if any(row[n].strip(NOISE) for row in rows)]
        return bool(filled) and len(filled) <= max(filled)

    def text(self, rng: Random) -> str:
        """The text of the file; `rng` decides what of quotes and line ends is left open."""
        lines = [*self.above, self.header, *self.rows]
        written = [self._line(cells, rng) for cells in lines]
        ends = [rng.choice(("\n", "\r\n")) if self.end == "mixed" else self.end for _ in written]
        # A header alone without the end of its line is a download that broke off.
        if not self.last_end and self.rows and len(lines[-1]) >= len(self.header):
            ends[-1] = ""
        return "".join(line + end for line, end in zip(written, ends, strict=True))

    def data(self, rng: Random) -> bytes:
        text = self.text(rng)
        raw = text.encode(self.encoding)
        if self.encoding == "gb18030" and is_utf8(raw):
            self.encoding = "utf-8"  # two encodings at once, and UTF-8 is tried first
            raw = text.encode()
        return gzip.compress(raw, mtime=0) if self.packed else raw

    def _line(self, cells: Sequence[str], rng: Random) -> str:
        return self.delimiter.join(self._cell(cell, rng) for cell in cells)

    def _cell(self, cell: str, rng: Random) -> str:
        needed = any(char in cell for char in (self.delimiter, '"', "\n", "\r"))
        wanted = self.quoting == "all" or (self.quoting == "some" and rng.randrange(3) == 0)
        return '"' + cell.replace('"', '""') + '"' if needed or wanted else cell


def is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def dressed(rng: Random, export: Export) -> list[Sheet]:
    """One export as one to three files, each with the manners of some other program."""
    rows = [list(row) for row in export.rows]
    rng.shuffle(rows)
    if export.kind in KEYED and rng.randrange(3) == 0:
        rows += [list(row) for row in rows if rng.randrange(4) == 0 and keyed(export, row)]
        rng.shuffle(rows)
    parts = [rows]
    if rng.randrange(5) == 0:
        count = rng.randrange(2, 4)
        # Equal rows without a key count as duplicates only across files: keep them together.
        salt = rng.getrandbits(16)
        home = [Random(f"{salt}{likeness(export, row)}").randrange(count) for row in rows]
        parts = [[r for r, h in zip(rows, home, strict=True) if h == n] for n in range(count)]
    return [sheet_of(rng, export, part) for part in parts if part or len(parts) == 1]


def likeness(export: Export, row: Sequence[str]) -> list[str]:
    """The cells by which two rows without a key are told apart across files.

    Without what was said: see the expected failure among the tests.
    """
    return [cell for cell, name in zip(row, export.names, strict=True) if name != "content"]


def keyed(export: Export, row: Sequence[str]) -> bool:
    """Whether the row has the key by which its copy is known for one."""
    filled = {name for name, cell in zip(export.names, row, strict=True) if cell}
    return set(TABLES[Kind(export.kind)].key[:2]) - {"sub_order_id"} <= filled


def sheet_of(rng: Random, export: Export, rows: list[list[str]]) -> Sheet:
    sheet = Sheet(export.kind, list(export.header), list(export.names), rows=[*map(list, rows)])
    if rng.randrange(2) == 0:
        restyle(rng, sheet)
    if rng.randrange(2) == 0:
        columns(rng, sheet)
    if rng.randrange(2) == 0:
        visitors(rng, sheet)
    if rng.randrange(3) == 0:
        sheet.header = [noisy(rng, name) for name in sheet.header]
    if rng.randrange(5) == 0:
        sheet.above = [list(rng.choice(PREAMBLE)) for _ in range(rng.randrange(1, 6))]
    if rng.randrange(4) == 0:
        trailing(rng, sheet)
    sheet.encoding = rng.choice(ENCODINGS)
    sheet.delimiter = rng.choice((",", ",", ",", "\t", ";"))
    sheet.end = rng.choice(ENDS)
    sheet.quoting = rng.choice(("minimal", "minimal", "some", "all"))
    sheet.packed = rng.randrange(8) == 0
    sheet.last_end = rng.randrange(4) > 0
    return sheet


def noisy(rng: Random, name: str) -> str:
    match rng.randrange(6):
        case 0:
            return name + " "
        case 1:
            return "\ufeff" + name if name else name
        case 2:
            return name[:1] + "\u200b" + name[1:] if name else name
        case 3:
            return name.replace("(", "（").replace(")", "）").upper()
        case _:
            return name


def columns(rng: Random, sheet: Sheet) -> None:
    """Columns in another order, and some that nobody knows."""
    for name in rng.sample(STRANGE, rng.randrange(3)):
        sheet.header.append(name)
        sheet.names.append("")
        for row in sheet.rows:
            row.append(rng.choice(STUFF))
    if rng.randrange(2):
        order = list(range(len(sheet.header)))
        rng.shuffle(order)
        sheet.header = [sheet.header[place] for place in order]
        sheet.names = [sheet.names[place] for place in order]
        sheet.rows = [[row[place] for place in order] for row in sheet.rows]


def visitors(rng: Random, sheet: Sheet) -> None:
    """Blank rows, totals, closing remarks and repeated headers."""
    for _ in range(rng.randrange(1, 5)):
        pick = rng.randrange(3)
        row = rng.choice(BLANK) if pick == 0 else rng.choice(FOOT) if pick == 1 else sheet.header
        place = len(sheet.rows) if pick == 1 else rng.randrange(len(sheet.rows) + 1)
        # Where people's words stand first, only a whole row is surely no message cut short.
        more = len(sheet.header) - len(row) if pick == 1 and sheet.names[0] == "content" else 0
        sheet.rows.insert(place, [*row, *[""] * more])


def trailing(rng: Random, sheet: Sheet) -> None:
    """Separators too many at the end of all rows, at times of the header too."""
    count = rng.randrange(1, 4)
    # Where some names are known to nobody, the header may have lost a separator instead.
    if rng.randrange(2) or not all(sheet.names):
        sheet.header += [""] * count
        sheet.names += [""] * count
    for row in sheet.rows:
        if len(row) > 1:
            row.extend([""] * count)


def restyle(rng: Random, sheet: Sheet) -> None:
    """The same values in other spellings that the interface promises to read."""
    table = TABLES[Kind(sheet.kind)]
    chance = rng.choice((1, 4))
    for place, name in enumerate(sheet.names):
        if not name or rng.randrange(3) == 0:
            continue
        kind = table.column(name).type
        for row in sheet.rows:
            if place < len(row) and row[place] and rng.randrange(chance) == 0:
                row[place] = respelled(rng, kind, row[place])


TIMES = (
    "%Y/%m/%d %H:%M:%S",
    "%Y%m%d%H%M%S",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y.%m.%d %H:%M:%S",
)


def respelled(rng: Random, kind: Type, cell: str) -> str:
    pick = rng.randrange(4)
    match kind:
        case Type.TIME:
            value = moment(cell)
            if not hasattr(value, "strftime"):
                return cell
            return value.strftime(rng.choice(TIMES)) if pick else f"{cell} \t"
        case Type.ID:
            text = cell.strip()
            return (f'="{text}"', "'" + text, text + "\t", "\t" + text)[pick]
        case Type.MONEY:
            value = money(cell)
            return (f"¥{cell}", f"{value:,.2f}", f"{cell} ", f"{cell}元")[pick]
        case _:
            return cell
