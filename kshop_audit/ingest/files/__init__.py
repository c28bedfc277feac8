"""From paths to bytes: which files are read, and how each is opened."""
