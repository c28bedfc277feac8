"""Bytes that only those can open who have the files that they come from.

The keys are made of all bytes of a file (see `ingest.files.digests.Digest.key`) and are kept
nowhere. Whoever has the file has its texts anyway; whoever has the cache alone has nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from blake3 import blake3
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kshop_audit.cache.store import Block

_PURPOSE = "kshop-audit 2026-11-30 key of what was made of several files"
_NONCE = 12


def key_of_all(keys: Iterable[bytes]) -> bytes:
    """The key of what was made of all these files, in this order."""
    stream = blake3(derive_key_context=_PURPOSE)
    for key in keys:
        stream.update(key)
    return stream.digest()


def sealed(content: Block, key: bytes) -> bytes:
    """The bytes, for the key alone."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, None)


def opened(block: Block, key: bytes) -> bytes | None:
    """The bytes that were sealed; None with another key."""
    try:
        return AESGCM(key).decrypt(bytes(block[:_NONCE]), block[_NONCE:], None)
    except InvalidTag:
        return None
