"""Frames that only the packs of other platforms and of earlier years look at."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from kshop_audit.facts import consumers, fees, listings, pickups, rounds, tickets
from kshop_audit.facts.conversations import Hours
from kshop_audit.facts.sharing import Compute, shared
from kshop_audit.facts.tables import Tables
from kshop_audit.model.settings import Terms


class PlatformFacts:
    """The part of `Facts` beside the default pack; it stands on the frames that those share."""

    tables: Tables
    terms: Terms
    compute: Compute

    if TYPE_CHECKING:

        @cached_property
        def orders(self) -> pl.LazyFrame:
            """See `Facts.orders`."""
            ...

        @cached_property
        def tickets(self) -> pl.LazyFrame:
            """See `Facts.tickets`."""
            ...

        @cached_property
        def violations(self) -> pl.LazyFrame:
            """See `Facts.violations`."""
            ...

    @shared
    def buyer_days(self) -> pl.LazyFrame:
        """One row a buyer and day, three minutes (see `consumers.buyer_days`, `with_weeks`)."""
        return consumers.with_weeks(self._buyer_days("reply-rate-3m"))

    @cached_property
    def badge_days(self) -> pl.LazyFrame:
        """One row a day with counted buyers (see `consumers.rates_by_day`)."""
        return consumers.rates_by_day(self.buyer_days)

    @cached_property
    def assessed_days(self) -> pl.LazyFrame:
        """One row a day with enough consumers (see `consumers.assessed_days`)."""
        least = self.terms.number("pdd-reply-rate", "least_consumers")
        return consumers.assessed_days(self._buyer_days("pdd-reply-rate"), least=least)

    @cached_property
    def answered_days(self) -> pl.LazyFrame:
        """One row a day with enough messages for people (see `consumers.assessed_days`)."""
        rule, terms = "dy-reply-3m", self.terms
        messages = consumers.questions(self.tables, self._hours(rule), human_only=True)
        seconds = terms.number(rule, "within_seconds")
        units = consumers.timed(messages, as_of=terms.as_of, seconds=seconds)
        return consumers.assessed_days(units, least=terms.number(rule, "least_messages"))

    @cached_property
    def rounds(self) -> pl.LazyFrame:
        """One row a round of questions and their first answer (see `rounds.rounds`)."""
        rule, terms = "tb-reply-3m", self.terms
        seconds = terms.number(rule, "within_seconds")
        return rounds.rounds(self.tables, self._hours(rule), seconds=seconds)

    def _buyer_days(self, rule: str) -> pl.LazyFrame:
        return consumers.buyer_days(
            self.tables,
            self._hours(rule),
            seconds=self.terms.number(rule, "within_seconds"),
            human_only=bool(self.terms.option(rule, "human_only")),
        )

    def _hours(self, rule: str) -> Hours:
        return Hours(
            as_of=self.terms.as_of,
            since=self.terms.since(rule),
            until=self.terms.until(rule),
            open_hour=self.terms.number(rule, "open_hour"),
            close_hour=self.terms.number(rule, "close_hour"),
            exempt=self.terms.settings.exempt,
        )

    @cached_property
    def promised_pickups(self) -> pl.LazyFrame:
        """One row an order, spot or presale (see `pickups.promised_pickups`)."""
        rule, terms = "pickup-composite", self.terms
        first = tickets.first_applications(self.tables)
        return pickups.promised_pickups(
            self.orders.join(first, on="order_id", how="left"),
            as_of=terms.as_of,
            since=terms.since(rule),
            until=terms.until(rule),
            hours=(terms.number(rule, "full_hours"), terms.number(rule, "partial_hours")),
            pickup_hours=terms.number(rule, "pickup_hours"),
            default_hours=terms.number(rule, "default_hours"),
        )

    @cached_property
    def due_pickups(self) -> pl.LazyFrame:
        """One row an order with the pickup of its last parcel (see `pickups.due_pickups`)."""
        first = tickets.first_applications(self.tables)
        last = pickups.last_pickups(self.tables, as_of=self.terms.as_of)
        return pickups.due_pickups(
            self.orders.join(first, on="order_id", how="left").join(
                last, on="order_id", how="left"
            ),
            hours=self.terms.number("tb-pickup-48h", "hours"),
        )

    @cached_property
    def listings(self) -> pl.LazyFrame:
        """One row a product that may be on sale (see `listings.listings`)."""
        least = self.terms.number("tb-listing", "least_listings")
        return listings.listings(self.tables, self.orders, least=least)

    def monthly_share_range(self, least: Fraction, most: Fraction) -> pl.LazyFrame:
        """One row a month of payment of what is not closed (see `fees.share_range`)."""
        charged = self.orders.filter((pl.col("paid_at") <= self.terms.as_of) & ~pl.col("closed"))
        return fees.share_range(charged, least=least, most=most)

    @cached_property
    def goods_services(self) -> pl.LazyFrame:
        """Tickets by which goods come back: returns, exchanges, repairs."""
        return self.tickets.filter(pl.col("type").is_in(("return_refund", "exchange", "repair")))

    @cached_property
    def advances(self) -> pl.LazyFrame:
        """Violation tickets by which the platform asks back what it paid to a buyer."""
        return self.violations.filter(pl.col("kind").str.contains("赔付|垫付|advance"))
