"""Numbers of the messages of a cell: they stand in one row, so that no row tells their order.

With seconds the times do, and buyers stand before replies. Without, the order of the text counts
where it is that of time or its reverse, as for the rows of a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kshop_audit.ingest.convert.conversation import ChatMessage

COLUMN = "message_seq"

Spoken = tuple[ChatMessage, tuple[str, ...]]
"""A message and its cells under `conversation.COLUMNS`; none of one at fault."""


@dataclass(slots=True)
class Ways:
    """How the conversations of a file are written down. `rough`: some time lacks its seconds."""

    rough: bool = False
    forward: bool = False
    backward: bool = False

    def see(self, spoken: Sequence[Spoken]) -> None:
        """Take another conversation into account."""
        rising, falling = _ways(spoken)
        self.rough = self.rough or any(not message.exact for message, cells in spoken if cells)
        self.forward = self.forward or (rising and not falling)
        self.backward = self.backward or (falling and not rising)

    def numbered(self, spoken: Sequence[Spoken], role: int) -> Iterable[str]:
        """The number of every message, empty where nothing tells its place; `role`: the position
        of the sender's role among the cells.
        """
        good = [n for n, (_, cells) in enumerate(spoken) if cells]
        if all(spoken[n][0].exact for n in good):
            good.sort(key=lambda n: (str(spoken[n][0].at), spoken[n][1][role] != "buyer"))
        else:
            rising, falling = _ways(spoken)
            if rising and falling and len(good) > 1:  # as the other conversations stand
                rising, falling = not self.backward, self.backward and not self.forward
            if not rising:
                good = good[::-1] if falling else []
        places = {n: str(number) for number, n in enumerate(good, 1)}
        return (places.get(n, "") for n in range(len(spoken)))


def _ways(spoken: Sequence[Spoken]) -> tuple[bool, bool]:
    """Whether the times of a conversation never fall, and whether they never rise."""
    times = [message.at for message, cells in spoken if cells and message.at is not None]
    pairs = list(pairwise(times))
    return all(one <= other for one, other in pairs), all(one >= other for one, other in pairs)
