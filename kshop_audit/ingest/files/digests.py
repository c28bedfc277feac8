"""Digests of the inputs, by which a report says of which files it speaks.

BLAKE3 of all bytes, which takes a quarter of the time of SHA-256; the manifest of the evidence,
which other programs check, has SHA-256. Hashing needs a processor but not the interpreter, so it
goes on beside the rules.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Protocol

from blake3 import blake3

_PIECE = 1 << 20  # hashing waits for the interpreter after each piece


_LENGTH = 32


class Digest:
    """The digest of one file, and a key that only the bytes of the file tell."""

    def __init__(self, path: Path) -> None:
        """Nothing is read yet; the file must be there until it is."""
        self._path = path
        self._lock = Lock()
        self._bytes: bytes | None = None

    def text(self) -> str:
        """`blake3:` and lower-case hexadecimal digits; computed by the first call."""
        return f"blake3:{self._both()[:_LENGTH].hex()}"

    def key(self) -> bytes:
        """What follows the digest in the output of BLAKE3, which tells nothing of it: as secret as
        the file. Computed with the digest.
        """
        return self._both()[_LENGTH:]

    def sha256(self) -> str:
        """SHA-256 as lower-case hexadecimal text; computed by every call."""
        total = hashlib.sha256()
        _hash(self._path, total)
        return total.hexdigest()

    def _both(self) -> bytes:
        with self._lock:
            if self._bytes is None:
                total = blake3()
                _hash(self._path, total)
                self._bytes = total.digest(length=2 * _LENGTH)
            return self._bytes


class Digests:
    """The digests of files, each computed once."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self._known: dict[Path, Digest] = {}

    def of(self, path: Path) -> Digest:
        """The digest of a file."""
        return self._known.setdefault(path, Digest(path))


@contextmanager
def hashing(digests: Sequence[Digest]) -> Iterator[None]:
    """Compute digests meanwhile; a fault is raised for the caller that asks for the digest."""
    with ThreadPoolExecutor(1) as background:
        for digest in digests:
            background.submit(digest.text)
        try:
            yield
        finally:
            background.shutdown(wait=False, cancel_futures=True)


class _Hash(Protocol):
    def update(self, data: memoryview, /) -> object: ...


def _hash(path: Path, total: _Hash) -> None:
    block = memoryview(bytearray(_PIECE))
    # Not mapped: what is mapped counts as memory of the process until it ends.
    with path.open("rb", buffering=0) as file:
        while size := file.readinto(block):
            total.update(block[:size])
