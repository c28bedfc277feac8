"""What changed since an earlier report in sentences: definitions first, then the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Level
from kshop_audit.model.report import Cause, Change, Comparison, RuleSide, Status
from kshop_audit.report.view import phrases
from kshop_audit.report.view.speech import Speech, moment

_SIGNS = {"new": "×", "lost": "?", "worse": "-", "fixed": "√", "better": "+", "lower": "-",
          "added": "+", "removed": "-"}  # fmt: skip
_BRIEF = ("new", "lost", "worse", "fixed")
_MILDER = {"new": ("lost", Status.NO_VERDICT), "worse": ("lower", Status.PASS)}
_DEFINED = ("added", "removed")
_NAMES = 2


@frozen
class Sentence:
    """One line: of a rule that moved, else without a `move`; `below` the line before it."""

    text: str
    move: str = ""
    heading: bool = False
    below: bool = False


def headline(comparison: Comparison, speech: Speech) -> str:
    """Whether it is worse, and how many rules moved which way, in one line."""
    word = speech.say("compare.worse_than" if comparison.red else "compare.not_worse")
    parts = [
        speech.say(f"compare.{move}", len(entries))
        for move, entries in _moves(comparison)
        if entries
    ]
    return speech.join([word, *(parts or [speech.say("compare.nothing")])])


def sentences(
    comparison: Comparison | None, speech: Speech, titles: Mapping[str, str]
) -> Iterator[Sentence]:
    """The periods compared, the headline, what is defined differently, then every move.

    `titles`: what the rules are called.
    """
    if comparison is None:
        return
    since = speech.instant(comparison.earlier_as_of, closing=True)
    until = speech.instant(comparison.as_of, closing=True)
    yield Sentence(speech.say("compare.title", before=since, after=until), heading=True)
    yield Sentence(headline(comparison, speech), heading=True)
    if comparison.cause:
        yield Sentence(speech.say("compare.redefined", len(comparison.cause)))
        for cause in comparison.cause:
            yield Sentence(_redefined(cause, speech, titles), below=True)
    for move, entries in _moves(comparison):
        for entry in entries:
            yield Sentence(_moved(move, entry, speech), move)
    if comparison.informed:
        said = speech.say("compare.informed", len(comparison.informed))
        named = [_step(entry, speech) for entry in comparison.informed]
        yield Sentence(speech.pair(said, speech.join(named, "list")), "informed")


def summary(comparison: Comparison | None, speech: Speech) -> str:
    """Since when, and how many rules moved which way; "" without a comparison."""
    if comparison is None:
        return ""
    return speech.pair(_since(comparison, speech), headline(comparison, speech))


def line(comparison: Comparison | None, speech: Speech) -> str:
    """What is newly missed, not judged any more, worse or fixed, each with its step, in one line;
    the counts are those of the headline.
    """
    if comparison is None:
        return ""
    since = _since(comparison, speech)
    parts = []
    for move, entries in _moves(comparison):
        if entries and move in _BRIEF:
            named = [_step(entry, speech) for entry in entries]
            names = speech.names(named, _NAMES, counted=True)
            said = speech.say(f"compare.{move}", len(entries))
            parts.append(speech.aside(said, names))
    if comparison.cause:
        parts.append(speech.say("compare.brief_cause", len(comparison.cause)))
    return speech.pair(since, speech.join(parts, "comma") or speech.say("compare.nothing"))


def _since(comparison: Comparison, speech: Speech) -> str:
    before, after = moment(comparison.earlier_as_of), moment(comparison.as_of)
    if before is not None and after is not None and (after.date() - before.date()).days == 1:
        return speech.say("compare.yesterday")
    return speech.say("compare.since", day=speech.instant(comparison.earlier_as_of, closing=True))


def _step(entry: Change, speech: Speech) -> str:
    shown = [_brief(side, speech) for side in (entry.before, entry.after) if side is not None]
    if len(shown) == 2 and shown[0] == shown[1]:
        shown = shown[1:]
    return f"{speech.text(entry.title)} {speech.say('sign.arrow').join(shown)}"


def _brief(side: RuleSide, speech: Speech) -> str:
    status, value = side.status, phrases.value(side, speech)
    if status is Status.NO_VERDICT or value == speech.say("column.none"):
        return speech.name("status", status)
    return value


def _moves(comparison: Comparison) -> Iterator[tuple[str, Sequence[Change]]]:
    """The lists in the order of display; of the new ones those that lost their verdict apart, of
    the worse ones those that still pass.
    """
    for move in ("new", "worse", "fixed", "better", "added", "removed"):
        # Reports of earlier versions list here also what asks nothing of the shop.
        asks = [one for one in getattr(comparison, move) if _asks(one) or move in _DEFINED]
        milder, status = _MILDER.get(move, ("", None))
        mild = [one for one in asks if one.after is not None and one.after.status is status]
        yield move, [one for one in asks if one not in mild]
        if milder:
            yield milder, mild


def _asks(entry: Change) -> bool:
    return entry.level in (Level.ERROR, Level.WARN)


def _redefined(cause: Cause, speech: Speech, titles: Mapping[str, str]) -> str:
    what = speech.name("redefined", cause.what)
    label = what
    if cause.rule:
        label = f"{titles.get(cause.rule) or speech.data(cause.rule)} {what}"
    if cause.what == "config":
        # Digests tell a program that two files differ; a person needs no more than that.
        return speech.pair(label, speech.say("compare.differs"))
    none = speech.say("column.none")
    before, after = (speech.data(text) or none for text in (cause.before, cause.after))
    return speech.pair(label, speech.say("compare.step", before=before, after=after))


def _moved(move: str, entry: Change, speech: Speech) -> str:
    """Sign, name, the value before and after with the line it is measured by, which way."""
    sides = [side for side in (entry.before, entry.after) if side is not None]
    values = [_brief(side, speech) for side in sides]
    if len(set(values)) < len(values):
        # The value stands where it stood; what changed is how it is judged.
        words = (speech.name("status", side.status) for side in sides)
        values = [
            speech.join([value, word], "comma") for value, word in zip(values, words, strict=True)
        ]
    step = "".join(values[:1])
    if len(values) == 2:
        step = speech.say("compare.step", before=values[0], after=values[1])
    last = entry.after or entry.before
    target = speech.say("column.none") if last is None else _line(last, speech)
    detail = speech.say("compare.rule", step=step, target=target)
    word = speech.say(f"compare.{move}_word")
    sign = speech.data(_SIGNS[move])
    return speech.join([f"{sign} {speech.text(entry.title)}{detail}", word], "comma")


def _line(side: RuleSide, speech: Speech) -> str:
    """The target, with the number that is let pass whatever the rate is."""
    shown, target = speech.target(side, marked=False), side.target
    if target is None or target.count_below is None or target.operator == "none":
        return shown
    fewer = speech.say("figure.fewer", target.count_below)
    return speech.say("explained.or", one=shown, other=fewer)
