"""From the operator's mutes to predicates over the units of a rule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from kshop_audit.facts.tables import Tables
from kshop_audit.model.forecast import reach
from kshop_audit.model.frozen import frozen
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Mute, Terms
from kshop_audit.rules.kit.shapes import Ratio, Tally
from kshop_audit.tables import AT

GO_ON = frozenset({"agent", "product_id"})
"""What a mute can name that comes again; everything else has happened once."""

Left = frozenset[int]
"""The places of mutes that still count."""


@frozen(slots=False)
class Expiry:
    """The last day of some mutes: which ones count after it, and which in what coming days add."""

    until: date
    left: Left
    usual: Left


def expiries(rule: str, terms: Terms) -> list[Expiry]:
    """The mutes of a rule that a forecast from as-of sees expire, the earliest first."""
    mutes = terms.mutes(rule)
    ahead = reach(terms.pack.rules[rule].window_days or 0)
    over = terms.end.date() + timedelta(days=ahead - 1)  # the last day that is looked at
    return [
        Expiry(
            until,
            frozenset(i for i, mute in mutes.items() if mute.until > until),
            frozenset(
                i for i, mute in mutes.items() if mute.until > until or mute.match.keys() - GO_ON
            ),
        )
        for until in sorted({mute.until for mute in mutes.values() if mute.until < over})
    ]


def predicates(
    shape: Ratio | Tally, mutes: Mapping[int, Mute], tables: Tables
) -> dict[int, pl.Expr]:
    """Boolean, never null: which units each mute means; without those the units cannot tell.

    An id is a column of the unit, an id of the chat row that the unit names by _at, or what the
    rule is broken down by.
    """
    found = {}
    names = shape.unit.collect_schema().names() if mutes else []
    for index, mute in mutes.items():
        parts = [_part(shape, names, name, ids, tables) for name, ids in mute.match.items()]
        if all(part is not None for part in parts):
            known = [part for part in parts if part is not None]
            found[index] = pl.all_horizontal(known).fill_null(False)
    return found


def _part(
    shape: Ratio | Tally,
    names: list[str],
    name: str,
    ids: tuple[str, ...],
    tables: Tables,
) -> pl.Expr | None:
    if name in names:
        return pl.col(name).cast(pl.String).is_in(ids)
    if AT in names and tables.some_has(Kind.CHATS, name):
        return pl.col(AT).is_in(tables.texts(Kind.CHATS, name).is_in(ids).arg_true().implode())
    return shape.by[name].cast(pl.String).is_in(ids) if name in shape.by else None
