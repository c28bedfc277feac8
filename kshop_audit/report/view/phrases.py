"""One rule in words: its value, its counts, its distance from the target, its findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from kshop_audit.model import figures
from kshop_audit.model.figures import Figure, Valued
from kshop_audit.model.metadata import EXCLUSIONS
from kshop_audit.model.report import Finding, RuleResult, Slice, Status
from kshop_audit.report.view.sources import source_text
from kshop_audit.report.view.speech import Speech

# Who or what a finding is about, then what was found, then what follows from it. Keys unknown
# here come after these in alphabetical order, so the text does not depend on how a file was read.
_FINDING_ORDER = (
    "agent",
    "login",
    "accounts",
    "month",
    "week",
    "day",
    "hour",
    "at",
    "step",
    "fact",
    "mode",
    "clause",
    "word",
    "normalised",
    "pattern",
    "bracket",
    "orders",
    "fine_yuan",
    "points_taken",
    "next_bracket",
    "next_at",
    "accrued",
    "study",
    "study_points",
    "net",
    "removal_at",
    "count",
    "value",
    "open",
    "points",
    "amount",
    "cost",
    "version",
    "below",
    "low",
    "high",
    "fee",
    "channel",
    "accepted",
    "order_id",
    "ticket_id",
    "message_id",
    "session_id",
    "violation_id",
    "review_id",
    "product_id",
    "tracking_no",
    "quantity",
    "media",
    "repeated",
    "completed_at",
    "paid",
    "due",
    "in_time",
    "partial",
    "numerator",
    "denominator",
    "status",
    "monthly",
    "late_by",
    "hours_left",
    "deadline",
    "deadline_at",
    "due_at",
    "clears_on",
    "ready_on",
    "evidence_ok",
    "why",
    "reason",
    "source",
    "consequence",
    "instead",
    "todo",
    "review",
)
_LONGEST = 120  # characters of one cell; the JSON has all of them
# Cells that hold codes (several are separated by spaces) rather than text of a file.
_CODED = frozenset(
    {
        "status",
        "why",
        "reason",
        "fact",
        "bracket",
        "next_bracket",
        "channel",
        "mode",
        "clears_on",
        "word",
        "instead",
        "todo",
        "pattern",
        "version",
        "clause",
    }
)
_CODE_TABLES = ("code", "status", "exclusion", "instead", "todo", "pattern")


def value(rule: Valued, speech: Speech) -> str:
    """The measured value with its unit; "-" where there is none."""
    number = figures.exact(rule)
    if number is None:
        return speech.say("column.none")
    edge = figures.line(rule.target)
    return speech.value(number, figures.figure(rule), () if edge is None else (edge,))


def value_or_range(rule: RuleResult, speech: Speech) -> str:
    """The measured value, or the range where the platform publishes no more."""
    if not _is_range(rule):
        return value(rule, speech)
    low, high = ends(rule, speech)
    if low and high:
        return speech.say("figure.range", low=low, high=high)
    return speech.say(f"figure.at_{'least' if low else 'most'}", value=low or high)


def counts(rule: RuleResult) -> str:
    """Numerator and denominator; of means and amounts only of how many they are."""
    if rule.denominator is None:
        return ""
    means = figures.figure(rule) in (Figure.HOURS, Figure.MEAN, Figure.MONEY)
    if means or rule.numerator is None:
        return f"{rule.denominator:,}"
    return f"{rule.numerator:,}/{rule.denominator:,}"


def remarks(rule: RuleResult, speech: Speech) -> tuple[str, ...]:
    """What must stand beside the value whatever the outcome: reason, bounds, caps, origin."""
    found = [speech.text(rule.reason)] if rule.reason else []
    found.append(bounds(rule, speech))
    if rule.points is not None and rule.points_capped not in (None, rule.points):
        capped = figures.points(rule.points_capped or rule.points)
        uncapped = figures.points(rule.points)
        found.append(speech.say("remark.capped", capped=capped, points=uncapped))
    if rule.declared:
        found.append(speech.say("remark.declared"))
    found.extend(mutes(rule, speech))
    return tuple(line for line in found if line)


def mutes(rule: RuleResult, speech: Speech) -> Iterator[str]:
    """What was not counted and what the figure would be; whatever the outcome, so never hidden."""
    if rule.mute is None:
        return
    without = replace(
        rule,
        status=rule.mute.status,
        value=rule.mute.value,
        numerator=rule.mute.numerator,
        denominator=rule.mute.denominator,
    )
    yield speech.say(
        "remark.muted",
        rule.mute.units,
        value=value(without, speech),
        counts=counts(without),
        status=speech.name("status", rule.mute.status.value),
    )
    for entry in rule.mute.entries:
        yield speech.say(
            "remark.mute",
            entry.units,
            reason=speech.data(entry.reason),
            by=speech.data(entry.by),
            until=speech.data(entry.until),
        )


def notes(rule: RuleResult, speech: Speech) -> tuple[str, ...]:
    """The rule's own notes and where its evidence lies."""
    found = [speech.text(note) for note in rule.notes]
    if rule.evidence is not None and rule.evidence.file:
        key = "remark.evidence_cut" if rule.evidence.truncated else "remark.evidence"
        file = speech.data(rule.evidence.file)
        found.append(speech.say(key, rule.evidence.count, file=file))
    for name in sorted(rule.breakdown):
        found.extend(segments(rule, name, speech))
    return tuple(found)


def details(rule: RuleResult, speech: Speech) -> tuple[str, ...]:
    """Shown on request: window, excluded rows, sources."""
    found = []
    if rule.window is not None:
        found.append(speech.say("remark.window", window=speech.period(rule.window)))
    excluded = [
        speech.say(
            "remark.excluded_units",
            rule.excluded[reason],
            reason=_excluded(reason, rule, speech),
            unit=unit(rule, speech, rule.excluded[reason]),
        )
        for reason in _in_order(rule.excluded, EXCLUSIONS)
        if rule.excluded[reason]
    ]
    if excluded:
        found.append(speech.pair(speech.say("remark.excluded"), speech.join(excluded, "list")))
    if rule.sources:
        listed = [speech.text(source_text(source)) for source in rule.sources]
        sources = speech.join(listed, "list")
        found.append(speech.pair(speech.say("remark.sources"), sources))
    return tuple(found)


def _excluded(reason: str, rule: RuleResult, speech: Speech) -> str:
    if reason == "outside_window" and rule.window is not None:
        return speech.say("exclusion.outside_days", days=rule.window.days)
    return speech.name("exclusion", reason)


def unit(rule: RuleResult, speech: Speech, n: int | None) -> str:
    """What the rule counts, as a measure word; `n`: how many of them."""
    own = f"unit.{rule.id}"
    return speech.say(own if speech.knows(own) else "unit.any", n)


def findings(rule: RuleResult, speech: Speech, most: int | None = None) -> tuple[str, ...]:
    """One line a finding, those against the shop first; at most so many of them."""
    ordered = sorted(rule.findings, key=lambda finding: finding.get("status") == Status.PASS.value)
    return tuple(finding_line(finding, speech) for finding in ordered[:most])


def finding_keys(rule: RuleResult) -> list[str]:
    """The keys that any finding has, in the order in which they are shown."""
    return _in_order(
        dict.fromkeys(key for finding in rule.findings for key in finding), _FINDING_ORDER
    )


def finding_line(finding: Finding, speech: Speech, without: frozenset[str] = frozenset()) -> str:
    """A finding as "label value" parts; keys without wording are shown as they are."""
    parts = []
    both = finding.get("numerator") is not None and finding.get("denominator") is not None
    for key in _in_order(finding, _FINDING_ORDER):
        item = finding[key]
        if key in without or item in (None, "") or (both and key == "denominator"):
            continue
        if key == "normalised" and item == finding.get("word"):
            continue  # nothing was disguised
        if both and key == "numerator":
            parts.append(f"{_plain(item, speech)}/{_plain(finding['denominator'], speech)}")
        elif key == "review":
            parts.append(speech.say("finding.review") if item else "")
        elif key == "status":
            parts.append(worded(key, item, speech))
        elif key == "hours_left" and isinstance(item, int):
            parts.append(speech.say("finding.hours", item))
        else:
            parts.append(f"{speech.name('finding', key)} {worded(key, item, speech)}")
    return speech.join(parts)


def worded(key: str, item: str | int | bool | None, speech: Speech) -> str:
    """What stands under a key of a finding or a row of evidence: codes and times in words."""
    if isinstance(item, str) and key in _CODED:
        words = [_decoded(code, speech) for code in item.split(" ")]
        if all(words):
            return speech.join(words, "list")
    return _plain(item, speech)


def _decoded(code: str, speech: Speech) -> str:
    known = (table for table in _CODE_TABLES if speech.knows(f"{table}.{code}"))
    table = next(known, None)
    return speech.name(table, code) if table else ""


def _plain(item: str | int | bool | None, speech: Speech) -> str:
    if isinstance(item, bool):
        return speech.say("finding.yes" if item else "finding.no")
    if isinstance(item, int):
        return f"{item:,}"
    text = speech.instant(item or "")
    return text if len(text) <= _LONGEST else speech.say("sign.shortened", text=text[:_LONGEST])


def _is_range(rule: RuleResult) -> bool:
    """Whether the platform publishes a range: there is neither a value nor a line to judge it."""
    return rule.bounds is not None and rule.value is None and rule.target is None


def ends(rule: RuleResult, speech: Speech) -> tuple[str, str]:
    """Both bounds with their unit; "" for one that is not there."""
    kind, line = figures.figure(rule), figures.line(rule.target)
    edges = () if line is None else (line,)

    def shown(end: float | None) -> str:
        return "" if end is None else speech.value(Fraction(repr(end)), kind, edges)

    return ("", "") if rule.bounds is None else (shown(rule.bounds.low), shown(rule.bounds.high))


def bounds(rule: RuleResult, speech: Speech) -> str:
    """Between which ends the value lies, where that is not known to the last unit."""
    if _is_range(rule):
        return ""
    low, high = ends(rule, speech)
    if low and high:
        return "" if low == high else speech.say("remark.bounds", low=low, high=high)
    if low or high:
        return speech.say("remark.bounds_low" if low else "remark.bounds_high", low=low, high=high)
    return ""


def segments(rule: RuleResult, name: str, speech: Speech) -> list[str]:
    """The segments of one breakdown, the one that costs most first."""
    label, kind = speech.say("remark.breakdown", by=speech.name("by", name)), figures.figure(rule)
    return [speech.pair(label, _segment(part, kind, speech)) for part in rule.breakdown[name]]


def _segment(part: Slice, kind: Figure, speech: Speech) -> str:
    shown = "" if part.value is None else speech.value(Fraction(repr(part.value)), kind)
    if kind is Figure.HITS:  # how many, and among how many: the share would hide it
        shown = f"{part.numerator:,}"
    text = f"{speech.data(part.key)} {shown}{speech.say('sign.open')}"
    text += f"{part.numerator:,}/{part.denominator:,}{speech.say('sign.close')}"
    if part.gain and part.gain > 0 and kind is Figure.RATIO:
        number = figures.rounded(Fraction(repr(part.gain)) * 100, 1, (0,))
        gain = speech.say("figure.gain_rate", number=number)
        text += speech.say("sign.comma") + speech.say("remark.gain", gain=gain)
    return text


def _in_order(mapping: Mapping[str, object], known: tuple[str, ...]) -> list[str]:
    return [key for key in known if key in mapping] + sorted(set(mapping) - set(known))
