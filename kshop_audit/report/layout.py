"""Text into terminal cells: a Chinese character takes two, and lines may break between any two.

Rich breaks lines only at spaces, which tears Chinese sentences apart; so lines are broken here.
"""

from __future__ import annotations

import re

from rich.cells import cell_len

# A wide character is a place to break, unless punctuation would open or close the line wrongly;
# a separator stays with what it follows.
_WIDE = (
    "\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60"
)
_OPENING = "（《「『【“"
_CLOSING = "，。；：、）》」』】”？！…"
_TOKEN = re.compile(
    rf"\s+|[{_OPENING}]*(?:[^\s{_WIDE}“”…]+|[{_WIDE}]|[^\s])[{_CLOSING}]*(?:\s[·|](?=\s))?"
)


def wrap(text: str, width: int, hang: int = 0) -> list[str]:
    """Lines of at most `width` cells, all but the first `hang` cells less.

    A word that is too long is broken; nothing is lost but spaces at the breaks.
    """
    lines: list[str] = []
    line = ""
    for token in _TOKEN.findall(text):
        if cell_len(line + token.rstrip()) <= width - (hang if lines else 0):
            line += token
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = token.lstrip()
        while cell_len(line) > (room := width - (hang if lines else 0)):
            head = _head(line, room)
            lines.append(head)
            line = line[len(head) :]
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def pad(text: str, width: int) -> str:
    """`text` filled up to `width` cells, flush left."""
    return text + " " * (width - cell_len(text))


def flush_right(text: str, width: int) -> str:
    """`text` filled up to `width` cells, flush right."""
    return " " * (width - cell_len(text)) + text


def _head(text: str, width: int) -> str:
    """As many leading characters as fit, at least one."""
    taken = 1
    while taken < len(text) and cell_len(text[: taken + 1]) <= width:
        taken += 1
    return text[:taken]
