"""The bounds of the main rules over files of text cells, by the second implementation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from .knowledge import Cells, Files, Span, known_of
from .unknown_orders import pickup_span, shipping_span
from .unknown_ratings import satisfaction_span
from .unknown_talks import reply_span
from .unknown_tickets import dispute_span


def spans_of(
    tables: Mapping[str, Sequence[Cells]],
    headers: Mapping[str, Iterable[str]],
    as_of: datetime,
    opened_at: datetime | None = None,
) -> dict[str, Span | None]:
    """Rule -> its bounds; None where the files tell nothing of it.

    Args:
        tables: Kind -> rows under canonical headers, words in canonical English.
        headers: Kind -> columns, also of a file without rows.
        as_of: The instant of the audit.
        opened_at: The day on which the shop opened, where the operator tells it.
    """
    kinds = {kind: known_of(kind, headers[kind], rows) for kind, rows in tables.items()}
    files = Files(kinds, as_of, opened_at)
    return {
        "reply-rate": reply_span(files),
        "cs-satisfaction": satisfaction_span(files),
        "ship-48h": shipping_span(files),
        "pickup-24h": pickup_span(files),
        "dispute-fault-rate": dispute_span(files),
    }
