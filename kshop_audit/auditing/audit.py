"""The use case, from a request to the report. Prints nothing, reads no clock, never exits.

request → selection (which rules) → inputs (files read) → measuring (rules measured)
→ assemble (judged, put together)
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kshop_audit.auditing.assemble import Audit, assemble
from kshop_audit.auditing.inputs import Exports, platforms_of, read_exports
from kshop_audit.auditing.measuring import Measuring
from kshop_audit.auditing.request import AuditRequest
from kshop_audit.auditing.selection import PackRun, pack_runs, selected, text_needs
from kshop_audit.ingest.files.digests import hashing
from kshop_audit.model.metadata import Pack
from kshop_audit.model.progress import Stage, Step
from kshop_audit.packs import load_all as load_packs
from kshop_audit.packs import names
from kshop_audit.rules import Rule


def audit(request: AuditRequest, scratch: Path) -> Audit:
    """Run the audit. Errors of inputs and configuration raise; an error inside a rule does not."""
    return conclude(*opened(request, scratch))


def opened(request: AuditRequest, scratch: Path) -> tuple[AuditRequest, Exports]:
    """The files of the request, and the request with the pack that fits them."""
    exports = read(request, scratch)
    fitting = by_platform(request, exports)
    if fitting is not request:
        # Another pack looks for other words. Rare, and the name of a pack saves it.
        exports = read(fitting, scratch)
    return fitting, exports


def read(request: AuditRequest, scratch: Path) -> Exports:
    """The files of the request, with the message text that its rules need.

    They are read once, whatever the number of packs.
    """
    packs, rules = _chosen(request)
    text = text_needs(packs, rules, request.settings)
    return read_exports(
        request.inputs, scratch, request.settings, request.as_of, text,
        reject_future=request.reject_future,
    )  # fmt: skip


def by_platform(request: AuditRequest, exports: Exports) -> AuditRequest:
    """The request with the pack of the files' platform, where nobody chose a pack."""
    if request.with_pack is None:
        return request
    platforms = platforms_of(exports.sources)
    if len(platforms) != 1 or platforms[0] in request.settings.packs:
        return request
    if platforms[0] not in names():
        return request
    return replace(request, settings=request.with_pack(platforms[0]), with_pack=None)


def conclude(request: AuditRequest, exports: Exports) -> Audit:
    """The audit of files that were read for this request.

    Answers may have been added to the settings since the files were read.
    """
    runs = runs_of(request, exports)
    with hashing(exports.digests):
        return assemble(request, Measuring(request, exports, runs).packs())


def runs_of(request: AuditRequest, exports: Exports) -> list[PackRun]:
    """The packs and rules to measure over these files."""
    packs, rules = _chosen(request)
    rows = sum(count.rows for count in exports.loaded.counts.values())
    request.inputs.watch(Step(Stage.COMPUTING, rows=rows))
    return pack_runs(packs, rules, exports.as_of, request.settings)


def _chosen(request: AuditRequest) -> tuple[tuple[Pack, ...], dict[str, tuple[Rule, ...]]]:
    packs = load_packs(request.settings.packs)
    rules = selected(packs, request.settings, request.select, request.ignore)
    if request.deadlines:
        rules = {pack: tuple(r for r in own if r.info.due) for pack, own in rules.items()}
    return packs, rules
