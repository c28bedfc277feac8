"""After-sales tickets with their judgement, and with the pickup and postage of their order."""

from __future__ import annotations

import polars as pl

from kshop_audit.facts import Facts, fact
from kshop_audit.facts.messages import with_buyers
from kshop_audit.facts.orders import orders, pickup_times
from kshop_audit.facts.tables import MERCHANT, Tables, one_of
from kshop_audit.facts.text import normalised
from kshop_audit.model.schema import Kind
from kshop_audit.tables import FILE, ROW

NOT_STEPPED_IN = r"^(?:无|否|没有|不.*|未.*|.*未介入|-+|no|none|n|false|0)$"
"""Arbitration cells that say that the platform did not step in."""

REFUNDS = ("refund_only", "return_refund")


def judged(tables: Tables) -> bool:
    """Whether anything in the inputs says who was at fault, of any ticket."""
    return tables.some_has(Kind.TICKETS, "liable_party") or Kind.DISPUTES in tables.frames


def _at_fault(tables: Tables, intervened: pl.Expr) -> pl.Expr:
    """Boolean: the merchant, or both, were found at fault; null where the inputs do not show it.

    Where a liability column or a disputes file exists, an absent or empty entry means not at
    fault, an unknown word means unknown. Elsewhere only a ticket that the platform did not touch
    is certainly not a fault.
    """
    found = pl.col("liable_party").is_in(("merchant", "both")).fill_null(False)
    unclear = pl.col("liable_party_raw").is_not_null() | pl.col("unclear").fill_null(False)
    asked = tables.from_files_with(Kind.TICKETS, "liable_party") | pl.lit(
        Kind.DISPUTES in tables.frames
    )
    untouched = ~intervened & tables.from_files_with(Kind.TICKETS, "arbitration")
    return (
        pl.when(found | pl.col("judged").fill_null(False))
        .then(pl.lit(True))
        .when(unclear)
        .then(pl.lit(None, dtype=pl.Boolean))
        .when(asked | untouched)
        .then(pl.lit(False))
    )


@fact(shared=True)
def tickets(facts: Facts) -> pl.LazyFrame:
    """One row a ticket, with what is known of its order (see `orders.orders`).

    Columns: those of the canonical table (agreed_at and return_signed_at null when later than
    as-of), and: refund (refund-only or return-refund), completed (by as-of), intervened, at_fault
    (Boolean; null where nothing in the inputs says who was at fault and the platform had stepped
    in), picked_up_at, shipped_at, signed_at, postage_fen, order_buyer (of the order), _file, _row.
    """
    tables, as_of = facts.tables, facts.terms.as_of
    rows = tables.rows(Kind.TICKETS)
    liable = pl.col("liable_party").is_in(("merchant", "both"))
    verdicts = (
        tables.rows(Kind.DISPUTES)
        .group_by("ticket_id")
        .agg(judged=liable.any(), unclear=pl.col("liable_party_raw").is_not_null().any())
    )
    word = pl.col("arbitration").str.strip_chars().str.to_lowercase()
    intervened = ((word != "") & ~word.str.contains(NOT_STEPPED_IN)).fill_null(False)
    ended = pl.col("status").is_in(("succeeded", "closed")).fill_null(False)
    # The first waybill tells whether the goods left, however parcels are read elsewhere.
    left_at = pl.when(pl.col("uploaded_at") <= as_of).then("uploaded_at")
    known = facts(orders).select(
        "order_id", "signed_at", "postage_fen", shipped_at=left_at, order_buyer="buyer_id"
    )
    pickups = pickup_times(tables, rows.select("order_id")).with_columns(
        picked_up_at=pl.when(pl.col("picked_up_at") <= as_of).then("picked_up_at")
    )
    return (
        rows.join(verdicts, on="ticket_id", how="left")
        .join(known, on="order_id", how="left")
        .join(pickups, on="order_id", how="left")
        .with_columns(
            *(
                pl.when(pl.col(name) <= as_of).then(name).alias(name)
                for name in ("agreed_at", "return_signed_at")
            ),
            refund=pl.col("type").is_in(REFUNDS).fill_null(False),
            ended=ended,
            intervened=intervened,
            at_fault=_at_fault(tables, intervened),
            turned_down=(pl.col("rejected") | (pl.col("status") == "rejected")).fill_null(False),
        )
    )


@fact
def refunds(facts: Facts) -> pl.LazyFrame:
    """Completed refund tickets: refund-only or return-refund, succeeded or closed."""
    return facts(tickets).filter(pl.col("refund") & pl.col("ended"))


@fact
def refund_only(facts: Facts) -> pl.LazyFrame:
    """Completed refund-only tickets."""
    return facts(refunds).filter(pl.col("type") == "refund_only")


@fact
def return_refunds(facts: Facts) -> pl.LazyFrame:
    """Completed return-refund tickets."""
    return facts(refunds).filter(pl.col("type") == "return_refund")


@fact
def refund_requests(facts: Facts) -> pl.LazyFrame:
    """Refund tickets of any status."""
    return facts(tickets).filter("refund")


@fact
def rejected_tickets(facts: Facts) -> pl.LazyFrame:
    """Tickets the merchant turned down."""
    return facts(tickets).filter("turned_down")


@fact
def goods_services(facts: Facts) -> pl.LazyFrame:
    """Tickets by which goods come back: returns, exchanges, repairs."""
    return facts(tickets).filter(pl.col("type").is_in(("return_refund", "exchange", "repair")))


@fact
def pending_disputes(facts: Facts) -> pl.LazyFrame:
    """Refund tickets that the platform has stepped into and not decided by as-of."""
    as_of = facts.terms.as_of
    later = (pl.col("finished_at") > as_of).fill_null(False)
    disputed = (pl.col("status") == "disputed").fill_null(False) | pl.col("intervened")
    return facts(refund_requests).filter(
        disputed & (~pl.col("ended") | later) & (pl.col("applied_at") <= as_of)
    )


@fact(shared=True)
def doubtful_tickets(facts: Facts) -> pl.LazyFrame:
    """Tickets that are not over by as-of, and tickets that the merchant turned down, whatever
    became of them since; with sent_at and contacted (see `_with_contact`).
    """
    later = (pl.col("finished_at") > facts.terms.as_of).fill_null(False)
    chosen = ~pl.col("ended") | later | pl.col("turned_down")
    return _with_contact(facts.tables, facts(tickets).filter(chosen))


def awaiting(facts: Facts, due: pl.Expr) -> pl.LazyFrame:
    """Refund tickets that are not over by as-of and whose deadline is still to come.

    A plain function, because expressions cannot be compared and so cannot be arguments of a fact.
    `due`: Datetime, by when the shop must do its next step; null where it is not its turn. Columns:
    ticket_id, order_id, deadline.
    """
    as_of = facts.terms.as_of
    over = pl.col("ended") & (pl.col("finished_at") <= as_of).fill_null(True)
    applied = (pl.col("applied_at") <= as_of).fill_null(False)
    return (
        facts(refund_requests)
        .filter(applied & ~over)
        .select("ticket_id", "order_id", deadline=due)
        .filter(pl.col("deadline") >= as_of)
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
        .filter((pl.col("applied_at") <= facts.terms.as_of) & pl.col("order_id").is_not_null())
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
