"""What the commands say to an operator: titles for ids, nothing twice, words and not codes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kshop_audit.cli import main
from kshop_audit.cli.naming import changes
from kshop_audit.ingest import is_known
from kshop_audit.model.column_names import column_name
from kshop_audit.model.schema import TABLES, Kind
from kshop_audit.rules import catalogue

SAMPLES = Path(__file__).parents[2] / "sample_data"
IDS = re.compile("|".join(rf"(?<![\w-]){re.escape(name)}(?![\w-])" for name in catalogue()))


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main([*words, "--lang", "zh"]) in (0, 1)
    return capsys.readouterr().out


@pytest.mark.parametrize("name", ["forecast", "doctor", "due", "check"])
def test_rules_go_by_their_titles(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert IDS.findall(said(capsys, name, str(SAMPLES / "healthy"), "--width", "100")) == []


def test_what_is_to_be_reviewed_is_counted_once(capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(SAMPLES / "taobao")
    text = said(capsys, "check", folder, "--isolated", "--history", "off", "--format", "md")
    assert "\n- 另有 2 项提醒：" in text
    assert "\n- 另有 1 项要人工复核：客服语气（淘宝）\n" in text
    failing = ("--fail-on", "warn", "--isolated", "--history", "off", "--format", "md")
    text = said(capsys, "check", folder, *failing)
    assert text.startswith("# 【不通过】 3 项提醒未达标：")
    assert "另有" not in text.partition("## ")[0]


def test_a_forecast_says_once_that_there_is_no_record(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "forecast", str(SAMPLES / "failing"), "--width", "100")
    assert text.count("还没有往期的推算可对照") == 1
    assert "在 0 至 0，" not in text


def test_what_is_due_is_counted_as_it_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "due", str(SAMPLES / "failing"), "--width", "100")
    soon, late = re.findall(r"24 小时内到期 (\d+) 件 · 另有 (\d+) 件已超时", text)[0]
    assert len(re.findall(r"^  \d\d-\d\d \d\d:\d\d  还剩", text, re.MULTILINE)) == int(soon)
    assert len(re.findall(r"^  \d\d-\d\d \d\d:\d\d  已过", text, re.MULTILINE)) == int(late)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (["a=99%,b=95%"], ("a=99%", "b=95%")),
        (["a=99%，b=95%", "ship:-6h"], ("a=99%", "b=95%", "ship:-6h")),
        (["agent:小李,小王=team_median"], ("agent:小李,小王=team_median",)),
        (["a=99%"], ("a=99%",)),
    ],
)
def test_several_changes_may_stand_in_one_text(given: list[str], read: tuple[str, ...]) -> None:
    assert changes(given) == read


def test_a_change_is_told_by_title_and_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    change = "48小时发货率=99%，回复率=95%"
    text = said(capsys, "whatif", str(SAMPLES / "failing"), "--change", change, "--width", "100")
    assert text.startswith("假如这 2 项做到了 · ")
    assert "  48小时发货率：138/147 变为 " in text
    assert "  5分钟回复率：300/417 变为 " in text
    assert "结论：不通过（不变）" in text
    assert "退出码" not in text
    assert IDS.findall(text) == []


@pytest.mark.parametrize("rule", ["ship-48h", "harassment", "reply-rate"])
def test_a_rule_is_explained_without_codes(rule: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "rule", rule)
    assert re.search(r"\[(SEED|OFFICIAL|PRESS|ASSUMPTION)\]|guess|error|warn", text) is None
    assert ("红线" if rule != "harassment" else "提醒") in text.splitlines()[0]


def test_help_is_where_it_is_looked_for_and_says_nothing_twice(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for command in ("check", "due", "whatif", "plan"):
        text = said(capsys, command, "--help")
        common = text.split("常用")[1].split("\n\n")[0]
        assert "-h, --help" in common
        assert text.count("默认 Asia/Shanghai") == 1
        assert '（"' not in text
    lines = said(capsys, "fleet", "--help").splitlines()
    assert [line for line in lines if line.count("默认") > 1] == []


def test_a_wrong_choice_is_answered_with_the_choices(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(SAMPLES / "healthy"), "--format", "pdf", "--lang", "zh"]) == 2
    assert "text、brief、json、md、github" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "text", "answer"),
    [
        ("shop.toml", 'required = ["5分钟回复率"]', "5分钟回复率在这里写 reply-rate"),
        ("shop.toml", '[levels]\n"客服好评率" = "error"', "客服好评率在这里写 cs-satisfaction"),
        ("shop.toml", '[targets]\n"48小时发货率" = "98%"', "48小时发货率在这里写 ship-48h"),
        (
            "mutes.toml",
            (
                '[[mutes]]\nrule = "48小时发货率"\nmatch = { order_id = ["1"] }\n'
                'reason = "停电"\nby = "店长"\nuntil = 2026-12-31'
            ),
            "48小时发货率在这里写 ship-48h",
        ),
    ],
)
def test_a_title_in_a_file_is_answered_with_what_to_write(
    file: str, text: str, answer: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / file).write_text(text + "\n", encoding="utf-8")
    option = "--config" if file == "shop.toml" else "--mutes"
    shop = str(SAMPLES / "healthy")
    assert main(["check", shop, option, str(tmp_path / file), "--lang", "zh"]) == 2
    assert answer in capsys.readouterr().err


def test_a_history_explains_its_bars_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = str(tmp_path / "shops.db")
    for shop in ("healthy", "douyin"):
        for day in ("2026-10-30", "2026-10-31"):
            main(["check", str(SAMPLES / shop), "-q", "--as-of", day, "--history", store])
    capsys.readouterr()
    assert said(capsys, "history", "--history", store).count("每格一次，从旧到新") == 1


def test_a_history_of_one_run_says_how_a_trend_comes_about(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = str(tmp_path / "shops.db")
    main(["check", str(SAMPLES / "healthy"), "-q", "--history", store])
    capsys.readouterr()
    text = said(capsys, "history", "--history", store)
    assert "以后每次检查都带上 --history" in text
    assert "每格一次" not in text
    assert not set("▁▂▃▄▅▆▇█") & set(text)


@pytest.mark.parametrize("name", ["aspects", "insights", "check"])
def test_other_platforms_and_pages_go_by_names_too(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = said(capsys, name, str(SAMPLES / "failing"), "--pack", "快手", "--width", "100")
    assert IDS.findall(text) == []
    assert "规则 快手 2025" in text
    assert "kuaishou" not in text


def test_a_definition_is_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("reconcile", "--platform", "回复率=71.9%", str(SAMPLES / "failing"), "--width", "100")
    text = said(capsys, *asked)
    assert "√ 71.94%  从连续消息的第一条算起，机器人回复也算，08:00–24:00，近 30 天" in text
    assert re.search("[a-z]_[a-z]", text) is None
    assert "clock=first_of_burst" in said(capsys, *asked, "-v")


@pytest.mark.parametrize("kind", TABLES)
def test_every_column_has_a_chinese_name_that_the_tool_reads(kind: Kind) -> None:
    for column in TABLES[kind].columns:
        named = column_name(kind, column.name).zh
        assert not named.isascii()
        if kind is not Kind.SERVICE_ASSESSMENT or column.name not in ("since", "until", "scope"):
            assert is_known(named), (column.name, named)


def test_doctor_names_columns_as_they_stand_in_chinese_files(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = said(capsys, "doctor", str(SAMPLES / "damaged"), "--width", "100")
    columns = {column.name for table in TABLES.values() for column in table.columns}
    # What is to be typed into shop.toml stands in brackets.
    plain = re.sub(r"\[inputs\.[\w.-]+\]|(?<=[一-鿿] )[a-z_]+(?=[、\n])", "", text)
    assert {name for name in columns if "_" in name and name in plain} == set()


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        (("--pack", "快收"), "--pack：没有名为 快收 的规则包"),
        (("--lang", "法文"), "--lang：应为 zh、en 之一"),
        (("--format", "网页"), "；这种格式写进文件：--out 报告.html"),
        (("--format", "Excel"), "；这种格式写进文件：--out 报告.xlsx"),
        (("--format", "gitlab"), "；这种格式写进文件：--out gitlab:报告.json"),
        (
            ("--level", "回复率=红"),
            "应为 error（红线）、warn（提醒）、info（参考）、off（关闭）之一",
        ),
        (("--by", "颜色"), "可用 客服、时段、日期、星期、快递、省份、商品"),
    ],
)
def test_a_wrong_choice_is_answered_with_the_right_ones(
    typed: tuple[str, str], answer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lang = () if "--lang" in typed else ("--lang", "zh")
    assert main(["check", str(SAMPLES / "healthy"), *typed, *lang]) == 2
    assert answer in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        (("--by", "客服"), ("--by", "agent")),
        (("--level", "客服好评率=红线"), ("--level", "cs-satisfaction=error")),
        (("--max-age", "36 小时"), ("--max-age", "36h")),
        (("--fail-on", "提醒"), ("--fail-on", "warn")),
        (("--fail-on=从不", "-v"), ("--fail-on=never", "-v")),
    ],
)
def test_chinese_choices_are_understood(
    typed: tuple[str, str], plain: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    shop = str(SAMPLES / "pinduoduo")
    texts = []
    for flags in (typed, plain):
        main(["check", shop, *flags, "--lang", "zh", "--format", "json", "--pack", "kuaishou"])
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1] != ""


@pytest.mark.parametrize(
    ("typed", "plain"), [("简报", "brief"), ("文本", "text"), ("JSON", "json")]
)
@pytest.mark.parametrize("together", [False, True])
def test_formats_go_by_the_names_that_people_type(
    typed: str, plain: str, together: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = []
    for name in (typed, plain):
        flags = [f"--format={name}"] if together else ["--format", name]
        main(["check", str(SAMPLES / "douyin"), *flags, "--lang", "中文"])
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1] != ""


def test_a_file_may_be_named_with_its_format(tmp_path: Path) -> None:
    main(["check", str(SAMPLES / "douyin"), "--out", f"网页:{tmp_path / '今天'}", "-q"])
    assert (tmp_path / "今天").read_text(encoding="utf-8").startswith("<!doctype html>")


_HAN = "[\u4e00-\u9fff]"


@pytest.mark.parametrize(
    ("words", "zh", "en"),
    [
        (("--format", "jsn"), "是不是 json？", "; did you mean json?"),
        (("--fail-on", "eror"), "是不是 error？", "; did you mean error?"),
        (("--color", "alway"), "是不是 always？", "; did you mean always?"),
        (("--set", "foo=1"), "--set foo：没有这个键 foo", "--set foo: unknown key foo"),
        (("--config", "d.toml"), "d.toml:1：levles：没有这个键", "d.toml:1: levles: unknown key"),
        (("--tz", "Shanghei"), "Asia/Shanghai", "Asia/Shanghai"),
        (("--tz", "火星"), "应如 Asia/Shanghai", "write it like Asia/Shanghai"),
    ],
)
def test_a_wrong_value_is_answered_in_one_language(
    words: tuple[str, str], zh: str, en: str, tmp_path: Path,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("d.toml").write_text('[levles]\na = "b"\n', encoding="utf-8")
    for lang, said in (("zh", zh), ("en", en)):
        assert main(["check", str(SAMPLES / "healthy"), *words, "--lang", lang]) == 2
        told = capsys.readouterr().err
        # The words of the options are those of the first run of a process.
        assert (zh in told or en in told) if "值不对" in told or "Invalid" in told else said in told
        assert "Value error" not in told
        assert "'.;" not in told
        # A sentence in Chinese has its own colon, and none of another language.
        own = re.sub("火星", "", told).replace("kshop-audit: ", "")
        assert not re.search(f"{_HAN}: |: {_HAN}", own)


def test_values_are_understood_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    shop = str(SAMPLES / "failing")
    assert main(["check", shop, "-q", "--fail-on", "从不"]) in (0, 3)
    for word, code in (("错误", "error"), ("警告", "warn"), ("红线", "error"), ("提醒", "warn")):
        both = []
        for value in (word, code):
            status = main(["check", shop, "--fail-on", value, "--format", "brief"])
            both.append((status, capsys.readouterr().out))
        assert both[0] == both[1]
    assert main(["check", shop, "--level", "48小时发货率=警告", "-q"]) == 1
    assert main(["check", shop, "--tz", "北京时间", "-q"]) == 1
    assert capsys.readouterr().err == ""


def test_no_color_is_never(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(SAMPLES / "failing"), "--no-color", "--color=always"]) == 1
    assert "\x1b[" in capsys.readouterr().out
    assert main(["check", str(SAMPLES / "failing"), "--color=always", "--no-color"]) == 1
    assert "\x1b[" not in capsys.readouterr().out


def test_several_rules_of_a_name_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", "回复", "--lang", "zh"]) == 2
    told = capsys.readouterr().err
    for title in ("5分钟回复率（reply-rate）", "每日5分钟回复率", "客服个人5分钟回复率"):
        assert title in told
    assert main(["rule", "回复率", "--lang", "zh"]) == 0


@pytest.mark.parametrize("name", ["render", "diff"])
@pytest.mark.parametrize("text", ['{"a": "b', '{"a": NaN}', '{"a": 1, "a": 2}', "[" * 100_000, ""])
def test_a_torn_report_is_told_of_in_chinese(
    name: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "r.json"
    file.write_text(text, encoding="utf-8")
    assert main([name, *[str(file)] * (2 if name == "diff" else 1), "--lang", "zh"]) == 2
    told = capsys.readouterr().err.partition("JSON")[2]
    assert re.findall("[A-Za-z]{3,}", told.replace("check --out FILE.json", "")) == []
    assert re.search(_HAN, told)


def test_of_what_must_not_happen_those_come_first_who_did_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = said(capsys, "check", str(SAMPLES / "failing"), "--by", "agent", "--width", "100")
    own = text[text.index("发布第三方信息") :].splitlines()
    assert own[1].strip() == "按客服：小周 1（1/115）"
    words = text[text.index("客服违禁词") :].splitlines()
    assert {line.strip() for line in words[2:4]} == {
        "按客服：小陈 1（1/95）",
        "按客服：阿杰 1（1/107）",
    }


def test_what_is_not_in_the_score_stands_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "check", str(SAMPLES / "damaged"), "--width", "100")
    assert "没有计入总分：品质退款率、仅退款自主完结时长、退货退款自主完结时长" in text
