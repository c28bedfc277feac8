"""Frames as blocks of sealed bytes, and back."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import polars as pl

from kshop_audit.cache.sealing import opened, sealed
from kshop_audit.cache.store import Block

_ROWS = 1 << 19
"""Rows of a block: while it is made, it stands in memory three times."""
_AT_ONCE = 2


def packed(frame: pl.DataFrame, key: bytes) -> list[bytes]:
    """The frame as sealed blocks, at least one."""
    parts = frame.iter_slices(_ROWS) if frame.height else iter([frame])
    with ThreadPoolExecutor(_AT_ONCE) as lanes:
        return list(lanes.map(lambda part: _sealed(part, key), parts))


def unpacked(blocks: list[Block], key: bytes) -> pl.DataFrame | None:
    """The frame of these blocks; None with the key of another file."""
    with ThreadPoolExecutor(_AT_ONCE) as lanes:
        parts = list(lanes.map(partial(_opened, key=key), blocks))
    found = [part for part in parts if part is not None]
    return pl.concat(found, rechunk=False) if len(found) == len(parts) else None


def _sealed(frame: pl.DataFrame, key: bytes) -> bytes:
    target = io.BytesIO()
    frame.write_ipc(target, compression="zstd")
    return sealed(target.getbuffer(), key)


def _opened(block: Block, key: bytes) -> pl.DataFrame | None:
    content = opened(block, key)
    return None if content is None else pl.read_ipc(io.BytesIO(content))
