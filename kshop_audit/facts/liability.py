"""Who was found at fault: the entries of the liability column and of files of judgements."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import polars as pl

from kshop_audit.facts.tables import Tables, not_understood
from kshop_audit.model.knowledge import Why
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Settings
from kshop_audit.tables import RAW_SUFFIX, WHY

AT_FAULT = ("merchant", "both")
"""Parties whose being liable makes a ticket the merchant's fault."""

PENDING = "pending"
"""The entry of a ticket that is not judged yet, which decides no more than an empty cell."""

_NONE = pl.lit(None, dtype=pl.Boolean)


def judged(tables: Tables, settings: Settings) -> bool:
    """Whether anything in the inputs says who was at fault, of any ticket that needs it."""
    if Kind.DISPUTES in settings.coverage or has_entries(tables):
        return True
    if tables.has(Kind.TICKETS, "liable_party", "arbitration"):
        words = tables.frames[Kind.TICKETS]["arbitration"]
        if not (words == "yes").any():
            return True  # an empty column lacks nothing where the platform never stepped in
    found, _ = tables.matched(Kind.DISPUTES, Kind.TICKETS, "ticket_id")
    return found > 0


def has_entries(tables: Tables) -> bool:
    """Whether the liability column of the tickets holds any entry, understood or not."""
    frame, raw = tables.frames.get(Kind.TICKETS), "liable_party" + RAW_SUFFIX
    if frame is None or "liable_party" not in frame.columns:
        return False
    if raw in frame.columns and frame[raw].null_count() < frame.height:
        return True
    return bool((frame["liable_party"] != PENDING).any())


def _entry() -> pl.Expr:
    """String: the party that an entry names; null without one, and where it is not understood."""
    return pl.when(pl.col("liable_party") != PENDING).then("liable_party")


def judgements(tables: Tables) -> pl.LazyFrame:
    """One row a ticket that files of judgements name with an entry.

    Columns: ticket_id, listed (Boolean: at fault; null where the entries are not understood,
    cannot be read or differ), unread (Boolean: a row of it could not be read).
    """
    raw = pl.col("liable_party" + RAW_SUFFIX)
    rows = tables.rows(Kind.DISPUTES).filter(_entry().is_not_null() | raw.is_not_null())
    entries = rows.select("ticket_id", fault=_fault(), unread=pl.lit(False))
    if Kind.DISPUTES in tables.doubtful:
        damaged = tables.doubtful_rows(Kind.DISPUTES).select(
            "ticket_id", fault=_NONE, unread=pl.col(WHY).is_not_null()
        )
        entries = pl.concat([entries, damaged])
    fault = pl.col("fault")
    return (
        entries.filter(pl.col("ticket_id").is_not_null())
        .group_by("ticket_id")
        .agg(every=fault.fill_null(False).all(), none=(~fault).fill_null(False).all(),
             unread=pl.col("unread").any())
        .select("ticket_id", "unread", listed=_known(pl.col("every"), pl.col("none")))
    )  # fmt: skip


def _fault() -> pl.Expr:
    """Boolean: the entry finds the merchant at fault; null without one that is understood."""
    return _entry().is_in(AT_FAULT)


def _known(yes: pl.Expr, no: pl.Expr) -> pl.Expr:
    return pl.when(yes).then(pl.lit(True)).when(no).then(pl.lit(False))


def at_fault(tables: Tables, settings: Settings) -> pl.Expr:
    """Boolean: the merchant, or both, were found at fault; null where the inputs do not show it.

    Needs the columns of tickets, `doubt`, `intervened` and those of `judgements`. An entry decides
    for the ticket that it names. Without one, a ticket that the platform did not step into is no
    fault, nor is any other whose end lies in the days of which `[coverage.disputes]` says that the
    judgements are complete. Silence elsewhere proves nothing.
    """
    own = _fault()
    own_given = _entry().is_not_null() | not_understood("liable_party")
    listed, listed_given = pl.col("listed"), pl.col("unread").is_not_null()
    agreed = pl.when((own == listed).fill_null(False)).then(own)  # which is newer is not known
    entry = (
        pl.when(own_given & listed_given).then(agreed).when(own_given).then(own).otherwise(listed)
    )
    covered = _covered(tables, settings).fill_null(False) & pl.col("doubt").is_null()
    return (
        pl.when((pl.col("arbitration") == "no").fill_null(False))
        .then(pl.lit(False))
        .when(own_given | listed_given)
        .then(entry)
        .when((~pl.col("intervened")).fill_null(False) | covered)
        .then(pl.lit(False))
    )


def _covered(tables: Tables, settings: Settings) -> pl.Expr:
    """Boolean: the operator says that all judgements of the ticket's last day are in the files."""
    span = settings.coverage.get(Kind.DISPUTES)
    if span is None:
        return pl.lit(False)
    first = datetime.combine(span[0], time.min)
    over = datetime.combine(span[1], time.min) + timedelta(days=1)
    return (pl.col("finished_at") >= first) & (tables.at_latest(Kind.TICKETS, "finished_at") < over)


def why_open() -> dict[Why, pl.Expr]:
    """Reason → Boolean, why `at_fault` of a ticket is not known, where it is not; without one no
    file holds the judgement.
    """
    doubt = pl.col("doubt").is_not_null() | pl.col("unread").fill_null(False)
    words = not_understood("arbitration") | not_understood("liable_party")
    listed = pl.col("unread").is_not_null() & pl.col("listed").is_null()
    since = (pl.col("doubt") == Why.NOT_COVERED.value).fill_null(False)
    return {
        Why.NOT_UNDERSTOOD: ~doubt & (words | listed),
        Why.NOT_READABLE: doubt & ~since,
        Why.NOT_COVERED: since,
    }
