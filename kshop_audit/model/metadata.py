"""What is known of a rule before anything is measured: texts, targets, anchors, packs.

Frozen dataclasses, standard library only. Every number of a rule is a `Sourced` value: a figure
without a source cannot be built.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import cast

from kshop_audit.model.frozen import frozen


@frozen
class Text:
    """One sentence in both languages of the tool."""

    zh: str
    en: str

    def __getitem__(self, lang: str) -> str:
        """The sentence in `lang` ("zh" or "en")."""
        return self.en if lang == "en" else self.zh


class Level(StrEnum):
    """What a failing rule does: gate the exit code, be shown, or only be listed."""

    ERROR = "error"
    WARN = "warn"
    INFO = "info"
    OFF = "off"


class MessageText(StrEnum):
    """Of which merchant messages a rule needs the text."""

    SUSPECTS = "suspects"  # those in which a listed word, a contact or a disguise may be
    ALL = "all"


CLOSING = "closing"
"""A rule with this `gates_when` gates the exit code of a shop that wants to close."""


class ValueUnit(StrEnum):
    """What the value of a rule is: a share, hours, a mean of stars, money in yuan, a number."""

    RATIO = "ratio"
    HOURS = "hours"
    RATING = "rating"
    MONEY = "money"
    COUNT = "count"


class Provenance(StrEnum):
    """How well a number is known. ASSUMPTION is printed wherever the number is."""

    SEED = "SEED"
    OFFICIAL = "OFFICIAL"
    PRESS = "PRESS"
    ASSUMPTION = "ASSUMPTION"


@frozen
class Sourced:
    """A figure of a pack with where it comes from (ids of docs/sources.md, or a publication).

    `choices`: the words an option may be set to; empty where any value of its type will do.
    """

    value: object
    source: str
    provenance: Provenance
    choices: tuple[str, ...] = ()

    @property
    def assumption(self) -> bool:
        """Whether nobody published the figure."""
        return self.provenance is Provenance.ASSUMPTION


class Operator(StrEnum):
    """How a measured value is compared with its target."""

    AT_LEAST = ">="  # ratio or mean
    AT_MOST = "<="  # ratio or mean
    EVERY = "all"  # numerator = denominator
    NONE = "none"  # numerator = 0


@frozen
class Target:
    """The line between pass and fail.

    `value` is a ratio, or hours for durations; unused for EVERY and NONE.
    `count_below`: the target is met as well while the numerator stays below this count.
    """

    operator: Operator
    value: Decimal
    source: str
    provenance: Provenance
    count_below: int | None = None

    @property
    def fraction(self) -> Fraction:
        """The target as an exact fraction."""
        return Fraction(self.value)


@frozen
class LearnedPoint:
    """What the platform showed on a day: a value in the unit of the target, and its points."""

    value: Decimal
    points: Decimal
    day: date


@frozen
class Anchors:
    """The two ends of a rule's points: `full` is worth 5, `floor` is worth 3, linear between, and
    through what the platform showed this shop.
    """

    full: Sourced
    floor: Sourced
    learned: tuple[LearnedPoint, ...] = ()


WINDOW_DAYS = "window_days"
"""The option by which a rule looks at another number of days than the pack says."""


@frozen
class RuleTerms:
    """What a pack says of one rule; `window` is `window_days` with its source.

    `readings`: option → the values (a tuple) that it may have in a reading of the platform's text,
    the usual one first. WINDOW_DAYS may be among them, and options that only readings know.
    """

    level: Level
    target: Target | None
    window_days: int | None
    anchors: Anchors | None
    options: Mapping[str, Sourced]
    sources: tuple[str, ...]
    window: Sourced | None = None
    readings: Mapping[str, Sourced] = field(default_factory=dict)

    @property
    def settable(self) -> Mapping[str, Sourced]:
        """Every option that the operator may set, with its value if he does not."""
        first = {
            name: replace(row, value=cast("tuple[object, ...]", row.value)[0])
            for name, row in self.readings.items()
        }
        days = {} if self.window is None else {WINDOW_DAYS: self.window}
        return {**first, **days, **self.options}


@frozen
class Usage:
    """How the words of a list turn up in talk: disguised, harmless, or not meant.

    `certain`: spelling → the word it certainly stands for; `doubtful`: the same for spellings
    that have other meanings, for review only. `review`: phrases around a word of the list that
    make it one for review, and `around` words anywhere in the message that do. `innocent`: phrases
    that hold a word by chance, no finding at all. `frames`: phrases with gaps that break the clause
    as a word does, `doubtful_frames` such phrases for review only; `sets`: the groups of words that
    they name (see `facts.chat.frames`). `sounding`: whether another character of the same sound
    may stand in a word. `likely`: further words, a hit only where the scorer does not speak
    against it (see `facts.chat.scoring`), as with frames. `instead`: code of what to say in its
    place.
    """

    certain: Mapping[str, str]
    doubtful: Mapping[str, str]
    review: tuple[str, ...]
    around: tuple[str, ...]
    innocent: tuple[str, ...]
    instead: str | None
    source: str
    provenance: Provenance
    frames: tuple[str, ...] = ()
    doubtful_frames: tuple[str, ...] = ()
    sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sounding: bool = False
    likely: tuple[str, ...] = ()


@frozen
class Pack:
    """A platform's rule set of one version: numbers only, each with its source.

    `required` are gates that must have a verdict; those of `required_when` only if one of the
    named kinds ("chats") or columns ("orders.picked_up_at") is in the inputs.
    `word_sources` holds the lists of `words` once more, with their sources; `usage` says of some
    lists how their words turn up. `effective`: the days on which the pack was in force, where it is
    one version of several. `versions`: of a pack that is a series of such versions, oldest first;
    it then has the rules of all of them, each as its newest version has it. `effort`: rule →
    minutes of work that it takes to bring one unit to its target.
    """

    id: str
    version: str
    title: Text
    sha256: str
    rules: Mapping[str, RuleTerms]
    weights: Mapping[str, Sourced]
    dimensions: Mapping[str, tuple[str, ...]]
    score: Mapping[str, Sourced]
    words: Mapping[str, tuple[str, ...]]
    caps: tuple[Cap, ...] = ()
    required: tuple[str, ...] = ()
    required_when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    word_sources: Mapping[str, Sourced] = field(default_factory=dict)
    usage: Mapping[str, Usage] = field(default_factory=dict)
    effort: Mapping[str, Sourced] = field(default_factory=dict)
    effective: Effective | None = None
    versions: tuple[Pack, ...] = ()


@frozen
class Effective:
    """The first and the last day of a version, both included, each with its source; None: open."""

    since: Sourced | None = None
    until: Sourced | None = None

    @property
    def first(self) -> date:
        """The first day; the earliest there is where the beginning is open."""
        return date.min if self.since is None else cast("date", self.since.value)

    @property
    def last(self) -> date:
        """The last day; the latest there is where the end is open."""
        return date.max if self.until is None else cast("date", self.until.value)


@frozen
class Cap:
    """While `rule` fails, the points of `applies_to` are at most `limit`."""

    rule: str
    applies_to: tuple[str, ...]
    limit: Sourced


@frozen
class RuleDoc:
    """The sections of a rule's documentation, each in both languages (from its docstring)."""

    summary: Text
    why: Text
    counted: Text
    not_counted: Text
    example: Text
    differs: Text


@frozen
class RuleInfo:
    """Everything about a rule that does not depend on data or on a pack.

    `needs` are "kind.column" entries that must exist (alternatives joined by "|"); without one
    of them the rule has no verdict. `unit` names what is counted. `scale`: numerator units in one
    unit of the target and of the value (3600 where seconds are summed and hours are wanted).
    `value_unit`: what the value is where it is a quotient; without a quotient it is a count.
    `distance`: whether it makes sense to count how many more good events reach the target.
    `absent`: entries like those of `needs` that may be missing, each with what the figure means
    then. `text`: of which merchant messages the rule needs the text; None: of none. `lists`: the
    word lists by which suspects are found, all that the rule looks for. `also`:
    kinds of file that are joined to those of `needs` where they are there. `gates_when`: CLOSING
    where the rule gates only for a shop that wants to close. `no_days`: why its figure is no sum
    over natural days, where it has times and still is none: nothing can be said of coming days
    then.
    `due`: kinds of deadlines that the rule knows of (see `rules.kit.due`), each with what is to be
    done until then.
    `levers`: words by which a what-if can address groups of its units, such as "agent".
    `assessed`: the columns of the platform's own assessment that state the same figure, a share and
    of how many.
    `exempt`: whether exempt periods leave out units by the time that places them on a day.
    """

    id: str
    family: str
    title: Text
    fix: Text
    unit: Text
    doc: RuleDoc
    needs: tuple[str, ...] = ()
    scale: int = 1
    distance: bool = True
    absent: tuple[tuple[str, Text], ...] = ()
    text: MessageText | None = None
    lists: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    gates_when: str | None = None
    value_unit: ValueUnit = ValueUnit.RATIO
    no_days: Text | None = None
    due: tuple[tuple[str, Text], ...] = ()
    levers: tuple[str, ...] = ()
    assessed: tuple[str, str] | None = None
    exempt: bool = False


EXCLUSIONS = (
    "unpaid",
    "after_as_of",
    "outside_window",
    "outside_hours",
    "not_consultation",
    "exempt",
    "force_majeure",
    "cancelled",
    "presale",
    "refund_before_pickup",
    "intervened",
    "no_agreement",
    "no_signature",
    "damaged",
    "pending",
    "muted",
)
"""Why a row is left out; the first reason that fits, in this order, is the one counted."""
