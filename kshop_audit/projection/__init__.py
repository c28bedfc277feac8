"""What lies ahead: the figures of coming days, computed from what was measured of past ones."""
