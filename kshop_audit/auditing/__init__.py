"""The use case: exports in, Report out. Prints nothing, reads no clock, never exits."""
