"""Closing the shop: what must hold first (S0-06 to S0-12), and from when it does."""

from kshop_audit.rules.closure.answers import (
    close_complaints,
    close_freight_service,
    close_notice,
    close_products,
    close_qualification,
    close_violations,
)
from kshop_audit.rules.closure.records import close_aftersales, close_cooldown, close_orders

__all__ = [
    "close_aftersales",
    "close_complaints",
    "close_cooldown",
    "close_freight_service",
    "close_notice",
    "close_orders",
    "close_products",
    "close_qualification",
    "close_violations",
]
