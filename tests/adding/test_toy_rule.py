"""A rule is one function and one entry of a pack; everything else follows from the catalogue."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kshop_audit import rules
from kshop_audit.cli import main
from kshop_audit.packs import load

ROOT = Path(__file__).parents[2]

FUNCTION = '''
from __future__ import annotations

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.orders import orders
from kshop_audit.model.metadata import Text
from kshop_audit.model.settings import Terms
from kshop_audit.rules.kit.evidence import EvidenceColumns
from kshop_audit.rules.kit.rule import rule
from kshop_audit.rules.kit.shapes import Ratio, Shape


@rule(
    "toy-big-orders",
    family="toys",
    title=Text(zh="大额订单", en="Orders that are big"),
    fix=Text(zh="多卖大件。", en="Sell bigger things."),
    unit=Text(zh="单大额", en="big orders"),
    needs=("orders.paid_at", "orders.paid_amount"),
)
def toy_big_orders(facts: Facts, terms: Terms) -> Shape:
    """Share of paid orders above a limit.

    超过限额的订单比例。

    Why it matters:
        It shows that a rule is one function.

        说明一条规则只需一个函数。

    How it is counted:
        Orders above the limit / paid orders.

        超过限额的订单 ÷ 付款订单。

    Not counted:
        Unpaid orders.

        未付款订单。

    Example:
        One order of 200 and one of 50, the limit 100: one of two.

        一单 200 元、一单 50 元，限额 100 元：1/2。

    Why our number may differ:
        Nobody else counts this.

        没有别人统计这个。
    """
    return Ratio(
        unit=facts(orders),
        at="paid_at",
        hit=pl.col("paid_fen") > terms.number("toy-big-orders", "limit_fen"),
        excluded={"unpaid": pl.col("paid_at").is_null()},
        evidence=EvidenceColumns(ids=("order_id",)),
    )
'''

ENTRY = """
[rules.toy-big-orders]
level = "error"
sources = ["toy"]
window_days = { value = 30, source = "toy", provenance = "ASSUMPTION" }
target = { operator = ">=", value = "0.75", source = "toy", provenance = "ASSUMPTION" }

[rules.toy-big-orders.options]
limit_fen = { value = 10000, source = "toy", provenance = "ASSUMPTION" }
"""

ORDERS = """order_id,status,paid_at,shipped_at,paid_amount
O1,shipped,2026-10-20 10:00:00,2026-10-20 11:00:00,200.00
O2,shipped,2026-10-20 10:00:00,2026-10-20 11:00:00,100.00
O3,pending_payment,,,300.00
"""


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A pack with one more rule, and a family module that holds it."""
    family = tmp_path / "family"
    family.mkdir()
    (family / "toys.py").write_text(FUNCTION, encoding="utf-8")
    own = tmp_path / "toy-pack.toml"
    shipped = (ROOT / "kshop_audit/packs/kuaishou.toml").read_text(encoding="utf-8")
    own.write_text(shipped + ENTRY, encoding="utf-8")
    monkeypatch.setattr(rules, "__path__", [*rules.__path__, str(family)])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.chdir(tmp_path)
    rules.catalogue.cache_clear()
    yield str(own)
    rules.catalogue.cache_clear()
    sys.modules.pop("kshop_audit.rules.toys", None)
    vars(rules).pop("toys", None)


def test_the_catalogue_finds_it(pack: str) -> None:
    assert "toy-big-orders" in rules.catalogue()


def test_the_listing_shows_it(pack: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--pack", pack, "--lang", "en"]) == 0
    (line,) = [row for row in capsys.readouterr().out.splitlines() if "toy-big" in row]
    for stated in ("red line", "75", "30 days", "Orders that are big"):
        assert stated in line


@pytest.mark.parametrize(
    ("lang", "stated"),
    [
        ("zh", ["大额订单", "一单 200 元", "多卖大件", "limit_fen"]),
        ("en", ["Orders that are big", "one of two", "Sell bigger", "limit_fen"]),
    ],
)
def test_it_is_explained(
    pack: str, lang: str, stated: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rule", "toy-big-orders", "--pack", pack, "--lang", lang]) == 0
    out = capsys.readouterr().out
    assert [text for text in stated if text not in out] == []


def test_the_handbook_has_a_page_of_it(pack: str) -> None:
    spec = importlib.util.spec_from_file_location("make_docs", ROOT / "scripts" / "make_docs.py")
    assert spec is not None
    assert spec.loader is not None
    make_docs = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(ROOT / "scripts"))  # as if it was run
    spec.loader.exec_module(make_docs)
    pages = make_docs.rule_pages(rules.catalogue(), load(pack))
    page = pages["toy-big-orders.md"]
    for stated in ("大额订单", "Orders that are big", "One order of 200", "limit_fen"):
        assert stated in page
    assert "toy-big-orders" in pages["README.md"]


def test_the_report_and_its_json_hold_it(
    pack: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / "orders.csv").write_text(ORDERS, encoding="utf-8")
    code = main(["check", str(shop), "--pack", pack, "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    (result,) = [rule for rule in report["rules"] if rule["id"] == "toy-big-orders"]
    assert (result["numerator"], result["denominator"], result["value"]) == (1, 2, 0.5)
    assert (result["status"], result["family"], result["level"]) == ("fail", "toys", "error")
    assert result["excluded"] == {"unpaid": 1}
    assert result["evidence"]["count"] == 1
    assert result["needed"] == 2
    assert report["verdict"]["failed"] == ["toy-big-orders"]
    assert code == report["verdict"]["exit_code"] == 1
    assert main(["check", str(shop), "--pack", pack, "--lang", "en", "--select", "toys"]) == 1
    assert "Orders that are big" in capsys.readouterr().out
