"""The terminal report: order, width, safety, and nothing that depends on the terminal around it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from shutil import copytree

import pytest
from hypothesis import HealthCheck, given, settings
from rich.cells import cell_len

from kshop_audit.cli import main
from kshop_audit.codec import decode, encode
from kshop_audit.model.metadata import Level
from kshop_audit.model.report import Report, Status
from kshop_audit.report.text.page import TextOptions
from kshop_audit.report.text.terminal import render
from tests.report.build import FAULTS, REPLY, REPORTS, failing, hostile, incomplete, passing
from tests.report.generated import reports

ROOT = Path(__file__).parents[2]
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def zh(report: Report, **options: object) -> str:
    return render(report, TextOptions("zh", **options))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
@pytest.mark.parametrize("verbose", [False, True])
def test_no_line_is_wider_than_the_terminal(
    name: str, lang: str, width: int, verbose: bool
) -> None:
    text = render(REPORTS[name](), TextOptions(lang, width=width, verbose=verbose))
    assert [line for line in text.splitlines() if cell_len(line) > width] == []
    assert [line for line in text.splitlines() if line != line.rstrip()] == []


LINES = {"failing": 45, "healthy": 25}


@pytest.mark.parametrize(("lang", "width"), [("zh", 60), ("zh", 80), ("en", 60), ("en", 80)])
@pytest.mark.parametrize("sample", LINES)
def test_a_shop_fits_on_a_screen(
    sample: str, lang: str, width: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = tmp_path / "a folder of some length" / "里面还有一个文件夹" / sample
    copytree(ROOT / "sample_data" / sample, shop)
    main(["check", str(shop), "--width", str(width), "--lang", lang])
    lines = [line for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert len(lines) <= LINES[sample]
    # The verdict stands last again, with the command for more.
    last = "".join(line.strip() for line in lines[-2:])
    assert lines[0] in last
    assert "-v" in last


@pytest.mark.parametrize(("lang", "width"), [("zh", 60), ("zh", 80), ("en", 60), ("en", 80)])
def test_it_fits_also_where_it_is_compared(
    lang: str, width: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["check", str(ROOT / "sample_data" / "failing"), "--lang", lang]
    command += ["--history", str(tmp_path / "h.db"), "--width", str(width)]
    main([*command, "--as-of", "2026-10-30"])
    alone = capsys.readouterr().out
    main(command)
    text = capsys.readouterr().out
    lines = [line for line in text.splitlines() if line.strip()]
    assert len(lines) <= LINES["failing"]
    since = {"zh": "比 2026-10-30 24:00：", "en": "Since 2026-10-30 24:00: "}[lang]
    assert since in text
    assert since not in alone
    # The red lines stand whole, whatever had to give way.
    assert len([line for line in lines if line.startswith("×")]) == 5


def test_when_it_will_be_good_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", str(ROOT / "sample_data" / "failing"), "--width", "80", "--lang", "zh"])
    text = capsys.readouterr().out
    assert "没过的红线，怎样才能过（最早 11 月" in text
    assert re.search(r"往后都做到，最早 11 月 \d+ 日能过（到那天约有 123 条要按时回复）\n", text)
    assert text.count("123") == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ["failing", "passing", "incomplete"])
def test_nothing_is_said_twice(name: str, lang: str) -> None:
    lines = [line.strip() for line in render(REPORTS[name](), TextOptions(lang)).splitlines()]
    said = [line for line in lines[1:] if line]
    assert len(said) == len(set(said))


def test_sections_stand_in_their_order() -> None:
    text = zh(failing())
    order = [
        "【不通过】3 项红线未达标",
        "没过的红线，怎样才能过",
        "提醒未达标 2 项",
        "红线判不了 1 项",
        "数据不够，判不了 1 项（用 doctor 看要补什么）：客服好评率",
        "待人工复核 1 项",
        "估算总分",
        "先做这几件",
        "达标 2 项",
        "数据：",
        "【不通过】3 项红线未达标；命令后加 -v 看全部，加 --details 商责纠纷率 看一项",
    ]
    starts = [text.rindex(f"\n{part}" if index else part) for index, part in enumerate(order[1:])]
    assert text.startswith(order[0])
    assert starts == sorted(starts)


def test_the_details_stand_in_their_order() -> None:
    text = zh(failing(), verbose=True)
    order = ["【不通过】", "红线未达标 3 项", "提醒未达标 2 项", "数据不够，判不了 2 项"]
    order += ["待人工复核 1 项", "达标 2 项", "不影响结论的规则 5 项", "估算总分", "先做这几件"]
    order += ["日期", "数据说明"]
    starts = [text.index(f"\n{part}" if index else part) for index, part in enumerate(order)]
    assert starts == sorted(starts)
    assert text.rstrip().endswith("【不通过】3 项红线未达标")


def test_gates_come_before_warnings_of_the_same_status() -> None:
    report = failing()
    text = zh(replace(report, rules=tuple(reversed(report.rules))), verbose=True)
    assert text.index("24 小时揽收率 pickup-24h") < text.index("客服好评率 cs-satisfaction")


def test_without_gates_the_verdict_line_does_not_call_them_unmeasured() -> None:
    report = passing()
    lowered = tuple(
        replace(rule, level=Level.WARN) if rule.level is Level.ERROR else rule
        for rule in report.rules
    )
    assert "没有红线，只列出数字" in zh(replace(report, rules=lowered))
    silent = tuple(replace(rule, status=Status.NOT_APPLICABLE) for rule in report.rules)
    assert "数据不够，一项红线也判不了" in zh(replace(report, rules=silent))


def test_the_first_action_is_for_a_red_line() -> None:
    text = zh(failing())
    assert "  1 +0.21 分 22–24 点安排一名客服值班，这两小时只回了 34%" in text
    assert text.index("22–24 点") < text.index("周一的单当天发完")


def test_a_red_line_that_cannot_be_judged_says_what_it_lacks() -> None:
    text = zh(incomplete())
    assert text.startswith("【无法下结论】1 项必须判定的红线数据不够，判不了\n")
    assert "? 5 分钟回复率  78.9% 与 81.1% 之间，要求 ≥ 80%\n    缺 4 天聊天记录" in text


def test_one_rule_in_full() -> None:
    text = zh(failing(), details=("reply-rate-agent",))
    assert text.count("- 客服 ") == 10
    assert "! 客服个人回复率 reply-rate-agent" in text


def test_a_score_below_the_one_asked_for_is_no_missed_gate() -> None:
    report = passing()
    verdict = replace(report.verdict, status="fail", exit_code=1)
    assert "总分低于要求" in zh(replace(report, verdict=verdict))


def test_a_saved_report_looks_the_same() -> None:
    report = failing()
    again = decode(encode(report))
    assert zh(again, verbose=True) == zh(report, verbose=True)


def test_colour_says_nothing_that_is_not_said_without_it() -> None:
    plain, coloured = zh(failing()), zh(failing(), color=True)
    assert "\x1b" not in plain
    assert "\x1b[1;31m" in coloured
    assert ANSI.sub("", coloured) == plain


def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = zh(failing(), color=True)
    for name, value in {
        "NO_COLOR": "1",
        "COLUMNS": "20",
        "TERM": "dumb",
        "LANG": "C",
        "JUPYTER_COLUMNS": "9",
    }.items():
        monkeypatch.setenv(name, value)
    assert zh(failing(), color=True) == expected


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ["failing", "passing", "incomplete"])
def test_a_gbk_console_can_show_it(name: str, lang: str) -> None:
    render(REPORTS[name](), TextOptions(lang, verbose=True)).encode("gbk")


def test_ascii_keeps_chinese_and_drops_symbols() -> None:
    report = replace(failing(), shop="花店\U0001f338─│★≥→")
    text = zh(report, ascii=True, verbose=True)
    assert "花店?????" not in text  # what has a plain form keeps its meaning
    assert "花店????>=->" in text
    others = {character for character in text if not character.isascii()}
    # Chinese characters and Chinese punctuation, nothing else.
    assert {c for c in others if unicodedata.category(c)[0] not in "LP"} == set()


def test_english_in_ascii_is_ascii_but_for_the_data() -> None:
    report = replace(passing(), shop="shop", inputs=())
    assert render(report, TextOptions("en", ascii=True)).isascii()


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_hostile_text_is_shown_and_does_nothing(lang: str, color: bool) -> None:
    text = render(hostile(), TextOptions(lang, color=color, verbose=True))
    bare = ANSI.sub("", text)
    assert "[bold red]x[/]red" in bare  # markup stays text
    bad = {c for c in bare if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    assert bad == {"\n"}


@settings(max_examples=80, suppress_health_check=list(HealthCheck))
@given(reports())
def test_any_report_can_be_shown(report: Report) -> None:
    for lang in ("zh", "en"):
        text = render(report, TextOptions(lang, width=60, verbose=True, ascii=lang == "en"))
        text.encode("utf-8")
        bad = {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
        assert bad == {"\n"}


def test_findings_against_the_shop_come_first() -> None:
    assert "客服 小赵" not in zh(failing())
    text = zh(failing(), verbose=True)
    assert text.index("客服 小周") < text.index("客服 小赵") < text.index("客服 小郑")


def test_unknown_keys_are_shown_as_they_are() -> None:
    rule = replace(FAULTS, findings=({"zebra": 7, "agent": "小李", "apple": True},))
    assert "- 客服 小李 · apple 是 · zebra 7\n" in zh(
        replace(failing(), rules=(rule,)), verbose=True
    )


def test_an_order_id_is_never_taken_for_a_time() -> None:
    rule = replace(FAULTS, findings=({"order_id": "2026103108050"}, {"order_id": "20261031"}))
    text = zh(replace(failing(), rules=(rule,)), verbose=True)
    assert "订单 2026103108050\n" in text
    assert "订单 20261031\n" in text


def test_assumptions_are_marked_and_explained() -> None:
    text = zh(passing(), verbose=True)
    assert "≥ 97%*" in text
    assert "* 平台没公布，是本工具的估计" in text
    assert "没公布" not in zh(passing())
    assert "≥ 97%*" in zh(failing())
    assert "没公布" in zh(failing())
    assert "没公布" not in zh(replace(passing(), rules=(REPLY,)))


def test_the_score_is_labelled_and_everything_left_out_is_named() -> None:
    text = zh(failing(), verbose=True)
    assert "不是平台给的分数" in text
    assert "没有计入总分  客服好评率、24 小时揽收率" in text
    assert "商责纠纷率未达标，仅退款处理时长最多 4.00 分" in text
    assert "没有总分：近 30 天付款订单不足 30 单" in zh(incomplete(), verbose=True)


def test_deadlines_are_sorted_and_past_ones_marked() -> None:
    findings = (
        {"order_id": "1", "deadline": "2026-11-03"},
        {"order_id": "2", "deadline": "2026-10-31"},
        {"order_id": "3", "deadline": "2026-11-01"},
    )
    text = zh(replace(failing(), rules=(replace(FAULTS, findings=findings),)), verbose=True)
    dates = text[text.index("\n日期\n") :]
    assert "2026-10-31  截止（已过）  商责纠纷率：订单 2" in dates
    assert "2026-11-01  截止  商责纠纷率：订单 3" in dates
    assert dates.index("订单 2") < dates.index("订单 3") < dates.index("订单 1")


def test_what_falls_due_together_is_one_entry_and_what_depends_is_none() -> None:
    findings = (
        {"order_id": "1", "clears_on": "2026-11-09"},
        {"order_id": "2", "clears_on": "2026-11-09"},
        {"order_id": "3", "clears_on": "depends"},
    )
    text = zh(replace(failing(), rules=(replace(FAULTS, findings=findings),)), verbose=True)
    dates = text[text.index("\n日期\n") :]
    assert "2026-11-09  可满足  商责纠纷率：订单 1 等 2 项\n" in dates
    assert "订单 3" not in dates
    assert "- 订单 3 · 可满足 处理完即可\n" in text


def test_a_rate_over_the_line_that_passes_by_its_count_says_so() -> None:
    rule = replace(FAULTS, status=Status.PASS, numerator=3, value=3 / 431, notes=(), headroom=0)
    text = zh(replace(passing(), rules=(rule,)), verbose=True)
    assert "少于 4 单也算达标" in text
    few = replace(rule, numerator=1, value=1 / 431)
    assert "少于 4 单也算达标" not in zh(replace(passing(), rules=(few,)), verbose=True)


def test_codes_are_put_into_words() -> None:
    findings = ({"why": "K2 K6", "status": "open"}, {"why": "K2 odd", "bracket": "minor"})
    text = zh(
        replace(failing(), rules=(replace(FAULTS, findings=findings),)), width=120, verbose=True
    )
    assert "- 处理中 · 原因 K2 一个单号多个收件地址、K6 同一单号发货间隔超过 30 天\n" in text
    assert "- 档位 轻微 · 原因 K2 odd\n" in text


def test_without_a_score_no_part_of_one_is_shown() -> None:
    report = incomplete()
    text = zh(replace(report, score=replace(failing().score, total=None, reason=None)))
    assert "■" not in text
    assert "封顶" not in text


def test_rules_that_decide_nothing_are_stated_in_full_only_with_v() -> None:
    assert "订单 2630000000012345 · 可满足 2026-11-09 · 原因 待收货" not in zh(failing())
    text = zh(failing(), verbose=True)
    assert "- 关店：订单完结 close-orders\n" in text
    assert "订单 2630000000012345 · 可满足 2026-11-09 · 原因 待收货" in text
    assert "shop.toml 的 [closing] 没有填" in text


def test_no_configuration_is_said() -> None:
    assert "配置    无（全部用默认值）" in zh(passing(), verbose=True)


def test_several_packs_are_stated_apart() -> None:
    report = failing()
    packs = (*report.packs, replace(report.packs[0], id="kuaishou-2021-09"))
    again = tuple(
        replace(rule, pack="kuaishou-2021-09")
        for rule in report.rules
        if rule.id in ("banned-words", "cs-satisfaction", "product-rating")
    )
    text = zh(replace(report, packs=packs, rules=(*report.rules, *again)), verbose=True)
    lines = text.splitlines()
    assert [line for line in lines if line.startswith("规则 快手")] == [
        "规则 快手 2025-10-02：3 项红线未达标 · 1 项红线判不了",
        "规则 快手-2021-09 2025-10-02：1 项红线未达标",
    ]
    assert sum(line.startswith("× 违禁词 banned-words") for line in lines) == 2
    assert "商品评分（快手） 4.82" in text
    assert "（快手-2021-09）" in text


@pytest.mark.parametrize("shop", ["pinduoduo", "jd", "closing"])
def test_no_line_below_a_red_line_repeats_it(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", str(ROOT / "sample_data" / shop), "--width", "100", "--lang", "zh"])
    lines = capsys.readouterr().out.splitlines()
    pairs = pairwise(lines)
    assert [below for above, below in pairs if below.strip() and below.strip() in above] == []


def test_a_shop_without_red_lines_sees_its_figures(capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", str(ROOT / "sample_data" / "douyin"), "--width", "80", "--lang", "zh"])
    text = capsys.readouterr().out
    assert "√ 飞鸽3分钟人工回复率（抖店）  100.0%（29/29）" in text
    assert "商家体验分（抖店）" in text


def test_red_lines_that_could_not_be_judged_are_not_called_met() -> None:
    report = passing()
    assert "4 项红线全部达标" in zh(report)
    assert "判得了的" not in zh(report)
    first, *rest = (rule for rule in report.rules if rule.level is Level.ERROR)
    open_ = replace(first, status=Status.NO_VERDICT)
    rules = tuple(open_ if rule is first else rule for rule in report.rules)
    verdict = replace(report.verdict, no_verdict=(first.id,), not_measured=(first.id,))
    assert f"判得了的 {len(rest)} 项红线全部达标" in zh(
        replace(report, rules=rules, verdict=verdict)
    )


def test_the_line_of_the_context_breaks_between_its_parts() -> None:
    lines = zh(failing(), width=60).splitlines()
    assert not any(line.endswith((" ·", "配", "规则")) for line in lines[1:4])


def test_a_grade_says_where_the_next_one_begins_unless_it_is_the_best() -> None:
    assert "等级 差（4.40 起为良），不是平台给的分数" in zh(failing())
    best = zh(passing())
    assert "等级 优，不是平台给的分数" in best
    assert "起为" not in best
