"""Taobao's rules against the plain-Python twin, on random shops."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from kshop_audit.model.report import RuleResult, Status
from kshop_audit.model.settings import Settings
from kshop_audit.packs import load
from tests import oracle
from tests.oracle import taobao
from tests.shops.audits import audit_folder, written
from tests.shops.files import cell, write_rows
from tests.shops.profile import Row

PACK = load("taobao")
TITLES = (
    "红糖姜茶",
    "红糖 姜茶！",
    "坚果包邮",
    "满2件包邮 坚果",
    "不包邮 陈醋",
    "枸杞",
    "开衫",
    "直筒裤",
)
NAMES = ("product_id", "sku_id", "title", "status", "price", "sku_price", "postage", "category")


def measured(folder: Path, rule: str, as_of: datetime) -> RuleResult:
    (result,) = audit_folder(
        folder, Settings(packs=("taobao",)), as_of, select=(rule,)
    ).report.rules
    return result


@pytest.mark.parametrize("seed", range(4000, 4015))
def test_rounds_and_fees(seed: int, tmp_path: Path) -> None:
    shop, as_of = written(seed, 30, tmp_path, kuaishou=False)
    case = oracle.case_of(shop, as_of=as_of)
    got = measured(tmp_path, "tb-reply-3m", as_of)
    if got.status is not Status.NO_VERDICT:
        want = taobao.rounds(case)
        assert (got.numerator, got.denominator) == (want.numerator, want.denominator)
        assert dict(got.excluded) == dict(want.excluded)
    fee = measured(tmp_path, "tb-fees", as_of)
    if fee.status is Status.INFO:
        low, high, count = taobao.fees(case)
        assert fee.denominator == count
        assert fee.bounds is not None
        assert (fee.bounds.low, fee.bounds.high) == (float(low), float(high))
        assert (fee.value, fee.numerator) == (None, None)


def amounts(*texts: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(text) for text in texts)


def random_products(seed: int) -> list[Row]:
    """Listings whose prices like to sit on a limit."""
    rng = Random(seed)
    rows: list[Row] = []
    for number in range(rng.randrange(1, 16)):
        title, category = rng.choice((*TITLES, f"商品{number}")), rng.choice(("食品", "服饰"))
        postage = rng.choice((None, *amounts("0", "0", "6", "10", "10.01", "50")))
        price = rng.choice((None, *amounts("1", "10", "20", "30", "100", "100", "100", "29.99")))
        status = rng.choice(("on_sale", "on_sale", "on_sale", "in_review", "off_sale", None))
        for sku in range(rng.choice((1, 1, 2, 3, 4))):
            row = (f"p{number}", f"s{sku}", title, status, price)
            own = rng.choice((None, *amounts("1", "29.99", "30", "30", "100", "100")))
            rows.append(dict(zip(NAMES, (*row, own, postage, category), strict=True)))
    rng.shuffle(rows)
    return rows


@pytest.mark.parametrize("seed", range(30))
def test_listings(seed: int, tmp_path: Path) -> None:
    rows = random_products(seed)
    lines = [[cell(row[name]) for name in NAMES] for row in rows]
    write_rows(tmp_path / "products.csv", NAMES, lines, "utf-8")
    want = taobao.crossed(rows, PACK.words["free_shipping"], PACK.words["shipping_conditions"])
    got = measured(tmp_path, "tb-listing", datetime(2026, 3, 31))
    hits = {product: lines for product, lines in want.items() if lines}
    known = [product for product, lines in want.items() if lines is not None]
    assert (got.numerator or 0, got.denominator or 0) == (len(hits), len(known)), (want, got)
    shown = {
        str(f["product_id"]): set(str(f["why"]).split()) for f in got.findings if "product_id" in f
    }
    assert shown == hits
