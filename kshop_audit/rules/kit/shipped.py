"""When an order counts as shipped, if it has several waybills."""

from __future__ import annotations

from kshop_audit.model.settings import Terms


def shipped_at(terms: Terms) -> str:
    """The column of `facts.orders.orders` that tells when an order was shipped.

    Only Kuaishou's packs have the option that takes several waybills of an order as replacements
    of one another (L13, L14): then the order was shipped with its last line, else with its last
    parcel.
    """
    replaced = (
        "ship-48h" in terms.pack.rules and terms.option("ship-48h", "parcels") == "replacement"
    )
    return "lines_shipped_at" if replaced else "parcels_shipped_at"
