"""From bytes to records of text."""
