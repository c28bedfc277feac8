"""Tests of kshop_audit; packages, so that builders can be shared."""
