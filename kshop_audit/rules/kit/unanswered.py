"""Questions of buyers that wait for an answer."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from kshop_audit.facts import Tables
from kshop_audit.facts.talks import uncertain
from kshop_audit.rules.kit.due import Due

STALE = timedelta(hours=24)
"""For so long after its time ran out an answer is still worth giving."""


def unanswered(tables: Tables) -> Due:
    """Questions (see `facts.questions`) without a reply by as-of, or of which it is not known
    whether there is one.
    """
    silent, exact = pl.col("reply_at").is_null(), pl.lit(True)
    if uncertain(tables):
        best = pl.col("reply_best").is_null()
        silent = pl.when(silent == best).then(silent)
        exact = pl.col("clock_at") == pl.col("clock_best")
    return Due(
        deadline=pl.col("due_at"), waits=silent, exact=exact, late_for=STALE, conversation=True
    )
