"""Product: quality refunds and ratings."""

from __future__ import annotations

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.first_reasons import applied, first_reasons
from kshop_audit.facts.orders import possible_orders, span_of
from kshop_audit.facts.ratings import reviews
from kshop_audit.model.knowledge import Why
from kshop_audit.model.metadata import Text, ValueUnit
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.rules.kit import absent
from kshop_audit.rules.kit.chances import NEVER, Chances, because, inside, laid_out, maybe
from kshop_audit.rules.kit.evidence import EvidenceColumns
from kshop_audit.rules.kit.rule import rule
from kshop_audit.rules.kit.shapes import Quotient, Ratio, Shape, Tally

FAMILY = "product"


@rule(
    "quality-refund-rate",
    family=FAMILY,
    distance=False,
    title=Text(zh="品质退款率", en="Quality refund rate"),
    fix=Text(
        zh="按商品看首因是质量问题的退款，先下架或整改前几名；如实写描述，发货前抽检，加固包装。",
        en=(
            "Rank products by quality refunds, fix or delist the top ones, describe goods "
            "truthfully, inspect before shipping and pack better."
        ),
    ),
    unit=Text(zh="单首因品质退款", en="orders with a quality reason first"),
    needs=(
        "tickets.order_id",
        "tickets.applied_at",
        "tickets.first_reason|tickets.reason",
        "orders.paid_at",
    ),
    absent={
        "tickets.first_reason": absent.NO_HISTORY,
    },
)
def quality_refund_rate(facts: Facts, terms: Terms) -> Shape:
    """Orders whose first after-sales reason is quality per paid order, last 60 days.

    近 60 天首次售后原因为品质问题的订单数 ÷ 付款订单数。

    Why it matters:
        Quality refunds weigh on the product part of the score, over 60 days (S3-06, S3-07).

        品质退款影响商品分，考核近 60 天（S3-06、S3-07）。

    How it is counted:
        Distinct orders by the time of their first ticket, if its first reason is quality
        (S3-08) / orders by payment time. The target of 0.5 % is an ASSUMPTION (goods-source
        providers, 2025).

        按首张售后单申请时间，首次原因为品质类的订单（去重，S3-08）÷ 按付款时间的订单。0.5% 取
        自 2025 年货源商规则，是假设。

    Not counted:
        Orders whose first reason is another one, even if quality is named later. A first
        quality reason stays counted after it is changed or withdrawn.

        首次原因不是品质类的订单，后来改成质量问题也不算；反之，首次选了质量问题，改原因或撤销照
        样算。

    Example:
        1,000 paid orders: 5 with a first quality reason are 0.5 %, met; 6 are 0.6 %, missed.
        Two tickets on one order count once.

        1000 单付款：5 单首因品质为 0.5%，达标；6 单为 0.6%，不达标。同一单两张售后单只算一次。

    Why our number may differ:
        The sources name no denominator: paid orders are an ASSUMPTION (option `signed`). If the
        export holds only the current reason, the first one is unproven, and the platform may
        spare well-handled cases. Unknown here: a first reason that is blank or in no list.

        分母没有公布，取付款单是假设（可选 signed）。导出表若只有当前原因，首因无法核实；平台还
        可能剔除处理良好的售后。首次原因为空或看不懂的判不了。
    """
    counted_at = (
        "signed_at" if terms.option("quality-refund-rate", "denominator") == "signed" else "paid_at"
    )
    return Quotient(
        numerator=_quality(facts, terms),
        denominator=_orders(counted_at, facts, terms),
        reasons=("first_reason", "given_reason"),
    )


def _quality(facts: Facts, terms: Terms) -> Ratio:
    """First tickets; those with a quality reason are hits."""
    at = applied(facts.tables)
    quality, touched = pl.col("quality"), pl.col("doubt").is_not_null()
    window = inside(at, "quality-refund-rate", terms)
    known = Chances(
        quality.fill_null(True), ~quality.fill_null(False), NEVER if at.precise else window.out
    )
    unit, chances = laid_out(facts(first_reasons), known.unless(touched))
    causes = because(facts.tables, {Kind.TICKETS: "doubt"})
    unread = quality.is_null() & ~touched
    for why, cause in (
        (Why.NOT_PRECISE, unread & pl.col("undated").fill_null(False)),
        (Why.NOT_UNDERSTOOD, unread & ~pl.col("undated").fill_null(True)),
    ):
        causes[why] = causes.get(why, NEVER) | cause
    return Ratio(
        unit=unit,
        at="applied_at",
        hit=chances.outcome,
        offence=True,
        maybe=maybe(causes, chances.unsure(~window.hit), Why.NOT_PRECISE),
        unknown=causes,
        evidence=EvidenceColumns(
            ids=("order_id", "ticket_id"),
            actual=pl.col("applied_at"),
            why=pl.col("given_reason"),
        ),
    )


def _orders(counted_at: str, facts: Facts, terms: Terms) -> Ratio:
    """Orders by their payment or signature."""
    tables, at = facts.tables, span_of(facts.tables, counted_at)
    window = inside(at, "quality-refund-rate", terms)
    touched = pl.col("doubt").is_not_null()
    columns = {Kind.ORDERS: "doubt"}
    if counted_at == "signed_at":
        touched = touched | pl.col("waybill_doubt").is_not_null()
        columns[Kind.SHIPMENTS] = "waybill_doubt"
    unstated = at.early.is_null()
    # An order that waited for its payment in an old file may have been paid since.
    since = pl.col("outdated").fill_null(False) & unstated
    touched = touched | since
    unsure = window.hit & touched & unstated
    if not at.precise:
        unsure = unsure | (window.hit & window.out & ~unstated)
    return Ratio(
        unit=facts(possible_orders),
        at=counted_at,
        hit=pl.lit(True),
        excluded={"unpaid": unstated & ~touched},
        maybe=maybe({**because(tables, columns), Why.NOT_COVERED: since}, unsure, Why.NOT_PRECISE),
    )


@rule(
    "product-rating",
    family=FAMILY,
    value_unit=ValueUnit.RATING,
    title=Text(zh="商品评分", en="Product rating"),
    fix=Text(
        zh="逐条回访低分评价，恶意差评及时申诉；按商品汇总差评原因并整改。",
        en=(
            "Follow up low ratings one by one, appeal malicious ones in time, and fix what the "
            "ratings of a product have in common."
        ),
    ),
    unit=Text(zh="分（评分合计）", en="points of rating in all"),
    needs=("reviews.rating", "reviews.reviewed_at"),
    absent={
        "reviews.appeal": absent.NO_APPEAL,
    },
)
def product_rating(facts: Facts, terms: Terms) -> Shape:
    """Mean product rating of the last 60 days without successfully appealed reviews.

    近 60 天商品评价的平均分，剔除申诉成功的评价。

    Why it matters:
        Ratings are part of the product score over 60 days (S3-06), and a successful appeal
        takes a review out (S3-09).

        商品评分计入商品分，考核近 60 天（S3-06）；恶意差评申诉成功不扣分（S3-09）。

    How it is counted:
        Sum of ratings / number of ratings, by the time of the review. A plain mean is an
        ASSUMPTION; no target is published, so the figure is information only.

        评分之和 ÷ 评价条数，按评价时间。取简单平均是假设；平台没有公布达标线，仅供参考。

    Not counted:
        Reviews with a successful appeal. A pending or rejected appeal leaves the review in.

        申诉成功的评价。申诉中或被驳回的照常计入。

    Example:
        Ratings 5, 5, 4 and 1: 15 / 4 = 3.75. After the 1 is appealed successfully: 14 / 3 =
        4.67.

        评分 5、5、4、1：15 ÷ 4 = 3.75；1 分那条申诉成功后：14 ÷ 3 = 4.67。

    Why our number may differ:
        The platform's formula is not public; it may weigh reviews by age or buyer, add default
        ratings, or count bad reviews on quality instead.

        平台公式未公开，可能按时间或买家加权、计入默认好评，或改看质量差评率。
    """
    return Tally(
        unit=facts(reviews),
        at="reviewed_at",
        amount=pl.col("rating"),
        weight=pl.lit(1),
        each=(1, 5),
        slow=pl.col("rating") <= 2,
        evidence=EvidenceColumns(
            ids=("review_id", "order_id", "product_id"), actual=pl.col("reviewed_at")
        ),
        by={"product": pl.col("product_id"), "day": pl.col("reviewed_at").dt.date()},
        unmapped=("appeal",),
    )
