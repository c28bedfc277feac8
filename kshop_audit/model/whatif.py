"""What a shop would look like if something were otherwise: before and after. Standard library."""

from __future__ import annotations

from decimal import Decimal

from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text
from kshop_audit.model.report import Status


@frozen
class RuleStanding:
    """How a rule stands: value, status and points as in the report."""

    value: float | None
    status: Status
    points: Decimal | None


@frozen
class RuleChange:
    """A rule of a pack before and after."""

    id: str
    pack: str
    before: RuleStanding
    after: RuleStanding


@frozen
class ScoreChange:
    """The estimated total before and after; None where there is none."""

    before: Decimal | None
    after: Decimal | None


@frozen
class NumberChange:
    """A whole number before and after; None where it is not known."""

    before: int | None
    after: int | None


@frozen
class WhatIf:
    """The effect of changes on every rule, the score, the exit code and the money.

    `changes`: as they were written. `assumptions`: a sentence each. `money_fen`: fees, and what
    late or otherwise faulty units may cost, as far as packs give amounts.
    """

    as_of: str
    changes: tuple[str, ...]
    assumptions: tuple[Text, ...]
    rules: tuple[RuleChange, ...]
    score: ScoreChange
    exit_code: NumberChange
    money_fen: NumberChange
