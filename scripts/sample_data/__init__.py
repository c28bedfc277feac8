"""Deterministic generator of the example shops under ``sample_data/``; standard library only."""
