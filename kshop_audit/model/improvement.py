"""The cheapest steps to a goal: what has to be done how often. Standard library only."""

from __future__ import annotations

from decimal import Decimal

from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text


@frozen
class ImprovementStep:
    """Units of one rule that meet it from now on.

    `count` of the `of` units that miss it. `effort_minutes`: of all of them; None where no effort
    is known. `gain`: what the total loses without this step; None without a total. `shows_on`: the
    first day on which the rule passes if the coming days are as good as the step makes the window.
    `packs`: for which of the packs it is; what several ask for is one deed, as often as the one
    that asks most, and shows once it does so for all of them.
    """

    rule: str
    count: int
    of: int
    effort_minutes: Decimal | None
    gain: Decimal | None
    shows_on: str | None
    action: Text
    packs: tuple[str, ...] = ()


@frozen
class AfterSteps:
    """The estimated total and the status of the verdict once every step is taken.

    `left`: the gates that do not pass even then, or of which that is not known.
    """

    score: Decimal | None
    status: str
    left: tuple[str, ...] = ()


@frozen
class Improvement:
    """The steps to a goal: a displayed total such as 4.80, or "gates".

    `reached`: whether the goal is met after them.
    """

    as_of: str
    goal: str
    reached: bool
    steps: tuple[ImprovementStep, ...]
    after: AfterSteps
