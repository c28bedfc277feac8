"""An independent, slow, plain-Python second implementation of the metrics of pack `kuaishou`.

It exists to disagree with the product: nothing is imported from it, rows are dicts, every rule is
a loop that can be read beside the published definition, and all results are exact.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from . import aftersales, conduct, fees, logistics, product, service, violations
from .basis import (
    DAMAGE_GAP,
    Case,
    Interval,
    Outcome,
    Row,
    Shop,
    columns,
    dedupe,
    default_as_of,
    missing_days,
    window_end,
)
from .closure import Gate, close, readiness
from .fees import fee, refused_withdrawals
from .score import Score, dispute_distance, distance, grade, points, score

__all__ = [
    "DAMAGE_GAP",
    "Gate",
    "Outcome",
    "Row",
    "Score",
    "Shop",
    "case_of",
    "close",
    "dedupe",
    "default_as_of",
    "dispute_distance",
    "distance",
    "fee",
    "grade",
    "measure",
    "missing_days",
    "points",
    "readiness",
    "refused_withdrawals",
    "score",
    "window_end",
]


def case_of(
    shop: Shop,
    *,
    as_of: datetime,
    options: Mapping[str, Mapping[str, object]] | None = None,
    exempt: Sequence[Interval] = (),
    force_majeure: Collection[str] = (),
    words: Mapping[str, Sequence[str]] | None = None,
) -> Case:
    return Case(
        shop={kind: dedupe(rows, kind)[0] for kind, rows in shop.items()},
        as_of=as_of,
        options=options or {},
        exempt=exempt,
        force_majeure=frozenset(force_majeure),
        words=words or {},
        raw_columns={kind: columns(rows) for kind, rows in shop.items()},
    )


def measure(
    shop: Shop,
    *,
    as_of: datetime,
    options: Mapping[str, Mapping[str, object]] | None = None,
    exempt: Sequence[Interval] = (),
    force_majeure: Collection[str] = (),
    words: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Outcome]:
    """Every metric of the pack over one shop at one instant, by rule id."""
    case = case_of(
        shop,
        as_of=as_of,
        options=options,
        exempt=exempt,
        force_majeure=force_majeure,
        words=words,
    )
    return {
        **service.reply_rules(case),
        "cs-satisfaction": service.satisfaction(case),
        **conduct.rules(case),
        **logistics.rules(case),
        **product.rules(case),
        **aftersales.rules(case),
        **violations.rules(case),
        "service-fee": fees.service_fee(case),
    }
