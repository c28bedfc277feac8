"""SHA-256 of the inputs, by which a report says of which files it speaks.

Hashing needs a processor but not the interpreter, and while files are read every processor is busy.
So it is begun while the program itself is still being loaded, and goes on beside the rules.
"""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock, Thread

LARGE = 1 << 23
"""Bytes from which on it is worth while to begin early."""

_PIECE = 1 << 26  # whoever hashes must wait for the interpreter after each piece


class Digest:
    """The digest of one file."""

    def __init__(self, path: Path) -> None:
        """Nothing is read yet; the file must be there until it is."""
        self._path = path
        self._lock = Lock()
        self._told: str | None = None

    def told(self) -> str:
        """The digest as lower-case hexadecimal text; the first who asks computes it."""
        with self._lock:
            if self._told is None:
                self._told = _sha256(self._path)
            return self._told


class Digests:
    """The digests of files, each computed once."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self._known: dict[Path, Digest] = {}

    def of(self, path: Path) -> Digest:
        """The digest of a file."""
        return self._known.setdefault(path, Digest(path))

    def begin(self, paths: Iterable[Path]) -> None:
        """Compute those of large exports among these files, or in these folders, from now on."""
        digests = [self.of(path) for path in _large(paths)]
        Thread(target=_tell, args=(digests,), daemon=True).start()


@contextmanager
def hashing(digests: Sequence[Digest]) -> Iterator[None]:
    """Compute digests meanwhile; what fails is told to whoever asks for it."""
    with ThreadPoolExecutor(1) as background:
        for digest in digests:
            background.submit(digest.told)
        try:
            yield
        finally:
            background.shutdown(wait=False, cancel_futures=True)


def _tell(digests: Iterable[Digest]) -> None:
    for digest in digests:
        with suppress(OSError, ValueError):  # told to whoever asks for it
            digest.told()


def _large(paths: Iterable[Path]) -> Iterator[Path]:
    """Which files are likely to be inputs; a wrong guess costs time, and nothing else."""
    with suppress(OSError):
        for path in paths:
            for file in sorted(path.iterdir()) if path.is_dir() else (path,):
                likely = file.suffix.lower() == ".csv" and not file.name.startswith(".")
                if likely and file.is_file() and file.stat().st_size >= LARGE:
                    yield file


def _sha256(path: Path) -> str:
    total = hashlib.sha256()
    if path.stat().st_size:  # of nothing there is no map
        with (
            path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
            memoryview(data) as whole,
        ):
            for start in range(0, len(whole), _PIECE):
                total.update(whole[start : start + _PIECE])
    return total.hexdigest()
