"""What a message says, whatever the numbers of orders and parcels in it are.

Shops write the same sentence about many orders. Such numbers and the paths of the platform's own
links are no words, no accounts and no telephone numbers, so what says the same is read once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

SAYING = "saying"
"""String: the text as `saying` makes it."""

LONG = 14
"""More digits than any telephone number has, with the code of its country, and any account."""
LONGEST = 21
"""So many digits may be a bank card; longer runs are left as they are."""
NUMBER = rf"([^0-9]|^)[0-9]{{{LONG},{LONGEST}}}([^0-9]|$)"
PARCEL = rf"([A-HJKMNP-Za-hjkmnp-z]{{2}})[0-9]{{12,{LONGEST}}}([^0-9]|$)"
"""Letters, none of which is read as a digit, and the digits of a waybill; a telephone number has
11.
"""
ANY = "9" * LONG


def saying(content: pl.Expr, domains: Iterable[str]) -> pl.Expr:
    """The text with ANY for each long number, and without what follows the platform's `domains`.

    ANY is no less a card's number, nor the end of it an account, than the number was; whether the
    number itself is a card's is asked of the text (`facts.contacts`).
    """
    for pattern in (NUMBER, PARCEL):
        content = content.str.replace_all(pattern, f"${{1}}{ANY}${{2}}")
    hosts = "|".join(re.escape(domain) for domain in domains)
    if not hosts:
        return content
    link = rf"(?i)(https?://(?:[a-z0-9-]+\.)*(?:{hosts}))[/?#][a-z0-9/_.?&=%#-]*"
    return content.str.replace_all(link, "${1}")
