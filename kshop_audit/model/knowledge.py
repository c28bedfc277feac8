"""What is not known of a rule's units, and why: the vocabulary of best and worst case.

A unit has an outcome (hit, miss, unknown) and a membership (counted, not counted, unknown). Units
of which both are known make the value; the others make its bounds. Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    """Why something is not known of a unit; the order is that of the codes of the plan."""

    NOT_UNDERSTOOD = "not_understood"  # a text in no vocabulary, or an empty cell that decides
    NOT_READABLE = "not_readable"  # a row that was rejected
    NOT_COVERED = "not_covered"  # a file that does not reach so far, or is not there
    NOT_PRECISE = "not_precise"  # a time without seconds, or a date
    EMPTY_DAYS = "empty_days"  # days without any row
    OTHER_PERIOD = "other_period"  # a declared figure of other days
    NO_TIME = "no_time"  # a state without the time at which it was reached
    NO_KEY = "no_key"  # a row without the id that says what it belongs to


class Form(StrEnum):
    """What is known of a unit that is not wholly known; the order is that of the codes."""

    OUTCOME = "outcome"  # it counts; hit or miss is unknown
    HIT = "hit"  # a hit, if it counts at all
    MISS = "miss"  # a miss, if it counts at all
    EITHER = "either"  # neither is known


@dataclass(frozen=True, slots=True)
class Doubts:
    """How many units are not wholly known, by what is known of them (see `Form`).

    `turned`: so many known units could have another outcome or be no units at all, or as many more
    units could be there, because a row that does not say what it belongs to may be any of them.
    `dropped`: so many known units may not count, because what takes them out of the count may be
    among rows that are missing.
    """

    outcome: int = 0
    hit: int = 0
    miss: int = 0
    either: int = 0
    turned: int = 0
    dropped: int = 0

    @property
    def units(self) -> int:
        """All of them."""
        return sum(self.parts)

    @property
    def parts(self) -> tuple[int, ...]:
        """The fields in their order."""
        return self.outcome, self.hit, self.miss, self.either, self.turned, self.dropped

    def __add__(self, other: Doubts) -> Doubts:
        """Both together."""
        return Doubts(
            self.outcome + other.outcome,
            self.hit + other.hit,
            self.miss + other.miss,
            self.either + other.either,
            self.turned + other.turned,
            self.dropped + other.dropped,
        )


def together(doubts: Mapping[Why, Doubts]) -> Doubts:
    """The doubts of all reasons."""
    return sum(doubts.values(), Doubts())


def added(*parts: Mapping[Why, Doubts]) -> dict[Why, Doubts]:
    """Several maps from reason to doubts as one; reasons without any unit are not in it."""
    found: dict[Why, Doubts] = {}
    for part in parts:
        for why, doubts in part.items():
            found[why] = found.get(why, Doubts()) + doubts
    return {why: found[why] for why in Why if why in found and found[why].units}
