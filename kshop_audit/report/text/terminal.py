"""The terminal report: one screen with the verdict first and last; all details only on request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len

from kshop_audit.model.patterns import regex
from kshop_audit.model.report import Report, Status
from kshop_audit.report.text.details import Details
from kshop_audit.report.text.layout import packed, pad, wrap
from kshop_audit.report.text.page import Spans, Style, TextOptions, paragraph, printed, stacked
from kshop_audit.report.view import short
from kshop_audit.report.view.changes import Sentence
from kshop_audit.report.view.contents import View, view
from kshop_audit.report.view.rows import Group, Mark, Row
from kshop_audit.report.view.speech import Speech

_ACTIONS = 3
_CLAUSE = regex("[，,][^，,]*$")
_BAR = 10
_CHANGES = 7
_SCREEN = 45
"""Lines of the report that are not blank."""
_INDENT = 4
_SIGN = 2  # the mark and a space
_MIN_TEXT = 24  # cells that what is said of a rule needs beside its title
_NAMES = 8
_BADGES = {"pass": "bold white on green", "fail": "bold white on red"}
_STYLES = {
    Mark.FAIL: "bold red",
    Mark.ALERT: "yellow",
    Mark.UNKNOWN: "magenta",
    Mark.REVIEW: "cyan",
    Mark.MET: "green",
}


def render(report: Report, options: TextOptions) -> str:
    """The report as lines of at most `options.width` cells (never narrower than 40)."""
    shown = view(report, options.lang, ascii_only=options.ascii)
    page, details = _Short(shown, options), Details(shown, options)
    sections = [page.verdict(), page.due_today()]
    if options.verbose:
        sections += [page.changes(), *details.everything(), page.last()]
    else:
        sections = _screen(page, sections)
        sections += [details.of_rules(options.details), page.last()]
    return printed(stacked(sections), options)


def _screen(page: _Short, head: Sequence[list[Spans]]) -> list[list[Spans]]:
    """The sections of one screen but for the last, of at most `_SCREEN` lines with it: what changed
    is cut first, then the warnings. A breakdown that was asked for is never cut.
    """
    warnings = page.warnings
    while True:
        before = [*head, *page.rules(warnings), page.score(), page.actions()]
        after = page.counts()
        room = _SCREEN - sum(map(len, (*before, after, page.last())))
        whole = page.changes(None)
        changed = whole if len(whole) <= room or page.broken_down else page.changes(room)
        if len(changed) <= room or page.broken_down or warnings <= 1:
            return [*before, changed, after]
        warnings -= 1


class _Short:
    """The sections of one screen."""

    def __init__(self, shown: View, options: TextOptions) -> None:
        self._view = shown
        self._speech: Speech = shown.speech
        self._verbose = options.verbose
        self.width = options.cells

    @property
    def warnings(self) -> int:
        """How many warnings are not met."""
        groups = (group for group in self._view.groups if group.mark is Mark.ALERT)
        return sum(len(group.rows) for group in groups)

    @property
    def broken_down(self) -> bool:
        """Whether figures are broken down, which takes as many lines as it takes."""
        return any(row.rule.breakdown for group in self._view.groups for row in group.rows)

    def verdict(self) -> list[Spans]:
        """The verdict in one line, and what was audited."""
        shown = self._view
        code = shown.exit_code if self._verbose else ""
        context = self._speech.join([shown.context, code])
        lines = self._badge(shown.short)
        for warning in shown.warnings:
            lines.extend(self._paragraph(warning, 2, Style.STRONG, 2))
        parts = packed(context, self._speech.say("sign.separator"), self.width - 2)
        for part in parts:
            lines.extend(self._paragraph(part, 2, Style.DIM, 2))
        return lines

    def last(self) -> list[Spans]:
        """The verdict once more, and where the rest is to be had."""
        more = "" if self._verbose else self._more()
        both = self._badge(self._speech.join([self._view.short, more], "clause"))
        if len(both) == 1:
            return both
        # What can be copied stands on a line of its own.
        return self._badge(self._view.short) + self._paragraph(more, 2, Style.PLAIN, 2)

    def _more(self) -> str:
        """What to add to the command, with a name that can be typed as it stands."""
        rows = [row for group in self._view.groups for row in group.rows]
        if not rows:
            return self._speech.say("short.more_all")
        return self._speech.say("short.more", rule=rows[0].title)

    def due_today(self) -> list[Spans]:
        """What falls due within a day, at most five lines."""
        entries, title = self._view.today, self._speech.say("short.today")
        if len(entries) == 1:
            return self._paragraph(self._speech.pair(title, entries[0]), 0, Style.STRONG, 2)
        lines: list[Spans] = [[(title, Style.STRONG)]] if entries else []
        for entry in entries:
            lines.extend(self._paragraph(entry, 2, Style.PLAIN, 2))
        return lines

    def rules(self, warnings: int) -> Iterator[list[Spans]]:
        """Red lines that are not met, two lines each; then the first `warnings`, a line each."""
        for group in self._view.groups:
            yield self._section(group, warnings if group.mark is Mark.ALERT else len(group.rows))
        if self._view.status == "measured":
            yield self._measured()

    def _measured(self) -> list[Spans]:
        """The figures of rules that decide nothing, where there are no others."""
        known = [row for row in self._view.listed if row.rule.status is not Status.NOT_APPLICABLE]
        open_ = [row for row in known if row.mark is Mark.UNKNOWN]
        measured = [row for row in known if row.mark is not Mark.UNKNOWN]
        title = self._speech.say("short.figures", len(measured))
        return [
            *self._table(title, Mark.MET, measured),
            *self._named("short.unknown", open_),
        ]

    def _section(self, group: Group, most: int) -> list[Spans]:
        lines: list[Spans] = []
        if group.section:
            lines.extend([(line, "bold")] for line in wrap(group.section, self.width))
        if group.mark is Mark.MET:
            return lines
        rows = [row for row in group.rows if short.red(row)]
        others = [row for row in group.rows if not short.red(row)]
        if group.mark is Mark.FAIL:
            lines += self._table(self._missed(rows), group.mark, rows, two=True)
        elif group.mark is Mark.UNKNOWN:
            title = self._speech.say("group.unknown_red", len(rows))
            lines += self._table(title, group.mark, rows, two=True)
            lines += self._named("short.unknown", others)
        else:
            lines += self._table(group.title, group.mark, [*rows, *others][:most])
            if len(group.rows) > most:
                more = self._speech.say("sign.cut_verbose", len(group.rows) - most)
                lines += self._paragraph(more, 0, Style.DIM)
        return lines

    def _missed(self, rows: list[Row]) -> str:
        title, date = self._speech.say("short.red"), short.earliest(rows, self._speech)
        return self._speech.say("short.all_by", title=title, date=date) if date else title

    def _table(
        self, title: str, sign: Mark, rows: list[Row], *, two: bool = False
    ) -> Iterable[Spans]:
        if not rows:
            return
        yield from self._paragraph(title, 0, _STYLES[sign])
        widest = max(cell_len(row.title) for row in rows)
        beside = self.width - _SIGN - widest - 2 >= _MIN_TEXT
        for row in rows:
            name = pad(row.title, widest) if beside else row.title
            start = f"{self._speech.data(row.mark.value)} {name}  "
            room = self.width - cell_len(start)
            text = short.figure(row.rule, self._speech)
            if cell_len(text) > room:
                text = short.figure(row.rule, self._speech, bare=True)
            strong = "bold" if two else ""
            if cell_len(text) <= room:
                yield [(start, strong), (text, _STYLES[sign] if two else "")]
            else:
                yield from self._paragraph(start.rstrip(), 0, strong, _SIGN)
                yield from self._paragraph(text, _INDENT, Style.PLAIN)
            below = short.below(row, self.width - _INDENT) if two else ""
            for line in ("" if below in text else below, *short.segments(row)):
                yield from self._paragraph(line, _INDENT, Style.PLAIN) if line else ()

    def _named(self, key: str, rows: list[Row]) -> Iterable[Spans]:
        if rows:
            names = self._speech.names([row.title for row in rows], _NAMES, counted=True)
            text = self._speech.say(key, len(rows), names=names)
            yield from self._paragraph(text, 0, _STYLES[Mark.UNKNOWN], 2)

    def score(self) -> list[Spans]:
        """The estimate and its dimensions."""
        score, say = self._view.score, self._speech.say
        if not score.total:
            reason = score.reason or say("column.none")
            return self._paragraph(self._speech.pair(say("score.none"), reason), 0, "bold", 2)
        total = self._speech.pair(say("score.title"), say("score.total", total=score.total))
        head = self._speech.join([total, score.graded, say("score.unofficial")], "comma")
        lines = self._paragraph(head, 0, "bold", 2)
        titles = max((cell_len(part.title) for part in score.segments), default=0)
        weights = max((cell_len(part.weight) for part in score.segments), default=0)
        for part in score.segments:
            text = f"  {pad(part.title, titles)}  {part.points:>5}  {pad(part.weight, weights)}"
            filled = round(part.share * _BAR) if part.share is not None else 0
            bar = self._speech.data("■" * filled + "□" * (_BAR - filled))
            room = part.share is not None and cell_len(text) + 2 + _BAR <= self.width
            lines.append([(text, ""), (f"  {bar}" if room else "", Style.DIM)])
        if score.left_out:
            text = self._speech.pair(say("score.left_out"), score.left_out)
            lines.extend(self._paragraph(text, 2, Style.DIM, 2))
        return lines

    def actions(self) -> list[Spans]:
        """The first clause of what to do first."""
        shown, speech = self._view, self._speech
        todos = [todo for todo in shown.all_actions if not todo.supplies][:_ACTIONS]
        if not todos:
            return []
        lines: list[Spans] = [[(speech.say("action.title"), "bold")]]
        gains = max(cell_len(todo.gain) for todo in todos)
        for number, todo in enumerate(todos, 1):
            start = f"  {number} " + (pad(todo.gain, gains) + " " if gains else "")
            text = lead = speech.lead(todo.text)
            named = speech.aside(lead, "" if todo.rule in lead else todo.rule)
            if cell_len(start + named) <= self.width:
                text = named
            while cell_len(start + text) > self.width and (cut := _CLAUSE.search(text)):
                text = text[: cut.start()]
            first, *rest = wrap(text, self.width - cell_len(start))
            lines.append([(start, Style.STRONG), (first, "")])
            lines.extend([(" " * cell_len(start) + line, "")] for line in rest)
        return lines

    def changes(self, room: int | None = None) -> list[Spans]:
        """What changed since the last report, of many rules the first; in so few lines as there is
        room for, one line of names or of counts alone.
        """
        entries = self._view.changes
        most = len(entries) if self._verbose else _CHANGES
        while True:
            lines = self._sentences(entries[:most])
            if len(entries) > most:
                more = self._speech.say("sign.cut_verbose", len(entries) - most)
                lines.extend(self._paragraph(more, 0, Style.DIM))
            if room is None or len(lines) <= room:
                return lines
            most -= 1
            if not any(entry.move for entry in entries[:most]):
                break
        named = self._paragraph(self._view.change, 0, Style.PLAIN, 2)
        return named if len(named) <= room else self._paragraph(self._view.changed, 0, "", 2)

    def _sentences(self, entries: Sequence[Sentence]) -> list[Spans]:
        return [
            line
            for entry in entries
            for line in self._paragraph(
                entry.text, 2 if entry.below else 0,
                Style.STRONG if entry.heading else Style.PLAIN, 2,
            )
        ]  # fmt: skip

    def counts(self) -> list[Spans]:
        """What is met, what was muted, and the data, each in a line."""
        shown = self._view
        lines: list[Spans] = []
        met = short.met(shown.groups, self._speech)
        legend = shown.legend if short.estimated(shown.groups) else ""
        careful = short.warnings(shown.groups, self._speech)
        for text in (met, *careful, *short.muted(shown), shown.counts, legend):
            lines.extend(self._paragraph(text, 0, Style.PLAIN, 2) if text else [])
        return lines

    def _badge(self, text: str) -> list[Spans]:
        badge = self._speech.say("sign.badge", word=self._view.badge)
        style = _BADGES.get(self._view.status, "bold black on yellow")
        gap = " " if badge.isascii() else ""
        start = cell_len(badge + gap)
        first, *rest = wrap(text, self.width - start)
        lines: list[Spans] = [[(badge, style), (gap, ""), (first, "bold")]]
        return [*lines, *([(" " * start + line, "bold")] for line in rest)]

    def _paragraph(self, text: str, indent: int, style: str, hang: int = 0) -> list[Spans]:
        return paragraph(text, self.width, indent, style, hang) if text else []
