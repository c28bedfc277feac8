"""The red lines of listings, as far as a products file shows them."""

from __future__ import annotations

from fractions import Fraction

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.listings import listings
from kshop_audit.facts.text import says
from kshop_audit.model.metadata import Text
from kshop_audit.model.report import Finding
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.rules.kit.evidence import EvidenceColumns, Findings
from kshop_audit.rules.kit.rule import Conclusion, Measured, rule
from kshop_audit.rules.kit.shapes import Ratio, Shape

RULE = "tb-listing"

MANUAL: tuple[Finding, ...] = tuple(
    {"fact": fact, "clause": clause, "review": True}
    for fact, clause in (
        ("fake_trades", "S2-61"),
        ("swapped_product", "S2-62"),
        ("wrong_category", "S2-64"),
        ("bait_listing", "S2-66"),
    )
)
"""What no file shows; a person must look."""

LINES = {
    "duplicate_listing": "S2-63",
    "sku_price": "S2-65",
    "category_price": "S2-67",
    "postage": "S2-68",
    "free_shipping": "S2-69",
}

COLUMNS = {
    "sku_price": ("sku_price",),
    "category_price": ("category", "price|sku_price"),
    "postage": ("postage", "price|sku_price"),
}
"""What a check needs beside the title; without it the check is not made, and said so."""


def _checked_by_hand(measured: Measured, terms: Terms) -> Conclusion:
    return Conclusion(findings=(*measured.findings, *MANUAL))


def _below(amount: str, twice_median: str, share: Fraction) -> pl.Expr:
    """Boolean: the amount is less than so much of the median; false where there is no median."""
    part, whole = share.as_integer_ratio()
    low = pl.col(amount) * (2 * whole) < pl.col(twice_median) * part
    return pl.when(pl.col(twice_median).is_null()).then(pl.lit(False)).otherwise(low)


def _checks(facts: Facts, terms: Terms) -> dict[str, pl.Expr]:
    def share(name: str) -> Fraction:
        return Fraction(str(terms.option(RULE, name)))

    part, whole = share("postage_share").as_integer_ratio()
    title = pl.col("text")
    conditional = says(title, terms.words("shipping_conditions"))
    promised = says(title, terms.words("free_shipping")) & ~conditional
    # Without a postage in the products file only an order that paid one can speak against it.
    costs = (
        pl.col("charged") | (pl.col("postage_fen") > 0)
        if facts.tables.some_has(Kind.PRODUCTS, "postage")
        else pl.col("charged")
    )
    return {
        "duplicate_listing": pl.col("alike") > 1,
        "sku_price": _below("lowest_sku_fen", "twice_sku_fen", share("sku_share")),
        "category_price": _below("whole_fen", "twice_category_fen", share("category_share")),
        "postage": pl.col("postage_fen") * whole > pl.col("price_fen") * part,
        "free_shipping": promised & costs,
    }


def _lacking(facts: Facts, check: str) -> bool:
    return not all(
        any(facts.tables.some_has(Kind.PRODUCTS, name) for name in need.split("|"))
        for need in COLUMNS.get(check, ())
    )


def _not_checked(check: str) -> Text:
    columns = ", ".join(COLUMNS[check])
    return Text(
        zh=f"商品文件缺少列 {columns.replace('|', ' / ')}，{LINES[check]} 没有检查。",
        en=f"{LINES[check]} was not checked: the products file lacks {columns}.",
    )


@rule(
    RULE,
    family="product",
    title=Text(zh="商品发布红线（淘宝/天猫）", en="Red lines of listings (Taobao, Tmall)"),
    fix=Text(
        zh="合并重复链接，去掉引流低价 SKU，运费按重量设合理值，标题写包邮就免运费；"
        "其余红线逐项人工核对。",
        en="Merge duplicate listings, drop bait SKUs, set postage by weight, charge none where the "
        "title promises free shipping, and go through the other red lines by hand.",
    ),
    unit=Text(zh="个商品触及红线", en="listings that cross a line"),
    needs=("products.product_id", "products.title"),
    conclude=_checked_by_hand,
)
def tb_listing(facts: Facts, terms: Terms) -> Shape:
    """Listings on sale that look like a duplicate, a bait price or a postage trick.

    在售商品中，疑似重复铺货、SKU 低价引流、价格或运费异常、包邮却收运费的商品数。

    Why it matters:
        Such listings lose their search rank or are punished (S2-63 to S2-69).

        触线商品会被降权或处罚（S2-63 至 S2-69）。

    How it is counted:
        A listing is a hit if: its title equals another's, normalised (S2-63); its cheapest SKU
        costs less than 30 % of its median SKU (S2-65); price and postage are below 20 % of the
        median of its category, from 5 listings on (S2-67); postage exceeds the price (S2-68); the
        title promises free shipping and postage is charged (S2-69). All thresholds: ASSUMPTION.

        满足任一即命中：标题归一化后与别的商品相同（S2-63）；最低 SKU 价低于本商品 SKU 价中位数的
        30%（S2-65）；价格加运费低于同类目中位数的 20%，类目至少 5 个商品（S2-67）；运费高于价格
        （S2-68）；标题写包邮却收运费（S2-69）。各项阈值均为假设。

    Not counted:
        Listings off sale and drafts, conditional free shipping (满2件包邮, 江浙沪包邮). Fake
        trades, swapped products, wrong categories and bait listings are listed for a person.

        已下架和草稿商品、有条件的包邮（满2件包邮、江浙沪包邮）。虚假交易、偷换产品、放错类目、
        引流广告列为人工核对项。

    Example:
        SKUs at 1, 99 and 109 yuan: the median is 99, 30 % of it 29.70, so 1 yuan is a hit. Goods
        at 10 yuan with a postage of 50: a hit.

        SKU 价 1、99、109 元：中位数 99，其 30% 为 29.70 元，1 元命中；商品 10 元、运费 50 元：
        命中。

    Why our number may differ:
        The platform publishes no threshold, compares pictures and the whole market, and knows
        templates of postage by region; a cheap accessory SKU may be fine.

        平台没有公布阈值，还会比对图片和全网价格、看分地区运费模板；配件类低价 SKU 可能并不违规。
    """
    every = _checks(facts, terms)
    absent = [check for check in every if _lacking(facts, check)]
    checks = {check: hit for check, hit in every.items() if check not in absent}
    crossed = pl.concat_str(
        [pl.when(hit).then(pl.lit(check)) for check, hit in checks.items()],
        separator=" ",
        ignore_nulls=True,
    )
    clauses = pl.concat_str(
        [pl.when(hit).then(pl.lit(LINES[check])) for check, hit in checks.items()],
        separator=" ",
        ignore_nulls=True,
    )
    hit = pl.any_horizontal(checks.values())
    return Ratio(
        unit=facts(listings, terms.number(RULE, "least_listings")),
        hit=hit,
        offence=True,
        evidence=EvidenceColumns(ids=("product_id",), why=crossed),
        findings=Findings(
            {
                "product_id": pl.col("product_id"),
                "why": crossed,
                "clause": clauses,
            },
            where=hit,
            order=("product_id",),
        ),
        unmapped=("status",),
        notes=tuple(_not_checked(check) for check in absent),
    )
