"""Text that was read in a wrong encoding: what it would be in the right one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from kshop_audit.ingest.headers.catalogue import every_header, normal, prefix, unused_headers
from kshop_audit.model.patterns import regex

# What text in one encoding was taken for, and what it is.
_MISREAD = (
    ("gb18030", "utf-8"), ("latin-1", "utf-8"), ("cp1252", "utf-8"), ("latin-1", "gb18030"),
    ("cp1252", "gb18030"),
)  # fmt: skip
_WIDE = 3
"""Bytes of a Chinese character in UTF-8."""

_HAN = regex("[\u4e00-\u9fff]{2}")


def repairs(text: str) -> Iterator[str]:
    """What a text may have been before it was misread, as far as its characters tell."""
    for wrong, right in _MISREAD:
        with suppress(UnicodeError):
            yield text.encode(wrong, "ignore").decode(right, "ignore")


def is_garbled(name: str) -> bool:
    """Whether an unknown name of a column is a known one misread, or a part of one."""
    if name.isascii():
        return False
    found = {normal(text) for text in repairs(name) if _HAN.search(text)}
    start = name.strip().encode("gb18030", "ignore")[:_WIDE]
    with suppress(UnicodeError):
        found.add(start.decode("utf-8"))
    found |= {prefix(text) for text in found}
    found.discard("")
    known = every_header() | unused_headers()
    return any(
        header.startswith(text) or (header.endswith(text) and len(text) > 1)
        for text in found
        for header in known
    )
