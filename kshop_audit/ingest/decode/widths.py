"""How wide the rows of a file are: all alike, as wide as the header, and nothing else is a row.

A row that is wider or narrower than the others gained or lost a separator somewhere, and nothing
tells where: blank cells at its end are no excuse, since a cell may have been cut in two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from kshop_audit.ingest.cells.feet import is_remark, is_total
from kshop_audit.ingest.cells.protection import BLANKS
from kshop_audit.ingest.decode.grammar import LF, Record
from kshop_audit.ingest.headers.catalogue import normal
from kshop_audit.model.frozen import frozen


@frozen
class WidthForm:
    """What the rows of a file look like.

    `names`: cells of the header up to its last name; `cells`: cells of every row, at least as
    many. `key`: position of the column that identifies a row, None if there is none; `keys`: the
    forms that it usually has. `times`: positions of columns of times; `mapped`: of all columns
    that are understood. `ragged`: a table without separators, of which short rows are whole.
    `long_keys`: no key is as short as a number in a text may be.
    """

    separator: str
    names: int
    cells: int
    key: int | None = None
    keys: frozenset[str] = frozenset()
    times: tuple[int, ...] = ()
    mapped: tuple[int, ...] = ()
    ending: str = LF
    ragged: bool = False
    long_keys: bool = False

    @property
    def byte(self) -> str:
        """What parts the cells for the quick reader, which knows separators of one byte only."""
        first = self.separator[:1]
        return first if first.isascii() else ","


def is_blank(cells: Sequence[str]) -> bool:
    """Whether nothing stands in any of the cells."""
    return not any(text.strip(BLANKS) for text in cells)


def is_spare(cells: Sequence[str]) -> bool:
    """Whether a record is none of the table: blank, or a total."""
    return is_blank(cells) or is_total(cells)


def row_width(
    below: Sequence[Record],
    headers: Sequence[str],
    header: int,
    in_place: Callable[[Sequence[Record]], bool],
    heads: Callable[[Sequence[str]], bool],
) -> int | None:
    """Cells of every row, by the first records below the header; None if no row fits it.

    `headers`: the names of the header; `header`: its cells, with the blank ones at its end. All
    rows may have the same blank cells beyond it, if the header stands among them once more with as
    many, or what they hold is `in_place` under it: else it may have lost a separator, or every row
    have gained one. `heads`: whether a record is another header.
    """
    found = (r for r in below if not (r.fault or is_spare(r.cells) or heads(r.cells)))
    if header == len(headers) and any(len(record.cells) == header for record in found):
        return header  # what is usual is seen at the first row
    rows = [r for r in below if not (r.fault or is_spare(r.cells) or heads(r.cells))]
    widths = Counter(len(record.cells) for record in rows)
    if not widths:
        return header
    fitting = max((header, len(headers)), key=lambda width: widths[width])
    if widths[fitting]:
        return fitting
    if all(is_remark(record.cells) for record in rows):
        return header  # an export of nothing says so below its header
    only = next(iter(widths))
    alike = len(widths) == 1 and only > header and all(record.fault is None for record in below)
    if not alike or not all(is_blank(record.cells[header:]) for record in rows):
        return None
    again = [*map(normal, headers), *[""] * (only - len(headers))]
    repeated = any(
        len(record.cells) == only and list(map(normal, record.cells)) == again for record in below
    )
    return only if repeated or in_place(rows) else None
