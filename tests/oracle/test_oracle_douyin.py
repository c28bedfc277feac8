"""Douyin's reply rate against the plain-Python twin, on random shops."""

from __future__ import annotations

from pathlib import Path

import pytest

from kshop_audit.model.report import Status
from kshop_audit.model.settings import Settings
from tests import oracle
from tests.oracle import douyin
from tests.shops.audits import audit_folder, written


@pytest.mark.parametrize("seed", range(5000, 5015))
def test_days(seed: int, tmp_path: Path) -> None:
    shop, as_of = written(seed, 30, tmp_path, kuaishou=False)
    done = audit_folder(tmp_path, Settings(packs=("douyin",)), as_of, select=("dy-reply-3m",))
    (got,) = done.report.rules
    if not {"session_id", "buyer_id"} & {name for row in shop["chats"] for name in row}:
        assert got.status is Status.NO_VERDICT
        return
    want = douyin.days(oracle.case_of(shop, as_of=as_of))
    shown = {
        str(row["day"]): (row["numerator"], row["denominator"], row["status"])
        for row in got.findings
    }
    assert shown == {str(day): stated(counts) for day, counts in want.items()}
    states = [state for _, _, state in shown.values()]
    assert (got.numerator or 0) == states.count("pass")
    assert (got.denominator or 0) == len(states) - states.count("no_verdict")


def stated(counts: douyin.Day) -> tuple[int, int, str]:
    whole = sum(counts.values())
    if counts["answered"] * 2 >= whole:
        return counts["answered"], whole, "pass"
    best = counts["answered"] + counts["unknown"]
    return counts["answered"], whole, "no_verdict" if best * 2 >= whole else "fail"
