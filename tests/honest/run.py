"""Honest shops: files that have lost nothing, and what plain arithmetic says of them.

python -m tests.honest.run N [--seed S]
"""

# ruff: noqa: T201  a command that prints

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from kshop_audit.rules import catalogue
from tests.degradation.builders import (
    Shop,
    cell,
    oracle,
    spans_of,
    write_canonical,
    write_kuaishou,
)
from tests.degradation.days import may_miss_days
from tests.degradation.exports import Exports, exports_of
from tests.degradation.judge import reported
from tests.degradation.rhythms import DAY
from tests.degradation.shops import Whole, whole_shop, without_hidden
from tests.degradation.truth import COUNTS, HOURS, JUDGED, RATES, Truth, truth_of
from tests.honest.layouts import LAYOUTS, tells, write_layout
from tests.honest.manners import MANNERS
from tests.honest.ways import WAYS, minutes_of

OWN = ("canonical", "kuaishou")
AS_IT_IS = "as it is"
OF_A_MONTH = {"tickets_of_a_month", "orders_of_a_month"}


@dataclass(frozen=True)
class Honest:
    """A shop by its seed, with its manners, its files in one layout, and what is true of them."""

    seed: int
    whole: Whole
    names: tuple[str, ...]
    layout: str
    way: str
    settings: str

    def stated(self) -> str:
        rhythm = self.whole.rhythm
        names = "+".join(self.names)
        return f"{rhythm.name} shop, as of {rhythm.as_of}, {names}, {self.layout}, {self.way}"


def honest_shop(seed: int, only: tuple[str, ...] = ()) -> Honest | None:
    """The shop of a seed, with the manners named or those of the seed; None where the rules call
    some of its days missing (§1b.5), or where nothing tells its conversations apart (§1b.9).
    """
    rng = Random(seed)
    whole = whole_shop(rng, size=rng.choice((1, 1, 1, 3)))
    if may_miss_days(as_files(rng, whole, [])):
        return None
    names = only or tuple(sorted(rng.sample(sorted(MANNERS), rng.choice((1, 1, 2, 3)))))
    if {"paid_after_arrival", "virtual_goods"} <= {*names}:
        return None
    lines = [line for name in names if (line := MANNERS[name](rng, whole))]
    if whole.rhythm.name == "new" or rng.randrange(2) == 0:
        lines.insert(0, f"opened_at = {whole.rhythm.opened_at:%Y-%m-%d}")
    lines.sort(key=lambda line: line.startswith("["))
    tidy(whole)
    if "holiday" not in names and may_miss_days(as_files(rng, whole, lines)):
        return None
    layout = rng.choice((*OWN, *LAYOUTS))
    if layout == "taobao" and "masked_names" in names:
        return None
    way = rng.choice((AS_IT_IS, AS_IT_IS, *sorted(WAYS)))
    return Honest(seed, whole, names, layout, way, "\n".join(lines))


def tidy(whole: Whole) -> None:
    """What back offices do: an order that is not paid for is closed on the next day, and refunds
    before shipping have no tickets.
    """
    for row in whole.rows["orders"]:
        created = row["created_at"]
        assert isinstance(created, datetime)
        if row["status"] == "pending_payment" and created + DAY < whole.as_of:
            row["status"] = "closed"
    gone = {
        row["order_id"] for row in whole.rows["orders"]
        if row["aftersale_state"] == "refunded" and row["shipped_at"] is None
    }  # fmt: skip
    rows = whole.rows
    rows["tickets"] = [row for row in rows["tickets"] if row["order_id"] not in gone]
    named = {row["ticket_id"] for row in rows["tickets"]}
    rows["disputes"] = [row for row in rows["disputes"] if row["ticket_id"] in named]
    parcels = {row["order_id"]: row for row in reversed(rows["orders"]) if row["tracking_no"]}
    rows["shipments"] = [
        {
            "order_id": order_id,
            "tracking_no": row["tracking_no"],
            "shipped_at": row["shipped_at"],
            "picked_up_at": row["picked_up_at"],
            "signed_at": row["received_at"],
        }
        for order_id, row in reversed(parcels.items())
    ]


def as_files(rng: Random, whole: Whole, lines: list[str]) -> Exports:
    opened = any(line.startswith("opened_at") for line in lines)
    files = exports_of(Random(rng.random()), whole)
    return Exports(
        files.tables, files.headers, whole.as_of, whole.rhythm.opened_at if opened else None
    )


def written(shop: Honest, folder: Path) -> Shop:
    """The files of the shop below `in`, and `shop.toml` beside; returns what they tell."""
    rows = {kind: of_kind for kind, of_kind in without_hidden(shop.whole.rows).items() if of_kind}
    (folder / "in").mkdir(parents=True)
    (folder / "shop.toml").write_text(shop.settings, encoding="utf-8")
    told = laid_out(rows, shop.layout, folder / "in")
    if shop.way != AS_IT_IS:
        WAYS[shop.way](Random(shop.seed), folder, told)
    return told


def laid_out(rows: Shop, layout: str, folder: Path) -> Shop:
    """The files in a layout; returns what they tell."""
    if layout == "kuaishou":
        return write_kuaishou(rows, folder)
    if layout in LAYOUTS:
        return write_layout(rows, layout, folder)
    write_canonical(rows, folder)
    return rows


def texts(told: Shop) -> tuple[dict[str, list[dict[str, str]]], dict[str, tuple[str, ...]]]:
    """The rows as text cells, and the columns, by kind."""
    headers = {
        kind: tuple(dict.fromkeys(n for row in rows for n in row)) for kind, rows in told.items()
    }
    cells = {
        kind: [{name: cell(row.get(name)) for name in headers[kind]} for row in rows]
        for kind, rows in told.items()
    }
    return cells, headers


def lost_verdicts(seed: int, only: tuple[str, ...] = ()) -> Iterator[str]:
    """Verdicts and counts that the files give by plain arithmetic, and the report does not."""
    shop = honest_shop(seed, only)
    if shop is None:
        return
    with tempfile.TemporaryDirectory() as scratch:
        told = written(shop, Path(scratch))
        pack = ["--pack", "kuaishou"] if shop.layout in LAYOUTS else []
        report = reported(Path(scratch), shop.whole.as_of, JUDGED, *pack)
    results = report.rules()
    if not results:
        yield f"seed {seed}: exit {report.code}, {report.said}; {shop.stated()}"
        return
    seen = minutes_of(told) if shop.way == "to_the_minute" else told
    opened_at = shop.whole.rhythm.opened_at if "opened_at" in shop.settings else None
    spans = spans_of(*texts(seen), shop.whole.as_of, opened_at)
    outcomes = oracle.measure(told, as_of=shop.whole.as_of)
    for rule in (*RATES, *HOURS, *COUNTS):
        outcome, span = outcomes[rule], spans.get(rule)
        truth = truth_of(rule, outcome)
        if truth.passes is None or outcome.no_verdict or untold(rule, shop):
            continue
        if span is not None and span.agrees(RATES[rule]) is None:
            continue
        lines = list(unlike(results[rule], truth, outcome))
        if shop.way == "to_the_minute":
            lines = [] if span is None else lines[: results[rule]["status"] == "no_verdict"]
        yield from (f"seed {seed} {rule}: {line}; {shop.stated()}" for line in lines)


def untold(rule: str, shop: Honest) -> bool:
    """Whether the files cannot tell of a rule: what is not carried is not picked up, a month is not
    the whole of a longer window, and without types a picture is a text that is lost.
    """
    if "only_pictures" in shop.names and not tells(shop.layout, "chats", "message_type"):
        return catalogue()[rule].info.family == "conduct" and agent_without_texts(shop.whole.rows)
    if "virtual_goods" in shop.names:
        # Beside a few parcels, what was not carried looks like what the file of parcels lacks.
        carried = rule == "waybill-integrity" and bool(shop.whole.rows["shipments"])
        if rule == "pickup-24h" or carried:
            return True
    return rule == "quality-refund-rate" and bool({*shop.names} & OF_A_MONTH)


def agent_without_texts(rows: Shop) -> bool:
    """Whether an account that is no robot's says nothing in words."""
    spoken: dict[object, set[bool]] = {}
    for row in rows["chats"]:
        if row["sender_role"] == "agent":
            spoken.setdefault(row["agent_account"], set()).add(bool(row["content"]))
    return any(found == {False} for found in spoken.values())


def unlike(got: dict[str, Any], truth: Truth, outcome: oracle.Outcome) -> Iterator[str]:
    wanted = "pass" if truth.passes else "fail"
    if got["status"] != wanted:
        figures = f"{got['numerator']}/{got['denominator']}"
        why = f"{got['reason']} {got['unknown']}"
        yield f"{got['status']} {figures}, true {wanted} {truth.figures}: {why}"
    excluded = {name: count for name, count in outcome.excluded.items() if count}
    told = {name: count for name, count in (got["excluded"] or {}).items() if count}
    if told != excluded:
        yield f"excluded {told}, true {excluded}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.honest.run")
    parser.add_argument("shops", type=int, nargs="?", default=200)
    parser.add_argument("--seed", type=int, default=0, help="first seed")
    chosen = parser.parse_args()
    seeds = range(chosen.seed, chosen.seed + chosen.shops)
    losing = 0
    for seed in seeds:
        lines = [*lost_verdicts(seed)]
        losing += bool(lines)
        print(*lines, sep="\n", end="\n" if lines else "", flush=True)
    print(f"{losing} of {len(seeds)} shops lost a figure or a verdict")
    return 1 if losing else 0


if __name__ == "__main__":
    raise SystemExit(main())
