"""What follows from a worst and a best case: outcomes, clocks that may still run, group figures."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import polars as pl

from kshop_audit.facts.conversations import pending
from kshop_audit.facts.tables import Tables
from kshop_audit.facts.talks import uncertain
from kshop_audit.model.knowledge import Why
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms

ENDS = ("answered_low", "counted_low", "answered_high", "counted_high")
"""Int64: a group at its worst, with every doubtful message a miss, and at its best."""


class Waiting(NamedTuple):
    """Booleans: the clock surely still runs at as-of; it may, and it may not; in the worst case."""

    surely: pl.Expr
    maybe: pl.Expr
    at_worst: pl.Expr


def waiting(name: str, as_of: datetime, seconds: int) -> Waiting:
    """Of the times `<name>_at` and `<name>_best`; see `conversations.pending`."""
    surely = pending(f"{name}_at", as_of, seconds, "reply_best")
    possibly = pending(f"{name}_best", as_of, seconds)
    return Waiting(surely, possibly & ~surely, pending(f"{name}_at", as_of, seconds))


def outcome(*, best: pl.Expr, worst: pl.Expr) -> pl.Expr:
    """Boolean: null where a hit and a miss are possible; `worst`: there is no miss in any case."""
    return pl.when(best & worst).then(pl.lit(True)).when(~best & ~worst).then(pl.lit(False))


def there(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The messages without those that are excluded in any case and that no file holds: a message
    of a missing side (`why` not_covered) is in no count until it could change a figure.
    """
    missing = (pl.col("why") == Why.NOT_COVERED.value).fill_null(False)
    return rows.filter(pl.col("excluded").is_null() | ~missing)


def surely_counted(tables: Tables) -> pl.Expr:
    """Boolean: the question counts, and that is known."""
    counted = pl.col("excluded").is_null()
    return counted & pl.col("why").is_null() if uncertain(tables) else counted


def counted_at_ends(tables: Tables, rows: pl.LazyFrame, by: str) -> pl.LazyFrame:
    """One row a group with messages that count or may do so.

    Columns: `by`, answered, counted (Int64, of the messages of which all is known), those of ENDS,
    least, most (Int64: messages that count, and that may), why (String: it is not known whether
    any message counts; null = one does), doubt (String: why the ends differ). A message without a
    `by` may belong to any of the groups, and a row without a key to any conversation: it may turn
    as many messages as the fullest burst has, and be one more.
    """
    lost = sum(tables.keyless.get(Kind.CHATS, {}).values())
    counted, hit = pl.col("excluded").is_null(), pl.col("answered")
    sure = pl.col("why").is_null()
    reason = pl.coalesce("why", pl.when(hit.is_null()).then("doubt"))
    rows = rows.filter(counted).with_columns(_reason=reason)
    sums = {
        "answered": (sure & hit),
        "counted": sure & hit.is_not_null(),
        "answered_low": sure & hit,
        # A unit that may count is a miss at worst, unless it can only be a hit.
        "counted_low": sure | ~hit.fill_null(False),
        "answered_high": hit.fill_null(True),
        "counted_high": sure | hit.fill_null(True),
        "least": sure,
    }
    agg = {name: each.fill_null(False).sum().cast(pl.Int64) for name, each in sums.items()}
    agg["most"] = pl.len().cast(pl.Int64)  # a literal would be one value a group, not one a row
    known = rows.filter(pl.col(by).is_not_null())
    groups = known.group_by(by).agg(_reason=pl.col("_reason").drop_nulls().min(), **agg)
    loose = rows.filter(pl.col(by).is_null()).select(
        _may_miss=(~hit.fill_null(False)).sum().cast(pl.Int64),
        _may_hit=hit.fill_null(True).sum().cast(pl.Int64),
        _may=pl.len().cast(pl.Int64),
        _why=pl.col("_reason").min(),
    )
    whole = groups.join(loose, how="cross").with_columns(
        counted_low=pl.col("counted_low") + pl.col("_may_miss"),
        answered_high=pl.col("answered_high") + pl.col("_may_hit"),
        counted_high=pl.col("counted_high") + pl.col("_may_hit"),
        most=pl.col("most") + pl.col("_may"),
        doubt=pl.coalesce("_reason", "_why"),
    )
    if lost:
        whole = _with_lost(whole, rows, lost)
    return whole.with_columns(why=pl.when(pl.col("least") == 0).then("doubt")).select(
        by, "answered", "counted", *ENDS, "least", "most", "why", "doubt"
    ).sort(by)  # fmt: skip


def _with_lost(groups: pl.LazyFrame, rows: pl.LazyFrame, lost: int) -> pl.LazyFrame:
    """The groups with what so many rows without a key could change, all of them in one group."""
    there = rows.collect_schema().names()
    burst = [name for name in ("clock_at", "reply_at") if name in there][:1]
    turned = pl.lit(lost, pl.Int64)
    if burst:
        fullest = rows.group_by(*burst, "day").len().select(_turned=pl.col("len").max() * lost)
        groups = groups.join(fullest.cast(pl.Int64), how="cross")
        turned = pl.col("_turned")
    high = pl.col("counted_high") + lost
    return groups.with_columns(
        answered_low=pl.max_horizontal(pl.col("answered_low") - turned, pl.lit(0)),
        counted_low=pl.col("counted_low") + lost,
        answered_high=pl.min_horizontal(pl.col("answered_high") + turned + lost, high),
        counted_high=high,
        most=pl.col("most") + lost,
        doubt=pl.coalesce("doubt", pl.lit(Why.NO_KEY.value)),
    )


def relevant(unit: pl.LazyFrame, tables: Tables, terms: Terms, rule: str, at: str) -> pl.LazyFrame:
    """The messages without those that may be none and would lie outside the window if they were."""
    if not uncertain(tables):
        return unit
    return unit.filter(pl.col("why").is_null() | may_lie_inside(terms, rule, at))


def may_lie_inside(terms: Terms, rule: str, at: str) -> pl.Expr:
    """Boolean: the time lies in the rule's window, or is not known."""
    time, until = pl.col(at), terms.until(rule)
    inside = (time >= terms.since(rule)) & (time <= terms.last)
    if until is not None:
        inside &= time < until
    return inside.fill_null(True)
