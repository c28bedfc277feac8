"""From a header row to a kind of file and its columns; the known headers are TOML files here."""
