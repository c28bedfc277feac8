"""What is to be done next: units whose deadline is near, or over while they still wait.

Field names are those of the JSON. Frozen, standard library only. All times are naive
Asia/Shanghai; nothing here looks at a clock, hours are counted from as-of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from decimal import Decimal

from kshop_audit.model.frozen import frozen
from kshop_audit.model.knowledge import Form, Why
from kshop_audit.model.metadata import Text

WITHIN = timedelta(hours=24)
"""How far the report looks ahead."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Units of a rule that would become misses: so many, and what is not known of them now.

    `why` and `form` are None where it is only too early to tell.
    """

    units: int
    why: Why | None = None
    form: Form | None = None


@dataclass(frozen=True, slots=True)
class DueUnit:
    """One thing to do, as the plan found it; plain figures, before anything is judged.

    `late`: its deadline is strictly before as-of. `certain`: false where the inputs do not show
    whether it still waits, or whether the rule counts it. `counts`: whether the rule's figure
    counts it at all, so that missing it has an effect; `turns` are the units of the rule that would
    become misses then, none where they are misses already. `cost_fen`: what it costs to miss it,
    None where that is not known; `cost_grade`: how well the pack knows it.
    """

    kind: str
    deadline: datetime
    late: bool
    certain: bool
    ids: Mapping[str, str]
    product: str | None = None
    province: str | None = None
    carrier: str | None = None
    cost_fen: int | None = None
    cost_grade: str | None = None
    counts: bool = False
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class DueIds:
    """What names the unit. `session_id`: of a conversation without one, its buyer, masked."""

    order_id: str | None = None
    ticket_id: str | None = None
    session_id: str | None = None
    tracking_no: str | None = None
    violation_id: str | None = None

    def named(self) -> tuple[tuple[str, str], ...]:
        """Field and value of those that are there, in the order of the fields."""
        found = ((own.name, getattr(self, own.name)) for own in fields(self))
        return tuple((name, value) for name, value in found if value is not None)

    def given(self) -> tuple[str, ...]:
        """The values of `named`."""
        return tuple(value for _, value in self.named())


@dataclass(frozen=True, slots=True)
class Effect:
    """The rule's figure and points if this unit alone counts as missed at the same as-of.

    `rate` is in the unit of the rule's value, with what it is made of beside it. All None where
    missing it moves no figure.
    """

    rate: float | None = None
    points: Decimal | None = None
    numerator: int | None = None
    denominator: int | None = None


@dataclass(frozen=True, slots=True)
class DueItem:
    """One thing to do. `hours_left` is negative once the deadline is over."""

    kind: str
    deadline: str
    hours_left: float
    late: bool
    certain: bool
    ids: DueIds
    rule: str
    product: str | None
    province: str | None
    carrier: str | None
    cost_fen: int | None
    cost_grade: str | None
    effect: Effect
    action: Text


@frozen
class DueCount:
    """How many things of one kind: due in the hours ahead, late already, and of both together
    those of which it is not certain that they still wait. `cost_fen`: what those due would cost.
    """

    due: int = 0
    late: int = 0
    uncertain: int = 0
    cost_fen: int = 0


@frozen
class DueList:
    """Everything that is due within the hours after as-of, the soonest first, then what is late.

    `counts`: kind → how many, of every kind that was looked for. `missing`: kind → why nothing can
    be said of it.
    """

    as_of: str
    within_hours: Decimal
    items: tuple[DueItem, ...] = ()
    counts: Mapping[str, DueCount] = field(default_factory=dict)
    missing: Mapping[str, Text] = field(default_factory=dict)


def counts_of(items: Iterable[DueItem], kinds: Iterable[str] = ()) -> dict[str, DueCount]:
    """Kind → how many; the `kinds` that were looked for are there even if there is nothing."""
    found = {kind: [0, 0, 0, 0] for kind in kinds}
    for item in items:
        sums = found.setdefault(item.kind, [0, 0, 0, 0])
        sums[1 if item.late else 0] += 1
        sums[2] += not item.certain
        sums[3] += 0 if item.late else item.cost_fen or 0
    return {kind: DueCount(*sums) for kind, sums in found.items()}


def hours(length: timedelta) -> Decimal:
    """A length of time in hours, exact to the second where it is one of whole seconds."""
    return Decimal(int(length.total_seconds())) / 3600
