"""What a rule declares is what the engine does; nothing follows from its family."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from kshop_audit.auditing import selection
from kshop_audit.facts import Facts
from kshop_audit.model.metadata import MessageText, Text
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Settings, Terms
from kshop_audit.rules import Rule, catalogue
from kshop_audit.rules.kit.rule import rule
from kshop_audit.rules.kit.shapes import Ratio, Shape
from tests.shops.audits import audit_folder

AT = "2026-10-20 10:00:00"
CHATS = f"""session_id,message_id,sender_role,sent_at,content
S1,M1,buyer,{AT},在吗
S1,M2,agent,{AT},您好
S1,M3,agent,{AT},都是纯棉的
S1,M4,agent,{AT},没有高仿
"""
DOC = """Messages with a word.

含某个词的消息。

Why it matters:
    A.

    甲。

How it is counted:
    A.

    甲。

Not counted:
    A.

    甲。

Example:
    A.

    甲。

Why our number may differ:
    A.

    甲。
"""


def greeting(needs: tuple[str, ...], **declared: MessageText) -> Rule:
    """A rule of the family `service` that looks for a harmless word in all messages."""

    def measure(facts: Facts, terms: Terms) -> Shape:
        rows = facts.tables.rows(Kind.CHATS).filter(pl.col("sender_role") == "agent")
        found = pl.col("content").str.contains("纯棉", literal=True).fill_null(False)
        return Ratio(unit=rows, at="sent_at", hit=found)

    measure.__doc__ = DOC
    return rule(
        "cs-satisfaction",
        family="service",
        title=Text(zh="甲", en="a"),
        fix=Text(zh="甲", en="a"),
        unit=Text(zh="条", en="messages"),
        needs=needs,
        **declared,  # type: ignore[arg-type]  # by key
    )(measure)


def test_a_rule_of_any_family_sees_the_text_it_declares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No message here is suspect but one, and the word stands in another one."""
    needs = ("chats.sent_at", "chats.sender_role", "chats.content")
    rules = catalogue() | {"cs-satisfaction": greeting(needs, text=MessageText.ALL)}
    monkeypatch.setattr(selection, "catalogue", lambda: rules)
    (tmp_path / "chats.csv").write_text(CHATS, encoding="utf-8")
    as_of = datetime(2026, 11, 1)
    (result,) = audit_folder(tmp_path, as_of=as_of, select=("cs-satisfaction",)).report.rules
    assert (result.numerator, result.denominator) == (1, 3)


@pytest.mark.parametrize(
    ("needs", "declared"),
    [(("chats.content",), {}), (("chats.sent_at",), {"text": MessageText.ALL})],
)
def test_text_is_declared_where_it_is_needed_and_nowhere_else(
    needs: tuple[str, ...], declared: dict[str, MessageText]
) -> None:
    with pytest.raises(ValueError, match=r"chats\.content"):
        greeting(needs, **declared)


def test_the_bounds_of_a_sum_are_a_sum_in_the_unit_of_its_value(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(
        "order_id,status,paid_at,shipped_at,paid_amount\n"
        f"O1,shipped,{AT},{AT},100.00\nO2,shipped,{AT},{AT},60.00\n",
        encoding="utf-8",
    )
    (fee,) = audit_folder(tmp_path, Settings(), select=("service-fee",)).report.rules
    assert (fee.value, fee.numerator) == (8.0, 800)
    assert fee.bounds is not None
    assert (fee.bounds.low, fee.bounds.high) == (8.0, 8.0)
