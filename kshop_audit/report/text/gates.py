"""The gate table of the terminal report: one line a rule, the distance and its reasons below it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from kshop_audit.model.frozen import frozen
from kshop_audit.report.text.behind import behind
from kshop_audit.report.text.layout import flush_right, pad, wrap
from kshop_audit.report.text.page import Spans, Style, paragraph
from kshop_audit.report.view import distances, short
from kshop_audit.report.view.contents import View
from kshop_audit.report.view.rows import Mark, Row

_MIN_TITLE = 20
_LEAST_TITLE = 8  # on the narrowest terminal
_MAX_TITLE = 46
_MIN_DISTANCE = 24
_GAP = 2
_SIGN = 2  # the mark and a space
_INDENT = 4
_MOST = 31  # findings of a rule beside all others: as many as a month has days

_STYLES = {
    Mark.FAIL: "bold red",
    Mark.ALERT: "yellow",
    Mark.UNKNOWN: "magenta",
    Mark.REVIEW: "cyan",
    Mark.MET: "green",
}


@frozen
class Columns:
    """Widths in cells; 0 = the column moves to the line below (counts, distance)."""

    title: int
    value: int
    target: int
    counts: int
    points: int
    distance: int


def gate_lines(shown: View, width: int) -> list[Spans]:
    """The groups one below the other, all with the same columns, their names once a pack."""
    columns = _columns(shown, width)
    lines: list[Spans] = []
    for group in shown.groups:
        heading: Spans = [(group.title, _STYLES[group.mark])]
        if not lines or group.section:
            heading = _heading(shown, group.title, columns, _STYLES[group.mark])
        if lines:
            lines.append([])
        if group.section:
            lines.extend([(line, "bold")] for line in wrap(group.section, width))
        lines.append(heading)
        for row in group.rows:
            lines.extend(_row(shown, row, columns, width))
    if shown.legend:
        lines.append([])
        lines.extend([(line, Style.DIM)] for line in wrap(shown.legend, width))
    return lines


def _columns(shown: View, width: int) -> Columns:
    rows = [row for group in shown.groups for row in group.rows]
    say = shown.speech.say

    def widest(key: str, cells: list[str]) -> int:
        return max([cell_len(say(f"column.{key}")), *map(cell_len, cells)])

    value = widest("value", [row.value for row in rows])
    target = widest("target", [row.target for row in rows])
    counts = widest("counts", [row.counts for row in rows])
    points = widest("points", [row.points for row in rows])
    title = max((cell_len(f"{row.title} {row.id}") for row in rows), default=_MIN_TITLE)
    title = max(min(title, _MAX_TITLE), _MIN_TITLE)
    room = width - _SIGN - value - target - points - 3 * _GAP
    if room - counts - _GAP < _MIN_TITLE:
        return Columns(max(room, _LEAST_TITLE), value, target, 0, points, 0)
    room -= counts + _GAP
    spare = room - title - _GAP
    if spare >= _MIN_DISTANCE:
        return Columns(title, value, target, counts, points, spare)
    return Columns(room, value, target, counts, points, 0)


def _heading(shown: View, title: str, columns: Columns, style: str) -> Spans:
    """The first group's title; the column names stand beside it if they fit."""
    say = shown.speech.say
    names = _cells(
        columns,
        say("column.value"),
        say("column.target"),
        say("column.counts"),
        say("column.points"),
    )
    if columns.distance:
        names += "  " + say("column.distance")
    room = columns.title + _SIGN
    if cell_len(title) > room:
        return [(title, style)]
    return [(pad(title, room), style), (names, Style.DIM)]


def _cells(columns: Columns, value: str, target: str, counts: str, points: str) -> str:
    gap = " " * _GAP
    cells = gap + flush_right(value, columns.value) + gap + flush_right(target, columns.target)
    if columns.counts:
        cells += gap + flush_right(counts, columns.counts)
    return cells + gap + flush_right(points, columns.points)


def _row(shown: View, row: Row, columns: Columns, width: int) -> list[Spans]:
    style = _STYLES[row.mark]
    strong = "bold" if row.mark is Mark.FAIL else ""
    first, *rest = _label(row.title, row.id, columns.title)
    cells = _cells(columns, row.value, row.target, row.counts, row.points)
    line: Spans = [
        (pad(shown.speech.data(row.mark.value), _SIGN), style),
        *_styled(pad(first, columns.title), row.id, strong),
        (cells, strong),
    ]
    beside = bool(columns.distance) and cell_len(row.distance) <= columns.distance
    if beside:
        line.append((f"  {row.distance}", style))
    lines = [line]
    lines.extend([(" " * _SIGN, ""), *_styled(part, row.id, strong)] for part in rest)
    below = [] if beside else [row.distance]
    if not columns.counts and row.counts:
        below.insert(0, f"{shown.speech.say('column.counts')} {row.counts}")
    joined = shown.speech.join(below)
    if joined:
        lines.extend(_indented(joined, width, style))
    return [*lines, *_below(shown, row, width, _MOST)]


def listed_lines(shown: View, width: int) -> list[Spans]:
    """All that is known of the rules that gate nothing."""
    lines: list[Spans] = []
    for row in shown.listed:
        below = _below(shown, row, width, _MOST)
        if below:
            lines.extend(_named(row, "- ", "", width))
            lines.extend(below)
    return lines


def detail_lines(shown: View, rows: Sequence[Row], width: int) -> list[Spans]:
    """All that is known of these rules, whatever they decide."""
    lines: list[Spans] = []
    for row in rows:
        lines.extend([[]] if lines else [])
        sign = f"{shown.speech.data(row.mark.value)} "
        lines.extend(_named(row, sign, _STYLES[row.mark], width))
        figure = short.figure(row.rule, shown.speech)
        said = distances.bare(row.rule, shown.speech)
        ahead = distances.outlook(row.rule, shown.speech) if said in figure else row.distance
        if ahead and ahead not in figure:
            figure = shown.speech.join([figure, ahead])
        lines.extend(_indented(figure, width, Style.STRONG))
        lines.extend(_below(shown, row, width))
        lines.extend(behind(shown, row, width))
    return lines


def _named(row: Row, sign: str, style: str, width: int) -> list[Spans]:
    first, *rest = _label(row.named, row.id, width - _SIGN)
    lines: list[Spans] = [[(sign, style), *_styled(first, row.id, "")]]
    return [*lines, *([(" " * _SIGN, ""), *_styled(part, row.id, "")] for part in rest)]


def _below(shown: View, row: Row, width: int, most: int | None = None) -> list[Spans]:
    """Reasons, notes, where the figure comes from, and the findings, at most so many of them; those
    not yet due apart.
    """
    lines: list[Spans] = []
    for remark in (*row.remarks, *row.notes):
        lines.extend(_indented(remark, width, Style.PLAIN))
    detail = shown.speech.join(row.details)
    lines.extend(_indented(detail, width, Style.DIM) if detail else [])
    against, pending = row.parted()
    listed = against if most is None else against[:most]
    for finding in listed:
        lines.extend(_indented(f"- {finding}", width, Style.DIM, hang=2))
    if len(against) > len(listed):
        hidden = len(against) - len(listed)
        more = shown.speech.say("short.more_findings", hidden, title=row.title)
        lines.extend(_indented(more, width, Style.DIM))
    if pending:
        heading = shown.speech.say("short.not_due", len(pending))
        lines.extend(_indented(heading, width, Style.PLAIN))
    for finding in pending:
        lines.extend(_indented(f"- {finding}", width, Style.DIM, hang=2))
    return lines


def _label(title: str, id_: str, width: int) -> list[str]:
    """Title and id, the id on the same line if there is room for all of it."""
    lines = wrap(title, width)
    if cell_len(f"{lines[-1]} {id_}") <= width:
        return [*lines[:-1], f"{lines[-1]} {id_}"]
    return [*lines, *wrap(id_, width)]


def _styled(text: str, name: str, style: str) -> Spans:
    """The text, the rule's id dimmed."""
    before, found, after = text.rpartition(name) if name else ("", "", "")
    return [(before, style), (name, Style.DIM), (after, "")] if found else [(text, style)]


def _indented(text: str, width: int, style: str, hang: int = 0) -> list[Spans]:
    return paragraph(text, width, _INDENT, style, hang)
