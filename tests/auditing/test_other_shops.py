"""Files of which nothing, or not all, is in the other files of the shop (rulebook 1b.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kshop_audit.model.knowledge import Why
from kshop_audit.model.report import RuleResult, Status
from tests.shops.audits import audit_folder

AS_OF = datetime(2026, 11, 1)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
ORDERS = "order_id,status,created_at,paid_at,shipped_at"
TICKETS = "ticket_id,order_id,type,status,applied_at,agreed_at,finished_at,arbitration"
CHATS = "session_id,sender_role,agent_account,sent_at,content"
RATINGS = "session_id,rating,rated_at"
DAYS = [AS_OF - (35 - number) * DAY for number in range(35)]


def write(folder: Path, name: str, header: str, rows: Iterable[str]) -> None:
    (folder / f"{name}.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


def shop(folder: Path, named: str = "o", rated: str = "s", answering: str = "ab") -> None:
    """Four orders, one ticket, two conversations and a rating of each, on every day.

    `named`, `rated`: how the ids begin of the orders that tickets name and of the conversations
    that were rated; `answering`: the agents whose conversations are in the file.
    """
    write(folder, "orders", ORDERS, (
        f"o{day:%m%d}{n},shipped,{day},{day},{day + 60 * MINUTE}" for day in DAYS for n in range(4)
    ))  # fmt: skip
    write(folder, "tickets", TICKETS, (
        f"t{day:%m%d},{named}{day:%m%d}0,refund_only,succeeded,{day + DAY / 4},{day + DAY / 3},"
        f"{day + DAY / 2},无" for day in DAYS
    ))  # fmt: skip
    write(folder, "chats", CHATS, (
        f"s{day:%m%d}{agent},{role},{agent},{day + DAY / 2 + wait * MINUTE},好"
        for day in DAYS for agent in answering for wait, role in enumerate(("buyer", "agent"))
    ))  # fmt: skip
    write(folder, "ratings", RATINGS, (
        f"{rated}{day:%m%d}{agent},satisfied,{day + DAY / 2 + 9 * MINUTE}"
        for day in DAYS for agent in "ab"
    ))  # fmt: skip


def results(folder: Path, *rules: str) -> Mapping[str, RuleResult]:
    report = audit_folder(folder, as_of=AS_OF, select=rules).report
    return {rule.id: rule for rule in report.rules}


OF_TICKETS = ("dispute-fault-rate", "refund-only-hours", "refund-deadlines")


def test_a_whole_shop_has_all_verdicts(tmp_path: Path) -> None:
    shop(tmp_path)
    found = results(tmp_path, *OF_TICKETS, "cs-satisfaction", "reply-rate")
    assert {rule.status for rule in found.values()} == {Status.PASS}
    assert not any(rule.unknown for rule in found.values())


def test_tickets_of_which_no_order_is_there_are_those_of_another_shop(tmp_path: Path) -> None:
    shop(tmp_path, named="x")
    found = results(tmp_path, *OF_TICKETS)
    for rule in found.values():
        assert rule.status is Status.NO_VERDICT
        assert rule.reason is not None
        assert "0/20" in rule.reason.zh


def test_tickets_may_name_the_lines_of_orders(tmp_path: Path) -> None:
    shop(tmp_path, named="x")
    rows = (tmp_path / "orders.csv").read_text(encoding="utf-8").splitlines()
    lines = [rows[0] + ",sub_order_id", *(f"{row},x{row.split(',')[0][1:]}" for row in rows[1:])]
    (tmp_path / "orders.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert results(tmp_path, "dispute-fault-rate")["dispute-fault-rate"].status is Status.PASS


def test_tickets_of_the_first_days_may_all_be_about_older_orders(tmp_path: Path) -> None:
    shop(tmp_path, named="x")
    rows = (tmp_path / "tickets.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "tickets.csv").write_text("\n".join(rows[:16]) + "\n", encoding="utf-8")
    found = results(tmp_path, "reject-without-reason", "dispute-fault-rate")
    assert not any("0/" in str(rule.reason) for rule in found.values())


def test_ratings_of_which_no_conversation_is_there(tmp_path: Path) -> None:
    shop(tmp_path, rated="x")
    found = results(tmp_path, "cs-satisfaction", "reply-rate")
    assert found["cs-satisfaction"].status is Status.NO_VERDICT
    assert found["reply-rate"].status is Status.PASS  # the ids may be of two sorts


@pytest.mark.parametrize(
    "rule", ["reply-rate", "reply-rate-daily", "reply-rate-agent", "banned-words"]
)
def test_chats_of_one_agent_are_not_those_of_the_shop(tmp_path: Path, rule: str) -> None:
    """Buyers rated conversations that the file does not hold."""
    shop(tmp_path, answering="a")
    found = results(tmp_path, rule)[rule]
    assert found.status is Status.NO_VERDICT
    assert Why.NOT_COVERED in found.unknown
