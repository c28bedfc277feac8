"""Honest shops: files that have lost nothing, and what plain arithmetic says of them.

python -m tests.degradation.honest N [--seed S]
"""

# ruff: noqa: T201  a command that prints

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

from kshop_audit.cli import main as command
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
from tests.degradation.layouts import LAYOUTS, write_layout
from tests.degradation.manners import MANNERS
from tests.degradation.shops import Whole, whole_shop, without_hidden
from tests.degradation.truth import COUNTS, HOURS, JUDGED, RATES, Truth, truth_of

OWN = ("canonical", "kuaishou")


@dataclass(frozen=True)
class Honest:
    """A shop by its seed, with its manners, its files in one layout, and what is true of them."""

    seed: int
    whole: Whole
    names: tuple[str, ...]
    layout: str
    settings: str

    def stated(self) -> str:
        rhythm = self.whole.rhythm
        return f"{rhythm.name} shop, as of {rhythm.as_of}, {'+'.join(self.names)}, {self.layout}"


def honest_shop(seed: int) -> Honest | None:
    """The shop of a seed; None where the rules call some of its days missing (§1b.5)."""
    rng = Random(seed)
    whole = whole_shop(rng, size=rng.choice((1, 1, 1, 3)))
    if may_miss_days(as_files(rng, whole, [])):
        return None
    names = tuple(sorted(rng.sample(sorted(MANNERS), rng.choice((1, 1, 2, 3)))))
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
        return None  # its chats have no other id of a conversation (§1b.9)
    return Honest(seed, whole, names, layout, "\n".join(lines))


def tidy(whole: Whole) -> None:
    """A refund before shipping has no ticket in this back office; one has, or none."""
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
    if shop.layout == "kuaishou":
        return write_kuaishou(rows, folder / "in")
    if shop.layout in LAYOUTS:
        return write_layout(rows, shop.layout, folder / "in")
    write_canonical(rows, folder / "in")
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


def checked(shop: Honest, folder: Path) -> tuple[int, dict[str, Any] | None, str]:
    out = folder / "report.json"
    arguments = ["check", str(folder / "in"), "--config", str(folder / "shop.toml")]
    arguments += ["--as-of", f"{shop.whole.as_of:%Y-%m-%dT%H:%M:%S}", "--out", str(out)]
    arguments += ["--history", "off", "--no-progress", "--lang", "en", "--format", "brief"]
    arguments += ["--pack", "kuaishou"] if shop.layout in LAYOUTS else []
    for rule in JUDGED:
        arguments += ["--select", rule]
    said = StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        code = command(arguments)
    body = json.loads(out.read_text(encoding="utf-8")) if out.exists() else None
    return code, body, said.getvalue()[-300:]


def lost_verdicts(seed: int) -> Iterator[str]:
    """Verdicts and counts that the files give by plain arithmetic, and the report does not."""
    shop = honest_shop(seed)
    if shop is None:
        return
    with tempfile.TemporaryDirectory() as scratch:
        told = written(shop, Path(scratch))
        code, body, said = checked(shop, Path(scratch))
    if body is None:
        yield f"seed {seed}: exit {code}, {said}; {shop.stated()}"
        return
    outcomes = oracle.measure(told, as_of=shop.whole.as_of)
    spans = spans_of(
        *texts(told),
        shop.whole.as_of,
        shop.whole.rhythm.opened_at if "opened_at" in shop.settings else None,
    )
    results = {rule["id"]: rule for rule in body["rules"]}
    for rule in (*RATES, *HOURS, *COUNTS):
        outcome, got = outcomes[rule], results[rule]
        truth = truth_of(rule, outcome)
        if truth.passes is None or outcome.no_verdict:
            continue
        if rule == "pickup-24h" and "virtual_goods" in shop.names:
            continue  # what is not carried is not picked up
        if (span := spans.get(rule)) is not None and span.agrees(RATES[rule]) is None:
            continue
        yield from (
            f"seed {seed} {rule}: {line}; {shop.stated()}" for line in unlike(got, truth, outcome)
        )


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
    parser = argparse.ArgumentParser(prog="tests.degradation.honest")
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
