"""How orders ended, by all of their lines: what a shop that closes has to wait for."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from kshop_audit.facts import Facts, fact
from kshop_audit.facts.freshness import superseded_files
from kshop_audit.facts.tables import Tables, not_understood
from kshop_audit.facts.tickets import tickets
from kshop_audit.model.schema import Kind
from kshop_audit.tables import FILE, ROW

BEGUN = ("created_at", "paid_at", "shipped_at", "picked_up_at", "received_at")
"""Events of an order that come before its completion."""

_NONE = pl.lit(None, pl.Boolean)


def _perhaps_later(tables: Tables, kind: Kind, last: datetime) -> pl.Expr:
    """Boolean: the cell of finished_at may mean an instant after as-of, or one up to it."""
    if not tables.imprecise(kind, "finished_at"):
        return pl.lit(False)
    later = (tables.at_latest(kind, "finished_at") > last) & (pl.col("finished_at") <= last)
    return later.fill_null(False)


def _perhaps_unborn(tables: Tables, last: datetime) -> pl.Expr:
    """Boolean of an order's lines: the order may have been made after as-of, by all its times."""
    if not tables.imprecise(Kind.ORDERS, "created_at"):
        return pl.lit(False).first()
    latest = [tables.at_latest(Kind.ORDERS, name).min() <= last for name in BEGUN]
    made = pl.any_horizontal(latest).fill_null(False)
    return (pl.col("created_at").min() <= last).fill_null(False) & ~made


def touched(tables: Tables) -> pl.LazyFrame:
    """order_id of the orders of which a row could not be read; each once."""
    damaged = tables.doubtful_rows(Kind.ORDERS).select("order_id")
    return damaged.filter(pl.col("order_id").is_not_null()).unique()


@fact(shared=True)
def endings(facts: Facts) -> pl.LazyFrame:
    """One row an order of the orders files.

    Columns: order_id, created_at, dawns (Boolean: the cell of created_at leaves open whether the
    order was there by as-of), status (of a line that is not over, where there is one),
    unfinished (Boolean: a line is neither completed nor closed by as-of; null where a state is not
    understood, a row of the order could not be read, its file was made before as-of, when it was
    not over (outdated), or a date leaves open whether it was over by as-of (vague)), completed (a
    line was completed, all are over), undated (a completed line has no time),
    ended_at (the latest time of its lines), begun_at (the latest event before a completion, no
    later than as-of), _file, _row.
    """
    tables, last = facts.tables, facts.terms.last
    state = pl.col("status")
    later = (pl.col("finished_at") > last).fill_null(False)
    over = state.is_in(("completed", "closed"))
    vague = (over & _perhaps_later(tables, Kind.ORDERS, last)).fill_null(False)
    old = superseded_files(tables, Kind.ORDERS, facts.terms)
    since = ~over.fill_null(False) & pl.col(FILE).is_in(old) if old else pl.lit(False)
    waits = pl.when(~vague & ~since).then(~over | later)
    done = (state == "completed").fill_null(False)
    begun = [pl.when(pl.col(name) <= last).then(name) for name in BEGUN]
    rows = tables.rows(Kind.ORDERS).with_columns(
        _waits=waits,
        _done=done,
        _vague=vague,
        _since=since,
        _undated=done & pl.col("finished_at").is_null(),
        _open=pl.when(waits.fill_null(True)).then(state),
        _begun=pl.max_horizontal(begun),
    )
    known = rows.group_by("order_id").agg(
        pl.col("created_at").min(),
        dawns=_perhaps_unborn(tables, last),
        status=pl.coalesce(pl.col("_open").min(), state.min()),
        unfinished=pl.when(pl.col("_waits").fill_null(False).any())
        .then(pl.lit(True))
        .when((~pl.col("_waits")).fill_null(False).all())
        .then(pl.lit(False)),
        vague=pl.col("_vague").any(),
        outdated=pl.col("_since").any(),
        completed=pl.col("_done").any(),
        undated=pl.col("_undated").any(),
        ended_at=pl.col("finished_at").max(),
        begun_at=pl.col("_begun").max(),
        **{FILE: pl.col(FILE).min(), ROW: pl.col(ROW).min()},
    )
    if Kind.ORDERS in tables.doubtful:
        unread = touched(tables).with_columns(unread=pl.lit(True))
        known = known.join(unread, on="order_id", how="full", coalesce=True).with_columns(
            unfinished=pl.when(pl.col("unread").is_null()).then("unfinished"),
            dawns=pl.col("dawns").fill_null(False),
            vague=pl.col("vague").fill_null(False),
            outdated=pl.col("outdated").fill_null(False),
            completed=pl.col("completed").fill_null(False),
            undated=pl.col("undated").fill_null(False),
        )
    over = (~pl.col("unfinished")).fill_null(False)
    return known.with_columns(completed=pl.col("completed") & over)


@fact
def last_completions(facts: Facts) -> pl.LazyFrame:
    """The order completed last by as-of, the completed order without a time that began last, one
    of which nobody can tell whether it is over, and one that surely is not, as far as there are
    any.

    Columns: those of `endings`; `why` (String: "dated", "undated", "unclear", "open").
    """
    known = facts(endings)
    done = known.filter("completed")
    # What a file says of some lines only is no time of the order.
    dated = done.filter(~pl.col("undated") & pl.col("ended_at").is_not_null())
    undated = done.filter("undated").sort("begun_at", "order_id", descending=True, nulls_last=True)
    vague = pl.col("unfinished").is_null() | (pl.col("unfinished") & pl.col("dawns"))
    unclear = known.filter(vague).sort("order_id")
    later = (pl.col("created_at") > facts.terms.last).fill_null(False)
    left = known.filter(pl.col("unfinished") & ~later & ~pl.col("dawns")).sort("order_id")
    newest = dated.sort("ended_at", "order_id", descending=True)
    parts = {"dated": newest, "undated": undated, "unclear": unclear, "open": left}
    return pl.concat([part.head(1).with_columns(why=pl.lit(name)) for name, part in parts.items()])


@fact
def aftersales_left(facts: Facts) -> pl.LazyFrame:
    """Tickets, and orders of which the file of orders itself tells of after-sales.

    Columns: ticket_id, order_id, status, pending (Boolean: not over by as-of; null where that is
    not known), undated (Boolean: it is over, but since when is not stated, and files hold events
    after as-of; null for orders), vague (Boolean: a date leaves open whether it was over by as-of;
    null for orders), unread (Boolean: the row of the ticket could not be read whole;
    null for orders), begun_at (application, or creation of the order), _file, _row. An order stands
    here only if its own cell names open after-sales or holds a word that is not understood, and no
    ticket of it is pending.
    """
    tables, last = facts.tables, facts.terms.last
    later = (pl.col("finished_at") > last).fill_null(False)
    undated = pl.col("ended") & pl.col("finished_at").is_null() & tables.run_past(last)
    vague = (pl.col("ended") & _perhaps_later(tables, Kind.TICKETS, last)).fill_null(False)
    known = ~undated.fill_null(False) & ~vague
    of_tickets = facts(tickets).select(
        "ticket_id", "order_id", "status",
        undated=undated.fill_null(False),
        unread=pl.col("doubt").is_not_null(),
        vague=vague,
        pending=pl.when(known).then(~pl.col("ended") | later),
        begun_at="applied_at",
        **{FILE: FILE, ROW: ROW},
    )  # fmt: skip
    cell = "aftersale_state"
    if not tables.some_has(Kind.ORDERS, cell):
        return of_tickets
    runs = (pl.col(cell) == "open").fill_null(False)
    old = superseded_files(tables, Kind.ORDERS, facts.terms)
    stated = (
        tables.rows(Kind.ORDERS)
        .filter(runs | not_understood(cell))
        .group_by("order_id")
        .agg(
            runs=(runs & ~pl.col(FILE).is_in(old)).any(),
            begun_at=pl.col("created_at").min(),
            **{FILE: pl.col(FILE).min(), ROW: pl.col(ROW).min()},
        )
        .with_columns(pending=pl.when("runs").then(pl.lit(True)))
        .drop("runs")
    )
    if Kind.ORDERS in tables.doubtful:
        unread = touched(tables).join(stated.select("order_id"), on="order_id", how="anti")
        stated = pl.concat([stated, unread.with_columns(pending=_NONE)], how="diagonal")
    pending = of_tickets.filter(pl.col("pending") & pl.col("order_id").is_not_null())
    alone = stated.join(pending.select("order_id"), on="order_id", how="anti")
    return pl.concat([of_tickets, alone], how="diagonal")
