"""The report as a workbook for a spreadsheet: verdict, rules, what to do, findings, data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO

import xlsxwriter

from kshop_audit.model.report import Report
from kshop_audit.report import sheet
from kshop_audit.report.view.contents import View, view

_LONGEST = 32_767
"""Characters that a cell holds."""
_WIDE, _NARROW = 40, 12
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}

_Row = Sequence[object]


def render(report: Report, lang: str) -> bytes:
    """The bytes of an .xlsx file; the same report gives the same bytes. No cell is a formula."""
    shown, out = view(report, lang), BytesIO()
    book = xlsxwriter.Workbook(out, _OPTIONS)
    # Else the time of writing would stand in it.
    book.set_properties({"created": datetime(2000, 1, 1)})
    say = shown.speech.say
    rules = sheet.rows(report, shown.speech)
    _sheet(book, say("page.verdict"), [], _verdict(shown))
    _sheet(book, say("page.rules"), sheet.head(shown.speech), rules)
    _sheet(book, say("page.todo"), [say("page.gain"), say("page.action"), say("table.title")],
           ((todo.gain, todo.text, todo.rule) for todo in shown.actions))  # fmt: skip
    _sheet(book, say("page.findings"), [say("table.title"), say("page.finding")], _findings(shown))
    _sheet(book, say("page.data"), [], ((line.label, line.text) for line in shown.data))
    book.close()
    return out.getvalue()


def _verdict(shown: View) -> Iterator[_Row]:
    say, score = shown.speech.say, shown.score
    yield shown.badge, shown.headline
    for text in shown.today:
        yield say("short.today"), text
    for aside in shown.asides:
        yield "", aside
    yield "", shown.context
    if shown.first:
        yield say("headline.first"), shown.first
    total = shown.speech.join([score.total, score.graded], "comma") if score.total else score.reason
    yield say("score.title"), total
    if score.total:
        yield "", say("score.unofficial")
    yield "", shown.counts
    for entry in shown.changes:
        yield "", entry.text
    for part in score.segments:
        yield part.title, shown.speech.aside(part.points, part.weight)
    for line in (*score.lines, *shown.dates):
        yield line.label, line.text


def _findings(shown: View) -> Iterator[_Row]:
    rows = [row for group in shown.groups for row in group.rows]
    for row in (*rows, *shown.listed):
        for finding in row.findings():
            yield row.title, finding


def _sheet(book: xlsxwriter.Workbook, name: str, head: Sequence[str], rows: Iterable[_Row]) -> None:
    sheet = book.add_worksheet(name)
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True})
    sheet.set_column(0, 0, _WIDE, wrapped)
    sheet.set_column(1, 1, _NARROW if len(head) > 3 else 2 * _WIDE, wrapped)
    for column, title in enumerate(head):
        sheet.write_string(0, column, title, bold)
    if head:
        sheet.freeze_panes(1, 0)
    last = 0
    for number, row in enumerate(rows, 1 if head else 0):
        last = number
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(number, column, cell[:_LONGEST])
            elif isinstance(cell, int | float | Decimal):
                sheet.write_number(number, column, cell)
    if head and last:
        sheet.autofilter(0, 0, last, len(head) - 1)
