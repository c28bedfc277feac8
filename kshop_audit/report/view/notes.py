"""Dates, files, values that were not understood, and what the score is based on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from kshop_audit.model import figures
from kshop_audit.model.frozen import frozen
from kshop_audit.model.platforms import pack_name
from kshop_audit.model.report import Finding, Input, Report, Score
from kshop_audit.report.view import phrases
from kshop_audit.report.view.speech import Speech, is_time

# Keys of findings that are dates to act on. Only what has passed `as_of` can be too late.
_DUE_KEYS = ("deadline", "deadline_at", "due_at", "clears_on", "ready_on")
_TOO_LATE = frozenset({"deadline", "deadline_at", "due_at"})
UNRECOGNISED = "unrecognised"
_DATE_LENGTH = len("2026-10-31")
_RULES = 4

# A calendar names what falls due; why it does stands with the rule.
_NOT_NAMES = frozenset(
    {"status", "why", "reason", "consequence", "review", "pattern", "hours_left", "late_by"}
)


@frozen
class Line:
    """A labelled line; both parts are safe to show."""

    label: str
    text: str


@frozen
class Dated:
    """Something that falls due or clears `when` the `key` of its findings says.

    A shop has hundreds, of which a page shows five; so each is worded when it is shown.
    """

    when: str
    key: str
    title: str
    past: bool
    findings: tuple[Finding, ...]
    speech: Speech

    @property
    def due(self) -> bool:
        """Whether it is too late afterwards; else something becomes possible then."""
        return self.key in _TOO_LATE

    @property
    def date(self) -> str:
        """The day or the instant."""
        return self.speech.instant(self.when)

    @property
    def label(self) -> str:
        """What happens then."""
        return self.speech.name("finding", self.key)

    @property
    def text(self) -> str:
        """What it happens to; the first of several, and how many there are."""
        first = phrases.finding_line(self.findings[0], self.speech, without=_NOT_NAMES | {self.key})
        if len(self.findings) == 1:
            return first
        return self.speech.say("dates.several", len(self.findings), first=first).strip()


def dates(report: Report, speech: Speech) -> tuple[Line, ...]:
    """As-of and every window with how many rules it holds."""
    as_of = speech.instant(report.as_of, closing=True)
    zoned = speech.say("dates.zone", as_of=as_of, timezone=speech.data(report.timezone))
    lines = [Line(speech.say("dates.as_of"), zoned)]
    windows = Counter(rule.window for rule in report.rules if rule.window is not None)
    for window, n in sorted(windows.items(), key=lambda item: item[0].days):
        text = speech.aside(speech.period(window), speech.say("dates.rules", n))
        lines.append(Line(speech.say("dates.window", window.days, days=window.days), text))
    return tuple(lines)


def deadlines(report: Report, speech: Speech) -> tuple[Dated, ...]:
    """Deadlines and clearing dates of all findings, the soonest first, one entry a rule and time.

    What clears on no known date ("depends") is no entry.
    """
    due: dict[tuple[str, str, str], dict[str, list[Finding]]] = {}
    titles = {rule.id: speech.text(rule.title) for rule in report.rules}
    for rule in report.rules:
        for finding in rule.findings:
            for key in _DUE_KEYS:
                when = finding.get(key)
                if isinstance(when, str) and is_time(when):
                    same = due.setdefault((when.replace(" ", "T"), rule.id, key), {})
                    # Two packs that have the rule find the same thing, which falls due once.
                    same.setdefault(rule.pack, []).append(finding)

    return tuple(
        Dated(
            when=when,
            key=key,
            title=titles[rule],
            past=key in _TOO_LATE and _before(when, report.as_of),
            findings=_most(found.values()),
            speech=speech,
        )
        for (when, rule, key), found in sorted(due.items(), key=lambda item: item[0])
    )


def _most(found: Iterable[list[Finding]]) -> tuple[Finding, ...]:
    return max((tuple(one) for one in found), key=len)


def _before(when: str, as_of: str) -> bool:
    """Whether a date (its whole day) or an instant lies before as-of."""
    if len(when) == _DATE_LENGTH:
        return when < as_of[:_DATE_LENGTH]
    return when.replace(" ", "T") < as_of.replace(" ", "T")


def counted(report: Report, speech: Speech) -> str:
    """The files in one line: how many rows, and what of them was of no use."""
    files = [entry for entry in report.inputs if entry.kind != UNRECOGNISED]
    unread = len(report.inputs) - len(files)
    rejected = sum(entry.rejected for entry in files)
    texts = {text for rule in report.rules for text in rule.unmapped}
    trouble = [
        speech.say(f"short.{key}", n)
        for key, n in (("rejected", rejected), ("unmapped", len(texts)), ("unread", unread))
        if n
    ]
    records = sum(entry.records for entry in files)
    said = speech.say("short.data", len(files), records=records)
    return speech.join([said, *(trouble or [speech.say("short.all_good")])], "comma")


def file_line(entry: Input, speech: Speech) -> str:
    """One input: name, kind, how many rows were used and why others were not."""
    troubles = [
        speech.say(f"data.{key}", n)
        for key, n in (
            ("rejected", entry.rejected),
            ("skipped", entry.skipped),
            ("duplicates", entry.duplicates),
        )
        if n
    ]
    span = ""
    if entry.first_at and entry.last_at:
        # The day is what shows a gap; the seconds are in the JSON.
        first, last = speech.day(entry.first_at), speech.day(entry.last_at)
        span = speech.say("sign.to", since=first, until=last)
    named = [speech.data(entry.path), speech.name("kind", entry.kind)]
    if entry.kind == UNRECOGNISED:
        return speech.join(named)
    rows = speech.aside(speech.say("data.rows", entry.rows), speech.join(troubles, "comma"))
    return speech.join([*named, rows, span])


def data(report: Report, speech: Speech, titles: dict[str, str]) -> tuple[Line, ...]:
    """Totals of the files, unmapped texts, notes, and what the run was configured with."""
    lines = [Line(speech.say("data.files"), _summary(report, speech))]
    label = speech.say("data.unmapped")
    lines.extend(Line(label, text) for text in _unmapped(report, speech, titles))
    label = speech.say("data.notes")
    # Warnings stand at the top of the page.
    lines.extend(
        Line(label, speech.text(note)) for note in report.notes if note not in report.warnings
    )
    lines.append(Line(speech.say("data.config"), _config(report, speech)))
    for pack in report.packs:
        named = speech.text(pack_name(pack.id))
        exact = speech.data(f"{pack.id} {pack.sha256[:12]}")
        shown = speech.aside(f"{named} {speech.data(pack.version)}", exact)
        lines.append(Line(speech.say("data.pack"), shown))
    tool = f"{report.tool.name} {report.tool.version}"
    lines.append(Line(speech.say("data.tool"), speech.data(tool)))
    return tuple(lines)


def score_lines(score: Score, speech: Speech, titles: dict[str, str]) -> tuple[Line, ...]:
    """What the estimate leaves out, caps and assumes."""
    lines = []
    if score.left_out:
        lines.append(Line(speech.say("score.left_out"), left_out(score, speech, titles)))
    for cap in score.caps:
        applies = speech.join([titles.get(i) or speech.data(i) for i in cap.applies_to], "list")
        rule = titles.get(cap.rule) or speech.data(cap.rule)
        limit = figures.points(cap.limit)
        text = speech.say("score.cap", rule=rule, applies=applies, limit=limit)
        lines.append(Line(speech.say("score.caps"), text))
    if score.assumptions:
        label = speech.say("score.assumptions")
        lines.extend(Line(label, speech.text(text)) for text in score.assumptions)
    return tuple(lines)


def left_out(score: Score, speech: Speech, titles: dict[str, str]) -> str:
    """The rules and dimensions that are not in the total."""
    names = [titles.get(entry) or speech.name("dimension", entry) for entry in score.left_out]
    return speech.join(names, "list")


def _summary(report: Report, speech: Speech) -> str:
    files = report.inputs
    if not files:
        return speech.say("data.none")
    return speech.say(
        "data.summary",
        len(files),
        records=sum(entry.records for entry in files),
        rows=sum(entry.rows for entry in files),
        rejected=sum(entry.rejected for entry in files),
        skipped=sum(entry.skipped for entry in files),
        duplicates=sum(entry.duplicates for entry in files),
    )


def _unmapped(report: Report, speech: Speech, titles: dict[str, str]) -> Iterator[str]:
    """Each text that is in no vocabulary, most rows first, with the rules that it concerns."""
    rows: dict[str, int] = {}
    rules: dict[str, dict[str, None]] = {}
    for rule in report.rules:
        for text, n in rule.unmapped.items():
            rows[text] = max(n, rows.get(text, 0))
            rules.setdefault(text, {})[titles[rule.id]] = None
    for text in sorted(rows, key=lambda text: (-rows[text], text)):
        named = speech.names(list(rules[text]), _RULES)
        yield speech.say("data.unmapped_text", rows[text], text=speech.data(text), rules=named)


def _config(report: Report, speech: Speech) -> str:
    file = speech.data(report.config.file) if report.config.file else speech.say("data.no_config")
    keys = speech.join([speech.data(key) for key in report.config.overrides], "list")
    overrides = speech.say("data.overrides", keys=keys) if keys else ""
    return speech.join([file, overrides])
