"""Damage to rows: separators, quotes and line ends more or fewer, each at a place of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random

from tests.reading_truth.paper import Line, Paper, quoted, written

Damage = Callable[[Random, Paper, int], None]
"""Does one kind of damage to a file, at so many places."""

Place = tuple[Line, int]


def _places(rng: Random, paper: Paper, count: int, *, header: bool = False) -> list[Place]:
    """Different cells of the file, of rows or of the header."""
    lines = [paper.header] if header else paper.rows
    every = [(line, place) for line in lines for place in range(len(line.cells))]
    return rng.sample(every, min(count, len(every)))


def _said(paper: Paper, chosen: Iterable[Place]) -> None:
    """Remember where the damage is, for whoever reads the finding."""
    numbers = {id(line): number for number, line in enumerate(paper.lines, 1)}
    paper.done += " " + " ".join(f"{numbers[id(line)]}:{place + 1}" for line, place in chosen)


def _quoted_places(rng: Random, paper: Paper, count: int, *, header: bool = False) -> list[Place]:
    """Different cells in quotes; one is put in quotes where there is none."""
    lines = [paper.header] if header else paper.rows
    every = [
        (line, place)
        for line in lines
        for place, cell in enumerate(line.cells)
        if cell.startswith('"') and len(cell) > 2
    ]
    if not every:
        line, place = _places(rng, paper, 1, header=header)[0]
        if not line.cells[place]:
            return []
        line.cells[place] = quoted(line.cells[place])
        every = [(line, place)]
    return rng.sample(every, min(count, len(every)))


def _inner(cell: str) -> list[int]:
    """Where escaped quotes begin inside a quoted cell."""
    found, at = [], 1
    while at < len(cell) - 1:
        if cell[at : at + 2] == '""' and at + 2 < len(cell):
            found.append(at)
            at += 2
        else:
            at += 1
    return found


# ------------------------------------------------------------------ separators


def _with_separator(rng: Random, paper: Paper, places: list[Place]) -> None:
    """One separator more before a cell, or within one that is not quoted."""
    _said(paper, places)
    for line, place in sorted(places, key=lambda found: -found[1]):
        cell = line.cells[place]
        if rng.randrange(3) == 0 and len(cell) > 1 and not cell.startswith('"'):
            at = rng.randrange(1, len(cell))
            line.cells[place : place + 1] = [cell[:at], cell[at:]]
        else:
            line.cells.insert(place + rng.randrange(2), "")


def _without_separator(paper: Paper, places: list[Place]) -> None:
    """The separator behind a cell gone: two cells are one."""
    _said(paper, places)
    for line, place in sorted(places, key=lambda found: -found[1]):
        if place + 1 < len(line.cells):
            line.cells[place : place + 2] = [line.cells[place] + line.cells[place + 1]]


def separator_more(rng: Random, paper: Paper, count: int) -> None:
    _with_separator(rng, paper, _places(rng, paper, count))


def separator_less(rng: Random, paper: Paper, count: int) -> None:
    _without_separator(paper, _places(rng, paper, count))


def surplus_blank(rng: Random, paper: Paper, count: int) -> None:
    """Blank cells beyond the header."""
    for line in rng.sample(paper.rows, min(count, len(paper.rows))):
        _said(paper, [(line, len(line.cells))])
        line.cells += [rng.choice(("", "", " ", '""'))] * rng.choice((1, 1, 2))


def other_separator(rng: Random, paper: Paper, count: int) -> None:
    """A row with another separator than the others."""
    mark = rng.choice(
        [mark for mark in (",", ";", "\t", " ", "|", "，") if mark != paper.separator]
    )
    for line in rng.sample(paper.rows, min(count, len(paper.rows))):
        _said(paper, [(line, 0)])
        line.cells = [mark.join(line.cells)]


def one_other_separator(rng: Random, paper: Paper, count: int) -> None:
    """One separator in a row is another sign."""
    mark = rng.choice(
        [mark for mark in (",", ";", "\t", " ", "|", "，") if mark != paper.separator]
    )
    chosen = _places(rng, paper, count)
    _said(paper, chosen)
    for line, place in sorted(chosen, key=lambda found: -found[1]):
        if place + 1 < len(line.cells):
            line.cells[place : place + 2] = [line.cells[place] + mark + line.cells[place + 1]]


# ------------------------------------------------------------------ quotes


def _with_quote(rng: Random, line: Line, place: int) -> None:
    cell = line.cells[place]
    if cell.startswith('"'):
        # Within the text of a quoted cell, not beside another quote: there two are one sign.
        spots = [at for at in range(2, len(cell) - 1) if '"' not in cell[at - 1 : at + 1]]
        if not spots:
            spots = [0]
    else:
        spots = [0, 0, len(cell), rng.randrange(len(cell) + 1)]
    at = rng.choice(spots)
    line.cells[place] = cell[:at] + '"' + cell[at:]


def quote_added(rng: Random, paper: Paper, count: int) -> None:
    chosen = _places(rng, paper, count)
    _said(paper, chosen)
    for line, place in chosen:
        _with_quote(rng, line, place)


def quote_pair(rng: Random, paper: Paper, count: int) -> None:
    """Two stray quotes, each where a cell begins or ends: together they may swallow rows."""
    column = rng.randrange(len(paper.header.cells))
    taken: set[tuple[int, int]] = set()
    for _ in range(count):
        first, second = sorted(rng.sample(range(len(paper.rows)), 2))
        if rng.randrange(2):
            second = min(first + 1, len(paper.rows) - 1)
        other = column if rng.randrange(2) else rng.randrange(len(paper.header.cells))
        a, b = paper.rows[first], paper.rows[second]
        _said(paper, [(a, column), (b, other)])
        if max(column, other) >= min(len(a.cells), len(b.cells)):
            continue
        if {(first, column), (second, other)} & taken:
            continue  # two quotes side by side are another text
        taken |= {(first, column), (second, other)}
        a.cells[column] = '"' + a.cells[column]
        b.cells[other] += '"'
        column = rng.randrange(len(paper.header.cells))


def _dropped(rng: Random, line: Line, place: int) -> None:
    cell = line.cells[place]
    at = rng.choice((0, len(cell) - 1, *_inner(cell)))
    line.cells[place] = cell[:at] + cell[at + 1 :]


def quote_dropped(rng: Random, paper: Paper, count: int) -> None:
    """A quote gone: the opening one, the closing one, or one of two that mean one."""
    chosen = _quoted_places(rng, paper, count)
    _said(paper, chosen)
    for line, place in chosen:
        _dropped(rng, line, place)


def quotes_dropped(rng: Random, paper: Paper, count: int) -> None:
    """Both quotes around a cell gone, what is inside stays."""
    chosen = _quoted_places(rng, paper, count)
    _said(paper, chosen)
    for line, place in chosen:
        line.cells[place] = line.cells[place][1:-1]
        paper.counted &= "\n" not in line.cells[place]


def _doubled(rng: Random, line: Line, place: int) -> None:
    cell = line.cells[place]
    spots = rng.choice(([0], [len(cell) - 1], [0, len(cell) - 1], [*_inner(cell)[:1]] or [0]))
    for at in sorted(spots, reverse=True):
        cell = cell[:at] + '"' + cell[at:]
    line.cells[place] = cell


def quote_doubled(rng: Random, paper: Paper, count: int) -> None:
    chosen = _quoted_places(rng, paper, count)
    _said(paper, chosen)
    for line, place in chosen:
        _doubled(rng, line, place)


def after_quote(rng: Random, paper: Paper, count: int) -> None:
    """Text after a closing quote, or before an opening one."""
    chosen = _places(rng, paper, count)
    _said(paper, chosen)
    for line, place in chosen:
        cell = line.cells[place]
        whole = cell if cell.startswith('"') else quoted(cell)
        more = rng.choice(("x", "0", " x", "；", "。", '"', " "))
        line.cells[place] = more + whole if rng.randrange(4) == 0 else whole + more


def open_quote(rng: Random, paper: Paper, count: int) -> None:
    """A quote before a cell that nothing closes."""
    chosen = _places(rng, paper, count)
    _said(paper, chosen)
    for line, place in chosen:
        line.cells[place] = '"' + line.cells[place].strip('"')


def escaped(rng: Random, paper: Paper, count: int) -> None:
    """Quotes in a cell escaped as other programs do it."""
    sign = rng.choice(("\\", "\0", "'"))
    chosen = _places(rng, paper, count)
    _said(paper, chosen)
    for line, place in chosen:
        text = line.cells[place].strip('"').replace('""', '"') or "x"
        line.cells[place] = f'"{text[:1]}{sign}"{text[1:]}"'


# ------------------------------------------------------------------ line ends


def line_end_added(rng: Random, paper: Paper, count: int) -> None:
    """A line end inside a cell without quotes: one row is two."""
    chosen = [found for found in _places(rng, paper, count) if found[0].cells[found[1]][:1] != '"']
    _said(paper, chosen)
    for line, place in chosen:
        cell = line.cells[place]
        at = rng.randrange(len(cell) + 1)
        line.cells[place] = cell[:at] + rng.choice(("\n", "\r\n", "\r")) + cell[at:]
    paper.counted = False


def line_end_lost(rng: Random, paper: Paper, count: int) -> None:
    """Two rows in one line."""
    for line in rng.sample(paper.rows, min(count, len(paper.rows))):
        _said(paper, [(line, 0)])
        line.end = ""
    paper.counted = False


def cells_cut(rng: Random, paper: Paper, count: int) -> None:
    """Rows that end early."""
    for line in rng.sample(paper.rows, min(count, len(paper.rows))):
        size = rng.randrange(1, len(line.cells)) if len(line.cells) > 1 else 1
        _said(paper, [(line, size)])
        del line.cells[size:]


def bytes_lost(rng: Random, paper: Paper, count: int) -> None:
    """A byte of a character in UTF-8 gone, or another one in its place."""
    paper.encoding = "utf-8"

    def change(data: bytes) -> bytes:
        first = data.index(b"\n") + 1
        for _ in range(count):
            spots = [at for at in range(first, len(data)) if data[at] >= 0xC0]
            if not spots:
                return data
            # 0x80 in place of a later byte would be another character, of which nothing tells.
            later = rng.randrange(2)
            at = rng.choice(spots) + later
            more = rng.choice((b"", b"\xff", b"\0", *((b"\x80",) if not later else ())))
            data = data[:at] + more + data[at + 1 :]
        return data

    paper.bytes_.append(change)


# ------------------------------------------------------------------ the header


def header_separator_more(rng: Random, paper: Paper, count: int) -> None:
    _with_separator(rng, paper, _places(rng, paper, count, header=True))


def header_separator_less(rng: Random, paper: Paper, count: int) -> None:
    _without_separator(paper, _places(rng, paper, count, header=True))


def header_quote_added(rng: Random, paper: Paper, count: int) -> None:
    chosen = _places(rng, paper, count, header=True)
    _said(paper, chosen)
    for line, place in chosen:
        _with_quote(rng, line, place)


def header_quote_dropped(rng: Random, paper: Paper, count: int) -> None:
    paper.header.cells = [written(cell.strip('"'), ",", always=True) for cell in paper.header.cells]
    chosen = _places(rng, paper, count, header=True)
    _said(paper, chosen)
    for line, place in chosen:
        _dropped(rng, line, place)


def header_quote_doubled(rng: Random, paper: Paper, count: int) -> None:
    paper.header.cells = [written(cell.strip('"'), ",", always=True) for cell in paper.header.cells]
    chosen = _places(rng, paper, count, header=True)
    _said(paper, chosen)
    for line, place in chosen:
        _doubled(rng, line, place)


def header_after_quote(rng: Random, paper: Paper, count: int) -> None:
    chosen = _places(rng, paper, count, header=True)
    _said(paper, chosen)
    for line, place in chosen:
        whole = quoted(line.cells[place].strip('"'))
        line.cells[place] = whole + rng.choice(("x", " x", '"x', "("))


def header_other_separator(rng: Random, paper: Paper, count: int) -> None:
    """One separator of the header is another sign, or all of them are."""
    mark = rng.choice(
        [mark for mark in (",", ";", "\t", " ", "|", "，") if mark != paper.separator]
    )
    if count > 1:
        paper.header.cells = [mark.join(paper.header.cells)]
        return
    line, place = _places(rng, paper, 1, header=True)[0]
    _said(paper, [(line, place)])
    if place + 1 < len(line.cells):
        line.cells[place : place + 2] = [line.cells[place] + mark + line.cells[place + 1]]


def header_line_end(rng: Random, paper: Paper, _: int) -> None:
    """The header is broken into two lines, or stands in one with the first row."""
    line, place = _places(rng, paper, 1, header=True)[0]
    _said(paper, [(line, place)])
    if rng.randrange(2):
        line.end = ""
    elif not line.cells[place].startswith('"'):
        at = rng.randrange(len(line.cells[place]) + 1)
        line.cells[place] = line.cells[place][:at] + "\n" + line.cells[place][at:]
    paper.counted = False


ON_ROWS: dict[str, Damage] = {
    damage.__name__: damage
    for damage in (
        separator_more, separator_less, surplus_blank, other_separator, one_other_separator,
        quote_added, quote_pair, quote_dropped, quotes_dropped, quote_doubled, after_quote,
        open_quote, escaped, line_end_added, line_end_lost, cells_cut, bytes_lost,
    )
}  # fmt: skip
ON_HEADER: dict[str, Damage] = {
    damage.__name__: damage
    for damage in (
        header_separator_more, header_separator_less, header_quote_added, header_quote_dropped,
        header_quote_doubled, header_after_quote, header_other_separator, header_line_end,
    )
}  # fmt: skip
