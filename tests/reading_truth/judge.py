"""The judge: good rows are rows of the truth, and every other row is accounted for.

What no reader can see, and therefore no damage here does:

- a character changed within a text, a separator or a line end changed within a quoted text, and a
  quote doubled there as an escaped one is: the file says something else, in good order;
- two quotes around a whole cell more or fewer, where the text needs none: the cell is the same;
- one separator more and another one fewer in the same row: the row is as wide as ever, and only
  the form of its cells could tell;
- a file that ends early right behind a row, or within the last cell of one: the rows that are left
  are whole, or look it;
- a byte changed in an .xls, which has no checksum, or Chinese garbled in the cells of a file whose
  header is ASCII: a text of other characters;
- cells of a workbook moved to the left, or moved to the right where the last ones are empty: they
  have places of their own, and no row is wider than the header;
- rows whose exporter leaves out empty cells at the end: such a row that lost a separator looks like
  all the others. (Of files whose other rows are as wide as the header it is seen.)
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.reading_truth.cells import Row, Value
from tests.reading_truth.damages import Case
from tests.reading_truth.product import Read, read


@dataclass
class Ruling:
    """What came of a case: faults by sort, each with what shows it."""

    outcome: str
    faults: dict[str, list[str]] = field(default_factory=dict)

    def add(self, sort: str, line: str) -> None:
        """Note a fault."""
        self.faults.setdefault(sort, []).append(line)


def rule(case: Case) -> Ruling:
    """Read the file of a case and hold it against its truth."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / case.paper.name
        path.write_bytes(case.data)
        try:
            found = read(path)
        except Exception as error:  # noqa: BLE001  that is the finding
            ruling = Ruling("crash")
            ruling.add("crash", f"{type(error).__name__}: {str(error)[:300]}")
            return ruling
        if path.read_bytes() != case.data:
            raise AssertionError("the input was changed")
    return judged(case, found)


def judged(case: Case, found: Read) -> Ruling:
    """The faults of a reading."""
    ruling = Ruling("refused" if found.refused is not None else "read")
    for line in _leaks(case, found):
        ruling.add("leak", line)
    if found.refused is not None:
        if case.paper.whole:
            ruling.add("clean refused", found.refused[:300])
        if case.paper.name not in found.refused:
            ruling.add("nameless", found.refused[:300])
        return ruling
    for sort, line in _rows(case, found):
        ruling.add(sort, line)
    if not ruling.faults and (found.rejected or len(found.good) < len(case.paper.truth)):
        ruling.outcome = "rows rejected"
    return ruling


def _line(row: Row, names: Sequence[str]) -> tuple[Value, ...]:
    return tuple(row.get(name) for name in names)


def _rows(case: Case, found: Read) -> Iterator[tuple[str, str]]:
    of, names = case.paper, case.paper.table.layout.names
    kind = str(of.table.layout.kind)
    if any(own != kind for own in found.kinds):
        yield "wrong", f"read as {found.kinds}, it is {kind}"
    left = Counter(_line(row, names) for row in of.truth)
    for row in found.good:
        line = _line(row, names)
        if left[line]:
            left[line] -= 1
            continue
        yield _wrong(row, of.truth, names, found)
    away = of.filled - len(found.good) - found.rejected
    if of.counted and away > 0:
        skipped = max(0, found.skipped - of.spare)
        sort = "dropped" if skipped else "lost"
        yield sort, f"{away} of {of.filled} rows neither good nor rejected, {skipped} skipped"
    if of.whole:
        missing = sum(left.values())
        if missing or found.rejected:
            yield "clean refused", f"{missing} rows not read, {found.rejected}: {found.reasons[:3]}"


def _wrong(row: Row, truth: Sequence[Row], names: Sequence[str], found: Read) -> tuple[str, str]:
    """A good row that is none of the truth, beside the one that it is most like."""

    def differing(own: Row) -> list[str]:
        return [name for name in names if own.get(name) != row.get(name)]

    stated = min((differing(own) for own in truth), key=len, default=list(names))
    absent = [name for name in stated if name not in found.columns]
    near = next((own for own in truth if differing(own) == stated), {})
    shown = {name: (row.get(name), near.get(name)) for name in stated[:3]}
    sort = "column lost" if stated and absent == stated else "wrong"
    return sort, f"good row differs in {len(stated)} of {len(names)}, (read, true): {shown!r}"


def _leaks(case: Case, found: Read) -> Iterator[str]:
    """Cells of a file that was not understood, in what is said about it."""
    if found.kinds:
        return
    for message in found.said:
        for secret in case.paper.table.secrets:
            if secret in message:
                yield f"{secret!r} in {message[:200]!r}"
                return
