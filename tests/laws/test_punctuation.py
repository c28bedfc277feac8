"""Chinese sentences have Chinese punctuation."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.laws.punctuation import VALUE, faults, texts
from tests.laws.source_tree import PACKAGE, SOURCES, name_of

DATA = sorted(path for path in PACKAGE.rglob("*.toml") if "headers" not in path.parts)
"""Headers are the platforms' own words, brackets included."""


@pytest.mark.parametrize("path", [*SOURCES, *DATA], ids=name_of)
def test_punctuation_between_chinese_characters_is_full_width(path: Path) -> None:
    found = [(line, fault) for line, text in texts(path) for fault in faults(text)]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "文件损坏,请重新导出",
        f"{VALUE}:没有数据",
        "空字节(NUL)太多",
        "请看(说明)",
        "两项; 三项",
        "系统读不了（原因)",
    ],
)
def test_half_width_is_found(text: str) -> None:
    assert faults(text)


@pytest.mark.parametrize(
    "text",
    [
        "文件损坏，请重新导出",
        "Messages with 高仿, 精仿",
        "(?:收款|付款)码",
        "至 08:05:00 为止",
    ],
)
def test_what_is_right_is_not_found(text: str) -> None:
    assert faults(text) == []
