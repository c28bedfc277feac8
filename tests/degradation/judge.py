"""The law itself: what a report says of a degraded shop must not contradict what is true of it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock

from kshop_audit import codec
from kshop_audit.auditing import assemble
from kshop_audit.auditing.audit import audit
from kshop_audit.auditing.request import AuditRequest
from kshop_audit.cli import main
from kshop_audit.errors import KshopError
from kshop_audit.ingest import Request
from kshop_audit.model.settings import Settings
from tests.degradation.builders import Span
from tests.degradation.exports import Exports, write
from tests.degradation.truth import JUDGED, RATES, Truth

EXIT_CODES = {"pass": 0, "fail": 1, "incomplete": 3, "measured": 0}
AHEAD = "looked_ahead"
"""The function by which an audit looks ahead."""
TOLERANCE = Fraction(1, 10**9)
"""Bounds are binary floats; true values lie far wider apart than this."""


@dataclass(frozen=True)
class Report:
    """What the command said: its exit code, its report (None without one), its last words."""

    code: int
    body: dict[str, Any] | None
    said: str

    def rules(self) -> dict[str, dict[str, Any]]:
        return {} if self.body is None else {rule["id"]: rule for rule in self.body["rules"]}


@dataclass(frozen=True)
class Fault:
    """One contradiction: of which rule, of what kind, and in figures."""

    rule: str
    kind: str
    detail: str


def reported(folder: Path, as_of: datetime, rules: Sequence[str], *more: str) -> Report:
    """The command `check` over the files of `in` with `shop.toml` beside it, in this process;
    `more`: further arguments.
    """
    out = folder / "report.json"
    arguments = ["check", str(folder / "in"), "--config", str(folder / "shop.toml")]
    arguments += ["--as-of", f"{as_of:%Y-%m-%dT%H:%M:%S}", "--out", str(out)]
    arguments += ["--history", "off", "--no-progress", "--lang", "en", "--format", "brief", *more]
    for rule in rules:
        arguments += ["--select", rule]
    said = StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        code = main(arguments)
    body = json.loads(out.read_text(encoding="utf-8")) if out.exists() else None
    return Report(code, body, said.getvalue()[-300:])


def audited(exports: Exports, rules: Sequence[str] = JUDGED, pack: Sequence[str] = ()) -> Report:
    """`reported` of the files; `pack`: the arguments that choose it."""
    with tempfile.TemporaryDirectory() as scratch:
        write(exports, Path(scratch))
        return reported(Path(scratch), exports.as_of, rules, "--max-bad-rows", "100%", *pack)


def measured(
    exports: Exports,
    rules: Sequence[str],
    pack: str,
    options: Mapping[str, Mapping[str, int]],
) -> Report:
    """The same by the function behind the command, without what lies ahead of the shop: a report
    as JSON and no page. What the command itself may get wrong, `audited` shows.
    """
    settings = Settings(
        packs=(pack,),
        pack_chosen=True,
        opened_at=exports.opened_at,
        options=options,
        max_bad_rows=Decimal(1),
    )
    with tempfile.TemporaryDirectory() as scratch, mock.patch.object(assemble, AHEAD, nothing):
        folder = Path(scratch)
        write(exports, folder)
        request = AuditRequest(
            inputs=Request((folder / "in",)),
            settings=settings,
            as_of=exports.as_of,
            select=tuple(rules),
        )
        try:
            report = audit(request, folder).report
        except KshopError as error:
            return Report(error.exit_code, None, str(error)[-300:])
    return Report(report.verdict.exit_code, json.loads(codec.encode(report)), "")


def nothing(*_: object) -> dict[str, object]:
    """What lies ahead, where nobody asks."""
    return {}


def faults(
    report: Report, truths: Mapping[str, Truth], spared: frozenset[str] = frozenset()
) -> Iterator[Fault]:
    """Every contradiction between a report and the truth of the rules that are not spared."""
    if "internal error" in report.said or "Traceback" in report.said:
        yield Fault("command", "crash", report.said)
    if report.body is None:
        if report.code != 2:
            yield Fault("command", "exit", f"exit {report.code} without a report")
        return
    verdict = report.body["verdict"]
    if {report.code, EXIT_CODES[verdict["status"]]} != {verdict["exit_code"]}:
        yield Fault("command", "exit", f"exit {report.code} with {verdict['status']}")
    required = verdict.get("required", ("reply-rate", "ship-48h"))
    gates = {rule for rule in required if rule in truths and rule not in spared}
    if report.code == 0 and (failing := sorted(r for r in gates if truths[r].passes is False)):
        yield Fault("command", "exit", f"exit 0 while {', '.join(failing)} fails")
    results = report.rules()
    for rule, truth in truths.items():
        if rule in results and rule not in spared:
            yield from of_rule(results[rule], truth)


def needless(report: Report, spans: Mapping[str, Span | None]) -> Iterator[Fault]:
    """Where no verdict was given, or wider bounds, though the second implementation has both
    ends agree. No contradiction of the law, but a tool that never decides helps nobody.
    """
    for rule, got in report.rules().items():
        span = spans.get(rule)
        if span is None or got["status"] != "no_verdict":
            continue
        if (verdict := span.agrees(RATES[rule])) is not None:
            wanted = "pass" if verdict else "fail"
            detail = f"no_verdict {got['numerator']}/{got['denominator']} {bounds_text(got)}"
            yield Fault(rule, "needless", f"{detail}, the oracle's {wanted} {span.low} {span.high}")


def of_rule(got: Mapping[str, Any], truth: Truth) -> Iterator[Fault]:
    """Status and bounds of one rule; no verdict is always allowed, false bounds never are."""
    rule, status = str(got["id"]), str(got["status"])
    shown = f"{status} {got['numerator']}/{got['denominator']} {bounds_text(got)}"
    shown += f", true {truth.figures}"
    internal = got.get("reason") and "internal error" in str(got["reason"])
    if internal:
        yield Fault(rule, "crash", str(got["reason"]))
    possible = [value for value in (truth.value, *truth.also) if value is not None]
    if status != "not_applicable" and not all(encloses(got, value) for value in possible):
        yield Fault(rule, "bounds", shown)
    if truth.passes is None:
        if status == "fail" and truth.value is None:
            yield Fault(rule, "false_fail", f"{shown}, nothing counts")
        return
    if status == "not_applicable":
        yield Fault(rule, "not_applicable", shown)
    elif status in ("pass", "warn") and not truth.passes:
        yield Fault(rule, "false_pass", shown)
    elif status == "fail" and truth.passes:
        yield Fault(rule, "false_fail", shown)


def encloses(got: Mapping[str, Any], value: Fraction) -> bool:
    """Whether the bounds hold the true value; a verdict without bounds claims its own value."""
    bounds = got["bounds"]
    slack = TOLERANCE * max(Fraction(1), abs(value))
    if bounds is None:
        claimed = got["value"] if got["status"] in ("pass", "fail", "warn") else None
        return claimed is None or abs(Fraction(claimed) - value) <= slack
    low, high = bounds["low"], bounds["high"]
    if low is not None and Fraction(low) > value + slack:
        return False
    return high is None or Fraction(high) >= value - slack


def bounds_text(got: Mapping[str, Any]) -> str:
    bounds = got["bounds"]
    return "no bounds" if bounds is None else f"[{bounds['low']}, {bounds['high']}]"
