"""What units that speak against the shop may cost it, each unit once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.model.metadata import ValueUnit
from kshop_audit.plan import query
from kshop_audit.plan.engine import collected, few_rows
from kshop_audit.plan.mutes import predicates
from kshop_audit.plan.needs import lacking
from kshop_audit.plan.turning import UnitEdit, with_units
from kshop_audit.rules.kit.rule import Rule
from kshop_audit.rules.kit.shapes import Ratio


def costs(
    rules: Sequence[Rule], facts: Facts, edits: Mapping[str, Sequence[UnitEdit]]
) -> int | None:
    """Fen for all units of the `priced` rules; None where an amount is not known, or there are no
    such rules. An order that is late by two rules costs once, the larger amount.
    """
    parts = [part for rule in rules for part in _of_rule(rule, facts, edits)]
    if not parts:
        return None
    units = pl.concat(parts).group_by("unit").agg(
        fen=pl.col("fen").max(), unknown=pl.col("fen").is_null().all()
    )  # fmt: skip
    total = units.select(fen=pl.col("fen").sum().cast(pl.Int64), unknown=pl.col("unknown").sum())
    fen, unknown = collected({"costs": total}, few=few_rows(facts))["costs"].row(0)
    return None if unknown else int(fen)


def priced(rules: Sequence[Rule], facts: Facts) -> tuple[Rule, ...]:
    """The rules that name what a unit may cost. Computes nothing."""
    own = Facts(facts.tables, facts.terms)
    return tuple(
        rule
        for rule in rules
        if rule.info.value_unit is not ValueUnit.MONEY and not lacking(rule.info.needs, own.tables)
        if isinstance(shape := rule.measure(own, own.terms), Ratio)
        if shape.evidence.cost_fen is not None
    )


def _of_rule(
    rule: Rule, facts: Facts, edits: Mapping[str, Sequence[UnitEdit]]
) -> list[pl.LazyFrame]:
    """The unit (String) and fen (Int64) of the units of a rule that speak against the shop."""
    shape = with_units(rule.measure(facts, facts.terms), edits.get(rule.info.id, ()))
    if not isinstance(shape, Ratio) or shape.evidence.cost_fen is None:
        return []
    mutes = predicates(shape, facts.terms.mutes(rule.info.id), facts.tables)
    muted = pl.any_horizontal(mutes.values()) if mutes else None
    frame = query.units(shape, rule.info.id, facts.terms, muted).filter(pl.col(query.AGAINST))
    ids = [pl.col(name).cast(pl.String).fill_null("") for name in shape.evidence.ids]
    return [
        frame.select(
            unit=pl.concat_str([pl.lit(" ".join(shape.evidence.ids)), *ids], separator="\0"),
            fen=shape.evidence.cost_fen.cast(pl.Int64),
        )
    ]
