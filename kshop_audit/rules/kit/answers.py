"""Whether a ticket was answered in time, as far as its times and its state tell."""

from __future__ import annotations

import polars as pl

from kshop_audit.facts import Tables
from kshop_audit.facts.tables import one_of
from kshop_audit.model.frozen import frozen
from kshop_audit.model.knowledge import Why
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.rules.kit.lengths import TicketMoment


@frozen(slots=False)
class TicketAnswer:
    """The shop's answer to a ticket, as expressions over the facts of tickets.

    `given`: Boolean, there was one by as-of; null where that is not known. `at`: when, as the file
    has it. `between`: the earliest and latest instant of an answer that was given. `open`: Boolean,
    it was given at a time that no column holds; null where the state is not understood.
    """

    given: pl.Expr
    at: pl.Expr
    between: TicketMoment
    open: pl.Expr

    def late(self, due: TicketMoment, terms: Terms) -> pl.Expr:
        """Boolean: given after the deadline, or not at all though it has passed; null where the
        files do not show it.
        """
        given, silent = self.given, ~self.given
        late = (given & (self.between.earliest > due.latest)) | (
            silent & (due.latest < terms.as_of)
        )
        in_time = given & (self.between.latest <= due.earliest)
        # Whether or not it was answered, its time has not run out.
        running = due.earliest >= terms.as_of
        return pl.when(late).then(pl.lit(True)).when(in_time | running).then(pl.lit(False))

    def pending(self, due: TicketMoment, terms: Terms) -> pl.Expr:
        """Boolean: not answered, and the deadline has not passed; null where that is not known."""
        runs = (
            pl.when(due.earliest >= terms.as_of)
            .then(pl.lit(True))
            .when(due.latest < terms.as_of)
            .then(pl.lit(False))
        )
        return ~self.given & runs

    def unknown(self) -> dict[Why, pl.Expr]:
        """Reason → Boolean, why it is not known whether a ticket was answered in time; without one
        no file holds it.
        """
        doubt = pl.col("doubt").is_not_null()
        return {
            Why.NOT_READABLE: doubt & (pl.col("doubt") != Why.NOT_COVERED.value),
            Why.NOT_COVERED: pl.col("doubt") == Why.NOT_COVERED.value,
            Why.NOT_UNDERSTOOD: ~doubt & (self.open.is_null() | pl.col("type").is_null()),
            Why.NO_TIME: self.open.fill_null(False),
            Why.NOT_PRECISE: ~pl.col("pickup_open") & ~self.open.fill_null(True),
        }


def laid_out(
    unit: pl.LazyFrame, answer: TicketAnswer, due: TicketMoment
) -> tuple[pl.LazyFrame, TicketAnswer, TicketMoment]:
    """The unit's frame with the parts of answer and deadline as columns, and both as these columns,
    so that a plan holds each part once (see `chances.laid_out`).
    """
    columns = {
        "_given": answer.given,
        "_answered_at": answer.at,
        "_answered_earliest": answer.between.earliest,
        "_answered_latest": answer.between.latest,
        "_untimed": answer.open,
        "_due_earliest": due.earliest,
        "_due_latest": due.latest,
    }
    given, at, earliest, latest, untimed, *dues = map(pl.col, columns)
    return (
        unit.with_columns(**columns),
        TicketAnswer(given, at, TicketMoment(earliest, latest), untimed),
        TicketMoment(*dues),
    )


AGREED = ("succeeded", "awaiting_return", "awaiting_receipt", "refunding")
"""States that a ticket reaches by being agreed to."""
ENOUGH = 10
"""So many tickets that were agreed to, and no time of it, show that the file keeps none."""


def _keeps(tables: Tables, name: str) -> bool:
    """Whether the tickets have this time, as far as they tell."""
    frame = tables.frames.get(Kind.TICKETS)
    if frame is None or "status" not in frame.columns:
        return True
    if name in frame.columns and frame[name].null_count() < frame.height:
        return True
    return int(frame.select(one_of("status", AGREED).sum()).item() or 0) < ENOUGH


def answer(tables: Tables, terms: Terms, *names: str, reviewed: bool = False) -> TicketAnswer:
    """The first of the times that has happened; a rejection or an end without a time was given
    between the application and as-of, and a rejection not after the end.

    `names`: "agreed_at" (then a rejection is an answer as well) and "finished_at". `reviewed`: a
    review comes before every agreed end, so that where no time of one is kept, no end tells it.
    """
    by = {name: pl.col(name) <= terms.last for name in names}
    at = pl.coalesce(pl.when(check).then(name) for name, check in by.items())
    latest = pl.coalesce(
        pl.when(check).then(tables.at_latest(Kind.TICKETS, name)) for name, check in by.items()
    )
    untimed = pl.col("ended") & pl.col("finished_at").is_null()
    if "agreed_at" in names:
        untimed = untimed | pl.col("turned_down")
        if reviewed and not _keeps(tables, "agreed_at"):
            untimed |= pl.col("ended") | pl.col("status").is_in(AGREED)
            untimed = pl.when(untimed).then(pl.lit(True))  # nor does one in process tell
        untimed = untimed & ~(by["agreed_at"].fill_null(False))
    # What an old file tells of an answer holds, whatever came after it.
    told = (pl.col("doubt") == Why.NOT_COVERED.value) & at.is_not_null()
    doubted = pl.col("doubt").is_not_null() & ~told.fill_null(False)
    untimed = pl.when(~doubted | untimed).then(untimed)
    given = (
        pl.when(at.is_not_null() | untimed).then(pl.lit(True)).when(~untimed).then(pl.lit(False))
    )
    certain = ~untimed.fill_null(True)
    earliest = pl.when(certain).then(at).otherwise("applied_at")
    end = pl.lit(terms.last).cast(pl.Datetime("ms"))
    return TicketAnswer(given, at, TicketMoment(earliest, pl.coalesce(latest, end)), untimed)
