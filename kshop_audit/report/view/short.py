"""A rule in one or two lines: what it came to, and how it will be met."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from kshop_audit.model import figures
from kshop_audit.model.figures import Figure
from kshop_audit.model.metadata import Level
from kshop_audit.model.patterns import regex
from kshop_audit.model.report import RuleResult, Status
from kshop_audit.report.view import distances, phrases
from kshop_audit.report.view.contents import View
from kshop_audit.report.view.rows import Group, Mark, Row
from kshop_audit.report.view.speech import Speech

_ASIDE = regex(r"\s?[（(][^（()）]*[)）]$")
_SEGMENTS = 3
_DAY = len("2026-10-31")


def figure(rule: RuleResult, speech: Speech, *, bare: bool = False) -> str:
    """The outcome in one phrase: the value and the line it is measured by, or how many offend.

    `bare`: without the counts behind it, for a line that has no room for them.
    """
    if rule.status is Status.WARN:
        return _reviewed(rule, speech)
    offences, target = _offences(rule, speech), speech.target(rule)
    of = rule.denominator
    unit = phrases.unit(rule, speech, of)
    if offences:
        alone = of is None or bare
        return offences if alone else speech.say("short.of", of, distance=offences, unit=unit)
    if rule.status is Status.NO_VERDICT:
        return _open(rule, target, speech)
    shown, counts = phrases.value_or_range(rule, speech), phrases.counts(rule)
    if rule.target is None or bare or not counts:
        return _plainly(rule, shown, counts, speech)
    if figures.figure(rule) in (Figure.HOURS, Figure.MEAN) and of:
        return speech.say("short.mean", of, value=shown, unit=unit, target=target)
    return speech.say("short.counted", value=shown, target=target, counts=counts)


def parts(rule: RuleResult, speech: Speech) -> Iterator[str]:
    """What a message on the rule says: the outcome, how and when it will be met or what there is to
    spare, and what changes how to read it.
    """
    said = figure(rule, speech)
    yield said
    missed = rule.status is Status.FAIL
    far = distances.outlook(rule, speech) if missed else distances.distance(rule, speech)
    if far and far not in said:
        yield far
    # Of a rule without a verdict the outcome says between which ends it lies.
    told = phrases.bounds(rule, speech) if rule.status is Status.NO_VERDICT else ""
    yield from (remark for remark in phrases.remarks(rule, speech) if remark != told)


def _reviewed(rule: RuleResult, speech: Speech) -> str:
    """Of a rule that somebody has to look at how much of it there is to look at."""
    n = sum(bool(one.get("review")) for one in rule.findings)
    if not n or rule.denominator is None:
        return _plainly(rule, phrases.value_or_range(rule, speech), phrases.counts(rule), speech)
    said = speech.say("short.review", n, unit=phrases.unit(rule, speech, n))
    unit = phrases.unit(rule, speech, rule.denominator)
    return speech.say("short.of", rule.denominator, distance=said, unit=unit)


def _plainly(rule: RuleResult, shown: str, counts: str, speech: Speech) -> str:
    """Without a target what was measured; else the value and the target alone."""
    if rule.target is not None:
        return speech.say("short.figure", value=shown, target=speech.target(rule))
    return speech.say("short.measured", value=shown, counts=counts) if counts else shown


def _open(rule: RuleResult, target: str, speech: Speech) -> str:
    """Of a rule that cannot be judged where its value lies, if that is known."""
    low, high = phrases.ends(rule, speech)
    if low and high and low != high:
        return speech.say("short.between", low=low, high=high, target=target)
    return speech.say("short.wants", target=target)


def _offences(rule: RuleResult, speech: Speech) -> str:
    """Of a rule that allows none how many there are: its value says no more."""
    operator = "" if rule.target is None else rule.target.operator
    none = figures.figure(rule) is Figure.HITS
    if rule.status is Status.NO_VERDICT or not (none or operator == "all"):
        return ""
    bare = phrases.value(rule, speech) if none else ""
    return distances.bare(rule, speech) or bare


def earliest(rows: Sequence[Row], speech: Speech) -> str:
    """`latest` of several red lines; "" for one, which says it itself."""
    return latest(rows, speech) if len(rows) > 1 else ""


def latest(rows: Sequence[Row], speech: Speech) -> str:
    """The first day on which all these red lines can pass; "" where one has none."""
    days = []
    for row in rows:
        ahead, clearing = row.rule.forecast, distances.clearing(row.rule)
        if clearing:
            days.append(max(clearing)[:_DAY])
        elif day := distances.clear_day(row.rule):
            days.append(day)
        elif ahead is not None and (ahead.first_pass or ahead.at_best):
            days.append(str(ahead.first_pass or ahead.at_best))
        else:
            return ""
    return speech.coming_day(max(days)) if days else ""


def warnings(groups: tuple[Group, ...], speech: Speech) -> Iterator[str]:
    """Red lines that are met and will be missed at the present pace."""
    for row in (row for group in groups for row in group.rows):
        ahead = row.rule.forecast
        budget = None if ahead is None else ahead.budget
        if row.mark is Mark.MET and red(row) and budget is not None and budget.warning:
            date = budget.runs_out.pace_7d or budget.runs_out.pace_3d
            if date:
                yield speech.say("short.runs_out", title=row.named, date=speech.coming_day(date))


def below(row: Row, room: int) -> str:
    """The second line of a red line: how and when it is met, or what it lacks. An aside at its end
    is left out where it does not fit into `room` cells.
    """
    rule, speech = row.rule, row.speech
    if rule.status is Status.NO_VERDICT:
        return speech.text(rule.reason).split("。")[0] if rule.reason else ""
    said = distances.outlook(rule, speech)
    return said if cell_len(said) <= room else _ASIDE.sub("", said)


def segments(row: Row) -> Iterator[str]:
    """Of a breakdown that was asked for the parts with the most to gain."""
    for name in sorted(row.rule.breakdown):
        yield from phrases.segments(row.rule, name, row.speech)[:_SEGMENTS]


def red(row: Row) -> bool:
    """Whether the rule decides the verdict."""
    return row.rule.level is Level.ERROR


def met(groups: tuple[Group, ...], speech: Speech) -> str:
    """How many rules are met, and which red line has the least to spare."""
    rows = [row for group in groups if group.mark is Mark.MET for row in group.rows]
    if not rows:
        return ""
    lines = [row for row in rows if red(row)]
    near = [row for row in lines if row.rule.headroom is not None and row.distance]
    said = [speech.say("short.met", len(rows))]
    if lines:
        said.append(speech.say("short.red_met", len(lines)))
    if near:
        least = min(near, key=lambda row: row.rule.headroom or 0)
        said.append(speech.say("short.tight", title=least.named, headroom=least.distance))
    return speech.join(said, "comma")


def estimated(groups: tuple[Group, ...]) -> bool:
    """Whether a target that is shown is an estimate of ours."""
    rows = [row for group in groups if group.mark is not Mark.MET for row in group.rows]
    shown = [row for row in rows if red(row) or row.mark is not Mark.UNKNOWN]
    assumed = (row for row in shown if row.rule.target is not None and row.rule.target.assumption)
    return any(row.speech.target(row.rule) in figure(row.rule, row.speech) for row in assumed)


def muted(shown: View) -> Iterator[str]:
    """Of each rule with accepted exceptions what it would be without them, whatever its outcome."""
    rows = [row for group in shown.groups for row in group.rows]
    for row in (*rows, *shown.listed):
        remarks = shown.speech.join(phrases.mutes(row.rule, shown.speech), "clause")
        if remarks:
            yield shown.speech.say("short.muted", title=row.named, remark=remarks)
