"""The state of every record: a row, rejected, skipped, or without what it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import polars as pl

from kshop_audit.ingest.cells import cells, reasons
from kshop_audit.ingest.cells.columns import REASON, WRITTEN_BY_PEOPLE, Cells
from kshop_audit.ingest.cells.feet import LABEL, REMARK, TOTALS
from kshop_audit.ingest.cells.protection import BLANKS, EMPTY, FAILED, trim
from kshop_audit.ingest.decode.raw import FAULT, FAULT_VALUE, cell
from kshop_audit.ingest.headers.catalogue import cell_text
from kshop_audit.model.patterns import regex
from kshop_audit.model.schema import Type
from kshop_audit.tables import (
    BAD_COLUMN,
    BAD_REASON,
    BAD_VALUE,
    GOOD,
    KEYLESS,
    REJECTED,
    SKIPPED,
    STATE,
)

SKIP, STRAY = "_skip", "_stray"
"""Booleans of a record: it is skipped; it is a row without its key."""

_DIGIT = regex("[0-9]")


def _all_null(parts: Iterable[Cells]) -> pl.Expr:
    return pl.all_horizontal(pl.lit(True), *(part.read.is_null() for part in parts))


def skipped(parts: Sequence[Cells]) -> pl.Expr:
    """Blank rows, totals, closing remarks, repeated headers, rows without a key."""
    whole = pl.col(FAULT).is_null()
    found = pl.lit(False)
    spoken = any(part.places[0] == 0 and part.name in WRITTEN_BY_PEOPLE for part in parts)
    if not spoken:
        first = trim(pl.col(cell(0)))
        others = [part for part in parts if part.places[0] != 0 and part.rejects]
        said = pl.sum_horizontal(pl.lit(0), *(part.read.is_not_null() for part in others))
        # The patterns are looked for in those rows alone that may be remarks.
        alone = pl.when(said == 0).then(first)
        sign = alone.str.starts_with("#") & ~alone.is_in(FAILED)
        label = pl.when(said == 1).then(first).str.contains(LABEL).fill_null(False)
        remark = alone.str.contains(REMARK).fill_null(False) | label
        found = first.is_in(TOTALS) | sign.fill_null(False) | (remark & whole)
    found |= (pl.col(FAULT) == reasons.REMARK).fill_null(False)
    key = next((part for part in parts if part.key), None)
    if key is None:
        return found | (_all_null(parts) & whole)
    keyless = pl.col(key.name).is_null() & whole
    if key.rejects:
        keyless &= ~key.bad
    named = trim(key.raw).is_in([*TOTALS, key.header.strip(BLANKS)])
    found |= _remark_for_key(parts, key) & whole
    return found | keyless | named | _is_header(key)


def _remark_for_key(parts: Sequence[Cells], key: Cells) -> pl.Expr:
    """Whether a remark stands in the place of the key, and nothing else in the row: where the first
    column is that of a number which the remark does not have.
    """
    if key.places[0] == 0:
        return pl.lit(False)
    blank = trim(pl.col(cell(0))).is_in(EMPTY)
    alone = blank & _all_null(part for part in parts if part is not key)
    return pl.when(alone).then(trim(key.raw)).str.contains(REMARK).fill_null(False)


def strays(parts: Sequence[Cells]) -> pl.Expr:
    """Rows below the first of their group, if the key stands there alone: `skipped` without them.

    What a total or a remark lacks is a time or a state.
    """
    key = next((part for part in parts if part.key), None)
    if key is None:
        return pl.lit(False)
    others = [part for part in parts if part is not key]
    says = [p.read.is_not_null() for p in others if p.type in (Type.TIME, Type.CODE)]
    if key.type is Type.DATE:  # the figures of an agent or a shift, if it is not all of them
        named = [part for part in others if part.type is Type.TEXT]
        says += [p.read.is_not_null() & ~trim(p.raw).is_in(TOTALS) for p in named]
    if not says:
        return pl.lit(False)
    first, foot = trim(pl.col(cell(0))), [*TOTALS, parts[0].header.strip(BLANKS)]
    stray = pl.col(key.name).is_null() & pl.any_horizontal(says)
    stray &= ~first.is_in(foot) & ~first.str.starts_with("#")
    stray &= pl.col(FAULT).is_null()
    return stray & ~key.bad if key.rejects else stray


def _is_header(key: Cells) -> pl.Expr:
    """Whether the cell of the key is its own header, with or without the noise that stands in it.

    Exports put zero-width characters into headers; a repeated header may lack them.
    """
    word = cell_text(key.header)
    text: pl.Expr = key.raw
    if not _DIGIT.search(word):  # nearly all keys have one, and need no closer look
        text = pl.when(~text.str.contains("[0-9]")).then(text)
    text = text.str.normalize("NFKC").str.replace_all(r"[\s\p{Cf}]+", "").str.to_lowercase()
    return (text == word).fill_null(False)


def explained(judged: Sequence[Cells]) -> list[pl.Expr]:
    """STATE and the three columns that explain a rejected row by its first bad cell.

    `judged`: columns that may reject a row.
    """
    fault, found = pl.col(FAULT), pl.col(FAULT_VALUE)
    skip = pl.col(SKIP)
    rejected = pl.any_horizontal(fault.is_not_null(), *(part.bad for part in judged))
    unsure = pl.when(pl.col(STRAY)).then(KEYLESS).otherwise(GOOD)
    state = pl.when(skip).then(SKIPPED).when(rejected).then(REJECTED).otherwise(unsure)

    def first(of: Callable[[Cells], pl.Expr], structural: pl.Expr) -> pl.Expr:
        value = pl.lit(None, pl.String())
        for part in reversed(judged):
            value = pl.when(part.bad).then(of(part)).otherwise(value)
        return pl.when(~skip).then(pl.when(fault.is_not_null()).then(structural).otherwise(value))

    return [
        state.cast(pl.UInt8).alias(STATE),
        first(lambda part: pl.lit(part.header), pl.lit(None, pl.String())).alias(BAD_COLUMN),
        first(lambda part: part.raw, found).alias(BAD_VALUE),
        # The header of another table is skipped, and says what it is: see `typed.settled`.
        pl.when(skip & (fault == reasons.OTHER_HEADER))
        .then(fault)
        .otherwise(first(_why, fault))
        .alias(BAD_REASON),
    ]


def _why(part: Cells) -> pl.Expr:
    """The reason code of a bad cell."""
    failed = trim(pl.when(part.bad).then(part.raw))  # of all other rows nothing is computed
    quoted = cells.is_half_quoted(failed) if part.type is Type.ID else pl.lit(False)
    several = cells.holds_several(failed) if part.single else pl.lit(False)
    return (
        pl.when(failed.is_in(FAILED))
        .then(pl.lit(reasons.FORMULA))
        .when(several)
        .then(pl.lit(reasons.SEVERAL))
        .when(quoted)
        .then(pl.lit(reasons.STRAY_QUOTE))
        .otherwise(pl.lit(REASON[part.type]))
    )
