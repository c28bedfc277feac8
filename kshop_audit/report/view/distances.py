"""How far a rule is from its line, and how and when it will be met: the same words everywhere."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from kshop_audit.model import figures
from kshop_audit.model.figures import Figure
from kshop_audit.model.forecast import RuleForecast
from kshop_audit.model.report import RuleResult, Status
from kshop_audit.report.view import phrases
from kshop_audit.report.view.speech import Speech, is_time

_NAMES = 4
_DAY = len("2026-10-31")


def bare(rule: RuleResult, speech: Speech) -> str:
    """How far the rule is from its line, in things that can be counted; "" if unknown."""
    if rule.status is Status.FAIL and rule.needed:
        return _own(rule, speech, "needed", rule.needed)
    if rule.status is Status.PASS and rule.headroom is not None:
        return _own(rule, speech, "headroom" if rule.headroom else "no_headroom", rule.headroom)
    if rule.target is None or rule.numerator is None:
        return ""
    operator = rule.target.operator
    if rule.status is Status.FAIL and operator == "none":
        return _own(rule, speech, "zero", rule.numerator)
    if rule.status is Status.FAIL and operator == "all" and rule.denominator is not None:
        return _own(rule, speech, "every", rule.denominator - rule.numerator)
    return _hours_apart(rule, speech)


def distance(rule: RuleResult, speech: Speech) -> str:
    """`bare`, and of a rule that is missed how and when it will be met."""
    if rule.status is not Status.FAIL:
        return speech.join([bare(rule, speech), _count_below(rule, speech)], "clause")
    ahead, own = outlook(rule, speech), bare(rule, speech)
    return ahead if own in ahead or rule.needed else speech.join([own, ahead], "clause")


def outlook(rule: RuleResult, speech: Speech) -> str:
    """How and when a rule that is missed will be met."""
    dates = clearing(rule)
    if dates:
        return speech.say("short.clears", date=speech.coming_day(max(dates)[:_DAY]))
    if once_done(rule):
        return speech.say("short.clears_done")
    if clear := clear_day(rule):
        return speech.say("short.at_best_plain", date=speech.coming_day(clear))
    lacks = _offenders(rule, speech) if _is_count(rule) else bare(rule, speech)
    return speech.join([_ahead(rule, lacks, speech), _count_below(rule, speech)], "clause")


def _ahead(rule: RuleResult, lacks: str, speech: Speech) -> str:
    """The day on which it passes, or that there is no pace to tell one from."""
    ahead = rule.forecast
    if ahead is None:
        return lacks
    if ahead.pace is None:
        return speech.join([lacks, speech.say("short.no_pace")], "clause")
    if ahead.first_pass is not None:
        return speech.say("short.at_pace", date=speech.coming_day(ahead.first_pass))
    best = at_best(rule, ahead, speech)
    offends = _is_count(rule) and ahead.at_best is None
    return speech.join([best, lacks], "clause") if offends else best


def at_best(rule: RuleResult, ahead: RuleForecast, speech: Speech, *, plain: bool = False) -> str:
    """The first day that passes if everything to come is good, with how many units come until then.

    `needed` is not said here: it counts what it takes if no day leaves the window, and by that day
    many have left. `plain`: the day alone.
    """
    if ahead.at_best is None:
        return speech.say("short.never", days=ahead.at_best_within)
    date = speech.coming_day(ahead.at_best)
    if plain or not rule.needed or not ahead.at_best_units:
        return speech.say("short.at_best_plain", date=date)
    coming = _own(rule, speech, "coming", ahead.at_best_units)
    return speech.say("short.at_best", date=date, coming=coming)


def clear_day(rule: RuleResult) -> str:
    """Of a rule that wants every day to be met the first day whose window holds none that is
    known to be missed; "" of any other rule.
    """
    every = rule.target is not None and rule.target.operator == "all"
    if not every or rule.status is not Status.FAIL or rule.window is None or rule.forecast:
        return ""
    missed = [str(one.get("day")) for one in rule.findings if one.get("status") == "fail"]
    try:
        days = [date.fromisoformat(day) for day in missed]
    except ValueError:
        return ""
    return str(max(days) + timedelta(days=rule.window.days)) if days else ""


def _is_count(rule: RuleResult) -> bool:
    return figures.figure(rule) is Figure.HITS


def clearing(rule: RuleResult) -> list[str]:
    """When each of the findings of a rule clears, as far as anybody can tell."""
    found = (str(one.get("clears_on") or "") for one in rule.findings)
    return [when for when in found if is_time(when)]


def once_done(rule: RuleResult) -> bool:
    """Whether its findings clear when something is done, and none of them on a day."""
    return not clearing(rule) and any(one.get("clears_on") for one in rule.findings)


def _offenders(rule: RuleResult, speech: Speech) -> str:
    """Of a rule about messages who wrote how many of those that offend."""
    against = (one for one in rule.findings if not one.get("review"))
    names = Counter(str(one["agent"]) for one in against if one.get("agent"))
    worst = names.most_common(_NAMES)
    parts = (speech.say("short.by", n, name=speech.data(who)) for who, n in worst)
    return speech.join(parts, "list")


def _own(rule: RuleResult, speech: Speech, key: str, n: int) -> str:
    """The rule's own phrase where there is one: "57 orders" says more than "57"."""
    own = f"rule.{rule.id}.{key}"
    if speech.knows(own):
        return speech.say(own, n)
    return speech.say(f"distance.{key}", n, unit=phrases.unit(rule, speech, n))


def _hours_apart(rule: RuleResult, speech: Speech) -> str:
    edge, mean = figures.line(rule.target), figures.exact(rule)
    if figures.figure(rule) is not Figure.HOURS or edge is None or mean is None:
        return ""
    if rule.status is Status.FAIL and mean > edge:
        return speech.say("distance.hours_over", hours=speech.value(mean - edge, Figure.HOURS))
    if rule.status is Status.PASS and mean < edge:
        return speech.say("distance.hours_left", hours=speech.value(edge - mean, Figure.HOURS))
    return ""


def _count_below(rule: RuleResult, speech: Speech) -> str:
    """The other way to meet the target, wherever the rate alone misses it."""
    rate, line = figures.exact(rule), figures.line(rule.target)
    below = rule.target.count_below if rule.target is not None else None
    if below is None or rate is None or line is None or rate <= line:
        return ""
    return speech.say("distance.count_below", below)
