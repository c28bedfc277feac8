"""Evidence files: one CSV a rule with the rows that speak against the shop, `_rejected.csv`, and a
manifest with the digests of everything.

Made for a spreadsheet: UTF-8 with BOM, ids protected from being read as numbers by a leading tab,
no cell can become a formula, and none holds a control character of any kind.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from kshop_audit.cli.stopping import replacing
from kshop_audit.codec import encode
from kshop_audit.errors import UsageError, os_reason
from kshop_audit.report.sheet import safe
from kshop_audit.report.view import phrases
from kshop_audit.report.view.speech import Speech

if TYPE_CHECKING:
    from kshop_audit.auditing.assemble import Audit
    from kshop_audit.model.measurement import EvidenceRow

_PLACE = (
    "file", "row", "deadline", "actual", "late_seconds", "counted", "why", "cost_yuan",
)  # fmt: skip
_REJECTED = ("file", "row", "column", "value", "reason")

MANIFEST, REJECTED = "MANIFEST.json", "_rejected.csv"

COUNTED, MUTED = "yes", "muted"
"""What speaks against the shop is counted, unless it was accepted as an exception."""


def write(done: Audit, folder: Path, lang: str, *, mask: bool) -> None:
    """Write the files into the folder, which is made if it is not there.

    Heads and words are of the language; the manifest names the columns for programs.
    """
    speech = Speech(lang)
    titles = {
        rule.evidence.file: speech.text(rule.title)
        for rule in done.report.rules
        if rule.evidence is not None and rule.evidence.file is not None
    }
    names = {source.index: source.name for source in done.sources}
    heads: dict[str, tuple[str, ...]] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for rule, rows in done.evidence.items():
            file = f"{rule}.csv"
            there = dict.fromkeys(name for row in rows for name in row.ids)
            shown = [name for name in there if _visible(name, mask=mask)]
            named = [titles.get(file, rule), rule]
            table = ([*named, *_row(row, shown, names, speech)] for row in rows)
            heads[file] = ("title", "rule", *shown, *_PLACE)
            _write(folder / file, heads[file], table, speech)
        heads[REJECTED] = _REJECTED
        _write(folder / REJECTED, _REJECTED, _rejected(done, names, speech, mask=mask), speech)
        with replacing(folder / MANIFEST) as part:
            part.write_text(_manifest(done, folder, heads), encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"--evidence {folder}：写不了：{os_reason(error).zh}",
            f"--evidence {folder}: cannot be written: {os_reason(error).en}",
        ) from error


def _visible(name: str, *, mask: bool) -> bool:
    return not mask or "buyer" not in name


def _row(
    row: EvidenceRow, shown: Sequence[str], names: dict[int, str], speech: Speech
) -> list[object]:
    fen = row.cost_fen
    return [
        *(row.ids.get(name) for name in shown),
        None if row.file is None else names.get(row.file),
        row.row,
        row.deadline,
        row.actual,
        row.late_seconds,
        speech.say(f"evidence_counted.{COUNTED if row.counted else MUTED}"),
        None if row.why is None else phrases.worded("why", row.why, speech),
        None if fen is None else f"{fen // 100}.{fen % 100:02d}",
    ]


def _rejected(
    done: Audit, names: dict[int, str], speech: Speech, *, mask: bool
) -> Iterable[list[object]]:
    from kshop_audit.auditing.notes import column_of, reason
    from kshop_audit.masking import masked

    for reject in done.rejects:
        value = reject.value or ""
        cell = masked(value, reject.column) if mask else value
        column = column_of(reject, done.sources)[speech.lang]
        yield [names[reject.file], reject.row, column, cell, reason(reject)[speech.lang]]


def _manifest(done: Audit, folder: Path, heads: Mapping[str, Sequence[str]]) -> str:
    """Which files the evidence was made of, and the files of the evidence with the names of their
    columns, which are the same in every language; each with SHA-256.
    """
    report = done.report
    inputs = tuple(
        {"path": source.name, "sha256": digest}
        for source in done.sources
        if (digest := source.sha256) is not None
    )
    files = tuple(
        {
            "path": file,
            "columns": tuple(columns),
            "sha256": sha256((folder / file).read_bytes()).hexdigest(),
        }
        for file, columns in heads.items()
    )
    made = {
        "tool": f"{report.tool.name} {report.tool.version}",
        "as_of": report.as_of,
        "inputs": inputs,
        "files": files,
    }
    return encode(made)


def _write(
    path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]], speech: Speech
) -> None:
    with replacing(path) as part, part.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([speech.name("evidence_column", name) for name in columns])
        writer.writerows([safe(cell) for cell in row] for row in rows)
