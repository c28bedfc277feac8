"""Where a result stands in a file: code hosts take no result without a place."""

from __future__ import annotations

from collections.abc import Iterator

from kshop_audit.model.evidence import EvidencePlace
from kshop_audit.model.report import Report, RuleResult

_UNREAD = "unrecognised"


def places(rule: RuleResult, report: Report) -> Iterator[EvidencePlace]:
    """The rows that speak against the shop; else the file that the rule counts, else the
    configuration, where a missing file or figure can be stated. Nothing where there is no file.
    """
    if rule.evidence is not None and rule.evidence.places:
        yield from rule.evidence.places
        return
    kind = None if rule.coverage is None else rule.coverage.kind
    files = [entry.path for entry in report.inputs if entry.kind != _UNREAD]
    own = [entry.path for entry in report.inputs if kind is not None and entry.kind == kind]
    known = not rule.declared and rule.reason is None
    if own:
        yield EvidencePlace(own[0], 1)
    elif report.config.file:
        yield EvidencePlace(report.config.file, 1)
    elif known and files:
        yield EvidencePlace(files[0], 1)
