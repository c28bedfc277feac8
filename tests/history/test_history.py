"""The store of past runs: what goes in, what stays out, and what a broken one does."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings

from kshop_audit import codec, history
from kshop_audit.errors import InputError
from kshop_audit.model.report import MuteEffect, MuteEntry, Report, Slice, Status
from kshop_audit.report.text.page import TextOptions
from kshop_audit.report.text.trend import render
from tests.report.build import failing, hostile, incomplete, passing
from tests.report.generated import reports

AT = datetime(2026, 11, 1, 8, 30)


def day(number: int, total: str = "4.5") -> Report:
    report = failing()
    score = replace(report.score, total=Decimal(total))
    return replace(report, as_of=f"2026-10-{number:02} 00:00:00", score=score)


def test_runs_come_back_in_order_whatever_order_they_were_stored_in(tmp_path: Path) -> None:
    store = tmp_path / "shop.db"
    for number in (3, 1, 2):
        history.store(store, day(number), AT)
    found = history.runs(store)
    assert [run.report for run in found] == [history.stripped(day(n)) for n in (1, 2, 3)]
    assert {run.stored_at for run in found} == {"2026-11-01 08:30:00"}
    assert [run.report.as_of[8:10] for run in history.runs(store, last=2)] == ["02", "03"]


def test_the_same_report_is_stored_once(tmp_path: Path) -> None:
    store = tmp_path / "shop.db"
    history.store(store, day(1), AT)
    history.store(store, day(1), datetime(2026, 11, 2))
    (run,) = history.runs(store)
    assert run.stored_at == "2026-11-02 00:00:00"


def test_the_last_runs_are_those_of_each_shop(tmp_path: Path) -> None:
    store = tmp_path / "shop.db"
    for shop in ("A", "B", None):
        for number in (1, 2):
            history.store(store, replace(day(number), shop=shop), AT)
    found = [(run.report.shop, run.report.as_of[8:10]) for run in history.runs(store, last=1)]
    assert found == [(None, "02"), ("A", "02"), ("B", "02")]


def test_nothing_personal_is_in_the_file(tmp_path: Path) -> None:
    secrets = ("SECRET-AGENT", "SECRET-ORDER", "SECRET-FILE", "SECRET-NAME", "SECRET-NOTE")
    agent, order, file, name, note = secrets
    report = failing()
    stated = replace(report.notes[0], zh=note, en=note)
    rule = replace(
        report.rules[0],
        findings=({"agent": agent, "order_id": order},),
        breakdown={"agent": (replace_slice(report, agent),)},
        unmapped={name: 1},
        reason=stated,
        notes=(stated,),
        mute=MuteEffect(1, Status.PASS, 1.0, 1, 1, (MuteEntry(note, name, "2026-12-31", 1),)),
    )
    inputs = tuple(replace(entry, path=file) for entry in report.inputs)
    whole = replace(report, rules=(rule,), inputs=inputs, notes=(stated,))
    assert all(secret in codec.encode(whole) for secret in secrets)
    store = tmp_path / "shop.db"
    history.store(store, whole, AT)
    assert b"SECRET" not in store.read_bytes()


def replace_slice(report: Report, key: str) -> Slice:
    slices = [s for rule in report.rules for own in rule.breakdown.values() for s in own]
    return replace(slices[0], key=key)


@settings(max_examples=15)
@given(report=reports())
def test_any_report_can_be_stored(tmp_path_factory: pytest.TempPathFactory, report: Report) -> None:
    store = tmp_path_factory.mktemp("history") / "shop.db"
    history.store(store, report, AT)
    assert [run.report for run in history.runs(store)] == [history.stripped(report)]


def test_half_a_character_in_a_report_is_stored(tmp_path: Path) -> None:
    """A database takes none, and a report may come from a file that somebody has written."""
    report = replace(day(1), shop="\ud800", as_of="\udcff")
    history.store(tmp_path / "shop.db", report, AT)
    assert [run.report for run in history.runs(tmp_path / "shop.db")] == [history.stripped(report)]


def test_a_file_that_is_no_store_stays_as_it_is(tmp_path: Path) -> None:
    other = tmp_path / "orders.csv"
    other.write_text("order_id\n1\n" * 100, encoding="utf-8")
    before = other.read_bytes()
    for call in (lambda: history.store(other, day(1), AT), lambda: history.runs(other)):
        with pytest.raises(InputError, match="cannot be used"):
            call()
    assert other.read_bytes() == before
    with pytest.raises(InputError, match="there is no"):
        history.runs(tmp_path / "none.db")


def test_a_store_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    store = tmp_path / "shop.db"
    with sqlite3.connect(store) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(InputError, match="later version"):
        history.store(store, day(1), AT)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_trend_shows_every_run_and_the_values_as_bars(lang: str) -> None:
    text = render([incomplete(), failing(), passing()], TextOptions(lang, width=100))
    assert all(len(line) <= 100 for line in text.splitlines())
    found = render([day(1, "4.1"), day(2, "4.2")], TextOptions(lang))
    assert found.index("4.10") < found.index("4.20")
    assert ("5 分钟回复率" if lang == "zh" else "5-minute reply rate") in found


def test_the_bars_stand_between_the_least_and_the_greatest() -> None:
    report = failing()
    first = report.rules[0]
    series = [
        replace(
            report,
            rules=(replace(first, numerator=n, denominator=100, value=n / 100),),
        )
        for n in (10, 80, 45)
    ]
    series.insert(1, replace(report, rules=()))
    assert "▁·█▅" in render(series, TextOptions("en", width=100))
    assert "0.74" in render(series, TextOptions("en", width=100, ascii=True))


def test_text_of_a_stored_report_is_harmless() -> None:
    text = render([history.stripped(hostile())], TextOptions("en"))
    assert not [char for char in text if char != "\n" and not char.isprintable()]
