"""`due` as a person runs it: the list, the files for the warehouse, exit codes, both languages."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rich.cells import cell_len

from kshop_audit.report.schemas import schema
from tests.cli.build import Run
from tests.cli.test_sample_data import SAMPLES
from tests.due.shop import Row, write

Draft202012Validator = import_module("jsonschema").Draft202012Validator  # it has no type stubs
FAILING = SAMPLES / "failing"
KEYS = [
    "kind", "deadline", "hours_left", "late", "certain", "ids", "rule", "product", "province",
    "carrier", "cost_fen", "cost_grade", "effect", "action",
]  # fmt: skip


def test_the_json_is_what_the_schema_says(run: Run) -> None:
    code, out, err = run("due", FAILING, "--format", "json")
    assert (code, err) == (0, "")
    data = json.loads(out)
    validator = Draft202012Validator(json.loads(schema("due")))
    assert [fault.message for fault in validator.iter_errors(data)] == []
    assert (data["as_of"], data["within_hours"]) == ("2026-10-31 23:28:42", 24)
    assert all(list(item) == KEYS for item in data["items"])
    first = data["items"][0]
    assert first["kind"] == "ship"
    # 138 of 147 now; one more that is missed makes 138 of 148.
    effect = first["effect"]
    assert (effect["numerator"], effect["denominator"]) == (138, 148)
    assert effect["rate"] == pytest.approx(138 / 148)
    assert (first["cost_fen"], first["cost_grade"]) == (2360, "PRESS")


def test_the_report_holds_the_same_list(run: Run) -> None:
    _, listed, _ = run("due", FAILING, "--format", "json")
    _, report, _ = run("check", FAILING, "--format", "json")
    items, whole = json.loads(listed), json.loads(report)
    assert whole["today"] == items["items"]
    assert whole["today_counts"] == items["counts"]


def test_how_far_it_looks(run: Run) -> None:
    deadlines = []
    for within in ("0h", "14h", "36h"):
        _, out, _ = run("due", FAILING, "--format", "json", "--within", within)
        deadlines.append({i["deadline"] for i in json.loads(out)["items"] if not i["late"]})
    none, soon, later = deadlines
    assert none < soon < later
    assert soon == {"2026-11-01 13:08:06"}
    code, _, err = run("due", FAILING, "--within", "soon")
    assert code == 2
    assert "--within soon" in err


def test_the_exit_code(run: Run) -> None:
    assert run("due", FAILING)[0] == 0
    assert run("due", FAILING, "--exit-code")[0] == 1
    # Nothing is due in the hour after as-of, and nothing is late.
    assert run("due", SAMPLES / "healthy", "--within", "1h", "--exit-code")[0] == 0
    assert run("due", "nowhere", "--exit-code")[0] == 2


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_line_is_wider_than_asked(run: Run, lang: str, width: int) -> None:
    code, out, _ = run("due", FAILING, "--lang", lang, "--width", width, "--within", "3d", "-v")
    assert code == 0
    lines = out.splitlines()
    assert [line for line in lines if cell_len(line) > width] == []
    assert [line for line in lines if line != line.rstrip()] == []
    out.encode("gbk")


def test_english_is_english(run: Run) -> None:
    data = ("秋禾女装直播店", "省", "山东", "江苏", "湖南", "快递", "速递", "韵达", "圆通")
    _, out, _ = run("due", FAILING, "--lang", "en", "--width", "120")
    for text in data:
        out = out.replace(text, "")
    assert not re.search("[\u4e00-\u9fff]", out)


def test_what_was_not_looked_at_is_said(run: Run) -> None:
    _, out, _ = run("due", FAILING, "--lang", "en", "--width", "120")
    assert "appeals: not looked at" in out
    _, out, _ = run("due", SAMPLES / "douyin", "--lang", "en", "--set", "levels.dy-reply-3m=off")
    assert "no rule of this pack knows of deadlines" in out


def test_the_shop_that_closes_is_told_when_to_go_on(run: Run) -> None:
    _, out, _ = run("due", SAMPLES / "closing", "--within", "30d", "--format", "json")
    steps = [item for item in json.loads(out)["items"] if item["kind"] == "closure"]
    _, report, _ = run("close", SAMPLES / "closing", "--format", "json", "--no-input")
    clears = {
        finding["clears_on"]
        for rule in json.loads(report)["rules"]
        for finding in rule["findings"]
        if re.match(r"\d{4}", str(finding.get("clears_on")))
    }
    assert {item["deadline"] for item in steps} == {day for day in clears if day < "2026-12"}
    assert steps
    # A shop that stays has no such thing.
    assert '"closure"' not in run("due", FAILING, "--within", "60d", "--format", "json")[1]


# ------------------------------------------------------------------ files


def table(path: Path) -> list[dict[str, str]]:
    text = path.read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))


def test_the_table_for_the_warehouse(run: Run) -> None:
    code, _, _ = run("due", FAILING, "--out", "due.csv", "--lang", "en")
    assert code == 0
    rows = table(Path("due.csv"))
    assert [row["Kind"] for row in rows] == [
        "shipping", "promises", "pickups", "pickups", "pickups", "replies",
    ]  # fmt: skip
    # A spreadsheet would round sixteen digits, so they are text to it.
    assert rows[0]["Order"] == "\t2630320033744244"
    assert rows[3]["Waybill"] == "YT2105550983647"
    assert (rows[0]["Cost (CNY)"], rows[0]["Cost known from"]) == ("23.6", "trade press")
    assert rows[0]["If missed"] == "93.9% (138/147)→93.2% (138/148)"
    assert [row["State"] for row in rows] == ["waits"] * 5 + ["late"]


def test_workbook_and_json_hold_the_same_rows(run: Run) -> None:
    run("due", FAILING, "--out", "due.xlsx", "--out", "due.json", "--out", "due.csv")
    rows = table(Path("due.csv"))
    items = json.loads(Path("due.json").read_text(encoding="utf-8"))["items"]
    assert [row["Order"].strip() or None for row in rows] == [i["ids"]["order_id"] for i in items]
    with zipfile.ZipFile("due.xlsx") as book:
        sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))
        shared = ET.fromstring(book.read("xl/sharedStrings.xml"))
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    assert len(list(sheet.iter(f"{space}row"))) == 1 + len(items)
    assert list(sheet.iter(f"{space}f")) == []
    assert "2630320033744244" in [text.text for text in shared.iter(f"{space}t")]


def test_a_file_that_cannot_be_written_is_refused_before_the_work(run: Run) -> None:
    code, out, err = run("due", FAILING, "--out", "due.html")
    assert (code, out) == (2, "")
    assert ".csv .xlsx .json" in err
    code, _, err = run("due", FAILING, "--out", FAILING / "due.csv")
    assert code == 2
    assert not (FAILING / "due.csv").exists()


# ------------------------------------------------------------------ hostile text, buyers

HOSTILE = '=HYPERLINK("http://x")<b>\x1b[31m|[a](x)@all'


def hostile(folder: Path) -> Path:
    order: Row = {
        "order_id": HOSTILE, "status": "paid", "aftersale_state": "none",
        "created_at": "2026-10-30 10:00:00", "paid_at": "2026-10-30 10:00:00",
        "paid_amount": "100.00", "product_id": HOSTILE, "province": HOSTILE, "carrier": HOSTILE,
    }  # fmt: skip
    write(folder, {"orders": [order, order | {"order_id": "2630320033744244", "product_id": "+1"}]})
    return folder


def test_hostile_text_is_inert(run: Run) -> None:
    shop = hostile(Path("shop"))
    asked = ("due", shop, "--as-of", "2026-10-31T15:00", "--out", "due.csv", "--out", "due.xlsx")
    code, out, _ = run(*asked, "-v")
    assert code == 0
    assert "HYPERLINK" in out
    assert not re.search(r"[^\n -\U0010ffff]", out)
    for row in table(Path("due.csv")):
        assert [text for text in row.values() if text.startswith(("=", "+", "-", "@"))] == []
        assert "\x1b" not in "".join(row.values())
    with zipfile.ZipFile("due.xlsx") as book:
        assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()


def talk(folder: Path) -> Path:
    """A conversation that has no session: it is known by its buyer only."""
    rows = ["buyer_id,sender_role,sent_at,content"]
    rows.append("王小明13812345678,buyer,2026-10-31 14:58:00,在吗")
    rows.append("别人,buyer,2026-10-31 14:58:00,在吗")
    folder.mkdir()
    (folder / "chats.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def test_a_buyer_is_masked_unless_asked_for(run: Run) -> None:
    asked = ("due", talk(Path("shop")), "--as-of", "2026-10-31T15:00", "--format", "json")
    shown = [item["ids"]["session_id"] for item in json.loads(run(*asked)[1])["items"]]
    assert sorted(shown) == ["别***", "王***"]
    shown = [item["ids"]["session_id"] for item in json.loads(run(*asked, "--no-mask")[1])["items"]]
    assert sorted(shown) == ["别人", "王小明13812345678"]


def test_a_burst_is_one_thing_to_do(run: Run) -> None:
    """Three messages, one clock: one answer serves all of them, and missing it costs three."""
    rows = ["session_id,sender_role,sent_at"]
    rows += [f"S1,buyer,2026-10-31 14:{minute}:00" for minute in (57, 58, 59)]
    rows += ["S2,buyer,2026-10-31 14:00:00", "S2,agent,2026-10-31 14:01:00"]
    Path("chats.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    _, out, _ = run("due", "chats.csv", "--as-of", "2026-10-31T15:00", "--format", "json")
    (item,) = json.loads(out)["items"]
    assert (item["ids"]["session_id"], item["deadline"]) == ("S1", "2026-10-31 15:02:00")
    assert (item["effect"]["numerator"], item["effect"]["denominator"]) == (1, 4)


def test_a_sender_that_is_not_understood_makes_it_uncertain(run: Run) -> None:
    rows = ["session_id,sender_role,sent_at", "S1,buyer,2026-10-31 14:57:00"]
    rows += ["S1,谁知道,2026-10-31 14:58:00", "S2,buyer,2026-10-31 14:56:00"]
    Path("chats.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    _, out, _ = run("due", "chats.csv", "--as-of", "2026-10-31T15:00", "--format", "json")
    certain = {i["ids"]["session_id"]: i["certain"] for i in json.loads(out)["items"]}
    assert certain == {"S1": False, "S2": True}


def test_the_deadline_of_the_file_stands_before_the_seven_days(run: Run) -> None:
    rows = ["违规单号,违规类型,违规通知时间,申诉截止时间,状态"]
    rows += ["V1,无货源,2026-10-25 10:00:00,2026-11-01 09:00:00,待处理"]
    rows += ["V2,无货源,2026-10-25 10:00:00,,待处理"]
    Path("violations.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    asked = ("due", "--violations", "violations.csv", "--as-of", "2026-10-31T15:00")
    code, out, err = run(*asked, "--format", "json")
    assert code == 0, err
    found = {i["ids"]["violation_id"]: i["deadline"] for i in json.loads(out)["items"]}
    assert found == {"V1": "2026-11-01 09:00:00", "V2": "2026-11-01 10:00:00"}


def test_a_muted_order_is_not_listed(run: Run) -> None:
    shop = hostile(Path("shop"))
    Path("mutes.toml").write_text(
        '[[mutes]]\nrule = "ship-48h"\nmatch = { order_id = ["2630320033744244"] }\n'
        'reason = "改约"\nby = "老板"\nuntil = 2026-12-31\n',
        encoding="utf-8",
    )
    _, out, _ = run("due", shop, "--as-of", "2026-11-01T15:00", "--format", "json")
    assert [i["ids"]["order_id"] for i in json.loads(out)["items"]] == [HOSTILE]


def test_what_closing_waits_for_is_named(run: Run) -> None:
    order = ("due", SAMPLES / "closing", "--within", "1000h", "--width", "200")
    _, out, _ = run(*order, "--lang", "zh")
    for words in ("关店公示到此满 30 天", "最后一单完结到此满 30 天", "关店  关店公示"):
        assert out.count(words) == 1
    _, out, _ = run(*order, "--lang", "en")
    for words in ("closing notice has been shown", "30 days after the last order are over"):
        assert out.count(words) == 1
