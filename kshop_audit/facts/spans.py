"""Times as exactly as they are known: a cell without seconds is a minute, a date is a day."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from kshop_audit.model.frozen import frozen

LATEST = "_latest"
"""`<time>_latest`: the latest instant that a time of a fact may mean; the column is there only
where some cell that it comes from is not precise.
"""


@frozen
class TimeRange:
    """The earliest and the latest instant that a time may mean, both null where there is none.

    `late` is the same expression as `early` where every cell is precise.
    """

    early: pl.Expr
    late: pl.Expr

    @property
    def precise(self) -> bool:
        """Whether both ends are one."""
        return self.early is self.late

    def plus(self, time: timedelta) -> TimeRange:
        """So much later."""
        early = self.early + time
        return TimeRange(early, early if self.precise else self.late + time)

    def otherwise(self, other: TimeRange) -> TimeRange:
        """The other time where this one is null."""
        early = pl.coalesce(self.early, other.early)
        if self.precise and other.precise:
            return TimeRange(early, early)
        return TimeRange(early, pl.coalesce(self.late, other.late))


def span(name: str, *, precise: bool) -> TimeRange:
    """A time column of a fact."""
    early = pl.col(name)
    return TimeRange(early, early if precise else pl.col(name + LATEST))
