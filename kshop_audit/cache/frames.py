"""Frames as blocks of bytes and back, exactly: what may not be kept is a place in the original."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Sequence

import polars as pl

from kshop_audit.cache.originals import SourceText
from kshop_audit.cache.store import Block

_PLAIN_ID = "^[0-9A-Za-z_:.-]*$"
"""What an id is made of; a column in which anything else stands is not kept as it is."""
_KEPT_TYPES = (
    pl.Boolean(), pl.Date(), pl.Datetime("ms"), pl.Int32(), pl.Int64(), pl.UInt16(), pl.UInt32(),
)  # fmt: skip
_CODE = "code "
"""Begins the name of a column of numbers that stands for one of texts."""


def packed(
    frames: Sequence[pl.DataFrame],
    original: SourceText,
    *,
    ids: Collection[str],
    words: Collection[str],
) -> list[bytes] | None:
    """The frames as blocks; None where that is not possible without keeping a text.

    Of `ids` only what is made of letters, digits and marks is kept as it is, of `words`
    everything: they are the program's own. OSError where the original cannot be read.
    """
    blocks: list[bytes] = []
    for frame in frames:
        columns: list[pl.Series] = []
        places: dict[str, pl.DataFrame] = {}
        for column in frame.iter_columns():
            if column.dtype == pl.String:
                if column.name in words or (column.name in ids and _is_plain(column)):
                    columns.append(column)
                    continue
                texts = column.drop_nulls().unique(maintain_order=True)
                found = original.places(texts.to_list())
                if found is None:
                    return None
                codes = column.cast(pl.Enum(texts)).to_physical().cast(pl.UInt32)
                columns.append(codes.alias(_CODE + column.name))
                places[column.name] = found
            elif column.dtype == pl.UInt64:
                columns.append(original.mixed(column))
            elif column.dtype in _KEPT_TYPES:
                columns.append(column)
            else:
                return None
        blocks.append(_block(pl.DataFrame(columns)))
        blocks += map(_block, places.values())
    return blocks


def unpacked(blocks: Iterator[Block], original: SourceText) -> pl.DataFrame | None:
    """The next frame of these blocks; None if the original does not hold its texts.

    OSError where the original cannot be read.
    """
    kept = _frame(next(blocks))
    columns: list[pl.Series] = []
    for column in kept.iter_columns():
        if not column.name.startswith(_CODE):
            columns.append(original.mixed(column) if column.dtype == pl.UInt64 else column)
            continue
        texts = original.texts(_frame(next(blocks)))
        if texts is None:
            return None
        columns.append(texts.gather(column).alias(column.name.removeprefix(_CODE)))
    return pl.DataFrame(columns)


def _is_plain(column: pl.Series) -> bool:
    return bool(column.str.contains(_PLAIN_ID).all())


def _block(frame: pl.DataFrame) -> bytes:
    target = io.BytesIO()
    frame.write_ipc(target, compression="lz4")
    return target.getvalue()


def _frame(block: Block) -> pl.DataFrame:
    return pl.read_ipc(io.BytesIO(block))
