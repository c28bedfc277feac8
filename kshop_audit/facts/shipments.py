"""The waybills of the shipments files: when each order left and was picked up, as they tell it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import polars as pl

from kshop_audit.facts.freshness import outdated_files
from kshop_audit.facts.merging import Merge, last_of_all, least, merged, one_is
from kshop_audit.facts.spans import LATEST
from kshop_audit.facts.tables import SEVERAL, Tables, one_of
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms
from kshop_audit.tables import FILE

LATER_NODES = ("in_transit", "delivering", "awaiting_pickup", "signed")

PICKUP = pl.coalesce("picked_up_at", pl.when(pl.col("node") == "picked_up").then("node_at"))
"""When a waybill was picked up: its own column, or a node that says so."""

ENOUGH = 3
"""So many rows that should have a pickup time and have none, and no other has one: then it is the
column that is missing. One or two rows may well be parcels that were not picked up.
"""
DUE = timedelta(hours=24)


def waybill_rows(tables: Tables) -> pl.LazyFrame:
    """One row a waybill and order: a cell with several order numbers becomes several rows."""
    rows = tables.rows(Kind.SHIPMENTS)
    if not tables.shared_waybills:
        return rows
    joined = pl.col("order_id").str.contains(SEVERAL).fill_null(False)
    parted = rows.filter(joined).with_columns(
        pl.col("order_id").str.replace_all(SEVERAL, ",").str.split(",")
    )
    return pl.concat([rows.filter(~joined), parted.explode("order_id")])


def imprecise_pickups(tables: Tables) -> bool:
    """Whether some pickup time is not precise."""
    own = tables.imprecise(Kind.ORDERS, "picked_up_at")
    return own or tables.imprecise(Kind.SHIPMENTS, "picked_up_at", "node_at", "signed_at")


def imprecise_shipments(tables: Tables) -> bool:
    """Whether some shipping time is not precise."""
    own = tables.imprecise(Kind.ORDERS, "shipped_at")
    return own or tables.imprecise(Kind.SHIPMENTS, "shipped_at")


def latest_pickup(tables: Tables) -> pl.Expr:
    """The latest instant that `PICKUP` may mean."""
    named = tables.at_latest(Kind.SHIPMENTS, "node_at")
    own = tables.at_latest(Kind.SHIPMENTS, "picked_up_at")
    return pl.coalesce(own, pl.when(pl.col("node") == "picked_up").then(named))


def telling_files(tables: Tables, kind: Kind, terms: Terms) -> list[int]:
    """The files of a kind whose column of pickup times has any.

    A column that is empty in every row that should fill it counts as missing. Where a file was
    made before as-of, the pickup may have come since.
    """
    columns = tables.columns.get(kind, {})
    old = outdated_files(tables, kind, terms)
    having = [n for n, names in columns.items() if "picked_up_at" in names and n not in old]
    frame = tables.frames.get(kind)
    if frame is None or not having or "picked_up_at" not in frame.columns:
        return having
    empty = frame["picked_up_at"].null_count()
    if len(columns) == 1 and empty < frame.height:
        return having
    should = pl.lit(True)
    if "shipped_at" in frame.columns:
        should = (pl.col("shipped_at") + DUE < terms.as_of).fill_null(False)
    found = frame.group_by(FILE).agg(
        stated=pl.col("picked_up_at").is_not_null().any(), rows=should.sum()
    )
    silent = found.filter(~pl.col("stated") & (pl.col("rows") >= ENOUGH))[FILE].to_list()
    return [file for file in having if file not in silent]


ARRIVALS = 10
"""So many parcels that arrived, without a single pickup on their days, are no chance."""

PARCELS = 20
"""So many parcels of a carrier that were due, without a single pickup beside other carriers that
have some, show that it reports none.
"""

ARRIVED = ("received", "completed")
"""States of an order of which the parcel was picked up, whenever that was."""


def _silent_carriers(tables: Tables, terms: Terms) -> list[str]:
    """The carriers of which no parcel has a pickup, of PARCELS that were due, beside others."""
    frame = tables.frames.get(Kind.SHIPMENTS)
    needed = {"carrier", "shipped_at", "picked_up_at"}
    if frame is None or not needed <= {*frame.columns}:
        return []
    due = (pl.col("shipped_at") + DUE < terms.as_of).fill_null(False)
    found = frame.group_by("carrier").agg(
        told=pl.col("picked_up_at").is_not_null().any(), due=due.sum()
    )
    silent = found.filter(~pl.col("told") & (pl.col("due") >= PARCELS))
    return silent["carrier"].drop_nulls().cast(pl.String).to_list() if found["told"].any() else []


def unkept_days(tables: Tables, terms: Terms) -> list[date]:
    """The days of shipment on which the orders' own column of pickup times was not kept; none
    where parcels have files of their own.
    """
    frame, needed = tables.frames.get(Kind.ORDERS), {"shipped_at", "picked_up_at", "status"}
    if frame is None or not needed <= {*frame.columns} or Kind.SHIPMENTS in tables.frames:
        return []
    return _unkept(frame, one_of("status", ARRIVED), terms)


def _unkept_parcels(tables: Tables, terms: Terms) -> list[date]:
    """The same of the pickup times of files of parcels."""
    frame, needed = tables.frames.get(Kind.SHIPMENTS), {"shipped_at", "picked_up_at", "signed_at"}
    if frame is None or not needed <= {*frame.columns}:
        return []
    return _unkept(frame, pl.col("signed_at").is_not_null(), terms)


def _unkept(frame: pl.DataFrame, arrived: pl.Expr, terms: Terms) -> list[date]:
    """The days of a run without a single pickup, though ARRIVALS of their parcels have arrived and
    others have one.
    """
    days = (
        frame.filter(pl.col("shipped_at") <= terms.as_of)
        .group_by(day=pl.col("shipped_at").cast(pl.Date))
        .agg(
            told=pl.col("picked_up_at").is_not_null().any(),
            arrived=arrived.fill_null(False).sum(),
        )
        .sort("day")
        .with_columns(run=pl.col("told").rle_id())
    )
    if days.is_empty() or not days["told"].any():
        return []
    lost = ~pl.col("told") & (pl.col("arrived").sum().over("run") >= ARRIVALS)
    return days.filter(lost)["day"].to_list()


def covered(at: pl.Expr, kind: Kind, terms: Terms) -> pl.Expr:
    """Boolean: the operator says that the files of the kind are complete at this time."""
    span: tuple[date, date] | None = terms.settings.coverage.get(kind)
    if span is None:
        return pl.lit(False)
    first, last = (datetime.combine(day, time.min) for day in span)
    return ((at >= first) & (at < last + timedelta(days=1))).fill_null(False)


def waybills(tables: Tables, terms: Terms) -> pl.LazyFrame:
    """One row an order of the shipments files.

    Columns: order_id, listed_waybill (one of them), first_waybill and last_waybill (Datetime: of
    all its shipments, the last null while one has no time), has_waybills, shipment_pickup,
    shipment_signed, proven_by (the first instant by as-of by which a later node says that the
    parcel had been picked up), later_node (Boolean: a row names one), pickup_told (a row comes
    from a file that has pickup times), and the twins of times that are not precise (see `LATEST`).

    A row that names its node gives the time (picked_up) or proves that the pickup came before it
    (any later node, or the signature); the six-node column without a name proves nothing.
    """
    later = pl.col("node").is_in(LATER_NODES)
    proven = pl.min_horizontal(pl.when(later).then("node_at"), pl.col("signed_at"))
    files = telling_files(tables, Kind.SHIPMENTS, terms)
    stated = pl.col(FILE).is_in(files)
    if silent := _silent_carriers(tables, terms):
        stated &= ~one_of("carrier", silent).fill_null(False)
    if unkept := _unkept_parcels(tables, terms):
        stated &= ~pl.col("shipped_at").dt.date().is_in(unkept).fill_null(False)
    stated |= pl.col("_pickup").is_not_null()
    columns = {
        "listed_waybill": least(pl.col("tracking_no")),
        "first_waybill": least(pl.col("shipped_at")),
        "last_waybill": last_of_all(pl.col("shipped_at")),
        "has_waybills": one_is(pl.lit(True)),
        "shipment_pickup": least(pl.col("_pickup")),
        "shipment_signed": least(pl.col("signed_at")),
        "proven_by": least(pl.when(pl.col("_proven_by") <= terms.last).then("_proven_by")),
        "later_node": one_is(later),
        "pickup_stated": one_is(stated),
        **_latest(tables, later, terms),
    }
    rows = waybill_rows(tables).with_columns(_pickup=PICKUP, _proven_by=proven)
    alone = Kind.SHIPMENTS in tables.single and not tables.shared_waybills
    return merged(rows, columns, alone=alone)


def _latest(tables: Tables, later: pl.Expr, terms: Terms) -> dict[str, Merge]:
    columns: dict[str, Merge] = {}
    if imprecise_shipments(tables):
        sent = tables.at_latest(Kind.SHIPMENTS, "shipped_at")
        columns["first_waybill" + LATEST] = least(sent)
        columns["last_waybill" + LATEST] = last_of_all(sent)
    if imprecise_pickups(tables):
        node = tables.at_latest(Kind.SHIPMENTS, "node_at")
        signed = tables.at_latest(Kind.SHIPMENTS, "signed_at")
        proven = pl.min_horizontal(pl.when(later).then(node), signed)
        columns["shipment_pickup" + LATEST] = least(latest_pickup(tables))
        columns["proven_by" + LATEST] = least(
            pl.when(pl.col("_proven_by") <= terms.last).then(proven)
        )
    return columns
