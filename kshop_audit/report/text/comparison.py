"""What changed since an earlier report: definitions first, then the rules that moved."""

from __future__ import annotations

from collections.abc import Iterator

from kshop_audit.model.comparison import Comparison, Move, Redefined, RuleMove
from kshop_audit.report.text.page import Style, TextOptions, paragraph, printed
from kshop_audit.report.view import phrases
from kshop_audit.report.view.speech import Speech

_TOLD = (Move.NEW, Move.LOST, Move.WORSE, Move.FIXED, Move.BETTER, Move.ADDED, Move.REMOVED)
_SIGNS = {
    Move.NEW: "×",
    Move.LOST: "?",
    Move.WORSE: "-",
    Move.FIXED: "√",
    Move.BETTER: "+",
    Move.ADDED: "+",
    Move.REMOVED: "-",
}
_STYLES = {Move.NEW: "bold red", Move.LOST: "magenta", Move.WORSE: "yellow", Move.FIXED: "green"}


def render(comparison: Comparison, options: TextOptions) -> str:
    """Lines of at most `options.width` cells."""
    speech = Speech(options.lang, options.ascii)
    lines = [
        line
        for text, indent, style in _lines(comparison, speech)
        for line in paragraph(text, options.cells, indent, style, 2)
    ]
    return printed(lines, options)


def texts(comparison: Comparison, lang: str) -> list[str]:
    """The same sentences, unbroken and without markup, for another format to escape."""
    return [text for text, _, _ in _lines(comparison, Speech(lang))]


def headline(comparison: Comparison, speech: Speech) -> str:
    """Whether it is worse, and how many rules moved which way, in one line."""
    word = speech.say("compare.worse_than" if comparison.worse else "compare.not_worse")
    counts = [(move, len(comparison.of(move))) for move in _TOLD]
    told = [speech.say(f"compare.{move}", count) for move, count in counts if count]
    return speech.join([word, *(told or [speech.say("compare.nothing")])])


def _lines(comparison: Comparison, speech: Speech) -> Iterator[tuple[str, int, str]]:
    since = speech.instant(comparison.before, closing=True)
    until = speech.instant(comparison.after, closing=True)
    yield speech.say("compare.title", before=since, after=until), 0, Style.STRONG
    yield headline(comparison, speech), 0, Style.STRONG
    if comparison.redefined:
        yield speech.say("compare.redefined", len(comparison.redefined)), 0, Style.PLAIN
        for change in comparison.redefined:
            yield _redefined(change, speech), 2, Style.PLAIN
    for move in _TOLD:
        for entry in comparison.of(move):
            yield _moved(entry, speech), 0, _STYLES.get(move, Style.PLAIN)


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
    told = speech.say("compare.rule", step=step, target=target)
    word = speech.say(f"compare.{entry.move}_word")
    return f"{sign} {word} {speech.text(rule.title)} {speech.data(rule.id)}{told}"
