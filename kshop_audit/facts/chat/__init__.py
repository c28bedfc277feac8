"""A second, closer look at the few messages in which a listed word may stand.

The reading pass finds the suspects and expressions narrow them down; what needs a sentence's
borders, sounds or weights is decided here, message by message, on distinct texts (see `reader`).
"""
