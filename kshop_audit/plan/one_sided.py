"""Days on which the chats hold one side of the conversations only: the other one is missing there.

A shop of which no answer is in the file did not leave every buyer alone: its export holds one side.
Each message of such a day may have had a counterpart, of which nothing is known but that it is not
in the files; `doubtful` rows say so. `[coverage.chats]` says that nothing is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import polars as pl

from kshop_audit.facts.conversations import ANSWERING_TYPES
from kshop_audit.facts.tables import MERCHANT, OneSided, Tables, one_of
from kshop_audit.model.frozen import frozen
from kshop_audit.model.knowledge import Why
from kshop_audit.model.schema import Kind
from kshop_audit.plan.load import Loaded
from kshop_audit.tables import FILE, ROW, WHY

ENOUGH = 10
"""So many expected conversations make the silence of a side a missing one."""
DAY = timedelta(days=1)


@frozen
class _Day:
    """Messages of a day, or conversations with some: those of buyers, of the shop, and of nobody
    knows whom.
    """

    at: date
    asked: int
    replied: int
    unknown: int

    def of(self, side: str) -> int:
        return self.asked if side == "buyer" else self.replied


def with_other_side(loaded: Loaded, settled: Callable[[date], bool]) -> Loaded:
    """The inputs with doubtful rows for what one-sided days may lack.

    `settled`: whether the operator says of a day that nothing is missing.
    """
    tables = loaded.tables
    chats = tables.frames.get(Kind.CHATS)
    if chats is None or not {"sender_role", "sent_at"} <= {*chats.columns}:
        return loaded
    days = _days(chats)
    found: list[OneSided] = []
    parts = []
    for there, absent in (("buyer", "agent"), ("agent", "buyer")):
        lost = [day for day in _without(days, there) if not settled(day)]
        if lost:  # a few talkative buyers are not many; dear, and asked of few shops
            lacking = {*_without(_days(chats, talks=True), there)}
            lost = [day for day in lost if day in lacking]
        if lost:
            found.append(OneSided(there == "buyer", tuple(lost)))
            parts.append(_counterparts(tables, lost, there, absent))
    if not found:
        return loaded
    rows = pl.concat(parts)
    own = tables.doubtful.get(Kind.CHATS)
    doubtful = rows if own is None else pl.concat([own, rows], how="diagonal_relaxed")
    return replace(
        loaded,
        tables=replace(
            tables,
            doubtful={**tables.doubtful, Kind.CHATS: doubtful},
            one_sided=tuple(found),
        ),
    )


def _days(chats: pl.DataFrame, *, talks: bool = False) -> list[_Day]:
    """The days with messages; `talks`: of each conversation, one of each side counts."""
    speaks = _speaks(chats)
    role = pl.col("sender_role")
    names = [name for name in ("session_id", "buyer_id") if name in chats.columns]
    if talks and names:
        side = pl.when(role == "buyer").then(1).when(one_of("sender_role", MERCHANT)).then(2)
        day = pl.col("sent_at").cast(pl.Date)
        chats = chats.with_columns(_side=side, _day=day).filter(speaks | role.is_null())
        chats = chats.unique(["_day", "_side", *names], keep="any")
    counted = (
        chats.filter(pl.col("sent_at").is_not_null())
        .group_by(day=pl.col("sent_at").cast(pl.Date))
        .agg(
            asked=(speaks & (role == "buyer")).sum(),
            replied=(speaks & one_of("sender_role", MERCHANT)).sum(),
            unknown=role.is_null().sum(),
        )
    )
    return [_Day(*row) for row in counted.sort("day").iter_rows()]


def _speaks(chats: pl.DataFrame) -> pl.Expr:
    if "message_type" not in chats.columns:
        return pl.lit(True)
    return pl.col("message_type").is_null() | one_of("message_type", ANSWERING_TYPES)


def _without(days: Sequence[_Day], there: str) -> Iterator[date]:
    """The days with messages of one side only, where the other one is missing.

    As for days without rows: the pace lets one expect ENOUGH of the other side, and no other run of
    days of about the same length is without them.
    """
    other = "agent" if there == "buyer" else "buyer"
    if any(day.unknown for day in days):
        days = [day for day in days if not day.unknown]
        if not any(day.of(other) for day in days):
            return
    ours, theirs = (sum(day.of(side) for day in days) for side in (there, other))
    if not ours:
        return
    if not theirs:
        yield from (day.at for day in days if day.of(there))
        return
    runs = list(_runs(days, other))
    of_both = sum(day.of(there) for day in days if day.of(other))
    span = (days[-1].at - days[0].at).days + 1
    for run in runs:
        if sum(abs(len(one) - len(run)) <= 1 for one in runs) > 1:
            continue
        length = (run[-1].at - run[0].at).days + 1
        by_share = Fraction(sum(day.of(there) for day in run) * theirs, max(of_both, 1))
        if min(by_share, Fraction(theirs * length, span)) >= ENOUGH:
            yield from (day.at for day in run)


def _runs(days: Sequence[_Day], other: str) -> Iterator[list[_Day]]:
    """The longest runs of days with rows and none of a side."""
    run: list[_Day] = []
    for day in days:
        if day.of(other):
            if run:
                yield run
            run = []
        else:
            run.append(day)
    if run:
        yield run


def _counterparts(tables: Tables, lost: Sequence[date], there: str, absent: str) -> pl.DataFrame:
    """A message of the other side for each of these days, at its time, that may not be there."""
    side = one_of("sender_role", ("buyer",) if there == "buyer" else MERCHANT)
    chats = tables.frames[Kind.CHATS]
    on_these = pl.col("sent_at").cast(pl.Date).is_in(list(lost))
    at = chats.select(side & _speaks(chats) & on_these).to_series().arg_true()
    names = [name for name in ("session_id", "buyer_id") if name in chats.columns]
    return chats.select("sent_at", FILE, ROW)[at].with_columns(
        *(tables.texts(Kind.CHATS, name, at) for name in names),
        pl.lit(absent).alias("sender_role"),
        pl.lit(Why.NOT_COVERED.value).alias(WHY),
    )  # fmt: skip
