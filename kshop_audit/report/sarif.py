"""The report as SARIF 2.1.0 (OASIS), the exchange format of analysis tools."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from kshop_audit.model.evidence import EvidencePlace
from kshop_audit.model.metadata import Level
from kshop_audit.model.report import Input, Report, RuleResult, Status
from kshop_audit.report.view import short
from kshop_audit.report.view.contents import view
from kshop_audit.report.view.places import place_of, places
from kshop_audit.report.view.speech import Speech

VERSION = "2.1.0"
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

_LEVELS = {Level.ERROR: "error", Level.WARN: "warning", Level.INFO: "note", Level.OFF: "none"}
_KINDS = {
    Status.PASS: "pass",
    Status.FAIL: "fail",
    Status.WARN: "review",
    Status.INFO: "informational",
    Status.NO_VERDICT: "open",
    Status.NOT_APPLICABLE: "notApplicable",
}
_BASE = "SRCROOT"
"""The folder in which the command ran. No address stands with it: the code host puts its own."""

_UNRESERVED = frozenset(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/"
)  # RFC 3986


def render(report: Report, lang: str) -> str:
    """One run with a descriptor a rule: `kind` is the outcome, `level` the gate's.

    A result stands in a file: of the rows that speak against the shop the first, of a missing file
    the configuration. A rule that stands nowhere is a notification of the tool and no result.
    """
    speech = Speech(lang)
    results, notifications = [], []
    for index, rule in enumerate(report.rules):
        found = list(places(rule, report))
        if found:
            results.append(_result(index, rule, found, speech))
        else:
            notifications.append(_notification(index, rule, speech))
    run = {
        "tool": {
            "driver": {
                "name": speech.data(report.tool.name),
                "version": speech.data(report.tool.version),
                "rules": [_descriptor(rule, speech) for rule in report.rules],
            }
        },
        "invocations": [
            {
                "executionSuccessful": True,
                "exitCode": report.verdict.exit_code,
                "toolExecutionNotifications": notifications,
            }
        ],
        "artifacts": [_artifact(entry) for entry in report.inputs],
        "originalUriBaseIds": {_BASE: {"description": {"text": speech.say("sarif.base")}}},
        "results": results,
        "columnKind": "unicodeCodePoints",
        "language": "zh-CN" if lang == "zh" else "en-US",
        "properties": _properties(report, lang),
    }
    log = {"$schema": SCHEMA, "version": VERSION, "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _properties(report: Report, lang: str) -> dict[str, Any]:
    """The story of the run: verdict, today, counts, what changed."""
    shown = view(report, lang)
    return {
        "asOf": shown.speech.data(report.as_of),
        "status": report.verdict.status,
        "verdict": shown.speech.join([shown.badge, shown.headline]),
        "today": list(shown.today),
        "counts": shown.counts,
        "comparison": shown.change,
    }


def _name(rule: RuleResult, speech: Speech) -> str:
    return speech.data(f"{rule.pack}/{rule.id}")


def _descriptor(rule: RuleResult, speech: Speech) -> dict[str, Any]:
    return {
        "id": _name(rule, speech),
        "shortDescription": {"text": speech.text(rule.title)},
        "defaultConfiguration": {
            "enabled": rule.level is not Level.OFF,
            "level": _LEVELS[rule.level],
        },
        "properties": {
            "family": speech.data(rule.family),
            "target": speech.target(rule),
            "sources": [speech.data(source) for source in rule.sources],
        },
    }


def _message(rule: RuleResult, speech: Speech) -> dict[str, str]:
    return {"text": speech.join([speech.text(rule.title), *short.parts(rule, speech)])}


def _result(
    index: int, rule: RuleResult, found: Sequence[EvidencePlace], speech: Speech
) -> dict[str, Any]:
    kind = _KINDS[rule.status]
    first, *others = [_location(place) for place in found]
    return {
        "ruleId": _name(rule, speech),
        "ruleIndex": index,
        "kind": kind,
        # SARIF 3.27.10: the level of anything but a failure is none.
        "level": _LEVELS[rule.level] if kind == "fail" else "none",
        "message": _message(rule, speech),
        "locations": [first],
        **({"relatedLocations": others} if others else {}),
        "properties": {
            "value": rule.value,
            "numerator": rule.numerator,
            "denominator": rule.denominator,
            "evidence": 0 if rule.evidence is None else rule.evidence.count,
        },
    }


def _notification(index: int, rule: RuleResult, speech: Speech) -> dict[str, Any]:
    warns = rule.level is Level.ERROR and rule.status in (Status.FAIL, Status.NO_VERDICT)
    return {
        "associatedRule": {"id": _name(rule, speech), "index": index},
        "level": "warning" if warns else "note",
        "message": _message(rule, speech),
    }


def _location(place: EvidencePlace) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": _file(place.file),
            "region": {"startLine": place.row},
        }
    }


def _artifact(entry: Input) -> dict[str, Any]:
    artifact: dict[str, Any] = {"location": _file(place_of(entry)), "roles": ["analysisTarget"]}
    if entry.digest:
        name, _, digits = entry.digest.partition(":")
        artifact["hashes"] = {name: digits}
    return artifact


def _file(path: str) -> dict[str, str]:
    return {"uri": uri(path), "uriBaseId": _BASE}


def uri(path: str) -> str:
    """A relative path as a URI reference; the first segment must not look like a scheme."""
    raw = path.replace("\\", "/").encode("utf-8", "replace")
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in raw)
