"""Frames as blocks of bytes and back, sealed: only who has the file that they come from opens them.

The key is made of all bytes of the file and is kept nowhere. Whoever has the file has its texts
anyway; whoever has the blocks alone has nothing.
"""

from __future__ import annotations

import io
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
from blake3 import blake3
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kshop_audit.cache.store import Block

_PURPOSE = "kshop-audit 2026-11-30 key of what is kept of a file"
_PIECE = 1 << 20
_NONCE = 12
_ROWS = 1 << 19
"""Rows of a block: while it is made, it stands in memory three times."""
_AT_ONCE = 2


def key_of(path: Path) -> bytes:
    """The key of what is kept of a file; another one for any other bytes.

    Its digest, which reports show, says nothing of it. OSError where the file cannot be read.
    """
    stream = blake3(derive_key_context=_PURPOSE)
    block = memoryview(bytearray(_PIECE))
    with path.open("rb", buffering=0) as file:
        while size := file.readinto(block):
            stream.update(block[:size])
    return stream.digest()


def packed(frame: pl.DataFrame, key: bytes) -> list[bytes]:
    """The frame as sealed blocks, at least one."""
    parts = frame.iter_slices(_ROWS) if frame.height else iter([frame])
    with ThreadPoolExecutor(_AT_ONCE) as lanes:
        return list(lanes.map(lambda part: _sealed(part, key), parts))


def unpacked(blocks: list[Block], key: bytes) -> pl.DataFrame | None:
    """The frame of these blocks; None with the key of another file."""
    try:
        parts = [_opened(block, key) for block in blocks]
    except InvalidTag:
        return None
    return pl.concat(parts, rechunk=False)


def _sealed(frame: pl.DataFrame, key: bytes) -> bytes:
    target = io.BytesIO()
    frame.write_ipc(target, compression="zstd")
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, target.getbuffer(), None)


def _opened(block: Block, key: bytes) -> pl.DataFrame:
    nonce, content = bytes(block[:_NONCE]), block[_NONCE:]
    return pl.read_ipc(io.BytesIO(AESGCM(key).decrypt(nonce, content, None)))
