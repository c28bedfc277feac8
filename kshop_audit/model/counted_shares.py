"""How many of so many a printed share may be: exact, without knowing how it was rounded."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil, floor


def counts(share: Decimal, of: int) -> range:
    """The whole numbers whose part of `of` may be printed as `share`.

    `share` has the digits that were printed, as 0.9741 for 97.41 %. Half a unit of the last digit
    to both sides is possible, both ends included, for the rounding is not known.
    """
    half = Fraction(Decimal(1).scaleb(int(share.as_tuple().exponent)) / 2)
    exact = Fraction(share)
    least, most = ceil((exact - half) * of), floor((exact + half) * of)
    return range(max(0, least), min(of, most) + 1)
