"""Which messages have lost their text, by the text alone."""

from __future__ import annotations

import base64
from urllib.parse import quote

import polars as pl
import pytest

from kshop_audit.ingest.cells.silence import silent

SAID = "您好亲，这款是专柜同款高仿的，放心购买"
GONE = [
    "", " ", "……", "***", "null", "无", "#NAME?", "#N/A", "#REF!", "该消息已过期", "消息内容已加密",
    "\ufffd",
]  # fmt: skip
ENCODED = [
    "\\u60a8\\u597d",
    "&#24744;&#22909;",
    quote(SAID),
    base64.b64encode(SAID.encode()).decode(),
    SAID.encode().decode("latin-1"),
    SAID.encode().decode("cp1252", "replace"),
    SAID.encode().decode("gb18030", "replace"),
    "锟斤拷锟斤拷",
    "\ufffd\ufffd\ufffd",
]
THERE = [
    SAID,
    "👌",
    "好的😊\ufffd",
    "YT8912345678901",
    "https://app.kwaixiaodian.com/s?q=%E6%82%A8%E5%A5%BD",
    "Size 6XLadies1234",
    "5G手机膜2片装",
    "Café au lait ça va",
    "#1楼梯",
]


@pytest.mark.parametrize(
    ("texts", "expected"), [(GONE, True), (ENCODED, None), (THERE, False)], ids=str
)
def test_what_is_left_of_a_text(texts: list[str], expected: bool | None) -> None:
    found = pl.DataFrame({"content": texts}).select(silent())["content"].to_list()
    assert found == [expected] * len(texts)
