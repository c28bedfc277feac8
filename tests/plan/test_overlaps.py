"""Exports that overlap: the newest row of a record counts, and the report tells how many did."""

from __future__ import annotations

from pathlib import Path

import pytest

from kshop_audit.auditing.assemble import Audit
from kshop_audit.auditing.audit import audit
from kshop_audit.auditing.request import AuditRequest
from kshop_audit.ingest import Request
from kshop_audit.model.settings import Settings

ORDERS = "order_id,status,paid_at,shipped_at,updated_at\n"
CHATS = "session_id,buyer_id,sender_role,sent_at,content\n"
EARLY = "2631500000000{n:03},paid,2026-10-01 10:00:00,,2026-10-02 09:00:00\n"
LATE = "2631500000000{n:03},shipped,2026-10-01 10:00:00,2026-10-02 10:00:00,2026-10-03 09:00:00\n"


def audited(folder: Path, **files: str) -> Audit:
    shop, scratch = folder / "shop", folder / "scratch"
    shop.mkdir()
    scratch.mkdir()
    for name, content in files.items():
        (shop / f"{name}.csv").write_text(content, encoding="utf-8")
    return audit(AuditRequest(Request((shop,)), Settings()), scratch)


def lines(row: str, first: int, last: int) -> str:
    return "".join(row.format(n=n) for n in range(first, last))


@pytest.mark.parametrize(("old", "new"), [("a", "b"), ("b", "a")])
def test_the_newest_row_wins_whatever_the_files_are_called(
    tmp_path: Path, old: str, new: str
) -> None:
    early = ORDERS + lines(EARLY, 0, 10) + lines(EARLY, 0, 2)  # two of them twice in one file
    done = audited(tmp_path, **{old: early, new: ORDERS + lines(LATE, 7, 12)})
    stated = {entry.path: (entry.rows, entry.duplicates) for entry in done.report.inputs}
    assert stated == {f"{old}.csv": (7, 5), f"{new}.csv": (5, 0)}
    notes = [note.en for note in done.report.notes if "overlap" in note.en]
    assert notes == [
        f"{old}.csv: 3 rows overlap with another export; of a record the newest row counts."
    ]
    ship = next(rule for rule in done.report.rules if rule.id == "ship-48h")
    # Three of the five are shipped in the new export alone; what is not shipped is not due yet.
    assert (ship.numerator, ship.denominator) == (5, 5)


def test_messages_without_ids_overlap_too(tmp_path: Path) -> None:
    rows = [f"S1,B1,buyer,2026-10-20 10:0{n}:00,在吗{n}\n" for n in range(6)]
    done = audited(tmp_path, a=CHATS + "".join(rows[:4]), b=CHATS + "".join(rows[2:]))
    assert [note.zh for note in done.report.notes if "重叠" in note.zh] == [
        "b.csv：2 行与另一个导出重叠，同一条记录取最新的一行。"
    ]


def test_files_that_do_not_overlap_are_not_said_to(tmp_path: Path) -> None:
    done = audited(
        tmp_path, a=ORDERS + lines(EARLY, 0, 5) + lines(LATE, 0, 5), b=ORDERS + lines(LATE, 5, 9)
    )
    assert [entry.duplicates for entry in done.report.inputs] == [5, 0]
    assert not [note for note in done.report.notes if "overlap" in note.en]
