"""The plain-number vectors of tests/cases through the product's own functions; none is missing."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from kshop_audit.judging import scoring
from kshop_audit.judging.judge import judge
from kshop_audit.model.measurement import Measurement
from kshop_audit.model.report import RuleResult, Status
from kshop_audit.model.settings import Settings, Terms, Withdrawal
from kshop_audit.packs import load, names
from kshop_audit.rules import catalogue
from kshop_audit.rules.closure.records import ready_after
from kshop_audit.rules.kit.rule import Measured
from kshop_audit.rules.platforms.kuaishou_dated.pickups import composite
from kshop_audit.rules.violations import bracket, net_points
from tests.cases.case_files import CASES, cases, plain
from tests.cases.test_cases import RUNNABLE
from tests.shops.audits import PACK, audit_folder

TERMS = Terms(datetime(2026, 4, 1), PACK, Settings())
Case = dict[str, Any]


def table(name: str) -> pytest.MarkDecorator:
    """Every entry of a plain table whose pack exists; the others are listed as skipped."""
    entries = plain(name)
    assert entries, name
    return pytest.mark.parametrize("case", [marked(entry) for entry in entries])


def marked(case: Case) -> Any:
    pack = case.get("pack", "kuaishou")
    missing = pytest.mark.skip(reason=f"pack {pack} does not exist yet")
    return pytest.param(case, id=str(case["id"]), marks=[] if pack in names() else [missing])


def measured(case: Mapping[str, Any]) -> Measurement:
    """The measurement that a rule with these figures would hand over."""
    info = catalogue()[case["rule"]].info
    return Measurement(
        case["rule"],
        numerator=case["numerator"],
        denominator=case["denominator"],
        scale=info.scale,
        tally=info.scale > 1,
        population=case["rule"] == "quality-refund-rate",
    )


def judged(case: Mapping[str, Any]) -> RuleResult:
    return judge(measured(case), catalogue()[case["rule"]].info, terms_of(case)).result


def terms_of(case: Mapping[str, Any]) -> Terms:
    """The terms of the case's pack."""
    return replace(TERMS, pack=load(case.get("pack", "kuaishou")))


# ------------------------------------------------------------------ verdict, points, distance


@table("verdict_case")
def test_verdict(case: Case) -> None:
    assert judged(case).status == case["status"]
    if "boundary" in case:
        conclude = catalogue()[case["rule"]].conclude
        assert conclude is not None
        stated = conclude(Measured(case["numerator"], case["denominator"], 0, ()), terms_of(case))
        assert any("BOUNDARY" in note.en for note in stated.notes) is case["boundary"]


@table("points_case")
def test_points(case: Case) -> None:
    exact = judge(measured(case), catalogue()[case["rule"]].info, TERMS).points
    assert exact == Fraction(case["points"])


@table("distance_case")
def test_distance(case: Case) -> None:
    result = judged(case)
    for key in ("needed", "headroom"):
        if key in case:
            assert getattr(result, key) == (None if case[key] == "null" else case[key]), key


@table("score_case")
def test_rounding_and_grade(case: Case) -> None:
    total = Fraction(case["total"])
    assert f"{scoring.rounded(total):f}" == case["score"]
    assert scoring.grade(total, PACK) == case["grade"]


@table("cap_case")
def test_caps(case: Case) -> None:
    failed = frozenset({"dispute-fault-rate"} if case["dispute"] == "fail" else ())
    earned = {rule: Fraction(points) for rule, points in case["points"].items()}
    after = scoring.capped(earned, PACK, failed)
    assert after == {rule: Fraction(points) for rule, points in case["capped"].items()}


# ------------------------------------------------------------------ through a file


def row(path: Path, **cells: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(cells)
        writer.writerow(cells.values())


AT = "2026-03-10 10:00:00"


@table("compensation_case")
def test_compensation(case: Case, tmp_path: Path) -> None:
    order = {"order_id": "O1", "status": "shipped", "paid_at": AT}
    row(
        tmp_path / "orders.csv", **order, shipped_at="2026-03-13 10:00:00", paid_amount=case["paid"]
    )
    # No export tells of a fraudulent shipment; the violation ticket for it does.
    rule = "appeal-window" if case["kind"] == "fraud" else "ship-48h"
    ticket = {"violation_id": "V1", "order_id": "O1", "kind": "欺诈发货", "notified_at": AT}
    row(tmp_path / "violations.csv", **ticket, status="open")
    as_of = datetime(2026, 3, 12) if case["kind"] == "fraud" else TERMS.as_of
    done = audit_folder(tmp_path, as_of=as_of, select=(rule,))
    (late,) = done.evidence[rule]
    assert Fraction(late.cost_fen or 0, 100) == Fraction(case["compensation"])


@table("fee_case")
def test_fee(case: Case, tmp_path: Path) -> None:
    day = f"{case['paid_on']} 00:00:00"
    order = {"order_id": "O1", "status": "completed", "created_at": day, "paid_at": day}
    row(tmp_path / "orders.csv", **order, paid_amount=case["amount"], commission=case["commission"])
    as_of = datetime.fromisoformat(case["paid_on"]) + timedelta(days=1)
    report = audit_folder(tmp_path, as_of=as_of, select=("service-fee",)).report
    (result,) = report.rules
    assert result.numerator is not None
    assert Fraction(result.numerator, 100) == Fraction(case["fee"])


@table("withdrawal_case")
def test_withdrawal(case: Case, tmp_path: Path) -> None:
    row(tmp_path / "orders.csv", order_id="O1", status="completed", paid_at=AT)
    before = Decimal(case["month_before"])
    asked = [Withdrawal(datetime(2026, 3, 1), before, "alipay")] if before else []
    asked.append(Withdrawal(datetime(2026, 3, 2), Decimal(case["amount"]), "alipay"))
    settings = Settings(withdrawals=tuple(asked))
    report = audit_folder(tmp_path, settings, TERMS.as_of, select=("withdrawal",)).report
    (result,) = report.rules
    assert result.findings[-1]["accepted"] is case["accepted"]
    assert (result.status is Status.PASS) is case["accepted"]


# ------------------------------------------------------------------ violations


@table("ladder_case")
def test_ladder(case: Case) -> None:
    placed = bracket(case["orders"], case["media"] or case["repeated"], TERMS)
    assert placed["bracket"] == case["bracket"]
    fine, points = placed["fine_yuan"], placed["points_taken"]
    stated = f"{fine} yuan" if fine else f"{points} points" if points else ""
    assert stated == case["penalty"]
    assert placed["next_at"] == (None if case["next_at"] == "null" else case["next_at"])


@table("violation_points_case")
def test_net_points(case: Case) -> None:
    net = net_points(case["accrued"], case["study"], case["largest_single"], TERMS)
    assert net == case["net"]
    assert (net >= TERMS.number("violation-points", "removal")) is case["removal"]


def appeal(folder: Path, as_of: datetime, **evidence: str) -> Mapping[str, Any]:
    """The one finding of the appeal rule."""
    notified = evidence.pop("notified_at")
    row(
        folder / "violations.csv",
        violation_id="V1", order_id="O1", kind="no_source", notified_at=notified, status="open",
    )  # fmt: skip
    if evidence:
        row(folder / "evidence.csv", violation_id="V1", **evidence)
        row(folder / "orders.csv", order_id="O1", status="completed", product_id="P1")
    settings = Settings(shop="甲店")
    report = audit_folder(folder, settings, as_of, select=("appeal-window",)).report
    (finding,) = report.rules[0].findings
    return finding


@table("appeal_case")
def test_appeal_deadline(case: Case, tmp_path: Path) -> None:
    notified = datetime.fromisoformat(case["notified_at"])
    finding = appeal(tmp_path, notified, notified_at=case["notified_at"])
    assert finding["deadline"] == case["deadline"]
    assert finding["hours_left"] == 168


@table("evidence_case")
def test_appeal_evidence(case: Case, tmp_path: Path) -> None:
    finding = appeal(
        tmp_path,
        datetime(2026, 3, 8),
        notified_at="2026-03-07 10:00:00",
        invoice_name="甲店",
        purchased_at=case["purchased_at"],
        product="P1",
        sold_at=case["sold_at"],
        express_receipt="底单",
    )
    assert finding["evidence_ok"] is case["accepted"]


@table("cooldown_case")
def test_cooldown(case: Case) -> None:
    for last_second in ("00:00:00", "23:59:59"):
        completed = datetime.fromisoformat(f"{case['last_completed']} {last_second}")
        assert ready_after(completed, TERMS) == datetime.fromisoformat(case["ready"])


# ------------------------------------------------------------------ what has no home yet


@table("composite_case")
def test_pickup_composite(case: Case) -> None:
    spot = (case["spot"], case["spot_48h"], case["spot_72h"])
    presale = (case["presale"], case["presale_in_time"])
    terms = terms_of({"pack": "kuaishou-2022-11"})
    found = composite(spot, presale, (case["spot"], case["presale"]), terms)
    assert found == Fraction(case["value"])


WAITING = [case for case in cases() if case not in RUNNABLE]


@pytest.mark.parametrize("case", WAITING, ids=lambda case: str(case["id"]))
def test_case_waits_for_its_pack_or_option(case: Case) -> None:
    pack = case.get("pack", "kuaishou")
    if case.get("needs"):
        pytest.skip(f"needs {case['needs']}")
    assert pack not in names(), "this case could run"
    pytest.skip(f"pack {pack} does not exist yet")


# ------------------------------------------------------------------ completeness

PLAIN = {
    "verdict_case", "points_case", "distance_case", "score_case", "cap_case", "compensation_case",
    "ladder_case", "appeal_case", "evidence_case", "violation_points_case", "cooldown_case",
    "fee_case", "withdrawal_case", "composite_case", "version_case",
}  # fmt: skip


def all_ids() -> list[str]:
    found = [str(case["id"]) for case in cases()]
    return found + [str(case["id"]) for name in PLAIN for case in plain(name)]


def test_ids_are_unique() -> None:
    found = all_ids()
    assert sorted(found) == sorted(set(found))


def test_no_table_of_vectors_is_overlooked() -> None:
    tables = {
        name
        for path in CASES.glob("*.toml")
        for name in tomllib.loads(path.read_text(encoding="utf-8"))
    }
    assert tables == PLAIN | {"case"}
