"""The summary as CSV: a row a shop, a column a red line; UTF-8 with a BOM for spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import StringIO

from kshop_audit.model.fleet import Summary
from kshop_audit.report.fleet.contents import Titles, gates, named, rows
from kshop_audit.report.sheet import safe
from kshop_audit.report.view.speech import Speech


def render(summary: Summary, titles: Titles, lang: str, links: Mapping[str, str]) -> str:  # noqa: ARG001
    """The table with its head; no cell can become a formula."""
    speech = Speech(lang)
    columns = gates(summary, titles)
    words = [speech.say(f"fleet.{name}") for name in ("shop", "path", "verdict", "score", "reason")]
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*words, *named(columns, titles, speech), speech.say("fleet.report")])
    for row in rows(summary, titles, speech):
        statuses = [
            "" if status is None else speech.name("status", status.value) for status in row.gates
        ]
        cells = [
            row.shop,
            row.path,
            row.verdict,
            row.score,
            row.reason,
            *statuses,
            row.report or "",
        ]
        writer.writerow([safe(cell) for cell in cells])
    return "\ufeff" + out.getvalue()
