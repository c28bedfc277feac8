"""Which of the published definitions makes the platform's own figures. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

OptionValue = str | int | bool
Definition = Mapping[str, OptionValue]
"""Option → value, of the options in which the readings of a rule differ."""


@dataclass(frozen=True, slots=True)
class PlatformFigure:
    """What the platform shows of a rule on a day: the window that ends with it. `written`: as the
    operator gave it, for its last digit tells how far it is rounded.
    """

    rule: str
    value: float
    day: str
    written: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A definition, with all that cannot be told from it on these data.

    `values`: its figure for each of the platform's; None where nothing is counted. `distance`: of
    the one farthest from the platform's. `fits`: each may be the platform's, as far as it was
    written.
    """

    definition: Definition
    values: tuple[float | None, ...]
    distance: float | None
    fits: bool
    same_as: tuple[Definition, ...]


@dataclass(frozen=True, slots=True)
class TellingValue:
    """What a definition would show."""

    definition: Definition
    value: float | None


@dataclass(frozen=True, slots=True)
class TellingFigure:
    """A figure of the platform that would tell definitions apart."""

    rule: str
    day: str
    values: tuple[TellingValue, ...]


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """`verdict`: "one", "several" or "none"; the candidates that fit stand first."""

    as_of: str
    platform: tuple[PlatformFigure, ...]
    candidates: tuple[Candidate, ...]
    verdict: str
    would_tell_apart: tuple[TellingFigure, ...]
