"""Messages of the merchant's side that come too often while the buyer is silent."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from kshop_audit.facts import Facts, fact
from kshop_audit.facts.messages import message_columns, suspects, unmatched, with_buyers
from kshop_audit.facts.tables import MASK, MERCHANT, Tables, one_of
from kshop_audit.facts.talks import once, uncertain
from kshop_audit.model.frozen import frozen
from kshop_audit.model.knowledge import Why
from kshop_audit.model.schema import Kind
from kshop_audit.tables import AT, SPAN_SUFFIX, WHY

SPOKEN = ("buyer", *MERCHANT)


@frozen
class Limit:
    """More than `in_a_row` messages within `within` are too many."""

    in_a_row: int
    within: timedelta


@fact(shared=True)
def bursts(facts: Facts, in_a_row: int, within_hours: int) -> pl.LazyFrame:
    """One row a merchant-side message: `message_columns` and too_many (Boolean: more than
    `in_a_row` to one buyer within the hours, this one included, without a word from the buyer
    between; null where that is not known, with doubt, the reason).

    A buyer is a buyer id, and only without one a session.
    """
    tables, limit = facts.tables, Limit(in_a_row, timedelta(hours=within_hours))
    wanted = message_columns(tables)
    sent = pl.concat([facts(suspects).select(wanted), facts(unmatched).select(wanted)])
    found = _found(facts, sent, limit)
    return _unmasked(found, tables, limit) if tables.masked_buyers else found


def _found(facts: Facts, sent: pl.LazyFrame, limit: Limit) -> pl.LazyFrame:
    """`bursts`, as if each name were that of one buyer."""
    tables = facts.tables
    if uncertain(tables):
        return _at_ends(sent, facts(_doubtful_rows), limit)
    asked = pl.col("sender_role") == "buyer"
    rows = (
        with_buyers(tables, tables.rows(Kind.CHATS).with_row_index(AT))
        .filter(one_of("sender_role", SPOKEN))
        .select(
            AT,
            "sent_at",
            "message_seq",
            asked=asked,
            person=_person(tables),
            latest_at="sent_at",
            draw=tables.drawn(Kind.CHATS, "message_id"),
        )
    )
    found = _too_many(rows, limit).select(AT, too_many=pl.lit(True))
    return sent.join(found, on=AT, how="left").with_columns(pl.col("too_many").fill_null(False))


def _unmasked(found: pl.LazyFrame, tables: Tables, limit: Limit) -> pl.LazyFrame:
    """`bursts` where names are masked: one may be that of several buyers, of whom any wrote what
    stands between. Only what a conversation holds is certain.
    """
    rows = (
        with_buyers(tables, tables.rows(Kind.CHATS).with_row_index(AT))
        .filter(pl.col("buyer_id").str.contains(MASK) & one_of("sender_role", SPOKEN))
        .select(
            AT, "sent_at", "message_seq", "session_id",
            asked=pl.col("sender_role") == "buyer",
            person="buyer_id",
            latest_at="sent_at",
            draw=tables.drawn(Kind.CHATS, "message_id"),
        )
    )  # fmt: skip
    talks = rows.filter(pl.col("session_id").is_not_null()).with_columns(person="session_id")
    surely = _too_many(talks, limit).select(AT, _surely=pl.lit(True))
    possibly = _too_many(rows.filter(~pl.col("asked")), limit).select(AT, _possibly=pl.lit(True))
    masked = rows.select(AT, _masked=pl.lit(True))
    open_ = pl.col("_possibly").fill_null(False) & pl.col("_surely").is_null()
    named = "doubt" in found.collect_schema().names()
    doubt = pl.col("doubt") if named else pl.lit(None, pl.String)
    return (
        found.join(masked, on=AT, how="left")
        .join(surely, on=AT, how="left")
        .join(possibly, on=AT, how="left")
        .with_columns(
            too_many=pl.when(pl.col("_masked").is_null()).then("too_many")
            .when(pl.col("_surely")).then(pl.lit(True))
            .when(~open_).then(pl.lit(False)),
            doubt=pl.when(pl.col("_masked") & open_).then(pl.lit(Why.NO_KEY.value))
            .otherwise(doubt),
        )
        .drop("_masked", "_surely", "_possibly")
    )  # fmt: skip


def _too_many(rows: pl.LazyFrame, limit: Limit, *, surely: bool = True) -> pl.LazyFrame:
    """The merchant messages that are too many.

    `rows`: _at, sent_at, latest_at, message_seq, asked (Boolean: a buyer wrote it), person, draw
    (which of two of one second is the first, wherever they stand in the file).
    `surely`: however late the first of them was sent; else however early the last one.
    """
    # Only who got that many messages at all can have got too many in a row.
    busy = (
        rows.group_by("person")
        .agg(got=(~pl.col("asked")).sum())
        .filter(pl.col("got") > limit.in_a_row)
        .select("person")
    )
    order = ("person", "sent_at", "message_seq", ~pl.col("asked"), "draw", AT)
    rows = rows.join(busy, on="person", how="semi").sort(order, nulls_last=True)
    fresh = (pl.col("person") != pl.col("person").shift(1)).fill_null(True)
    after = pl.col("asked").shift(1)
    rows = rows.with_columns(_run=(fresh | pl.col("asked") | after).fill_null(True).cum_sum())
    last, first = ("latest_at", "sent_at") if surely else ("sent_at", "latest_at")
    quick = pl.col(last) - pl.col(first).shift(limit.in_a_row) <= limit.within
    too_many = (pl.col("_run").shift(limit.in_a_row) == pl.col("_run")) & quick
    return rows.filter(too_many.fill_null(False) & ~pl.col("asked"))


def _person(tables: Tables) -> pl.Expr:
    if tables.complete(Kind.CHATS, "buyer_id"):
        return tables.number(Kind.CHATS, "buyer_id")
    return _named().cast(pl.Categorical).to_physical().cast(pl.Int64)


def _named() -> pl.Expr:
    return pl.coalesce("b " + pl.col("buyer_id"), "s " + pl.col("session_id"))


@fact(shared=True)
def _doubtful_rows(facts: Facts) -> pl.LazyFrame:
    """The rows of `_too_many`, and who may have written: reason (String, null where all is known),
    may_ask, may_send (Boolean).
    """
    tables = facts.tables
    nameless = pl.col("sender_role").is_null()
    span = pl.col("sent_at" + SPAN_SUFFIX).fill_null(0)
    reason = pl.coalesce(WHY, pl.when(nameless).then(pl.lit(Why.NOT_UNDERSTOOD.value)))
    return (
        with_buyers(tables, once(tables))
        .filter(nameless | one_of("sender_role", SPOKEN))
        .select(
            AT, "sent_at", "message_seq",
            latest_at=pl.col("sent_at") + pl.duration(seconds=span, time_unit="ms"),
            asked=(pl.col("sender_role") == "buyer").fill_null(False),
            may_ask=nameless | (pl.col("sender_role") == "buyer"),
            may_send=nameless | one_of("sender_role", MERCHANT),
            person=_named().cast(pl.Categorical).to_physical(),
            reason=reason,
            draw="message_id",
        )
        .filter(pl.col("person").is_not_null())
    )  # fmt: skip


def _at_ends(sent: pl.LazyFrame, rows: pl.LazyFrame, limit: Limit) -> pl.LazyFrame:
    """`bursts` with every doubtful row once a word of the buyer's and once another message of the
    shop's.
    """
    # Most buyers have no doubtful row: theirs are counted once.
    inexact = pl.col("sent_at").is_null() | (pl.col("latest_at") > pl.col("sent_at"))
    touched = rows.filter(inexact | pl.col("reason").is_not_null()).select("person").unique()
    plain = _too_many(rows.join(touched, on="person", how="anti"), limit).select(AT)
    rows = rows.join(touched, on="person", how="semi")
    # Of one time that is no instant, a word of the buyer's may stand before or behind a message.
    vague = (pl.col("latest_at") > pl.col("sent_at")).fill_null(False)
    met = (pl.col("may_ask").any() & pl.col("may_send").any()).over("person", "sent_at")
    untimed = pl.col("sent_at").is_null().any().over("person")
    rows = rows.with_columns(_drifts=vague & met, _untimed=untimed).with_columns(
        got=pl.col("may_send").sum().over("person"),
        doubt=pl.coalesce(pl.col("reason").min().over("person"), pl.lit(Why.NOT_PRECISE.value)),
    )
    known, timed = pl.col("reason").is_null(), pl.col("sent_at").is_not_null()
    at_least = rows.filter(timed & (known | pl.col("may_ask"))).with_columns(asked="may_ask")
    at_most = rows.filter(
        timed & pl.when(pl.col("may_send")).then(True).otherwise(known & ~pl.col("_drifts"))
    ).with_columns(asked=~pl.col("may_send"))
    surely = _too_many(at_least, limit).filter(~pl.col("_drifts") & ~pl.col("_untimed")).select(AT)
    surely = pl.concat([plain, surely]).select(AT, _surely=pl.lit(True))
    possibly = pl.concat(
        [
            _too_many(at_most, limit, surely=False).select(AT),
            rows.filter(
                pl.col("_untimed") & pl.col("may_send") & (pl.col("got") > limit.in_a_row)
            ).select(AT),
        ]
    ).unique().select(AT, _possibly=pl.lit(True))  # fmt: skip
    return (
        sent.join(surely, on=AT, how="left")
        .join(possibly, on=AT, how="left")
        .join(rows.select(AT, "doubt"), on=AT, how="left")
        .with_columns(
            too_many=pl.when("_surely").then(pl.lit(True))
            .when(pl.col("_possibly").is_null()).then(pl.lit(False))
        )
        .drop("_surely", "_possibly")
    )  # fmt: skip
