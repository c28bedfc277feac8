"""The figures that the audit and its peers must agree on before anything is said about time."""

from __future__ import annotations

import json
from collections.abc import Mapping

RULES = (
    "reply-rate",
    "banned-words",
    "ship-48h",
    "pickup-24h",
    "refund-only-hours",
    "quality-refund-rate",
)

Figures = Mapping[str, tuple[int | None, int | None]]
"""Rule → numerator and denominator; durations in seconds; None where the audit states none."""


class UnequalError(Exception):
    """Two programs found another figure in the same files, so that their times say nothing."""


def of_report(report: bytes) -> Figures:
    """The figures of `kshop-audit check --format json`; KeyError if the report lacks one."""
    rules = {rule["id"]: rule for rule in json.loads(report)["rules"]}
    return {name: (rules[name]["numerator"], rules[name]["denominator"]) for name in RULES}


def of_peer(output: bytes) -> Figures:
    """The figures of a script of `benchmarks/peers`; KeyError if it prints too few."""
    found = json.loads(output)
    return {name: (int(found[name][0]), int(found[name][1])) for name in RULES}


def require_equal(found: Mapping[str, Figures]) -> None:
    """Raise UnequalError, naming every figure on which a program differs from the first one."""
    programs = iter(found.items())
    first, expected = next(programs, ("", {}))
    differences = [
        f"{rule}: {first} finds {_said(expected[rule])}, {name} {_said(figures[rule])}"
        for name, figures in programs
        for rule in expected
        if figures[rule] != expected[rule]
    ]
    if differences:
        raise UnequalError("figures differ, nothing is compared\n" + "\n".join(differences))


def _said(figure: tuple[int | None, int | None]) -> str:
    numerator, denominator = ("?" if part is None else str(part) for part in figure)
    return f"{numerator}/{denominator}"
