"""Which of the published definitions makes the platform's own figures. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping

from kshop_audit.model.frozen import frozen

OptionValue = str | int | bool
Definition = Mapping[str, OptionValue]
"""Option → value, of the options in which the readings of a rule differ."""


@frozen
class PlatformFigure:
    """What the platform shows of a rule on a day: the window that ends with it. `written`: as the
    operator gave it, for its last digit tells how far it is rounded.
    """

    rule: str
    value: float
    day: str
    written: str


@frozen
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


@frozen
class TellingValue:
    """What a definition would show."""

    definition: Definition
    value: float | None


@frozen
class TellingFigure:
    """A figure of the platform that would tell definitions apart."""

    rule: str
    day: str
    values: tuple[TellingValue, ...]


@frozen
class Reconciliation:
    """`verdict`: "one", "several" or "none"; the candidates that fit stand first."""

    as_of: str
    platform: tuple[PlatformFigure, ...]
    candidates: tuple[Candidate, ...]
    verdict: str
    would_tell_apart: tuple[TellingFigure, ...]
