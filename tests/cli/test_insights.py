"""`insights`: tables within the width, JSON by its schema, sections that say what they lack."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path

import pytest
from rich.cells import cell_len

from kshop_audit.report.schemas import schema
from tests.cli.build import Run
from tests.cli.test_sample_data import SAMPLES

Draft202012Validator = import_module("jsonschema").Draft202012Validator  # it has no type stubs
NAMES = sorted(folder.name for folder in SAMPLES.iterdir() if folder.is_dir())


@pytest.mark.parametrize("sample", NAMES)
def test_the_json_is_what_the_schema_says(run: Run, sample: str) -> None:
    code, out, err = run("insights", SAMPLES / sample, "--format", "json")
    assert (code, err) == (0, "")
    validator = Draft202012Validator(json.loads(schema("insights")))
    assert [fault.message for fault in validator.iter_errors(json.loads(out))] == []


def test_the_schema_is_printed(run: Run) -> None:
    assert run("schema", "insights")[:2] == (0, schema("insights"))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_line_is_wider_than_asked(run: Run, lang: str, width: int) -> None:
    code, out, _ = run("insights", SAMPLES / "failing", "--lang", lang, "--width", width)
    assert code == 0
    lines = out.splitlines()
    assert [line for line in lines if cell_len(line) > width] == []
    assert [line for line in lines if line != line.rstrip()] == []
    out.encode("gbk")


def test_a_question_goes_by_its_conversation_while_its_buyer_is_masked(run: Run) -> None:
    masked = run("insights", SAMPLES / "failing", "--lang", "zh")[1]
    assert re.search(r"20\d\d-\d\d-\d\d \S+ +HH\d+ \d+$", masked, re.MULTILINE)
    assert not re.search(r"\*\*\* HH\d", masked)
    shown = run("insights", SAMPLES / "failing", "--lang", "zh", "--no-mask")[1]
    assert re.search(r"KS\d+ HH\d+ \d+", shown)


def friday_evening() -> Path:
    """Eleven questions of one hour, three answered in time, and one in another hour."""
    rows = ["session_id,message_id,buyer_id,sender_role,sent_at,content"]
    for number in range(11):
        rows.append(f"S{number},M{number},B{number},buyer,2026-10-23 21:{number:02}:00,发货")
        if number < 3:
            rows.append(f"S{number},R{number},B{number},agent,2026-10-23 21:{number:02}:09,好")
    rows.append("S11,M11,B11,buyer,2026-10-24 20:00:00,发货")
    path = Path("chats.csv")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(("more", "cell"), [((), "!▇ 11  27"), (("--ascii",), "!# 11  27")])
def test_the_heat_table_and_its_worst_hours(run: Run, more: tuple[str, ...], cell: str) -> None:
    _, out, _ = run("insights", friday_evening(), "--lang", "en", *more)
    row = next(line for line in out.splitlines() if line.startswith(" 21 "))
    assert row == f" 21 {' ' * 41}{cell}"
    dash = "-" if more else "–"
    assert f"Fri 21:00{dash}22:00: 8 of 11 not answered in time (rate 27.3%)" in out


def test_plain_text_needs_no_symbols(run: Run) -> None:
    _, out, _ = run("insights", SAMPLES / "failing", "--lang", "en", "--ascii")
    assert not set("▁▃▅▇■≥–—×√") & set(out)


def test_top_says_how_many_there_are(run: Run) -> None:
    _, out, _ = run("insights", SAMPLES / "failing", "--lang", "en", "--top", "2")
    assert re.search(r"^  2 of \d+ listed", out, re.MULTILINE)
    assert run("insights", SAMPLES / "failing", "--top", "0")[0] == 2


def test_a_section_says_which_export_it_lacks(run: Run) -> None:
    tickets = next((SAMPLES / "failing").glob("售后*.csv"))
    code, out, _ = run("insights", tickets, "--lang", "zh")
    assert code == 0
    assert out.count("看不了。没有聊天文件：") == 3
    assert "没有按商品的表。没有订单文件：" in out


def test_hostile_text_steers_nothing(run: Run) -> None:
    Path("chats.csv").write_text(
        "session_id,message_id,buyer_id,sender_role,sent_at,content\n"
        "S\x1b[2J1,M\u202e1,[red]B1,buyer,2026-10-20 10:00:00,发货\x1b]0;x\x07[bold]吗\n",
        encoding="utf-8",
    )
    code, out, _ = run("insights", "chats.csv", "--no-mask", "--lang", "zh")
    assert code == 0
    assert "[red]B1 S1 M1" in out
    assert "原话：发货[bold]吗" in out
    assert not {"\x1b", "\u202e"} & set(out)


@pytest.mark.parametrize("command", ["insights", "aspects", "close"])
def test_one_pack_at_a_time(run: Run, command: str) -> None:
    two = ("--pack", "kuaishou", "--pack", "jd")
    code, out, err = run(command, SAMPLES / "failing", *two, "--lang", "en")
    assert (code, out) == (2, "")
    assert "this command takes one pack, not kuaishou, jd" in err


def test_nothing_to_read_is_no_survey(run: Run) -> None:
    assert run("insights")[0] == 2
