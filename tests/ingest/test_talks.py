"""Conversations in JSON with their messages inside, and JSON that is none of ours."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from kshop_audit.ingest import Request, Source, open_inputs
from tests.ingest.build import counts, write
from tests.ingest.tables import table_of

ASKED, ANSWERED = "2026-10-28 10:00:00", "2026-10-28 10:02:00"
PLAIN = {
    "sessionId": "s1",
    "buyerId": "b1",
    "messages": [
        {"messageId": "m0000001", "role": "buyer", "sentAt": ASKED, "content": "在吗"},
        {"messageId": "m0000002", "role": "agent", "sentAt": ANSWERED, "content": "在的"},
    ],
}
NICKS = {
    "meta": {"dataId": "D1", "buyerNick": "tb1234", "sellerNick": "店:小颖", "isUnReply": "已回复"},
    "messages": [
        {"gmtCreated": f"{ASKED}.000", "userNickFrom": "tb1234", "msg": "在吗", "msgId": "1"},
        {"gmtCreated": f"{ANSWERED}.000", "userNickFrom": "店:小颖", "msg": "在的", "msgId": "2"},
    ],
}


def opened(folder: Path, value: object, name: str = "chats.json") -> list[Source]:
    write(folder / "in", json.dumps(value, ensure_ascii=False), name)
    (folder / "scratch").mkdir(exist_ok=True)
    return list(open_inputs(Request((folder / "in",)), folder / "scratch"))


def read(folder: Path, value: object) -> pl.DataFrame:
    (source,) = opened(folder, value)
    return table_of(source)


@pytest.mark.parametrize("talk", [PLAIN, NICKS], ids=["roles", "nicks"])
@pytest.mark.parametrize(
    "around",
    [
        lambda talk: talk,
        lambda talk: [talk],
        lambda talk: {"conversations": [talk]},
        lambda talk: {"code": 0, "data": {"sessions": [talk], "total": 1}},
        lambda talk: {"code": 0, "data": {"page": {"items": [talk]}}},
        lambda talk: {"data": [talk]},
    ],
    ids=["alone", "array", "list", "page", "deep", "data"],
)
def test_messages_inside_their_conversation(tmp_path: Path, around: object, talk: object) -> None:
    assert callable(around)
    table = read(tmp_path, around(talk))
    assert counts(table) == (2, 0, 0)
    assert table.select("sender_role", pl.col("sent_at").dt.to_string(), "content").rows() == [
        ("buyer", f"{ASKED}.000", "在吗"),
        ("agent", f"{ANSWERED}.000", "在的"),
    ]
    assert table["session_id"].n_unique() == table["buyer_id"].n_unique() == 1


def test_numbers_of_messages_that_begin_anew_are_stated_apart(tmp_path: Path) -> None:
    other = {**NICKS, "meta": {**NICKS["meta"], "dataId": "D2"}}  # type: ignore[dict-item]
    table = read(tmp_path, {"conversations": [NICKS, other]})
    assert table["message_id"].to_list() == ["D1:1", "D1:2", "D2:1", "D2:2"]


def test_a_conversation_without_messages_is_skipped(tmp_path: Path) -> None:
    empty = {**PLAIN, "sessionId": "s2", "messages": []}
    note = {**PLAIN, "sessionId": "s3", "messages": [{"content": "(无聊天内容)"}]}
    assert counts(read(tmp_path, [PLAIN, empty, note])) == (2, 0, 2)


def test_who_is_named_by_nobody_is_unknown(tmp_path: Path) -> None:
    strangers = {**NICKS, "meta": {"dataId": "D1", "buyerNick": "tb9"}}
    assert read(tmp_path, [strangers])["sender_role"].to_list() == [None, None]


@pytest.mark.parametrize("value", [{"a": {"b": [1, 2]}}, {"messages": [{"名": "小鹿"}]}])
def test_what_is_not_understood_is_named_and_not_shown(tmp_path: Path, value: object) -> None:
    write(tmp_path / "in", "order_id,status,paid_at\no1,已发货,2026-10-28 10:00:00\n", "o.csv")
    sources = opened(tmp_path, value)
    assert [(source.name, source.kind) for source in sources] == [
        ("chats.json", None),
        ("o.csv", "orders"),
    ]
    assert "JSON" in sources[0].why.zh
    assert "小鹿" not in sources[0].why.zh


def test_a_report_of_this_program_is_none_of_the_inputs(tmp_path: Path) -> None:
    write(tmp_path / "in", "order_id,status,paid_at\no1,已发货,2026-10-28 10:00:00\n", "o.csv")
    sources = opened(tmp_path, {"schema": "kshop-audit/report/2", "rules": []}, "report.json")
    assert [source.name for source in sources] == ["o.csv"]
