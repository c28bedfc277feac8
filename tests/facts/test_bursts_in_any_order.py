"""Which of many messages of one second is one too many does not hang on the order of the file."""

from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path

import pytest

from kshop_audit.model.settings import Settings
from tests.shops.audits import audit_folder

HEADER = "session_id,message_id,buyer_id,agent_account,sender_role,sent_at,message_type,content"
ASKED = "s0,m-first,b1,,buyer,2026-03-10 09:59:00,text,在吗"
ROWS = [
    f"s{n % 2},m-{n * 7919 % 100:x},b1,a1,agent,2026-03-10 10:00:0{n // 8},text,在的{n}"
    for n in range(24)
]


@pytest.mark.parametrize("seed", range(3))
def test_messages_of_one_second(tmp_path: Path, seed: int) -> None:
    found = []
    for rows in (ROWS, random.Random(seed).sample(ROWS, len(ROWS))):
        (tmp_path / "chats.csv").write_text("\n".join([HEADER, ASKED, *rows]) + "\n", "utf-8")
        done = audit_folder(tmp_path, Settings(), datetime(2026, 3, 31), select=("harassment",))
        (rule,) = done.report.rules
        found.append([finding["message_id"] for finding in rule.findings])
    assert found[0] == found[1]
    assert len(found[0]) == 14
