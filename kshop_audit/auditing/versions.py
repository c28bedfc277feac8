"""Which version of a series judges which rule, and on which days of its window (S2-56).

An event is judged by the rule of its day. Where the versions of a window differ in nothing that a
rule is measured by, it stays one rule with one window. Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from kshop_audit.errors import UsageError
from kshop_audit.facts import Facts, Tables
from kshop_audit.model.metadata import Effective, Pack, RuleTerms
from kshop_audit.model.settings import Span, Terms
from kshop_audit.rules import Rule

Parts = Mapping[str, Mapping[str, Span]]
"""Version id → rule id → the part of the rule's window that this version judges."""


def parts_of(whole: Terms, rules: Mapping[str, Sequence[Rule]]) -> Parts:
    """What each version judges, the newest first; versions that judge nothing are not in it.

    `whole`: the terms with the series itself. `rules`: of each version. A rule without a window
    looks at a state, which the version in force judges. UsageError where none is in force at as-of.
    """
    newest = in_force(whole)
    past = [v for v in reversed(whole.pack.versions) if _days(v).first <= _days(newest).first]
    found: dict[str, dict[str, Span]] = {version.id: {} for version in past}
    for name, rule in {r.info.id: r for version in past for r in rules[version.id]}.items():
        having = [version for version in past if rule in rules[version.id]]
        for version, span in _stretches(rule, past, having, whole):
            part = _part(name, span, replace(whole, pack=version), newest)
            if part is not None:
                found[version.id][name] = part
    return {version: own for version, own in found.items() if own or version == newest.id}


def in_force(whole: Terms) -> Pack:
    """The version of the last day before as-of."""
    day = (whole.end - timedelta(days=1)).date()
    for version in whole.pack.versions:
        if _days(version).first <= day <= _days(version).last:
            return version
    name = whole.pack.id
    raise UsageError(f"规则包 {name} 没有 {day} 的版本", f"pack {name} has no version of {day}")


def span_of(effective: Effective) -> Span:
    """The days of a version as instants."""
    return Span(_begun(effective), _over(effective))


def looked_up(rule: Rule, terms: Terms) -> frozenset[str]:
    """The rules whose figures this one is measured by: itself, and others that its facts rest on.

    Found by watching it look: a list kept by hand would be wrong one day.
    """
    watched = _Watched(terms.pack.rules)
    own = replace(terms, pack=replace(terms.pack, rules=watched))
    rule.measure(Facts(Tables({}, {}), own), own)
    return frozenset({rule.info.id, *watched.asked})


class _Watched(dict[str, RuleTerms]):
    """The rules of a pack; remembers which were asked for."""

    def __init__(self, rules: Mapping[str, RuleTerms]) -> None:
        super().__init__(rules)
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> RuleTerms:
        self.asked.add(name)
        return super().__getitem__(name)


def _stretches(
    rule: Rule, past: Sequence[Pack], having: Sequence[Pack], whole: Terms
) -> Iterator[tuple[Pack, Span]]:
    """Runs of versions that measure the rule alike, each under the newest of them; newest first."""
    judging: tuple[Pack, Span] | None = None
    for version in past:
        if judging is not None and version in having and _same(rule, judging[0], version, whole):
            judging = judging[0], replace(judging[1], since=_begun(_days(version)))
            continue
        if judging is not None:
            yield judging
        over = None if version is past[0] else _over(_days(version))
        judging = (version, Span(_begun(_days(version)), over)) if version in having else None
    if judging is not None:
        yield judging


def _part(rule: str, span: Span, terms: Terms, newest: Pack) -> Span | None:
    """The span as far as it cuts the rule's window; None where it holds no day of it."""
    if terms.pack.rules[rule].window_days is None:
        return Span() if terms.pack is newest else None
    first = terms.since(rule)
    if span.until is not None and span.until <= first:
        return None
    begun = span.since is not None and span.since > first
    return Span(span.since if begun else None, span.until)


def _same(rule: Rule, one: Pack, other: Pack, whole: Terms) -> bool:
    """Whether two versions measure the rule by the same figures, whatever their sources."""
    if (one.words, one.usage) != (other.words, other.usage):
        return False
    asked = {name for pack in (one, other) for name in looked_up(rule, replace(whole, pack=pack))}
    return all(_figures(one, name) == _figures(other, name) for name in asked)


def _figures(pack: Pack, rule: str) -> object:
    terms = pack.rules.get(rule)
    if terms is None:
        return None
    target, anchors = terms.target, terms.anchors
    return (
        terms.level,
        target and (target.operator, target.value, target.count_below),
        terms.window_days,
        anchors and (anchors.full.value, anchors.floor.value),
        {name: option.value for name, option in terms.options.items()},
    )


def _begun(days: Effective) -> datetime | None:
    """The first instant of a version; None where its beginning is open."""
    first = days.first
    return None if first == date.min else datetime.combine(first, time.min)


def _over(days: Effective) -> datetime | None:
    """The first instant after a version; None where its end is open."""
    last = days.last
    return None if last == date.max else datetime.combine(last, time.min) + timedelta(days=1)


def _days(version: Pack) -> Effective:
    return version.effective or Effective()
