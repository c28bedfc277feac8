"""The conversations of a shop in every shape in which they can be handed over."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from tests.shops.profile import Shop

SHOP = {"店铺:小李": "agent", "店铺:小王": "agent", "店铺:小陈": "agent", "店铺:智能助手": "robot"}
"""Names of the shop, as the operator lists them."""
HEADER = ("buyer_id", "agent_account", "sender_role", "message_type", "sent_at", "content")
EPOCH = datetime(1970, 1, 1, 8)


@dataclass(frozen=True)
class Said:
    """One message as all shapes can tell it."""

    buyer: str
    name: str
    role: str
    at: datetime
    content: str


def spoken(shop: Shop) -> list[Said]:
    """The messages of a shop by customer and time; those that no text shape can tell are left."""
    found = []
    for row in shop["chats"]:
        role, at = row.get("sender_role"), row.get("sent_at")
        buyer, content = row.get("buyer_id"), row.get("content")
        if role not in ("buyer", "agent", "robot") or not isinstance(at, datetime) or not buyer:
            continue
        names = {"robot": "店铺:智能助手", "buyer": f"客{buyer}友"}
        name = names.get(str(role), str(row.get("agent_account") or "店铺:小李"))
        found.append(Said(f"客{buyer}友", name, str(role), at, str(content or "在")))
    # Two who speak in one second: everywhere the customer comes first.
    return sorted(set(found), key=lambda m: (m.buyer, m.at, m.role != "buyer", m.name, m.content))


def talks(said: Sequence[Said]) -> list[tuple[str, list[Said]]]:
    return [(buyer, list(rows)) for buyer, rows in groupby(said, key=lambda m: m.buyer)]


def _csv(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([header, *rows])
    return out.getvalue()


def rows(said: Sequence[Said]) -> str:
    """Shape a: a row a message."""
    lines = [
        (
            m.buyer,
            m.name if m.role != "buyer" else "",
            m.role,
            "text",
            f"{m.at:%Y-%m-%d %H:%M:%S}",
            m.content,
        )
        for m in said
    ]
    return _csv(HEADER, lines)


def cells(said: Sequence[Said]) -> str:
    """Shape b: a whole conversation in one cell."""
    lines = [
        (buyer, "\n\n".join(f"{m.at:%Y-%m-%d %H:%M:%S}\n{m.name}: {m.content}" for m in talk))
        for buyer, talk in talks(said)
    ]
    return _csv(("客户ID", "聊天记录"), lines)


def clipboard(said: Sequence[Said]) -> str:
    """Shape c: [name] time, then what was said."""
    return "-----\n".join(
        "".join(f"[{m.name}] {m.at:%Y-%m-%d %H:%M:%S}\n{m.content}\n\n" for m in talk)
        for _, talk in talks(said)
    )


def scrape(said: Sequence[Said]) -> str:
    """Shape d: the name glued to a time without a year."""
    return "=====\n".join(
        "".join(
            f"{m.name}{'下单数(2)' if m.role == 'buyer' else ''}{m.at.month}-{m.at.day} "
            f"{m.at:%H:%M:%S}\n{m.content}\n"
            for m in talk
        )
        for _, talk in talks(said)
    )


def interface(said: Sequence[Said]) -> str:
    """Shape e: JSON lines with epoch milliseconds."""
    lines = []
    for number, m in enumerate(said):
        record = {
            "messageId": f"m{number:06d}",
            "buyerOpenId": m.buyer,
            "assistantId": m.name if m.role != "buyer" else None,
            "sender_role": m.role,
            "eMessageType": "text",
            "timestampMs": (m.at - EPOCH) // timedelta(milliseconds=1),
            "content": m.content,
        }
        lines.append(json.dumps(record, ensure_ascii=False))
    return "\n".join(lines) + "\n"


SHAPES: Mapping[str, tuple[str, Callable[[Sequence[Said]], str]]] = {
    "cells": ("chats.csv", cells),
    "clipboard": ("chats.txt", clipboard),
    "scrape": ("chats.txt", scrape),
    "interface": ("chats.jsonl", interface),
}
"""Shape → name of its file, writer."""


def copied(said: Sequence[Said]) -> date:
    """A day on which all of it could have been copied."""
    return max((m.at for m in said), default=EPOCH).date()
