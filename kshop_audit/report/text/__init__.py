"""The pages for a terminal."""
