"""Another use case: exports in, what was understood of them out."""
