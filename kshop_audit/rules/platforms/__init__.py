"""Rules of other platforms and of earlier years, a module or package each."""
