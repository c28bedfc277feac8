"""Where results go: never near the inputs, and as data that no spreadsheet or terminal obeys."""

from __future__ import annotations

import codecs
import csv
import json
import re
from hashlib import sha256
from pathlib import Path

import pytest
from blake3 import blake3

from kshop_audit.auditing import audit as use_case
from kshop_audit.cli.stopping import replacing
from kshop_audit.errors import EXIT_FAILED, EXIT_NO_AUDIT, EXIT_OK
from kshop_audit.report.sheet import safe
from tests.cli.build import LATE, ORDERS, ROOT, Run, shop


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def unused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The audit must not even begin."""

    def begun(*_: object) -> None:
        pytest.fail("the work has begun")

    monkeypatch.setattr(use_case, "audit", begun)


@pytest.mark.usefixtures("unused")
@pytest.mark.parametrize(
    "arguments",
    [
        ["SHOP", "--evidence", "SHOP"],
        ["SHOP", "--evidence", "SHOP/evidence"],
        ["SHOP", "--evidence", "SHOP/../shop/a/b"],
        ["SHOP", "--evidence", "LINK"],
        ["LINK", "--evidence", "SHOP"],
        ["LINK", "--evidence", "SHOP/evidence"],
        ["SHOP", "--out", "SHOP/r.json"],
        ["SHOP", "--out", "LINK/r.json"],
        ["SHOP", "--out", "INTO.json"],
        ["SHOP", "--out", "SHOP/out.json"],
        ["--orders", "SHOP/orders.csv", "--out", "SHOP/r.json"],
        ["--orders", "SHOP/orders.csv", "--evidence", "SHOP"],
        ["--orders", "SHOP/orders.csv", "--evidence", "SHOP/evidence"],
        ["SHOP/orders.csv", "--evidence", "SHOP"],
        ["LINKED.csv", "--evidence", "SHOP"],
        ["LINKED.csv", "--evidence", "."],
        ["FOLDER", "--evidence", "SHOP"],
    ],
)
def test_nothing_is_written_next_to_or_into_the_inputs(
    run: Run, tmp_path: Path, arguments: list[str]
) -> None:
    folder = shop(tmp_path / "shop", shipped=LATE)
    (folder / "orders.csv").rename(folder / "ship-48h.csv")
    (folder / "orders.csv").symlink_to(folder / "ship-48h.csv")
    Path("LINK").symlink_to(folder)
    Path("INTO.json").symlink_to(folder / "r.json")
    (folder / "out.json").symlink_to(tmp_path / "out.json")
    Path("LINKED.csv").symlink_to(folder / "ship-48h.csv")
    Path("FOLDER").mkdir()
    Path("FOLDER/orders.csv").symlink_to(folder / "ship-48h.csv")
    before = contents(tmp_path)
    code, out, err = run("check", *[word.replace("SHOP", str(folder)) for word in arguments])
    assert (code, out, err.count("\n")) == (EXIT_NO_AUDIT, "", 1)
    assert arguments[-2] in err
    assert contents(tmp_path) == before
    assert not (folder / "evidence").exists()


@pytest.mark.usefixtures("unused")
def test_a_file_is_no_folder_for_evidence(run: Run, tmp_path: Path) -> None:
    Path("notes.txt").write_text("x", encoding="utf-8")
    code, _, err = run("check", shop(tmp_path / "shop"), "--evidence", "notes.txt")
    assert (code, "is not a folder" in err) == (EXIT_NO_AUDIT, True)


def test_a_folder_beside_the_audited_one_is_fine(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    code, _, err = run(
        "check", folder, "--evidence", tmp_path / "shop2", "--out", tmp_path / "shop.json"
    )
    assert (code, err) == (EXIT_OK, "")
    assert (tmp_path / "shop2" / "_rejected.csv").exists()


def test_evidence_replaces_a_link_and_follows_none(run: Run, tmp_path: Path) -> None:
    precious = tmp_path / "precious.csv"
    precious.write_text("mine", encoding="utf-8")
    folder = tmp_path / "evidence"
    folder.mkdir()
    (folder / "ship-48h.csv").symlink_to(precious)
    run("check", shop(tmp_path / "shop", shipped=LATE), "--evidence", folder)
    assert precious.read_text(encoding="utf-8") == "mine"
    assert not (folder / "ship-48h.csv").is_symlink()
    assert [path.name for path in folder.iterdir() if path.suffix == ".part"] == []


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_row_of_evidence_names_rule_and_place_and_that_it_counts(
    run: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "evidence"
    code, _, _ = run("check", shop(tmp_path / "shop", shipped=LATE), "--evidence", folder)
    assert code == EXIT_FAILED
    path = folder / "ship-48h.csv"
    assert path.read_bytes().startswith(codecs.BOM_UTF8)
    (row,) = rows(path)
    order = ["rule", "order_id", "file", "row", "deadline", "actual", "late_seconds", "counted"]
    assert [name for name in row if name in order] == order
    assert next(iter(row)) == "title"
    assert (row["title"], row["rule"]) == ("48-hour shipping rate", "ship-48h")
    assert row["counted"] == "yes"
    assert (row["file"], row["row"], row["late_seconds"]) == ("orders.csv", "2", "1")
    assert (row["deadline"], row["actual"]) == ("2026-10-20 10:00:00", LATE)


def test_evidence_in_chinese_has_chinese_heads_and_words_and_names_its_columns(
    run: Run, tmp_path: Path
) -> None:
    """Only the column of ids is for programs; the manifest says which column is which."""
    folder = tmp_path / "evidence"
    run("check", ROOT / "sample_data" / "failing", "--evidence", folder, "--lang", "zh")
    manifest = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))
    assert {one["path"] for one in manifest["files"]} == {
        path.name for path in folder.iterdir() if path.suffix == ".csv"
    }
    for entry in manifest["files"]:
        with (folder / entry["path"]).open(encoding="utf-8-sig", newline="") as file:
            head, *listed = csv.reader(file)
        assert len(head) == len(entry["columns"])
        assert not [name for name in head if re.search("[a-z_]", name)]
        for row in (dict(zip(entry["columns"], cells, strict=True)) for cells in listed):
            assert re.search("[\u4e00-\u9fff]", row["title"])
            assert row["counted"] in ("是", "按例外不计")
            assert "_" not in row["why"]
            assert f"{row['rule']}.csv" == entry["path"]


CONTROL = {
    "\x1b[31mred\x1b[0m": "red",
    "\x1b]0;title\x07x": "x",
    "\x9b2Jgone": "gone",
    "a\u202eb": "ab",
    "a\u2066b\u2069": "ab",
    "a\r\nb": "a b",
    "zero\u200bwidth": "zerowidth",
}
FORMULA = ("=1+1", "+1", "-1", "@x", "＝1+1", "＋1", "－1", "＠x", " =1", "\t=1", "\x1b[0m=1")
PLAIN = {
    "订单": "订单",
    "12345678901": "12345678901",
    "2631500000000001": "\t2631500000000001",
    "0012": "\t0012",
    "7e12": "\t7e12",
    "": "",
}


@pytest.mark.parametrize(("cell", "written"), [*CONTROL.items(), *PLAIN.items()])
def test_a_cell_holds_nothing_that_steers_or_hides(cell: str, written: str) -> None:
    assert safe(cell) == written


@pytest.mark.parametrize("cell", FORMULA)
def test_no_cell_is_a_formula(cell: str) -> None:
    stated = safe(cell)
    assert isinstance(stated, str)
    assert stated.startswith("'")


def test_our_own_figures_stay_figures() -> None:
    assert [safe(value) for value in (-5, None, 123456789012345)] == [-5, None, 123456789012345]


def test_cells_and_file_names_are_cleaned_in_the_files(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    shop(folder, shipped=LATE, chats=False)
    name = "=o\x1b[31m\u202e\x9b1m.csv"
    bad = "\x1b[2J\u202e昨天"
    text = ORDERS.format(shipped=LATE) + f"=\x9bA1,shipped,{bad},\n"
    text = text.replace("2631500000000001", "=2\x1b[0m+\u202e5")
    (folder / "orders.csv").unlink()
    (folder / name).write_text(text, encoding="utf-8")
    target = tmp_path / "evidence"
    run("check", folder, "--evidence", target)
    (late,) = rows(target / "ship-48h.csv")
    assert late["order_id"].startswith("'=2")
    shown = r"'=o\x1b[31m\u202e\x9b1m.csv"
    assert late["file"] == shown
    (rejected,) = rows(target / "_rejected.csv")
    assert (rejected["file"], rejected["value"]) == (shown, "昨天")
    for path in target.iterdir():
        assert not set("\x1b\x9b\u202e") & set(path.read_text(encoding="utf-8-sig"))


def test_a_manifest_has_what_sha256sum_prints(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", shipped=LATE)
    target = tmp_path / "evidence"
    run("check", folder, "--evidence", target)
    manifest = json.loads((target / "MANIFEST.json").read_text(encoding="utf-8"))
    stated = {entry["path"]: entry["sha256"] for entry in manifest["inputs"] + manifest["files"]}
    there = [*folder.iterdir(), *(path for path in target.iterdir() if path.suffix == ".csv")]
    assert stated == {path.name: sha256(path.read_bytes()).hexdigest() for path in there}


def test_the_report_names_its_inputs_by_blake3(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    report = json.loads(run("check", folder, "--format", "json")[1])
    stated = {entry["path"]: entry["digest"] for entry in report["inputs"]}
    assert stated == {
        path.name: f"blake3:{blake3(path.read_bytes()).hexdigest()}" for path in folder.iterdir()
    }


# ------------------------------------------------------------------ what else can be asked


def test_figures_are_broken_down_as_asked(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    plain = json.loads(run("check", folder, "--format", "json")[1])
    assert all(rule["breakdown"] == {} for rule in plain["rules"])
    given = ["--by", "agent,hour", "--by", "weekday, day,hour"]
    report = json.loads(run("check", folder, "--format", "json", *given)[1])
    rules = {rule["id"]: rule for rule in report["rules"]}
    parts = rules["reply-rate"]["breakdown"]
    assert set(parts) == {"hour", "weekday", "day"}
    assert parts["day"][0]["key"] == "2026-10-20"
    assert set(rules["ship-48h"]["breakdown"]) == {"hour", "weekday", "day"}
    everything = run("check", folder, "--by", "agent,hour,day,weekday,carrier,province,product")
    assert everything[0] == EXIT_OK


@pytest.mark.usefixtures("unused")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--by", "agent,moon"], "--by moon: no such dimension, use agent,hour,day,weekday,"),
        (["--pack", "kuaishou", "--pack", "kuaishou"], "the pack kuaishou is given twice"),
    ],
)
def test_what_cannot_be_asked_for_is_stated(
    run: Run, tmp_path: Path, arguments: list[str], message: str
) -> None:
    code, out, err = run("check", shop(tmp_path / "shop"), *arguments)
    assert (code, out, err.count("\n")) == (EXIT_NO_AUDIT, "", 1)
    assert message in err


def test_packs_are_taken_from_flag_or_environment(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shop(tmp_path / "shop")
    monkeypatch.setenv("KSHOP_AUDIT_PACK", "kuaishu")
    assert "did you mean kuaishou?" in run("check", folder)[2]
    assert run("check", folder, "--pack", "kuaishou")[0] == EXIT_OK
    assert run("check", folder, "--isolated")[0] == EXIT_OK
    monkeypatch.setenv("KSHOP_AUDIT_PACK", "kuaishou jd")
    report = json.loads(run("check", folder, "--format", "json")[1])
    assert [pack["id"] for pack in report["packs"]] == ["kuaishou", "jd"]


def test_an_interrupted_file_leaves_the_old_one_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "r.json"
    target.write_text("old", encoding="utf-8")

    def write() -> None:
        with replacing(target) as part:
            part.write_text("ne", encoding="utf-8")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert contents(tmp_path) == {target: b"old"}


def test_a_link_is_replaced_and_what_it_leads_to_left_alone(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("input", encoding="utf-8")
    (tmp_path / "r.json").symlink_to(tmp_path / "orders.csv")
    with replacing(tmp_path / "r.json") as part:
        part.write_text("new", encoding="utf-8")
    assert (tmp_path / "orders.csv").read_text(encoding="utf-8") == "input"
    assert not (tmp_path / "r.json").is_symlink()
