"""The project's own benchmark: its peers find the same, and it refuses to compare otherwise."""
