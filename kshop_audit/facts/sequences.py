"""The parts of open conversations in the order of time, as far as there is one.

With seconds, buyers stand before replies of the same second. Without, the file's own order holds
where each of its conversations stands in the order of time or in its reverse; else which of two
parts of one minute came first is not known, and a reply may stand before or behind each question.
"""

from __future__ import annotations

import polars as pl

from kshop_audit.facts.tables import Tables
from kshop_audit.model.schema import Kind
from kshop_audit.tables import AT, FILE, ROW

FILES = 2**33
"""More than the rows of any file."""


def in_order(tables: Tables, rows: pl.LazyFrame) -> pl.LazyFrame:
    """The parts (see `talks.parts`) that have a time, in order, conversation by conversation.

    A part that may ask and may reply stands here twice, as a question and as a reply: as the one
    it comes before replies of its second, as the other behind questions.
    """
    numbered = tables.some_has(Kind.CHATS, "message_seq")
    spanned = tables.imprecise(Kind.CHATS, "sent_at")
    timed = rows.filter(pl.col("sent_at").is_not_null())
    placed = _placed(timed, numbered=numbered) if spanned else _by_second(timed)
    no = pl.lit(False)
    questions = placed.filter("asks").with_columns(replies=no, surely_replies=no)
    replies = placed.filter("replies").with_columns(asks=no, surely_asks=no)
    if numbered:
        # Without its number a part may stand anywhere within its second.
        lost = pl.col("message_seq").is_null() & ~pl.col("surely_asks") & ~pl.col("surely_replies")
        early = pl.when(lost).then(-1).otherwise("message_seq")
        before = replies.filter(lost).with_columns(message_seq=pl.lit(-2, pl.Int64))
        questions = questions.with_columns(message_seq=early)
        replies = pl.concat([replies, before])
    keys = ("key", "_lead", "sent_at", "message_seq", "_place", "replies", AT)
    whole = pl.concat([questions, replies]).sort(*keys, nulls_last=True)
    return _without_an_order(whole, numbered=numbered) if spanned else whole


def _by_second(rows: pl.LazyFrame) -> pl.LazyFrame:
    zero = pl.lit(0, pl.Int64)
    return rows.with_columns(_lead=zero, _place=zero, _adrift=pl.lit(False))


def _placed(rows: pl.LazyFrame, *, numbered: bool) -> pl.LazyFrame:
    """Adds _lead and _place (Int64: where the part stands among all of its conversation, where the
    file says that, and among those of its time), and _adrift (Boolean: nothing says so).
    """
    at, latest = pl.col("sent_at"), pl.col("latest_at")
    talks = (
        rows.sort("key", FILE, ROW)
        .with_columns(
            _forward=(latest >= at.cum_max()).over("key", FILE),
            _backward=(at <= latest.cum_min()).over("key", FILE),
        )
        .group_by("key", FILE)
        .agg(pl.col("_forward", "_backward").all())
    )
    forward, backward = pl.col("_forward"), pl.col("_backward")
    talks = talks.with_columns(
        _jumbled=(~forward & ~backward).any().over(FILE),
        _some_forward=(forward & ~backward).any().over(FILE),
        _some_backward=(backward & ~forward).any().over(FILE),
    )
    either_way = pl.col("_some_forward") & pl.col("_some_backward")
    way = (
        pl.when("_jumbled").then(None)
        .when(~backward).then(1)
        .when(~forward).then(-1)
        # All rows of one time: as the other conversations of the file stand.
        .when(either_way).then(None)
        .when("_some_backward").then(-1)
        .otherwise(1)
    )  # fmt: skip
    ways = talks.select("key", FILE, _way=way.cast(pl.Int64))
    spanned = pl.col("span").is_not_null().any().over("key")
    alone = (pl.col(FILE).n_unique() == 1).over("key")
    place = pl.col(FILE).cast(pl.Int64) * FILES + pl.col(ROW).cast(pl.Int64) * pl.col("_way")
    zero = pl.lit(0, pl.Int64)
    rows = rows.join(ways, on=["key", FILE], how="left").with_columns(
        _place=pl.when(spanned).then(place.fill_null(0)).otherwise(zero),
        _adrift=spanned & pl.col("_way").is_null(),
    )
    leads = spanned & alone & ~pl.col("_adrift") & pl.lit(not numbered)
    return rows.with_columns(_lead=pl.when(leads).then("_place").otherwise(zero))


def _without_an_order(rows: pl.LazyFrame, *, numbered: bool) -> pl.LazyFrame:
    """The parts; where which of several came first is not known, each reply among them becomes one
    that may stand before each question or behind the last.
    """
    spanned = pl.col("span").is_not_null()
    adrift = pl.col("message_seq").is_null() & spanned if numbered else pl.col("_adrift")
    reach = pl.col("latest_at").cum_max().shift(1).over("key")
    rows = rows.with_columns(_apart=(pl.col("sent_at") > reach).fill_null(True)).with_columns(
        _heap=pl.col("_apart").cum_sum().over("key"), _nth=pl.int_range(pl.len()) * 3
    )
    heap = ["key", "_heap"]
    # Neither a file nor a number places an instant among the instants of a minute.
    places = FILE if not numbered else "sent_at"
    several = (pl.col(places).n_unique() > 1) & pl.col("span").is_not_null().any()
    mixed = ((adrift.any() | several) & pl.col("asks").any() & pl.col("replies").any()).over(heap)
    rows = rows.with_columns(_mixed=mixed)
    loose = rows.filter("_mixed")
    ends = loose.filter("replies").group_by(heap).agg(
        sent_at=pl.col("sent_at").min(), latest_at=pl.col("latest_at").max()
    )  # fmt: skip
    before = loose.filter("asks").select(*heap, _nth=pl.col("_nth") - 1)
    behind = loose.group_by(heap).agg(_nth=pl.col("_nth").max() + 1)
    marks = pl.concat([before, behind]).join(ends, on=heap).with_columns(
        asks=pl.lit(False), surely_asks=pl.lit(False),
        replies=pl.lit(True), surely_replies=pl.lit(False),
        human=pl.lit(True),
    )  # fmt: skip
    kept = rows.filter(~pl.col("_mixed") | pl.col("asks"))
    return pl.concat([kept, marks], how="diagonal_relaxed").sort("_nth")
