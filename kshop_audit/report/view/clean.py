"""Make any text safe to show: the report quotes files, and files are hostile.

Terminal control sequences go whole, then every control and format character (bidirectional
overrides, zero-width characters, tags). Line breaks become spaces: one value is one line.
"""

from __future__ import annotations

import re
import unicodedata

from kshop_audit.model.patterns import regex

# CSI, OSC and its kin (closed by BEL or ST), two-byte escapes; 7-bit and 8-bit introducers.
# Of a string sequence that is never closed only the introducer goes: nothing may hide a cell.
_SEQUENCES = regex(
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]?"
    "|(?:\x1b[\\]PX^_]|[\x9d\x90\x98\x9e\x9f]).*?(?:\x07|\x1b\\\\|\x9c)"
    "|\x1b[ -/]*[0-~]?",
    re.DOTALL,
)

# Plain stand-ins for the few symbols of our own wording.
_PLAIN = str.maketrans(
    {
        "≥": ">=",
        "≤": "<=",
        "×": "x",
        "√": "+",
        "…": "...",
        "·": "|",
        "—": "-",
        "–": "-",
        "→": "->",
        "■": "#",
        "□": ".",
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
    }
)


def clean(text: str) -> str:
    """`text` on one line without anything that steers a terminal or hides itself."""
    if text.isascii() and text.isprintable():
        return text
    kept = (_replacement(character) for character in _SEQUENCES.sub("", text))
    return " ".join("".join(kept).split())


def plain(text: str) -> str:
    """Cleaned text without box drawing, emoji and other symbols; Chinese stays."""
    if text.isascii():
        return text
    return "".join(
        "?" if unicodedata.category(character) in ("So", "Sk", "Mn", "Me") else character
        for character in text.translate(_PLAIN)
    )


def _replacement(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Zl", "Zp", "Zs"):
        return " "
    if category == "Cf":
        return ""
    # Lone surrogates cannot be written, unassigned and private characters have no known width.
    return "?" if category in ("Cs", "Co", "Cn") else character
