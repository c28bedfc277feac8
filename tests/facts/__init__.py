"""Tests of the shared facts."""
