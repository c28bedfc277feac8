"""Rows that stand in the files twice: which version of a row counts, and what stays open.

Rows with the same key: the newest by `updated_at`, else the one of the file whose own newest event
is later, else the one with the latest event, else the greatest row as text, so that the order of
rows and files never matters. The last two say nothing of time: where only they could decide and
the versions differ in a deciding cell, that cell is unknown. Without the key column equal rows are
duplicates across files only: each row stays as often as the file that holds it most often has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

import polars as pl

from kshop_audit.model.frozen import frozen
from kshop_audit.model.schema import TABLES, Column, Kind, Type
from kshop_audit.tables import FILE, RAW_SUFFIX, ROW, SAID

DECIDING: Mapping[Kind, tuple[str, ...]] = {
    Kind.ORDERS: ("status", "aftersale_state"),
    Kind.CHATS: ("sender_role", "message_type"),
    Kind.TICKETS: ("type", "status", "liable_party", "arbitration"),
    Kind.DISPUTES: ("liable_party",),
    Kind.RATINGS: ("rating",),
    Kind.REVIEWS: ("appeal",),
    Kind.PRODUCTS: ("status",),
    Kind.VIOLATIONS: ("status",),
}
"""Cells of states and judgements: a version that may be an older one must not decide them."""

EMPTY_MEANS = {"aftersale_state": "none", "arbitration": "no"}
"""What an empty deciding cell says just as well."""

PARCEL = {Kind.ORDERS: "tracking_no"}
"""Rows that differ in this column alone are no versions of one row."""

BETWEEN = " ↔ "
"""What stands between the versions of a cell that is unknown because they differ."""


@frozen(slots=False)
class Unique:
    """Rows without duplicates; `contested`: deciding column → rows of which versions differ."""

    rows: pl.DataFrame
    contested: Mapping[str, int] = field(default_factory=dict)


def are_single(kind: Kind, good: pl.DataFrame) -> bool:
    """Whether every row has an id, and no two of them the same.

    Keys that rise from row to row differ, and so do keys of different hashes.
    """
    key = TABLES[kind].key[0]
    if key not in good.columns:
        return False
    keys = good.get_column(key)
    if keys.null_count():
        return False
    # Of the first key, which has none before it, a comparison says nothing.
    return (keys > keys.shift(1)).all() or not keys.hash().is_duplicated().any()


def key_in(kind: Kind, good: pl.DataFrame) -> list[str]:
    """The columns of the key that these rows have."""
    there = set(good.columns)
    key = [name for name in TABLES[kind].key if name in there]
    if kind is Kind.PRODUCTS and "sku_id" not in there and "sku_price" in there:
        key.append("sku_price")  # all that tells the variants of a product apart
    if kind is Kind.CHATS and _numbered_anew(good):
        key += [name for name in (*TALK, "sent_at") if name in there]
    return key


TALK = ("session_id", "buyer_id")
MANY = 10
"""So many messages of one id in several conversations, most of all, are no versions of one."""


def _numbered_anew(chats: pl.DataFrame) -> bool:
    """Whether ids of messages count within a conversation: then most stand in several of a file."""
    talk = next((name for name in TALK if name in chats.columns), None)
    if talk is None or "message_id" not in chats.columns:
        return False
    talks = pl.col(talk).n_unique().over(FILE, "message_id")
    several = chats.filter(pl.col("message_id").is_not_null()).select(talks > 1).to_series()
    return int(several.sum()) >= max(MANY, chats.height // 2)


def related_files(good: pl.DataFrame, key: str) -> set[tuple[int, int]]:
    """Pairs of files that have a key in common, the lesser index first."""
    ids = good.lazy().select(FILE, key).drop_nulls().unique()
    pairs = ids.join(ids, on=key, suffix="_other").select(FILE, f"{FILE}_other").unique()
    return set(pairs.filter(pl.col(FILE) < pl.col(f"{FILE}_other")).collect().iter_rows())


def without_duplicates(
    kind: Kind, good: pl.DataFrame, columns: Mapping[int, frozenset[str]]
) -> Unique:
    """The rows without duplicates; only rows that may have one are compared.

    `columns`: those of each file. FILE and ROW come along.
    """
    key = key_in(kind, good)
    if TABLES[kind].key[0] not in key:
        return Unique(_without_key(kind, good))
    again = good.get_column(key[0]).hash().is_duplicated()
    if not again.any():
        return Unique(good)
    repeated = pl.struct(key).is_duplicated() if len(key) > 1 else pl.col(key[0]).is_duplicated()
    # A row without a key is no duplicate of another row without a key.
    maybe = good.filter(again).with_columns(_again=repeated & pl.col(key[0]).is_not_null())
    twice = maybe.filter("_again").drop("_again")
    if twice.is_empty():
        return Unique(good)
    newest = _newest(kind, good) if len(columns) > 1 else {}
    few = _one_of_each(kind, key, twice, (newest, columns))
    rest = maybe.filter(~pl.col("_again")).drop("_again")
    kept = pl.concat([good.filter(~again), rest, few.rows], how="diagonal")
    return Unique(kept, few.contested)


def _newest(kind: Kind, good: pl.DataFrame) -> dict[int, object]:
    """The newest event of each file."""
    events = [name for name in TABLES[kind].event_times if name in good.columns]
    if not events:
        return {}
    ends = good.group_by(FILE).agg(pl.col(events).max())
    found = ends.select(FILE, at=pl.max_horizontal(events)).iter_rows()
    return {file: at for file, at in found if at is not None}


_Files = tuple[Mapping[int, object], Mapping[int, frozenset[str]]]
"""By file, its newest event and its columns."""


def _one_of_each(kind: Kind, key: list[str], rows: pl.DataFrame, files: _Files) -> Unique:
    table, there = TABLES[kind], set(rows.columns)
    newest, columns = files
    events = [name for name in table.event_times if name in there]
    names = sorted(name for name in table.names if name in there)
    names += [name + RAW_SUFFIX for name in names if name + RAW_SUFFIX in there]
    apart = PARCEL.get(kind, "")
    firm = [
        pl.col("updated_at") if "updated_at" in there else pl.lit(None, pl.Int64),
        pl.col(FILE).replace_strict(newest, default=None, return_dtype=pl.Datetime("ms"))
        if newest
        else pl.lit(None, pl.Int64),
    ]
    rows = rows.with_columns(
        firm[0].alias("_updated"),
        firm[1].alias("_file_newest"),
        (pl.max_horizontal(events) if events else pl.lit(None, pl.Int64)).alias("_event"),
        _text([name for name in names if name != apart]).alias("_rest"),
        _text(names).alias("_text"),
    )
    order = ["_updated", "_file_newest", "_event", "_text"]
    rows = rows.sort(order, nulls_last=False, maintain_order=True)
    tied = [pl.col(name).eq_missing(pl.col(name).last().over(key)) for name in order[:2]]
    rows = rows.with_columns(
        _tied=pl.all_horizontal(tied), _last=pl.col("_rest") == pl.col("_rest").last().over(key)
    )
    contested = {}
    for name in DECIDING.get(kind, ()):
        if name in there:
            rows, contested[name] = _contested(rows, key, table.column(name), columns)
    if contested.get("status") and "rejected" in there:  # what is read from a state that is open
        rows = rows.with_columns(rejected=pl.when(~pl.col("_open_status")).then("rejected"))
    parts = [*key, apart] if apart in there else key
    kept = rows.filter("_last").unique(subset=parts, keep="last", maintain_order=True)
    if apart in there:
        # A row without a waybill is no parcel of its own beside those that have one.
        some = pl.col(apart).is_not_null()
        kept = kept.filter(some | ~some.any().over(key))
    open_cells = {name: int(kept[f"_open_{name}"].sum()) for name in contested if contested[name]}
    raws = {name + RAW_SUFFIX for name in contested}
    helping = [name for name in kept.columns if name not in there and name not in raws]
    return Unique(kept.drop(helping), {name: count for name, count in open_cells.items() if count})


def _text(names: list[str]) -> pl.Expr:
    cells = [pl.col(name).cast(pl.String).fill_null("") for name in names]
    return pl.concat_str(cells, separator="\x1f") if cells else pl.lit("")


def _contested(
    rows: pl.DataFrame, key: list[str], column: Column, columns: Mapping[int, frozenset[str]]
) -> tuple[pl.DataFrame, bool]:
    """The rows with a deciding cell unknown where it differs between versions of equal age."""
    name, raw = column.name, column.name + RAW_SUFFIX
    there = pl.col(FILE).is_in([file for file, own in columns.items() if name in own])
    empty = pl.lit(EMPTY_MEANS.get(name, ""))
    said = pl.coalesce(*([raw] if raw in rows.columns else []), pl.col(name).cast(pl.String), empty)
    rows = rows.with_columns(_said=pl.when(there & pl.col("_tied")).then(said))
    several = rows["_said"].drop_nulls().n_unique() > 1
    rows = rows.with_columns(
        (pl.col("_said").drop_nulls().n_unique().over(key) > 1).alias(f"_open_{name}")
    )
    if not several or not rows[f"_open_{name}"].any():
        return rows, False
    both = pl.col("_said").drop_nulls().unique().sort().str.join(BETWEEN).over(key)
    is_open = pl.col(f"_open_{name}")
    if column.type is Type.CODE:
        kept = pl.col(raw) if raw in rows.columns else pl.lit(None, pl.String())
        return rows.with_columns(
            pl.when(~is_open).then(name).alias(name),
            pl.when(is_open).then(both).otherwise(kept).alias(raw),
        ), True
    return rows.with_columns(pl.when(is_open).then(both).otherwise(name).alias(name)), True


def _without_key(kind: Kind, good: pl.DataFrame) -> pl.DataFrame:
    there = set(good.columns)
    columns = [
        *sorted(n for n in TABLES[kind].names if n in there),
        *(n for n in SAID if n in there),
    ]
    nth = pl.int_range(pl.len()).over([FILE, *columns])
    return (
        good.lazy()
        .with_columns(nth.alias("_nth"))
        .sort(FILE, ROW)
        .unique(subset=[*columns, "_nth"], keep="first", maintain_order=True)
        .drop("_nth", *SAID, strict=False)
        .collect()
    )
