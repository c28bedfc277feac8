"""What a run is doing, for the display; the use case itself prints nothing."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from kshop_audit.model.frozen import frozen


class Stage(StrEnum):
    """The parts of a run that take time, in their order."""

    OPENING = "opening"  # bytes are looked at: encoding, quotes, header
    READING = "reading"  # cells become values
    COMPUTING = "computing"  # rules are measured


@frozen
class Step:
    """Where a stage stands: `done` of `total` bytes (OPENING) or files (READING).

    `total` is 0 where nobody knows how much there is. `name`: the file, "" for all of them;
    `rows`: good rows read so far.
    """

    stage: Stage
    done: int = 0
    total: int = 0
    name: str = ""
    rows: int = 0


Watch = Callable[[Step], None]
"""Called from the thread that does the work; must be quick, and raise nothing."""


def unwatched(_step: Step) -> None:
    """Nobody watches."""
