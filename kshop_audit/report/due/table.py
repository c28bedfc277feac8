"""What is due as a table for the warehouse: a row a thing to do, as CSV and as a workbook."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO, StringIO

from kshop_audit.model.due import DueList
from kshop_audit.model.report import Report
from kshop_audit.report.due.entries import Entries, Entry
from kshop_audit.report.sheet import safe
from kshop_audit.report.view.speech import Speech

COLUMNS = (
    "deadline", "hours_left", "state", "kind", "order_id", "ticket_id", "session_id",
    "tracking_no", "violation_id", "product", "province", "carrier", "cost", "cost_grade",
    "effect", "points", "action", "title", "rule",
)  # fmt: skip
"""In this order; each has its name in the wording."""

_WIDTHS = {"deadline": 20, "effect": 40, "action": 50}
_USUAL = 18


def as_csv(due: DueList, report: Report, lang: str) -> bytes:
    """UTF-8 with a BOM; long numbers have a leading tab, so that a spreadsheet keeps them; no cell
    can become a formula.
    """
    speech = Speech(lang)
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_head(speech))
    writer.writerows([safe(cell) for cell in row] for row in _rows(due, report, speech))
    return out.getvalue().encode("utf-8-sig")


def as_workbook(due: DueList, report: Report, lang: str) -> bytes:
    """An .xlsx file with one sheet; every id is text, no cell is a formula."""
    import xlsxwriter  # noqa: PLC0415  a package beyond the core, for this format only

    speech, out = Speech(lang), BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
              "strings_to_numbers": False},
    )  # fmt: skip
    book.set_properties({"created": datetime(2000, 1, 1)})  # else the time of writing
    sheet = book.add_worksheet(speech.say("due.sheet"))
    bold = book.add_format({"bold": True})
    for column, (name, title) in enumerate(zip(COLUMNS, _head(speech), strict=True)):
        sheet.set_column(column, column, _WIDTHS.get(name, _USUAL))
        sheet.write_string(0, column, title, bold)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(_rows(due, report, speech), 1):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(number, column, cell)
            elif cell is not None:
                sheet.write_number(number, column, cell)
    sheet.autofilter(0, 0, max(len(due.items), 1), len(COLUMNS) - 1)
    book.close()
    return out.getvalue()


def _head(speech: Speech) -> list[str]:
    return [speech.say(f"due_column.{name}") for name in COLUMNS]


def _rows(due: DueList, report: Report, speech: Speech) -> Iterator[Sequence[str | float | None]]:
    entries = Entries(report, speech)
    return (_row(entries.entry(item), speech) for item in due.items)


def _row(entry: Entry, speech: Speech) -> list[str | float | None]:
    item, ids = entry.item, entry.item.ids
    named = (ids.order_id, ids.ticket_id, ids.session_id, ids.tracking_no, ids.violation_id)
    return [
        item.deadline,
        round(item.hours_left, 2),
        state(entry, speech),
        entry.kind,
        *(None if one is None else speech.data(one) for one in named),
        entry.product or None,
        entry.area or None,
        entry.carrier or None,
        None if item.cost_fen is None else item.cost_fen / 100,
        entry.grade or None,
        entry.effect or None,
        entry.earned or None,
        entry.action,
        entry.title,
        speech.data(item.rule),
    ]


def state(entry: Entry, speech: Speech) -> str:
    """Whether it is late, and whether that it waits is certain."""
    word = speech.say("due.late" if entry.item.late else "due.waits")
    return word if entry.item.certain else speech.aside(word, speech.say("due.uncertain"))
