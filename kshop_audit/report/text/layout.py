"""Text into terminal cells: a Chinese character takes two, and lines may break between any two.

Rich breaks lines at spaces only, and begins a line with a comma where a Chinese sentence has none;
so lines are broken here (docs/decisions/0014-own-line-breaking.md).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Sequence

from kshop_audit.model.patterns import regex

# A wide character is a place to break, unless punctuation would open or close the line wrongly;
# a separator stays with what it follows.
_WIDE = (
    "\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60"
)
_OPENING = "（《「『【“"
_CLOSING = "，。；：、）》」』】”？！…"
_TOKEN = regex(
    rf"\s+|[{_OPENING}]*(?:[^\s{_WIDE}“”…]+|[{_WIDE}]|[^\s])[{_CLOSING}]*(?:\s[·|](?=\s))?"
)


Measure = Callable[[str], int]
"""How many cells a text takes."""


def rich_cells(text: str) -> int:
    """The cells of any text, by the tables of Rich; loaded on first use, which takes its time."""
    from rich.cells import cell_len  # noqa: PLC0415

    return cell_len(text)


def plain_cells(text: str) -> int:
    """The cells of our own words, which hold nothing but letters, signs and Chinese."""
    return len(text) + sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)


_GAP = 2
_LEAST = 16  # cells of a column that may still be wrapped


def wrap(text: str, width: int, hang: int = 0, measure: Measure = rich_cells) -> list[str]:
    """Lines of at most `width` cells, all but the first `hang` cells less.

    A word that is too long is broken; nothing is lost but spaces at the breaks.
    """
    lines: list[str] = []
    line = ""
    for token in _TOKEN.findall(text):
        if measure(line + token.rstrip()) <= width - (hang if lines else 0):
            line += token
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = token.lstrip()
        while measure(line) > (room := width - (hang if lines else 0)):
            head = _head(line, room, measure)
            lines.append(head)
            line = line[len(head) :]
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def packed(text: str, separator: str, width: int, measure: Measure = rich_cells) -> list[str]:
    """Parts of a text between its separators, as many on a line as it holds; a part that is wider
    than a line is left as it is.
    """
    lines: list[str] = []
    for part in text.split(separator):
        joined = f"{lines[-1]}{separator}{part}" if lines else part
        if lines and measure(joined) > width:
            lines.append(part)
        else:
            lines[-1:] = [joined]
    return lines


def pad(text: str, width: int, measure: Measure = rich_cells) -> str:
    """`text` filled up to `width` cells, flush left."""
    return text + " " * (width - measure(text))


def flush_right(text: str, width: int, measure: Measure = rich_cells) -> str:
    """`text` filled up to `width` cells, flush right."""
    return " " * (width - measure(text)) + text


def table(
    rows: Sequence[Sequence[str]],
    width: int,
    *,
    indent: int = 2,
    right: Collection[int] = (),
    measure: Measure = rich_cells,
) -> list[str]:
    """Rows of equally many cells in columns, those in `right` flush right.

    The last column takes what is left and is wrapped under itself. Where it would have no room, the
    cells of a row follow one another instead.
    """
    fixed = [max(measure(cell) for cell in column) for column in list(zip(*rows, strict=True))[:-1]]
    start = indent + sum(fixed) + _GAP * len(fixed)
    longest = max(measure(row[-1]) for row in rows)
    lines = []
    for row in rows:
        if width - start < min(longest, _LEAST):
            joined = (" " * _GAP).join(cell for cell in row if cell)
            lines += [" " * indent + line for line in wrap(joined, width - indent, _GAP, measure)]
            continue
        cells = [
            flush_right(cell, size, measure) if place in right else pad(cell, size, measure)
            for place, (cell, size) in enumerate(zip(row, fixed, strict=False))
        ]
        first, *more = wrap(row[-1], width - start, measure=measure)
        lines.append((" " * indent + (" " * _GAP).join([*cells, first])).rstrip())
        lines += [" " * start + line for line in more]
    return lines


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of equally many cells as lines in columns; the last cell is not filled up."""
    widths = [max(map(rich_cells, column)) for column in list(zip(*rows, strict=True))[:-1]]
    return [
        (" " * _GAP).join([*(pad(cell, w) for cell, w in zip(row, widths, strict=False)), row[-1]])
        for row in rows
    ]


def _head(text: str, width: int, measure: Measure) -> str:
    """As many leading characters as fit, at least one."""
    taken = 1
    while taken < len(text) and measure(text[: taken + 1]) <= width:
        taken += 1
    return text[:taken]
