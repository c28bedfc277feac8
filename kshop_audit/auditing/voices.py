"""What buyers gave as reasons of their after-sales, computed beside the rules for the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from kshop_audit.auditing.completing import MeasuredPack
from kshop_audit.facts import Facts, voices
from kshop_audit.facts.text import fold
from kshop_audit.masking import masked_label
from kshop_audit.model.moments import shown
from kshop_audit.model.settings import Terms
from kshop_audit.model.voices import Product, ReasonCount, Voices
from kshop_audit.plan.engine import survey
from kshop_audit.plan.needs import lacking
from kshop_audit.rules.product import quality_refund_rate

RULE = quality_refund_rate.info.id
"""The rule whose window and whose quality reasons count."""
NEEDS = ("tickets.order_id", "tickets.applied_at", "tickets.first_reason|tickets.reason")
BY_PRODUCT = ("orders.order_id", "orders.product_id", "orders.paid_at")
OWN_REASONS = 3
"""Reasons that are listed of a product."""
_MOST = 10


class Reasons:
    """Reasons as they may be shown, and which of them the pack calls one of quality."""

    def __init__(self, terms: Terms, *, mask: bool) -> None:
        """By the words of a pack."""
        self._quality = {fold(word) for word in terms.words("quality_reasons")}
        self._known = self._quality | {fold(word) for word in terms.words("other_reasons")}
        self._mask = mask

    def said(self, row: Mapping[str, Any]) -> str:
        """A reason of the form; what somebody typed himself could name a person."""
        text = str(row["reason"])
        return text if row["folded"] in self._known or not self._mask else masked_label(text)

    def quality(self, row: Mapping[str, Any]) -> bool:
        """Whether the pack calls the reason one of quality."""
        return row["folded"] in self._quality

    def count(self, row: Mapping[str, Any]) -> ReasonCount:
        """A reason with its orders."""
        return ReasonCount(self.said(row), row["orders"], self.quality(row))


def products_of(frames: Mapping[str, pl.DataFrame], reasons: Reasons) -> tuple[Product, ...]:
    """The products with their most frequent reasons, as `facts.voices.products` found them."""
    own: dict[str, list[ReasonCount]] = {}
    for row in frames["product_reasons"].iter_rows(named=True):
        own.setdefault(row["product_id"], []).append(reasons.count(row))
    return tuple(
        Product(
            product_id=row["product_id"],
            title=row["title"],
            paid=row["paid"],
            aftersales=row["aftersales"],
            reasons=tuple(own.get(row["product_id"], ())[:OWN_REASONS]),
        )
        for row in frames["products"].iter_rows(named=True)
    )


def voices_of(whole: MeasuredPack) -> Voices | None:
    """The reasons over the files of a pack; None where the pack or the files do not have them."""
    terms, tables = whole.terms, whole.exports.loaded.tables
    if RULE not in terms.pack.rules or lacking(NEEDS, tables) is not None:
        return None
    by_product = lacking(BY_PRODUCT, tables) is None

    def build(facts: Facts) -> voices.Frames:
        found = voices.reasons(facts, RULE)
        return {**found, **voices.products(facts, RULE, top=_MOST)} if by_product else found

    frames = survey(Facts(tables, terms), build)
    reasons = Reasons(terms, mask=whole.mask)
    counts = frames["refunds"].row(0, named=True)
    return Voices(
        since=str(shown(terms.since(RULE))),
        until=str(shown(terms.as_of)),
        aftersales=counts["aftersales"],
        unstated=counts["unstated"],
        reasons=tuple(map(reasons.count, frames["reasons"].head(_MOST).iter_rows(named=True))),
        products=products_of(frames, reasons) if by_product else None,
    )
