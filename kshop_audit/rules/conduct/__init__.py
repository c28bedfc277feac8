"""Chat conduct: what the merchant's side must not write (S2-43 to S2-56)."""

from kshop_audit.rules.conduct.contacts import harassment, third_party_info
from kshop_audit.rules.conduct.tone import tb_tone
from kshop_audit.rules.conduct.words import (
    abusive_language,
    banned_words,
    illegal_content,
    impersonation,
)

__all__ = [
    "abusive_language",
    "banned_words",
    "harassment",
    "illegal_content",
    "impersonation",
    "tb_tone",
    "third_party_info",
]
