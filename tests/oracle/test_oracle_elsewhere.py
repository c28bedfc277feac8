"""The rules of Pinduoduo, JD and Taobao's handling against the plain-Python twin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from random import Random

import pytest

from kshop_audit.model.report import RuleResult, Status
from kshop_audit.model.settings import Settings
from tests import oracle
from tests.oracle import elsewhere
from tests.oracle.basis import Case
from tests.shops.audits import audit_folder, written
from tests.shops.files import cell, write_rows
from tests.shops.profile import DAY, SECOND, Row

Options = Mapping[str, Mapping[str, object]]
NEAR = (-SECOND, 0 * SECOND, SECOND)
SOME: Options = {"pdd-reply-rate": {"least_consumers": 2}}

TWINS: tuple[tuple[str, str, Callable[[Case], oracle.Outcome]], ...] = (
    ("jd", "jd-review-12h", elsewhere.reviewed),
    ("jd", "jd-finish-7d", elsewhere.finished),
    ("taobao", "tb-pickup-48h", elsewhere.pickups),
    ("taobao", "tb-refund-hours", elsewhere.refund_hours),
)


def measured(
    folder: Path, pack: str, rule: str, as_of: datetime, options: Options | None = None
) -> RuleResult:
    settings = Settings(packs=(pack,), options=options or {})
    (result,) = audit_folder(folder, settings, as_of, select=(rule,)).report.rules
    return result


@pytest.mark.parametrize("seed", [*range(6000, 6010), 500_034, 600_196])
def test_figures(seed: int, tmp_path: Path) -> None:
    shop, as_of = written(seed, 40, tmp_path, kuaishou=False)
    case = oracle.case_of(shop, as_of=as_of)
    for pack, rule, twin in TWINS:
        got = measured(tmp_path, pack, rule, as_of)
        if got.status is Status.NO_VERDICT and got.numerator is None:
            continue  # a needed column is not there
        want = twin(case)
        assert (got.numerator, got.denominator) == (want.numerator, want.denominator), rule
        assert dict(got.excluded) == dict(want.excluded), rule


@pytest.mark.parametrize("seed", range(6100, 6108))
def test_consumers(seed: int, tmp_path: Path) -> None:
    shop, as_of = written(seed, 40, tmp_path, kuaishou=False)
    got = measured(tmp_path, "pinduoduo", "pdd-reply-rate", as_of, SOME)
    if got.status is Status.NO_VERDICT and got.numerator is None:
        return
    days = elsewhere.consumer_days(oracle.case_of(shop, as_of=as_of))
    want = {str(day): counts for day, counts in days.items() if counts[1] >= 2}
    assert {str(f["day"]): (f["numerator"], f["denominator"]) for f in got.findings} == want
    assert (got.numerator or 0) == sum(good * 2 >= count for good, count in want.values())
    assert (got.denominator or 0) == len(want)


@pytest.mark.parametrize("seed", range(10))
def test_advances(seed: int, tmp_path: Path) -> None:
    rng, as_of = Random(seed), datetime(2026, 3, 31, 12)
    rows: list[Row] = [
        {
            "violation_id": f"v{number}",
            "kind": rng.choice(("平台垫付", "先行赔付", "无货源", "赔付款")),
            "notified_at": as_of - rng.choice((-1, 0, 4, 5, 6)) * DAY - rng.choice(NEAR),
            "status": rng.choice(("open", "closed", "appealing", None)),
        }
        for number in range(rng.randrange(1, 12))
    ]
    names = list(rows[0])
    lines = [[cell(row[name]) for name in names] for row in rows]
    write_rows(tmp_path / "violations.csv", names, lines, "utf-8")
    got = measured(tmp_path, "jd", "jd-repay-5d", as_of)
    late, counted = elsewhere.unpaid_advances(rows, as_of)
    assert (got.numerator or 0, got.denominator or 0) == (late, counted)
