"""Which definition makes the platform's figures, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from kshop_audit.model import figures
from kshop_audit.model.figures import Figure
from kshop_audit.model.metadata import RuleInfo, ValueUnit
from kshop_audit.model.reconciliation import Candidate, Definition, Reconciliation
from kshop_audit.report.text.page import Spans, Style, TextOptions, paragraph, printed, stacked
from kshop_audit.report.view.speech import Speech

_SHOWN = 8
_STYLES = {"one": "green", "several": "yellow", "none": "bold red"}
_HOURS = ("open_hour", "close_hour")


def render(result: Reconciliation, options: TextOptions, info: RuleInfo) -> str:
    """Lines of at most `options.cells` cells: the conclusion, what the platform says, then the
    definitions by how near they come. `info`: of the rule that was tried.
    """
    page = _ReconcilePage(result, options, info)
    return printed(stacked((page.head(), list(page.candidates()), list(page.telling()))), options)


class _ReconcilePage:
    """The sections, each a list of lines."""

    def __init__(self, result: Reconciliation, options: TextOptions, info: RuleInfo) -> None:
        self._result, self._options, self._info = result, options, info
        self._speech = Speech(options.lang, options.ascii)

    def head(self) -> list[Spans]:
        """The conclusion, and the platform's figures."""
        said = self._speech.say(f"reconcile.{self._result.verdict}")
        lines = paragraph(said, self._options.cells, 0, _STYLES[self._result.verdict])
        for figure in self._result.platform:
            said = self._speech.say(
                "reconcile.platform",
                rule=self._speech.text(self._info.title),
                day=self._speech.data(figure.day),
                value=self._speech.data(figure.written),
            )
            lines += paragraph(said, self._options.cells, 0, Style.PLAIN)
        return lines

    def candidates(self) -> Iterator[Spans]:
        """The definitions, those that fit first."""
        found, cells = self._result.candidates, self._options.cells
        fitting = sum(candidate.fits for candidate in found)
        shown = found[: max(_SHOWN, min(fitting, 2 * _SHOWN))]
        for candidate in shown:
            style = Style.STRONG if candidate.fits else Style.PLAIN
            yield from paragraph(self._sentence(candidate), cells, 0, style, 4)
        rest = len(found) - len(shown)
        if rest:
            yield from paragraph(self._speech.say("reconcile.more", rest), cells, 0, Style.DIM)

    def telling(self) -> Iterator[Spans]:
        """Which figure of the platform would tell definitions apart."""
        speech, cells = self._speech, self._options.cells
        for figure in self._result.would_tell_apart:
            said = speech.say("reconcile.telling", day=speech.data(figure.day))
            yield from paragraph(said, cells, 0, Style.STRONG)
            for value in figure.values:
                text = f"{self._number(value.value)}  {self._definition(value.definition)}"
                yield from paragraph(text, cells, 2, Style.PLAIN, 4)
        yield from paragraph(speech.say("reconcile.chance"), cells, 0, Style.DIM)

    def _sentence(self, candidate: Candidate) -> str:
        speech = self._speech
        sign = speech.data("√" if candidate.fits else "-")
        values = speech.join([self._number(value) for value in candidate.values], "list")
        said = f"{sign} {values}  {self._definition(candidate.definition)}"
        more = len(candidate.same_as)
        return speech.aside(said, speech.say("reconcile.same", more) if more else "")

    def _definition(self, definition: Definition) -> str:
        """A definition in words; with `-v` as it is written into shop.toml."""
        speech = self._speech
        parts = []
        for name, value in definition.items():
            written = str(value).lower() if isinstance(value, bool) else str(value)
            key = f"reading.{name}"
            if self._options.verbose or not (speech.knows(key) or speech.knows(f"{key}.{written}")):
                parts.append(speech.data(f"{name}={written}"))
            elif name == _HOURS[1] and _HOURS[0] in definition:
                continue
            elif name == _HOURS[0]:
                until = definition.get(_HOURS[1], 24)
                parts.append(speech.say(key, since=f"{value:02}:00", until=f"{until}:00"))
            elif speech.knows(key):
                parts.append(speech.say(key, int(value)))
            else:
                parts.append(speech.say(f"{key}.{written}"))
        return speech.join(parts, "comma")

    def _number(self, value: float | None) -> str:
        if value is None:
            return self._speech.say("column.none")
        kind = Figure.RATIO if self._info.value_unit is ValueUnit.RATIO else Figure.HOURS
        exact = Fraction(repr(value)) * (100 if kind is Figure.RATIO else 1)
        return self._speech.unit(figures.rounded(exact, 2, ()), kind)
