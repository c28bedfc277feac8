"""The aspects of a shop for the terminal: the rules of each, how they stand, what is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from kshop_audit.model.aspects import Answer, Aspects, AspectState, MeasuredBy, Part, Standing
from kshop_audit.model.figures import points
from kshop_audit.model.metadata import Level
from kshop_audit.model.report import Status
from kshop_audit.report.text.layout import flush_right, pad, wrap
from kshop_audit.report.text.page import Spans, Style, TextOptions, paragraph, printed, stacked
from kshop_audit.report.view import phrases
from kshop_audit.report.view.speech import Speech

_SIGNS = {
    Status.PASS: "√", Status.WARN: "~", Status.NO_VERDICT: "?", Status.INFO: "-",
    Status.NOT_APPLICABLE: "-",
}  # fmt: skip
_STANDINGS = {Standing.MISSED: "×", Standing.OPEN: "?", Standing.MET: "√"}
_STYLES = {"×": "bold red", "!": "yellow", "?": "magenta", "~": "cyan", "√": "green"}
_INDENT = 5
_GAP = 2


def render(aspects: Aspects, options: TextOptions) -> str:
    """All aspects as lines of at most `options.width` cells."""
    page = _AspectsPage(aspects, options)
    sections = [page.head()]
    for part, title in ((Part.ASPECT, "aspects.title"), (Part.PROCESS, "aspects.processes")):
        sections.append(page.part(part, title))
    sections.append(page.foot())
    return printed(stacked(sections), options)


class _AspectsPage:
    """The sections; a table's two columns on the right are as wide as their widest cell."""

    def __init__(self, aspects: Aspects, options: TextOptions) -> None:
        self._aspects = aspects
        self._speech = Speech(options.lang, options.ascii)
        self._options = options
        rules = [rule for state in aspects.aspects for rule in state.rules]
        answers = [answer for state in aspects.aspects for answer in state.questions]
        cells = [self._figures(rule) for rule in rules]
        self._columns = (
            max((cell_len(value) for value, _ in cells), default=0),
            max((cell_len(target) for _, target in cells), default=0),
        )
        widest = max((cell_len(self._answered(answer)) for answer in answers), default=0)
        self._right = max(sum(self._columns) + _GAP, widest)

    def head(self) -> list[Spans]:
        """How many are met, what was answered, what was looked at."""
        say, aspects = self._speech.say, self._aspects
        fifteen = [state for state in aspects.aspects if state.part is Part.ASPECT]
        standing = Counter(state.standing for state in fifteen)
        counted = aspects.answers
        lines = [
            say(
                "aspects.standing",
                len(fifteen),
                missed=standing[Standing.MISSED],
                open=standing[Standing.OPEN],
                met=standing[Standing.MET],
            )
            if aspects.as_of is not None
            else say("aspects.listed", len(fifteen)),
            say(
                "aspects.answers",
                counted.done + counted.not_done + counted.unanswered,
                done=counted.done,
                not_done=counted.not_done,
                unanswered=counted.unanswered,
            ),
        ]
        context = [
            say("headline.shop", shop=self._speech.data(aspects.shop)) if aspects.shop else "",
            say("headline.as_of", as_of=self._speech.instant(aspects.as_of, closing=True))
            if aspects.as_of
            else "",
            self._speech.pack(aspects.pack.id, aspects.pack.version),
        ]
        strong = [line for text in lines for line in self._lines(text, 0, Style.STRONG)]
        return [*strong, *self._lines(self._speech.join(context), 0, Style.DIM)]

    def part(self, part: Part, title: str) -> list[Spans]:
        """The aspects of one part under its title."""
        lines = list(self._lines(self._speech.say(title), 0, Style.STRONG))
        for state in self._aspects.aspects:
            if state.part is part:
                lines.extend(self._aspect(state))
        return lines

    def foot(self) -> list[Spans]:
        """How to answer, and what the asterisk means."""
        rules = [rule for state in self._aspects.aspects for rule in state.rules]
        assumed = any(rule.target is not None and rule.target.assumption for rule in rules)
        legend = self._lines(self._speech.say("figure.assumed_legend"), 0, Style.DIM)
        return [*(legend if assumed else []), *self._lines(self._speech.say("aspects.how"), 0, "")]

    def _aspect(self, state: AspectState) -> Iterator[Spans]:
        sign = "" if state.standing is None else self._speech.data(_STANDINGS[state.standing])
        style = _STYLES[_STANDINGS[state.standing]] if state.standing else Style.STRONG
        start = f"{state.number:>2} {sign} " if sign else f"{state.number:>2} "
        text = self._speech.pair(self._speech.text(state.title), self._speech.text(state.duty))
        first, *rest = wrap(text, self._options.cells - cell_len(start))
        yield [(start, style), (first, Style.STRONG if state.standing is None else style)]
        yield from ([(" " * cell_len(start) + line, style)] for line in rest)
        for rule in state.rules:
            yield from self._rule(rule)
        if state.score:
            total = self._aspects.score_total
            shown = self._speech.say("column.none") if total is None else points(total)
            yield from self._row("-", self._speech.say("aspects.score"), "", self._pair(shown, ""))
        if not state.rules and not state.score:
            yield from self._lines(self._speech.say("aspects.by_hand"), _INDENT + 2, Style.DIM)
        for answer in state.questions:
            yield from self._question(answer)

    def _rule(self, rule: MeasuredBy) -> Iterator[Spans]:
        title = self._speech.text(rule.title)
        name = rule.id if self._options.verbose else ""
        yield from self._row(_sign(rule), title, name, self._pair(*self._figures(rule)))
        if rule.reason is not None and self._options.verbose:
            yield from self._lines(self._speech.text(rule.reason), _INDENT + 2, Style.DIM)

    def _question(self, answer: Answer) -> Iterator[Spans]:
        sign = {True: "√", False: "×", None: "?"}[answer.done]
        text = self._speech.text(answer.ask)
        name = answer.id if self._options.verbose else ""
        yield from self._row(sign, text, name, flush_right(self._answered(answer), self._right))
        if answer.note:
            yield from self._lines(self._speech.data(answer.note), _INDENT + 2, Style.DIM)

    def _row(self, sign: str, text: str, name: str, right: str) -> Iterator[Spans]:
        """A line with its id where there is room for it, and the right columns on the first."""
        start = " " * (_INDENT - 2) + pad(self._speech.data(sign), 2)
        room = self._options.cells - cell_len(start) - _GAP - self._right
        lines = wrap(text, room)
        if name and cell_len(f"{lines[-1]} {name}") <= room:
            lines[-1] = f"{lines[-1]} {name}"
        elif name:
            lines.extend(wrap(name, room))
        for number, line in enumerate(lines):
            shown = line.partition(name)[0] if name else line
            spans: Spans = [
                (start if not number else " " * cell_len(start), _STYLES.get(sign, "")),
                (shown, ""),
                (line[len(shown) :], Style.DIM),
            ]
            if not number:
                spans.append((" " * (room - cell_len(line) + _GAP) + right, Style.PLAIN))
            yield spans

    def _figures(self, rule: MeasuredBy) -> tuple[str, str]:
        """Value and target of a rule."""
        target = self._speech.target(rule) if rule.target is not None else ""
        if rule.level is Level.OFF:
            return self._speech.say("aspects.not_measured"), target
        if self._aspects.as_of is None:
            return self._speech.name("level", rule.level.value), target
        return phrases.value(rule, self._speech), target

    def _pair(self, value: str, target: str) -> str:
        wide = self._right - _GAP - self._columns[1]
        return flush_right(value, wide) + " " * _GAP + flush_right(target, self._columns[1])

    def _answered(self, answer: Answer) -> str:
        if answer.done is None:
            return self._speech.say("aspects.unanswered")
        key = "aspects.done" if answer.done else "aspects.not_done"
        return self._speech.say(f"{key}_at", at=answer.at) if answer.at else self._speech.say(key)

    def _lines(self, text: str, indent: int, style: str) -> Sequence[Spans]:
        return paragraph(text, self._options.cells, indent, style)


def _sign(rule: MeasuredBy) -> str:
    if rule.status is Status.FAIL:
        return "×" if rule.level is Level.ERROR else "!"
    return "-" if rule.status is None else _SIGNS[rule.status]
