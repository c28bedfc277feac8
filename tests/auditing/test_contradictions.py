"""Files that contradict themselves or one another: a figure by them is bounds, and no verdict.

Each shop is told whole first, and keeps its verdict; then a cell, a column or rows are damaged as a
spreadsheet, a filter or a program damages them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from kshop_audit.model.report import RuleResult, Status
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Settings
from tests.shops.audits import audit_folder

AS_OF = datetime(2026, 11, 1)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DAYS, EACH = 40, 12

Row = dict[str, object]
Shop = dict[str, list[Row]]


def shop() -> Shop:
    """Twelve orders a day for forty days, every tenth shipped late, six tickets of fault."""
    orders: list[Row] = []
    parcels: list[Row] = []
    tickets: list[Row] = []
    for number in range(DAYS * EACH):
        made = AS_OF - DAYS * DAY + number // EACH * DAY + timedelta(hours=9, seconds=7 * number)
        sent = made + (60 * HOUR if number % 10 == 3 else 20 * HOUR)
        if sent >= AS_OF:
            sent = AS_OF - HOUR
        order = f"26{number:08}"
        orders.append({"order_id": order, "status": "completed", "created_at": made,
                       "paid_at": made + timedelta(seconds=40), "shipped_at": sent,
                       "paid_amount": "30.00"})  # fmt: skip
        parcels.append({"order_id": order, "tracking_no": f"YT{number:08}", "carrier": "圆通中通"[
            number % 2 * 2 :][:2], "shipped_at": sent, "picked_up_at": sent + 3 * HOUR,
            "signed_at": sent + 40 * HOUR})  # fmt: skip
        if number % 8 == 5:
            over = made + 3 * DAY
            tickets.append({"ticket_id": f"52{number:08}", "order_id": order, "type": "refund_only",
                            "status": "succeeded", "applied_at": made + DAY, "finished_at": over,
                            "arbitration": "yes" if number % 80 == 5 else ""})  # fmt: skip
    faults = [{"ticket_id": row["ticket_id"], "liable_party": "merchant"}
              for row in tickets if row["arbitration"]]  # fmt: skip
    return {"orders": orders, "shipments": parcels, "tickets": tickets, "disputes": faults}


def written(folder: Path, made: Shop) -> Path:
    folder.mkdir()
    for kind, rows in made.items():
        names = list(rows[0])
        lines = [",".join(names), *(",".join(str(row[n] or "") for n in names) for row in rows)]
        (folder / f"{kind}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def judged(folder: Path, made: Shop, rule: str, settings: Settings | None = None) -> RuleResult:
    report = audit_folder(
        written(folder, made), as_of=AS_OF, select=[rule], settings=settings or Settings()
    ).report
    return report.rules[0]


def ends(rule: RuleResult) -> tuple[Fraction, Fraction]:
    assert rule.bounds is not None
    low, high = (Fraction(str(end)) for end in (rule.bounds.low, rule.bounds.high))
    return low, high


def swapped_months(made: Shop) -> None:
    """Day and month of the payment, where both may be either."""
    for row in made["orders"]:
        paid = row["paid_at"]
        assert isinstance(paid, datetime)
        if paid.day <= 12 and paid.month != paid.day:
            row["paid_at"] = paid.replace(month=paid.day, day=paid.month)


def filtered(made: Shop) -> None:
    """The orders without those of a product, every seventh, most of them late."""
    made["orders"] = [row for n, row in enumerate(made["orders"]) if n % 10 != 3 or n % 3]


def unpaid(made: Shop) -> None:
    """No time of payment of the late ones that came."""
    for n, row in enumerate(made["orders"]):
        if n % 20 == 3:
            row["paid_at"] = ""


def without_tickets(made: Shop) -> None:
    """Half of the tickets that were judged are gone."""
    gone = {row["ticket_id"] for row in made["disputes"][::2]}
    made["tickets"] = [row for row in made["tickets"] if row["ticket_id"] not in gone]


def backwards_ends(made: Shop) -> None:
    """Ends of the first days of November a month early."""
    for row in made["tickets"][20::4]:
        over = row["finished_at"]
        assert isinstance(over, datetime)
        row["finished_at"] = over - 45 * DAY


def silent_carrier(made: Shop) -> None:
    """No pickup of a carrier."""
    for row in made["shipments"]:
        if row["carrier"] == "中通":
            row["picked_up_at"] = row["signed_at"] = ""


def silent_week(made: Shop) -> None:
    """No pickup since a week."""
    for row in made["shipments"]:
        sent = row["shipped_at"]
        assert isinstance(sent, datetime)
        if sent >= AS_OF - 7 * DAY:
            row["picked_up_at"] = ""
            row["signed_at"] = row["signed_at"] if sent < AS_OF - 4 * DAY else ""


CASES: list[tuple[Callable[[Shop], None], str, str]] = [
    (swapped_months, "ship-48h", "orders"),
    (filtered, "ship-48h", "orders"),
    (unpaid, "ship-48h", ""),
    (without_tickets, "dispute-fault-rate", "tickets"),
    (backwards_ends, "dispute-fault-rate", "tickets"),
    (silent_carrier, "pickup-24h", ""),
    (silent_week, "pickup-24h", ""),
]


@pytest.mark.parametrize(("damage", "rule", "settles"), CASES, ids=[c[0].__name__ for c in CASES])
def test_the_truth_lies_within_the_bounds_and_nothing_certain_is_said(
    damage: Callable[[Shop], None], rule: str, settles: str, tmp_path: Path
) -> None:
    made = shop()
    whole = judged(tmp_path / "whole", made, rule)
    assert whole.status in (Status.PASS, Status.FAIL)
    truth, other = ends(whole)
    assert truth == other
    damage(made)
    found = judged(tmp_path / "damaged", made, rule)
    low, high = ends(found)
    assert low <= truth <= high
    assert found.status in (whole.status, Status.NO_VERDICT)
    assert low < high
    if settles:
        first = (AS_OF - DAYS * DAY).date()
        sure = Settings(coverage={Kind(settles): (first, AS_OF.date())})
        assert judged(tmp_path / "settled", made, rule, sure).status is not Status.NO_VERDICT


def chats(seconds: Iterable[int], step: int) -> Shop:
    """A question and an answer a conversation, by times cut to so many seconds."""
    rows: list[Row] = []
    for number, wait in enumerate(seconds):
        asked = AS_OF - 25 * DAY + number * timedelta(minutes=20, seconds=13)
        if not 8 <= asked.hour < 23:
            continue
        for role, at in (("buyer", asked), ("agent", asked + timedelta(seconds=wait))):
            cut = at - timedelta(seconds=at.timestamp() % step)
            rows.append({"session_id": f"S{number}", "message_id": f"M{number}{role}",
                         "buyer_id": f"B{number}", "agent_account": "甲" if role == "agent" else "",
                         "sender_role": role, "sent_at": cut, "message_type": "text",
                         "content": "您好"})  # fmt: skip
    return {"chats": rows}


@pytest.mark.parametrize("step", [60, 300])
@pytest.mark.parametrize("wait", [200, 330])
def test_times_without_seconds_are_intervals_whatever_their_cells_look_like(
    step: int, wait: int, tmp_path: Path
) -> None:
    waits = [wait if n % 2 else 20 for n in range(1_600)]
    whole = judged(tmp_path / "whole", chats(waits, 1), "reply-rate")
    truth, _ = ends(whole)
    found = judged(tmp_path / "cut", chats(waits, step), "reply-rate")
    low, high = ends(found)
    assert low <= truth <= high
    assert low < high
    assert found.status in (whole.status, Status.NO_VERDICT)


def test_one_file_without_seconds_is_seen_beside_larger_ones(tmp_path: Path) -> None:
    whole = chats([20] * 3_000, 1)["chats"]
    cut = chats([330 if n % 2 else 20 for n in range(1_600)], 60)["chats"]
    for row in cut:
        row["session_id"], row["message_id"] = f"C{row['session_id']}", f"C{row['message_id']}"
    folder = written(tmp_path / "shop", {"chats-1": whole, "chats-2": cut})
    found = audit_folder(folder, as_of=AS_OF, select=["reply-rate"]).report.rules[0]
    low, high = ends(found)
    assert low < high


def test_a_shop_that_sells_less_and_less_need_not_have_tickets(tmp_path: Path) -> None:
    made = shop()
    made["orders"] = [row for n, row in enumerate(made["orders"]) if n < 240 or n % 12 == 0]
    kept = {row["order_id"] for row in made["orders"]}
    over = AS_OF - 18 * DAY
    made = {kind: [row for row in rows if row.get("order_id", "") in kept or kind == "disputes"]
            for kind, rows in made.items()}  # fmt: skip
    made["tickets"] = [row for row in made["tickets"] if str(row["finished_at"]) < str(over)]
    made["disputes"] = made["disputes"][:1]
    found = judged(tmp_path / "shop", made, "pickup-24h")
    assert found.status in (Status.PASS, Status.FAIL)
