"""From text cells to typed values, and the state of every record."""
