"""The rules of a report as CSV, a row a rule; for a spreadsheet, so UTF-8 with a BOM."""

from __future__ import annotations

import csv
from io import StringIO

from kshop_audit.model.report import Report
from kshop_audit.report import sheet
from kshop_audit.report.view.speech import Speech


def render(report: Report, lang: str) -> str:
    """The table with its head; no cell can become a formula."""
    speech = Speech(lang)
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(sheet.head(speech))
    writer.writerows([sheet.safe(cell) for cell in row] for row in sheet.rows(report, speech))
    return "\ufeff" + out.getvalue()
