"""Questions of buyers that wait for an answer."""

from __future__ import annotations

import polars as pl

from kshop_audit.facts import Tables
from kshop_audit.facts.talks import uncertain
from kshop_audit.facts.waits import ASKS_ROW, ASKS_SURE, ASKS_UNTIL, STALE
from kshop_audit.model.metadata import Text
from kshop_audit.rules.kit.due import Due

ANSWER = Text(
    zh="马上回复；已超时的也要回，别让买家等到找平台。",
    en="Answer now; a late answer still counts with the buyer.",
)
ANSWER_IN_PERSON = Text(
    zh="马上人工回复；已超时的也要回，别让买家等到找平台。",
    en="Have a person answer now; a late answer still counts with the buyer.",
)


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


def asked_by(buyers: pl.LazyFrame | None = None) -> Due:
    """Buyers' days with a question that waits (see `waits.open_question`): the units of the rule,
    or `buyers`, where the rule judges whole days and no single buyer moves its figure.
    """
    return Due(
        deadline=pl.col(ASKS_UNTIL),
        waits=pl.when(ASKS_SURE).then(pl.lit(True)),
        late_for=STALE,
        conversation=True,
        row=ASKS_ROW,
        of=buyers,
        counts=buyers is None,
    )
