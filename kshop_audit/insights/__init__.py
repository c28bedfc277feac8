"""Another use case: exports in, what the buyers say out."""
