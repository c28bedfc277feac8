"""Buyer data never leaves the tool unless asked for: what is masked, and how."""

from __future__ import annotations

import re

from kshop_audit.model.patterns import regex

PERSONAL = frozenset({"buyer_id", "address", "province", "content", "agent_account"})
"""Canonical columns whose cells are never shown."""

_DIGITS = regex(r"\d{7,}")
_MOBILE = regex(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_HEADERS = regex(
    "姓名|电话|手机|地址|昵称|买家|收货人|收件人|留言|用户|内容|name|phone|buyer|address"
)


def masked(value: str, column: str | None) -> str:
    """A cell that could not be read, without what could tell a person.

    Cells of personal columns are shortened to their first character; elsewhere long runs of digits
    that could be a phone number lose their middle. Ids, times and amounts stay readable; what
    stands in the place of a time and looks like a mobile number does not.
    """
    if column is not None and (column in PERSONAL or _HEADERS.search(column)):
        return f"{value[:1]}***" if value else ""
    if column is not None and re.search("时间|_at$", column):
        return _MOBILE.sub(lambda found: f"{found[0][:3]}****{found[0][-2:]}", value)
    if column is not None and re.search("号|编号|ID|id|_no$", column):
        return value
    return _DIGITS.sub(lambda found: f"{found[0][:3]}****{found[0][-2:]}", value)


LABEL = 40
"""Longer than any role, state or reason that an export has a word for."""


def masked_label(text: str) -> str:
    """A word that no vocabulary knows, whole, so that it can be mapped; what is too long to be
    one, or holds what could be a phone number or an id, could identify a person and is shortened.
    """
    label = len(text) <= LABEL and not _DIGITS.search(text)
    return text if label else f"{text[:4]}***"
