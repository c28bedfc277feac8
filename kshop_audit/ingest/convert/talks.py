"""Conversations in JSON whose messages stand inside them, as interfaces of chat tools give them.

Each message becomes a record of its own that carries what its conversation says of both: the
number, the customer, the account of the shop. Fields that chat tools name alike get the canonical
name of their column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kshop_audit.ingest.convert.nothing_said import is_nothing
from kshop_audit.ingest.headers.catalogue import layouts, normal
from kshop_audit.model.patterns import regex
from kshop_audit.model.schema import TABLES, Kind

MESSAGES = (
    "messages", "messageList", "message_list", "msgs", "msgList", "msg_list", "chatMessages",
    "chatList", "chatRecords", "messageInfoList", "dialogues", "消息", "消息列表", "聊天记录",
)  # fmt: skip
"""Under one of these names a conversation holds its messages."""

MOST_DEPTH = 4
"""Objects one inside the other in which a list of conversations is looked for."""

SHORT_ID = 8
"""Characters of a message id below which it may be a number that begins anew in each talk."""

_SESSION = {
    "session_id": ("id", "dataId", "conversationId", "chatId", "dialogId", "dialogueId"),
    "buyer_id": (
        "buyerNick", "buyerName", "buyer", "customer", "customerId", "customerName", "customerNick",
        "userId", "userNick", "userName",
    ),
    "agent_account": (
        "sellerNick", "seller", "agent", "agentId", "agentName", "agentNick", "staff", "staffName",
        "servicer", "servicerName", "assistantId",
    ),
}  # fmt: skip
_MESSAGE = {
    "message_id": ("id", "msgId"),
    "sent_at": (
        "gmtCreated",
        "gmtCreate",
        "sendTime",
        "createTime",
        "createdAt",
        "sentTime",
        "msgTime",
        "timestamp",
        "time",
        "date",
    ),
    "sender_role": ("role", "senderType", "fromRole", "fromType", "senderRole"),
    "content": ("msg", "text", "body", "message", "msgContent"),
    "message_type": ("msgType", "type"),
}
_FROM = (
    "userNickFrom", "fromNick", "fromUser", "fromId", "fromName", "from", "sender", "senderId",
    "senderName", "senderNick",
)  # fmt: skip
_SHARED = ("session_id", "buyer_id", "agent_account")
_HUMP = regex(r"(?<=[a-z0-9])([A-Z])")

Record = Mapping[str, object]


def messages_of(value: object) -> list[object] | None:
    """The messages of a conversation; None for a value that is none."""
    if not isinstance(value, dict):
        return None
    found = next((value[name] for name in MESSAGES if _are_objects(value.get(name))), None)
    if found is None or not _about(value):
        return None
    return list(found)


def talks_in(value: object, depth: int = MOST_DEPTH) -> tuple[str, ...] | None:
    """Where an answer holds its conversations, None if it holds none."""
    if not isinstance(value, dict) or not depth:
        return None
    for name, inner in value.items():
        if _are_objects(inner) and any(messages_of(each) is not None for each in inner):
            return (name,)
    for name, inner in value.items():
        path = talks_in(inner, depth - 1)
        if path is not None:
            return (name, *path)
    return None


def spoken(record: object) -> Iterator[object]:
    """The messages of a conversation, each with what holds for all; any other record as it is.

    A conversation without messages is one record that holds nothing.
    """
    said = messages_of(record)
    if said is None or not isinstance(record, dict):
        yield record
        return
    about = _about(record)
    for message in said:
        yield _message(message, about) if isinstance(message, dict) else message
    if not said:
        yield {}


def _are_objects(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _about(record: Record) -> dict[str, str]:
    """What a conversation says of all of its messages, also one object further down."""
    parts = [value for value in record.values() if isinstance(value, dict)]
    found: dict[str, str] = {}
    for part in (record, *parts):
        for name in _SHARED:
            text = _field(part, name, _SESSION[name])
            if text:
                found.setdefault(name, text)
    return found


def _field(record: Record, column: str, names: tuple[str, ...]) -> str:
    """The text of the first field that is this column, by any name; empty if there is none."""
    for name, value in record.items():
        if _column(name) == column and isinstance(value, str) and value:
            return value
    return next((v for v in map(record.get, names) if isinstance(v, str) and v), "")


def _column(name: str) -> str | None:
    """The column of the chats that a field's name means in every file."""
    own = _HUMP.sub(r"_\1", name).lower()
    if own in TABLES[Kind.CHATS].names:
        return own
    spelled = normal(name)
    generic = next(layout for layout in layouts() if layout.kind is Kind.CHATS)
    return next((c for c, names in generic.columns.items() if spelled in names), None)


def _message(message: Record, about: Mapping[str, str]) -> dict[str, object]:
    """One message under canonical names, with what its conversation says where it does not."""
    found: dict[str, object] = dict(about)
    taken = set()
    for name, value in message.items():
        column = _column(name)
        if column is not None and value not in ("", None):
            found[column] = value
            taken.add(name)
    for column, names in _MESSAGE.items():
        other = next((n for n in names if n in message and n not in taken), None)
        if other is not None and not found.get(column):
            found[column] = message[other]
    said = found.get("content")
    if not found.get("sent_at") and isinstance(said, str) and is_nothing(said):
        return {}
    if not found.get("sender_role"):
        speaker = next((message[name] for name in _FROM if message.get(name)), "")
        found["sender_role"] = _role(speaker, about)
    own, talk = found.get("message_id"), about.get("session_id")
    if isinstance(own, str) and own and talk and len(own) < SHORT_ID:
        found["message_id"] = f"{talk}:{own}"
    return found


def _role(speaker: object, about: Mapping[str, str]) -> str:
    """On whose side a speaker is, if the conversation names him; nothing otherwise."""
    if speaker and speaker == about.get("buyer_id"):
        return "buyer"
    return "agent" if speaker and speaker == about.get("agent_account") else ""
