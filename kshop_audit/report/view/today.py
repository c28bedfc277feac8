"""The first thing every page for people says: what is due today, in at most five lines.

A line a kind of deadline: how many, the first of them and how long it has, how many are late
already, what missing them would cost. `due` lists them one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from kshop_audit.model.due import WITHIN, DueCount, DueItem, hours
from kshop_audit.model.report import Report
from kshop_audit.report.view.speech import Speech, is_time

MOST = 5
"""So many lines the block has at most; further kinds are counted in the last one."""

_MINUTE = 60


@dataclass(slots=True)
class _DueKind:
    """What is due of one kind; `count` holds for all, `due` and `late` for those in the report."""

    count: DueCount
    due: list[DueItem] = field(default_factory=list)
    late: list[DueItem] = field(default_factory=list)


def today_lines(report: Report, lang: str, *, ascii_only: bool = False) -> tuple[str, ...]:
    """At most MOST lines, safe to show; none for a report in which no deadline was looked for."""
    return spoken(report, Speech(lang, ascii_only))


def spoken(report: Report, speech: Speech) -> tuple[str, ...]:
    """`today_lines` in a language that is already chosen."""
    found = _kinds(report)
    there = [kind for kind, own in found.items() if own.count.due or own.count.late]
    if not there:
        return (
            (_nothing(report, speech),) if report.today_counts else (speech.say("today.no_rules"),)
        )
    shown = there if len(there) <= MOST else there[: MOST - 1]
    lines = [_line(kind, found[kind], speech) for kind in shown]
    rest = there[len(shown) :]
    if rest:
        lines.append(_more({kind: found[kind].count for kind in rest}, speech))
    return tuple(lines)


def _kinds(report: Report) -> dict[str, _DueKind]:
    """The kinds, the one with the soonest deadline first, those that are only late last.

    A unit with one deadline of two kinds is one thing to do, as long as the report has all of them.
    """
    found = {kind: _DueKind(count) for kind, count in sorted(report.today_counts.items())}
    seen: set[object] = set()
    whole = len(report.today) == sum(c.due + c.late for c in report.today_counts.values())
    ordered: list[str] = []
    for item in report.today:
        if item.kind not in ordered:
            ordered.append(item.kind)
        own = found.setdefault(item.kind, _DueKind(DueCount()))
        named = (item.ids.given(), item.deadline)
        if not (whole and item.ids.given() and named in seen):
            (own.late if item.late else own.due).append(item)
        seen.add(named)
    if whole:
        for own in found.values():
            own.count = _counted(own)
    return {kind: found[kind] for kind in dict.fromkeys([*ordered, *found])}


def _counted(own: _DueKind) -> DueCount:
    return DueCount(
        due=len(own.due),
        late=len(own.late),
        uncertain=sum(not item.certain for item in (*own.due, *own.late)),
        cost_fen=sum(item.cost_fen or 0 for item in own.due),
    )


def _nothing(report: Report, speech: Speech) -> str:
    kinds = [speech.name("due_kind", kind) for kind in sorted(report.today_counts)]
    return speech.say("today.nothing", hours=_hours(), kinds=speech.join(kinds, "list"))


def _hours() -> str:
    return f"{hours(WITHIN):f}"


def _line(kind: str, own: _DueKind, speech: Speech) -> str:
    parts = [_due(kind, own, speech) if own.count.due else _late(kind, own, speech)]
    if own.count.due and own.count.late:
        parts.append(speech.say("today.also_late", own.count.late))
    if own.count.uncertain:
        whole = own.count.uncertain == own.count.due + own.count.late
        parts.append(speech.say(f"today.uncertain{'_all' * whole}", own.count.uncertain))
    if own.count.cost_fen:
        parts.append(speech.say("today.cost", yuan=yuan(own.count.cost_fen)))
    return speech.join(parts)


def _due(kind: str, own: _DueKind, speech: Speech) -> str:
    n = own.count.due
    if not own.due:
        return speech.say("today.due_unknown", n, what=_what(kind, n, speech), hours=_hours())
    first = own.due[0]
    named = first.ids.given()
    key = "due_many" if n > 1 else "due_one" if named else "due_one_unnamed"
    return speech.say(
        f"today.{key}",
        n,
        what=_what(kind, n, speech),
        deadline=_short(first.deadline, speech),
        left=_about(first, speech),
        id=speech.data(named[0]) if named else "",
    )


def _late(kind: str, own: _DueKind, speech: Speech) -> str:
    n = own.count.late
    what = _what(kind, n, speech)
    if not own.late:
        return speech.say("today.late_unknown", n, what=what)
    first = own.late[0]
    when, since = _short(first.deadline, speech), _about(first, speech)
    named = first.ids.given()
    if n == 1 and named:
        id_ = speech.data(named[0])
        return speech.say("today.late_one", n, what=what, deadline=when, since=since, id=id_)
    return speech.say("today.late", n, what=what, deadline=when, since=since)


def _more(counts: Mapping[str, DueCount], speech: Speech) -> str:
    units = {kind: count.due + count.late for kind, count in counts.items()}
    return speech.say("today.more", sum(units.values()), kinds=_listed(units, speech))


def _listed(units: Mapping[str, int], speech: Speech) -> str:
    parts: Sequence[str] = [
        speech.say("today.more_kind", n, kind=speech.name("due_kind", kind))
        for kind, n in units.items()
    ]
    return speech.join(parts, "list")


def _what(kind: str, n: int, speech: Speech) -> str:
    key = f"due_what.{kind}"
    named = speech.name("due_kind", kind)
    return speech.say(key if speech.knows(key) else "due_what.other", n, kind=named)


def length(item: DueItem, speech: Speech) -> str:
    """How long is left until the deadline, or how long ago it was."""
    seconds = abs(round(item.hours_left * timedelta(hours=1).total_seconds()))
    return speech.duration(seconds) if seconds >= _MINUTE else speech.say("today.due_now")


_LENGTHS = (("days", 48 * 3_600, 86_400), ("hours", 3_600, 3_600), ("minutes", _MINUTE, _MINUTE))


def _about(item: DueItem, speech: Speech) -> str:
    """The same in its largest unit alone, cut off: of what is left never too much."""
    seconds = abs(round(item.hours_left * timedelta(hours=1).total_seconds()))
    for unit, least, size in _LENGTHS:
        if seconds >= least:
            return speech.say(f"today.{unit}", seconds // size)
    return speech.say("today.due_now")


def _short(text: str, speech: Speech) -> str:
    """The instant without its year and its seconds: it is a day at most away."""
    if not is_time(text):
        return speech.data(text)
    return speech.instant(text)[len("2026-") : len("2026-10-31 23:59")]


def yuan(fen: int) -> str:
    """An amount in yuan with two decimals."""
    return f"{fen // 100:,}.{fen % 100:02d}"
