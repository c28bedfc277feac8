"""The format of a situation: what was run, what is right, and what differs from it.

A situation is a folder with the files of an operator (`in/`, perhaps `shop.toml`, `mutes.toml` or
an older export) and an `expect.json` that says which command is run there and what is right.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

Json = Mapping[str, Any]

WHOLE = frozenset({"args", "first", "want", "firm", "or"})
OUTCOME = frozenset(
    {"exit", "as_of", "packs", "inputs", "checks", "says", "says_not", "matches", "matches_not"}
)
EXACT = ("status", "numerator", "denominator", "declared")
CHECK = frozenset(
    {"rule", *EXACT, "value", "excluded", "unmapped", "bounds", "encloses", "within", "finding"}
    | {"tells"}
)
INPUT = ("kind", "rows", "rejected", "skipped", "duplicates")
UNDECIDED = ("no_verdict", "not_applicable")
CRASHES = ("traceback (most recent", "internal error", "内部错误")
ENDLESS = Fraction(10**30)
"""Stands for an end that is not known."""
NEAR = Fraction(1, 10**9)
"""The report writes ratios as binary fractions; figures that differ by less are the same."""


@dataclass(frozen=True)
class Situation:
    """One folder, and what is expected of the command that runs in a copy of it."""

    folder: Path
    expect: Json

    @property
    def runs(self) -> list[list[str]]:
        """The arguments of every run, the one that is judged last."""
        return [*self.expect.get("first", []), self.expect["args"]]


@dataclass(frozen=True)
class Outcome:
    """What one run of the command left: the exit code, both streams, the report if there is one."""

    code: int
    out: str
    err: str
    report: Json = field(default_factory=dict)

    @property
    def spoken(self) -> str:
        return f"{self.out}\n{self.err}"


def situations(root: Path) -> list[Situation]:
    """The situations below a folder, by name; a folder that holds none is an error."""
    found = [
        Situation(path.parent, json.loads(path.read_text(encoding="utf-8")))
        for path in sorted(root.glob("*/expect.json"))
    ]
    if not found:
        raise ValueError(f"{root}: no folder with an expect.json")
    for situation in found:
        faults = list(misspelt(situation.expect))
        if faults:
            raise ValueError(f"{situation.folder.name}: {'; '.join(faults)}")
    return found


def misspelt(expect: Json) -> Iterator[str]:
    """Keys that the format does not have: they would be checked by nobody."""
    outcomes = [expect, *expect.get("or", [])]
    yield from (f"{key} is missing" for key in ("args", "want") if key not in expect)
    for place, outcome in enumerate(outcomes):
        allowed = OUTCOME | WHOLE if place == 0 else OUTCOME
        yield from (f"unknown key {key}" for key in outcome if key not in allowed)
        if not OUTCOME & outcome.keys():
            yield f"outcome {place} checks nothing"
        for check in outcome.get("checks", []):
            yield from (f"unknown key {key} in a check" for key in check if key not in CHECK)
            if check.get("bounds", "open") not in ("open", "shut"):
                yield f"bounds are open or shut, not {check['bounds']}"
            if "rule" not in check:
                yield "a check without a rule"
        for item in outcome.get("inputs", []):
            yield from (
                f"unknown key {key} in an input" for key in item if key not in ("path", *INPUT)
            )


def report_in(text: str) -> Json:
    """The report on a stream, or nothing where the stream holds something else."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def differences(expect: Json, outcome: Outcome) -> list[str]:
    """What is wrong with an outcome; nothing where it, or one that serves as well, is met."""
    crashed = [word for word in CRASHES if word in outcome.spoken.lower()]
    if crashed:
        return [f"the command crashed ({crashed[0]})"]
    wrong = list(_wrong(expect, outcome, firm=bool(expect.get("firm"))))
    for place, other in enumerate(expect.get("or", []), 1):
        also = list(_wrong(other, outcome, firm=False))
        if not wrong or not also:
            return []
        wrong += [f"or ({place}): {fault}" for fault in also]
    return wrong


def _wrong(expect: Json, outcome: Outcome, *, firm: bool) -> Iterator[str]:
    if "exit" in expect and outcome.code not in _either(expect["exit"]):
        yield f"exit {outcome.code}, expected {_shown(expect['exit'])}"
    yield from _head(expect, outcome.report)
    for item in expect.get("inputs", []):
        yield from _input(item, outcome.report)
    for check in expect.get("checks", []):
        yield from _check(check, outcome.report, firm=firm)
    yield from _texts(expect, outcome.spoken)


def _head(expect: Json, report: Json) -> Iterator[str]:
    if "as_of" in expect and not _plain(report.get("as_of")).startswith(_plain(expect["as_of"])):
        yield f"as of {report.get('as_of')}, expected {expect['as_of']}"
    if "packs" in expect:
        packs = [pack["id"] for pack in report.get("packs", [])]
        if packs != list(expect["packs"]):
            yield f"packs {packs}, expected {expect['packs']}"


def _input(item: Json, report: Json) -> Iterator[str]:
    found = [entry for entry in report.get("inputs", []) if entry["path"] == item["path"]]
    if not found:
        yield f"no input {item['path']} in the report"
        return
    for key in INPUT:
        if key in item and found[0][key] not in _either(item[key]):
            yield f"{item['path']}: {key} is {found[0][key]}, expected {_shown(item[key])}"


def _check(check: Json, report: Json, *, firm: bool) -> Iterator[str]:
    rules = [rule for rule in report.get("rules", []) if rule["id"] == check["rule"]]
    if not rules:
        yield f"{check['rule']}: not in the report"
        return
    faults = [list(_rule(check, rule, report, firm=firm)) for rule in rules]
    yield from (f"{check['rule']}: {fault}" for fault in min(faults, key=len))


def _rule(check: Json, rule: Json, report: Json, *, firm: bool) -> Iterator[str]:
    for key in EXACT:
        if key in check and rule.get(key) not in _either(check[key]):
            yield f"{key} is {rule.get(key)}, expected {_shown(check[key])}"
    if firm and "status" not in check and rule["status"] in UNDECIDED:
        yield f"status is {rule['status']}, expected a verdict"
    if "value" in check and not any(_same(rule["value"], it) for it in _either(check["value"])):
        yield f"value is {rule['value']}, expected {_shown(check['value'])}"
    yield from _bounds(check, rule)
    yield from _lists(check, rule)
    stated = "\n".join(
        _strings([rule["reason"], rule["notes"], report.get("notes"), report.get("reason")])
    )
    for pattern in check.get("tells", []):
        if not re.search(pattern, stated, re.IGNORECASE):
            yield f"neither reason nor notes match {pattern!r}: {stated!r}"


def _lists(check: Json, rule: Json) -> Iterator[str]:
    for name, count in check.get("excluded", {}).items():
        if rule["excluded"].get(name, 0) != count:
            yield f"excluded {name} is {rule['excluded'].get(name, 0)}, expected {count}"
    for text in check.get("unmapped", []):
        if not any(text in listed for listed in rule["unmapped"]):
            yield f"{text} is not among the unmapped {list(rule['unmapped'])}"
    if "finding" in check and not any(_has(check["finding"], it) for it in rule["findings"]):
        yield f"no finding has {check['finding']}: {rule['findings']}"


def _bounds(check: Json, rule: Json) -> Iterator[str]:
    wanted = [key for key in ("bounds", "encloses", "within") if key in check]
    if not wanted:
        return
    bounds = rule["bounds"]
    if bounds is None:
        yield f"no bounds, expected {', '.join(f'{key} {check[key]}' for key in wanted)}"
        return
    low, high = (
        sign * ENDLESS if bounds[end] is None else figure(bounds[end])
        for end, sign in (("low", -1), ("high", 1))
    )
    shown = f"bounds are {bounds['low']} to {bounds['high']}"
    if check.get("bounds") == "open" and not low < high:
        yield f"{shown}, expected open ones"
    if check.get("bounds") == "shut" and high - low > NEAR:
        yield f"{shown}, expected shut ones"
    for true in check.get("encloses", []):
        if not low - NEAR <= figure(true) <= high + NEAR:
            yield f"{shown} and do not enclose {true}"
    if "within" in check:
        least, most = map(figure, check["within"])
        if low < least - NEAR or high > most + NEAR:
            yield f"{shown}, wider than {check['within']}"


def _texts(expect: Json, spoken: str) -> Iterator[str]:
    for text in expect.get("says", []):
        if not any(choice in spoken for choice in _either(text)):
            yield f"does not say {_shown(text)}"
    for text in expect.get("says_not", []):
        yield from (f"says {choice!r}" for choice in _either(text) if choice in spoken)
    for pattern in expect.get("matches", []):
        if not any(re.search(choice, spoken) for choice in _either(pattern)):
            yield f"nothing matches {_shown(pattern)}"
    for pattern in expect.get("matches_not", []):
        yield from (
            f"something matches {choice!r}"
            for choice in _either(pattern)
            if re.search(choice, spoken)
        )


def figure(value: object) -> Fraction:
    """An exact figure: a number, "3/4" or "7.5"."""
    return Fraction(str(value))


def _same(shown: object, wanted: object) -> bool:
    if shown is None or wanted is None:
        return shown is wanted
    return abs(figure(shown) - figure(wanted)) <= NEAR


def _has(wanted: Json, found: Json) -> bool:
    return all(
        any(_plain(found.get(key)) == _plain(choice) for choice in _either(value))
        for key, value in wanted.items()
    )


def _plain(value: object) -> str:
    """A cell of a finding as text; an instant is the same with a T or a blank in the middle."""
    return re.sub(r"(?<=\d)T(?=\d)", " ", str(value))


def _either(wanted: Any) -> Sequence[Any]:
    return wanted if isinstance(wanted, list) else [wanted]


def _shown(wanted: Any) -> str:
    return " or ".join(str(choice) for choice in _either(wanted))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _strings(list(value.values()))
    elif isinstance(value, Sequence):
        for part in value:
            yield from _strings(part)
