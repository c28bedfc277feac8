"""Closing the shop: what must hold first (S0-06 to S0-12), and from when it does."""
