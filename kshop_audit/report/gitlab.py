"""The findings as a code quality report of GitLab: an entry a row that speaks against the shop."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from kshop_audit.model.evidence import EvidencePlace
from kshop_audit.model.metadata import Level
from kshop_audit.model.report import Report, RuleResult, Status
from kshop_audit.report.view import short
from kshop_audit.report.view.headline import owed
from kshop_audit.report.view.places import places
from kshop_audit.report.view.speech import Speech

_SEVERITIES = {Level.ERROR: "critical", Level.WARN: "major", Level.INFO: "info", Level.OFF: "info"}
_NOWHERE = EvidencePlace("shop.toml", 1)


def render(report: Report, lang: str) -> str:
    """Rules that are missed or to be reviewed, and required ones without a verdict, as JSON.

    The widget of a merge request tells new findings from old ones by the fingerprint: of the rule
    and the place, not of the figure.
    """
    speech, missing = Speech(lang), owed(report)
    found = [
        entry
        for rule in report.rules
        if _speaks(rule, missing)
        for entry in _entries(rule, report, speech)
    ]
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def _speaks(rule: RuleResult, missing: tuple[str, ...]) -> bool:
    if rule.level not in (Level.ERROR, Level.WARN):
        return False
    owing = rule.status is Status.NO_VERDICT and rule.id in missing
    return owing or rule.status in (Status.FAIL, Status.WARN)


def _entries(rule: RuleResult, report: Report, speech: Speech) -> Iterator[dict[str, Any]]:
    name = speech.data(f"{rule.pack}/{rule.id}")
    told = speech.join([speech.text(rule.title), *short.parts(rule, speech)])
    for place in list(places(rule, report)) or [_NOWHERE]:
        path = speech.data(place.file)
        identity = f"{name}\n{path}\n{place.row}".encode("utf-8", "backslashreplace")
        yield {
            "description": told,
            "check_name": name,
            "fingerprint": hashlib.sha256(identity).hexdigest(),
            "severity": _SEVERITIES[rule.level],
            "location": {"path": path, "lines": {"begin": place.row}},
        }
