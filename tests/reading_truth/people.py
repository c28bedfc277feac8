"""What people and their programs do to whole files: joined exports, odd ends, closing remarks."""

from __future__ import annotations

from random import Random

from tests.reading_truth.paper import Line, Paper, written
from tests.reading_truth.rows import Damage

MARK = "\ufeff"
LONG = 12
"""Digits of a number that is an id; shorter ones may only break ties."""
FEET = (
    "共 5 条", "共计：12 笔", "导出时间：2026-11-01 12:00:00", "导出人：小王,导出时间：2026-11-01",
    "统计周期：2026-10-01 至 2026-10-31", "以下空白", "-----", "第 1 页，共 3 页", "总计,,12.00",
)  # fmt: skip
"""Lines below a table, quotes or not and as wide as they happen to be."""


# ------------------------------------------------------------------ damage


def odd_ends(rng: Random, of: Paper, count: int) -> None:
    """Some rows end in a CR alone, among rows that do not."""
    for line in rng.sample(of.lines[1:-1], min(count, len(of.lines) - 2)):
        line.end = "\r"
        of.done += f" row {of.lines.index(line) + 1}"


def half_quoted(rng: Random, of: Paper, count: int) -> None:
    """An empty pair of quotes in front of a cell: with quotes of its own, it is another text."""
    for line in rng.sample(of.rows, min(count, len(of.rows))):
        # What people wrote may begin with a quote; a long number may not.
        texts = [cell.strip('"') for cell in line.cells]
        numbers = [n for n, text in enumerate(texts) if text.isdigit() and len(text) > LONG]
        if numbers:
            place = rng.choice(numbers)
            line.cells[place] = '""' + line.cells[place]
            of.done += f" row {of.lines.index(line) + 1} cell {place + 1}"


def column_more(rng: Random, of: Paper, _: int) -> None:
    """Every row has a cell more than the header, somewhere."""
    place = rng.randrange(len(of.header.cells))
    of.done += f" cell {place + 1}"
    for line in of.rows:
        line.cells.insert(place, "")


def column_less(rng: Random, of: Paper, _: int) -> None:
    """Every row lacks the separator between the same two cells."""
    place = rng.randrange(len(of.header.cells) - 1)
    of.done += f" cell {place + 1}"
    for line in of.rows:
        line.cells[place : place + 2] = ["".join(line.cells[place : place + 2])]


# ------------------------------------------------------------------ manners


def marked(rng: Random, of: Paper, _: int) -> None:
    """Several byte order marks at the beginning, in any encoding that has them."""
    of.encoding = rng.choice(("utf-8", "utf-16-le", "utf-16-be", "gb18030"))
    marks = MARK * rng.randrange(2, 4)
    of.done += f" {of.encoding} {len(marks)}"
    of.texts.append(lambda text: marks + text)


def joined(rng: Random, of: Paper, _: int) -> None:
    """The same export twice in one file, each with its mark and its header."""
    again = [Line(list(line.cells), line.sort, line.end) for line in of.lines]
    again[0].sort = "again"
    again[0].cells[0] = MARK + again[0].cells[0]
    of.lines += again
    of.truth = [*of.truth, *of.truth]
    of.texts.append(lambda text: MARK + text)


def feet(rng: Random, of: Paper, _: int) -> None:
    """Closing remarks as they stand, without quotes and without the width of the table."""
    for foot in rng.sample(FEET, rng.randrange(1, 4)):
        if rng.randrange(3) == 0:
            of.lines.append(Line([""], "blank", of.header.end))
        of.lines.append(Line(foot.split(of.separator), "foot", of.header.end))


def protected(rng: Random, of: Paper, _: int) -> None:
    """Long ids with what programs put around them: tabs, signs, separators of thousands."""
    form = rng.choice(
        ("{}\t", "\t{}", "'{}", "`{}", '="{}"', "{}.0", "&nbsp;{}", "{}&nbsp;", "{:,}")
    )
    of.done += f" {form!a}"
    rows = zip(of.rows, of.table.texts, of.table.rows, strict=True)
    for line, texts, row in rows:
        for place, (_header, name) in enumerate(of.table.layout.columns):
            text = texts[place]
            if text.isdigit() and len(text) > LONG and row.get(name) == text:
                cell = form.format(int(text)) if ":" in form else form.format(text)
                line.cells[place] = written(cell, of.separator)


BETWEEN: dict[str, Damage] = {
    damage.__name__: damage for damage in (odd_ends, half_quoted, column_more, column_less)
}
PEOPLE: dict[str, Damage] = {
    damage.__name__: damage for damage in (marked, joined, feet, protected)
}
