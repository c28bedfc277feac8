"""Between what a figure lies, and the line that it is held against. Standard library only."""

from __future__ import annotations

from decimal import Decimal

from kshop_audit.model.frozen import frozen


@frozen
class TargetRef:
    """The target as shown: `operator` is >=, <=, all or none."""

    operator: str
    value: Decimal | None
    count_below: int | None
    source: str
    assumption: bool


@frozen
class Bounds:
    """Best and worst value that rejected rows, unknown outcomes and missing days still allow."""

    low: float | None
    high: float | None
