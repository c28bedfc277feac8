"""The terminal report: order, width, safety, and nothing that depends on the terminal around it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from rich.cells import cell_len

from kshop_audit.codec import decode, encode
from kshop_audit.model.metadata import Level, Text
from kshop_audit.model.report import Report, Status
from kshop_audit.report.text.page import TextOptions
from kshop_audit.report.text.terminal import render
from tests.report.build import FAULTS, REPLY, REPORTS, failing, hostile, incomplete, passing
from tests.report.generated import reports

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


def test_sections_stand_in_their_order() -> None:
    text = zh(failing())
    order = [
        "【不通过】",
        "未达标 3 项（门槛",
        "未达标 2 项（提醒",
        "没有结论 2 项",
        "待人工复核 1 项",
    ]
    order += ["达标 2 项", "不影响结论的规则 5 项", "估算总分", "涨分最多的事", "日期", "数据说明"]
    starts = [text.index(f"\n{part}" if index else part) for index, part in enumerate(order)]
    assert starts == sorted(starts)


def test_gates_come_before_warnings_of_the_same_status() -> None:
    report = failing()
    text = zh(replace(report, rules=tuple(reversed(report.rules))))
    assert text.index("24 小时揽收率 pickup-24h") < text.index("客服好评率 cs-satisfaction")


def test_without_gates_the_verdict_line_does_not_call_them_unmeasured() -> None:
    report = passing()
    lowered = tuple(
        replace(rule, level=Level.WARN) if rule.level is Level.ERROR else rule
        for rule in report.rules
    )
    assert "只测量，没有红线" in zh(replace(report, rules=lowered))
    silent = tuple(replace(rule, status=Status.NOT_APPLICABLE) for rule in report.rules)
    assert "没有一项门槛有数据可判定" in zh(replace(report, rules=silent))


def test_the_verdict_line_says_what_failed_and_what_was_not_measured() -> None:
    head = zh(failing()).split("\n\n")[0]
    assert head.startswith("【不通过】3 项门槛未达标：5 分钟回复率、违禁词、商责纠纷率")
    assert "1 项门槛缺数据，没有判定：24 小时揽收率" in head
    assert "先做：22–24 点" in head
    english = render(failing(), TextOptions("en")).split("\n\n")[0]
    assert "1 gate not measured" in english


def test_an_incomplete_audit_asks_for_the_data_first() -> None:
    head = zh(incomplete()).split("\n\n")[0]
    assert head.startswith(
        "【无法下结论】1 项必须判定的门槛没有结论：5 分钟回复率\n  先做：缺 4 天"
    )


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


def test_long_lists_are_cut_but_counted() -> None:
    text = zh(failing())
    assert text.count("- 客服 ") == 5
    assert "… 另有 5 条（加 -v 全部列出）" in text
    assert zh(failing(), verbose=True).count("- 客服 ") == 10


def test_findings_against_the_shop_come_first() -> None:
    assert "客服 小赵" not in zh(failing())
    text = zh(failing(), verbose=True)
    assert text.index("客服 小周") < text.index("客服 小赵") < text.index("客服 小郑")


def test_unknown_keys_are_shown_as_they_are() -> None:
    rule = replace(FAULTS, findings=({"zebra": 7, "agent": "小李", "apple": True},))
    assert "- 客服 小李 · apple 是 · zebra 7\n" in zh(replace(failing(), rules=(rule,)))


def test_an_order_id_is_never_taken_for_a_time() -> None:
    rule = replace(FAULTS, findings=({"order_id": "2026103108050"}, {"order_id": "20261031"}))
    text = zh(replace(failing(), rules=(rule,)))
    assert "订单 2026103108050\n" in text
    assert "订单 20261031\n" in text


def test_assumptions_are_marked_and_explained() -> None:
    text = zh(passing())
    assert "≥ 97%*" in text
    assert "假设值（ASSUMPTION）" in text
    assert "ASSUMPTION" not in zh(replace(passing(), rules=(REPLY,)))


def test_the_score_is_labelled_and_everything_left_out_is_named() -> None:
    text = zh(failing())
    assert "本工具估算，非平台分数" in text
    assert "未计入总分  客服好评率、24 小时揽收率" in text
    assert "商责纠纷率未达标，仅退款处理时长最多 4.00 分" in text
    assert "没有总分：近 30 天付款订单不足 30 单" in zh(incomplete())


def test_deadlines_are_sorted_and_past_ones_marked() -> None:
    findings = (
        {"order_id": "1", "deadline": "2026-11-03"},
        {"order_id": "2", "deadline": "2026-10-31"},
        {"order_id": "3", "deadline": "2026-11-01"},
    )
    text = zh(replace(failing(), rules=(replace(FAULTS, findings=findings),)))
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
    text = zh(replace(failing(), rules=(replace(FAULTS, findings=findings),)))
    dates = text[text.index("\n日期\n") :]
    assert "2026-11-09  可满足  商责纠纷率：订单 1 等 2 项\n" in dates
    assert "订单 3" not in dates
    assert "- 订单 3 · 可满足 处理完即可\n" in text


def test_a_rate_over_the_line_that_passes_by_its_count_says_so() -> None:
    rule = replace(FAULTS, status=Status.PASS, numerator=3, value=3 / 431, notes=(), headroom=0)
    text = zh(replace(passing(), rules=(rule,)))
    assert "少于 4 单也算达标" in text
    few = replace(rule, numerator=1, value=1 / 431)
    assert "少于 4 单也算达标" not in zh(replace(passing(), rules=(few,)))


def test_codes_are_put_into_words() -> None:
    findings = ({"why": "K2 K6", "status": "open"}, {"why": "K2 odd", "bracket": "minor"})
    text = zh(replace(failing(), rules=(replace(FAULTS, findings=findings),)), width=120)
    assert "- 处理中 · 原因 K2 一个单号多个收件地址、K6 同一单号发货间隔超过 30 天\n" in text
    assert "- 档位 轻微 · 原因 K2 odd\n" in text


def test_long_notes_are_cut_with_a_word() -> None:
    note = Text("漫" * 400, "long " * 200)
    report = replace(failing(), notes=(note,))
    assert zh(report).count("漫") < 400
    assert "…（加 -v 看全文）" in zh(report)
    assert zh(report, verbose=True).count("漫") == 400


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
    assert "配置    无（全部用默认值）" in zh(passing())


def test_several_packs_are_stated_apart() -> None:
    report = failing()
    packs = (*report.packs, replace(report.packs[0], id="kuaishou-2021-09"))
    again = tuple(
        replace(rule, pack="kuaishou-2021-09")
        for rule in report.rules
        if rule.id in ("banned-words", "cs-satisfaction", "product-rating")
    )
    text = zh(replace(report, packs=packs, rules=(*report.rules, *again)))
    lines = text.splitlines()
    assert [line for line in lines if line.startswith("规则 kuaishou")] == [
        "规则 kuaishou 2025-10-02：3 项门槛未达标 · 1 项门槛没有结论",
        "规则 kuaishou-2021-09 2025-10-02：1 项门槛未达标",
    ]
    assert sum(line.startswith("× 违禁词 banned-words") for line in lines) == 2
    assert "商品评分（kuaishou） 4.82" in text
    assert "（kuaishou-2021-09） 4.82" in text
