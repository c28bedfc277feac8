"""The plan: the only place that collects; loads every file once, then runs all rules at once."""
