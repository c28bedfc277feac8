"""What would change under an assumption, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from kshop_audit.model.report import Report, Status
from kshop_audit.model.whatif import WhatIf
from kshop_audit.report.text.page import Spans, Style, TextOptions, paragraph, printed, stacked
from kshop_audit.report.view.speech import Speech
from kshop_audit.report.view.whatif import Moved, WhatIfView, view

_STYLES = {Status.PASS: "green", Status.FAIL: "bold red", Status.NO_VERDICT: "magenta"}
_SIGNS = {Status.PASS: "√", Status.FAIL: "×", Status.NO_VERDICT: "?", Status.WARN: "~"}
_INDENT = 2


def effects(effect: WhatIf, before: Report, after: Report, options: TextOptions) -> str:
    """Lines of at most `options.cells` cells: what was assumed, the totals, the rules that move."""
    speech = Speech(options.lang, options.ascii)
    shown = view(effect, before, after, speech)
    sections = (
        _head(shown, options),
        _totals(shown, options),
        list(_rules(shown, speech, options)),
    )
    return printed(stacked(sections), options)


def _head(shown: WhatIfView, options: TextOptions) -> list[Spans]:
    lines = paragraph(shown.title, options.cells, 0, Style.STRONG)
    for text in shown.assumed:
        lines += paragraph(text, options.cells, _INDENT, Style.PLAIN, _INDENT)
    return lines


def _totals(shown: WhatIfView, options: TextOptions) -> list[Spans]:
    return [
        line
        for text in shown.totals
        for line in paragraph(text, options.cells, 0, Style.STRONG, _INDENT)
    ]


def _rules(shown: WhatIfView, speech: Speech, options: TextOptions) -> Iterator[Spans]:
    for moved in shown.moved:
        yield from paragraph(
            _sentence(moved, speech), options.cells, 0, _STYLES.get(moved.status, Style.PLAIN), 4
        )
    for text in (shown.rest, shown.estimate):
        yield from paragraph(text, options.cells, 0, Style.DIM)


def _sentence(moved: Moved, speech: Speech) -> str:
    sign = speech.data(_SIGNS.get(moved.status, "-"))
    step = speech.say("compare.step", before=moved.before, after=moved.after)
    return f"{sign} {speech.pair(moved.title, step)}"
