"""Days as runs, and the line of `shop.toml` that says that a shop was closed on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta


def no_business(runs: Sequence[tuple[date, date]]) -> str:
    """The line of `shop.toml` that says of these days that there was no business."""
    parts = [
        f'"{first}"' if first == last else f'{{from = "{first}", to = "{last}"}}'
        for first, last in runs
    ]
    return f"no_business_days = [{', '.join(parts)}]"


def runs_of(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """Days in their order as runs, each by its first and last day."""
    first = last = None
    for day in days:
        if first is None or last is None:
            first = last = day
        elif day - last == timedelta(days=1):
            last = day
        else:
            yield first, last
            first = last = day
    if first is not None and last is not None:
        yield first, last
