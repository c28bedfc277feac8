"""Reads the vectors of tests/cases and turns each into the exports and settings it describes."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from kshop_audit.auditing.assemble import Audit
from kshop_audit.auditing.audit import audit
from kshop_audit.auditing.request import AuditRequest
from kshop_audit.ingest import Request
from kshop_audit.model.moments import parse_as_of
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import (
    Closing,
    Declared,
    Interval,
    Settings,
    Withdrawal,
)
from kshop_audit.plan.query import Wanted

CASES = Path(__file__).parent


def cases() -> Iterator[dict[str, Any]]:
    """Every `[[case]]` of every file, with the file's name under "file"."""
    for path in sorted(CASES.glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        for case in table.get("case", []):
            yield {**case, "file": path.stem}


def plain(name: str) -> list[dict[str, Any]]:
    """All entries of one plain-number table, over all files."""
    found = []
    for path in sorted(CASES.glob("*.toml")):
        found += tomllib.loads(path.read_text(encoding="utf-8")).get(name, [])
    return found


def run(case: Mapping[str, Any], folder: Path) -> Audit:
    """Write the case's exports and audit them with the rule of the case alone."""
    exports, scratch = folder / "exports", folder / "scratch"
    exports.mkdir()
    scratch.mkdir()
    _write(case, exports)
    pins = {path: Kind(path.stem) for path in exports.glob("*.csv") if path.stem in set(Kind)}
    order = AuditRequest(
        inputs=Request(
            (exports,), pins={} if case.get("raw") else pins, shop=case.get("only_shop")
        ),
        settings=settings(case.get("config", {}), case.get("pack", "kuaishou")),
        as_of=parse_as_of(case["as_of"]),
        select=(case["rule"],),
        wanted=Wanted(evidence=True),
    )
    return audit(order, scratch)


def _write(case: Mapping[str, Any], exports: Path) -> None:
    rows: dict[str, list[dict[str, str]]] = {k: list(v) for k, v in case.get("rows", {}).items()}
    for batch in case.get("repeat", []):
        for number in range(batch["start"], batch["start"] + batch["count"]):
            row = {
                key: str(value).replace("{i}", str(number)) for key, value in batch["row"].items()
            }
            rows.setdefault(batch["kind"], []).append(row)
    for kind, header in case.get("header", {}).items():
        _table(exports / f"{kind}.csv", list(header), [])
    for kind, entries in rows.items():
        header = list(dict.fromkeys(key for entry in entries for key in entry))
        if header:
            _table(exports / f"{kind}.csv", header, entries)
    for kind, entries in case.get("raw", {}).items():
        header = list(dict.fromkeys(key for entry in entries for key in entry))
        _table(exports / f"{kind}-raw.csv", header, entries)


def _table(path: Path, header: list[str], rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="")
        writer.writeheader()
        writer.writerows(rows)


WHOLE = (Kind.ORDERS, Kind.CHATS, Kind.TICKETS, Kind.RATINGS, Kind.REVIEWS, Kind.SERVICE_STATS)
"""The kinds of which a case has all there is: a vector is about what is counted, however few rows
it takes.
"""


def settings(config: Mapping[str, Any], pack: str = "kuaishou") -> Settings:
    """The settings that a case's `config` stands for."""
    closing = {key: _moment(value) for key, value in config.get("closing", {}).items()}
    if "closing" in closing:
        closing["wanted"] = closing.pop("closing")
    own = config.get("own_words", {})
    lists = {"banned-words": "banned", "abusive-language": "abusive"}
    return Settings(
        packs=(pack,),
        shop=config.get("shop"),
        opened_at=_moment(config.get("opened_at")),
        coverage=dict.fromkeys(WHOLE, (date.min, date.max)),
        options=config.get("options", {}),
        exempt=tuple(
            Interval(_time(entry["from"]), _time(entry["to"]), entry["reason"])
            for entry in config.get("exempt", [])
        ),
        force_majeure=frozenset(config.get("force_majeure", [])),
        words={lists[rule]: tuple(words) for rule, words in own.items()},
        targets={rule: Decimal(value) for rule, value in config.get("targets", {}).items()},
        declared={
            rule: Declared(
                Decimal(entry["numerator"]),
                entry["denominator"],
                _time(entry["from"]).date(),
                _time(entry["to"]).date(),
                entry["source"],
            )
            for rule, entry in config.get("declared", {}).items()
        },
        closing=Closing(**closing),
        withdrawals=tuple(
            Withdrawal(_time(entry["at"]), Decimal(entry["amount"]), entry["channel"])
            for entry in config.get("withdrawals", [])
        ),
    )


def _time(text: Any) -> datetime:
    return text if isinstance(text, datetime) else datetime.fromisoformat(str(text))


def _moment(value: Any) -> Any:
    if isinstance(value, str) and value[:4].isdigit():
        return datetime.fromisoformat(value)
    return value


def number(text: str) -> Fraction:
    """A decimal text of a case as an exact fraction."""
    return Fraction(text)
