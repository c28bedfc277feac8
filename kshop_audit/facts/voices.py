"""What buyers say: reasons, topics, waits, busy hours, buyers with trouble; under names.

Each function returns lazy frames for the plan's `survey`. `rule` is the id of the rule whose window
and questions are used; nothing here defines them again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import polars as pl

from kshop_audit.facts import Facts
from kshop_audit.facts.messages import with_buyers
from kshop_audit.facts.orders import orders
from kshop_audit.facts.questions import arrivals, openings, questions
from kshop_audit.facts.tables import Tables
from kshop_audit.facts.text import alternation, normalised, says
from kshop_audit.facts.tickets import first_tickets, refunds, tickets
from kshop_audit.model.insights import Topic
from kshop_audit.model.schema import Kind
from kshop_audit.tables import AT, FILE, ROW

Frames = Mapping[str, pl.LazyFrame]


def refund_reasons(facts: Facts, rule: str, *, longest: timedelta) -> Frames:
    """First reasons over the whole shop.

    `refunds`: one row: aftersales, unstated. `reasons`: reason (as exported), folded, orders,
    ended, seconds (of refund tickets from application to end, those longer than `longest`
    excluded as damaged times); most orders first.
    """
    found = reasons(facts, rule)
    return {
        "refunds": found["refunds"],
        "reasons": found["reasons"]
        .join(_handled(facts, rule, longest), on="folded", how="left")
        .with_columns(pl.col("ended", "seconds").fill_null(0))
        .sort("orders", "folded", descending=[True, False]),
    }


def reasons(facts: Facts, rule: str) -> Frames:
    """`refund_reasons` without how long their refunds took."""
    first = _first_reasons(facts, rule)
    given = (
        first.filter(pl.col("folded").is_not_null())
        .group_by("folded")
        .agg(reason=pl.col("given_reason").min(), orders=pl.len().cast(pl.Int64))
    )
    return {
        "refunds": first.select(
            aftersales=pl.len(), unstated=pl.col("folded").null_count().cast(pl.Int64)
        ),
        "reasons": given.sort("orders", "folded", descending=[True, False]),
    }


def products(facts: Facts, rule: str, *, top: int) -> Frames:
    """Products with after-sales, most orders first.

    `paid`: one row: paid (orders of the window). `products_count`: one row. `products`: product_id,
    title, paid, aftersales. `product_reasons`: product_id, folded, reason, orders.
    """
    since, as_of = facts.terms.since(rule), facts.terms.last
    paid = facts(orders).filter(pl.col("paid_at").is_between(since, as_of)).select("order_id")
    lines = (
        pl.concat(
            [
                rows.select("order_id", "product_id")
                for rows in (facts.tables.rows(Kind.ORDERS), facts.tables.order_lines())
            ]
        )
        .drop_nulls()
        .unique()
    )
    titles = facts.tables.rows(Kind.PRODUCTS).group_by("product_id").agg(pl.col("title").min())
    named = lines.join(_first_reasons(facts, rule), on="order_id")
    several = named.group_by("product_id").agg(aftersales=pl.len().cast(pl.Int64))
    bought = lines.join(paid, on="order_id", how="semi").group_by("product_id")
    listed = (
        several.join(bought.agg(paid=pl.len().cast(pl.Int64)), on="product_id", how="left")
        .join(titles, on="product_id", how="left")
        .with_columns(pl.col("paid").fill_null(0))
        .sort("aftersales", "product_id", descending=[True, False])
    )
    return {
        "paid": paid.select(paid=pl.len()),
        "products_count": several.select(products=pl.len()),
        "products": listed.head(top),
        "product_reasons": named.filter(pl.col("folded").is_not_null())
        .group_by("product_id", "folded")
        .agg(reason=pl.col("given_reason").min(), orders=pl.len().cast(pl.Int64))
        .join(listed.head(top), on="product_id", how="semi")
        .sort("orders", "folded", descending=[True, False]),
    }


def _first_reasons(facts: Facts, rule: str) -> pl.LazyFrame:
    """One row an order whose first ticket was applied for in the window: order_id, given_reason,
    folded (normalised; null where none was given).
    """
    reason = pl.col("first_reason")
    since = facts.terms.since(rule)
    return (
        facts(first_tickets)
        .filter(pl.col("applied_at") >= since)
        .select("order_id", "given_reason", folded=pl.when(reason != "").then(reason))
    )


def _handled(facts: Facts, rule: str, longest: timedelta) -> pl.LazyFrame:
    """Folded → ended, seconds of the refund tickets that ended in the window."""
    length = pl.col("finished_at") - pl.col("applied_at")
    return (
        facts(refunds)
        .filter(
            pl.col("finished_at").is_between(facts.terms.since(rule), facts.terms.last)
            & length.is_between(timedelta(0), longest)
        )
        .group_by(folded=normalised(pl.coalesce("first_reason", "reason")))
        .agg(ended=pl.len().cast(pl.Int64), seconds=length.dt.total_seconds().sum())
    )


def topics(facts: Facts, rule: str, listed: Sequence[Topic]) -> Frames:
    """What the messages of the window are about.

    `topics`: one row: messages, unmatched, and one count a topic under its id. `topic_words`:
    topic, word, messages.
    """
    texts = _texts(facts.tables).select(AT, "content")
    messages = facts(arrivals, rule).select(AT).join(texts, on=AT, how="left").with_columns(_text())
    about = messages.with_columns(_flags(listed))
    names = [topic.id for topic in listed]
    words = [
        messages.select(word=pl.col("text").str.extract_all(alternation(topic.words)).list.unique())
        .explode("word")
        .drop_nulls()
        .group_by("word")
        .agg(messages=pl.len().cast(pl.Int64))
        .select(pl.lit(topic.id).alias("topic"), "word", "messages")
        for topic in listed
    ]
    return {
        "topics": about.select(
            messages=pl.len().cast(pl.Int64),
            unmatched=(~pl.any_horizontal(names)).sum().cast(pl.Int64),
            **{name: pl.col(name).sum().cast(pl.Int64) for name in names},
        ),
        "topic_words": pl.concat(words).sort("messages", "word", descending=[True, False]),
    }


def waits(facts: Facts, rule: str, listed: Sequence[Topic], *, top: int) -> Frames:
    """How long questions waited, bursts by their first message.

    `waits`: one row: questions, unanswered, courtesy (unanswered, and no word but thanks).
    `slowest`, `unanswered`: buyer_id, session_id, message_id, asked_at, waited (seconds, until
    as-of without a reply), topics (ids joined by blanks), content; longest first.
    """
    names = [topic.id for topic in listed if not topic.courtesy]
    polite = [topic.id for topic in listed if topic.courtesy]
    ends = pl.coalesce("reply_at", pl.lit(facts.terms.last, pl.Datetime("ms")))
    about = pl.concat_str(
        [pl.when(topic.id).then(pl.lit(topic.id)) for topic in listed],
        separator=" ",
        ignore_nulls=True,
    )
    rows = (
        facts(openings, rule).select(AT, FILE, ROW, "sent_at", "clock_at", "reply_at")
        .join(_texts(facts.tables), on=AT, how="left")
        .with_columns(_text())
        .with_columns(_flags(listed))
        .select(
            FILE, ROW, "buyer_id", "session_id", "message_id", "content",
            asked_at="sent_at",
            waited=(ends - pl.col("clock_at")).dt.total_seconds(),
            answered=pl.col("reply_at").is_not_null(),
            courtesy=pl.any_horizontal(polite) & ~pl.any_horizontal(names),
            topics=about,
        )
    )  # fmt: skip
    # The ids settle draws, so that row order changes nothing.
    order = ("waited", "asked_at", "session_id", "message_id", FILE, ROW)
    longest = rows.sort(*order, descending=[True] + [False] * 5, nulls_last=True)
    open_ = ~pl.col("answered")
    return {
        "waits": rows.select(
            questions=pl.len().cast(pl.Int64),
            unanswered=open_.sum().cast(pl.Int64),
            courtesy=(open_ & pl.col("courtesy")).sum().cast(pl.Int64),
        ),
        "slowest": longest.filter("answered").drop(FILE, ROW).head(top),
        "unanswered": longest.filter(open_ & ~pl.col("courtesy")).drop(FILE, ROW).head(top),
    }


def _texts(tables: Tables) -> pl.LazyFrame:
    """_at → ids and text of every chat row; the buyer is the one its session names, if need be."""
    rows = with_buyers(tables, tables.rows(Kind.CHATS).with_row_index(AT))
    return rows.select(AT, "buyer_id", "session_id", "message_id", "content")


def _text() -> pl.Expr:
    return normalised(pl.col("content")).alias("text")


def _flags(listed: Sequence[Topic]) -> list[pl.Expr]:
    return [says(pl.col("text"), topic.words).alias(topic.id) for topic in listed]


def heat(facts: Facts, rule: str) -> Frames:
    """`heat`: weekday (1 = Monday), hour, arrivals, counted, answered; one row where any is."""
    weekday, hour = pl.col("sent_at").dt.weekday(), pl.col("sent_at").dt.hour()
    counted = facts(questions, rule).filter(pl.col("excluded").is_null())
    arrived = facts(arrivals, rule).group_by(weekday=weekday, hour=hour)
    by_hour = arrived.agg(arrivals=pl.len().cast(pl.Int64))
    rates = counted.group_by(weekday=weekday, hour=hour).agg(
        counted=pl.len().cast(pl.Int64), answered=pl.col("answered").sum().cast(pl.Int64)
    )
    return {
        "heat": by_hour.join(rates, on=["weekday", "hour"], how="full", coalesce=True)
        .with_columns(pl.col("arrivals", "counted", "answered").fill_null(0))
        .sort("weekday", "hour")
    }


def repeats(facts: Facts, *, least: int, top: int) -> Frames:
    """Buyers with at least so many tickets applied for by as-of, most tickets first.

    `repeats`: one row: tickets, unknown (no buyer). `repeats_count`: one row. `buyers`: buyer,
    tickets, disputed, orders, ticket_ids (list, in order).
    """
    judged = facts.tables.rows(Kind.DISPUTES).select("ticket_id", in_file=pl.lit(True)).unique()
    later = (pl.col("applied_at") > facts.terms.last).fill_null(False)
    rows = (
        facts(tickets).filter(~later & pl.col("ticket_id").is_not_null())
        .join(judged, on="ticket_id", how="left")
        .select(
            "ticket_id", "order_id",
            buyer=pl.coalesce("buyer_id", "order_buyer"),
            disputed=pl.col("intervened").fill_null(False) | pl.col("in_file").fill_null(False),
        )
    )  # fmt: skip
    several = (
        rows.filter(pl.col("buyer").is_not_null())
        .group_by("buyer")
        .agg(
            tickets=pl.len().cast(pl.Int64),
            disputed=pl.col("disputed").sum().cast(pl.Int64),
            orders=pl.col("order_id").drop_nulls().n_unique().cast(pl.Int64),
            ticket_ids=pl.col("ticket_id").sort(),
        )
        .filter(pl.col("tickets") >= least)
    )
    return {
        "repeats": rows.select(
            tickets=pl.len().cast(pl.Int64), unknown=pl.col("buyer").null_count().cast(pl.Int64)
        ),
        "repeats_count": several.select(buyers=pl.len().cast(pl.Int64)),
        "buyers": several.sort("tickets", "disputed", "buyer", descending=[True, True, False]).head(
            top
        ),
    }
