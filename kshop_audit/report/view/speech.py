"""Text in one language: wording, cleaned data, numbers with their units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

from kshop_audit.model import figures
from kshop_audit.model.figures import Figure, Valued
from kshop_audit.model.metadata import Text
from kshop_audit.model.patterns import regex
from kshop_audit.model.platforms import pack_name
from kshop_audit.model.report import Window
from kshop_audit.report.view.clean import clean, plain
from kshop_audit.report.wording import load

_LENGTHS = (("days", 86_400, 3_600), ("hours", 3_600, 60), ("minutes", 60, 1))
_CLAUSE = regex("[。；]|; |[.] (?=[A-Z])")
_DAY = regex(r"\d{4}-\d\d-\d\d")
_ISO = regex(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")


class Speech:
    """One language, with or without symbols outside plain text. Its results are safe to show."""

    def __init__(self, lang: str, ascii_only: bool = False) -> None:
        """LookupError for a language without wording."""
        self.lang = lang
        self._ascii = ascii_only
        self._wording = load(lang)

    def say(self, key: str, n: int | None = None, **values: object) -> str:
        """The sentence `key` with its values; `n` also chooses between one and many."""
        template = self._wording[key]
        if isinstance(template, tuple):
            template = template[0] if n == 1 else template[1]
        sentence = template.format(n=n, **values)
        return plain(sentence) if self._ascii else sentence

    def knows(self, key: str) -> bool:
        """Whether there is wording for `key`."""
        return key in self._wording

    def data(self, text: str) -> str:
        """Text that is not ours, made harmless."""
        return plain(clean(text)) if self._ascii else clean(text)

    def text(self, text: Text) -> str:
        """A sentence of the report in this language."""
        return self.data(text[self.lang])

    def name(self, table: str, key: str) -> str:
        """Our word for a code, or the code itself where we have none."""
        entry = f"{table}.{key}"
        return self.say(entry) if self.knows(entry) else self.data(key)

    def pack(self, id: str, version: str) -> str:  # noqa: A002  its name in the report
        """A rule pack by the name of its platform, and of which day its rules are."""
        named = self.data(pack_name(id)[self.lang])
        return self.say("headline.pack", id=named, version=self.data(version))

    def join(self, parts: Iterable[str], sign: str = "separator") -> str:
        """The parts that are not empty, with a separator of the language."""
        return self.say(f"sign.{sign}").join(part for part in parts if part)

    def names(self, names: Sequence[str], most: int, *, counted: bool = False) -> str:
        """A list of names; beyond `most` the rest is only counted, or, where the sentence has
        `counted` them already, hinted at.
        """
        if len(names) <= most:
            return self.join(names, "list")
        shown = self.join(names[:most], "list")
        key = "sign.more_counted" if counted else "sign.more_names"
        return self.say(key, len(names), names=shown)

    def lead(self, text: str) -> str:
        """The first clause of a sentence that says what to do; all of it is in the details."""
        return _CLAUSE.split(text, maxsplit=1)[0].rstrip("。.；;")

    def pair(self, label: str, value: str) -> str:
        """Label and value with the colon of the language."""
        return f"{label}{self.say('sign.colon')}{value}"

    def aside(self, text: str, flag: str) -> str:
        """Text with a remark in brackets, if there is one."""
        return self.say("sign.flagged", text=text, flag=flag) if flag else text

    def value(self, value: Fraction, kind: Figure, edges: Iterable[Fraction] = ()) -> str:
        """A number with its unit."""
        return self.unit(figures.show(value, kind, edges), kind)

    def target(self, rule: Valued, marked: bool = True) -> str:
        """The line of a rule; an assumption carries an asterisk or, unmarked, nothing."""
        target = rule.target
        if target is None:
            return self.say("column.none")
        if target.operator == "all":
            shown = self.say("figure.every")
        elif target.operator == "none" or target.value is None:
            fewer = target.count_below
            shown = self.say("figure.fewer", fewer) if fewer else self.say("figure.zero")
        else:
            kind = figures.figure(rule)
            scale = 100 if kind is Figure.RATIO else 1
            number = figures.trimmed(Fraction(target.value) * scale)
            key = "figure.at_least" if target.operator == ">=" else "figure.at_most"
            shown = self.say(key, value=self.unit(number, kind))
        if target.assumption and marked:
            return self.say("figure.assumed", target=shown)
        return shown

    def share(self, value: Decimal) -> str:
        """A weight as percent."""
        return self.say("figure.percent", number=figures.trimmed(Fraction(value) * 100))

    def instant(self, text: str, closing: bool = False) -> str:
        """A time of the report; a `closing` midnight ends a day and reads 24:00 of that day."""
        when = moment(text)
        if when is None:
            return self.data(text)
        if closing and when.time() == time.min and when.toordinal() > 1:
            return f"{(when - timedelta(days=1)).date()} 24:00"
        precision = "seconds" if when.second else "minutes"
        return when.replace(microsecond=0).isoformat(" ", precision)

    def day(self, text: str) -> str:
        """The day of an instant."""
        when = moment(text)
        return self.data(text) if when is None else str(when.date())

    def coming_day(self, text: str) -> str:
        """A day soon to come, without its year."""
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return self.data(text)
        return self.say("forecast.day", month=day.month, day=day.day)

    def period(self, window: Window) -> str:
        """The days of a window; hours only where it does not begin and end with a day."""
        first = self.instant(window.since).removesuffix(" 00:00")
        last = self.instant(window.until, closing=True).removesuffix(" 24:00")
        return self.say("sign.to", since=first, until=last)

    def duration(self, seconds: int) -> str:
        """A length of time in its two largest units; what is smaller is cut off."""
        for unit, size, below in _LENGTHS:
            if seconds >= size:
                rest = seconds % size // below
                return self.say(f"duration.{unit}", seconds // size, rest=rest)
        return self.say("duration.seconds", seconds)

    def unit(self, number: str, kind: Figure) -> str:
        """A number, written already, with its unit."""
        units = {
            Figure.RATIO: "figure.percent",
            Figure.HOURS: "figure.hours",
            Figure.MONEY: "figure.money",
        }
        return self.say(units[kind], number=number) if kind in units else number


def is_time(text: str) -> bool:
    """Whether `text` is a day or an instant as the report writes them."""
    return _DAY.fullmatch(text) is not None or _ISO.fullmatch(text) is not None


def moment(text: str) -> datetime | None:
    """The instant that `text` names, on the clock of the report; None for any other text."""
    # fromisoformat alone takes some plain runs of digits, such as order ids, for times.
    if _ISO.fullmatch(text) is None:
        return None
    try:
        # The zone is named once for the whole report; the clock time is what is shown.
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None
