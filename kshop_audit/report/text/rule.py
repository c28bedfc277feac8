"""One rule explained in words, and the rules of a pack as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from rich.cells import cell_len

from kshop_audit.model.metadata import Pack, RuleInfo, RuleTerms, Sourced, Target
from kshop_audit.report.text.layout import pad, wrap
from kshop_audit.report.view.sources import documents, source_text
from kshop_audit.report.view.speech import Speech

_SECTIONS = ("why", "counted", "not_counted", "example", "differs")
_GAP = "  — "
_GUESS = "guess"


def target(line: Target | None, speech: Speech) -> str:
    """A target in a few characters, as a reader of the language writes it."""
    if line is None:
        return speech.say("column.none")
    fewer = None if line.count_below is None else speech.say("figure.fewer", line.count_below)
    if line.operator.value == "none":
        return fewer or speech.say("figure.zero")
    if line.operator.value == "all":
        return speech.say("figure.every")
    number = _share(line.value, speech)
    if number is None:
        number = speech.say("figure.hours", number=str(line.value))
    sign = "least" if line.operator.value == ">=" else "most"
    shown = speech.say(f"figure.at_{sign}", value=number)
    return shown if fewer is None else speech.say("explained.or", one=shown, other=fewer)


def _share(value: object, speech: Speech) -> str | None:
    """A part of the whole as percent; None for any other figure."""
    if not isinstance(value, Decimal) or value > 1:
        return None
    return speech.say("figure.percent", number=f"{(value * 100).normalize():f}")


def listing(pack: Pack, infos: Mapping[str, RuleInfo], speech: Speech, width: int | None) -> str:
    """The rules of a pack, or of each version of a series; None: as wide as it is.

    Where it is narrow the ids are left out, then the windows, and long titles are folded.
    """
    head = speech.say("explained.pack", title=speech.text(pack.title), id=pack.id, of=pack.version)
    parts = [_listed(part, infos, speech, width) for part in pack.versions or (pack,)]
    return "\n".join([head, "", *parts]) if pack.versions else parts[0]


def _listed(pack: Pack, infos: Mapping[str, RuleInfo], speech: Speech, width: int | None) -> str:
    rows = [tuple(speech.say(f"explained.{name}") for name in ("title", "level", "target", "window",
                                                               "id"))]  # fmt: skip
    for name, terms in pack.rules.items():
        rows.append(
            (
                speech.text(infos[name].title) if name in infos else "",
                speech.name("level", terms.level.value),
                target(terms.target, speech),
                speech.say("explained.days", terms.window_days) if terms.window_days else "",
                name,
            )
        )
    head = speech.say("explained.pack", title=speech.text(pack.title), id=pack.id, of=pack.version)
    more = speech.say("explained.more")
    return "\n".join([head, *_ends(pack, speech), "", _columns(rows, width), more, ""])


_FEWEST = 3  # columns: title, level and target
_LEAST = 26  # cells of a title, else a column gives way
_NARROWEST = 16


def _columns(rows: Sequence[tuple[str, ...]], width: int | None) -> str:
    title, *others = (max(cell_len(cell) for cell in column) for column in zip(*rows, strict=True))
    width = width or title + sum(others) + 2 * len(others)
    while len(others) >= _FEWEST and width - sum(others) - 2 * len(others) < min(title, _LEAST):
        others.pop()
    title = min(title, max(_NARROWEST, width - sum(others) - 2 * len(others)))
    lines = []
    for row in rows:
        first, *more = wrap(row[0], title)
        cells = (pad(cell, room) for cell, room in zip(row[1:], others, strict=False))
        lines += ["  ".join([pad(first, title), *cells]).rstrip(), *more]
    return "\n".join(lines) + "\n"


def explain(info: RuleInfo, packs: Sequence[Pack], speech: Speech) -> str:
    """Everything on one rule as plain text; its figures for each of the packs."""
    of_rule = [pack.rules[info.id] for pack in packs]
    levels = dict.fromkeys(speech.name("level", terms.level.value) for terms in of_rule)
    named = speech.say(
        "explained.head",
        title=speech.text(info.title),
        level=speech.join(levels, "list"),
        id=info.id,
    )
    lines = [named, "", speech.text(info.doc.summary)]
    for name in _SECTIONS:
        lines += ["", speech.say(f"explained.{name}"), f"  {getattr(info.doc, name)[speech.lang]}"]
    for pack in packs:
        # One pack, and not a version of several, says no more than it always did.
        several = len(packs) > 1 or pack.effective is not None
        title = speech.say("explained.figures")
        if several:
            title = speech.say("explained.pack", title=title, id=pack.id, of=pack.version)
        figures = [*_ends(pack, speech), *_figures(pack.rules[info.id], speech)]
        lines += ["", title, *(f"  {line}" for line in figures)]
    known = documents(_sources(of_rule), speech)
    lines += [f"    {line}" for line in known]
    lines += ["", speech.say("explained.fix"), f"  {speech.text(info.fix)}", ""]
    return "\n".join(lines)


def _sources(of_rule: Sequence[RuleTerms]) -> Iterator[str]:
    for terms in of_rule:
        yield from terms.sources
        yield from (figure.source for figure in terms.options.values())


def _ends(pack: Pack, speech: Speech) -> list[str]:
    """The first and the last day of a version, a line each, with their sources."""
    if pack.effective is None:
        return []
    ends = (("since", pack.effective.since), ("until", pack.effective.until))
    return [_line(speech.say(f"explained.{name}"), day, speech) for name, day in ends if day]


def _figures(terms: RuleTerms, speech: Speech) -> list[str]:
    lines = []
    if terms.target is not None:
        shown = speech.pair(speech.say("explained.target"), target(terms.target, speech))
        lines.append(f"{shown}{_GAP}{_origin(terms.target, speech)}")
    if terms.window is not None:
        lines.append(_line(speech.say("explained.window_days"), terms.window, speech))
    if terms.anchors is not None:
        lines.append(_line(speech.say("explained.full"), terms.anchors.full, speech))
        lines.append(_line(speech.say("explained.floor"), terms.anchors.floor, speech))
    lines += [_option(name, figure, speech) for name, figure in terms.options.items()]
    lines.append(speech.pair(speech.say("remark.sources"), speech.join(terms.sources, "list")))
    return lines


def option_name(name: str, speech: Speech) -> str:
    """What an option is, with how it is written in the configuration."""
    key = f"setting.option.{name}"
    if not speech.knows(key):
        return name
    words, close = speech.say(key), speech.say("sign.close")
    if words.endswith(close):
        return f"{words.removesuffix(close)}{speech.say('sign.comma')}{name}{close}"
    return speech.aside(words, name)


def _words(name: str, value: object, speech: Speech) -> tuple[str, str]:
    """What an option is set to: as it is written, and in our words, "" where it says itself."""
    if isinstance(value, bool):
        written, plain = str(value).lower(), speech.say(f"finding.{'yes' if value else 'no'}")
    else:
        written, plain = str(value), ""
    key = f"reading.{name}.{written}"
    return written, speech.say(key) if speech.knows(key) else plain


def _option(name: str, figure: Sourced, speech: Speech) -> str:
    written, words = _words(name, figure.value, speech)
    said = speech.aside(words, written) if words else written
    others = [
        speech.aside(*_words(name, choice, speech))
        for choice in figure.choices
        if choice != figure.value
    ]
    parts = [speech.pair(option_name(name, speech), said)]
    if others:
        listed = speech.join(others, "list")
        parts.append(speech.say("explained.choices", listed=listed))
    return f"{speech.join(parts, 'clause')}{_GAP}{_origin(figure, speech)}"


def _line(name: str, figure: Sourced, speech: Speech) -> str:
    shown = _share(figure.value, speech) or str(figure.value)
    return f"{speech.pair(name, shown)}{_GAP}{_origin(figure, speech)}"


def _origin(figure: Sourced | Target, speech: Speech) -> str:
    """Where a figure comes from and how sure that is, unless the words say that it is a guess."""
    told = speech.text(source_text(figure.source))
    if _GUESS in figure.source:
        return told
    return speech.aside(told, speech.name("grade_of", figure.provenance.value))
