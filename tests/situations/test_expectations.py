"""The format itself: every key of an expectation can be met, and can fail."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.situations.expectations import Outcome, differences, report_in, situations

REPORT: dict[str, Any] = {
    "as_of": "2026-11-01T00:00:00",
    "packs": [{"id": "kuaishou"}],
    "notes": [{"zh": "看见了", "en": "2 Files seen"}],
    "inputs": [
        {"path": "a.csv", "kind": "orders", "rows": 3, "rejected": 1, "skipped": 2, "duplicates": 0}
    ],
    "rules": [
        {
            "id": "ship-48h",
            "status": "no_verdict",
            "value": 0.3333333333333333,
            "numerator": 1,
            "denominator": 3,
            "declared": False,
            "excluded": {"pending": 2},
            "unmapped": {"status=粉丝": 4},
            "bounds": {"low": 0.3333333333333333, "high": 0.6666666666666666},
            "findings": [{"order_id": "o1", "clears_on": "2026-03-23T00:00:00"}, {"order_id": "b"}],
            "reason": {"zh": "缺", "en": "0 of 1 ids found"},
            "notes": [],
        },
        {
            "id": "reply-rate",
            "status": "pass",
            "value": None,
            "numerator": None,
            "denominator": 0,
            "declared": True,
            "excluded": {},
            "unmapped": {},
            "bounds": None,
            "findings": [],
            "reason": None,
            "notes": [{"zh": "备注", "en": "remark"}],
        },
        {
            "id": "pickup-24h",
            "status": "fail",
            "value": 0.5,
            "numerator": 1,
            "denominator": 2,
            "declared": False,
            "excluded": {},
            "unmapped": {},
            "bounds": {"low": 0.5, "high": 0.5},
            "findings": [],
            "reason": None,
            "notes": [],
        },
    ],
}
OUTCOME = Outcome(3, json.dumps(REPORT, ensure_ascii=False), "一条提示: notice 42", REPORT)


def ship(**items: Any) -> dict[str, Any]:
    return {"checks": [{"rule": "ship-48h", **items}]}


def pickup(**items: Any) -> dict[str, Any]:
    return {"checks": [{"rule": "pickup-24h", **items}]}


def reply(**items: Any) -> dict[str, Any]:
    return {"checks": [{"rule": "reply-rate", **items}]}


def orders(**items: Any) -> dict[str, Any]:
    return {"inputs": [{"path": "a.csv", **items}]}


TABLE: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"exit": 3}, {"exit": 0}),
    ({"exit": [1, 3]}, {"exit": [0, 1, 2]}),
    ({"as_of": "2026-11-01"}, {"as_of": "2026-10-31"}),
    ({"as_of": "2026-11-01 00:00"}, {"as_of": "2026-11-01 01"}),
    ({"packs": ["kuaishou"]}, {"packs": ["kuaishou", "jd"]}),
    (orders(rows=3), orders(rows=2)),
    (orders(rejected=1), orders(rejected=0)),
    (orders(skipped=2), orders(skipped=0)),
    (orders(duplicates=0), orders(duplicates=1)),
    (orders(kind="orders"), orders(kind="chats")),
    (orders(rows=[2, 3]), {"inputs": [{"path": "b.csv", "rows": 3}]}),
    (ship(status="no_verdict"), ship(status="fail")),
    (ship(status=["fail", "no_verdict"]), ship(status=["fail", "pass"])),
    (ship(numerator=1), ship(numerator=None)),
    (reply(numerator=None), reply(numerator=0)),
    (ship(denominator=3), ship(denominator=2)),
    (reply(declared=True), ship(declared=True)),
    (ship(value="1/3"), ship(value="1/4")),
    (pickup(value=0.5), pickup(value="0.51")),
    (reply(value=None), reply(value=0)),
    (ship(excluded={"pending": 2}), ship(excluded={"pending": 1})),
    (ship(excluded={"cancelled": 0}), ship(excluded={"cancelled": 1})),
    (ship(unmapped=["粉丝"]), ship(unmapped=["客服"])),
    (ship(bounds="open"), ship(bounds="shut")),
    (pickup(bounds="shut"), pickup(bounds="open")),
    (ship(encloses=["1/3", "2/3", 0.5]), ship(encloses=["1/3", 1])),
    (ship(encloses=[0.4]), ship(encloses=[0])),
    (ship(within=["1/3", 1]), ship(within=["1/3", "1/2"])),
    (ship(within=[0, "2/3"]), ship(within=[0.34, 1])),
    (pickup(encloses=["1/2"]), reply(encloses=["1/2"])),
    (pickup(within=[0, 1]), reply(within=[0, 1])),
    (ship(finding={"order_id": "o1"}), ship(finding={"order_id": "a"})),
    (ship(finding={"clears_on": "2026-03-23 00:00:00"}), ship(finding={"clears_on": "2026-03-2"})),
    (
        ship(finding={"order_id": ["a", "o1"]}),
        ship(finding={"order_id": "b", "clears_on": "2026-03-23 00:00:00"}),
    ),
    (ship(tells=["0 OF 1", "files? seen"]), ship(tells=["0 of 2"])),
    (reply(tells=["备注"]), reply(tells=["0 of 1"])),
    ({"says": ["notice"]}, {"says": ["warning"]}),
    ({"says": [["warning", "提示"]]}, {"says": ["notice", ["warning", "error"]]}),
    ({"says_not": ["warning"]}, {"says_not": ["warning", "提示"]}),
    ({"matches": [r"notice \d+"]}, {"matches": [r"notice \d{3}"]}),
    ({"matches_not": [r"\d{20}"]}, {"matches_not": [r"notice \d+"]}),
    (pickup(status="fail"), {"checks": [{"rule": "close-notice"}]}),
    ({"exit": 1, "or": [{"exit": 3}]}, {"exit": 1, "or": [{"exit": 3, "says": ["warning"]}]}),
    ({"exit": 3, "or": [{"exit": 1}]}, {"exit": 2, "or": [{"exit": 0}, {"exit": 1}]}),
    ({"firm": True, **pickup(numerator=1)}, {"firm": True, **ship(numerator=1)}),
]


@pytest.mark.parametrize(("right", "wrong"), TABLE)
def test_each_key_is_met_and_missed(right: dict[str, Any], wrong: dict[str, Any]) -> None:
    assert differences(right, OUTCOME) == []
    faults = differences(wrong, OUTCOME)
    assert faults
    assert all(len(fault) > 5 for fault in faults)


@pytest.mark.parametrize(
    "said", ["Traceback (most recent call last):", "Internal error: x", "内部错误"]
)
def test_a_crash_fails_whatever_is_expected(said: str) -> None:
    assert differences({"exit": 2, "or": [{"exit": 2}]}, Outcome(2, "", said))


def test_without_a_report_no_check_is_met() -> None:
    for right, _ in TABLE:
        if right.keys() & {"checks", "inputs", "packs", "as_of"}:
            assert differences(right, Outcome(3, "", "")), right


def test_a_rule_of_several_packs_is_met_by_one_of_them() -> None:
    report = {"rules": [REPORT["rules"][0], {**REPORT["rules"][0], "numerator": 2}]}
    outcome = Outcome(0, "", "", report)
    assert differences(ship(numerator=2), outcome) == []
    assert differences(ship(numerator=3), outcome)


@pytest.mark.parametrize("text", ["", "[1]", "没有文件", '{"a": '])
def test_what_is_no_report_is_none(text: str) -> None:
    assert report_in(text) == {}


@pytest.mark.parametrize(
    "fault",
    [
        {"exits": 1},
        {"checks": [{"rule": "ship-48h", "numerater": 1}]},
        {"checks": [{"status": "pass"}]},
        {"checks": [{"rule": "ship-48h", "bounds": "closed"}]},
        {"inputs": [{"path": "a.csv", "row": 1}]},
        {"or": [{"args": ["check"], "exit": 1}]},
        {"or": [{}]},
        {"args": None},
    ],
)
def test_a_misspelt_expectation_is_refused(fault: dict[str, Any], tmp_path: Path) -> None:
    expect = {"args": ["check", "in"], "want": "a pass", "exit": 0, **fault}
    if fault.get("args", 1) is None:
        del expect["args"]
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "expect.json").write_text(json.dumps(expect), encoding="utf-8")
    with pytest.raises(ValueError, match="one: "):
        situations(tmp_path)


def test_a_folder_without_situations_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"expect\.json"):
        situations(tmp_path)


def test_every_situation_says_what_it_shows_and_by_which_paragraph() -> None:
    for situation in situations(Path(__file__).parent):
        want = situation.expect["want"]
        assert re.search(r" \((§|interface §|handbook ).*\)\.$", want), situation.folder.name
        assert any((situation.folder / "in").iterdir()), situation.folder.name
