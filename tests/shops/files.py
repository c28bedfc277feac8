"""Writes a shop as files: under canonical headers, or as Kuaishou's back office would export it.

Kuaishou's files lack columns that the canonical ones have; the writer returns the shop that the
files really tell, so that a second implementation can be run on exactly that.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from random import Random

from tests.shops.labels import (
    AFTERSALES_HEADER,
    HEADERS,
    LABELS,
    LIABLE_TWINS,
    LOGISTICS_HEADER,
    ORDER_HEADER,
)
from tests.shops.profile import COLUMNS, Row, Shop
from tests.shops.shop import KEYS, event_of

FULL_HEADERS: dict[str, Sequence[str]] = {
    "orders": ORDER_HEADER,
    "tickets": AFTERSALES_HEADER,
    "shipments": LOGISTICS_HEADER,
}
PROTECTED = frozenset({"order_id", "ticket_id", "tracking_no"})


def cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M:%S")
        case Decimal():
            return f"{value:f}"
        case _:
            return str(value)


def present(kind: str, rows: list[Row]) -> list[str]:
    """Columns of a file in their fixed order; a file without rows still has its whole header."""
    if not rows:
        return list(COLUMNS[kind])
    found = {name for row in rows for name in row}
    return [name for name in COLUMNS[kind] if name in found]


def write_rows(path: Path, header: Sequence[str], rows: list[list[str]], encoding: str) -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_canonical(shop: Shop, folder: Path, *, encoding: str = "utf-8") -> dict[str, Path]:
    """One CSV a kind under English canonical headers; returns kind -> file."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for kind, rows in shop.items():
        names = present(kind, rows)
        written[kind] = folder / f"{kind}.csv"
        lines = [[cell(row.get(name)) for name in names] for row in rows]
        write_rows(written[kind], names, lines, encoding)
    return written


# --- Kuaishou ---------------------------------------------------------------------------------


def write_kuaishou(shop: Shop, folder: Path, *, encoding: str = "utf-8") -> Shop:
    """The files of a Kuaishou back office; returns the shop reduced to what they tell."""
    folder.mkdir(parents=True, exist_ok=True)
    reduced = reduce(shop)
    for kind, rows in reduced.items():
        titles = HEADERS.get(kind)
        if titles is None:  # no genuine header is known: canonical English names
            names = present(kind, rows)
            lines = [[cell(row.get(name)) for name in names] for row in rows]
            write_rows(folder / f"{kind}.csv", names, lines, encoding)
            continue
        by_title = {title: name for name, title in titles.items()}
        header = FULL_HEADERS.get(kind) or [titles[name] for name in present(kind, rows)]
        lines = [[label(kind, by_title.get(title, ""), row) for title in header] for row in rows]
        write_rows(folder / f"{kind}.csv", header, lines, encoding)
    return reduced


def label(kind: str, name: str, row: Row) -> str:
    """A cell as Kuaishou prints it; every third id is protected by a leading tab."""
    value = row.get(name)
    labels = LABELS.get((kind, name))
    if labels is not None and isinstance(value, str):
        return labels.get(value, value)
    written = cell(value)
    if written and name in PROTECTED and Random(written).randrange(3) == 0:
        return "\t" + written
    return written


def reduce(shop: Shop) -> Shop:
    """The shop with the columns that the files have, and with words that survive translation."""
    moved = {kind: [dict(row) for row in rows] for kind, rows in one_row_a_key(shop).items()}
    move_pickups(moved)
    reduced: Shop = {}
    for kind, rows in moved.items():
        if not rows:
            continue  # an export of nothing would claim columns that nobody can see in the rows
        titles = HEADERS.get(kind)
        if titles is None:
            reduced[kind] = rows
            continue
        names = list(titles) if kind in FULL_HEADERS else present(kind, rows)
        kept = [name for name in names if name in titles]
        reduced[kind] = [{name: row.get(name) for name in kept} for row in rows]
    for kind in ("tickets", "disputes"):
        for row in reduced.get(kind, []):
            party = row.get("liable_party")
            if isinstance(party, str):
                row["liable_party"] = LIABLE_TWINS.get(party, party)
    return reduced


def one_row_a_key(shop: Shop) -> Shop:
    """Without `updated_at` and the later times two states of an order cannot always be told
    apart: only the newest state of each order and ticket is written, equal rows stay.
    """
    result = dict(shop)
    for kind, key in KEYS.items():
        best: dict[tuple[object, ...], tuple[tuple[datetime, datetime], Row]] = {}
        for row in shop.get(kind, []):
            identity = tuple(row.get(name) for name in key)
            rank = event_of(row)
            if identity not in best or rank > best[identity][0]:
                best[identity] = (rank, row)
        if kind in shop:
            result[kind] = [
                row for row in shop[kind] if row == best[tuple(row.get(name) for name in key)][1]
            ]
    return result


def move_pickups(shop: Shop) -> None:
    """Kuaishou's order file has no pickup time: it goes to the logistics file."""
    stated: list[Row] = [row for row in shop.get("orders", []) if row.get("picked_up_at")]
    if not stated or not any("tracking_no" in row for row in stated):
        return
    shipments = shop.setdefault("shipments", [])
    known = {(row.get("order_id"), row.get("tracking_no")) for row in shipments}
    for order in stated:
        key = (order.get("order_id"), order.get("tracking_no"))
        if key in known or not order.get("tracking_no"):
            continue
        known.add(key)
        shipments.append({name: order.get(name) for name in COLUMNS["shipments"]})
