"""Several packs in one run, and one configuration for several platforms."""

from __future__ import annotations

import csv
import json
import os
import shutil
import threading
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from kshop_audit import packs
from kshop_audit.auditing import selection
from kshop_audit.errors import EXIT_FAILED, EXIT_INCOMPLETE, EXIT_NO_AUDIT, EXIT_OK
from kshop_audit.model.platforms import pack_name
from kshop_audit.model.settings import Settings
from kshop_audit.plan import read
from kshop_audit.report.text.rule import listing
from kshop_audit.report.view.speech import Speech
from kshop_audit.rules import catalogue
from tests.cli.build import LATE, Run, shop
from tests.cli.test_sample_data import SAMPLES
from tests.ingest.workbooks import BOOKS

TWO = ("--pack", "kuaishou", "--pack", "kuaishou-2022-11")


def report(run: Run, *arguments: object) -> tuple[int, dict[str, Any]]:
    code, out, err = run("check", *arguments, "--format", "json")
    assert out, err
    return code, json.loads(out)


def of_pack(found: dict[str, Any], pack: str) -> dict[str, Any]:
    return {rule["id"]: rule for rule in found["rules"] if rule["pack"] == pack}


def test_each_pack_is_a_column_as_if_it_were_alone(run: Run) -> None:
    _, both = report(run, SAMPLES / "failing", *TWO)
    assert [pack["id"] for pack in both["packs"]] == ["kuaishou", "kuaishou-2022-11"]
    for name in ("kuaishou", "kuaishou-2022-11"):
        _, alone = report(run, SAMPLES / "failing", "--pack", name)
        assert of_pack(both, name) == of_pack(alone, name)


def test_the_score_and_its_gains_follow_the_first_pack(run: Run) -> None:
    _, both = report(run, SAMPLES / "failing", *TWO)
    _, alone = report(run, SAMPLES / "failing")
    assert both["score"] == alone["score"]
    assert both["actions"][: len(alone["actions"])] == alone["actions"]
    rest = both["actions"][len(alone["actions"]) :]
    assert [action["rule"] for action in rest] == ["reply-rate-3m"]
    assert rest[0]["gain"] is None
    assert any("score is that of the pack kuaishou;" in note["en"] for note in both["notes"])


def test_all_packs_must_hold(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    assert run("check", folder, "--pack", "kuaishou")[0] == EXIT_OK
    # JD: the required rules need tickets, and there are none.
    code, found = report(run, folder, "--pack", "kuaishou", "--pack", "jd")
    assert code == EXIT_INCOMPLETE
    assert "jd-review-12h" in found["verdict"]["no_verdict"]
    late = shop(tmp_path / "late", shipped=LATE)
    for order in (("kuaishou", "jd"), ("jd", "kuaishou")):
        flags = [flag for name in order for flag in ("--pack", name)]
        code, found = report(run, late, *flags)
        assert (code, found["verdict"]["failed"]) == (EXIT_FAILED, ["ship-48h"])


def test_a_rule_of_two_packs_is_named_once_in_the_verdict(run: Run, tmp_path: Path) -> None:
    code, found = report(run, shop(tmp_path / "shop", shipped=LATE), *TWO)
    assert code == EXIT_FAILED
    assert found["verdict"]["failed"] == ["ship-48h"]
    assert [rule["pack"] for rule in found["rules"] if rule["id"] == "ship-48h"] == [*TWO[1::2]]


def test_the_text_has_a_section_for_each_pack(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", shipped=LATE)
    _, out, _ = run("check", folder, *TWO, "--lang", "en")
    heads = [line for line in out.splitlines() if line.startswith("rules Kuaishou")]
    assert [head.partition(":")[0] for head in heads] == [
        f"rules {pack_name(name).en} {packs.load(name).version}" for name in TWO[1::2]
    ]
    _, out, _ = run("check", folder, *TWO, "--format", "brief", "--lang", "en")
    assert "(Kuaishou-2022-11)" in out
    assert len(out.splitlines()) <= 8


def test_evidence_of_two_packs_does_not_meet_in_one_file(run: Run, tmp_path: Path) -> None:
    folder, out = shop(tmp_path / "shop", shipped=LATE), tmp_path / "evidence"
    _, found = report(run, folder, *TWO, "--evidence", out)
    written = {path.name for path in out.iterdir()}
    named = {rule["evidence"]["file"] for rule in found["rules"] if rule["evidence"]} - {None}
    assert named == written - {"_rejected.csv", "MANIFEST.json"}
    assert {f"{name}.ship-48h.csv" for name in TWO[1::2]} <= written


def test_every_file_is_read_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Any] = []
    original = read._read

    def counted(index: Any, *arguments: Any) -> Any:
        opened.append(index)
        return original(index, *arguments)

    monkeypatch.setattr(read, "_read", counted)
    _, found = report(run, SAMPLES / "healthy", *TWO, "--pack", "jd")
    files = [entry for entry in found["inputs"] if entry["kind"] != "unrecognised"]
    assert sorted(opened) == sorted(set(opened))
    assert len(opened) == len(files)


def _zipped(place: Path, name: str, content: str) -> None:
    with zipfile.ZipFile(place / f"{name}.zip", "w") as packed:
        packed.writestr(f"{name}.csv", content)


def _in_sheets(place: Path, name: str, content: str, suffix: str = "xlsx") -> None:
    rows = list(csv.reader(content.splitlines()))
    (place / f"{name}.{suffix}").write_bytes(BOOKS[suffix]({"Sheet1": rows}))


def _named_on_windows(place: Path, name: str, content: str) -> None:
    there = os.fsencode(place) + b"/" + f"{name}.csv".encode("gb18030")
    Path(os.fsdecode(there)).write_text(content, encoding="utf-8")


def _piped(place: Path, name: str, content: str) -> None:
    os.mkfifo(place / f"{name}.csv")

    def write() -> None:
        (place / f"{name}.csv").write_text(content, encoding="utf-8")

    threading.Thread(target=write, daemon=True).start()


@pytest.mark.parametrize(
    "kept",
    [_zipped, _in_sheets, partial(_in_sheets, suffix="xls"), _named_on_windows, _piped],
    ids=["zip", "xlsx", "xls", "gb18030", "pipe"],
)
def test_whatever_holds_the_files_the_pack_is_that_of_their_platform(
    run: Run, tmp_path: Path, kept: Callable[[Path, str, str], None]
) -> None:
    """Which pack that is shows only in the files; they are read anew for its words."""
    (orders,) = (SAMPLES / "taobao").glob("订单报表*.csv")
    plain, other = tmp_path / "plain", tmp_path / "other"
    plain.mkdir()
    other.mkdir()
    shutil.copy(orders, plain / "订单报表.csv")
    kept(other, "订单报表", orders.read_text(encoding="utf-8-sig"))
    paths = [other / "订单报表.csv"] if kept is _piped else [other]
    code, found = report(run, *paths, "--as-of", "2026-10-31")
    expected, wanted = report(run, plain, "--as-of", "2026-10-31")
    assert [pack["id"] for pack in found["packs"]] == ["taobao"]
    assert (code, found["rules"]) == (expected, wanted["rules"])


def test_chat_text_is_kept_for_the_words_of_every_pack(run: Run) -> None:
    flags = ("--select", "conduct", "--pack", "jd", "--pack", "kuaishou")
    _, found = report(run, SAMPLES / "failing", *flags)
    _, alone = report(run, SAMPLES / "failing", "--select", "conduct")
    assert of_pack(found, "kuaishou")["banned-words"] == of_pack(alone, "kuaishou")["banned-words"]


def test_a_rule_to_select_must_be_in_one_of_the_packs(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    flags = ("--pack", "jd", "--pack", "pinduoduo")
    code, _, err = run("check", folder, *flags, "--select", "ship-48h", "--lang", "en")
    assert code == EXIT_NO_AUDIT
    assert "pack jd, pinduoduo has no ship-48h" in err
    _, found = report(run, folder, *TWO, "--select", "reply-rate-3m")
    assert {rule["pack"] for rule in found["rules"]} == {"kuaishou-2022-11"}


SHARED = """
pack = ["jd"]
required = ["jd-review-12h", "reply-rate"]
[levels]
reply-rate = "warn"
[targets]
ship-48h = "99%"
[options.ship-48h]
hours = 24
[options.jd-review-12h]
hours = 24
[words]
quality_reasons = ["开线"]
[weights]
product = "50%"
logistics = "20%"
service = "30%"
[declared.reply-rate]
numerator = 9
denominator = 10
from = 2026-10-01
to = 2026-10-31
source = "后台"
"""


def test_one_configuration_serves_two_platforms(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.toml").write_text(SHARED, encoding="utf-8")
    folder = shop(tmp_path / "shop")
    _, found = report(run, folder)
    (note,) = [n["en"] for n in found["notes"] if n["en"].startswith("Of no use")]
    for key in (
        "required.reply-rate", "levels.reply-rate", "targets.ship-48h", "options.ship-48h.hours",
        "words.quality_reasons", "weights", "declared.reply-rate",
    ):  # fmt: skip
        assert key in note
    assert "jd-review-12h" not in note
    _, found = report(run, folder, "--pack", "kuaishou", "--pack", "jd")
    assert not [n for n in found["notes"] if n["en"].startswith("Of no use")]
    rules = of_pack(found, "kuaishou")
    assert rules["reply-rate"]["level"] == "warn"
    assert float(rules["ship-48h"]["target"]["value"]) == 0.99
    _, found = report(run, folder, "--pack", "kuaishou")
    (note,) = [n["en"] for n in found["notes"] if n["en"].startswith("Of no use")]
    assert "options.jd-review-12h.hours, required.jd-review-12h" in note


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("[levels]\ntb-reply-3n = 'off'", "shop.toml:3: levels.tb-reply-3n: unknown rule"),
        ("[options.tb-reply-3m]\nwithin = 1", "shop.toml:3: options.tb-reply-3m.within: unknown"),
        ("[options.tb-reply-3m]\nwithin_seconds = -1", "must be a whole number, not below 0"),
        ("[targets]\ntb-reply-3m = 90", 'must be a ratio; did you mean "90%"?'),
        ("[words]\nbaned = ['x']", "unknown word list baned; did you mean banned?"),
        ("[weights]\nproduct = '90%'", "must add up to 100%"),
    ],
)
def test_what_no_pack_knows_is_still_a_fault(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.toml").write_text(f'pack = "jd"\n{entry}\n', encoding="utf-8")
    code, _, err = run("check", shop(tmp_path / "shop"), "--lang", "en")
    assert code == EXIT_NO_AUDIT
    assert message in err


def test_a_rule_required_on_the_command_line_must_be_there(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    code, _, err = run("check", folder, "--require", "tb-reply-3m", "--lang", "en")
    assert code == EXIT_NO_AUDIT
    assert "--require: unknown rule tb-reply-3m" in err


def test_a_rule_of_another_pack_says_in_which(run: Run) -> None:
    code, _, err = run("rule", "tb-reply-3m", "--lang", "en")
    assert code == EXIT_NO_AUDIT
    assert "pack kuaishou has no rule tb-reply-3m; taobao has: add --pack taobao" in err
    code, out, _ = run("rule", "tb-reply-3m", "--pack", "taobao", "--pack", "jd", "--lang", "en")
    assert code == EXIT_OK
    assert "limit (s, within_seconds): 180" in out
    assert "did you mean tb-reply-3m?" in run("rule", "tb-reply-3n", "--lang", "en")[2]


@pytest.mark.parametrize("name", packs.names())
def test_every_pack_is_listed_and_each_of_its_rules_explained(run: Run, name: str) -> None:
    code, out, _ = run("rules", "--pack", name)
    assert code == EXIT_OK
    for rule in packs.load(name).rules:
        assert rule in out
        code, said, _ = run("rule", rule, "--pack", name, "--lang", "en")
        assert (code, "sources: " in said) == (EXIT_OK, True)


def test_no_rule_runs_twice_for_one_pack() -> None:
    chosen = packs.load_all(("kuaishou", "jd"))
    found = selection.selected(chosen, Settings())
    assert [rule.info.id for rule in found["jd"]] == list(chosen[1].rules)


def test_a_pack_whose_gate_is_misspelled_is_not_a_pass(run: Run, tmp_path: Path) -> None:
    text = (Path(packs.__file__).parent / "pinduoduo.toml").read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    text = text.replace('id = "pinduoduo"', 'id = "mine"').replace("pdd-reply-rate", "pdd-reply")
    path.write_text(text, encoding="utf-8")
    code, _, err = run("check", SAMPLES / "pinduoduo", "--pack", path, "--lang", "en")
    assert code == 2
    assert "did you mean pdd-reply-rate?" in err


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [60, 80, 100])
def test_the_list_of_rules_fits_a_terminal(lang: str, width: int) -> None:
    pack, infos = packs.load("kuaishou"), {name: rule.info for name, rule in catalogue().items()}
    lines = listing(pack, infos, Speech(lang), width).splitlines()
    assert max(cell_len(line) for line in lines) <= width
    whole = listing(pack, infos, Speech(lang), None)
    assert all(f" {rule}\n" in whole for rule in pack.rules)
    for rule in pack.rules:
        title = infos[rule].title[lang].split()[0][:8]
        assert any(line.startswith(title) for line in lines)
