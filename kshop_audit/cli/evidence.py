"""Evidence files: one CSV a rule with the rows that speak against the shop, `_rejected.csv`, and a
manifest with the digests of everything.

Made for a spreadsheet: UTF-8 with BOM, ids protected from being read as numbers by a leading tab,
no cell can become a formula, and none holds a control character of any kind.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from kshop_audit.cli.stopping import replacing
from kshop_audit.codec import encode
from kshop_audit.errors import UsageError, os_reason
from kshop_audit.report.sheet import safe

if TYPE_CHECKING:
    from kshop_audit.auditing.assemble import Audit
    from kshop_audit.model.measurement import EvidenceRow

_PLACE = (
    "file", "row", "deadline", "actual", "late_seconds", "counted", "why", "cost_yuan",
)  # fmt: skip
_REJECTED = ("file", "row", "column", "value", "reason_zh", "reason_en")


MANIFEST = "MANIFEST.json"

COUNTED, MUTED = "yes", "muted"
"""What speaks against the shop is counted, unless it was accepted as an exception."""


def write(done: Audit, folder: Path, *, mask: bool) -> None:
    """Write the files into the folder, which is made if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = {source.index: source.name for source in done.sources}
        for rule, rows in done.evidence.items():
            there = dict.fromkeys(name for row in rows for name in row.ids)
            shown = [name for name in there if _visible(name, mask=mask)]
            table = (_row(rule, row, shown, names) for row in rows)
            _write(folder / f"{rule}.csv", ("rule", *shown, *_PLACE), table)
        _write(folder / "_rejected.csv", _REJECTED, _rejected(done, names, mask=mask))
        with replacing(folder / MANIFEST) as part:
            part.write_text(_manifest(done, folder), encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"--evidence {folder}：写不了：{os_reason(error).zh}",
            f"--evidence {folder}: cannot be written: {os_reason(error).en}",
        ) from error


def _visible(name: str, *, mask: bool) -> bool:
    return not mask or "buyer" not in name


def _row(rule: str, row: EvidenceRow, shown: Sequence[str], names: dict[int, str]) -> list[object]:
    fen = row.cost_fen
    return [
        rule,
        *(row.ids.get(name) for name in shown),
        None if row.file is None else names.get(row.file),
        row.row,
        row.deadline,
        row.actual,
        row.late_seconds,
        COUNTED if row.counted else MUTED,
        row.why,
        None if fen is None else f"{fen // 100}.{fen % 100:02d}",
    ]


def _rejected(done: Audit, names: dict[int, str], *, mask: bool) -> Iterable[list[object]]:
    from kshop_audit.auditing.notes import reason
    from kshop_audit.masking import masked

    for reject in done.rejects:
        value = reject.value or ""
        why = reason(reject)
        cell = masked(value, reject.column) if mask else value
        yield [names[reject.file], reject.row, reject.column, cell, why.zh, why.en]


def _manifest(done: Audit, folder: Path) -> str:
    """Which files the evidence was made of, and the files of the evidence, each with SHA-256."""
    report, written = done.report, [*done.evidence, "_rejected"]
    inputs = tuple(
        {"path": source.name, "sha256": digest}
        for source in done.sources
        if (digest := source.sha256) is not None
    )
    files = tuple(
        {"path": f"{name}.csv", "sha256": sha256((folder / f"{name}.csv").read_bytes()).hexdigest()}
        for name in written
    )
    made = {
        "tool": f"{report.tool.name} {report.tool.version}",
        "as_of": report.as_of,
        "inputs": inputs,
        "files": files,
    }
    return encode(made)


def _write(path: Path, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with replacing(path) as part, part.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows([safe(cell) for cell in row] for row in rows)
