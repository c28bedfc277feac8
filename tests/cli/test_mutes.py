"""Accepted exceptions: what they take out, what stands beside them, and which do nothing."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from kshop_audit.errors import EXIT_FAILED, EXIT_NO_AUDIT, EXIT_OK
from tests.cli.build import LATE, Run, shop

LATE_ORDER = "2631500000000001"
MUTE = """[[mutes]]
rule = "{rule}"
match = {match}
reason = "仓库停电"
by = "运营主管"
until = {until}
"""


def mutes(match: str, rule: str = "ship-48h", until: str = "2026-12-31") -> Path:
    path = Path("mutes.toml")
    path.write_text(MUTE.format(rule=rule, match=match, until=until), encoding="utf-8")
    return path


def checked(run: Run, *arguments: object) -> tuple[int, dict[str, Any], dict[str, Any]]:
    code, out, _ = run("check", *arguments, "--format", "json")
    report = json.loads(out)
    return code, report, {rule["id"]: rule for rule in report["rules"]}


def notes(report: dict[str, Any]) -> str:
    return "\n".join(note["en"] for note in report["notes"])


def test_a_muted_miss_leaves_both_sides_and_the_unmuted_rate_stands_beside(
    run: Run, tmp_path: Path
) -> None:
    folder = shop(tmp_path / "shop", shipped=LATE)
    assert run("check", folder)[0] == EXIT_FAILED
    mutes(f'{{ order_id = "{LATE_ORDER}" }}')
    code, report, rules = checked(run, folder)
    assert code == EXIT_OK
    rule = rules["ship-48h"]
    assert (rule["status"], rule["numerator"], rule["denominator"]) == ("pass", 1, 1)
    assert rule["excluded"] == {"muted": 1}
    assert rule["mute"] == {
        "units": 1,
        "status": "fail",
        "value": 0.5,
        "numerator": 1,
        "denominator": 2,
        "entries": [{"reason": "仓库停电", "by": "运营主管", "until": "2026-12-31", "units": 1}],
    }
    assert rules["reply-rate"]["mute"] is None
    assert "Mutes of mutes.toml" in notes(report)


def test_the_verdict_line_says_so_in_every_format(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", shipped=LATE)
    mutes(f'{{ order_id = ["{LATE_ORDER}"] }}')
    text = run("check", folder, "--width", "120")[1]
    assert "(1 muted)" in " ".join(text.splitlines()[:2])
    assert "without mutes 50.0% (1/2): missed" in text
    assert "仓库停电" in text
    assert "运营主管" in text
    assert "1 muted" in run("check", folder, "--format", "brief")[1].splitlines()[0]
    assert "按例外不计 1 个" in run("check", folder, "--lang", "zh")[1]


def test_one_that_expired_is_said_below_the_verdict(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", shipped=LATE)
    mutes(f'{{ order_id = "{LATE_ORDER}" }}', until="2026-10-19")
    second = run("check", folder, "--width", "120")[1].splitlines()[1]
    assert "the mute of 48-hour shipping rate (仓库停电) expired on 2026-10-19" in second


def test_the_evidence_still_lists_it(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", shipped=LATE)
    file = mutes(f'{{ order_id = "{LATE_ORDER}" }}').rename("own.toml")
    run("check", folder, "--mutes", file, "--evidence", tmp_path / "evidence")
    with (tmp_path / "evidence" / "ship-48h.csv").open(encoding="utf-8-sig") as rows:
        (row,) = csv.DictReader(rows)
    assert (row["order_id"].strip(), row["counted"]) == (LATE_ORDER, "muted")


@pytest.mark.parametrize(
    ("rule", "match"),
    [
        ("reply-rate", '{ message_id = "M1" }'),
        ("reply-rate", '{ session_id = "S1" }'),
        ("reply-rate", '{ day = "2026-10-20" }'),
        ("reply-rate", '{ session_id = "S1", day = ["2026-10-19", "2026-10-20"] }'),
    ],
)
def test_what_a_mute_can_match(run: Run, tmp_path: Path, rule: str, match: str) -> None:
    folder = shop(tmp_path / "shop")
    mutes(match, rule)
    _, report, rules = checked(run, folder)
    assert (rules[rule]["status"], rules[rule]["excluded"]["muted"]) == ("no_verdict", 1)
    assert rules[rule]["mute"]["status"] == "pass"
    assert "is not needed: none of the 1 it matches" in notes(report)


@pytest.mark.parametrize(
    ("match", "until", "note"),
    [
        (f'{{ order_id = "{LATE_ORDER}" }}', "2026-10-19", "expired on 2026-10-19"),
        ('{ order_id = "9" }', "2026-12-31", "matches nothing"),
        (f'{{ order_id = "{LATE_ORDER}", day = "2026-10-01" }}', "2026-12-31", "matches nothing"),
        ('{ ticket_id = "T1" }', "2026-12-31", "matches nothing"),
    ],
)
def test_a_mute_without_effect_is_stated_and_hides_nothing(
    run: Run, tmp_path: Path, match: str, until: str, note: str
) -> None:
    folder = shop(tmp_path / "shop", shipped=LATE)
    mutes(match, until=until)
    code, report, rules = checked(run, folder)
    assert (code, rules["ship-48h"]["mute"]) == (EXIT_FAILED, None)
    assert f"mutes.toml:1: the mute of ship-48h (仓库停电, 运营主管) {note}" in notes(report)


def test_a_mute_counts_on_its_last_day(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", shipped=LATE)
    mutes(f'{{ order_id = "{LATE_ORDER}" }}', until="2026-10-20")
    assert run("check", folder, "--as-of", "2026-10-20")[0] == EXIT_OK
    assert run("check", folder, "--as-of", "2026-10-21")[0] == EXIT_FAILED


def test_offences_and_means_can_be_muted(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    (folder / "chats.csv").write_text(
        "session_id,message_id,buyer_id,sender_role,sent_at,content\n"
        "S1,M1,B1,buyer,2026-10-20 10:00:00,在吗\n"
        "S1,M2,B1,agent,2026-10-20 10:01:00,傻逼\n"
        "S1,M3,B1,agent,2026-10-20 10:02:00,好的\n",
        encoding="utf-8",
    )
    assert checked(run, folder)[2]["abusive-language"]["status"] == "fail"
    mutes('{ message_id = "M2" }', "abusive-language")
    rule = checked(run, folder)[2]["abusive-language"]
    assert (rule["status"], rule["numerator"], rule["findings"]) == ("pass", 0, [])
    assert (rule["mute"]["status"], rule["mute"]["numerator"]) == ("fail", 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[mutes]]\nrule = "ship-48h"', "mutes.toml:1: mutes.0.match: is missing"),
        ("[[mute]]\n", "did you mean mutes?"),
        (MUTE.format(rule="ship-49h", match='{ day = "x" }', until="2026-01-01"),
         "mutes.toml:2: mutes.0.rule: unknown rule ship-49h; did you mean ship-48h?"),
        (MUTE.format(rule="ship-48h", match='{ orderid = "x" }', until="2026-01-01"),
         "mutes.toml:3: mutes.0.match.orderid: unknown id orderid; did you mean order_id?"),
        (MUTE.format(rule="ship-48h", match="{}", until="2026-01-01"), "must not be empty"),
        (MUTE.format(rule="ship-48h", match="{ day = [] }", until="2026-01-01"), "not be empty"),
        (MUTE.format(rule="ship-48h", match='{ day = "x" }', until='"soon"'), "must be a date"),
        (MUTE.format(rule="ship-48h", match='{ day = "x" }', until="2026-01-01") + "bye = 1\n",
         "did you mean by?"),
    ],
)  # fmt: skip
def test_a_fault_of_the_file_is_stated_with_its_place(
    run: Run, tmp_path: Path, text: str, message: str
) -> None:
    Path("mutes.toml").write_text(text, encoding="utf-8")
    code, out, err = run("check", shop(tmp_path / "shop"))
    assert (code, out) == (EXIT_NO_AUDIT, "")
    assert message in err


def test_where_the_file_is_looked_for(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", shipped=LATE)
    mutes(f'{{ order_id = "{LATE_ORDER}" }}').rename(folder / "mutes.toml")
    assert run("check", folder)[0] == EXIT_OK
    assert run("check", folder, "--isolated")[0] == EXIT_FAILED
    assert run("check", folder, "--mutes", "none.toml")[0] == EXIT_NO_AUDIT
