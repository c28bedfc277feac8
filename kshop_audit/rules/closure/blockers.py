"""What the closure rules share: answers of the operator, and what still blocks the closing."""

from __future__ import annotations

import polars as pl

from kshop_audit.model.metadata import Text
from kshop_audit.model.report import Finding, Status
from kshop_audit.model.settings import Closing, Terms
from kshop_audit.rules.kit.evidence import Findings
from kshop_audit.rules.kit.rule import Conclusion, Measured
from kshop_audit.rules.kit.shapes import Stated

FAMILY = "closure"

DEPENDS = "depends"
"""Value of `clears_on` where no date can be given: somebody has to act first."""


def unanswered(closing: Closing, *keys: str) -> Stated:
    """No verdict, for the operator has not answered all of these; never assumed.

    Each missing answer is a finding, so that it can be asked for.
    """
    missing = [key for key in keys if getattr(closing, key) is None]
    names = "、".join(missing)
    return Stated(
        Status.NO_VERDICT,
        findings=tuple({"fact": key} for key in missing),
        reason=Text(
            zh=f"未回答：请在 shop.toml 的 [closing] 填写 {names}。",
            en=f"Not answered: set {', '.join(missing)} in [closing] of shop.toml.",
        ),
    )


def answered(name: str, blocking: int) -> Stated:
    """Pass when nothing blocks; else fail, clearing when somebody has acted."""
    if not blocking:
        return Stated(Status.PASS, numerator=0)
    finding: Finding = {"fact": name, "open": blocking, "clears_on": DEPENDS}
    return Stated(Status.FAIL, numerator=blocking, findings=(finding,))


def nothing_blocks(measured: Measured, terms: Terms) -> Conclusion:
    """A shop without any such row has nothing to wait for (Z5)."""
    return Conclusion(instead={Status.NOT_APPLICABLE: Status.PASS}, count=True)


def blockers(*names: str, where: pl.Expr) -> Findings:
    """What still blocks the closing, by id; nobody can say when it will have been dealt with."""
    columns = {name: pl.col(name) for name in names}
    return Findings({**columns, "clears_on": pl.lit(DEPENDS)}, where=where, order=(names[0],))
