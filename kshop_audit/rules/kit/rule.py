"""What a rule is: frozen metadata and one pure function from facts to a shape.

The function's docstring is its documentation: a first line and five headings, each with an English
paragraph and a Chinese one.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Required, TypedDict, Unpack

from kshop_audit.facts import Facts
from kshop_audit.model.frozen import frozen
from kshop_audit.model.measurement import Measurement
from kshop_audit.model.metadata import MessageText, RuleDoc, RuleInfo, Text, ValueUnit
from kshop_audit.model.report import Finding, Status
from kshop_audit.model.settings import Terms
from kshop_audit.rules.kit.shapes import Shape

HEADINGS = (
    "Why it matters",
    "How it is counted",
    "Not counted",
    "Example",
    "Why our number may differ",
)


@dataclass(frozen=True)
class Measured:
    """What a rule's own conclusion may look at: plain figures, no frames."""

    numerator: int | None
    denominator: int | None
    unknown: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Conclusion:
    """What a rule concludes beyond numerator, denominator and target; None leaves things be.

    `instead`: status → the one to give in its place, once bounds and target are known.
    `count`: the value is the numerator itself, nothing is divided; `value` replaces it. `bounds`:
    the least and the most where only a range is known (None: no end); there is no value then.
    `next_step`: when the only deadline of the rule's `due` is reached, where one is known.
    """

    status: Status | None = None
    instead: Mapping[Status, Status] = field(default_factory=dict)
    numerator: int | None = None
    value: Fraction | None = None
    bounds: tuple[Fraction, Fraction | None] | None = None
    count: bool = False
    findings: tuple[Finding, ...] | None = None
    reason: Text | None = None
    notes: tuple[Text, ...] = ()
    next_step: datetime | None = None


Measure = Callable[[Facts, Terms], Shape]
Conclude = Callable[[Measured, Terms], Conclusion]
Complete = Callable[[Measurement, Terms], Measurement]


@frozen(slots=False)
class Rule:
    """A rule of the catalogue.

    `conclude` is for the few whose outcome is more than a quotient; `complete` for those of them
    that a day without rows may change in another way than one more unit.
    """

    info: RuleInfo
    measure: Measure
    conclude: Conclude | None = None
    complete: Complete | None = None


class Declarations(TypedDict, total=False):
    """What a rule declares of itself; see `RuleInfo` for each."""

    family: Required[str]
    title: Required[Text]
    fix: Required[Text]
    unit: Required[Text]
    needs: tuple[str, ...]
    scale: int
    value_unit: ValueUnit
    distance: bool
    text: MessageText
    lists: tuple[str, ...]
    also: tuple[str, ...]
    gates_when: str
    assessed: tuple[str, str]
    no_days: Text
    levers: tuple[str, ...]
    exempt: bool


def rule(
    id: str,  # noqa: A002  the public name of the thing
    *,
    absent: Mapping[str, Text] | None = None,
    due: Mapping[str, Text] | None = None,
    conclude: Conclude | None = None,
    complete: Complete | None = None,
    **declared: Unpack[Declarations],
) -> Callable[[Measure], Rule]:
    """Make a rule of a function.

    `absent`: columns the rule can do without, written as in `needs`, and the note that goes with
    the figure where they are missing. `due`: kind of deadline → what is to be done until then; the
    rule's shape or conclusion gives the deadlines. ValueError if the docstring lacks one of
    HEADINGS, if `chats.content` is needed and `text` does not say of which messages, or if suspects
    are read and `lists` does not say by which words they are found.
    """
    content = any("chats.content" in need.split("|") for need in declared.get("needs", ()))
    if content != ("text" in declared):
        raise ValueError(f"{id}: `chats.content` in `needs` and `text` go together")
    if (declared.get("text") is MessageText.SUSPECTS) != bool(declared.get("lists")):
        raise ValueError(f"{id}: a rule that reads suspects names the word lists it looks for")

    def make(measure: Measure) -> Rule:
        doc = document(id, inspect.getdoc(measure) or "")
        info = RuleInfo(
            id=id,
            doc=doc,
            absent=tuple((absent or {}).items()),
            due=tuple((due or {}).items()),
            **declared,
        )

        @functools.wraps(measure)
        def declaring(facts: Facts, terms: Terms) -> Shape:
            return measure(facts.declaring(info.lists), terms)

        return Rule(info, declaring, conclude, complete)

    return make


def document(id: str, text: str) -> RuleDoc:  # noqa: A002
    """The sections of a docstring; ValueError naming the rule and the heading that is missing."""
    head, *rest = _blocks(text)
    sections: dict[str, list[str]] = {}
    for block in rest:
        first, _, body = block.partition("\n")
        if first.rstrip(":") in HEADINGS:
            sections[first.rstrip(":")] = [_joined(body)]
        elif sections:
            sections[list(sections)[-1]].append(_joined(block))
        else:
            head = f"{head}\n\n{block}"
    missing = [name for name in HEADINGS if len(sections.get(name, [])) != 2]
    if missing:
        raise ValueError(f"{id}: docstring needs an English and a Chinese paragraph in {missing}")
    summary = [_joined(part) for part in head.split("\n\n")]
    if len(summary) != 2:
        raise ValueError(f"{id}: docstring needs an English and a Chinese first line")
    pairs = [Text(zh=zh, en=en) for en, zh in (summary, *(sections[name] for name in HEADINGS))]
    return RuleDoc(*pairs)


WIDE = 0x2E7F
"""Code points above this are written without blanks between words."""


def _blocks(text: str) -> list[str]:
    return [block for block in text.split("\n\n") if block.strip()]


def _joined(block: str) -> str:
    lines = [line.strip() for line in block.strip().splitlines()]
    # Chinese lines are joined without the blank that English needs.
    joined = ""
    for line in lines:
        wide = joined and (ord(joined[-1]) > WIDE or ord(line[0]) > WIDE)
        # A number or a Latin word keeps its blank from a Chinese word, not from punctuation.
        mixed = joined and joined[-1].isalnum() and line[0].isalnum() and wide
        both = joined and ord(joined[-1]) > WIDE and ord(line[0]) > WIDE
        glue = " " if joined and (not wide or (mixed and not both)) else ""
        joined += glue + line
    return joined
