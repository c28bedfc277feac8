"""What a buyer is owed: a share of the payment between a least and a most, as packs give them."""

from __future__ import annotations

import polars as pl

from kshop_audit.model.metadata import Provenance
from kshop_audit.model.settings import Terms


def compensation(rule: str, kind: str, terms: Terms) -> pl.Expr:
    """Fen (Int64) owed for an order, from its paid_fen; null where the payment is not known.

    `rule` and `kind`: whose options `kind_percent`, `kind_min_fen` and `kind_max_fen` are.
    """
    percent, low, high = (
        terms.number(rule, f"{kind}_{name}") for name in ("percent", "min_fen", "max_fen")
    )
    # Half up to a fen, as money is everywhere.
    return ((pl.col("paid_fen") * percent + 50) // 100).clip(low, high)


def yuan(fen: pl.Expr) -> pl.Expr:
    """String: the amount in yuan with two decimals; null stays null."""
    return pl.concat_str(
        (fen // 100).cast(pl.String), pl.lit("."), (fen % 100).cast(pl.String).str.zfill(2)
    )


_WEAKEST_FIRST = (
    Provenance.ASSUMPTION, Provenance.PRESS, Provenance.OFFICIAL, Provenance.SEED
)  # fmt: skip


def grade(rule: str, kind: str, terms: Terms) -> str:
    """How well the pack knows the figures of `compensation`: the weakest of their provenances."""
    options = terms.pack.rules[rule].options
    found = {options[f"{kind}_{name}"].provenance for name in ("percent", "min_fen", "max_fen")}
    return next(one.value for one in _WEAKEST_FIRST if one in found)
