"""What lies beyond today's number: distance, bounds. Pure functions over plain figures."""
