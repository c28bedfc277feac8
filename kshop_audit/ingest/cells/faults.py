"""Which cells of a rejected row still say what they said before it was damaged."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from kshop_audit.ingest.cells import reasons
from kshop_audit.ingest.cells.columns import Cells
from kshop_audit.model.schema import Type
from kshop_audit.tables import BAD_REASON, BAD_VALUE

_FIRM = frozenset({Type.ID, Type.CODE, Type.TIME, Type.DATE, Type.INT, Type.BOOL})
"""Types whose cells hold no separator; texts do, and so do amounts with thousands."""

_TORN = (reasons.TOO_FEW, reasons.TOO_MANY, reasons.OPEN_QUOTE)
"""Faults behind which cells may stand in the column of another one."""

_LOST = (reasons.NUL_BYTES, reasons.OTHER_HEADER)
"""Faults that leave no cell certain."""

_REPLACED = "\ufffd"
"""What stands for bytes that are no text."""


def firm_cells(parts: Iterable[Cells]) -> int:
    """How many cells at the beginning of a row are in their place, whatever is wrong behind."""
    firm = {place for part in parts if part.type in _FIRM for place in part.places}
    count = 0
    while count in firm:
        count += 1
    return count


def where_readable(part: Cells, firm: int) -> pl.Expr:
    """The value of a column, null where the fault of the row may have changed it."""
    place, fault = max(part.places), pl.col(BAD_REASON)
    value = pl.col(part.name)
    lost = fault.is_in(_LOST)
    if place >= firm:
        lost |= fault.is_in(_TORN)
    # Of a row that breaks off, the last cell may have been cut anywhere.
    present = pl.col(BAD_VALUE).str.extract(r"^([0-9]+)/", 1).cast(pl.Int64, strict=False)
    lost |= (fault == reasons.TOO_FEW) & (place + 1 >= present).fill_null(True)
    if part.type in (Type.ID, Type.TEXT, Type.CODE):
        lost |= value.cast(pl.String).str.contains(_REPLACED, literal=True)
    return pl.when(~lost.fill_null(False)).then(value)
