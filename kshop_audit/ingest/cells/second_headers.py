"""A row of mostly known names that is not the header: what follows is a table of another order."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from kshop_audit.ingest.cells import reasons
from kshop_audit.ingest.cells.columns import Cells
from kshop_audit.ingest.decode.raw import FAULT, FAULT_VALUE, cell
from kshop_audit.ingest.headers.catalogue import AROUND, every_header, normal, unused_headers, words
from kshop_audit.model.schema import Type
from kshop_audit.tables import ROW

KEY_LIKE = "[0-9]{4}"
"""What nearly all keys hold and no header does: such rows need no closer look."""

_SECOND = "_second"


def stated(
    frame: pl.LazyFrame, parts: Sequence[Cells], faulty: bool, described: int | None = None
) -> pl.LazyFrame:
    """The frame with FAULT and FAULT_VALUE, set in the rows from another header on.

    A row is at fault from the first header that differs up to one that does not, blank ones too:
    of the columns that are not understood nothing is known here. `faulty`: the frame has the two
    columns already; `described`: the row that explains the columns, with another name for the id
    perhaps. That a row may be torn is a guess from its neighbours, which gives way.
    """
    nothing = pl.lit(None, pl.String())
    fault, value = (pl.col(FAULT), pl.col(FAULT_VALUE)) if faulty else (nothing, nothing)
    key = next((part for part in parts if part.key), parts[0])
    suspect = ~key.raw.str.contains(KEY_LIKE)
    texts = [_bare(pl.when(suspect).then(pl.col(cell(p.places[0])))) for p in parts]
    names = [normal(part.header) for part in parts]
    known = pl.Series(sorted(every_header() | unused_headers()), dtype=pl.String())
    # Words for values get into any place of a row at fault, and some of them are names as well.
    sure = known.filter(~known.is_in(sorted(words())))
    sound = fault.is_null()
    filled = pl.sum_horizontal((text != "").fill_null(False) for text in texts)
    heads = pl.sum_horizontal(
        (_named(text, known, sure, sound) | (text == name)).fill_null(False)
        for text, name in zip(texts, names, strict=True)
    )
    same = pl.all_horizontal(
        (text == name).fill_null(False) for text, name in zip(texts, names, strict=True)
    )
    second: pl.Expr = pl.when((filled > 1) & (2 * heads >= filled)).then(~same)
    if key.type is Type.ID:
        # Where little else is understood, the name in the place of an id speaks for the row.
        own = _bare(pl.when(suspect).then(key.raw))
        # A word for a value stands there by chance, unless another name is beside it.
        alone = own.is_in(sure.implode()) | (_named(own, known, sure, sound) & (heads > 1))
        alone &= own != normal(key.header)
        if described is not None:
            alone &= pl.col(ROW) != described
        second = pl.coalesce(second, pl.when(alone.fill_null(False)).then(pl.lit(True)))
    frame = frame.with_columns(second.forward_fill().fill_null(False).alias(_SECOND))
    below = pl.col(_SECOND) & (fault.is_null() | (fault == reasons.TORN))
    return frame.with_columns(
        pl.when(below).then(pl.lit(reasons.OTHER_HEADER)).otherwise(fault).alias(FAULT),
        pl.when(below).then(nothing).otherwise(value).alias(FAULT_VALUE),
    )


def _named(text: pl.Expr, known: pl.Series, sure: pl.Series, sound: pl.Expr) -> pl.Expr:
    """Whether a text is the name of a column, and in a row that is not sound a sure one."""
    return text.is_in(known.implode()) & (sound | text.is_in(sure.implode()))


def _bare(text: pl.Expr) -> pl.Expr:
    """A text in the form in which headers are compared."""
    return (
        text.str.normalize("NFKC")
        .str.replace_all(r"[\s\p{Cf}]+", "")
        .str.to_lowercase()
        .str.strip_chars(AROUND)
        .str.replace_all("帐", "账", literal=True)
    )
