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
    facts = [_FACTS[key] for key in missing]
    zh, en = "、".join(fact.zh for fact in facts), ", ".join(fact.en for fact in facts)
    return Stated(
        Status.NO_VERDICT,
        findings=tuple({"fact": key} for key in missing),
        reason=Text(
            zh=f"还没回答：{zh}（shop.toml 的 [closing]：{'、'.join(missing)}）。",
            en=f"Not answered: {en} ({', '.join(missing)} in [closing] of shop.toml).",
        ),
    )


_FACTS = {
    "notice_started_at": Text(zh="公示开始时间", en="when the notice began"),
    "notice_interrupted": Text(zh="公示是否中断过", en="whether it was interrupted"),
    "qualification_change_open": Text(
        zh="有没有待审的资质变更", en="whether a change of qualification is under review"
    ),
    "violations_open": Text(zh="未处理违约单几张", en="open violation tickets"),
    "products_on_sale": Text(zh="在售商品几个", en="products on sale"),
    "products_in_review": Text(zh="审核中商品几个", en="products in review"),
    "complaints_open": Text(zh="未完结投诉几单", en="open complaints"),
    "last_completed_at": Text(zh="最后一单的完成时间", en="when the last order was completed"),
    "freight_service_off": Text(
        zh="退货补运费服务是否已关闭", en="whether the return-freight service is off"
    ),
}
"""What each answer of `[closing]` is about."""


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
