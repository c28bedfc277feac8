"""The report as SARIF 2.1.0 (OASIS), the exchange format of analysis tools."""

from __future__ import annotations

import json
from typing import Any

from kshop_audit.model.metadata import Level
from kshop_audit.model.report import Input, Report, RuleResult, Status
from kshop_audit.report.view import phrases
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
_UNRESERVED = frozenset(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/"
)  # RFC 3986


def render(report: Report, lang: str) -> str:
    """One run with a descriptor and a result a rule: `kind` is the outcome, `level` the gate's."""
    speech = Speech(lang)
    run = {
        "tool": {
            "driver": {
                "name": speech.data(report.tool.name),
                "version": speech.data(report.tool.version),
                "rules": [_descriptor(rule, speech) for rule in report.rules],
            }
        },
        "invocations": [{"executionSuccessful": True, "exitCode": report.verdict.exit_code}],
        "artifacts": [_artifact(entry) for entry in report.inputs],
        "results": [_result(index, rule, speech) for index, rule in enumerate(report.rules)],
        "columnKind": "unicodeCodePoints",
        "language": "zh-CN" if lang == "zh" else "en-US",
        "properties": {"asOf": speech.data(report.as_of), "status": report.verdict.status},
    }
    log = {"$schema": SCHEMA, "version": VERSION, "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


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


def _result(index: int, rule: RuleResult, speech: Speech) -> dict[str, Any]:
    kind = _KINDS[rule.status]
    counts, distance = phrases.counts(rule), phrases.distance(rule, speech)
    figure = f"{phrases.value(rule, speech)} ({speech.target(rule)})"
    parts = [speech.text(rule.title), figure, counts, distance, *phrases.remarks(rule, speech)]
    return {
        "ruleId": _name(rule, speech),
        "ruleIndex": index,
        "kind": kind,
        # SARIF 3.27.10: the level of anything but a failure is none.
        "level": _LEVELS[rule.level] if kind == "fail" else "none",
        "message": {"text": speech.join(parts)},
        "locations": [
            {"logicalLocations": [{"fullyQualifiedName": _name(rule, speech), "kind": "rule"}]}
        ],
        "properties": {
            "value": rule.value,
            "numerator": rule.numerator,
            "denominator": rule.denominator,
            "evidence": 0 if rule.evidence is None else rule.evidence.count,
        },
    }


def _artifact(entry: Input) -> dict[str, Any]:
    artifact: dict[str, Any] = {"location": {"uri": _uri(entry.path)}, "roles": ["analysisTarget"]}
    if entry.sha256:
        artifact["hashes"] = {"sha-256": entry.sha256}
    return artifact


def _uri(path: str) -> str:
    """A relative path as a URI reference; the first segment must not look like a scheme."""
    raw = path.replace("\\", "/").encode("utf-8", "replace")
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in raw)
