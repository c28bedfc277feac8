"""Of an order of several lines `due` names the products of the lines that wait, and no others."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from random import Random

import pytest

from kshop_audit.cli import main
from tests.due.shop import HOUR, Row, write
from tests.due.test_finder import due

AS_OF = datetime(2026, 10, 31, 15)
PAID = AS_OF - 40 * HOUR


def line(product: str, state: str = "paid", sent: datetime | None = None, **more: object) -> Row:
    return {
        "order_id": "O1", "status": state, "created_at": PAID, "paid_at": PAID,
        "paid_amount": "50.00", "shipped_at": sent, "product_id": product, **more,
    }  # fmt: skip


def listed(folder: Path, *lines: Row) -> dict[str, str | None]:
    """Kind → the products named."""
    write(folder / "shop", {"orders": lines})
    return {item.kind: item.product for item in due(folder / "shop", AS_OF, 50 * HOUR).items}


SENT = AS_OF - 3 * HOUR


@pytest.mark.parametrize(
    ("lines", "ship"),
    [
        ((line("P1", "shipped", SENT), line("P2")), "P2"),
        ((line("P1", "shipped", SENT), line("P2", "shipped")), "P2"),
        ((line("P1", "closed"), line("P2")), "P2"),
        ((line("P1", aftersale_state="refunded"), line("P2")), "P2"),
        ((line("P3"), line("P1", "shipped", SENT), line("P2")), "P2, P3"),
        ((line("P1", "shipped", AS_OF + HOUR), line("P2", "shipped", SENT)), "P1"),
        ((line("P1"),), "P1"),
    ],
)
def test_what_is_to_be_shipped(lines: tuple[Row, ...], ship: str, tmp_path: Path) -> None:
    assert listed(tmp_path, *lines)["ship"] == ship


def test_what_is_to_be_picked_up(tmp_path: Path) -> None:
    own = line("P1", "shipped", SENT), line("P2")
    assert listed(tmp_path, *own) == {"ship": "P2", "pickup": "P1"}


def test_the_list_of_the_warehouse_names_it(tmp_path: Path) -> None:
    out = tmp_path / "due.csv"
    write(tmp_path / "shop", {"orders": [line("P1", "closed"), line("P2")]})
    assert main(["due", str(tmp_path / "shop"), "--as-of", str(AS_OF), "--out", str(out)]) == 0
    (row,) = csv.DictReader(StringIO(out.read_text(encoding="utf-8-sig")))
    assert row["商品"] == "P2"


@pytest.mark.parametrize("seed", range(3))
def test_random_orders_against_plain_python(seed: int, tmp_path: Path) -> None:
    rng = Random(seed)
    lines, expected = [], {}
    for number in range(60):
        order, waits = f"O{number}", set()
        for product in rng.sample(["P1", "P2", "P3", "P4"], rng.randrange(1, 4)):
            fate = rng.choice(("paid", "sent", "later", "closed", "refunded"))
            sent = {"sent": SENT, "later": AS_OF + HOUR}.get(fate)
            state = "shipped" if sent else "closed" if fate == "closed" else "paid"
            after = "refunded" if fate == "refunded" else None
            lines.append(line(product, state, sent, order_id=order, aftersale_state=after))
            waits |= {product} if fate in ("paid", "later") else set()
        if waits:
            expected[order] = ", ".join(sorted(waits))
    rng.shuffle(lines)
    write(tmp_path / "shop", {"orders": lines})
    items = due(tmp_path / "shop", AS_OF, timedelta(hours=50)).items
    assert {i.ids.order_id: i.product for i in items if i.kind == "ship"} == expected
