"""A few records from all over a file: what its first rows look like says little of the others.

Files that begin with the newest orders begin with those that were not shipped yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kshop_audit.ingest.decode.grammar import LF, RawLine, records

PLACES = 8
PIECE = 1 << 13


def within(path: Path, start: int, separator: str, cells: int) -> Iterator[tuple[str, ...]]:
    """The cells of some records below byte `start`, of those that have so many cells at least.

    A line inside a cell may pass for a record: what is seen here must decide nothing.
    """
    size = path.stat().st_size
    if size - start < PLACES * PIECE:
        return
    with path.open("rb") as file:
        for place in range(1, PLACES):
            file.seek(start + (size - start) * place // PLACES)
            lines = file.read(PIECE).split(b"\n")[1:-1]
            texts = (line.decode("utf-8", "surrogateescape") + LF for line in lines)
            for record in records((RawLine(0, 0, text) for text in texts), separator):
                if record.fault is None and len(record.cells) >= cells:
                    yield tuple(record.cells)
