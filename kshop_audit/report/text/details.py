"""The details of the terminal report, for `-v` and `--details`: every rule, date and file."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from rich.cells import cell_len

from kshop_audit.report.text.gates import detail_lines, gate_lines, listed_lines
from kshop_audit.report.text.layout import pad, wrap
from kshop_audit.report.text.page import Spans, Style, TextOptions, paragraph
from kshop_audit.report.view.contents import View
from kshop_audit.report.view.notes import Line
from kshop_audit.report.view.speech import Speech

_BAR = 10


class Details:
    """All sections, and of single rules what is known of them."""

    def __init__(self, shown: View, options: TextOptions) -> None:
        """Of a view, laid out for these options."""
        self._view = shown
        self._speech: Speech = shown.speech
        self.width = options.cells

    def everything(self) -> list[list[Spans]]:
        """The table of all rules, then the sections around it."""
        return [
            gate_lines(self._view, self.width),
            self.others(),
            self.score(),
            self.actions(),
            self.dates(),
            self.data(),
        ]

    def of_rules(self, ids: Iterable[str]) -> list[Spans]:
        """All that is known of these rules; "" for those that are not in the report."""
        shown = self._view
        rows = [*(row for group in shown.groups for row in group.rows), *shown.listed]
        wanted = set(ids)
        chosen = [row for row in rows if row.rule.id in wanted]
        return detail_lines(shown, chosen, self.width) if chosen else []

    def others(self) -> list[Spans]:
        """Rules that decide nothing, in as few lines as possible."""
        if not self._view.others:
            return []
        title = self._speech.say("other.title", len(self._view.listed))
        lines: list[Spans] = [[(title, "bold")], *self._labelled(self._view.others)]
        return lines + listed_lines(self._view, self.width)

    def score(self) -> list[Spans]:
        """The estimate, its dimensions, and beside it everything that is not in it."""
        score, say = self._view.score, self._speech.say
        if score.total:
            total = self._speech.pair(say("score.title"), say("score.total", total=score.total))
            head = total + (f"  {score.graded}" if score.graded else "")
        else:
            head = self._speech.pair(say("score.none"), score.reason or say("column.none"))
        lines: list[Spans] = [[(line, "bold")] for line in wrap(head, self.width)]
        unofficial = say("score.unofficial") if score.total else ""
        if cell_len(head) + 2 + cell_len(unofficial) <= self.width:
            lines[-1].append((f"  {unofficial}", Style.DIM))
        else:
            lines.extend(self._paragraph(unofficial, 2, Style.DIM))
        titles = max((cell_len(part.title) for part in score.segments), default=0)
        weights = max((cell_len(part.weight) for part in score.segments), default=0)
        for part in score.segments:
            text = f"  {pad(part.title, titles)}  {part.points:>5}  {pad(part.weight, weights)}"
            filled = round(part.share * _BAR) if part.share is not None else 0
            bar = self._speech.data("■" * filled + "□" * (_BAR - filled))
            room = part.share is not None and cell_len(text) + 2 + _BAR <= self.width
            lines.append([(text, ""), (f"  {bar}" if room else "", Style.DIM)])
        return [*lines, *self._labelled(score.lines)]

    def actions(self) -> list[Spans]:
        """The actions with the largest gains."""
        shown = self._view
        if not shown.all_actions:
            return []
        lines: list[Spans] = [[(self._speech.say("action.title"), "bold")]]
        gains = max(cell_len(todo.gain) for todo in shown.all_actions)
        for number, todo in enumerate(shown.all_actions, 1):
            start = f"  {number}  " + (pad(todo.gain, gains) + "  " if gains else "")
            text = self._speech.aside(todo.text, "" if todo.rule in todo.text else todo.rule)
            first, *rest = wrap(text, self.width - cell_len(start))
            lines.append([(start, Style.STRONG), (first, "")])
            lines.extend([(" " * cell_len(start) + line, "")] for line in rest)
        return lines

    def dates(self) -> list[Spans]:
        """As-of, windows, and what falls due."""
        shown, say = self._view, self._speech.say
        lines: list[Spans] = [[(say("dates.title"), "bold")], *self._labelled(shown.dates)]
        for entry in shown.deadlines:
            label = self._speech.aside(entry.label, say("dates.past") if entry.past else "")
            text = self._speech.pair(entry.title, entry.text) if entry.text else entry.title
            lines.extend(self._paragraph(f"{entry.date}  {label}  {text}", 2, Style.PLAIN, 2))
        return lines

    def data(self) -> list[Spans]:
        """What was read: files, rows, and what was not understood."""
        shown = self._view
        lines: list[Spans] = [[(self._speech.say("data.title"), "bold")]]
        summary, *others = shown.data
        lines.extend(self._labelled([summary]))
        for file in shown.files:
            lines.extend(self._paragraph(file, 4, Style.DIM, 2))
        return [*lines, *self._labelled(others)]

    def _labelled(self, entries: Iterable[Line]) -> list[Spans]:
        """Lines under their labels, each label once."""
        entries = list(entries)
        column = max((cell_len(entry.label) for entry in entries), default=0)
        lines: list[Spans] = []
        for label, grouped in groupby(entries, key=lambda entry: entry.label):
            start = f"  {pad(label, column)}  "
            for entry in grouped:
                first, *rest = wrap(entry.text, self.width - cell_len(start))
                lines.append([(start, Style.DIM), (first, "")])
                start = " " * cell_len(start)
                lines.extend([(start + line, "")] for line in rest)
        return lines

    def _paragraph(self, text: str, indent: int, style: str, hang: int = 0) -> list[Spans]:
        return paragraph(text, self.width, indent, style, hang)
