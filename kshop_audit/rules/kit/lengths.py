"""How long a ticket took between two of its times, as far as dates and minutes tell."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from kshop_audit.facts import Tables
from kshop_audit.model.frozen import frozen
from kshop_audit.model.schema import Kind


@frozen(slots=False)
class TicketMoment:
    """A time of a ticket: the earliest and the latest instant that its cell may mean."""

    earliest: pl.Expr
    latest: pl.Expr


@frozen(slots=False)
class Length:
    """Seconds (Int64 expressions) as written, and the least and the most that they may be.

    `open`: whether least and most can differ at all. An end is never before its beginning where
    the cells allow so.
    """

    written: pl.Expr
    least: pl.Expr
    most: pl.Expr
    open: bool

    def __add__(self, other: Length) -> Length:
        """Both together."""
        return Length(
            self.written + other.written,
            self.least + other.least,
            self.most + other.most,
            self.open or other.open,
        )

    def if_there(self) -> Length:
        """The same, and 0 where one of the times is missing."""
        written, least, most = (x.fill_null(0) for x in (self.written, self.least, self.most))
        return Length(written, least, most, self.open)

    def when(self, check: pl.Expr, other: Length) -> Length:
        """This length where the check holds, else the other one."""
        written, least, most = (
            pl.when(check).then(mine).otherwise(its)
            for mine, its in (
                (self.written, other.written),
                (self.least, other.least),
                (self.most, other.most),
            )
        )
        return Length(written, least, most, self.open or other.open)

    def damaged(self, longest: timedelta) -> pl.Expr:
        """Boolean: negative, or longer than any ticket can take, whatever is meant (A11)."""
        return (self.most < 0) | (self.least > int(longest.total_seconds()))


def moment(tables: Tables, *names: str) -> TicketMoment:
    """The first of the times that is there."""
    latest = [tables.at_latest(Kind.TICKETS, name) for name in names]
    return TicketMoment(pl.coalesce(names), pl.coalesce(latest))


def between(tables: Tables, since: str, *until: str) -> Length:
    """From one time of a ticket to another, the first of `until` that is there."""
    begun, ended = moment(tables, since), moment(tables, *until)
    written = _seconds(ended.earliest - begun.earliest)
    if not tables.imprecise(Kind.TICKETS, since, *until):
        return Length(written, written, written, open=False)
    least, most = _seconds(ended.earliest - begun.latest), _seconds(ended.latest - begun.earliest)
    least = pl.min_horizontal(pl.max_horizontal(least, 0), most)
    return Length(pl.max_horizontal(written, least), least, most, open=True)


def shared(tables: Tables, first: tuple[str, str], second: tuple[str, str]) -> Length:
    """What two segments have in common; 0 where one of the times is missing."""
    (begun, until), (again, over) = first, second
    written = _common(pl.max_horizontal(begun, again), pl.min_horizontal(until, over))
    names = (*first, *second)
    there = pl.all_horizontal(pl.col(name).is_not_null() for name in names)
    written = pl.when(there).then(written).otherwise(0)
    if not tables.imprecise(Kind.TICKETS, *names):
        return Length(written, written, written, open=False)
    latest = [tables.at_latest(Kind.TICKETS, name) for name in (until, over)]
    most = _common(pl.max_horizontal(begun, again), pl.min_horizontal(latest))
    return Length(written, pl.lit(0), pl.when(there).then(most).otherwise(0), open=True)


def _common(begun: pl.Expr, ended: pl.Expr) -> pl.Expr:
    return pl.max_horizontal(_seconds(ended - begun), 0)


def without(whole: Length, common: Length) -> Length:
    """The length of segments together whose common part was counted twice."""
    return Length(
        whole.written - common.written,
        pl.max_horizontal(whole.least - common.most, 0),
        whole.most - common.least,
        whole.open or common.open,
    )


def _seconds(length: pl.Expr) -> pl.Expr:
    return length.dt.total_seconds()
