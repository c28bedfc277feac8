"""From nothing to the first report: `init`, titles for rules, what was mistyped, Windows' ways."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from kshop_audit.cli import naming, usage
from kshop_audit.errors import EXIT_FAILED, EXIT_NO_AUDIT, EXIT_OK, UsageError
from kshop_audit.model.toml_faults import toml_fault
from tests.cli.build import LATE, Run, process, shop

SENTENCE = re.compile(r"[A-Za-z]{2,}(?: [a-z]{2,}){2,}")
"""Three English words in a row."""


# ------------------------------------------------------------------ init


def test_from_nothing_to_a_report(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("init", "店铺 one")[0] == EXIT_NO_AUDIT  # no terminal to ask at
    code, out, err = run("init", "店铺 one", "--yes")
    assert (code, err) == (EXIT_OK, "")
    monkeypatch.chdir("店铺 one")
    code, out, _ = run("check", "sample_exports")
    assert code == EXIT_FAILED
    assert "店铺 one" in out
    assert "config shop.toml" in " ".join(out.split())
    shop(Path("exports"))
    assert run("check", "exports")[0] == EXIT_OK
    line = Path("kshop-audit.cron").read_text("utf-8").split("  ", 1)[1].strip()
    job = subprocess.run(["/bin/sh", "-c", line], capture_output=True, check=False, timeout=300)
    assert (job.returncode, job.stdout) == (EXIT_OK, b"")
    assert Path("report.html").exists()


def test_init_overwrites_nothing(run: Run) -> None:
    Path("shop.toml").write_text("# mine\n", encoding="utf-8")
    code, out, _ = run("init", "-y")
    assert code == EXIT_OK
    assert "kept shop.toml" in out
    assert Path("shop.toml").read_text("utf-8") == "# mine\n"
    again = run("init", "-y")[1]
    assert "wrote" not in again


@pytest.mark.parametrize(
    ("folders", "place"),
    [
        (["导出"], "导出"),
        (["订单", "聊天"], "."),
        (["."], "."),
        (["exports", "别的"], "exports"),
        ([], "exports"),
    ],
)
def test_exports_are_found_where_they_lie(run: Run, folders: list[str], place: str) -> None:
    for folder in folders:
        Path(folder).mkdir(exist_ok=True)
        shop(Path(folder))
    code, out, _ = run("init", "--yes", "--lang", "zh")
    assert code == EXIT_OK
    assert f'kshop-audit check "{place}"' in out
    assert ("把导出文件放进" in out) is (not folders)
    assert f'check "{place}"' in Path("kshop-audit.cron").read_text("utf-8")
    assert Path("sample_exports").exists() is (place != ".")
    readme = Path("README.md" if place == "." else "README.txt").read_text("utf-8")
    assert ("sample_exports" in readme) is (place != ".")
    assert "README" not in out.split("接下来运行")[0].partition("认出")[2]
    assert run("init", "--yes", "--lang", "zh")[1].count(f'check "{place}"') == 1
    if folders == ["导出"]:
        assert run("check", place)[0] == EXIT_OK


def test_what_cannot_be_exported_is_left_to_be_stated(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["花店", "导出", "", "", "n", "", "n"])
    monkeypatch.setattr("builtins.input", lambda: next(answers))
    monkeypatch.setattr("kshop_audit.cli.asking.can_ask", lambda: True)
    assert run("init")[0] == EXIT_OK
    text = Path("shop.toml").read_text("utf-8")
    assert 'shop = "花店"' in text
    assert "# [declared.reply-rate]" in text
    assert "# [declared.cs-satisfaction]" in text
    assert Path("导出").is_dir()
    # Every line that waits behind a # is valid once the # is gone.
    full = re.sub(r"(?m)^# (?=[\[a-z].*(?:=|\]))", "", text)
    full = full.replace("numerator = 0\ndenominator = 0", "numerator = 9\ndenominator = 10")
    Path("shop.toml").write_text(full.replace('source = ""', 'source = "x"'), encoding="utf-8")
    code, _, err = run("config")
    assert (code, err) == (EXIT_OK, "")


def test_config_says_where_a_value_comes_from(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("shop.toml").write_text('\nshop = "x"\n', encoding="utf-8")
    monkeypatch.setenv("KSHOP_AUDIT_LANG", "en")
    out = run("config", "-v")[1]
    assert re.search(r"^ +shop +x +shop.toml:2$", out, re.MULTILINE)
    assert re.search(r"^ +lang +en +KSHOP_AUDIT_LANG$", out, re.MULTILINE)
    given = ("--set", "targets.ship-48h=98%", "--format", "json")
    shown = {one["key"]: one for one in json.loads(run("config", "targets", *given)[1])}
    assert shown["targets.ship-48h"]["origin"].startswith("--set")
    assert shown["targets.reply-rate"]["origin"] == "pack kuaishou"
    code, _, err = run("config", "targts")
    assert (code, "targets" in err) == (EXIT_NO_AUDIT, True)


def test_the_settings_of_a_rule_are_found_by_its_id_and_its_title(run: Run) -> None:
    code, by_id, _ = run("config", "reply-rate", "--lang", "zh")
    assert (code, by_id) == run("config", "5分钟回复率", "--lang", "zh")[:2]
    assert by_id.startswith("5分钟回复率（reply-rate）\n  级别 ")
    assert {"时限（秒）", "要求", "每件用时（分钟）"} <= set(
        re.findall(r"^  (\S+)", by_id, re.MULTILINE)
    )
    assert "每日5分钟回复率" not in by_id
    assert re.search("必须有结论 +没写 +默认", run("config", "required", "--lang", "zh")[1])


def test_an_empty_folder_is_answered_with_the_next_step(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code, out, _ = run("doctor", tmp_path / "empty", "--lang", "zh")
    assert code == EXIT_NO_AUDIT
    assert out.startswith("这里没有数据文件\n")
    assert "kshop-audit init" in out


def test_settings_are_told_in_words(run: Run) -> None:
    Path("shop.toml").write_text(
        'shop = "x"\n[coverage.tickets]\nfrom = "2026-08-31"\nto = "2026-10-31"\n',
        encoding="utf-8",
    )
    out = run("config", "--lang", "zh")[1]
    assert "5分钟回复率（reply-rate）\n  级别 " in out
    names = re.findall(r"^  (\S+)", out, re.MULTILINE)
    assert len(names) > 100
    assert [name for name in names if not re.search("[\u4e00-\u9fff]", name)] == []
    keys = json.loads(run("config", "--format", "json")[1])
    assert len(names) == len(keys)
    listed = re.findall(r"^  (\S+)", run("config", "-v")[1], re.MULTILINE)
    assert sorted(listed) == sorted(one["key"] for one in keys)


def test_a_path_that_is_mistyped_is_answered_with_what_is_there(run: Run) -> None:
    Path("订单 (1).csv").write_text("", encoding="utf-8")
    assert "是不是 订单 (1).csv？" in run("check", "订单", "--lang", "zh")[2]
    assert "是不是 订单 (1).csv？" in run("check", "订单(1).csv", "--lang", "zh")[2]
    assert "请检查路径" in run("check", "nothing-like-it", "--lang", "zh")[2]


def test_commands_go_by_chinese_words(run: Run) -> None:
    shop(Path("exports"))
    code, out, err = run("检查", "exports", "--format", "brief")
    assert (code, out) == run("check", "exports", "--format", "brief")[:2]
    assert "kshop-audit check" in err


# ------------------------------------------------------------------ names


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("5分钟回复率", "reply-rate"),
        ("回复率", "reply-rate"),
        ("48 小时发货率", "ship-48h"),
        ("48小时发货率", "ship-48h"),
        ("违禁词", "banned-words"),
        ("48-hour shipping rate", "ship-48h"),
        ("ship-48h", "ship-48h"),
        ("service", "service"),
        ("no such rule", "no such rule"),
    ],
)
def test_a_rule_may_be_named_by_its_title(text: str, rule: str) -> None:
    assert naming.rule_name(text, "--select") == rule


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("48小时发货率=99%", "ship-48h=99%"),
        ("回复率 = 90%", "reply-rate= 90%"),
        ("ship:-6h", "ship:-6h"),
        ("agent:小李=team_median", "agent:小李=team_median"),
    ],
)
def test_a_title_may_stand_before_a_value(text: str, plain: str) -> None:
    assert naming.valued(text, "--change") == plain


def test_a_title_that_fits_several_rules_is_refused() -> None:
    with pytest.raises(UsageError) as refused:
        naming.rule_name("退款", "--select")
    assert "refund-only-hours" in refused.value.en


def test_lists_may_have_commas_of_any_kind(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", shipped=LATE)
    for text in ("48小时发货率,回复率", "ship-48h，reply-rate", "ship-48h、5分钟回复率"):
        out = run("check", folder, "--select", text, "--format", "json")[1]
        assert {rule["id"] for rule in json.loads(out)["rules"]} == {"ship-48h", "reply-rate"}
    code, _, _ = run(
        "check", folder, "--select", "发货率", "--level", "48小时发货率=warn,回复率=off"
    )
    assert code == EXIT_OK
    assert "reply-rate" in run("rule", "回复率")[1]


# ------------------------------------------------------------------ what was mistyped


@pytest.mark.parametrize(
    "arguments",
    [
        ["chek", "x"], ["check", "--formt", "x"], ["check", "x", "--width", "3"],
        ["check", "x", "--width", "y"], ["check", "x", "--fail-on", "y"], ["rule"],
        ["rule", "a", "b"], ["check", "--lang"], ["check", "-v=3"], ["diff", "a"],
        ["check", "nowhere"], ["schema", "x"],
    ],
)  # fmt: skip
def test_every_fault_is_chinese_in_chinese(arguments: list[str]) -> None:
    done = process(*arguments, LANG="zh_CN.UTF-8", PYTHONIOENCODING="utf-8")
    text = done.stderr.decode("utf-8")
    assert done.returncode == EXIT_NO_AUDIT
    assert re.search("[\u4e00-\u9fff]", text)
    assert not SENTENCE.search(text.replace("kshop-audit", "")), text
    assert text.count("\n") == 1


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"], ["history", "--help"]])
def test_the_help_is_chinese_in_chinese(arguments: list[str]) -> None:
    done = process(*arguments, LANG="zh_CN.UTF-8", PYTHONIOENCODING="utf-8", COLUMNS="100")
    text = done.stdout.decode("utf-8")
    assert not re.search("Usage|Options|Commands|Arguments|default|required", text)
    assert not SENTENCE.search(text), SENTENCE.search(text)


def test_the_options_of_check_stand_in_panels() -> None:
    text = process("check", "--help", LANG="en_US.UTF-8").stdout.decode("utf-8")
    panels = ["\nCommon\n", "\nInput\n", "\nVerdict\n", "\nOutput\n", "\nAdvanced\n"]
    places = [text.index(panel) for panel in panels]
    assert places == sorted(places)
    assert places[1] < text.index("--orders") < places[2] < text.index("--fail-on") < places[3]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["check", "——format", "brief"], "check --format brief"),
        (["check", "—q"], "check -q"),
        (["check", "－－lang", "zh"], "check --lang zh"),
        (["check", "“my shop”"], 'check "my shop"'),
    ],
)
def test_dashes_and_quotes_of_an_input_method_are_named(typed: list[str], meant: str) -> None:
    with pytest.raises(UsageError, match=re.escape(f"type: kshop-audit {meant}")):
        usage.understood(typed, ("check",))


def test_a_file_may_begin_with_a_dash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("——backup.csv").write_text("", encoding="utf-8")
    assert usage.understood(["check", "——backup.csv"], ("check",)) == ["check", "——backup.csv"]


def test_a_forgotten_command_is_check(run: Run, tmp_path: Path) -> None:
    code, out, err = run(shop(tmp_path / "shop"), "-q")
    assert (code, out) == (EXIT_OK, "")
    assert "check" in err


@pytest.mark.parametrize(
    ("text", "zh"),
    [
        ("a = “x”", "中文输入法的 “"),
        ("a ＝ 1", "中文输入法的 ＝"),
        ("【levels】", "中文输入法的 【"),
        ("a = ", "值写得不对"),
        ("a = 1\na = 2", "写了两次"),
        ("[a]\n[a]", "写了两次"),
        ('a = "x', "缺少右边的引号"),
        ("[levels]\n好评率 = 'warn'", '中文名要加英文引号："好评率" = …'),
        ("a", "缺少等号"),
        ("a = [1", "缺少右方括号"),
    ],
)
def test_faults_of_toml_are_told_in_chinese(text: str, zh: str) -> None:
    import tomllib  # noqa: PLC0415

    with pytest.raises(tomllib.TOMLDecodeError) as found:
        tomllib.loads(text)
    fault = toml_fault(found.value, text)
    assert zh in fault.zh
    assert not SENTENCE.search(fault.zh)
    assert str(found.value) in fault.en


# ------------------------------------------------------------------ Windows' ways


def test_wildcards_are_expanded(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    out = run("check", folder / "*.csv", "--format", "json")[1]
    assert len(json.loads(out)["inputs"]) == 2
    code, _, err = run("check", folder / "*.xlsx")
    assert (code, "*.xlsx" in err) == (EXIT_NO_AUDIT, True)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig"])
def test_json_written_by_powershell_is_read(run: Run, tmp_path: Path, encoding: str) -> None:
    text = run("check", shop(tmp_path / "shop"), "--format", "json")[1]
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
    Path("r.json").write_bytes(mark + text.encode(encoding))
    assert run("render", "r.json", "--out", "r.md")[0] == EXIT_OK
    assert run("diff", "r.json", "r.json")[0] == EXIT_OK


def test_a_hidden_txt_is_hinted_at(run: Run, tmp_path: Path) -> None:
    Path("shop.toml.txt").write_text("", encoding="utf-8")
    err = run("check", shop(tmp_path / "shop"), "-q")[2]
    assert "rename it to shop.toml" in err
    shutil.move("shop.toml.txt", "shop.toml")
    assert run("check", tmp_path / "shop", "-q")[2] == ""


def test_a_report_open_in_a_spreadsheet_gives_a_sentence(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(self: Path, target: Path) -> None:
        error = PermissionError(13, "The process cannot access the file")
        error.winerror = 32  # type: ignore[attr-defined]
        raise error

    monkeypatch.setattr(Path, "replace", locked)
    code, _, err = run("check", shop(tmp_path / "shop"), "-q", "--out", "r.csv")
    assert code == EXIT_NO_AUDIT
    assert "another program has the file open" in err
    assert not list(Path().glob(".*.part"))
