"""What the operator decided, after every origin was merged, and the part that a rule receives.

`Settings` is made by the configuration (flag > environment > file > pack > default); `Terms` is
what remains once as-of is known. Standard library only; times are naive Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import cast

from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import CLOSING, WINDOW_DAYS, LearnedPoint, Level, Pack, RuleInfo
from kshop_audit.model.schema import Kind

TICK = timedelta(milliseconds=1)
"""The finest step of a time in the tables."""


@frozen
class Interval:
    """An exempt period, both ends included."""

    since: datetime
    until: datetime
    reason: str


@frozen
class Declared:
    """A figure read in the back office where no export exists; durations in hours."""

    numerator: Decimal
    denominator: int
    since: date
    until: date
    source: str


@frozen
class Closing:
    """Facts on closing the shop that no export holds; None = not answered, never assumed.

    `wanted`: the shop wants to close, so the closure rules gate (`closing = true`).
    """

    wanted: bool = False
    notice_started_at: datetime | None = None
    notice_interrupted: bool | None = None
    qualification_change_open: bool | None = None
    violations_open: int | None = None
    products_on_sale: int | None = None
    products_in_review: int | None = None
    complaints_open: int | None = None
    freight_service_off: bool | None = None
    last_completed_at: datetime | None = None


@frozen
class Withdrawal:
    """One withdrawal from the shop's balance."""

    at: datetime
    amount: Decimal
    channel: str


@frozen
class Mute:
    """An exception that somebody accepted: units of a rule that are not counted until a day.

    `match`: id column → the ids meant; a unit fits if every column does. `until` is the last day.
    `place`: where the mute stands, file:line.
    """

    rule: str
    match: Mapping[str, tuple[str, ...]]
    reason: str
    by: str
    until: date
    place: str = ""

    def active(self, as_of: datetime) -> bool:
        """Whether the mute counts at as-of; the midnight that ends its last day is in it."""
        return as_of <= datetime.combine(self.until, time.min) + timedelta(days=1)


@frozen
class Learned:
    """Points that the platform showed for a rule, under one version of one pack."""

    rule: str
    pack: str
    version: str
    point: LearnedPoint


@frozen
class Done:
    """The operator's answer to a question of the aspects: done or not, when, with what remark."""

    done: bool
    at: date | None = None
    note: str | None = None


@frozen
class NoBusiness:
    """Days on which the shop does no business: single days, periods, days of the week.

    `periods`: first and last day, both included. `weekdays`: 0 = Monday.
    """

    periods: tuple[tuple[date, date], ...] = ()
    weekdays: frozenset[int] = frozenset()

    def holds(self, day: date) -> bool:
        """Whether the day is one of them."""
        return day.weekday() in self.weekdays or any(a <= day <= b for a, b in self.periods)


DELIMITERS = {"comma": ",", "tab": "\t", "\\t": "\t", "semicolon": ";"}
"""Names of delimiters that are hard to write as they are."""


@frozen
class InputMapping:
    """How files of one kind are read where the built-in knowledge does not fit.

    `columns`: canonical name → header in the file; `values`: column → {text in the file: code}.
    `skip_rows`: the header stands below so many rows. `sheets`: in a workbook only the sheets of
    these names are of this kind; empty: any.
    `copied_on`: the day on which conversations were copied whose times lack a year or a day.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    encoding: str | None = None
    delimiter: str | None = None
    skip_rows: int | None = None
    sheets: tuple[str, ...] = ()
    copied_on: date | None = None


@frozen
class Allowed:
    """A phrase of the shop that no word list may object to, and why."""

    phrase: str
    reason: str


@frozen
class Lexicon:
    """A word list as it is looked for: the pack's and the shop's words, and how they turn up.

    `certain` and `doubtful`: spelling → word (see `metadata.Usage`); `review`, `around`,
    `innocent`: phrases, the innocent ones with those that the shop allows; `frames`,
    `doubtful_frames`, `sets`, `sounding` and `likely`: see `metadata.Usage`.
    """

    words: tuple[str, ...]
    certain: Mapping[str, str] = field(default_factory=dict)
    doubtful: Mapping[str, str] = field(default_factory=dict)
    review: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    innocent: tuple[str, ...] = ()
    instead: str | None = None
    frames: tuple[str, ...] = ()
    doubtful_frames: tuple[str, ...] = ()
    sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sounding: bool = False
    likely: tuple[str, ...] = ()

    def __hash__(self) -> int:
        """By the words alone: what is made of a list, which is dear, is made once."""
        return hash((self.words, tuple(self.certain), tuple(self.doubtful), self.frames))

    @property
    def spoken(self) -> tuple[str, ...]:
        """Everything that may be read in a text: the words and all their spellings."""
        return (*self.words, *self.certain, *self.doubtful, *self.likely)


@frozen
class Settings:
    """Everything the operator can set, merged and validated.

    `packs`: names or files; each is a column of the report, and the score follows the first one.
    `pack_chosen`: whether somebody named them.
    `required` is added to the packs' required gates; `required_instead` replaces them, if it is
    set. "all" has already become every gate; `required_by_name`
    are those that were written out. `coverage`: kind → first and last day of which the
    operator says that the files are complete. `cache`: whether rows may be kept between runs.
    `unused`: keys of which no chosen pack has a use.
    """

    packs: tuple[str, ...] = ("kuaishou",)
    pack_chosen: bool = False
    shop: str | None = None
    lang: str | None = None
    opened_at: datetime | None = None
    levels: Mapping[str, Level] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    required_instead: tuple[str, ...] | None = None
    required_by_name: tuple[str, ...] = ()
    targets: Mapping[str, Decimal] = field(default_factory=dict)
    weights: Mapping[str, Decimal] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    effort: Mapping[str, Decimal] = field(default_factory=dict)
    learned: tuple[Learned, ...] = ()
    exempt: tuple[Interval, ...] = ()
    force_majeure: frozenset[str] = frozenset()
    coverage: Mapping[Kind, tuple[date, date]] = field(default_factory=dict)
    no_business: NoBusiness = field(default_factory=NoBusiness)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    allow: tuple[Allowed, ...] = ()
    declared: Mapping[str, Declared] = field(default_factory=dict)
    closing: Closing = field(default_factory=Closing)
    withdrawals: tuple[Withdrawal, ...] = ()
    aspects: Mapping[str, Done] = field(default_factory=dict)
    inputs: Mapping[Kind, InputMapping] = field(default_factory=dict)
    max_bad_rows: Decimal = Decimal("0.005")
    cache: bool = True
    file: str | None = None
    sha256: str | None = None
    overrides: tuple[str, ...] = ()
    mutes: tuple[Mute, ...] = ()
    mutes_file: str | None = None
    mutes_sha256: str | None = None
    unused: tuple[str, ...] = ()

    def stated(self) -> str:
        """All of it as text, the same in every process: a set of texts has no order of its own."""
        return repr((replace(self, force_majeure=frozenset()), sorted(self.force_majeure)))

    def with_pack_of_files(self) -> Settings:
        """These settings, whose pack is that of the files' platform: nobody chose it."""
        overrides = tuple(one for one in self.overrides if not one.startswith("pack="))
        return replace(self, pack_chosen=False, overrides=overrides)


@frozen
class Span:
    """Part of a window: from `since` (included) until `until` (not included); None: no bound."""

    since: datetime | None = None
    until: datetime | None = None


@frozen
class Terms:
    """What a rule receives: the instant, the pack's numbers and the operator's decisions.

    `spans`: the rules of which this pack judges a part of the window only, for another version of
    the pack was in force before or after.
    """

    as_of: datetime
    pack: Pack
    settings: Settings
    spans: Mapping[str, Span] = field(default_factory=dict)

    @property
    def end(self) -> datetime:
        """E of the window: the next midnight at or after as-of (a midnight closes its day)."""
        midnight = datetime.combine(self.as_of.date(), time.min)
        return midnight if midnight == self.as_of else midnight + timedelta(days=1)

    @property
    def last(self) -> datetime:
        """The last instant of which anything is known to have happened: as-of itself, but of a
        midnight the instant before it. What happens at that very second belongs to the next day.
        """
        return self.as_of - TICK if self.as_of == self.end else self.as_of

    def days(self, rule: str) -> int:
        """Length of the rule's window in days; LookupError if the pack gives none."""
        return ((self.until(rule) or self.end) - self.since(rule)).days

    def since(self, rule: str) -> datetime:
        """First instant of the rule's window."""
        days = self.window_days(rule)
        if days is None:
            raise LookupError(f"pack {self.pack.id} gives no window for {rule}")
        first, span = self.end - timedelta(days=days), self.spans.get(rule)
        return first if span is None or span.since is None else max(first, span.since)

    def until(self, rule: str) -> datetime | None:
        """The first instant after the rule's window, where it ends before as-of; None where as-of,
        which is included, is its end.
        """
        span = self.spans.get(rule)
        return None if span is None else span.until

    def level(self, info: RuleInfo) -> Level:
        """The level of a rule (see `level_of`)."""
        return level_of(info, self.pack, self.settings)

    def option(self, rule: str, name: str) -> object:
        """An option of a rule: the operator's value, else the pack's."""
        own = self.settings.options.get(rule, {})
        return own[name] if name in own else self.pack.rules[rule].options[name].value

    def window_days(self, rule: str) -> int | None:
        """How many days the window of a rule has, as the operator says, else the pack."""
        days = self.pack.rules[rule].window_days
        own = self.settings.options.get(rule, {}).get(WINDOW_DAYS)
        return days if days is None or own is None else int(cast("int", own))

    def reading(self, rule: str, name: str) -> object:
        """An option that only readings of the platform's text know: the operator's value, else the
        usual one; None where the pack has no such reading.
        """
        own = self.settings.options.get(rule, {})
        if name in own:
            return own[name]
        usual = self.pack.rules[rule].settable.get(name)
        return None if usual is None else usual.value

    def effort(self, rule: str) -> Decimal | None:
        """Minutes of work for one unit of a rule, the operator's or the pack's; None: unknown."""
        own, packs = self.settings.effort.get(rule), self.pack.effort.get(rule)
        return own if own is not None or packs is None else Decimal(str(packs.value))

    def number(self, rule: str, name: str) -> int:
        """An option that is a whole number."""
        return int(cast("int", self.option(rule, name)))

    def mutes(self, rule: str) -> dict[int, Mute]:
        """The mutes of the rule that have not expired, by their place among all."""
        own = enumerate(self.settings.mutes)
        return {i: mute for i, mute in own if mute.rule == rule and mute.active(self.as_of)}

    def words(self, name: str) -> tuple[str, ...]:
        """A word list of the pack and the operator's own words."""
        return self.lexicon(name).words

    def lexicon(self, name: str) -> Lexicon:
        """A word list with the ways its words turn up (see `lexicon_of`)."""
        return lexicon_of(self.pack, self.settings, name)


def level_of(info: RuleInfo, pack: Pack, settings: Settings) -> Level:
    """The operator's level of a rule, else the pack's; what gates a closing gates once the shop
    wants to close.
    """
    if own := settings.levels.get(info.id):
        return own
    if info.gates_when == CLOSING and settings.closing.wanted:
        return Level.ERROR
    return pack.rules[info.id].level


def lexicon_of(pack: Pack, settings: Settings, name: str) -> Lexicon:
    """A word list of the pack with the operator's own words and allowed phrases; empty where the
    pack has no such list.
    """
    words = pack.words.get(name, ()) + settings.words.get(name, ())
    allowed = tuple(entry.phrase for entry in settings.allow)
    used = pack.usage.get(name)
    if used is None:
        return Lexicon(words, innocent=allowed)
    return Lexicon(
        words,
        used.certain,
        used.doubtful,
        used.review,
        used.around,
        used.innocent + allowed,
        used.instead,
        used.frames,
        used.doubtful_frames,
        used.sets,
        used.sounding,
        used.likely,
    )
