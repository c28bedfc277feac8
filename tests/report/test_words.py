"""Wording, cleaning and line breaking."""

from __future__ import annotations

import re
import string
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

import kshop_audit
from kshop_audit.model.metadata import EXCLUSIONS, Level
from kshop_audit.model.report import Status, Window
from kshop_audit.model.schema import Kind
from kshop_audit.report.text.layout import wrap
from kshop_audit.report.view.clean import clean, plain
from kshop_audit.report.view.sources import source_text
from kshop_audit.report.view.speech import Speech
from kshop_audit.report.wording import LANGUAGES, load


def _arguments(template: str | tuple[str, str]) -> set[str]:
    texts = (template,) if isinstance(template, str) else template
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_say_the_same_things() -> None:
    chinese, english = load("zh"), load("en")
    assert list(chinese) == list(english)
    for key, template in chinese.items():
        assert _arguments(template) == _arguments(english[key]), key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_word_can_be_shown_on_a_gbk_console(lang: str) -> None:
    for key, template in load(lang).items():
        "".join(template).encode("gbk")
        assert key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_code_of_the_report_has_a_word(lang: str) -> None:
    words = load(lang)
    keys = [f"exclusion.{name}" for name in EXCLUSIONS]
    keys += [f"status.{status.value}" for status in Status]
    keys += [f"kind.{kind.value}" for kind in Kind] + ["kind.unrecognised"]
    keys += [f"verdict.{name}" for name in ("pass", "fail", "incomplete")]
    assert [key for key in keys if key not in words] == []
    assert len(Level) == 4


def test_english_wording_has_no_chinese() -> None:
    odd = {key: text for key, text in load("en").items() if not plain("".join(text)).isascii()}
    assert odd == {}


def test_an_unknown_language_is_an_error() -> None:
    with pytest.raises(LookupError, match="fr"):
        load("fr")


def test_values_are_never_templates() -> None:
    assert "{n}" in Speech("zh").pair("{n}", "{0.__class__}")


@pytest.mark.parametrize(
    ("dirty", "kept"),
    [
        ("a\x1b[31mb\x1b[0m", "ab"),
        ("a\x1b]0;title\x07b", "ab"),
        ("a\x1b]8;;http://x\x1b\\b\x1b]8;;\x1b\\c", "abc"),
        ("a\x9b2Jb", "ab"),
        ("a\x1bPq#0\x1b\\b", "ab"),
        ("a\x1b]never closed", "anever closed"),
        ("a\x1b", "a"),
        ("a\r\n\tb", "a b"),
        ("a\u202eb\u2066c\u200bd\ufeff", "abcd"),
        ("a\u2028b\u2029c\x85d", "a b c d"),
        ("a\ud800b", "a?b"),
        ("小李 ok", "小李 ok"),
    ],
)
def test_clean(dirty: str, kept: str) -> None:
    assert clean(dirty) == kept


@given(st.text(max_size=80), st.integers(8, 40), st.integers(0, 6))
def test_wrapping_loses_nothing_but_spaces(text: str, width: int, hang: int) -> None:
    text = clean(text)
    lines = wrap(text, width, hang)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(cell_len(line) <= width for line in lines)
    assert all(cell_len(line) <= width - hang for line in lines[1:])


def test_lines_break_between_chinese_characters_but_not_before_punctuation() -> None:
    assert wrap("缺少客服评价文件，请导出", 17) == ["缺少客服评价文", "件，请导出"]
    assert wrap("导出（会话）", 6) == ["导出", "（会", "话）"]


def test_rich_does_not_know_where_chinese_lines_break() -> None:
    """The reason why there is a `wrap` of our own; if this fails, Rich can replace it."""

    def by_rich(text: str, width: int) -> list[str]:
        return [str(line).rstrip() for line in Text(text).wrap(Console(width=width), width)]

    assert by_rich("缺少客服评价文件，请导出", 17) == ["缺少客服评价文件", "，请导出"]
    assert by_rich("导出（会话）", 6) == ["导出（", "会话）"]
    text = "缺 4 天聊天记录，最好和最坏的情况结论不同；请补齐 10 月 11 日至 14 日"
    assert by_rich(text, 30)[0] == "缺 4"
    assert wrap(text, 30) == [
        "缺 4 天聊天记录，最好和最坏的",
        "情况结论不同；请补齐 10 月 11",
        "日至 14 日",
    ]


def test_a_midnight_as_of_closes_the_day_before() -> None:
    speech = Speech("zh")
    assert speech.instant("2026-11-01T00:00:00", closing=True) == "2026-10-31 24:00"
    assert speech.instant("2026-11-01T00:00:00") == "2026-11-01 00:00"
    assert speech.instant("2026-10-31T15:00:30", closing=True) == "2026-10-31 15:00:30"
    assert speech.instant("2026-10-31") == "2026-10-31"
    assert speech.instant("0001-01-01T00:00:00", closing=True) == "0001-01-01 00:00"


def test_windows_name_days_where_they_are_days() -> None:
    speech = Speech("zh")
    whole = Window("2026-10-02T00:00:00", "2026-11-01T00:00:00", 30)
    assert speech.period(whole) == "2026-10-02 至 2026-10-31"
    part = Window("2026-10-02T00:00:00", "2026-10-31T15:00:00", 30)
    assert speech.period(part) == "2026-10-02 至 2026-10-31 15:00"


_PLACE = re.compile(r"[SKT]-?\d+(?:-\d+)?|[\w-]+[.][\w./-]*\w|\d{4}-\d\d-\d\d", re.ASCII)
"""The id of a text, an address, a day: the same in every language."""


_BARE = ("aiyongtech.com id10845", "plnmw.com kqreqrqhdd")
"""Addresses whose last part stands apart."""


def test_every_source_of_a_figure_can_be_read_in_chinese() -> None:
    """What has words beside its places has its Chinese, which names the same places."""
    folder = Path(kshop_audit.__file__).parent
    stated = {
        found
        for file in (folder / "packs").glob("*.toml")
        for found in re.findall(r'source = "([^"]*)"', file.read_text(encoding="utf-8"))
    }
    kept = tomllib.loads(
        (folder / "report" / "wording" / "sources" / "zh.toml").read_text(encoding="utf-8")
    )
    for english in stated:
        if re.search("[a-z]{2}", _PLACE.sub("", english)):
            chinese = source_text(english).zh
            assert re.search("[\u4e00-\u9fff]", chinese) or english in _BARE, english
    assert set(kept) <= stated
    for english, chinese in kept.items():
        assert sorted(_PLACE.findall(english)) == sorted(_PLACE.findall(chinese)), english
