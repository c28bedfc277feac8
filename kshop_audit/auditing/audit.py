"""The use case, from a request to the report. Prints nothing, reads no clock, never exits.

request → selection (which rules) → inputs (files read) → completing (rules measured)
→ assemble (judged, put together)
"""

from __future__ import annotations

from pathlib import Path

from kshop_audit.auditing.assemble import Audit, assemble
from kshop_audit.auditing.completing import measured
from kshop_audit.auditing.inputs import Exports, read_exports
from kshop_audit.auditing.request import AuditRequest
from kshop_audit.auditing.selection import pack_runs, selected, text_needs
from kshop_audit.ingest.files.digests import hashing
from kshop_audit.model.metadata import Pack
from kshop_audit.model.progress import Stage, Step
from kshop_audit.packs import load_all as load_packs
from kshop_audit.rules import Rule


def audit(request: AuditRequest, scratch: Path) -> Audit:
    """Run the audit. Errors of inputs and configuration raise; an error inside a rule does not."""
    return conclude(request, read(request, scratch))


def read(request: AuditRequest, scratch: Path) -> Exports:
    """The files of the request, with the message text that its rules need.

    They are read once, whatever the number of packs.
    """
    packs, rules = _chosen(request)
    text = text_needs(packs, rules, request.settings)
    return read_exports(request.inputs, scratch, request.settings, request.as_of, text)


def conclude(request: AuditRequest, exports: Exports) -> Audit:
    """The audit of files that were read for this request.

    Answers may have been added to the settings since the files were read.
    """
    packs, rules = _chosen(request)
    runs = pack_runs(packs, rules, exports.as_of, request.settings)
    rows = sum(count.rows for count in exports.loaded.counts.values())
    request.inputs.watch(Step(Stage.COMPUTING, rows=rows))
    with hashing(exports.digests):
        found = [measured(run, exports, request.wanted, mask=request.mask) for run in runs]
        return assemble(request, found)


def _chosen(request: AuditRequest) -> tuple[tuple[Pack, ...], dict[str, tuple[Rule, ...]]]:
    packs = load_packs(request.settings.packs)
    return packs, selected(packs, request.settings, request.select, request.ignore)
