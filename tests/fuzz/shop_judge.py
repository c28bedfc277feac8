"""Whole shops whose files lost none of their values: the figures must be those of the oracle."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from random import Random

import polars as pl

from kshop_audit.auditing.assemble import Audit
from kshop_audit.errors import KshopError
from kshop_audit.model.schema import TABLES, Kind
from tests import oracle
from tests.fuzz.dress import Sheet, dressed
from tests.fuzz.exports import Exports
from tests.fuzz.judge import Ruling, decoded, patience
from tests.fuzz.reading import (
    UNKNOWN,
    Value,
    is_blank,
    is_footer,
    is_header,
    is_nothing,
    records,
    row_of,
)
from tests.oracle.basis import FILE_NEWEST
from tests.oracle.test_oracle import figures
from tests.shops.audits import LISTS, PACK, audit_folder, settings_of
from tests.shops.shop import random_exempt, random_force_majeure, random_options

Row = dict[str, Value]
UNSPOKEN = ("system", "card", "order", "recalled")


def of_shop(given: Exports, seed: int) -> Ruling:
    """Audit the shop in its new clothes; compare with the oracle on what the csv module reads."""
    rng = Random(seed)
    ruling = Ruling(files=0)
    read: dict[str, list[Row]] = {}
    counts: dict[str, tuple[int, int]] = {}
    doubtful: list[str] = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for export in given.files:
            for number, sheet in enumerate(dressed(rng, export)):
                name = f"{number}-{sheet.file_name}"
                data = sheet.data(rng)
                (folder / name).write_bytes(data)
                doubtful += [name] if sheet.doubtful else []
                rows, all_records = judged(sheet, data, ruling)
                date_file(sheet.kind, rows)
                read.setdefault(sheet.kind, []).extend(rows)
                counts[name] = (all_records, len(rows))
                ruling.files += 1
        options, exempt = random_options(seed), random_exempt(seed, given.as_of)
        spared = random_force_majeure(seed, given.shop)
        try:
            with patience(60):
                done = audit_folder(folder, settings_of(options, exempt, spared), given.as_of)
        except KshopError as error:
            ruling.outcome = "refused"
            if not any(error.en.startswith(f"{name}: the header") for name in doubtful):
                ruling.faults.append(f"a sound shop is refused: {error.en[:500]}")
            return ruling
        except (Exception, pl.exceptions.PanicException) as error:  # noqa: BLE001  that is the finding
            ruling.outcome = "crash"
            ruling.faults.append(f"{type(error).__name__}: {str(error)[:500]}")
            return ruling
    ruling.faults += _records(done, counts, read)
    stated = {
        "as_of": given.as_of, "options": options, "exempt": exempt, "force_majeure": spared,
        "words": {name: PACK.words[name] for name in LISTS},
    }  # fmt: skip
    ruling.faults += _figures(done, read, given.as_of, stated)
    return ruling


def judged(sheet: Sheet, data: bytes, ruling: Ruling) -> tuple[list[Row], int]:
    """The rows of a file that are rows, and how many records stand below its header."""
    text = decoded(data, sheet.encoding)
    assert text is not None
    found = records(text, sheet.delimiter)
    start = next(n for n, record in enumerate(found) if is_header(record.cells, sheet.header))
    places: dict[str, list[int]] = {}
    for spot, name in enumerate(sheet.names):
        if name:
            places.setdefault(name, []).append(spot)
    rows = []
    for record in found[start + 1 :]:
        cells = record.cells
        if is_blank(cells) or is_footer(cells[0]) or is_header(cells, sheet.header):
            continue
        if all(
            is_nothing(c) for n in places for c in [cells[p] for p in places[n] if p < len(cells)]
        ):
            continue
        row = row_of(sheet.kind, cells, places)
        unsure = [name for name, value in row.items() if value is UNKNOWN]
        if unsure:
            ruling.faults.append(f"the judge cannot read {unsure} of {record.raw!r}")
        rows.append(row)
    return rows, len(found) - start - 1


def date_file(kind: str, rows: Sequence[Row]) -> None:
    """Note in every row the newest event of their file: of two versions it tells the newer one."""
    names = TABLES[Kind(kind)].event_times
    cells = (row.get(name) for row in rows for name in names)
    times = [cell for cell in cells if isinstance(cell, datetime)]
    for row in rows:
        row[FILE_NEWEST] = max(times, default=None)


def _records(
    done: Audit, counts: Mapping[str, tuple[int, int]], read: Mapping[str, Sequence[Row]]
) -> Iterator[str]:
    kept: dict[str, int] = {}
    for entry in done.report.inputs:
        wanted, rows = counts[entry.path]
        shown = f"{entry.path} ({entry.encoding}, {entry.kind})"
        if entry.records != wanted:
            yield f"{shown}: {entry.records} records, csv sees {wanted}"
        if entry.records != entry.rows + entry.rejected + entry.skipped + entry.duplicates:
            yield f"{shown}: records do not add up"
        if entry.rejected:
            reasons = sorted({(r.reason, r.column, r.value) for r in done.rejects}, key=str)
            yield f"{shown}: {entry.rejected} sound rows rejected: {reasons[:4]}"
        if entry.skipped != wanted - rows:
            yield f"{shown}: {entry.skipped} skipped, expected {wanted - rows}"
        kept[entry.kind] = kept.get(entry.kind, 0) + entry.rows
    for kind, rows_read in read.items():
        if kind in ("settlements", "evidence", "products", "service-stats"):
            continue  # the oracle knows no duplicates among these
        wanted_rows = len(oracle.dedupe(list(rows_read), kind)[0])
        if kept.get(kind) != wanted_rows:
            yield f"{kind}: {kept.get(kind)} rows kept, expected {wanted_rows}"


def _figures(
    done: Audit, read: Mapping[str, list[Row]], as_of: datetime, stated: Mapping[str, object]
) -> Iterator[str]:
    results = {rule.id: rule for rule in done.report.rules}
    expected = oracle.measure(dict(read), **stated)  # type: ignore[arg-type]
    for rule, outcome in expected.items():
        if rule.startswith("reply-") and one_sided(read.get("chats", [])):
            continue  # the answers may be in another file
        yield from (f"{rule}: {line} (as of {as_of})" for line in figures(results[rule], outcome))


def one_sided(chats: Sequence[Row]) -> bool:
    """Whether all messages are those of buyers, or none is."""
    spoken = [row for row in chats if row.get("message_type") not in UNSPOKEN]
    roles = {row.get("sender_role") for row in spoken} & {"buyer", "agent", "robot"}
    return roles == {"buyer"} or (bool(roles) and "buyer" not in roles)
