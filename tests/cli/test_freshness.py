"""--max-age: an export that is too old gives required rules no verdict, and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kshop_audit.auditing.audit import audit
from kshop_audit.auditing.request import AuditRequest
from kshop_audit.errors import EXIT_FAILED, EXIT_INCOMPLETE, EXIT_OK
from kshop_audit.ingest import Request
from kshop_audit.model.moments import SHANGHAI
from kshop_audit.model.report import Report, Status
from kshop_audit.model.settings import Settings
from tests.cli.build import LATE, Run, shop

NEWEST = datetime(2026, 10, 20, 10, 1)
"""The newest event of the small shop."""
SECOND = timedelta(seconds=1)


def report_of(folder: Path, scratch: Path, not_before: datetime | None) -> Report:
    scratch.mkdir()
    return audit(
        AuditRequest(Request((folder,)), Settings(), not_before=not_before), scratch
    ).report


def test_the_limit_itself_is_fresh_and_a_second_more_is_not(tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    plain = report_of(folder, tmp_path / "1", None)
    assert report_of(folder, tmp_path / "2", NEWEST) == plain
    old = report_of(folder, tmp_path / "3", NEWEST + SECOND)
    assert old.verdict.exit_code == EXIT_INCOMPLETE
    before = {rule.id: rule for rule in plain.rules}
    changed = [rule for rule in old.rules if rule != before[rule.id]]
    assert {rule.id for rule in changed} == {"reply-rate", "ship-48h", "banned-words"}
    for rule in changed:
        assert rule.status is Status.NO_VERDICT
        assert rule.value is None
        assert rule.reason is not None
        assert "2026-10-20" in rule.reason.en
        assert "--max-age" in rule.reason.zh


def test_a_failure_of_a_rule_that_is_not_required_stands(tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", shipped=LATE)
    (folder / "products.csv").write_text("product_id,status\n1,draft\n", encoding="utf-8")
    fresh = report_of(folder, tmp_path / "1", None)
    assert fresh.verdict.exit_code == EXIT_FAILED
    assert report_of(folder, tmp_path / "2", NEWEST + SECOND).verdict.exit_code == EXIT_INCOMPLETE


@pytest.mark.parametrize(
    ("hours", "age", "code"),
    [(20, "36h", EXIT_OK), (20, "19h", EXIT_INCOMPLETE), (47, "1d12h", EXIT_INCOMPLETE)],
)
def test_the_age_is_counted_back_from_now_in_beijing(
    run: Run, tmp_path: Path, hours: int, age: str, code: int
) -> None:
    newest = datetime.now(SHANGHAI).replace(tzinfo=None, microsecond=0) - timedelta(hours=hours)
    asked = newest - timedelta(minutes=1)
    (tmp_path / "chats.csv").write_text(
        "session_id,message_id,buyer_id,sender_role,sent_at,content\n"
        f"S1,M1,B1,buyer,{asked},在吗\nS1,M2,B1,agent,{newest},在的\n",
        encoding="utf-8",
    )
    (tmp_path / "orders.csv").write_text(
        "order_id,status,paid_at,shipped_at\n"
        f"2631500000000001,shipped,{asked - timedelta(days=2)},{asked - timedelta(days=1)}\n",
        encoding="utf-8",
    )
    # The hours of the reply rules must not decide it, whatever the time of the day.
    files = ["--orders", tmp_path / "orders.csv", "--chats", tmp_path / "chats.csv"]
    files += ["--select", "ship-48h"]
    assert run("check", *files)[0] == EXIT_OK
    assert run("check", *files, "--max-age", age)[0] == code
