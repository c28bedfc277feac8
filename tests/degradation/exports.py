"""The files of a shop as text cells: what a degradation takes and gives back."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from random import Random

from tests.degradation.builders import cell
from tests.degradation.shops import Whole, without_hidden

Cells = dict[str, str]
Tables = Mapping[str, list[Cells]]


@dataclass(frozen=True)
class Exports:
    """One file a kind under canonical headers, and what `shop.toml` says.

    Attributes:
        tables: Kind -> rows; every row of a kind has the same columns in the same order.
        headers: Kind -> columns, also of a file without rows.
        as_of: The instant of the audit.
        opened_at: The day on which the shop opened if `shop.toml` tells it.
        older: Kind -> rows of a second file, which was made earlier.
    """

    tables: Tables
    headers: Mapping[str, tuple[str, ...]]
    as_of: datetime
    opened_at: datetime | None
    older: Tables = field(default_factory=dict)

    def rows(self, kind: str) -> list[Cells]:
        return self.tables.get(kind, [])

    def has(self, kind: str, column: str) -> bool:
        return column in self.headers.get(kind, ())

    def with_rows(self, kind: str, rows: list[Cells]) -> Exports:
        return replace(self, tables={**self.tables, kind: rows})

    def with_older(self, kind: str, rows: list[Cells]) -> Exports:
        return replace(self, older={**self.older, kind: rows})

    def edited(self, kind: str, places: set[int], edit: Callable[[Cells], Cells]) -> Exports:
        """The same files with some rows of a kind edited; all others are left alone."""
        rows = [
            edit(dict(row)) if place in places else row for place, row in enumerate(self.rows(kind))
        ]
        return self.with_rows(kind, rows)

    def without_column(self, kind: str, column: str) -> Exports:
        rows = [
            {name: value for name, value in row.items() if name != column}
            for row in self.rows(kind)
        ]
        header = tuple(name for name in self.headers[kind] if name != column)
        return replace(self.with_rows(kind, rows), headers={**self.headers, kind: header})

    def without_file(self, kind: str) -> Exports:
        tables = {name: rows for name, rows in self.tables.items() if name != kind}
        headers = {name: header for name, header in self.headers.items() if name != kind}
        return replace(self, tables=tables, headers=headers)


@dataclass(frozen=True)
class Loss:
    """What a degradation took away.

    Attributes:
        name: The degradation.
        detail: Kind, column and how many rows, in a few words.
        spared: Rules whose truth the loss changes outside the law; they are not judged.
    """

    name: str
    detail: str
    spared: frozenset[str] = frozenset()


def exports_of(rng: Random, whole: Whole) -> Exports:
    """The shop's own files, in one of the layouts that lose nothing."""
    rows = without_hidden(whole.rows)
    tables: dict[str, list[Cells]] = {
        kind: [{name: cell(value) for name, value in row.items()} for row in of_kind]
        for kind, of_kind in rows.items()
        if of_kind
    }
    headers = {kind: tuple(of_kind[0]) for kind, of_kind in tables.items()}
    stated = whole.rhythm.name == "new" or rng.randrange(2) == 0
    exports = Exports(tables, headers, whole.as_of, whole.rhythm.opened_at if stated else None)
    for kind, column in layout(rng, exports):
        if column:
            exports = exports.without_column(kind, column)
        elif kind in exports.tables:
            exports = exports.without_file(kind)
    return exports


def layout(rng: Random, exports: Exports) -> list[tuple[str, str]]:
    """(kind, column) that this shop's files do without, because another column tells the same."""
    absent: list[tuple[str, str]] = []
    if "shipments" in exports.tables:
        pickups = rng.choice((("orders", "picked_up_at"), ("shipments", "")))
        absent.append(pickups)
    match rng.randrange(3):
        case 0 if "disputes" in exports.tables:
            absent.append(("tickets", "liable_party"))
        case 1:
            absent.append(("disputes", ""))
    ids = [row["order_id"] for row in exports.rows("orders")]
    if len(set(ids)) == len(ids) and rng.randrange(2):
        absent.append(("orders", "sub_order_id"))
    chats = [name for name in ("message_seq", "message_id", "buyer_id") if rng.randrange(2)]
    absent += [("chats", name) for name in chats if exports.has("chats", name)]
    return absent


def write(exports: Exports, folder: Path) -> None:
    """One CSV a kind, and `shop.toml` beside the folder `in` that holds them."""
    (folder / "in").mkdir(parents=True, exist_ok=True)
    files = [(kind, kind, rows) for kind, rows in exports.tables.items()]
    files += [(kind, f"{kind}-old", rows) for kind, rows in exports.older.items()]
    for kind, name, rows in files:
        with (folder / "in" / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, exports.headers[kind])
            writer.writeheader()
            writer.writerows(rows)
    lines = [f"opened_at = {exports.opened_at:%Y-%m-%d}"] if exports.opened_at else []
    (folder / "shop.toml").write_text("\n".join(lines), encoding="utf-8")
