"""Audits of one folder at several instants, and the future as a later audit knows it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from kshop_audit.auditing.assemble import assemble
from kshop_audit.auditing.audit import read
from kshop_audit.auditing.completing import MeasuredPack, measured
from kshop_audit.auditing.request import AuditRequest
from kshop_audit.auditing.selection import pack_runs, selected
from kshop_audit.ingest import Request
from kshop_audit.model.report import Report
from kshop_audit.model.settings import Settings
from kshop_audit.packs import load_all
from kshop_audit.projection.series import Count, DaySeries

DAY = timedelta(days=1)


class Folder:
    """Exports that are audited at one instant after the other."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._request = AuditRequest(Request((folder,)), settings)

    def at(self, instant: datetime) -> tuple[MeasuredPack, Report]:
        """The measured rules and the report."""
        request = replace(self._request, as_of=instant)
        packs = load_all(request.settings.packs)
        rules = selected(packs, request.settings)
        with tempfile.TemporaryDirectory() as scratch:
            exports = read(request, Path(scratch))
            [run] = pack_runs(packs, rules, exports.as_of, request.settings)
            found = measured(run, exports, request.wanted, mask=True)
            return found, assemble(request, [found]).report


def became(now: DaySeries, later: DaySeries) -> Iterator[tuple[date, Count]]:
    """What the later audit counts that the present one cannot know: the units of coming days, and
    those that were open. Of all other days the two must say the same.
    """
    opened = {units.day for units in now.measured.undecided}
    for day in later.days:
        top = later.at(day)
        # The last day may be a part of one.
        if day < now.end - DAY and day not in opened:
            continue
        before = now.at(day)
        change = (top.numerator - before.numerator, top.denominator - before.denominator)
        if change != (0, 0):
            yield day, Count(*change)
