"""Where a result stands in a file: code hosts take no result without a place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath, PureWindowsPath

from kshop_audit.model.evidence import EvidencePlace
from kshop_audit.model.report import Input, Report, RuleResult

_UNREAD = "unrecognised"


def places(rule: RuleResult, report: Report) -> Iterator[EvidencePlace]:
    """The rows that speak against the shop; else the file that the rule counts, else the
    configuration, where a missing file or figure can be stated. Nothing where there is no file.
    """
    if rule.evidence is not None and rule.evidence.places:
        yield from rule.evidence.places
        return
    kind = None if rule.coverage is None else rule.coverage.kind
    files = [place_of(entry) for entry in report.inputs if entry.kind != _UNREAD]
    own = [place_of(entry) for entry in report.inputs if kind is not None and entry.kind == kind]
    known = not rule.declared and rule.reason is None
    if own:
        yield EvidencePlace(own[0], 1)
    elif report.config.file:
        yield EvidencePlace(_below(report.config.file), 1)
    elif known and files:
        yield EvidencePlace(files[0], 1)


def place_of(entry: Input) -> str:
    """Where an input lies as seen from the folder of the run."""
    return entry.place or entry.path


def _below(file: str) -> str:
    """The configuration as seen from there; one that lies elsewhere by its name alone."""
    path = PureWindowsPath(file) if "\\" in file else PurePosixPath(file)
    if path.is_absolute() or path.drive or ".." in path.parts:
        return path.name
    return path.as_posix()
