"""What buyers gave as reasons of their after-sales, by product. Standard library only."""

from __future__ import annotations

from kshop_audit.model.frozen import frozen


@frozen
class ReasonCount:
    """A first after-sales reason and the orders that gave it; `quality`: the pack calls it so."""

    reason: str
    orders: int
    quality: bool


@frozen
class Product:
    """A product with its paid orders and its orders with after-sales, of the same window.

    An order counts for every product in it.
    """

    product_id: str
    title: str | None
    paid: int
    aftersales: int
    reasons: tuple[ReasonCount, ...]


@frozen
class Voices:
    """First reasons of orders whose first ticket was applied for from `since` to `until`.

    `aftersales`: all such orders; `unstated`: those that gave no reason. `products`: None where the
    files do not say which order holds which product. The lists hold the most frequent ones.
    """

    since: str
    until: str
    aftersales: int
    unstated: int
    reasons: tuple[ReasonCount, ...]
    products: tuple[Product, ...] | None
