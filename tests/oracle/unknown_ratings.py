"""Bounds of the satisfied among all ratings, from a file of which part is unknown."""

from __future__ import annotations

from .knowledge import (
    ANYTHING,
    HIT,
    MISS,
    OUT,
    Cells,
    Files,
    Pair,
    Span,
    Unit,
    interval_of,
    span_of,
    turns,
)

WORDS = {"satisfied": {HIT}, "neutral": {MISS}, "dissatisfied": {MISS}}


def satisfaction_span(files: Files) -> Span | None:
    """Satisfied / ratings; every rejected row is one more rating that may or may not count."""
    ratings = files["ratings"]
    if not ratings.has("rating", "rated_at"):
        return None
    units = [unit_of(files, row) for row in ratings.good]
    units += [ANYTHING for row in ratings.rejected if row.get("session_id")]
    turns(units, ratings.keyless("session_id"), HIT)
    turns(units, ratings.keyless("session_id"), MISS)
    return span_of(units)


def unit_of(files: Files, row: Cells) -> Unit:
    at = interval_of(row["rated_at"])
    if at is None:
        return frozenset({OUT})
    inside = files.inside(at)
    outcomes: set[Pair] = set()
    if True in inside:
        outcomes |= WORDS.get(row["rating"], {HIT, MISS, OUT})
    if False in inside:
        outcomes.add(OUT)
    return frozenset(outcomes)
