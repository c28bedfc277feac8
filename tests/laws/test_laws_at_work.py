"""The laws of the house that only a run can show."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from kshop_audit.auditing import selection
from kshop_audit.codec import encode
from kshop_audit.errors import EXIT_INCOMPLETE
from kshop_audit.facts import Facts
from kshop_audit.facts.orders import orders
from kshop_audit.ingest import Request, open_inputs
from kshop_audit.model.report import Status
from kshop_audit.model.settings import Terms
from kshop_audit.report.text.brief import render as brief
from kshop_audit.report.text.page import TextOptions
from kshop_audit.report.text.terminal import render as text
from kshop_audit.rules import Rule, catalogue
from kshop_audit.rules.kit.shapes import Ratio, Shape
from tests.laws.source_tree import ROOT
from tests.shops.audits import PACK, audit_folder, written

# ------------------------------------------------------------------ 3. every file is read once


def test_scans_in_the_plan_are_the_input_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """All rules on: of all that the engine is handed, one frame a file scans it, and no other."""
    folder = ROOT / "sample_data" / "failing"
    plans: list[str] = []
    collect, collect_all = pl.LazyFrame.collect, pl.collect_all

    def watched(frame: pl.LazyFrame, **options: Any) -> Any:
        plans.append(frame.explain(optimized=False))
        return collect(frame, **options)

    def watched_all(frames: Sequence[pl.LazyFrame], **options: Any) -> Any:
        plans.append(pl.explain_all(frames))  # what several of them have in common stands once
        return collect_all(frames, **options)

    monkeypatch.setattr(pl.LazyFrame, "collect", watched)
    monkeypatch.setattr(pl, "collect_all", watched_all)
    report = audit_folder(folder).report
    assert len(report.rules) == len(PACK.rules)
    scans = [scan for plan in plans for scan in re.findall(r"SCAN \[(.*)\]", plan)]
    assert len(scans) == len(set(scans)) == len(report.inputs) == len(list(folder.glob("*.csv")))


def test_an_open_source_has_read_nothing_yet(tmp_path: Path) -> None:
    """Opening proves a file's shape; its table stays lazy until the plan asks."""
    files, scratch = tmp_path / "files", tmp_path / "scratch"
    scratch.mkdir()
    written(8, 5, files, kuaishou=True)
    for source in open_inputs(Request((files,)), scratch):
        assert source.records is not None
        assert isinstance(source.records.raw.frame, pl.LazyFrame)


def test_assumptions_behind_a_score_are_printed_with_it() -> None:
    report = audit_folder(ROOT / "sample_data" / "failing").report
    printed = " ".join(note.en for note in report.score.assumptions)
    scored = [rule for rule in report.rules if rule.points is not None]
    assert len(scored) >= 5
    for rule in scored:
        anchors = PACK.rules[rule.id].anchors
        assert anchors is not None
        assert (anchors.full.assumption or anchors.floor.assumption) <= (rule.title.en in printed)
    assumed = [rule for rule in report.rules if rule.target is not None and rule.target.assumption]
    shown = text(report, TextOptions(lang="zh", verbose=True))
    assert assumed
    assert "平台没公布" in shown


# ------------------------------------------------------------------ 6. no error looks like a pass


def building(facts: Facts, terms: Terms) -> Shape:
    raise ZeroDivisionError("planted")


def planning(facts: Facts, terms: Terms) -> Shape:
    return Ratio(unit=facts(orders), hit=pl.col("no such column"))


def running(facts: Facts, terms: Terms) -> Shape:
    return Ratio(unit=facts(orders), hit=pl.col("order_id").str.to_integer(base=2, strict=True) > 0)


@pytest.mark.parametrize("fault", [building, planning, running])
def test_an_error_inside_one_rule_costs_that_rule_only(
    fault: Callable[[Facts, Terms], Shape], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(3, 40, tmp_path, kuaishou=False)
    sound = audit_folder(tmp_path).report
    known = catalogue()
    broken: dict[str, Rule] = known | {
        "ship-promise": replace(known["ship-promise"], measure=fault)
    }
    monkeypatch.setattr(selection, "catalogue", lambda: broken)
    report = audit_folder(tmp_path).report
    results = {rule.id: rule for rule in report.rules}
    lost = results.pop("ship-promise")
    assert lost.status is Status.NO_VERDICT
    assert lost.reason is not None
    assert "internal error" in lost.reason.en
    assert results == {rule.id: rule for rule in sound.rules if rule.id != "ship-promise"}
    expected = EXIT_INCOMPLETE if not sound.verdict.failed else sound.verdict.exit_code
    assert report.verdict.exit_code == expected


def test_a_broken_rule_alone_makes_the_audit_incomplete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(3, 10, tmp_path, kuaishou=False)
    known = catalogue()
    broken = known | {"ship-promise": replace(known["ship-promise"], measure=building)}
    monkeypatch.setattr(selection, "catalogue", lambda: broken)
    verdict = audit_folder(tmp_path, select=("ship-promise",)).report.verdict
    assert (verdict.status, verdict.exit_code) == ("incomplete", EXIT_INCOMPLETE)


@pytest.mark.slow
def test_what_has_no_points_is_named_beside_the_total() -> None:
    for name in ("healthy", "failing", "closing"):
        report = audit_folder(ROOT / "sample_data" / name).report
        members = {rule for rules_of in PACK.dimensions.values() for rule in rules_of}
        scored = {rule.id for rule in report.rules if rule.points is not None}
        assert set(report.score.left_out) == members - scored
        assert (report.score.total is None) == (report.score.reason is not None)


# ------------------------------------------------------------------ 7. personal data stays here

PERSONAL = {
    "buyer_id": "buyer-8c1f77aa",
    "address": "幸福里七号楼九零四",
    "phone": "13987654321",
    "content": "这款是高仿,微信 lanmao5521 联系我 13987654321",
}


def test_no_buyer_is_recognised_in_any_output(tmp_path: Path) -> None:
    at = "2026-10-20 10:00:00"
    (tmp_path / "orders.csv").write_text(
        "order_id,status,paid_at,shipped_at,buyer_id,address,paid_amount\n"
        f"O1,shipped,{at},2026-10-28 10:00:00,{PERSONAL['buyer_id']},{PERSONAL['address']},9.9\n"
        f"O2,shipped,昨天 {PERSONAL['phone']},,{PERSONAL['buyer_id']},{PERSONAL['address']},9.9\n",
        encoding="utf-8",
    )
    (tmp_path / "chats.csv").write_text(
        "session_id,message_id,buyer_id,sender_role,sent_at,content\n"
        f"S1,M1,{PERSONAL['buyer_id']},buyer,{at},我的电话 {PERSONAL['phone']}\n"
        f'S1,M2,{PERSONAL["buyer_id"]},agent,{at},"{PERSONAL["content"]}"\n',
        encoding="utf-8",
    )
    done = audit_folder(tmp_path, as_of=datetime(2026, 11, 1))
    report = done.report
    verbose = TextOptions(lang="en", verbose=True)
    outputs = [
        encode(report),
        brief(report, "zh"),
        text(report, TextOptions()),
        repr(done.evidence),
    ]
    outputs.append(text(report, verbose))
    assert next(rule for rule in report.rules if rule.id == "banned-words").numerator == 1
    assert next(rule for rule in report.rules if rule.id == "third-party-info").numerator == 1
    for output in outputs:
        for secret in (*PERSONAL.values(), "lanmao5521", "我的电话"):
            assert secret not in output


def test_scratch_is_left_clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is ever written next to or into the inputs."""
    written(5, 10, tmp_path / "shop", kuaishou=True)
    before = {path: path.read_bytes() for path in (tmp_path / "shop").rglob("*")}
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    audit_folder(tmp_path / "shop")
    assert {path: path.read_bytes() for path in (tmp_path / "shop").rglob("*")} == before
    assert [path.name for path in tmp_path.iterdir()] == ["shop"]
