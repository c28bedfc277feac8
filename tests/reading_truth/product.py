"""The one place where these tests touch the product: a path in, typed rows and messages out."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kshop_audit.auditing.audit import audit
from kshop_audit.auditing.request import AuditRequest
from kshop_audit.cli import main
from kshop_audit.config import load_settings
from kshop_audit.errors import KshopError
from kshop_audit.ingest import Request, Source, open_inputs
from kshop_audit.tables import GOOD, KEYLESS, REJECTED, SKIPPED, STATE
from tests.ingest.tables import table_of


@dataclass
class Read:
    """What the product makes of a file. `refused`: the message that refused it, None if it was
    read. `good`: canonical name → value of every good row. `said`: every message, both languages.
    """

    kinds: list[str] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)
    good: list[dict[str, object]] = field(default_factory=list)
    rejected: int = 0
    skipped: int = 0
    refused: str | None = None
    said: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    @property
    def records(self) -> int:
        """Records of the file that were accounted for."""
        return len(self.good) + self.rejected + self.skipped


def read(path: Path, *, lenient: bool = False) -> Read:
    """Read one file, named itself; every fault that the product expects is a refusal."""
    found = Read()
    with tempfile.TemporaryDirectory() as scratch:
        try:
            sources = open_inputs(Request((path,), lenient=lenient), Path(scratch))
            for source in sources:
                _take(source, found)
        except KshopError as error:
            found.refused = error.en
            found.said += [error.zh, error.en]
    return found


def refuses(path: Path) -> bool:
    """Whether the product refuses a folder in which the file lies beside a sound one."""
    sound = path.with_name("zz sound.csv")
    sound.write_text("ticket_id,liable_party\n26999,merchant\n", encoding="utf-8")
    with tempfile.TemporaryDirectory() as scratch:
        try:
            open_inputs(Request((path.parent,)), Path(scratch))
        except KshopError as error:
            return path.name in error.en
        finally:
            sound.unlink()
    return False


def _take(source: Source, into: Read) -> None:
    into.said += _messages(source)
    if source.kind is None or source.records is None:
        return
    into.kinds.append(str(source.kind))
    into.columns |= {name for _, name in source.header if name}
    for row in table_of(source).to_dicts():
        match row[STATE]:
            case state if state == GOOD:
                into.good.append(row)
            case state if state in (REJECTED, KEYLESS):
                into.rejected += 1
                into.reasons.append(str(row["_reason"]))
            case state:
                assert state == SKIPPED
                into.skipped += 1


def _messages(source: Source) -> Iterator[str]:
    for text in (*source.notes, source.why):
        yield text.zh
        yield text.en


@dataclass(frozen=True)
class Verdict:
    """What an audit concludes: the verdict of the shop, and of each rule. `refused`: why there is
    none.
    """

    status: str = ""
    rules: dict[str, str] = field(default_factory=dict)
    refused: str | None = None


def verdict(folder: Path) -> Verdict:
    """Audit a folder with the shop.toml that lies in it."""
    settings, _ = load_settings(folders=(folder,), cwd=folder, environ={}, flags={})
    with tempfile.TemporaryDirectory() as scratch:
        try:
            done = audit(AuditRequest(Request((folder,)), settings), Path(scratch))
        except KshopError as error:
            return Verdict(refused=error.en)
    report = done.report
    return Verdict(report.verdict.status, {rule.id: str(rule.status) for rule in report.rules})


def command(*arguments: object) -> int:
    """Run the command line in this process; what it says goes to the standard streams."""
    return main([str(argument) for argument in arguments])
