"""What the pages for the terminal share: their options, styled lines, and printing."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO
from typing import Final

from kshop_audit.model.frozen import frozen
from kshop_audit.report.text.layout import wrap

_NARROWEST = 40
_WIDEST = 120  # longer lines are hard to follow from end to end

Span = tuple[str, str]
"""Text and its style."""
Spans = list[Span]
"""One line."""


class Style:
    """Colours say again what the signs say already."""

    PLAIN: Final = ""
    DIM: Final = "dim"
    STRONG: Final = "bold"


@frozen
class TextOptions:
    """Language and layout of a page; `ascii` keeps Chinese but no symbols beyond plain text.

    `details`: the ids of the rules of which a short page tells everything.
    """

    lang: str = "zh"
    width: int = 80
    color: bool = False
    ascii: bool = False
    verbose: bool = False
    details: tuple[str, ...] = ()

    @property
    def cells(self) -> int:
        """Cells of a line: the width within reason."""
        return min(max(self.width, _NARROWEST), _WIDEST)


def paragraph(text: str, width: int, indent: int, style: str, hang: int = 0) -> list[Spans]:
    """The text broken into lines of at most `width` cells, all indented, all but the first by
    `hang` more.
    """
    first, *rest = wrap(text, width - indent, hang)
    lines: list[Spans] = [[(" " * indent + first, style)]]
    return [*lines, *([(" " * (indent + hang) + line, style)] for line in rest)]


def stacked(sections: Iterable[list[Spans]]) -> list[Spans]:
    """The sections that say something, with an empty line between."""
    lines: list[Spans] = []
    for section in sections:
        lines.extend([[], *section] if lines and section else section)
    return lines


def printed(lines: Iterable[Spans], options: TextOptions) -> str:
    """The lines as text, with the terminal's codes if colour is wanted."""
    if options.color:
        return _coloured(lines, options)
    return "".join("".join(text for text, _ in spans).rstrip() + "\n" for spans in lines)


def _coloured(lines: Iterable[Spans], options: TextOptions) -> str:
    from rich.console import Console  # noqa: PLC0415  slow to load, and only colour needs it
    from rich.text import Text  # noqa: PLC0415

    # No environment: COLUMNS, NO_COLOR and TERM are for the command line to read, once.
    console = Console(
        file=StringIO(),
        width=max(options.width, _NARROWEST),
        color_system="standard",
        force_terminal=True,
        no_color=False,
        force_jupyter=False,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
        _environ={},
    )
    with console.capture() as captured:
        for spans in lines:
            text = Text.assemble(*spans)
            text.rstrip()
            console.print(text, soft_wrap=True)
    return captured.get()
