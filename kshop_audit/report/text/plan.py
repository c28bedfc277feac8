"""The cheapest steps to a goal, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from kshop_audit.model.improvement import Improvement
from kshop_audit.model.report import Report
from kshop_audit.report.text.page import Spans, Style, TextOptions, paragraph, printed, stacked
from kshop_audit.report.view import improvement
from kshop_audit.report.view.improvement import StepWords
from kshop_audit.report.view.speech import Speech

_INDENT = 3


def render(plan: Improvement, report: Report, options: TextOptions) -> str:
    """Lines of at most `options.cells` cells: the goal, each step, and what comes of them.

    `report`: the shop as it is.
    """
    speech, cells = Speech(options.lang, options.ascii), options.cells
    as_of = speech.say("brief.as_of", as_of=speech.instant(plan.as_of, closing=True))
    title = speech.join([improvement.title(plan, report, speech), as_of])
    head = paragraph(title, cells, 0, Style.STRONG)
    head += paragraph(improvement.summary(plan, report, speech), cells, 0, Style.PLAIN)
    steps = [
        line
        for number, step in enumerate(improvement.steps(plan, report, speech), 1)
        for line in _step(number, step, cells)
    ]
    end = [
        line
        for text in improvement.end(plan, report, speech)
        for line in paragraph(text, cells, 0, Style.DIM)
    ]
    return printed(stacked((head, steps, end)), options)


def _step(number: int, step: StepWords, cells: int) -> Iterator[Spans]:
    yield from paragraph(f"{number}. {step.head}", cells, 0, Style.STRONG, _INDENT)
    for text in (step.unknown, step.action):
        if text:
            yield from paragraph(text, cells, _INDENT, Style.PLAIN)
