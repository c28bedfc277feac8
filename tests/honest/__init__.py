"""Shops that have lost nothing and look, to a hasty eye, as if they had."""
