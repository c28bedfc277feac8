"""What the tool never advises, over every text of the package: to make up orders, chats, tickets or
ratings, to upload a number before the parcel is handed over, to talk buyers out of claims.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "kshop_audit"
SPOKEN = ("report", "rules", "projection", "auditing", "judging", "cli", "model", "aspects")
TEXTS = sorted(
    path
    for room in SPOKEN
    for path in (PACKAGE / room).rglob("*")
    if path.suffix in {".py", ".toml", ".html"}
)

NEVER = re.compile(
    r"刷单|补单|刷好评|刷评|刷量|刷销量|刷信誉|好评返现|返现好评|代拍|自买自卖|找人下单|多下几单"
    r"|(?:提前|先)(?:上传|传)单号|劝(?:说)?买家(?:撤|取消|放弃)"
    r"|(?:让|请)买家(?:撤销|取消|放弃)(?:申请|售后|投诉|维权)"
    r"|\bbrushing\b|(?:fake|made-up|invent(?:ed)?|place|create|generate) (?:more |extra )?"
    r"(?:orders|chats|tickets|ratings|reviews)\b"
    r"|upload[^.]{0,30} before (?:it|the parcel) is handed|talk (?:the )?buyers? out of",
    re.IGNORECASE,
)
FORBIDS = re.compile(r"(?:不|勿|别|禁止|严禁|never|not|no)\s*$", re.IGNORECASE)
"""Before such a word the text forbids what follows."""


def advised(text: str) -> list[str]:
    return [
        text[max(0, found.start() - 10) : found.end() + 10]
        for found in NEVER.finditer(text)
        if not FORBIDS.search(text[: found.start()][-8:])
    ]


def test_no_text_advises_it() -> None:
    assert len(TEXTS) > 100
    found = {str(path): said for path in TEXTS if (said := advised(path.read_text("utf-8")))}
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "回复率不够，可以补单拉高", "建议先传单号再发货", "请买家撤销申请", "找人下单冲销量",
        "create more orders", "upload the waybill before it is handed over",
    ],
)  # fmt: skip
def test_the_law_notices_it(text: str) -> None:
    assert advised(text)


@pytest.mark.parametrize("text", ["不提前传单号、不复用单号", "never create orders", "按时发货"])
def test_to_forbid_it_is_allowed(text: str) -> None:
    assert not advised(text)
