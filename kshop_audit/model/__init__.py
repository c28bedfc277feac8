"""Frozen metadata and results; standard library only, so that it loads before anything heavy."""
