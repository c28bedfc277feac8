"""How a rule on chats says what is not known of its units; empty where all is known."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import polars as pl

from kshop_audit.facts import Tables
from kshop_audit.facts.ends import may_lie_inside
from kshop_audit.facts.talks import uncertain
from kshop_audit.model.knowledge import Why
from kshop_audit.model.settings import Terms

REASONS = (
    Why.NOT_UNDERSTOOD,
    Why.NOT_READABLE,
    Why.NOT_COVERED,
    Why.NOT_PRECISE,
    Why.NO_KEY,
)


def by_reason(name: str) -> Mapping[Why, pl.Expr]:
    """Reason → Boolean, from a String column that holds it."""
    return {why: pl.col(name) == why.value for why in REASONS}


def maybe(tables: Tables) -> Mapping[Why, pl.Expr]:
    """Why it is not known whether a unit of the chats counts, by its column why."""
    return by_reason("why") if uncertain(tables) else {}


def unknown(tables: Tables) -> Mapping[Why, pl.Expr]:
    """Why the outcome of a unit of the chats is not known, by its column doubt."""
    return by_reason("doubt") if uncertain(tables) else {}


def reached(share: Fraction, tables: Tables, *, handed_over: bool = False) -> pl.Expr:
    """Boolean: answered / counted is at least the share, exactly; null where the ends differ (see
    `ends.counted_at_ends`). `handed_over`: outcomes may be `unknown` although all rows are clear.
    """
    above, below = share.as_integer_ratio()

    def reaches(part: str, whole: str) -> pl.Expr:
        return pl.col(part) * below >= pl.col(whole) * above

    if not uncertain(tables):
        if not handed_over:
            return reaches("answered", "counted")
        best = (pl.col("answered") + pl.col("unknown")) * below >= pl.col("counted") * above
        return (
            pl.when(reaches("answered", "counted")).then(pl.lit(True))
            .when(~best).then(pl.lit(False))
        )  # fmt: skip
    return (
        pl.when(reaches("answered_low", "counted_low")).then(pl.lit(True))
        .when(~reaches("answered_high", "counted_high")).then(pl.lit(False))
    )  # fmt: skip


def within_window(
    reasons: Mapping[Why, pl.Expr], terms: Terms, rule: str, at: str
) -> Mapping[Why, pl.Expr]:
    """The reasons, as far as the time may lie in the rule's window."""
    inside = may_lie_inside(terms, rule, at)
    return {why: is_so & inside for why, is_so in reasons.items()}
