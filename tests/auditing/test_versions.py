"""A series of packs: each event by the version of its day, and each event once."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kshop_audit import packs
from kshop_audit.auditing.selection import pack_runs, selected
from kshop_audit.auditing.versions import in_force, looked_up
from kshop_audit.facts.tables import Tables
from kshop_audit.model.metadata import Pack
from kshop_audit.model.report import Report, RuleResult
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Declared, Settings, Terms
from kshop_audit.rules import catalogue
from tests.cases.case_files import plain
from tests.shops.audits import audit_folder

SERIES = packs.load("kuaishou-by-date")
BY_DATE = Settings(packs=("kuaishou-by-date",))
Row = dict[str, str]


def write(folder: Path, rows: Iterable[Row]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    rows = list(rows)
    with (folder / "chats.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return folder


def message(number: int, who: str, at: datetime, role: str = "buyer") -> Row:
    return {
        "session_id": f"s-{who}", "message_id": f"m{number}", "buyer_id": who,
        "agent_account": "" if role == "buyer" else f"{role}-1", "sender_role": role,
        "sent_at": f"{at:%Y-%m-%d %H:%M:%S}", "message_type": "text", "content": "在吗",
    }  # fmt: skip


def parts(report: Report, rule: str) -> dict[str, RuleResult]:
    return {result.pack: result for result in report.rules if result.id == rule}


# ------------------------------------------------------------------ one version for each day


@pytest.mark.parametrize("case", plain("version_case"), ids=lambda case: str(case["id"]))
def test_an_event_is_judged_by_the_version_of_its_day(case: dict[str, Any], tmp_path: Path) -> None:
    at = datetime.fromisoformat(case["at"])
    write(tmp_path, [message(1, "b1", at)])
    rules = ("reply-rate", "reply-rate-3m")
    report = audit_folder(tmp_path, BY_DATE, at + timedelta(days=6), select=rules).report
    judging = [r.pack for r in report.rules if not r.excluded.get("outside_window")]
    assert judging == [case["rules_of"]]
    # Alone, every version would have taken it.
    alone = Settings(packs=(case["rules_of"],))
    own = [rule for rule in rules if rule in packs.load(case["rules_of"]).rules]
    (result,) = audit_folder(tmp_path, alone, at + timedelta(days=6), select=own).report.rules
    assert not result.excluded.get("outside_window")


BOUNDARIES = (
    ("kuaishou-2021-09", "kuaishou-2022-11", datetime(2022, 11, 28)),
    ("kuaishou-2022-11", "kuaishou-2023-03", datetime(2023, 3, 27)),
)


def talk(seed: int, boundary: datetime) -> list[Row]:
    """Questions and answers of people and robots on the days around a change of the rules."""
    draw = random.Random(seed)
    rows: list[Row] = []
    for number in range(60):
        at = boundary + timedelta(seconds=draw.randrange(-3 * 86_400, 3 * 86_400))
        if draw.random() < 0.15:  # just before and just after midnight
            at = boundary + timedelta(seconds=draw.choice((-1, 0, -90, 90, 8 * 3600)))
        who = f"b{draw.randrange(12)}"
        rows.append(message(3 * number, who, at))
        for extra, role in ((1, "robot"), (2, "agent")):
            if draw.random() < 0.6:
                answered = at + timedelta(seconds=draw.choice((1, 60, 180, 181, 4000)))
                rows.append(message(3 * number + extra, who, answered, role))
    return rows


@pytest.mark.parametrize(("older", "newer", "boundary"), BOUNDARIES)
@pytest.mark.parametrize("seed", range(4))
def test_each_part_is_what_its_version_says_of_its_own_days_alone(
    tmp_path: Path, older: str, newer: str, boundary: datetime, seed: int
) -> None:
    """The twin: the questions of other days are taken out of the file by hand."""
    rows = talk(seed, boundary)
    as_of = boundary + timedelta(days=5)
    select = ("reply-rate-3m", "fast-reply-badge")
    split = audit_folder(write(tmp_path / "all", rows), BY_DATE, as_of, select=select).report
    for name, mine in ((older, True), (newer, False)):
        kept = [
            row
            for row in rows
            if row["sender_role"] != "buyer" or (row["sent_at"] < f"{boundary}") is mine
        ]
        folder = write(tmp_path / name, kept)
        # By hand, too, that the days of which the questions are gone lack nothing.
        whole_days = {Kind.CHATS: (boundary.date() - timedelta(days=60), as_of.date())}
        settings = Settings(packs=(name,), coverage=whole_days)
        alone = audit_folder(folder, settings, as_of, select=select).report
        for rule in select:
            part, whole = parts(split, rule)[name], parts(alone, rule)[name]
            assert (part.numerator, part.denominator) == (whole.numerator, whole.denominator), rule
            assert inside(part) == inside(whole)


def inside(result: RuleResult) -> dict[str, int]:
    return {k: n for k, n in result.excluded.items() if k != "outside_window"}


def test_the_report_names_the_versions_and_their_days(tmp_path: Path) -> None:
    older, newer, boundary = BOUNDARIES[1]
    folder = write(tmp_path, talk(1, boundary))
    report = audit_folder(folder, BY_DATE, boundary + timedelta(days=7)).report
    assert [pack.id for pack in report.packs] == ["kuaishou-by-date", newer, older]
    split = parts(report, "reply-rate-3m")
    windows = {name: result.window for name, result in split.items()}
    assert {name: (w.since, w.until, w.days) for name, w in windows.items() if w} == {
        newer: ("2023-03-27 00:00:00", "2023-04-03 00:00:00", 7),
        older: ("2023-03-06 00:00:00", "2023-03-27 00:00:00", 21),
    }
    assert any(f"by {older} for events to 2023-03-26" in n.en for n in split[older].notes)
    notes = [note.en for note in report.notes if "(S2-56)" in note.en]
    assert [note.rpartition("(S2-56): ")[2] for note in notes] == [
        f"{newer} from 2023-03-27: reply-rate-3m.",
        f"{older} to 2023-03-26: reply-rate-3m.",
    ]
    # What the versions measure alike stays one rule with one window.
    assert list(parts(report, "banned-words")) == [newer]
    assert list(parts(report, "cs-satisfaction")) == [newer]


def test_one_bad_part_fails_the_whole(tmp_path: Path) -> None:
    older, newer, boundary = BOUNDARIES[0]
    good, bad = boundary + timedelta(hours=10), boundary - timedelta(hours=10)
    rows = [
        message(1, "b1", bad),
        message(2, "b2", good),
        message(3, "b2", good + timedelta(seconds=60), "agent"),
    ]
    settings = Settings(packs=("kuaishou-by-date",), opened_at=bad)
    folder = write(tmp_path, rows)
    report = audit_folder(folder, settings, boundary + timedelta(days=7), ["reply-rate-3m"]).report
    status = {name: result.status for name, result in parts(report, "reply-rate-3m").items()}
    assert status == {older: "fail", newer: "pass"}
    assert report.verdict.failed == ("reply-rate-3m",)


# ------------------------------------------------------------------ which rules are cut


def spans(day: datetime) -> dict[str, set[str]]:
    rules = selected([SERIES], BY_DATE)
    found = pack_runs([SERIES], rules, day, BY_DATE)
    return {column.pack.id: set(column.terms.spans) for column in found}


def test_only_what_changed_is_cut() -> None:
    rate, badge = "reply-rate-3m", "fast-reply-badge"
    assert spans(datetime(2023, 1, 15)) == {"kuaishou-2022-11": set()}
    assert spans(datetime(2022, 12, 10)) == {"kuaishou-2022-11": {rate}, "kuaishou-2021-09": {rate}}
    # The badge is counted by the hours and the robots of the reply rate: it goes with it.
    both = {rate, badge}
    assert spans(datetime(2023, 3, 30)) == {"kuaishou-2023-03": both, "kuaishou-2022-11": both}
    september = spans(datetime(2021, 9, 20))
    assert september["kuaishou"] == {
        "reply-rate", "reply-rate-daily", "reply-rate-agent", "cs-satisfaction",
    }  # fmt: skip
    assert september["kuaishou-2021-09"] == {rate, "cs-satisfaction", "pickup-composite"}


@pytest.mark.parametrize("name", [name for name in packs.names() if not packs.load(name).versions])
def test_every_rule_can_be_watched_looking_up_its_figures(name: str) -> None:
    pack = packs.load(name)
    terms = Terms(datetime(2026, 1, 1), pack, Settings())
    for rule in pack.rules:
        asked = looked_up(catalogue()[rule], terms)
        assert rule in asked
        assert asked <= set(pack.rules), rule
    if "fast-reply-badge" in pack.rules:
        assert "reply-rate-3m" in looked_up(catalogue()["fast-reply-badge"], terms)


def test_the_version_in_force_is_that_of_the_last_day() -> None:
    def at(instant: datetime) -> str:
        return in_force(Terms(instant, SERIES, BY_DATE)).id

    # Midnight closes the day before.
    assert at(datetime(2022, 11, 28)) == "kuaishou-2021-09"
    assert at(datetime(2022, 11, 28, 0, 0, 1)) == "kuaishou-2022-11"
    assert at(datetime(2000, 1, 1)) == "kuaishou"


def test_a_declared_figure_belongs_to_the_version_of_its_last_day(tmp_path: Path) -> None:
    older, newer, boundary = BOUNDARIES[0]
    day = boundary.date()
    stated = Declared(Decimal(9), 10, day - timedelta(days=21), day - timedelta(days=1), "后台")
    settings = Settings(packs=("kuaishou-by-date",), declared={"reply-rate-3m": stated})
    (tmp_path / "orders.csv").write_text(
        "order_id,status,paid_at,shipped_at\no1,shipped,2022-11-20 10:00:00,2022-11-21 10:00:00\n",
        encoding="utf-8",
    )
    report = audit_folder(tmp_path, settings, boundary + timedelta(days=7)).report
    status = {name: result.status for name, result in parts(report, "reply-rate-3m").items()}
    assert status == {older: "pass", newer: "no_verdict"}
    assert "reply-rate-3m" in report.verdict.no_verdict


def test_no_table_is_needed_to_choose() -> None:
    assert Tables({}, {}).frames == {}
    rules = selected([SERIES], BY_DATE)
    everything = pack_runs([SERIES], rules, datetime(2026, 1, 1), BY_DATE)
    assert [column.pack.id for column in everything] == ["kuaishou-2023-03"]
    assert isinstance(everything[0].series, Pack)


@pytest.mark.parametrize(
    ("pack", "as_of", "stated"),
    [
        ("kuaishou-2021-09", datetime(2022, 11, 28), False),  # the last day is 27 November
        ("kuaishou-2021-09", datetime(2022, 11, 28, 0, 0, 1), True),
        ("kuaishou-2021-09", datetime(2021, 9, 29), False),  # the window begins on 1 September
        ("kuaishou-2021-09", datetime(2021, 9, 28), True),
        ("kuaishou-2023-03", datetime(2026, 11, 1), False),
        ("kuaishou", datetime(2026, 11, 1), False),
        ("kuaishou-by-date", datetime(2022, 12, 1), False),
    ],
)
def test_a_version_that_was_not_in_force_is_stated(
    pack: str, as_of: datetime, stated: bool, tmp_path: Path
) -> None:
    write(tmp_path, [message(1, "b1", as_of - timedelta(days=1))])
    # The one with the natural weeks: 28 days.
    rule = "reply-rate" if pack == "kuaishou" else "reply-rate-3m"
    report = audit_folder(tmp_path, Settings(packs=(pack,)), as_of, select=(rule,)).report
    assert any("was not in force" in note.en for note in report.notes) is stated
