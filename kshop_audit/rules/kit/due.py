"""What a rule says of deadlines: which of its units still wait for something, and until when.

What the action is called, and what is to be done, stands in the rule's metadata (`RuleInfo.due`);
the plan lists the units whose deadline is near or over (see `plan.dues`).
"""

from __future__ import annotations

from dataclasses import field
from datetime import timedelta

import polars as pl

from kshop_audit.model.frozen import frozen
from kshop_audit.tables import AT


@frozen(slots=False)
class Due:
    """Deadlines of the units of a Ratio, as expressions over a row of its unit.

    `deadline`: Datetime, null where there is none; the earliest that it may be where that is not
    known exactly, and then `exact` (Boolean) is false. `waits`: Boolean, what is asked of the shop
    has not been done by as-of; null = the inputs do not show it. `member`: Boolean, the unit is one
    of the rule for certain; None: as the rule's own figure has it. `counts`: whether a unit that
    misses the deadline speaks against the shop in the rule's own figure; false for a step that the
    figure does not look at. `late_for`: for how long after the deadline it is still worth doing;
    None: as long as the unit lies in the rule's window. `beyond`: a unit outside the window counts
    until its deadline is over. `coming`: Boolean, the unit counts as soon as a window that ends
    some days before as-of reaches it. `ids`: columns of the unit that name it;
    `conversation`: it is named by the chat row that the unit points to by the column `row`, and
    units of one conversation with one deadline are one thing to do. `of`: rows that are no units of
    the rule, which judges something larger (days), but of which a deadline is asked; all of them
    are listed, and then `counts` is false. `product`, `province`, `carrier`: columns of
    the unit that describe it; `products`: order_id → _products (String), of the lines of the order
    that wait, which goes before `product`. `cost_fen`: Int64, what missing it costs;
    `cost_grade`: how well the pack knows that.
    """

    deadline: pl.Expr
    waits: pl.Expr
    exact: pl.Expr = field(default_factory=lambda: pl.lit(True))
    member: pl.Expr | None = None
    counts: bool = True
    late_for: timedelta | None = None
    beyond: bool = False
    coming: pl.Expr | None = None
    ids: tuple[str, ...] = ()
    conversation: bool = False
    row: str = AT
    of: pl.LazyFrame | None = None
    product: str | None = None
    products: pl.LazyFrame | None = None
    province: str | None = None
    carrier: str | None = None
    cost_fen: pl.Expr | None = None
    cost_grade: str | None = None
