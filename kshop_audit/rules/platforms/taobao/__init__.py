"""Taobao and Tmall: rounds of the chat, pickups, refunds, fees, listings."""
