"""Damage to a whole file, and manners of other programs that are none and must be read."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from functools import partial
from random import Random

from tests.ingest.workbooks import BOOKS
from tests.reading_truth.cells import table as clean_table
from tests.reading_truth.layouts import LAYOUTS
from tests.reading_truth.paper import Line, Paper, paper, written
from tests.reading_truth.rows import Damage


def _rewritten(of: Paper, write: Callable[[str], str]) -> None:
    """Every cell written anew."""
    lines = [of.header, *of.rows]
    for line, cells in zip(lines, (of.table.layout.header, *of.table.texts), strict=True):
        line.cells = [write(cell) for cell in cells]


def _end(of: Paper) -> str:
    return of.header.end


# ------------------------------------------------------------------ other programs


def quote_sign(rng: Random, of: Paper, _: int) -> None:
    """Another sign for quotes around the cells that need some, or around all."""
    sign = rng.choice(("'", "`", "|", "“"))
    last = {"“": "”"}.get(sign, sign)
    always = rng.randrange(2) == 1
    of.done += f" {sign} {'all' if always else 'needed'}"

    def write(cell: str) -> str:
        if always or any(char in cell for char in f',\n"{sign}'):
            return sign + cell.replace(last, last * 2) + last
        return cell

    _rewritten(of, write)
    of.counted = False


def escape_sign(rng: Random, of: Paper, _: int) -> None:
    """Quotes in quoted cells escaped by a backslash or a NUL."""
    sign = rng.choice(("\\", "\0"))
    of.done += f" {sign!a}"
    quoting = any(char in cell for cells in of.table.texts for cell in cells for char in '",\n')

    def write(cell: str) -> str:
        if quoting and any(char in cell for char in '",\n'):
            return '"' + cell.replace(sign, sign * 2).replace('"', sign + '"') + '"'
        return cell

    _rewritten(of, write)


def no_quotes(rng: Random, of: Paper, _: int) -> None:
    """No quotes at all; separators as they are, or behind a backslash."""
    sign = rng.choice(("", "\\"))
    of.done += f" {sign}"

    def bare(text: str) -> str:
        return text.replace("\n", " ").strip('"')

    _rewritten(of, lambda cell: bare(cell).replace(",", sign + ","))
    # Line ends, and quotes around a whole text, are not in the file any more.
    of.truth = [
        {name: bare(value) if isinstance(value, str) else value for name, value in row.items()}
        for row in of.truth
    ]


def separator_sign(rng: Random, of: Paper, _: int) -> None:
    """Separators that nobody expects, with quotes where the cells need them."""
    sign = rng.choice(("|", "^", " ", "||", "::", "，", "\x01", "~", ",,", "\t\t"))
    of.done += f" {sign!a}"
    of.separator = sign
    _rewritten(of, lambda cell: written(cell, sign))


def line_sign(rng: Random, of: Paper, _: int) -> None:
    """Line ends that nobody expects."""
    sign = rng.choice(("\n\r", "\r\r\n", "\x1e", "\x0b", "\x0c", "\u2028", "\x85", ";", "|\n"))
    of.done += f" {sign!a}"
    for line in of.lines:
        line.end = sign
    of.counted = sign not in ("\n\r", "\r\r\n")


def half_and_half(rng: Random, of: Paper, _: int) -> None:
    """From some row on another separator: two exports in one file."""
    sign = rng.choice((";", "\t", "|"))
    first = rng.randrange(1, len(of.rows))
    of.done += f" {sign!a} from row {first + 2}"
    for line, cells in list(zip(of.rows, of.table.texts, strict=True))[first:]:
        line.cells = [sign.join(written(cell, sign) for cell in cells)]


# ------------------------------------------------------------------ several tables, no table


def no_header(rng: Random, of: Paper, _: int) -> None:
    """Row 1 is already data."""
    of.lines.remove(of.header)


def header_below(rng: Random, of: Paper, _: int) -> None:
    """The header sorted in among the rows."""
    header = of.header
    of.lines.remove(header)
    of.lines.insert(rng.randrange(1, len(of.lines)), header)
    of.counted = False


def other_table(rng: Random, of: Paper, _: int) -> None:
    """A table of another sort below, narrower, wider, or as wide."""
    layout = rng.choice([own for own in LAYOUTS if own.header != of.table.layout.header])
    more = paper(rng, clean_table(rng, layout, rng.randrange(1, 4)))
    of.done += f" {layout.name}"
    between = [Line([], "blank", _end(of))] * rng.randrange(3)
    lines = [Line(line.cells, "other", _end(of)) for line in more.lines]
    if layout.kind is of.table.layout.kind:
        of.truth += more.truth
    if rng.randrange(4) == 0:
        title = Line([rng.choice(("导出说明", "表二"))], "blank", _end(of))
        lines.insert(0, title)
    of.lines += [*between, *lines]


def shuffled_header(rng: Random, of: Paper, _: int) -> None:
    """A second header further down with the same names in another order, and rows under it."""
    order = list(range(len(of.header.cells)))
    rng.shuffle(order)
    first = rng.randrange(1, len(of.rows))
    below = of.rows[first:]
    for line in below:
        line.cells = [line.cells[place] for place in order]
    second = Line([of.header.cells[place] for place in order], "again", _end(of))
    of.lines.insert(of.lines.index(below[0]), second)


# ------------------------------------------------------------------ cut and garbled


def cut(rng: Random, of: Paper, _: int) -> None:
    """The file ends early, but not within the last cell of a row, of which nothing tells."""
    text = of.text()
    ends: list[int] = []
    at = 0
    for line in of.lines:
        before = len(of.separator.join([*line.cells[:-1], ""]))
        ends += range(at + 1, at + before) if len(line.cells) > 1 else ()
        at += len(of.separator.join(line.cells)) + len(line.end)
    place = rng.choice(ends)
    of.done += f" at character {place} of {len(text)}"
    of.texts.append(lambda text: text[:place])
    of.counted = False


def recoded(rng: Random, of: Paper, _: int) -> None:
    """From somewhere on in another encoding."""
    place = rng.randrange(len(of.data()))
    codec = rng.choice(("gb18030", "utf-16-le"))
    of.done += f" {codec} from byte {place}"

    def change(data: bytes) -> bytes:
        return data[:place] + data[place:].decode("utf-8", "ignore").encode(codec, "replace")

    of.bytes_.append(change)
    of.counted = False


def misread(rng: Random, of: Paper, _: int) -> None:
    """Saved as what it is not: the Chinese is garbled."""
    if of.table.layout.header[0].isascii():
        return  # the header is what it was, and nothing tells of changed characters in a text
    codec = rng.choice(("latin-1", "cp1252", "gb18030"))
    of.done += f" {codec}"
    of.texts.append(lambda text: text.encode().decode(codec, "replace"))


def wide_byte_lost(rng: Random, of: Paper, _: int) -> None:
    """One byte of UTF-16 gone."""
    of.encoding = "utf-16"
    place = rng.randrange(4, len(of.data()))
    of.done += f" byte {place}"
    of.bytes_.append(lambda data: data[:place] + data[place + 1 :])
    of.counted = False


def nothing(rng: Random, of: Paper, _: int) -> None:
    """No byte, blanks only, or the header alone."""
    of.truth.clear()
    of.lines[:] = rng.choice(([], [Line([" "], "blank"), Line([""], "blank")], [of.header]))


# ------------------------------------------------------------------ containers


def _zipped(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def _packed(rng: Random, of: Paper) -> None:
    """The file in an archive or as a workbook."""
    sort = rng.choice(("gz", "zip", "xlsx", "xls", "zip of xlsx"))
    of.done += f" {sort}"
    stem, name = of.name.removesuffix(".csv"), of.name
    sheet = [list(of.table.layout.header), *map(list, of.table.texts)]
    cells = [[cell or None for cell in row] for row in sheet]
    change: Callable[[bytes], bytes]
    match sort:
        case "gz":
            of.name, change = f"{name}.gz", partial(gzip.compress, mtime=0)
        case "zip":
            of.name, change = f"{stem}.zip", partial(_zipped, name)
        case "zip of xlsx":
            book = BOOKS["xlsx"]({"Sheet1": cells})
            of.name, change = f"{stem}.zip", lambda _: _zipped(f"{stem}.xlsx", book)
        case _:
            book = BOOKS[sort]({"Sheet1": cells})
            of.name, change = f"{stem}.{sort}", lambda _: book
    of.bytes_.append(change)


def container_damaged(rng: Random, of: Paper, _: int) -> None:
    """A broken archive or workbook: cut short, or some of its bytes changed."""
    _packed(rng, of)
    place, size = rng.random(), rng.choice((1, 9))
    # Nothing in an .xls tells of a changed byte in a text.
    act = "cut" if of.name.endswith(".xls") else rng.choice(("cut", "zeros", "flip", "gone"))
    of.done += f" {act}"

    def change(data: bytes) -> bytes:
        at = int(len(data) * (0.05 + 0.94 * place))
        match act:
            case "cut":
                return data[:at]
            case "zeros":
                return data[:at] + bytes(size * 20) + data[at + size * 20 :]
            case "flip":
                return (
                    data[:at]
                    + bytes(255 - byte for byte in data[at : at + size])
                    + data[at + size :]
                )
            case _:
                return data[:at] + data[at + size :]

    of.bytes_.append(change)
    of.counted = False


# ------------------------------------------------------------------ manners that must be read


def encoded(rng: Random, of: Paper, _: int) -> None:
    of.encoding = rng.choice(("utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"))
    of.done += f" {of.encoding}"


def separated(rng: Random, of: Paper, _: int) -> None:
    of.separator = rng.choice(("\t", ";", ", "))
    of.done += f" {of.separator!a}"
    always = rng.randrange(2) == 1
    _rewritten(of, lambda cell: written(cell, of.separator.strip(" "), always=always))


def ended(rng: Random, of: Paper, _: int) -> None:
    """Line ends of any sort, the last one missing or there twice."""
    sort = rng.choice(("\r", "mixed", "none", "twice", "\n\n"))
    of.done += f" {sort!a}"
    for line in of.lines:
        if sort == "mixed":
            line.end = rng.choice(("\n", "\r\n"))
        elif sort == "\r":
            line.end = sort
    if sort == "none":
        of.lines[-1].end = ""
    if sort == "twice":
        of.lines.append(Line([""], "blank", _end(of)))
    if sort == "\n\n":
        of.lines[:] = [part for line in of.lines for part in (line, Line([""], "blank", _end(of)))]


def above(rng: Random, of: Paper, _: int) -> None:
    """A title, notes and blank lines above the header."""
    notes = (
        ["导出说明"],
        ["店铺", "幸福小店"],
        [""],
        ["时间：2026-10-01 至 2026-10-31"],
        ["# 备注,共 5 条"],
    )
    chosen = [list(rng.choice(notes)) for _ in range(rng.randrange(1, 6))]
    wide = rng.randrange(3) == 0
    for note in reversed(chosen):
        cells = [written(cell, ",") for cell in note]
        if wide:
            cells += [""] * (len(of.header.cells) - len(cells))
        of.lines.insert(0, Line(cells, "above", _end(of)))


def visitors(rng: Random, of: Paper, _: int) -> None:
    """Repeated headers, blank lines, totals and closing remarks."""
    width = len(of.header.cells)
    for _number in range(rng.randrange(1, 4)):
        place = rng.randrange(of.lines.index(of.header) + 1, len(of.lines) + 1)
        match rng.randrange(4):
            case 0:
                of.lines.insert(place, Line(list(of.header.cells), "again", _end(of)))
            case 1:
                of.lines.insert(place, Line([""] * rng.choice((1, width)), "blank", _end(of)))
            case 2:
                foot = ["合计", *[""] * (width - 1)]
                of.lines.append(Line(foot, "foot", _end(of)))
            case _:
                foot = ["# 导出完毕"] + [""] * rng.choice((0, width - 1))
                of.lines.append(Line(foot, "foot", _end(of)))


def trailing(rng: Random, of: Paper, _: int) -> None:
    """A separator at the end of every line; that of the header without it, or not."""
    header = rng.randrange(2) == 1
    # Without it, only what the cells hold tells that no row has gained a separator elsewhere.
    of.whole = header
    for line in of.lines if header else of.rows:
        line.cells.append("")


def packed(rng: Random, of: Paper, _: int) -> None:
    _packed(rng, of)


def titled(rng: Random, of: Paper, _: int) -> None:
    """A header with noise: blanks, tabs, zero-width characters, full-width brackets."""
    noise = (" {}", "{} ", "\t{}", "{}\u3000", "\ufeff{}", "{}\u200b")
    cells = [rng.choice(noise).format(name) for name in of.table.layout.header]
    of.header.cells = [written(cell.replace("(", "（").replace(")", "）"), ",") for cell in cells]


def plain(rng: Random, of: Paper, _: int) -> None:
    """Nothing at all."""


WHOLE: dict[str, Damage] = {
    damage.__name__: damage
    for damage in (
        quote_sign, escape_sign, no_quotes, separator_sign, line_sign, half_and_half, no_header,
        header_below, other_table, shuffled_header, cut, recoded, misread,
        wide_byte_lost, nothing, container_damaged,
    )
}  # fmt: skip
MANNERS: dict[str, Damage] = {
    damage.__name__: damage
    for damage in (
        plain, encoded, separated, ended, above, visitors, trailing, packed, titled,
    )
}  # fmt: skip
