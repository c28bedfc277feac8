"""What a rule shows of its units: the columns of a row of evidence, and lists of findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

import polars as pl

from kshop_audit.model.frozen import frozen


@frozen(slots=False)
class EvidenceColumns:
    """What a row of evidence shows: expressions over the unit, all optional.

    `ids`: columns of the unit among `model.schema.IDS`; `looked_up`: ids of the chat row that the
    unit names by _at, fetched for the rows shown only.
    """

    ids: tuple[str, ...] = ()
    looked_up: tuple[str, ...] = ()
    deadline: pl.Expr | None = None
    actual: pl.Expr | None = None
    why: pl.Expr | None = None
    cost_fen: pl.Expr | None = None


@frozen(slots=False)
class Findings:
    """The counted units that are the point of a rule, at most a few hundred.

    `columns`: name → expression over the unit; `where`: which of the counted units; `order`: by
    which of the columns they are listed. `looked_up`: as in EvidenceColumns, put first. `limit`: no
    more are listed; None where the rule's conclusion needs all of them. `beside`: rows that are
    listed although they are not counted, with some of the columns; without `columns` they stand
    alone.
    """

    columns: Mapping[str, pl.Expr]
    where: pl.Expr = field(default_factory=lambda: pl.lit(True))
    order: tuple[str, ...] = ()
    looked_up: tuple[str, ...] = ()
    limit: int | None = 1_000
    beside: pl.LazyFrame | None = None


REPLIED = EvidenceColumns(
    looked_up=("session_id", "message_id"),
    deadline=pl.col("due_at"),
    actual=pl.col("reply_at"),
)
"""The evidence of a reply in time or late, for every unit that is a question."""


def answered_by(key: str, met: pl.Expr) -> Findings:
    """One finding a day or agent: how many of the counted ones were answered, and whether that
    reaches the target (`met`: Boolean; null = the inputs do not show it).
    """
    status = (
        pl.when(met).then(pl.lit("pass"))
        .when(~met).then(pl.lit("fail"))
        .otherwise(pl.lit("no_verdict"))
    )  # fmt: skip
    columns = {
        key: pl.col(key),
        "numerator": pl.col("answered"),
        "denominator": pl.col("counted"),
        "status": status,
    }
    return Findings(columns, order=(key,))
