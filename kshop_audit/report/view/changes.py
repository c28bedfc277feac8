"""What changed since an earlier report in sentences: definitions first, then the rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kshop_audit.model.comparison import Comparison, Move, Redefined, RuleMove
from kshop_audit.report.view import phrases
from kshop_audit.report.view.speech import Speech

_SHOWN = (Move.NEW, Move.LOST, Move.WORSE, Move.FIXED, Move.BETTER, Move.ADDED, Move.REMOVED)
_SIGNS = {
    Move.NEW: "×",
    Move.LOST: "?",
    Move.WORSE: "-",
    Move.FIXED: "√",
    Move.BETTER: "+",
    Move.ADDED: "+",
    Move.REMOVED: "-",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line: of a rule that moved, else without a `move`; `below` the line before it."""

    text: str
    move: Move | None = None
    heading: bool = False
    below: bool = False


def headline(comparison: Comparison, speech: Speech) -> str:
    """Whether it is worse, and how many rules moved which way, in one line."""
    word = speech.say("compare.worse_than" if comparison.worse else "compare.not_worse")
    counts = [(move, len(comparison.of(move))) for move in _SHOWN]
    parts = [speech.say(f"compare.{move}", count) for move, count in counts if count]
    return speech.join([word, *(parts or [speech.say("compare.nothing")])])


def sentences(comparison: Comparison, speech: Speech) -> Iterator[Sentence]:
    """The periods compared, the headline, what is defined differently, then every move."""
    since = speech.instant(comparison.before, closing=True)
    until = speech.instant(comparison.after, closing=True)
    yield Sentence(speech.say("compare.title", before=since, after=until), heading=True)
    yield Sentence(headline(comparison, speech), heading=True)
    if comparison.redefined:
        yield Sentence(speech.say("compare.redefined", len(comparison.redefined)))
        for change in comparison.redefined:
            yield Sentence(_redefined(change, speech), below=True)
    for move in _SHOWN:
        for entry in comparison.of(move):
            yield Sentence(_moved(entry, speech), move)


def _redefined(change: Redefined, speech: Speech) -> str:
    none = speech.say("column.none")
    before, after = (speech.data(text) or none for text in (change.before, change.after))
    what = speech.name("redefined", change.what)
    label = f"{speech.data(change.rule)} {what}" if change.rule else what
    return speech.pair(label, speech.say("compare.step", before=before, after=after))


def _moved(entry: RuleMove, speech: Speech) -> str:
    """Sign, name, and the value before and after with the line it is measured by."""
    rule = entry.rule
    sign = speech.data(_SIGNS[entry.move])
    values = [
        speech.join([phrases.value(side, speech), speech.name("status", side.status)], "comma")
        for side in (entry.before, entry.after)
        if side is not None
    ]
    step = values[0] if len(values) == 1 else speech.say(
        "compare.step", before=values[0], after=values[1]
    )  # fmt: skip
    target = speech.target(rule, marked=False)
    detail = speech.say("compare.rule", step=step, target=target)
    word = speech.say(f"compare.{entry.move}_word")
    return f"{sign} {word} {speech.text(rule.title)} {speech.data(rule.id)}{detail}"
