"""What stands behind the figure of a rule: what to do, the worst days, the units that missed."""

from __future__ import annotations

from rich.cells import cell_len

from kshop_audit.report.text.layout import table
from kshop_audit.report.text.page import Spans, Style, paragraph
from kshop_audit.report.view.contents import View
from kshop_audit.report.view.listing import ListedTable, against, worst_days
from kshop_audit.report.view.rows import Mark, Row

_INDENT = 4
_DAYS = 5
_UNITS = 20


def behind(shown: View, row: Row, width: int) -> list[Spans]:
    """Lines of at most `width` cells; none for a rule that is met and of which nothing missed.

    The findings of a rule are not among them.
    """
    say, speech = shown.speech.say, shown.speech
    lines: list[Spans] = []

    def add(text: str, indent: int = _INDENT) -> None:
        lines.extend(paragraph(text, width, indent, Style.PLAIN))

    todo = next((one.text for one in shown.all_actions if one.id == row.rule.id), "")
    if todo and row.mark in (Mark.FAIL, Mark.ALERT):
        add(speech.pair(say("part.fix"), todo))
    days = worst_days(row.rule, speech, _DAYS)
    if days:
        add(speech.pair(say("short.worst_days"), speech.join(days, "list")))
    listed = against(row.rule, speech, _UNITS)
    if listed is not None and not row.rule.findings:
        worst = say("short.worst", len(listed.rows), title=listed.title)
        add(worst if listed.hidden else listed.title)
        lines.extend([(line, Style.DIM)] for line in _fitting(listed, shown, width))
        if listed.hidden:
            add(say("short.more_units", listed.hidden), _INDENT + 2)
    return lines


def _fitting(listed: ListedTable, shown: View, width: int) -> list[str]:
    """The table; where it is too wide and says how late each was, without the time it was due."""
    rows = [listed.heads, *listed.rows]
    due, late = (shown.speech.say(f"unit_column.{key}") for key in ("deadline", "late"))
    needed = sum(max(cell_len(cell) for cell in column) + 2 for column in zip(*rows, strict=True))
    if needed + _INDENT > width and due in listed.heads and late in listed.heads:
        place = listed.heads.index(due)
        rows = [(*row[:place], *row[place + 1 :]) for row in rows]
    return table(rows, width, indent=_INDENT + 2)
