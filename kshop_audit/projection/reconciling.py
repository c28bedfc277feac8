"""Which definitions fit the platform's figures, and whether that proves one of them. Exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

from kshop_audit.model.frozen import frozen
from kshop_audit.model.rates import Written
from kshop_audit.model.reconciliation import (
    Candidate,
    OptionValue,
    TellingFigure,
    TellingValue,
)
from kshop_audit.projection.showing import number

ONE, SEVERAL, NONE = "one", "several", "none"
ENOUGH = 3
"""One definition is proven by the figures of so many days."""

Key = tuple[tuple[str, OptionValue], ...]
"""A definition: its options with their values, in the order of the pack."""


@frozen
class Outcome:
    """The figure of a definition on a day, and between what it lies; None: nothing is counted."""

    value: Fraction | None
    low: Fraction | None
    high: Fraction | None

    def may_be(self, said: Written) -> bool:
        """Whether it may be what the platform says: within half a unit of its last digit."""
        if self.low is None or self.high is None:
            return False
        half = said.unit / 2
        return self.low <= said.value + half and self.high >= said.value - half

    def distance(self, said: Written) -> Fraction | None:
        """How far it is from what the platform says."""
        return None if self.value is None else abs(self.value - said.value)


Outcomes = Mapping[Key, Sequence[Outcome]]
"""Definition → its figure for each of the platform's, the usual definition first."""


@frozen
class Class:
    """Definitions that are equal on these data, the most usual one first."""

    keys: tuple[Key, ...]
    outcomes: tuple[Outcome, ...]

    def fits(self, said: Sequence[Written]) -> bool:
        """Whether every figure may be the platform's."""
        pairs = zip(self.outcomes, said, strict=True)
        return all(outcome.may_be(one) for outcome, one in pairs)


def classes(outcomes: Outcomes) -> list[Class]:
    """The definitions by what they say, in the order in which they come."""
    found: dict[tuple[Outcome, ...], list[Key]] = {}
    for key, own in outcomes.items():
        found.setdefault(tuple(own), []).append(key)
    return [Class(tuple(keys), own) for own, keys in found.items()]


def verdict(found: Sequence[Class], said: Sequence[Written], days: Sequence[date]) -> str:
    """One class alone, over the figures of enough days, is proven; else several or none. A day of
    which not all is known proves nothing: its range may reach many figures.
    """
    fitting = [own for own in found if own.fits(said)]
    if not fitting:
        return NONE
    if len(fitting) > 1:
        return SEVERAL
    pairs = zip(fitting[0].outcomes, days, strict=True)
    whole = {day for outcome, day in pairs if outcome.low == outcome.high}
    return ONE if len(whole) >= ENOUGH else SEVERAL


def candidates(found: Sequence[Class], said: Sequence[Written]) -> tuple[Candidate, ...]:
    """The classes as they are shown: what fits first, then the nearest."""
    entries = []
    for place, own in enumerate(found):
        far = [outcome.distance(one) for outcome, one in zip(own.outcomes, said, strict=True)]
        known = [one for one in far if one is not None]
        distance = max(known) if len(known) == len(far) else None
        fits = own.fits(said)
        order = (not fits, distance is None, distance or 0, place)
        entries.append((order, own, distance, fits))
    return tuple(
        Candidate(
            definition=dict(own.keys[0]),
            values=tuple(number(outcome.value) for outcome in own.outcomes),
            distance=number(distance),
            fits=fits,
            same_as=tuple(dict(key) for key in own.keys[1:]),
        )
        for _, own, distance, fits in sorted(entries, key=lambda entry: entry[0])
    )


def telling(
    rule: str, figures: Mapping[date, Outcomes], unit: Fraction
) -> tuple[TellingFigure, ...]:
    """The day whose figure tells most of the definitions apart, once it is shown as finely as the
    others; the latest of several such days. Empty where no day tells any two apart.
    """
    best: tuple[int, date] | None = None
    for day, outcomes in figures.items():
        shown = {_shown(own[0].value, unit) for own in outcomes.values()}
        if len(shown) > 1 and (best is None or (len(shown), day) > best):
            best = (len(shown), day)
    if best is None:
        return ()
    day = best[1]
    values = tuple(
        TellingValue(dict(key), number(own[0].value)) for key, own in figures[day].items()
    )
    return (TellingFigure(rule, day.isoformat(), values),)


def _shown(value: Fraction | None, unit: Fraction) -> int | None:
    return None if value is None else (value / unit + Fraction(1, 2)).__floor__()
