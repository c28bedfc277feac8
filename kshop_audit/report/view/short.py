"""A rule in one or two lines: what it came to, and how it will be met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from kshop_audit.model import figures
from kshop_audit.model.figures import Figure
from kshop_audit.model.metadata import Level
from kshop_audit.model.report import RuleResult, Status
from kshop_audit.report.view import phrases
from kshop_audit.report.view.contents import View
from kshop_audit.report.view.rows import Group, Mark, Row
from kshop_audit.report.view.speech import Speech, is_time

_NAMES = 4
_SEGMENTS = 3


def figure(rule: RuleResult, speech: Speech, *, bare: bool = False) -> str:
    """The outcome in one phrase: the value and the line it is measured by, or how many offend.

    `bare`: without the counts behind it, for a line that has no room for them.
    """
    offences, target = _offences(rule, speech), speech.target(rule)
    unit, of = phrases.unit(rule, speech), rule.denominator
    if offences:
        if of is None or bare:
            return offences
        return speech.say("short.of", of, distance=offences, unit=unit)
    if rule.status is Status.NO_VERDICT:
        return _open(rule, target, speech)
    shown, counts = phrases.value_or_range(rule, speech), phrases.counts(rule)
    if rule.target is None or bare or not counts:
        return _plainly(rule, shown, counts, speech)
    if figures.figure(rule) in (Figure.HOURS, Figure.MEAN) and of:
        return speech.say("short.mean", of, value=shown, unit=unit, target=target)
    return speech.say("short.counted", value=shown, target=target, counts=counts)


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
    return phrases.distance(rule, speech) or bare


def outlook(rule: RuleResult, speech: Speech) -> str:
    """How and when a red line that is missed will be met."""
    dates = _clearing(rule)
    if dates:
        return speech.say("short.clears", date=speech.instant(max(dates)))
    counted = _is_count(rule)
    distance = _offenders(rule, speech) if counted else _lacks(rule, speech)
    return speech.join(
        [_ahead(rule, distance, speech), phrases.count_below(rule, speech)], "clause"
    )


def _lacks(rule: RuleResult, speech: Speech) -> str:
    if rule.status is Status.FAIL and rule.needed:
        return phrases.needed_alone(rule, rule.needed, speech)
    return phrases.distance(rule, speech)


def _ahead(rule: RuleResult, distance: str, speech: Speech) -> str:
    """The day on which it passes; how much is needed only beside the day on which it can be had."""
    ahead = rule.forecast
    if ahead is None:
        return distance
    if ahead.first_pass is not None:
        return speech.say("short.at_pace", date=_day(ahead.first_pass, rule, speech))
    if ahead.at_best is not None:
        date = _day(ahead.at_best, rule, speech)
        plain = speech.say("short.at_best_plain", date=date)
        return speech.say("short.at_best", date=date, needed=distance) if distance else plain
    days = 0 if rule.window is None else rule.window.days
    if not days:
        return distance
    never = speech.say("short.never", days=days)
    return speech.join([never, distance], "clause") if _is_count(rule) else never


def _is_count(rule: RuleResult) -> bool:
    return figures.figure(rule) is Figure.HITS


def _day(text: str, rule: RuleResult, speech: Speech) -> str:
    """The day, without its year where that is the window's."""
    day = speech.day(text)
    same = rule.window is not None and rule.window.until[:4] == day[:4]
    return day[len("2026-") :] if same and is_time(day) else day


def _clearing(rule: RuleResult) -> list[str]:
    found = (str(one.get("clears_on") or "") for one in rule.findings)
    return [when for when in found if is_time(when)]


def earliest(rows: Sequence[Row], speech: Speech) -> str:
    """`latest` of several red lines; "" for one, which says it itself."""
    return latest(rows, speech) if len(rows) > 1 else ""


def latest(rows: Sequence[Row], speech: Speech) -> str:
    """The first day on which all these red lines can pass; "" where one has none."""
    days = []
    for row in rows:
        ahead, clearing = row.rule.forecast, _clearing(row.rule)
        if clearing:
            days.append(speech.day(max(clearing)))
        elif ahead is not None and (ahead.first_pass or ahead.at_best):
            days.append(speech.day(str(ahead.first_pass or ahead.at_best)))
        else:
            return ""
    return max(days, default="")


def warnings(groups: tuple[Group, ...], speech: Speech) -> Iterator[str]:
    """Red lines that are met and will be missed at the present pace."""
    for row in (row for group in groups for row in group.rows):
        ahead = row.rule.forecast
        budget = None if ahead is None else ahead.budget
        if row.mark is Mark.MET and red(row) and budget is not None and budget.warning:
            date = budget.runs_out.pace_7d or budget.runs_out.pace_3d
            if date:
                yield speech.say("short.runs_out", title=row.named, date=speech.day(date))


def _offenders(rule: RuleResult, speech: Speech) -> str:
    """Of a rule about messages who wrote how many of those that offend."""
    against = (one for one in rule.findings if not one.get("review"))
    names = Counter(str(one["agent"]) for one in against if one.get("agent"))
    worst = names.most_common(_NAMES)
    parts = (speech.say("short.by", n, name=speech.data(who)) for who, n in worst)
    return speech.join(parts, "list")


def below(row: Row) -> str:
    """The second line of a red line: how and when it is met, or what it lacks."""
    rule, speech = row.rule, row.speech
    if rule.status is Status.NO_VERDICT:
        return speech.text(rule.reason).split("。")[0] if rule.reason else ""
    return outlook(rule, speech)


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
    return any(row.rule.target is not None and row.rule.target.assumption for row in shown)


def muted(shown: View) -> Iterator[str]:
    """Of each rule with accepted exceptions what it would be without them, whatever its outcome."""
    rows = [row for group in shown.groups for row in group.rows]
    for row in (*rows, *shown.listed):
        remarks = shown.speech.join(phrases.mutes(row.rule, shown.speech), "clause")
        if remarks:
            yield shown.speech.say("short.muted", title=row.named, remark=remarks)
