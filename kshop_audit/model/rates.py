"""Figures as people write them: `81.2%`, `0.812`, `81.2`, `24.5`. Exact, standard library only."""

from __future__ import annotations

from fractions import Fraction

from kshop_audit.model.frozen import frozen
from kshop_audit.model.patterns import regex

_NUMBER = regex(r"([0-9]{1,12}(?:\.([0-9]{1,12}))?)\s*([%％]?)")
_PARTS = regex(r"([0-9]{1,12})\s*/\s*([1-9][0-9]{0,11})")


@frozen
class Written:
    """A figure, and one unit of the last digit that was written."""

    value: Fraction
    unit: Fraction


def written(text: str, *, share: bool) -> Written | None:
    """The figure that a text says; None for what is no figure.

    `share`: the figure is one of 0 to 1. A percent sign may be written then; without it a number
    above 1 means percent. Elsewhere a percent sign is none of its figures.
    """
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        return None
    number, decimals, percent = found.groups()
    if percent and not share:
        return None
    value, unit = Fraction(number), Fraction(1, 10 ** len(decimals or ""))
    if share and (percent or value > 1):
        value, unit = value / 100, unit / 100
    return Written(value, unit)


def share_of(text: str) -> Fraction | None:
    """A share of 0 to 1 as `written`, or as one number over another; None for anything else."""
    parts = _PARTS.fullmatch(text.strip())
    if parts is not None:
        value = Fraction(int(parts[1]), int(parts[2]))
    else:
        said = written(text, share=True)
        if said is None:
            return None
        value = said.value
    return value if value <= 1 else None
