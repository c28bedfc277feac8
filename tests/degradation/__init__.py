"""An adversary of the law that a true figure lies within the bounds that a report gives.

A random shop is written whole, the oracle judges it, then knowledge is taken out of its files in
ways that the rules name; whatever the product says of the rest must not contradict the truth.
"""
