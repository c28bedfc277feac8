"""The verdict in words: one line, what else is to be known of it, and what was audited."""

from __future__ import annotations

from collections.abc import Sequence

from kshop_audit.model.metadata import Level
from kshop_audit.model.patterns import regex
from kshop_audit.model.report import Report, Status
from kshop_audit.report.view.speech import Speech

_NAMES = 4  # of more rules than this the first are named
_PATH = 32  # signs of a path that is shown whole
_SEPARATOR = regex(r"[/\\]")


def titles_of(report: Report, speech: Speech) -> dict[str, str]:
    """Rule → its title; of several packs the first one's."""
    return {rule.id: speech.text(rule.title) for rule in reversed(report.rules)}


def headline(report: Report, speech: Speech, *, named: bool) -> str:
    """What the verdict rests on; `named`: with the first of the rules behind it."""
    key, ids = _ground(report)
    return _said(key, ids, report, speech, named=named)


def _ground(report: Report) -> tuple[str, Sequence[str]]:
    verdict = report.verdict
    if verdict.failed:
        return "failed", verdict.failed
    if verdict.status == "fail":
        return ("failed_warn", verdict.warned) if verdict.warned else ("failed_other", ())
    if verdict.status == "incomplete":
        if missing := missing_verdicts(report):
            return "incomplete", missing
        decided = not report.verdict.gates.total or report.verdict.gates.decided
        return ("incomplete_score" if decided else "nothing"), ()
    gates = [rule for rule in report.rules if rule.level is Level.ERROR]
    met = [rule.id for rule in gates if rule.status is Status.PASS]
    if not met:
        return ("nothing" if gates else "no_gates"), ()
    # What is met needs no names: it is all there is, or all that could be judged.
    silent = any(rule.status is Status.NO_VERDICT for rule in gates)
    return ("passed_known" if silent else "passed"), met


def _said(key: str, ids: Sequence[str], report: Report, speech: Speech, *, named: bool) -> str:
    said = speech.say(f"headline.{key}", len(ids))
    if not named or not ids or key.startswith("passed"):
        return said
    titles = titles_of(report, speech)
    names = speech.names([titles.get(i) or speech.data(i) for i in ids], _NAMES, counted=True)
    return speech.say("headline.named", headline=said, names=names)


def owed(report: Report) -> tuple[str, ...]:
    """The required rules that have no verdict.

    A report saved before it named the required rules has them among its gates.
    """
    gates = [rule.id for rule in report.rules if rule.level is Level.ERROR]
    required = report.verdict.required or gates
    return tuple(i for i in _open(report) if i in required)


def _open(report: Report) -> tuple[str, ...]:
    """Rules without a verdict, except gates that are not required."""
    verdict = report.verdict
    return tuple(i for i in verdict.no_verdict if i not in verdict.not_measured)


def missing_verdicts(report: Report) -> tuple[str, ...]:
    """Rules whose missing verdict makes the audit incomplete; else all that are open."""
    return owed(report) or _open(report)


def asides(report: Report, speech: Speech) -> tuple[str, ...]:
    """What must be read first, the reminders, what a person must look at, and the red lines that
    could not be judged.
    """
    verdict = report.verdict
    looked_at = {rule.id for rule in report.rules if rule.status is Status.WARN}
    # Where reminders alone make it fail, the headline has named all of them.
    warned = verdict.warned if verdict.failed or verdict.status != "fail" else ()
    mentioned = {
        "warned": tuple(i for i in warned if i not in looked_at),
        "review": tuple(i for i in warned if i in looked_at),
        "incomplete": owed(report) if verdict.failed else (),
        "not_measured": verdict.not_measured,
    }
    return (
        *(speech.text(warning) for warning in report.warnings),
        *(_said(key, ids, report, speech, named=True) for key, ids in mentioned.items() if ids),
    )


def context(report: Report, speech: Speech) -> str:
    """The shop, up to when, by which rules, and which configuration was used."""
    packs = [speech.pack(pack.id, pack.version) for pack in report.packs]
    shop = speech.say("headline.shop", shop=speech.data(report.shop)) if report.shop else ""
    as_of = speech.say("headline.as_of", as_of=speech.instant(report.as_of, closing=True))
    file = report.config.file
    config = speech.say("headline.config", file=speech.data(_end_of(file))) if file else ""
    return speech.join([shop, as_of, *packs, config or speech.say("headline.no_config")])


def _end_of(path: str) -> str:
    """A long path by its end, so that where a shop lies costs no line; details have all of it."""
    if len(path) <= _PATH:
        return path
    *_, folder, name = ["", *_SEPARATOR.split(path)]
    return f"…/{folder}/{name}" if folder else name
