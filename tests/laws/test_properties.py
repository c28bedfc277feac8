"""What must hold for every shop: the report depends on what the files say, on nothing else."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kshop_audit.codec import decode, encode
from kshop_audit.judging import scoring
from kshop_audit.judging.distance import distance
from kshop_audit.model.metadata import Operator, Provenance, Target
from kshop_audit.model.report import Report
from tests.ingest.encodings import READ_BY_ROW
from tests.shops.audits import PACK, audit_folder, streaming, written
from tests.shops.files import write_canonical
from tests.shops.profile import Shop
from tests.shops.shop import shops

ROOT = Path(__file__).parents[2]
FEW = settings(max_examples=8, derandomize=True, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=300, derandomize=True)


def plain(report: Report, *ignored: str) -> dict[str, Any]:
    """The JSON of a report without these keys of its inputs, and without which reader read them.

    That follows from the bytes of a file: a cell of several lines may look like a row or not, as
    its column stands first or last.
    """
    data: dict[str, Any] = json.loads(encode(report), parse_float=Decimal)
    data["notes"] = [note for note in data["notes"] if READ_BY_ROW not in note["en"]]
    for entry in data["inputs"]:
        for key in ignored:
            del entry[key]
    for rule in data["rules"]:
        if rule["evidence"] is not None and "digest" in ignored:
            del rule["evidence"]["places"]  # rows by number, which move with their file
    return data


Rewrite = Callable[[list[list[str]]], list[list[str]]]


def rewritten(source: Path, target: Path, change: Rewrite) -> None:
    """The same CSV files with their tables changed."""
    target.mkdir()
    for path in source.iterdir():
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        with (target / path.name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\r\n").writerows(change(rows))


def shuffled(rng: Random) -> Rewrite:
    def change(rows: list[list[str]]) -> list[list[str]]:
        body = rows[1:]
        rng.shuffle(body)
        return [rows[0], *body]

    return change


def turned(rng: Random) -> Rewrite:
    def change(rows: list[list[str]]) -> list[list[str]]:
        order = list(range(len(rows[0])))
        rng.shuffle(order)
        return [[row[index] for index in order] for row in rows]

    return change


# ------------------------------------------------------------------ order, encoding, machine


@pytest.mark.parametrize("kuaishou", [False, True])
@pytest.mark.parametrize("seed", range(5000, 5006))
def test_the_order_of_rows_and_columns_changes_nothing(
    seed: int, kuaishou: bool, tmp_path: Path
) -> None:
    _, as_of = written(seed, 30, tmp_path / "as-written", kuaishou=kuaishou)
    stated = audit_folder(tmp_path / "as-written", as_of=as_of)
    rng = Random(seed)
    for name, change in (("rows", shuffled(rng)), ("columns", turned(rng))):
        rewritten(tmp_path / "as-written", tmp_path / name, change)
        again = audit_folder(tmp_path / name, as_of=as_of)
        assert plain(again.report, "digest") == plain(stated.report, "digest"), name
        for rule, rows in stated.evidence.items():
            ids = sorted(sorted(row.ids.items()) for row in rows)
            assert sorted(sorted(row.ids.items()) for row in again.evidence[rule]) == ids


@FEW
@given(shop=shops(), seed=st.integers(0, 2**16))
def test_the_order_of_rows_changes_nothing_in_any_shop(
    shop: tuple[Shop, datetime], seed: int
) -> None:
    rows, as_of = shop
    with tempfile.TemporaryDirectory() as folder:
        write_canonical(rows, Path(folder) / "as-written")
        rewritten(Path(folder) / "as-written", Path(folder) / "rows", shuffled(Random(seed)))
        stated = audit_folder(Path(folder) / "as-written", as_of=as_of).report
        again = audit_folder(Path(folder) / "rows", as_of=as_of).report
    assert plain(again, "digest") == plain(stated, "digest")
    assert decode(encode(stated)) == stated


MACHINES = (
    {"TZ": "UTC", "PYTHONHASHSEED": "1", "LANG": "C"},
    {"TZ": "America/New_York", "PYTHONHASHSEED": "2", "LANG": "en_US.UTF-8"},
    {"TZ": "Asia/Kolkata", "PYTHONHASHSEED": "3", "POLARS_MAX_THREADS": "1"},
    {"TZ": "Pacific/Apia", "PYTHONHASHSEED": "4", "POLARS_MAX_THREADS": "7"},
)
CHECK = [sys.executable, "-m", "kshop_audit", "check", "--format", "json", "--isolated"]


def test_every_machine_writes_the_same_bytes(tmp_path: Path) -> None:
    """Zone, hash seed, threads and language of the machine; the folder may be called anything."""
    written(77, 60, tmp_path / "shop", kuaishou=True)
    (tmp_path / "shop").rename(tmp_path / "店铺 2")
    outputs = set()
    for machine in MACHINES:
        done = subprocess.run(
            [*CHECK, str(tmp_path / "店铺 2")],
            capture_output=True,
            cwd=ROOT,
            env={**os.environ, **machine},
            check=False,
            timeout=300,
        )
        assert done.stderr == b""
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert json.loads(outputs.pop())["schema"] == "kshop-audit/report/2"


# ------------------------------------------------------------------ one rule or all of them


@pytest.mark.parametrize("kuaishou", [False, True])
def test_a_rule_alone_in_memory_is_the_rule_in_the_streaming_plan(
    kuaishou: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, as_of = written(123, 60, tmp_path, kuaishou=kuaishou)
    engines = engines_used(monkeypatch)
    with streaming():
        together = audit_folder(tmp_path, as_of=as_of)
    assert engines == {"streaming"}
    for result in together.report.rules:
        alone = audit_folder(tmp_path, as_of=as_of, select=(result.id,))
        (got,) = alone.report.rules
        # Caps are what one rule does to another.
        assert replace(got, points_capped=None) == replace(result, points_capped=None)
        assert alone.evidence.get(result.id) == together.evidence.get(result.id)
    assert engines == {"streaming", "in-memory"}


def engines_used(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The engines of all plans that are collected together."""
    collect_all, used = pl.collect_all, set()

    def every(frames: Any, *, engine: str) -> Any:
        used.add(engine)
        return collect_all(frames, engine=engine)  # type: ignore[call-overload]

    monkeypatch.setattr(pl, "collect_all", every)
    return used


# ------------------------------------------------------------------ points and score

SCORED = sorted(rule for rule, terms in PACK.rules.items() if terms.anchors is not None)
VALUES = st.fractions(min_value=0, max_value=400, max_denominator=10_000)
POINTS = st.fractions(min_value=3, max_value=5, max_denominator=1000)
EARNED = st.dictionaries(st.sampled_from(SCORED), POINTS)


@MANY
@given(rule=st.sampled_from(SCORED), one=VALUES, other=VALUES)
def test_a_better_value_never_earns_less(rule: str, one: Fraction, other: Fraction) -> None:
    anchors = PACK.rules[rule].anchors
    assert anchors is not None
    rising = scoring.number(anchors.full) > scoring.number(anchors.floor)
    worse, better = sorted((one, other), reverse=not rising)
    low, high = (scoring.points(value, anchors, PACK) for value in (worse, better))
    assert 3 <= low <= high <= 5


@MANY
@given(earned=EARNED, rule=st.sampled_from(SCORED), more=POINTS)
def test_more_points_never_lower_the_total(
    earned: dict[str, Fraction], rule: str, more: Fraction
) -> None:
    now = scoring.total(earned, PACK, {}).value
    assert (now is None) == (not earned)
    if rule not in earned or now is None:
        return
    then = scoring.total({**earned, rule: max(earned[rule], more)}, PACK, {}).value
    assert then is not None
    assert 3 <= now <= then <= 5


@MANY
@given(earned=EARNED, failed=st.frozensets(st.sampled_from(sorted(PACK.rules))))
def test_caps_never_raise(earned: dict[str, Fraction], failed: frozenset[str]) -> None:
    after = scoring.capped(earned, PACK, failed)
    assert after.keys() == earned.keys()
    for rule, points in after.items():
        assert 3 <= points <= earned[rule]
    assert scoring.capped(earned, PACK, failed - {"dispute-fault-rate"}) == earned


@MANY
@given(value=st.fractions(min_value=3, max_value=5, max_denominator=10_000))
def test_rounding_is_half_up_to_two_places(value: Fraction) -> None:
    shown = Fraction(scoring.rounded(value))
    assert (shown * 100).denominator == 1
    assert Fraction(-1, 200) < shown - value <= Fraction(1, 200)


@MANY
@given(
    total=st.integers(1, 3000),
    share=st.fractions(min_value=0, max_value=1, max_denominator=500),
    line=st.decimals(min_value="0.001", max_value="0.999", places=4),
    operator=st.sampled_from([Operator.AT_LEAST, Operator.AT_MOST]),
    below=st.sampled_from([None, 4]),
)
def test_distance_is_the_least_that_changes_the_verdict(
    total: int, share: Fraction, line: Decimal, operator: Operator, below: int | None
) -> None:
    """`needed` good events reach the target and one fewer does not; `headroom` likewise."""
    rising = operator is Operator.AT_LEAST
    target = Target(operator, line, "a property", Provenance.SEED, None if rising else below)
    numerator = int(total * share)
    needed, headroom = distance(numerator, total, target)
    assert needed is not None
    assert headroom is not None

    def after(good: int, bad: int) -> bool:
        counted = numerator + (good if rising else bad)
        return scoring.met(counted, total + good + bad, target)

    assert after(0, 0) == (needed == 0)
    assert after(needed, 0)
    if needed:
        assert not after(needed - 1, 0)
        assert headroom == 0
    else:
        assert after(0, headroom)
        assert not after(0, headroom + 1)
