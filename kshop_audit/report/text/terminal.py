"""The terminal report: verdict, gates with the failures first, score, what to do, dates, data."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from rich.cells import cell_len

from kshop_audit.model.report import Report
from kshop_audit.report.text.gates import gate_lines, listed_lines
from kshop_audit.report.text.layout import pad, wrap
from kshop_audit.report.text.page import Spans, Style, TextOptions, paragraph, printed, stacked
from kshop_audit.report.view.contents import View, view
from kshop_audit.report.view.notes import Line
from kshop_audit.report.view.speech import Speech

_LISTED = 5
_FILES = 8
_ASSUMPTIONS = 3
_LINES = 3  # of one note
_BAR = 10
_BADGES = {"pass": "bold white on green", "fail": "bold white on red"}


def render(report: Report, options: TextOptions) -> str:
    """The report as lines of at most `options.width` cells (never narrower than 40)."""
    shown = view(report, options.lang, ascii_only=options.ascii)
    page = _ReportPage(shown, options)
    sections = [
        page.verdict(),
        gate_lines(shown, page.width, options.verbose),
        page.others(),
        page.score(),
        page.actions(),
        page.dates(),
        page.data(),
    ]
    return printed(stacked(sections), options)


class _ReportPage:
    """The sections around the gate table."""

    def __init__(self, shown: View, options: TextOptions) -> None:
        self._view = shown
        self._speech: Speech = shown.speech
        self._verbose = options.verbose
        self.width = options.cells

    def verdict(self) -> list[Spans]:
        """The verdict in one line, then what to do first and what was audited."""
        shown, say = self._view, self._speech.say
        badge = say("sign.badge", word=shown.badge)
        style = _BADGES.get(shown.status, "bold black on yellow")
        gap = " " if badge.isascii() else ""
        start = cell_len(badge + gap)
        first, *rest = wrap(shown.headline, self.width - start)
        lines: list[Spans] = [[(badge, style), (gap, ""), (first, "bold")]]
        lines.extend([(" " * start + line, "bold")] for line in rest)
        if shown.first:
            text = self._speech.pair(say("headline.first"), shown.first)
            lines.extend(self._paragraph(text, 2, Style.STRONG, 2))
        for aside in shown.asides:
            lines.extend(self._paragraph(aside, 2, Style.PLAIN, 2))
        return [*lines, *self._paragraph(shown.context, 2, Style.DIM, 2)]

    def others(self) -> list[Spans]:
        """Rules that decide nothing, in as few lines as possible."""
        if not self._view.others:
            return []
        title = self._speech.say("other.title", len(self._view.listed))
        lines: list[Spans] = [[(title, "bold")], *self._labelled(self._view.others)]
        return lines + listed_lines(self._view, self.width) if self._verbose else lines

    def score(self) -> list[Spans]:
        """The estimate, its dimensions, and beside it everything that is not in it."""
        score, say = self._view.score, self._speech.say
        if score.total:
            total = self._speech.pair(say("score.title"), say("score.total", total=score.total))
            head = total + (f"  {say('score.grade', grade=score.grade)}" if score.grade else "")
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
        return [*lines, *self._labelled(score.lines, _ASSUMPTIONS)]

    def actions(self) -> list[Spans]:
        """The actions with the largest gains."""
        shown = self._view
        if not shown.actions:
            return []
        lines: list[Spans] = [[(self._speech.say("action.title"), "bold")]]
        gains = max(cell_len(todo.gain) for todo in shown.actions)
        for number, todo in enumerate(shown.actions, 1):
            start = f"  {number}  " + (pad(todo.gain, gains) + "  " if gains else "")
            text = self._speech.aside(todo.text, "" if todo.rule in todo.text else todo.rule)
            first, *rest = wrap(text, self.width - cell_len(start))
            lines.append([(start, Style.STRONG), (first, "")])
            lines.extend([(" " * cell_len(start) + line, "")] for line in rest)
        return [*lines, *self._cut(shown.actions_count - len(shown.actions))]

    def dates(self) -> list[Spans]:
        """As-of, windows, and what falls due."""
        shown, say = self._view, self._speech.say
        lines: list[Spans] = [[(say("dates.title"), "bold")], *self._labelled(shown.dates)]
        due = shown.deadlines if self._verbose else shown.deadlines[:_LISTED]
        for entry in due:
            label = self._speech.aside(entry.label, say("dates.past") if entry.past else "")
            text = self._speech.pair(entry.title, entry.text) if entry.text else entry.title
            lines.extend(self._paragraph(f"{entry.date}  {label}  {text}", 2, Style.PLAIN, 2))
        return [*lines, *self._cut(len(shown.deadlines) - len(due))]

    def data(self) -> list[Spans]:
        """What was read: files, rows, and what was not understood."""
        shown = self._view
        lines: list[Spans] = [[(self._speech.say("data.title"), "bold")]]
        summary, *others = shown.data
        lines.extend(self._labelled([summary]))
        files = shown.files if self._verbose else shown.files[:_FILES]
        for file in files:
            lines.extend(self._paragraph(file, 4, Style.DIM, 2))
        lines.extend(self._cut(len(shown.files) - len(files)))
        return [*lines, *self._labelled(others, _FILES)]

    def _labelled(self, entries: Iterable[Line], most: int = _LISTED) -> list[Spans]:
        """Lines under their labels, each label once; beyond `most` of a label they are counted."""
        entries = list(entries)
        column = max((cell_len(entry.label) for entry in entries), default=0)
        lines: list[Spans] = []
        for label, grouped in groupby(entries, key=lambda entry: entry.label):
            texts = [entry.text for entry in grouped]
            start = f"  {pad(label, column)}  "
            kept = texts if self._verbose else texts[:most]
            for text in kept:
                first, *rest = self._shortened(text, self.width - cell_len(start))
                lines.append([(start, Style.DIM), (first, "")])
                start = " " * cell_len(start)
                lines.extend([(start + line, "")] for line in rest)
            lines.extend(self._cut(len(texts) - len(kept), cell_len(start)))
        return lines

    def _shortened(self, text: str, width: int) -> list[str]:
        """The text in lines; without -v only so many of them, and a word that there are more."""
        lines = wrap(text, width)
        if self._verbose or len(lines) <= _LINES:
            return lines
        more = self._speech.say("sign.continued", text="").strip()
        return [*lines[: _LINES - 1], *wrap(f"{lines[_LINES - 1]} {more}", width)]

    def _paragraph(self, text: str, indent: int, style: str, hang: int = 0) -> list[Spans]:
        return paragraph(text, self.width, indent, style, hang)

    def _cut(self, hidden: int, indent: int = 2) -> list[Spans]:
        if hidden <= 0:
            return []
        more = self._speech.say("sign.cut_verbose", hidden)
        return self._paragraph(more, min(indent, self.width // 3), Style.DIM)
