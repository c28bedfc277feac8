"""Texts as places in the file that they came from: the cache holds where they stand, never them.

Who has the file has its texts; who has the cache alone has none. Of a column each distinct text is
looked for once, from where the last one was found: rows stand in the order of the file, so one
pass over the bytes finds them all, and an earlier place with the same bytes serves as well.
"""

from __future__ import annotations

import mmap
import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

import polars as pl
from blake3 import blake3

_WINDOW = 1 << 25
_BACK = 16
"""So many texts of a column may stand before the last one: each costs a pass over the file."""
_QUOTE = '"'

_NOBODY_S = re.compile("[0-9]{1,4}/[0-9]{1,4}|\ufffd+")
"""Texts that the program made itself, and that tell nothing: 12/9 cells, bytes that are none."""
_PURPOSE = "kshop-audit 2026-11-30 cache of numbers made of texts: "
_BLOCK = 1 << 20

PLACES = pl.Schema(
    {"start": pl.Int64(), "length": pl.Int32(), "doubled": pl.Boolean(), "own": pl.String()}
)
"""Where a text stands: first byte, bytes, and whether its quotes are doubled there. `own`: the text
itself, where it is the program's own.
"""


@dataclass(frozen=True, slots=True)
class SourceText:
    """A file of text, in an encoding by the name that Python knows."""

    path: Path
    encoding: str

    def places(self, texts: Sequence[str]) -> pl.DataFrame | None:
        """Where the texts stand, a row each; None if one of them does not, as it is, in the file.

        OSError where the file cannot be read.
        """
        found: list[tuple[int, int, bool, str | None]] = []
        with self.path.open("rb", buffering=0) as file:
            seeker = _Seeker(file, self.path.stat().st_size)
            place = back = 0
            for text in texts:
                if _NOBODY_S.fullmatch(text):
                    found.append((0, 0, False, text))
                    continue
                doubled = False
                wanted = self._bytes(text)
                if wanted is None:
                    return None
                at = seeker.find(wanted, place)
                if at < 0 and _QUOTE in text:
                    doubled = True
                    wanted = self._bytes(text.replace(_QUOTE, _QUOTE * 2)) or wanted
                    at = seeker.find(wanted, place)
                if at < 0 and place:
                    back += 1
                    at = seeker.find(wanted, 0) if back <= _BACK else -1
                if at < 0:
                    return None
                found.append((at, len(wanted), doubled, None))
                place = at
        return pl.DataFrame(found, schema=PLACES, orient="row")

    def texts(self, places: pl.DataFrame) -> pl.Series | None:
        """The texts at these places; None if the file has no such text there.

        OSError where the file cannot be read.
        """
        if places.is_empty():
            return pl.Series(dtype=pl.String)
        starts, lengths = places["start"], places["length"]
        ends = (starts + lengths).to_list()
        with self.path.open("rb") as file:
            size = self.path.stat().st_size
            if max(ends) > size:
                return None
            if not size:
                return pl.Series([""] * places.height, dtype=pl.String)
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                pieces = [data[a:b] for a, b in zip(starts.to_list(), ends, strict=True)]
        try:
            found = pl.Series([piece.decode(self.encoding) for piece in pieces], dtype=pl.String)
        except (UnicodeDecodeError, LookupError):
            return None
        if places["doubled"].any():
            single = found.str.replace_all(_QUOTE * 2, _QUOTE, literal=True)
            found = single.zip_with(places["doubled"], found)
        own = places["own"]
        return found if own.null_count() == len(own) else own.zip_with(own.is_not_null(), found)

    def mixed(self, numbers: pl.Series) -> pl.Series:
        """Numbers of 64 bits mixed with what only the whole file gives; mixing them again takes it
        out. For numbers that stem from texts, such as hashes: without the file they say nothing.

        OSError where the file cannot be read.
        """
        stream = blake3(derive_key_context=_PURPOSE + numbers.name)
        with self.path.open("rb", buffering=0) as file:
            while data := file.read(_BLOCK):
                stream.update(data)
        bytes_of = stream.digest(length=8 * len(numbers))
        return numbers ^ pl.Series(array("Q", bytes_of), dtype=pl.UInt64)

    def _bytes(self, text: str) -> bytes | None:
        try:
            return text.encode(self.encoding)
        except (UnicodeEncodeError, LookupError):
            return None


class _Seeker:
    """Looks for bytes in a file of which only a window is in memory."""

    def __init__(self, file: FileIO, size: int) -> None:
        self._file = file
        self._size = size
        self._start = 0
        self._data: mmap.mmap | bytes = b""

    def find(self, wanted: bytes, start: int) -> int:
        """The first place from `start` on, -1 if there is none."""
        while start + len(wanted) <= self._size:
            end = self._start + len(self._data)
            if self._start <= start and start + len(wanted) <= end:
                at = self._data.find(wanted, start - self._start)
                if at >= 0:
                    return self._start + at
                if end >= self._size:
                    return -1
                start = end - len(wanted) + 1
            if not self._load(start, len(wanted)):
                return -1
        return -1

    def _load(self, start: int, least: int) -> bool:
        """Move the window; whether it holds at least so many bytes. Mapped, for every column looks
        through the whole file: copying it took longer than looking.
        """
        self._start = start // mmap.ALLOCATIONGRANULARITY * mmap.ALLOCATIONGRANULARITY
        length = min(max(_WINDOW, start - self._start + least), self._size - self._start)
        self._data = mmap.mmap(
            self._file.fileno(), length, access=mmap.ACCESS_READ, offset=self._start
        )
        return length >= start - self._start + least
