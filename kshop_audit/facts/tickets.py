"""After-sales tickets with their judgement, and with the pickup and postage of their order.

What a file does not tell of a ticket is null, in Booleans as well: a type or a state that is not
understood, whether the platform stepped in, who was at fault.
"""

from __future__ import annotations

import polars as pl

from kshop_audit.facts import Facts, fact
from kshop_audit.facts.freshness import outdated_files
from kshop_audit.facts.liability import at_fault, judgements
from kshop_audit.facts.messages import with_buyers
from kshop_audit.facts.orders import orders, pickup_times
from kshop_audit.facts.tables import MERCHANT, Tables, not_understood, one_of
from kshop_audit.facts.text import normalised
from kshop_audit.model.knowledge import Why
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.tables import FILE, RAW_SUFFIX, ROW, WHY

REFUNDS = ("refund_only", "return_refund")
GOODS_BACK = ("return_refund", "exchange", "repair")


def ticket_rows(tables: Tables, terms: Terms) -> pl.LazyFrame:
    """One row a ticket, good or doubtful: the canonical columns and `doubt` (String, a value of
    `Why`; null for a good row).

    A doubtful row has the cells that could be read, and a null says nothing of it. Where it is
    about a ticket that another row is about as well, which of them holds is not known: all that
    is left of the ticket are its id and its order. A ticket that was not over when its file was
    made, before as-of, is doubtful too, and its state is null.
    """
    good = _by_their_files(tables, terms)
    if Kind.TICKETS not in tables.doubtful:
        return good
    damaged = tables.doubtful_rows(Kind.TICKETS).with_columns(doubt=WHY)
    ids = damaged.select("ticket_id").filter(pl.col("ticket_id").is_not_null())
    named = good.join(ids, on="ticket_id", how="semi").select("ticket_id", known=pl.lit(True))
    damaged = damaged.join(named.unique(), on="ticket_id", how="left")
    again = pl.col("ticket_id").is_not_null() & pl.col("ticket_id").is_duplicated()
    several = pl.col("known").fill_null(False) | again
    bare = damaged.filter(several).select("ticket_id", "order_id", "doubt", FILE, ROW)
    return pl.concat(
        [
            good.join(ids, on="ticket_id", how="anti"),
            damaged.filter(~several).drop("known", WHY),
            bare.unique("ticket_id", keep="first", maintain_order=True),
        ],
        how="diagonal_relaxed",
    )


def _by_their_files(tables: Tables, terms: Terms) -> pl.LazyFrame:
    """The good rows with `doubt`, and without the states that an old file had of open tickets; a
    rejection stays one.
    """
    rows = tables.rows(Kind.TICKETS)
    old = outdated_files(tables, Kind.TICKETS, terms)
    if not old:
        return rows.with_columns(doubt=pl.lit(None, dtype=pl.String))
    over = pl.col("status").is_in(("succeeded", "closed")).fill_null(False)
    since = pl.col(FILE).is_in(old) & ~over
    refused = since & (pl.col("status") == "rejected").fill_null(False)
    states = {name: pl.when(~since).then(name) for name in ("status", "status" + RAW_SUFFIX)}
    return rows.with_columns(
        **states,
        rejected=pl.when(refused).then(pl.lit(True)).otherwise("rejected"),
        doubt=pl.when(since).then(pl.lit(Why.NOT_COVERED.value)),
    )


def _stepped_in(tables: Tables) -> pl.Expr:
    """Boolean: the platform stepped in; null where the word is not understood, the row not read,
    or no column tells of it. An empty cell says that it did not.
    """
    silent = pl.col("doubt").is_not_null() | not_understood("arbitration")
    stated = tables.from_files_with(Kind.TICKETS, "arbitration")
    return pl.when(pl.col("arbitration").is_not_null() | (stated & ~silent)).then(
        (pl.col("arbitration") == "yes").fill_null(False)
    )


def _turned_down(tables: Tables) -> pl.Expr:
    """Boolean: the merchant said no; null where neither the flag nor the state tells."""
    stated = tables.from_files_with(Kind.TICKETS, "rejected")
    stated = stated | pl.col("rejected").is_not_null()
    flag, state = pl.when(stated).then("rejected"), pl.col("status") == "rejected"
    said = flag.fill_null(False) | state.fill_null(False)
    unread = pl.col("doubt").is_not_null() & flag.is_null()
    return pl.when(said | ~(unread | (flag.is_null() & state.is_null()))).then(said)


def _pickup_open(tables: Tables) -> pl.Expr:
    """Boolean: files tell of pickups, but not whether the ticket's order was picked up."""
    tells = tables.some_has(Kind.ORDERS, "picked_up_at") or any(
        tables.some_has(Kind.SHIPMENTS, name) for name in ("picked_up_at", "node_at")
    )
    if not tells:
        return pl.lit(False)
    damaged = [kind for kind in (Kind.ORDERS, Kind.SHIPMENTS) if kind in tables.doubtful]
    touched = [
        tables.doubtful[kind].get_column("order_id").drop_nulls().implode() for kind in damaged
    ]
    unread = pl.any_horizontal(pl.lit(False), *(pl.col("order_id").is_in(ids) for ids in touched))
    silent = pl.col("picked_up_at").is_null() & ~pl.col("pickup_known").fill_null(False)
    return (silent | unread).fill_null(True)


@fact(shared=True)
def tickets(facts: Facts) -> pl.LazyFrame:
    """One row a ticket, with what is known of its order (see `orders.orders`).

    Columns: those of `ticket_rows` (agreed_at and return_signed_at null when later than as-of),
    and: refund (refund-only or return-refund), ended (succeeded or closed), intervened,
    turned_down, pickup_open (the files tell of pickups, and not whether the order was picked up),
    at_fault (see `liability.at_fault`), listed, unread (see `liability.judgements`),
    picked_up_at, shipped_at, signed_at, postage_fen, order_buyer (of the order), _file, _row.
    Booleans are null where the inputs do not tell.
    """
    tables, last = facts.tables, facts.terms.last
    rows = ticket_rows(tables, facts.terms)
    # The first waybill tells whether the goods left, however parcels are read elsewhere.
    left_at = pl.when(pl.col("uploaded_at") <= last).then("uploaded_at")
    known = facts(orders).select(
        "order_id", "signed_at", "postage_fen", "pickup_known",
        shipped_at=left_at, order_buyer="buyer_id",
    )  # fmt: skip
    pickups = pickup_times(tables, rows.select("order_id")).with_columns(
        picked_up_at=pl.when(pl.col("picked_up_at") <= last).then("picked_up_at")
    )
    return (
        rows.join(judgements(tables), on="ticket_id", how="left")
        .join(known, on="order_id", how="left")
        .join(pickups, on="order_id", how="left")
        .with_columns(
            *(
                pl.when(pl.col(name) <= last).then(name).alias(name)
                for name in ("agreed_at", "return_signed_at")
            ),
            refund=pl.col("type").is_in(REFUNDS),
            ended=pl.col("status").is_in(("succeeded", "closed")),
            intervened=_stepped_in(tables),
            turned_down=_turned_down(tables),
            pickup_open=_pickup_open(tables),
        )
        .with_columns(at_fault=at_fault(tables, facts.terms.settings))
    )


@fact
def refunds(facts: Facts) -> pl.LazyFrame:
    """Completed refund tickets: refund-only or return-refund, succeeded or closed."""
    return facts(tickets).filter(pl.col("refund") & pl.col("ended") & pl.col("doubt").is_null())


@fact
def possible_refunds(facts: Facts) -> pl.LazyFrame:
    """Tickets that are, or may be, completed refund tickets."""
    return facts(tickets).filter((pl.col("refund") & pl.col("ended")).fill_null(True))


@fact
def refund_only(facts: Facts) -> pl.LazyFrame:
    """Tickets that are, or may be, completed refund-only tickets."""
    return facts(possible_refunds).filter((pl.col("type") == "refund_only").fill_null(True))


@fact
def return_refunds(facts: Facts) -> pl.LazyFrame:
    """Tickets that are, or may be, completed return-refund tickets."""
    return facts(possible_refunds).filter((pl.col("type") == "return_refund").fill_null(True))


@fact
def refund_requests(facts: Facts) -> pl.LazyFrame:
    """Tickets of any status that are, or may be, refund tickets."""
    return facts(tickets).filter(pl.col("refund").fill_null(True))


@fact
def rejected_tickets(facts: Facts) -> pl.LazyFrame:
    """Tickets that the merchant turned down, or may have."""
    return facts(tickets).filter(pl.col("turned_down").fill_null(True))


@fact
def goods_services(facts: Facts) -> pl.LazyFrame:
    """Tickets by which goods come back, or may: returns, exchanges, repairs."""
    return facts(tickets).filter(pl.col("type").is_in(GOODS_BACK).fill_null(True))


@fact
def pending_disputes(facts: Facts) -> pl.LazyFrame:
    """Refund tickets that the platform has stepped into and not decided by as-of."""
    last = facts.terms.last
    later = (pl.col("finished_at") > last).fill_null(False)
    disputed = (pl.col("status") == "disputed") | pl.col("intervened")
    return facts(tickets).filter(
        pl.col("refund") & disputed & (~pl.col("ended").fill_null(False) | later)
        & (pl.col("applied_at") <= last)
    )  # fmt: skip


@fact(shared=True)
def doubtful_tickets(facts: Facts) -> pl.LazyFrame:
    """Tickets that are not over by as-of, and tickets that the merchant turned down, whatever
    became of them since, and those that may be one of both; with sent_at and contacted (see
    `_with_contact`).
    """
    later = (pl.col("finished_at") > facts.terms.last).fill_null(False)
    chosen = (~pl.col("ended") | pl.col("turned_down")).fill_null(True) | later
    return _with_contact(facts.tables, facts(tickets).filter(chosen))


def awaiting(facts: Facts, due: pl.Expr) -> pl.LazyFrame:
    """Refund tickets that are not over by as-of and whose deadline is still to come.

    A plain function, because expressions cannot be compared and so cannot be arguments of a fact.
    `due`: Datetime, by when the shop must do its next step; null where it is not its turn. Columns:
    ticket_id, order_id, deadline.
    """
    last = facts.terms.last
    over = pl.col("ended").fill_null(False) & (pl.col("finished_at") <= last).fill_null(True)
    applied = (pl.col("applied_at") <= last).fill_null(False)
    return (
        facts(tickets)
        .filter(pl.col("refund") & applied & ~over)
        .select("ticket_id", "order_id", deadline=due)
        .filter(pl.col("deadline") >= facts.terms.as_of)
    )


@fact(shared=True)
def first_tickets(facts: Facts) -> pl.LazyFrame:
    """One row an order that has tickets applied for by as-of: its earliest one, ties by ticket id.

    Columns: order_id, ticket_id, applied_at, first_reason (the history's first reason where the
    export has it, else the reason as exported now; normalised), given_reason (as exported), _file,
    _row.
    """
    return (
        facts.tables.rows(Kind.TICKETS)
        .filter((pl.col("applied_at") <= facts.terms.last) & pl.col("order_id").is_not_null())
        .sort("applied_at", "ticket_id")
        .unique(subset="order_id", keep="first", maintain_order=True)
        .select(
            "order_id", "ticket_id", "applied_at", FILE, ROW,
            first_reason=normalised(pl.coalesce("first_reason", "reason")),
            given_reason=pl.coalesce("first_reason", "reason").str.strip_chars(),
        )
    )  # fmt: skip


@fact
def first_applications(facts: Facts) -> pl.LazyFrame:
    """order_id → applied_at of its earliest ticket of any type."""
    rows = facts.tables.rows(Kind.TICKETS)
    return rows.group_by("order_id").agg(pl.col("applied_at").min())


def _with_contact(tables: Tables, cases: pl.LazyFrame) -> pl.LazyFrame:
    """Tickets with sent_at (the pickup, else the shipment) and `contacted`: whether the buyer
    got a merchant's message between application and dispatch; null where that is not known.

    The buyer is found by buyer id, the ticket's or the order's.
    """
    cases = cases.with_columns(
        sent_at=pl.coalesce("picked_up_at", "shipped_at"),
        buyer=pl.coalesce("buyer_id", "order_buyer"),
    )
    messages = (
        with_buyers(tables, tables.rows(Kind.CHATS))
        .filter(one_of("sender_role", MERCHANT))
        .select("buyer_id", "sent_at")
    )
    reached = (
        cases.select(FILE, ROW, "applied_at", "buyer", dispatched_at="sent_at")
        .join(messages, left_on="buyer", right_on="buyer_id")
        .filter(pl.col("sent_at").is_between("applied_at", "dispatched_at"))
        .select(FILE, ROW, _reached=pl.lit(True))
        .unique()
    )
    known = pl.lit(tables.has(Kind.CHATS, "buyer_id", "sent_at", "sender_role"))
    contacted = pl.when(known & pl.col("buyer").is_not_null()).then(
        pl.col("_reached").fill_null(False)
    )
    return cases.join(reached, on=[FILE, ROW], how="left").with_columns(contacted=contacted)
