"""Formulas that failed in a workbook of the old format .xls, which the reading library drops.

Their records are as long as those of true and false. So for each sort of failure there is a twin
of the file in which its records are such, and what is true or false there and empty in the file is
a cell of that failure. A record that the file itself has torn apart is not found; its cell stays
empty, as without all this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_CODES = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!",
    0x2A: "#N/A",
}  # fmt: skip


def _record(code: int) -> re.Pattern[bytes]:
    """A cell that holds a failure (its code, then 1), and a formula with one as its result."""
    sort = re.escape(bytes([code]))
    return re.compile(
        rb"(\x05\x02\x08\x00.{6}" + sort + rb")\x01"
        rb"|(\x06\x00.{8})\x02(." + sort + rb".{3}\xff\xff)",
        re.DOTALL,
    )


def _true_or_false(found: re.Match[bytes]) -> bytes:
    return found[1] + b"\0" if found[1] is not None else found[2] + b"\x01" + found[3]


def twins(path: Path, target: Path) -> Iterator[tuple[str, Path]]:
    """(failure, twin) for each sort of failure that may be in the file, written at `target`."""
    content = path.read_bytes()
    for code, failure in _CODES.items():
        twin, count = _record(code).subn(_true_or_false, content)
        if count:
            target.write_bytes(twin)
            yield failure, target
