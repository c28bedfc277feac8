"""What two reports of one shop tell apart; made by the projection, shown by the report."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kshop_audit.model.metadata import Level
from kshop_audit.model.report import RuleResult


class Move(StrEnum):
    """How a rule moved from one report to the next, in the order of display.

    NEW: fails now, did not before. LOST: had a verdict and has none now. WORSE and BETTER: the
    same outcome at another value, or a step towards or away from it. FIXED: failed before, not
    now. ADDED and REMOVED: stands in one of the reports only, and does not fail in it.
    """

    NEW = "new"
    LOST = "lost"
    WORSE = "worse"
    FIXED = "fixed"
    BETTER = "better"
    ADDED = "added"
    REMOVED = "removed"
    SAME = "same"


ALARMING = (Move.NEW, Move.LOST, Move.WORSE)


@dataclass(frozen=True, slots=True)
class RuleMove:
    """One rule in both reports; None where a report does not have it."""

    move: Move
    before: RuleResult | None
    after: RuleResult | None

    @property
    def rule(self) -> RuleResult:
        """The rule as it stands last."""
        result = self.after or self.before
        if result is None:
            raise ValueError("a rule that stands in no report")
        return result

    @property
    def counts(self) -> bool:
        """Whether the rule's level lets it decide anything; others are only listed."""
        return self.rule.level in (Level.ERROR, Level.WARN)


@dataclass(frozen=True, slots=True)
class Redefined:
    """Something that makes the figures of both reports no like for like.

    `what`: shop, pack, tool, config, target, window, level, mute; `rule`: the id, where it is one
    rule's. `before` and `after` are short texts, "" for nothing.
    """

    what: str
    rule: str | None
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two reports, the earlier one first."""

    before: str
    after: str
    redefined: tuple[Redefined, ...]
    moves: tuple[RuleMove, ...]

    @property
    def worse(self) -> bool:
        """Whether a rule that decides something is worse than before."""
        return any(move.counts and move.move in ALARMING for move in self.moves)

    def of(self, move: Move) -> tuple[RuleMove, ...]:
        """The rules that moved so."""
        return tuple(entry for entry in self.moves if entry.move is move)
