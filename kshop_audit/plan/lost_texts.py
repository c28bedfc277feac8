"""Messages of the shop's side whose text is not in the export although they had one.

A picture or a card has no text. But a run of days, an hour of all days, or an account, without a
single text among so many messages that its share elsewhere lets one expect ENOUGH says that the
export lost them: what a message says is then not known, as on a day without rows (rulebook 1b.3,
1b.5). So does a run of conversations one after the other, where no type tells pictures from texts.
A robot may send cards alone, and at night a shop may.
"""

from __future__ import annotations

import polars as pl

from kshop_audit.facts.tables import MERCHANT, one_of
from kshop_audit.tables import FILE, LOST, SILENT

ENOUGH = 10
"""So many expected texts make messages without one such as have lost it."""

DAYTIME = 8
"""Hours before this one are night."""

_DAY, _HOUR, _RUN, _TALK = "_day", "_hour", "_run", "_talk"


def with_lost_texts(chats: pl.DataFrame) -> pl.DataFrame:
    """The chats with LOST instead of SILENT; without either where no text is lost."""
    if SILENT not in chats.columns:
        return chats
    told = chats.drop(SILENT)
    if not {"sender_role", "sent_at"} <= {*chats.columns}:
        return told
    ours = one_of("sender_role", MERCHANT).fill_null(False)
    if not chats.select((ours & pl.col(SILENT).fill_null(True)).any()).item():
        return told
    lost = _lost(_speaking(chats.filter(ours)))
    if not lost.any():
        return told
    at = chats.select(ours).to_series().arg_true()
    marks = pl.zeros(chats.height, dtype=pl.UInt8, eager=True).scatter(at.filter(lost), 1)
    return told.with_columns(marks.cast(pl.Boolean).alias(LOST))


def _speaking(ours: pl.DataFrame) -> pl.DataFrame:
    """The messages with _encoded (Boolean: the text is there, as numbers), _typed (Boolean: said to
    be a text), _free (Boolean: of no known type), _robot (Boolean), _day, _hour, _account, _talk
    (String: the conversation, where one is named) and sent_at, none null but the last, the day and
    the hour.
    """
    kind = pl.col("message_type") if "message_type" in ours.columns else pl.lit(None, pl.String)
    account = pl.col("agent_account") if "agent_account" in ours.columns else pl.lit("")
    names = [name for name in ("session_id", "buyer_id") if name in ours.columns]
    return ours.select(
        FILE,
        "sent_at",
        pl.col(SILENT).fill_null(True),
        _typed=(kind == "text").fill_null(False),
        _free=kind.is_null(),
        _day=pl.col("sent_at").cast(pl.Date),
        _hour=pl.col("sent_at").dt.hour(),
        _encoded=pl.col(SILENT).is_null(),
        _account=account.fill_null("").cast(pl.String),
        _robot=(pl.col("sender_role") == "robot").fill_null(False),
        _talk=pl.coalesce(pl.lit(None, pl.String), *names),
    )  # fmt: skip


def _lost(rows: pl.DataFrame) -> pl.Series:
    """Boolean, by row: the message had a text that is not there."""
    silent, typed, free = (pl.col(name) for name in (SILENT, "_typed", "_free"))
    # A robot may send cards alone.
    words = (~silent).any().over("_account", "_robot")
    speaks = (typed | (free & (words | ~pl.col("_robot")))) & pl.col(_DAY).is_not_null()
    said = rows.select((speaks & ~silent).any()).item()
    if not said:
        return rows.select((silent & speaks) | pl.col("_encoded")).to_series()
    # Of so many messages of no known type so many are texts, on days on which some are.
    there = rows.filter(free).filter((~pl.col(SILENT)).any().over(FILE, _DAY))
    texts, of = (there.height - there[SILENT].sum(), there.height) if there.height else (1, 1)
    rows = rows.with_columns(
        _expected=(speaks & silent) * pl.when(typed).then(of).otherwise(texts),
        _text=speaks & ~silent,
    )
    enough = ENOUGH * of
    gone = ~pl.col("_text") & (pl.col("_expected").sum().over(FILE, _RUN) >= enough)
    days = (
        rows.group_by(FILE, _DAY)
        .agg(pl.col("_text").any(), pl.col("_expected").sum())
        .sort(FILE, _DAY)
        .with_columns(pl.col("_text").rle_id().over(FILE).alias(_RUN))
        .select(FILE, _DAY, _gone=gone)
    )
    rows = rows.join(days, on=[FILE, _DAY], how="left", nulls_equal=True, maintain_order="left")
    mute = (pl.col("_account") != "") & _without_text("_account", enough=enough)
    human = ~pl.col("_robot") & (pl.col(_HOUR) >= DAYTIME)
    mute |= human & _without_text(_HOUR, "_robot", enough=enough)
    stated = typed & ((typed & silent).sum() >= ENOUGH)
    rows = _with_mute_talks(rows)
    lost = silent & speaks & (pl.col("_gone") | mute | stated | pl.col("_mute_talk"))
    return rows.select(lost | pl.col("_encoded")).to_series()


def _without_text(*part: str, enough: int) -> pl.Expr:
    """Boolean: the file holds no text in this part of it, among so many expected ones."""
    expected = pl.col("_expected").sum().over(FILE, *part)
    return ~pl.col("_text").any().over(FILE, *part) & (expected >= enough)


def _with_mute_talks(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with _mute_talk (Boolean): a message of no known type, in one of so many
    conversations of a file, one after the other, of which none holds a text, that their usual share
    lets one expect ENOUGH of them to hold one; twice as many where most hold none.

    An account without any text sends none. A conversation is that of a day.
    """
    talk = [FILE, _DAY, _TALK]
    speaks = pl.col("_text").any().over(FILE, "_account")
    whole = pl.col("_free") & pl.col(_TALK).is_not_null() & pl.col(_DAY).is_not_null() & speaks
    talks = (
        rows.filter(whole)
        .group_by(talk)
        .agg(pl.col("_text").any(), pl.col("sent_at").min())
        .sort(FILE, "sent_at", _TALK)
        .with_columns(pl.col("_text").rle_id().over(FILE).alias(_RUN))
        .with_columns(
            _texts=pl.col("_text").sum().over(FILE),
            _talks=pl.len().over(FILE),
            _length=pl.len().over(FILE, _RUN),
        )
    )
    least = pl.when(2 * pl.col("_texts") >= pl.col("_talks")).then(ENOUGH).otherwise(2 * ENOUGH)
    expected = pl.col("_length") * pl.col("_texts") >= least * pl.col("_talks")
    found = talks.select(*talk, _mute_talk=~pl.col("_text") & expected)
    joined = rows.join(found, on=talk, how="left", maintain_order="left")
    return joined.with_columns((pl.col("_mute_talk") & whole).fill_null(False))
