"""Facts: every join, group and sort of raw rows, built once and only when a rule asks.

A rule gets a `Facts` and looks at the frames it needs; nothing here is computed but by the plan.
Frames are named in the plural, predicates are participles, times end in `_at`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cached_property
from threading import Lock

import polars as pl

from kshop_audit.facts import contacts, conversations, fees, messages, orders, tickets
from kshop_audit.facts.contacts import Sought
from kshop_audit.facts.penalties import PenaltyFacts
from kshop_audit.facts.sharing import Compute, lazily, shared
from kshop_audit.facts.tables import MERCHANT, Tables, one_of
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.tables import AT, FILE, ROW

__all__ = ["Facts", "Tables"]

NOTHING = pl.lit(None, dtype=pl.String)


class Facts(PenaltyFacts):
    """The derived frames of one audit, lazy, cached by name.

    The costly ones that are looked at several times are `shared`: `compute` gets each of them once,
    so that nothing pays for it again.
    """

    def __init__(self, tables: Tables, terms: Terms, compute: Compute = lazily) -> None:
        """Nothing is computed here."""
        self.tables = tables
        self.terms = terms
        self.compute = compute
        self._listened: dict[tuple[str, ...], pl.LazyFrame] = {}
        self._listening = Lock()

    @shared
    def questions(self) -> pl.LazyFrame:
        """One row a buyer message (see `conversations.questions`), with answered (Boolean: in
        time by the shop's clock) and `left_out` completed by "pending".
        """
        terms, seconds = self.terms, self._reply_seconds
        rows = self._asked(str(terms.option("reply-rate", "clock")))
        due = pl.col("clock_at") + timedelta(seconds=seconds)
        dropped = terms.option("reply-rate", "cross_midnight") == "exclude"
        reason = (
            pl.when(pl.col("left_out").is_not_null()).then("left_out")
            .when(pl.lit(dropped) & conversations.over_midnight(due))
            .then(conversations.coded("outside_hours"))
            .when(conversations.pending("clock_at", terms.as_of, seconds))
            .then(conversations.coded("pending"))
        )  # fmt: skip
        return rows.with_columns(
            answered=self._in_time(pl.col("clock_at")), left_out=reason, due_at=due
        )

    def _in_time(self, clock: pl.Expr) -> pl.Expr:
        return conversations.in_time(
            clock,
            self._reply_seconds,
            on_the_limit=bool(self.terms.option("reply-rate", "reply_inclusive")),
            that_day=self.terms.option("reply-rate", "cross_midnight") == "day_bounded",
        )

    @cached_property
    def openings(self) -> pl.LazyFrame:
        """One counted row a burst of questions, by its first message, in the window and hours of
        `reply-rate` (see `conversations.questions`); those whose time runs still are counted.
        """
        return self._asked("round").filter(pl.col("left_out").is_null())

    @cached_property
    def arrivals(self) -> pl.LazyFrame:
        """One row a question of the window of `reply-rate`, at any hour of the day."""
        hours = replace(self._hours("reply-rate"), open_hour=0, close_hour=24)
        whole_day = conversations.questions(self.tables, hours, "own")
        return whole_day.filter(pl.col("left_out").is_null())

    def _asked(self, clock: str) -> pl.LazyFrame:
        split = bool(self.terms.option("reply-rate", "split_at_midnight"))
        return conversations.questions(self.tables, self._hours("reply-rate"), clock, split=split)

    @cached_property
    def question_days(self) -> pl.LazyFrame:
        """One row a natural day with counted messages: day, at, answered, counted (Int64)."""
        return (
            self.questions.filter(pl.col("left_out").is_null())
            .group_by("day")
            .agg(answered=pl.col("answered").sum().cast(pl.Int64), counted=pl.len().cast(pl.Int64))
            .with_columns(at=_begun("day"))
            .sort("day")
        )

    @cached_property
    def service_days(self) -> pl.LazyFrame:
        """One row a day with messages of the daily statistics file: day, at, answered, counted."""
        return (
            self.tables.rows(Kind.SERVICE_STATS)
            .filter(pl.col("messages") > 0)
            .select(
                pl.col("answered"), FILE, ROW,
                day=pl.col("date"),
                at=_begun("date"),
                counted=pl.col("messages"),
            )
            .sort("day")
        )  # fmt: skip

    @shared
    def agents(self) -> pl.LazyFrame:
        """One row an agent with counted messages: agent, answered, counted (Int64).

        A message belongs to the agent named on its row, else to the agent of its first reply; the
        clock starts when the session entered the agent's list, where the file has that time.
        Accounts that only robots use are no agents.
        """
        agent = pl.coalesce("named_agent", "reply_agent")
        clock = pl.max_horizontal("clock_at", "served_at")
        limit = timedelta(seconds=self._reply_seconds)
        pending = pl.col("reply_at").is_null() & (clock + limit >= self.terms.as_of)
        own = conversations.coded("pending")
        rows = self.tables.rows(Kind.CHATS)
        robots = (
            rows.filter(one_of("sender_role", MERCHANT))
            .group_by("agent_account")
            .agg(robot=(pl.col("sender_role") == "robot").all())
            .filter("robot")
            .select(agent=pl.col("agent_account").cast(pl.Categorical))
        )
        return (
            self.questions.filter(pl.col("left_out").is_null() | (pl.col("left_out") == own))
            .with_columns(
                agent=agent,
                _in_time=self._in_time(clock),
                _pending=pending,
            )
            .filter(pl.col("agent").is_not_null() & ~pl.col("_pending"))
            .join(robots, on="agent", how="anti")
            .group_by("agent")
            .agg(answered=pl.col("_in_time").sum().cast(pl.Int64), counted=pl.len().cast(pl.Int64))
            .with_columns(pl.col("agent").cast(pl.String))
            .sort("agent")
        )

    @cached_property
    def ratings(self) -> pl.LazyFrame:
        """One row a customer-service rating that was understood."""
        return self.tables.rows(Kind.RATINGS).filter(pl.col("rating").is_not_null())

    @shared
    def suspects(self) -> pl.LazyFrame:
        """One row a merchant-side message that may break a clause (see `messages.suspects`)."""
        return messages.suspects(self.tables)

    @shared
    def quiet(self) -> pl.LazyFrame:
        """One row a merchant-side message that cannot (see `messages.quiet`)."""
        return messages.quiet(self.tables)

    def heard(self, *lists: str) -> pl.LazyFrame:
        """One row a merchant-side message, with what it says of these word lists (columns of
        `messages.told`). Only suspects are listened to; all others say nothing.
        """
        silence = {
            f"{name} {part}": pl.lit(False) if part in ("found", "plainly") else NOTHING
            for name in lists
            for part in messages.Heard._fields
        }
        return pl.concat([self._heard(lists), self.quiet.with_columns(**silence)])

    def _heard(self, lists: tuple[str, ...]) -> pl.LazyFrame:
        """What the suspects say of these word lists; several rules ask for the same ones."""
        with self._listening:
            if lists not in self._listened:
                lexicons = {name: self.terms.lexicon(name) for name in lists}
                self._listened[lists] = self.compute(messages.listened(self.suspects, lexicons))
            return self._listened[lists]

    @property
    def approaches(self) -> pl.LazyFrame:
        """Merchant-side messages with contact and contact_review (see `contacts.contacts`)."""
        none = self.quiet.with_columns(contact=NOTHING, contact_review=pl.lit(False))
        return pl.concat([self.contacts, none])

    @shared
    def contacts(self) -> pl.LazyFrame:
        """The suspects with contact and contact_review (see `contacts.contacts`)."""
        numbers = [
            self.tables.rows(kind).select(number=column).filter(pl.col("number").is_not_null())
            for kind in (Kind.ORDERS, Kind.SHIPMENTS)
            for column in ("order_id", "tracking_no")
        ]
        return contacts.contacts(
            self.suspects,
            known=pl.concat(numbers),
            sought=self._sought,
        ).drop("content", "text")

    @property
    def _sought(self) -> Sought:
        terms = self.terms
        # An allowed phrase may be the address of a partner that the platform licensed.
        partners = (entry.phrase for entry in terms.settings.allow if "." in entry.phrase)
        return Sought(
            names=terms.lexicon("contact_names"),
            outside=terms.lexicon("outside"),
            domains=(*terms.words("platform_domains"), *partners),
            hotlines=terms.words("hotlines"),
            returning=terms.words("returning"),
            delivering=terms.words("delivering"),
        )

    @shared
    def streaks(self) -> pl.LazyFrame:
        """Merchant-side messages with too_many (Boolean; see `messages.pestering`)."""
        found = messages.pestering(
            self.tables,
            in_a_row=self.terms.number("harassment", "in_a_row"),
            within_hours=self.terms.number("harassment", "within_hours"),
        )
        sent = pl.concat([self.suspects.select(messages.SPOKEN), self.quiet])
        return sent.join(found, on=AT, how="left").with_columns(pl.col("too_many").fill_null(False))

    @shared
    def orders(self) -> pl.LazyFrame:
        """One row an order (see `orders.orders`)."""
        return orders.orders(
            self.tables,
            as_of=self.terms.as_of,
            force_majeure=self.terms.settings.force_majeure,
            parcels=self._parcels,
        )

    @property
    def _parcels(self) -> str:
        # Only Kuaishou's packs take several waybills of an order as replacements (L13, L14).
        known = "ship-48h" in self.terms.pack.rules
        return str(self.terms.option("ship-48h", "parcels")) if known else "parcels"

    @cached_property
    def parcels(self) -> pl.LazyFrame:
        """Orders with a shipment, with applied_at of their first ticket and, if parcels are counted
        each, parcel_late and parcel_waiting (see `orders.parcel_states`).
        """
        first = tickets.first_applications(self.tables)
        shipped = self.orders.filter("has_shipped_at").join(first, on="order_id", how="left")
        if self.terms.option("pickup-24h", "parcels") != "parcels":
            return shipped
        states = orders.parcel_states(
            self.tables, as_of=self.terms.as_of, hours=self.terms.number("pickup-24h", "hours")
        )
        return shipped.join(states, on="order_id", how="left")

    @shared
    def shipped_orders(self) -> pl.LazyFrame:
        """Shipped orders with what speaks against their waybills."""
        days = self.terms.number("waybill-integrity", "combined_days")
        return orders.shipped_orders(
            self.tables, self.orders, as_of=self.terms.as_of, combined_days=days
        )

    @shared
    def tickets(self) -> pl.LazyFrame:
        """One row a ticket (see `tickets.tickets`)."""
        return tickets.tickets(self.tables, self.orders, as_of=self.terms.as_of)

    @cached_property
    def refunds(self) -> pl.LazyFrame:
        """Completed refund tickets: refund-only or return-refund, succeeded or closed."""
        return self.tickets.filter(pl.col("refund") & pl.col("ended"))

    @cached_property
    def refund_only(self) -> pl.LazyFrame:
        """Completed refund-only tickets."""
        return self.refunds.filter(pl.col("type") == "refund_only")

    @cached_property
    def return_refunds(self) -> pl.LazyFrame:
        """Completed return-refund tickets."""
        return self.refunds.filter(pl.col("type") == "return_refund")

    @cached_property
    def refund_requests(self) -> pl.LazyFrame:
        """Refund tickets of any status."""
        return self.tickets.filter("refund")

    def awaiting(self, due: pl.Expr) -> pl.LazyFrame:
        """Refund tickets whose next step of the shop has time left (see `tickets.awaiting`)."""
        return tickets.awaiting(self.refund_requests, due, as_of=self.terms.as_of)

    @cached_property
    def rejected_tickets(self) -> pl.LazyFrame:
        """Tickets the merchant turned down."""
        return self.tickets.filter("turned_down")

    @shared
    def doubtful_tickets(self) -> pl.LazyFrame:
        """Tickets that are not over by as-of, or that the merchant turned down, whatever became of
        them since; with sent_at and contacted.
        """
        later = (pl.col("finished_at") > self.terms.as_of).fill_null(False)
        chosen = ~pl.col("ended") | later | pl.col("turned_down")
        return tickets.with_contact(self.tables, self.tickets.filter(chosen))

    @shared
    def first_tickets(self) -> pl.LazyFrame:
        """The first ticket of each order (see `tickets.first_tickets`)."""
        return tickets.first_tickets(self.tables, as_of=self.terms.as_of)

    @cached_property
    def reviews(self) -> pl.LazyFrame:
        """One row a product review that counts: rated, and not successfully appealed (S3-09)."""
        appealed = (pl.col("appeal") == "succeeded").fill_null(False)
        return self.tables.rows(Kind.REVIEWS).filter(pl.col("rating").is_not_null() & ~appealed)

    @cached_property
    def products(self) -> pl.LazyFrame:
        """One row a listed product."""
        return self.tables.rows(Kind.PRODUCTS)

    @cached_property
    def pending_disputes(self) -> pl.LazyFrame:
        """Refund tickets that the platform has stepped into and not decided by as-of."""
        later = (pl.col("finished_at") > self.terms.as_of).fill_null(False)
        disputed = (pl.col("status") == "disputed").fill_null(False) | pl.col("intervened")
        return self.refund_requests.filter(
            disputed & (~pl.col("ended") | later) & (pl.col("applied_at") <= self.terms.as_of)
        )

    @cached_property
    def last_completions(self) -> pl.LazyFrame:
        """The order completed last by as-of, one completed order without a finish time, and one of
        which the state was not understood, as far as there are any.
        """
        later = (pl.col("finished_at") > self.terms.as_of).fill_null(False)
        done = self.orders.filter(pl.col("completed") & ~later)
        dated, undated = pl.col("finished_at").is_not_null(), pl.col("finished_at").is_null()
        newest = done.filter(dated).sort("finished_at", "order_id", descending=True).head(1)
        unclear = self.orders.filter(~pl.col("status_known")).sort("order_id").head(1)
        return pl.concat([newest, done.filter(undated).sort("order_id").head(1), unclear])

    def charged_orders(
        self, since: datetime, *, of_commission: Fraction, of_amount: Fraction
    ) -> pl.LazyFrame:
        """One row a paid order and what it is charged (see `fees.charged`)."""
        paid = pl.col("paid_at") <= self.terms.as_of
        received = fees.with_settled(self.orders.filter(paid), self.tables)
        return fees.charged(received, since=since, of_commission=of_commission, of_amount=of_amount)

    @property
    def _reply_seconds(self) -> int:
        return self.terms.number("reply-rate", "within_seconds")


def _begun(day: str) -> pl.Expr:
    """When a day counts as begun: its first second, for a midnight still closes the day before."""
    return pl.col(day).cast(pl.Datetime("ms")) + timedelta(seconds=1)
