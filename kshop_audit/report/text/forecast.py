"""The coming days, for the terminal: a line a rule with a cell a day, then what follows."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len

from kshop_audit.model.report import Report, Status
from kshop_audit.report.text.layout import flush_right, pad
from kshop_audit.report.text.page import Spans, Style, TextOptions, paragraph, printed, stacked
from kshop_audit.report.view.forecast import ForecastLine, ForecastView, view
from kshop_audit.report.view.rows import Mark
from kshop_audit.report.view.speech import Speech

_STYLES = {Status.PASS: "green", Status.FAIL: "bold red", Status.NO_VERDICT: "magenta"}
_SIGNS = {Status.PASS: "√", Status.FAIL: "×", Status.NO_VERDICT: "?", Status.WARN: "~"}
_INDENT, _HANG = 2, 4


def render(report: Report, options: TextOptions) -> str:
    """The page; lines of at most `options.cells` cells where a bar of 30 cells leaves that room."""
    speech = Speech(options.lang, options.ascii)
    shown = view(report, speech, plain=options.ascii)
    sections = (
        _head(shown, options),
        list(_lines(shown, speech, options)),
        _legend(shown, options),
    )
    return printed(stacked(sections), options)


def _head(shown: ForecastView, options: TextOptions) -> list[Spans]:
    lines = paragraph(shown.title, options.cells, 0, Style.STRONG)
    for text in (shown.context, *shown.basis):
        lines += paragraph(text, options.cells, 0, Style.DIM)
    return lines


def _legend(shown: ForecastView, options: TextOptions) -> list[Spans]:
    return [line for text in shown.legend for line in paragraph(text, options.cells, 0, Style.DIM)]


def _lines(shown: ForecastView, speech: Speech, options: TextOptions) -> Iterator[Spans]:
    """The score, then the rules, all in the same columns."""
    entries = [*([shown.score] if shown.score else []), *shown.rules]
    names = max((cell_len(entry.title) for entry in entries), default=0)
    steps = [_step(entry, speech) for entry in entries]
    widest = max((cell_len(step) for step in steps), default=0)
    for entry, step in zip(entries, steps, strict=True):
        sign = speech.data(_sign(entry))
        style = _STYLES.get(entry.status, Style.PLAIN) if entry.status else Style.STRONG
        head = f"{sign} {pad(entry.title, names)}  {flush_right(step, widest)}"
        if cell_len(head) + 2 + len(entry.bar) <= options.cells:
            yield [(f"{head}  {entry.bar}", style)]
        else:
            yield from paragraph(f"{sign} {entry.title}  {step}", options.cells, 0, style, _HANG)
            yield [(" " * _INDENT + entry.bar, style)]
        for text in entry.follows:
            yield from paragraph(text, options.cells, _HANG, Style.PLAIN, 0)


def _sign(entry: ForecastLine) -> str:
    """As the report has it: a warning that is missed is no red line."""
    if entry.status is Status.FAIL and entry.warns:
        return Mark.ALERT.value
    return _SIGNS.get(entry.status, " ") if entry.status else " "


def _step(entry: ForecastLine, speech: Speech) -> str:
    return speech.say("compare.step", before=entry.now, after=entry.then)
