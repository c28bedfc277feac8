"""Logistics: shipping, promises, pickups, waybills."""
