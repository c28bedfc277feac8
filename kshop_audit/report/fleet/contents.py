"""What every form of a summary shows, in one language: the shops, their red lines, the changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from kshop_audit.errors import EXIT_FAILED, EXIT_INCOMPLETE, EXIT_NO_AUDIT, EXIT_OK
from kshop_audit.model.fleet import ShopResult, Summary
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text
from kshop_audit.model.report import Status
from kshop_audit.report.view.speech import Speech

SIGNS = {
    Status.PASS: "√", Status.FAIL: "×", Status.NO_VERDICT: "?", Status.WARN: "~",
    Status.NOT_APPLICABLE: "-", Status.INFO: "-",
}  # fmt: skip
PLAIN_SIGNS = {**SIGNS, Status.PASS: "v", Status.FAIL: "x"}
WORST = (EXIT_NO_AUDIT, EXIT_FAILED, EXIT_INCOMPLETE, EXIT_OK)

Titles = Mapping[str, Text]


@frozen
class ShopRow:
    """One shop: its name, folder, verdict, score and reason in words; a status for each gate."""

    shop: str
    path: str
    kind: str
    verdict: str
    score: str
    gates: tuple[Status | None, ...]
    missed: int
    reason: str
    report: str | None


def gates(summary: Summary, titles: Titles) -> dict[str, str]:
    """Rule → its title, of every gate of any shop, in the order of the catalogue."""
    seen = {rule for shop in summary.shops for rule in shop.gates}
    known = [rule for rule in titles if rule in seen]
    return {rule: rule for rule in [*known, *sorted(seen - set(known))]}


def named(rules: Mapping[str, str], titles: Titles, speech: Speech) -> list[str]:
    """The titles of these rules; a rule of an own pack has its id."""
    return [speech.text(titles[rule]) if rule in titles else speech.data(rule) for rule in rules]


def rows(summary: Summary, titles: Titles, speech: Speech) -> Iterator[ShopRow]:
    """The shops, worst first."""
    columns = gates(summary, titles)
    shared = Counter(shop.shop for shop in summary.shops)
    for shop in summary.shops:
        statuses = tuple(shop.gates.get(rule) for rule in columns)
        yield ShopRow(
            shop=speech.data(shop.shop if shared[shop.shop] == 1 else f"{shop.shop} ({shop.path})"),
            path=speech.data(shop.path),
            kind=_kind(shop),
            verdict=speech.say(f"fleet.{_kind(shop)}"),
            score="" if shop.score is None else f"{shop.score:.2f}",
            gates=statuses,
            missed=statuses.count(Status.FAIL),
            reason="" if shop.reason is None else speech.text(shop.reason),
            report=shop.report,
        )


def _kind(shop: ShopResult) -> str:
    if shop.exit_code == EXIT_NO_AUDIT or shop.status is None:
        return "none"
    return shop.status


def headline(summary: Summary, speech: Speech) -> str:
    """How many shops there are, and how many of each outcome."""
    counts: dict[str, int] = {}
    for shop in summary.shops:
        counts[_kind(shop)] = counts.get(_kind(shop), 0) + 1
    order = ("none", "fail", "incomplete", "measured", "pass")
    parts = [speech.say(f"fleet.count_{kind}", counts[kind]) for kind in order if kind in counts]
    return speech.pair(speech.say("fleet.shops", len(summary.shops)), speech.join(parts, "comma"))


def changed(summary: Summary, speech: Speech) -> list[str]:
    """What differs from the last run, a line a shop."""
    return [
        speech.say(
            "fleet.changed",
            shop=speech.data(change.path),
            before=_code(change.before, speech),
            after=_code(change.after, speech),
        )
        for change in summary.changes
    ]


def _code(code: int | None, speech: Speech) -> str:
    return speech.say("fleet.code_absent" if code is None else f"fleet.code_{code}")
