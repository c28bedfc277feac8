"""Polars side of the canonical tables: types of their columns, and the columns ingestion adds.

Everything downstream relies on these shapes; `model.schema` says what the columns mean.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from kshop_audit.model.schema import TABLES, Kind, Type

TIME = pl.Datetime("ms")
"""Naive Asia/Shanghai, whole seconds."""

DTYPES: dict[Type, pl.DataType] = {
    Type.ID: pl.String(),
    Type.TEXT: pl.String(),
    Type.CODE: pl.String(),
    Type.TIME: TIME,
    Type.DATE: pl.Date(),
    Type.MONEY: pl.Int64(),
    Type.INT: pl.Int64(),
    Type.BOOL: pl.Boolean(),
}

CATEGORY = pl.Categorical(pl.Categories("again", "kshop_audit"))
"""Text that comes again and again. Categories of its own: those of all others hold what is said."""

FEW_VALUES: dict[Kind, frozenset[str]] = {
    Kind.CHATS: frozenset({"sender_role", "message_type", "agent_account"}),
    Kind.ORDERS: frozenset({"status", "aftersale_state", "carrier", "province"}),
    Kind.SHIPMENTS: frozenset({"carrier"}),
}
"""Columns of millions of rows that hold few different texts: categories, a quarter of the memory of
views on texts."""

FILE = "_file"
"""UInt16: index of the file in the list of inputs."""
ROW = "_row"
"""UInt32: the row as a spreadsheet counts it (preamble and header included, first row = 1)."""
STATE = "_state"
"""UInt8: GOOD, REJECTED, SKIPPED or KEYLESS."""
AT = "_at"
"""UInt32: the row's place in the table of its kind, by which its ids are looked up later."""
TEXT_ID = "_text_id"
"""UInt32: in place of a text, equal where and only where the texts are equal."""
BAD_COLUMN = "_column"
"""String: the file's own header of the first cell that could not be read; null unless REJECTED."""
BAD_VALUE = "_value"
"""String: that cell as it stands in the file."""
BAD_REASON = "_reason"
"""String: why, a code of `ingest.REASONS`."""

GOOD, REJECTED, SKIPPED, KEYLESS = 0, 1, 2, 3
"""KEYLESS: nothing is wrong with the row, except that it does not say what it belongs to."""

BOOKKEEPING: dict[str, pl.DataType] = {
    FILE: pl.UInt16(),
    ROW: pl.UInt32(),
    STATE: pl.UInt8(),
    BAD_COLUMN: pl.String(),
    BAD_VALUE: pl.String(),
    BAD_REASON: pl.String(),
}

SAID = ("_said", "_said_again")
"""UInt64 twice: hashes of what was said, of chat rows without a message id, which nothing else
tells apart once the text is dropped."""

SILENT = "_silent"
"""Boolean, of chat rows as they are read: the message has no text; null where its characters are
written as numbers. Of buyers' rows it says nothing.
"""
LOST = "_lost"
"""Boolean: the message had a text that the export does not hold. The column is there only if that
is so of a message of the shop's side.
"""

RAW_SUFFIX = "_raw"
"""`<code column>_raw`: a cell that is in no vocabulary, as text; null where it was understood."""

SPAN_SUFFIX = "_span"
"""`<time column>_span`: Int32, by how many seconds the instant may lie later than the column says
(59 for a time without seconds, 86,399 for a date); null where it is precise. The column is there
only if a cell of it is not precise.
"""

MINUTE_SPAN, DAY_SPAN = 59, 86_399

WHY = "_why"
"""String, a value of `model.knowledge.Why`: why a doubtful row is not certain."""

NUMBER = "_number"
"""`<id column>_number`: Int64 in place of the id, where all ids of the column allow it; the frame
itself then holds the numbers and no text."""


def schema(kind: Kind, names: Iterable[str] | None = None) -> dict[str, pl.DataType]:
    """Column → type of a canonical table, all columns or those in `names`, raw twins included."""
    wanted = None if names is None else set(names)
    result: dict[str, pl.DataType] = {}
    for column in TABLES[kind].columns:
        if wanted is not None and column.name not in wanted:
            continue
        few = column.name in FEW_VALUES.get(kind, ())
        result[column.name] = CATEGORY if few else DTYPES[column.type]
        if column.type is Type.CODE:
            result[column.name + RAW_SUFFIX] = pl.String()
    return result
