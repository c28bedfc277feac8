"""An optional column that is absent is empty, and the report says so beside the figure."""

from __future__ import annotations

from pathlib import Path

import pytest

from kshop_audit.model.schema import TABLES, Kind
from kshop_audit.rules import catalogue
from tests.shops.audits import audit_folder

OPTIONAL = [(rule.info.id, need) for rule in catalogue().values() for need, _ in rule.info.absent]

TICKETS = {
    "ticket_id": "t1",
    "order_id": "o1",
    "type": "refund_only",
    "status": "succeeded",
    "applied_at": "2026-10-10 10:00:00",
    "agreed_at": "2026-10-10 12:00:00",
    "finished_at": "2026-10-11 12:00:00",
    "arbitration": "",
    "reject_reason": "",
}


@pytest.mark.parametrize(("rule", "need"), OPTIONAL)
def test_an_optional_column_exists_and_is_not_a_needed_one(rule: str, need: str) -> None:
    assert need not in catalogue()[rule].info.needs
    for choice in need.split("|"):
        kind, column = choice.split(".")
        assert column in TABLES[Kind(kind)].names


def notes(folder: Path, rule: str, without: str | None) -> list[str]:
    names = [name for name in TICKETS if name != without]
    rows = [",".join(names), ",".join(TICKETS[name] for name in names)]
    (folder / "tickets.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    result = audit_folder(folder, select=[rule]).report.rules[0]
    assert result.denominator == 1
    return [note.zh for note in result.notes]


@pytest.mark.parametrize(
    ("rule", "column", "says"),
    [
        ("refund-only-hours", "agreed_at", "没有同意时间"),
        ("refund-only-hours", "arbitration", "没有平台介入列"),
        ("refund-deadlines", "agreed_at", "没有同意时间"),
    ],
)
def test_the_figure_says_what_it_does_without(
    tmp_path: Path, rule: str, column: str, says: str
) -> None:
    assert any(says in note for note in notes(tmp_path, rule, column))
    assert not any(says in note for note in notes(tmp_path, rule, None))


def test_a_rule_that_counted_nothing_has_no_such_note(tmp_path: Path) -> None:
    text = "ticket_id,order_id,type,status,applied_at\nt1,o1,refund_only,open,2026-10-10 10:00:00\n"
    (tmp_path / "tickets.csv").write_text(text, encoding="utf-8")
    result = audit_folder(tmp_path, select=["refund-only-hours"]).report.rules[0]
    assert result.reason is not None
    assert result.notes == ()
