"""Which definition makes the platform's figures, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from kshop_audit.model.reconciliation import Candidate, Definition, Reconciliation
from kshop_audit.report.text.page import Spans, Style, TextOptions, paragraph, printed, stacked
from kshop_audit.report.view.speech import Speech

_SHOWN = 8
_STYLES = {"one": "green", "several": "yellow", "none": "bold red"}


def render(result: Reconciliation, options: TextOptions) -> str:
    """Lines of at most `options.cells` cells: the conclusion, what the platform says, then the
    definitions by how near they come.
    """
    speech = Speech(options.lang, options.ascii)
    head = paragraph(
        speech.say(f"reconcile.{result.verdict}"), options.cells, 0, _STYLES[result.verdict]
    )
    for figure in result.platform:
        said = speech.say(
            "reconcile.platform",
            rule=speech.data(figure.rule),
            day=speech.data(figure.day),
            value=_number(figure.value),
        )
        head += paragraph(said, options.cells, 0, Style.PLAIN)
    return printed(
        stacked((head, list(_candidates(result, speech, options)),
                 list(_telling(result, speech, options)))),
        options,
    )  # fmt: skip


def _candidates(result: Reconciliation, speech: Speech, options: TextOptions) -> Iterator[Spans]:
    fitting = sum(candidate.fits for candidate in result.candidates)
    shown = result.candidates[: max(_SHOWN, min(fitting, 2 * _SHOWN))]
    for candidate in shown:
        yield from paragraph(_sentence(candidate, speech), options.cells, 0,
                             Style.STRONG if candidate.fits else Style.PLAIN, 4)  # fmt: skip
    rest = len(result.candidates) - len(shown)
    if rest:
        yield from paragraph(speech.say("reconcile.more", rest), options.cells, 0, Style.DIM)


def _sentence(candidate: Candidate, speech: Speech) -> str:
    sign = speech.data("√" if candidate.fits else "-")
    values = speech.join([_number(value) for value in candidate.values], "list")
    said = f"{sign} {speech.pair(_definition(candidate.definition, speech), values)}"
    more = len(candidate.same_as)
    return speech.join([said, speech.say("reconcile.same", more) if more else ""])


def _definition(definition: Definition, speech: Speech) -> str:
    pairs = (f"{name}={_written(value)}" for name, value in definition.items())
    return speech.data(" ".join(pairs))


def _written(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.6g}"


def _telling(result: Reconciliation, speech: Speech, options: TextOptions) -> Iterator[Spans]:
    for figure in result.would_tell_apart:
        said = speech.say("reconcile.telling", day=speech.data(figure.day))
        yield from paragraph(said, options.cells, 0, Style.STRONG)
        for value in figure.values:
            text = speech.pair(_definition(value.definition, speech), _number(value.value))
            yield from paragraph(text, options.cells, 2, Style.PLAIN, 4)
    yield from paragraph(speech.say("reconcile.chance"), options.cells, 0, Style.DIM)
