"""SHA-256 of the inputs, by which a report says of which files it speaks.

Nothing but the report needs them, and while files are read every processor is busy; so they are
computed when they are asked for, or beside something that leaves a processor idle.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from kshop_audit.ingest.access import while_reading
from kshop_audit.ingest.container import BLOCK


class Digest:
    """The digest of one file; `name`: what the file is called in messages."""

    def __init__(self, path: Path, name: str) -> None:
        """Nothing is read yet; the file must be there until it is."""
        self._path = path
        self._name = name
        self._lock = Lock()
        self._told: str | None = None

    def told(self) -> str:
        """The digest as lower-case hexadecimal text; the first who asks computes it."""
        with self._lock, while_reading(self._name):
            if self._told is None:
                self._told = _sha256(self._path)
            return self._told


@contextmanager
def hashing(digests: Sequence[Digest]) -> Iterator[None]:
    """Compute digests meanwhile; what fails is told to whoever asks for it.

    Hashing needs a processor but not the interpreter, so it does not hold up the rest.
    """
    with ThreadPoolExecutor(1) as background:
        for digest in digests:
            background.submit(digest.told)
        try:
            yield
        finally:
            background.shutdown(wait=False, cancel_futures=True)


def _sha256(path: Path) -> str:
    total = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while block := file.read(BLOCK):
            total.update(block)
    return total.hexdigest()
