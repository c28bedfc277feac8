"""Changes of rows as a file could have had them: a what-if before any fact is made.

Each is one function from the tables to the tables, addressed by a word of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from kshop_audit.errors import UsageError
from kshop_audit.facts.tables import Tables
from kshop_audit.model.frozen import frozen
from kshop_audit.model.kinds import KIND_NAMES
from kshop_audit.model.metadata import Text
from kshop_audit.model.patterns import regex
from kshop_audit.model.schema import Kind
from kshop_audit.model.suggesting import suggest
from kshop_audit.tables import RAW_SUFFIX, SPAN_SUFFIX


@frozen
class RowChange:
    """The tables with a change, and what was assumed."""

    tables: Tables
    assumed: Text


Rewrite = Callable[[Tables, str, str, datetime], RowChange]
"""(tables, what stands before the last "=", what stands behind it, the last instant that counts)
→ the change. UsageError if the rows do not have what is addressed.
"""

_SHIFT = regex(r"([+-])([0-9]{1,4})([dhm])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}
_NAMES = {
    "d": Text("天", "d"), "h": Text("小时", "h"), "m": Text("分钟", "min")
}  # fmt: skip


def _shipping(tables: Tables, group: str, value: str, _last: datetime) -> RowChange:
    """Every shipping time earlier or later, never before the payment; the pickup moves along."""
    found = _SHIFT.fullmatch(group)
    if found is None or value:
        raise UsageError(
            f"ship:{group}：应如 ship:-6h、ship:+1d、ship:-30m",
            f"ship:{group}: write it like ship:-6h, ship:+1d or ship:-30m",
        )
    sign, number, unit = found.groups()
    by = timedelta(**{_UNITS[unit]: int(number)}) * (-1 if sign == "-" else 1)
    frames = dict(tables.frames)
    orders = _frame(tables, Kind.ORDERS)
    frames[Kind.ORDERS] = _moved(orders, by)
    listed = frames.get(Kind.SHIPMENTS)
    if listed is not None and "order_id" in listed.columns and "paid_at" in orders.columns:
        paid = orders.group_by("order_id").agg(pl.col("paid_at").min())
        joined = listed.join(paid, on="order_id", how="left", maintain_order="left")
        frames[Kind.SHIPMENTS] = _moved(joined, by).drop("paid_at")
    word = Text("提前", "earlier") if sign == "-" else Text("推迟", "later")
    return RowChange(
        replace(tables, frames=frames),
        Text(
            zh=f"每一单的发货时间{word.zh} {int(number)} {_NAMES[unit].zh}（不早于付款），"
            "揽收随之移动；没有发货的仍然没有发货。",
            en=f"Every order leaves {int(number)} {_NAMES[unit].en} {word.en}, not before its "
            "payment, and the pickup moves along; what was not shipped stays so.",
        ),
    )


def _moved(frame: pl.DataFrame, by: timedelta) -> pl.DataFrame:
    """Rows with shipped_at and, as far as they have it, paid_at."""
    if "shipped_at" not in frame.columns:
        return frame
    was = pl.col("shipped_at")
    then = was + by
    if "paid_at" in frame.columns and by < timedelta():
        least = pl.min_horizontal("paid_at", was)  # what left before its payment stays
        then = pl.when(was.is_not_null()).then(pl.max_horizontal(then, least))
    moved = [then.alias("shipped_at")]
    moved += [
        (pl.col(name) + (then - was).fill_null(timedelta())).alias(name)
        for name in ("picked_up_at", "node_at")
        if name in frame.columns
    ]
    return frame.with_columns(moved)


OUTCOMES: Mapping[str, tuple[str, Text]] = {
    "won": ("buyer", Text("不是商家责任", "not the merchant's fault")),
    "lost": ("merchant", Text("商家责任", "the merchant's fault")),
}


def _dispute(tables: Tables, group: str, value: str, last: datetime) -> RowChange:
    """A ticket judged otherwise; one that was not decided yet is decided as of the last instant."""
    if value not in OUTCOMES:
        hint = suggest(value, OUTCOMES, Text("，应为 won 或 lost", "; write won or lost"))
        raise UsageError(
            f"dispute:{group}={value}：没有这个结果{hint.zh}",
            f"dispute:{group}={value}: no such outcome{hint.en}",
        )
    party, said = OUTCOMES[value]
    rows = _frame(tables, Kind.TICKETS)
    known = rows["ticket_id"].drop_nulls() if "ticket_id" in rows.columns else pl.Series()
    if not known.is_in([group]).any():
        hint = suggest(group, known.unique().to_list())
        raise UsageError(
            f"dispute:{group}：售后文件里没有这张售后单{hint.zh}",
            f"dispute:{group}: no such ticket in the files{hint.en}",
        )
    here = (pl.col("ticket_id") == group).fill_null(False)
    judged, own = _judgement(tables, group, party)
    columns = _decided(rows, here, last)
    if own:
        columns += _party(rows, here, party)
    frames = {**tables.frames, Kind.TICKETS: rows.with_columns(columns)}
    if judged is not None:
        frames[Kind.DISPUTES] = judged
    return RowChange(
        replace(tables, frames=frames),
        Text(zh=f"售后单 {group} 判为{said.zh}。", en=f"Ticket {group} is judged {said.en}."),
    )


def _judgement(tables: Tables, ticket: str, party: str) -> tuple[pl.DataFrame | None, bool]:
    """The file of judgements with the new one, and whether the tickets' own column has to say it:
    what both say must agree, and one of them must say it.
    """
    listed = tables.frames.get(Kind.DISPUTES)
    own = tables.some_has(Kind.TICKETS, "liable_party")
    row = pl.DataFrame({"ticket_id": [ticket], "liable_party": [party]})
    if listed is None or not {"ticket_id", "liable_party"} <= {*listed.columns}:
        return (None, True) if own else (row, False)
    here = (pl.col("ticket_id") == ticket).fill_null(False)
    if listed.filter(here).height:
        return listed.with_columns(_party(listed, here, party)), own
    if own:
        return None, True
    return pl.concat([listed, row], how="diagonal_relaxed"), False


def _party(frame: pl.DataFrame, here: pl.Expr, party: str) -> list[pl.Expr]:
    kind = frame.schema["liable_party"]
    columns = [
        pl.when(here).then(pl.lit(party).cast(kind)).otherwise("liable_party").alias("liable_party")
    ]
    raw = "liable_party" + RAW_SUFFIX
    if raw in frame.columns:
        columns.append(pl.when(~here).then(raw).alias(raw))
    return columns


def _decided(rows: pl.DataFrame, here: pl.Expr, last: datetime) -> list[pl.Expr]:
    """A ticket that is not over ends, without a refund, at the last instant."""
    if not {"status", "finished_at"} <= {*rows.columns}:
        return []
    status = rows.schema["status"]
    over = pl.col("status").is_in(["succeeded", "closed"]).fill_null(False)
    waits = here & (~over | (pl.col("finished_at") > last).fill_null(False))
    end = pl.lit(last, pl.Datetime("ms"))
    columns = [
        pl.when(waits).then(end).otherwise("finished_at").alias("finished_at"),
        pl.when(waits & ~over).then(pl.lit("closed").cast(status)).otherwise("status")
        .alias("status"),
    ]  # fmt: skip
    span = "finished_at" + SPAN_SUFFIX
    if span in rows.columns:
        columns.append(pl.when(~waits).then(span).alias(span))
    return columns


def _frame(tables: Tables, kind: Kind) -> pl.DataFrame:
    frame = tables.frames.get(kind)
    if frame is None:
        name = KIND_NAMES[kind]
        raise UsageError(
            f"没有{name.zh}文件，这项改变无从谈起",
            f"there is no file of {name.en}, so nothing can be changed there",
        )
    return frame


REWRITES: Mapping[str, Rewrite] = {"ship": _shipping, "dispute": _dispute}
"""The word of each change of rows → the function that makes it."""
