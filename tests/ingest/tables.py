"""What the plan makes of sources, one step at a time: all records of one, and their account."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import polars as pl

from kshop_audit.ingest import Source, TextNeeds
from kshop_audit.model.schema import TABLES, Kind
from kshop_audit.plan.load import Loaded, put_together
from kshop_audit.plan.read import Reader, rows_of
from kshop_audit.tables import BOOKKEEPING, GOOD, RAW_SUFFIX, ROW, STATE, schema

EVERYBODY = TextNeeds(TABLES[Kind.CHATS].column("sender_role").codes, partial(pl.lit, True))
"""The text of all messages whose sender is understood."""


def table_of(source: Source, needs: TextNeeds = EVERYBODY) -> pl.DataFrame:
    """Every record of a source with all bookkeeping, also where nothing is wrong with any."""
    records = source.records
    assert records is not None
    assert source.kind is not None
    plain, odd = rows_of(records, needs)
    parts = [odd] if plain is None else [plain, odd]
    return pl.concat([completed(part, source.kind) for part in parts]).sort(ROW)


def completed(rows: pl.DataFrame, kind: Kind) -> pl.DataFrame:
    """The rows with what is left out where it says nothing: states and raw twins."""
    present = {name for name in TABLES[kind].names if name in rows.columns}
    columns = {**schema(kind, present), **BOOKKEEPING}
    lacking = [
        pl.lit(GOOD if name == STATE else None, dtype).alias(name)
        for name, dtype in columns.items()
        if name not in rows.columns
    ]
    assert all(
        name.endswith(RAW_SUFFIX) or STATE not in rows.columns
        for name in columns
        if name not in rows.columns
    )
    return rows.with_columns(lacking).select(list(columns))


def load(sources: Sequence[Source], *, reject_future: bool) -> Loaded:
    """What the plan loads of these sources alone."""
    with Reader() as reader:
        for source in sources:
            reader.opened(source)
        parts = {index: part.result() for index, part in reader.parts().items()}
    return put_together(sources, parts, reject_future=reject_future)
