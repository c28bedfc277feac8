"""From a measurement to a rule's result: status, value, bounds, distance, points.

Pure functions over plain figures; the levels come from the pack and the operator.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from kshop_audit.judging import scoring
from kshop_audit.judging.bounds import extremes
from kshop_audit.judging.day_table import day_table
from kshop_audit.judging.distance import distance
from kshop_audit.judging.outcome import Extreme, by_ends, is_count, quotient
from kshop_audit.judging.settling import undecided
from kshop_audit.model.evidence import Evidence
from kshop_audit.model.frozen import frozen
from kshop_audit.model.knowledge import together
from kshop_audit.model.limits import Bounds, TargetRef
from kshop_audit.model.measurement import HEAT, Measurement, SliceCount
from kshop_audit.model.metadata import Operator, RuleInfo, RuleTerms, Target, Text, ValueUnit
from kshop_audit.model.report import HeatCell, RuleResult, Slice, Status, Window
from kshop_audit.model.settings import Span, Terms


@frozen
class Judged:
    """A rule's result and its exact points, which the score needs unrounded."""

    result: RuleResult
    points: Fraction | None


def target_of(rule: str, terms: Terms) -> tuple[Target | None, Text | None]:
    """The stricter of the pack's target and the operator's, and a note where they differ."""
    target = terms.pack.rules[rule].target
    own = terms.settings.targets.get(rule)
    line = target is not None and target.operator in (Operator.AT_LEAST, Operator.AT_MOST)
    if target is None or own is None or not line or own == target.value:
        return _option(rule, target, terms), None
    stricter = own > target.value if target.operator is Operator.AT_LEAST else own < target.value
    if stricter:
        changed = replace(target, value=own, source=str(terms.settings.file or "--set"))
        return _option(rule, changed, terms), Text(
            zh=f"按您设置的更严目标 {own} 判定（规则包为 {target.value}）。",
            en=f"Judged by your stricter target {own} (the pack's is {target.value}).",
        )
    return _option(rule, target, terms), Text(
        zh=f"您的目标 {own} 比规则包的 {target.value} 宽松，仍按规则包判定。",
        en=f"Your target {own} is looser than the pack's {target.value}, which stands.",
    )


def _option(rule: str, target: Target | None, terms: Terms) -> Target | None:
    """The target with `dispute_count_op = "le"`: at most so many instead of fewer than."""
    options = terms.pack.rules[rule].options
    if target is None or target.count_below is None or "dispute_count_op" not in options:
        return target
    if terms.option(rule, "dispute_count_op") == "le":
        return replace(target, count_below=target.count_below + 1)
    return target


def judge(measured: Measurement, info: RuleInfo, terms: Terms) -> Judged:
    """The rule's result; its points are None without a value."""
    rule = terms.pack.rules[info.id]
    target, target_note = target_of(info.id, terms)
    ends = extremes(measured)
    status, reason = _status(measured, target, ends)
    numerator, denominator = _shown(measured)
    value = _value(measured, target) if numerator is not None else None
    if status is Status.NOT_APPLICABLE:
        value = None
    earned = _points(value, status, rule, terms)
    needed, headroom = _distance(measured, target, status, ends) if info.distance else (None, None)
    notes = [*measured.notes, *([target_note] if target_note else []), *_dated(info.id, terms)]
    result = RuleResult(
        id=info.id,
        pack=terms.pack.id,
        family=info.family,
        level=terms.level(info),
        title=info.title,
        status=status,
        value=float(value) if value is not None else None,
        value_unit=_unit(measured, target, info),
        numerator=numerator,
        denominator=denominator,
        target=_target_ref(target),
        window=_window(measured, info.id, terms),
        excluded=dict(measured.excluded),
        unmapped=dict(measured.unmapped),
        points=scoring.rounded(earned) if earned is not None else None,
        points_capped=None,
        needed=needed,
        headroom=headroom,
        bounds=_bounds(measured, target, ends, value),
        forecast=None,
        breakdown=_breakdown(measured),
        evidence=_evidence(measured),
        findings=measured.findings,
        reason=reason,
        declared=measured.declared,
        mute=None,
        notes=tuple(notes),
        sources=rule.sources,
        unknown={str(why): units for why, units in measured.reasons.items()},
        coverage=measured.coverage,
        days=day_table(measured),
        heat=tuple(sorted(_cells(measured), key=lambda cell: (cell.weekday, cell.hour))),
    )
    return Judged(result, earned)


def status_of(measured: Measurement, info: RuleInfo, terms: Terms) -> Status:
    """The status alone."""
    target, _ = target_of(info.id, terms)
    return _status(measured, target, extremes(measured))[0]


def span_text(span: Span) -> Text:
    """The days of a part of a window, in words."""
    first, over = span.since, span.until
    last = None if over is None else (over - timedelta(days=1)).date()
    if first is None:
        return Text(zh=f"至 {last}", en=f"to {last}")
    if last is None:
        return Text(zh=f"自 {first.date()} 起", en=f"from {first.date()}")
    return Text(zh=f"{first.date()} 至 {last}", en=f"{first.date()} to {last}")


def _dated(rule: str, terms: Terms) -> Iterator[Text]:
    """That a version judges a part of the window only."""
    if span := terms.spans.get(rule):
        days = span_text(span)
        yield Text(
            zh=f"按 {terms.pack.id} 只判定这些日子的事件：{days.zh}；其余日期按当时的版本。",
            en=f"Judged by {terms.pack.id} for events {days.en} only; other days have their own "
            "version.",
        )


VERDICTS = (Status.PASS, Status.FAIL)


def _status(
    measured: Measurement, target: Target | None, ends: tuple[Extreme, Extreme] | None
) -> tuple[Status, Text | None]:
    status, reason = _decided(measured, target, ends)
    by_bounds = measured.status is None and status in (*VERDICTS, Status.NO_VERDICT)
    if measured.unsettled is not None and measured.unknown and by_bounds:
        return Status.NO_VERDICT, measured.unsettled
    status = measured.instead.get(status, status)
    if status is Status.NO_VERDICT and reason is None:
        reason = undecided(measured)
    return status, reason


def _decided(
    measured: Measurement, target: Target | None, ends: tuple[Extreme, Extreme] | None
) -> tuple[Status, Text | None]:
    if measured.status is not None:
        # A row that could not be read might be the one that speaks against it.
        doubtful = measured.status is Status.PASS and measured.unknown
        stated = (measured.status, measured.reason)
        return (Status.NO_VERDICT, undecided(measured)) if doubtful else stated
    if measured.reason is not None or ends is None:
        return Status.NO_VERDICT, measured.reason
    empty = measured.denominator == 0
    if empty and not measured.unknown:
        return _nothing(measured)
    if target is None:
        return Status.INFO, None
    return _by_bounds(measured, target, ends)


def _nothing(measured: Measurement) -> tuple[Status, Text]:
    """Nothing was counted: because there was nothing, or because the files do not show it."""
    if measured.muted:
        return Status.NO_VERDICT, ALL_MUTED
    if measured.covered:
        return Status.NOT_APPLICABLE, NOTHING
    if measured.excluded.get("outside_window"):
        return Status.NO_VERDICT, OTHER_DAYS
    return Status.NO_VERDICT, UNCOVERED


def _by_bounds(
    measured: Measurement, target: Target, ends: tuple[Extreme, Extreme]
) -> tuple[Status, Text | None]:
    status = by_ends(ends, target, measured.scale)
    return (Status.NO_VERDICT, undecided(measured)) if status is None else (status, None)


ALL_MUTED = Text(
    zh="全部记录都被例外清单排除了，没有可判定的数据。",
    en="Every unit is muted, so nothing is left to judge.",
)
OTHER_DAYS = Text(
    zh="文件里的数据都在统计期之外，请导出统计期内的数据。",
    en="All rows lie outside the window: export the days of the window.",
)
UNCOVERED = Text(
    zh="文件没有覆盖整个统计期，没有可计数的数据不等于没有发生；请导出整个统计期，"
    "或用 [coverage] 写明文件完整。",
    en="The files do not cover the whole window, so nothing to count in them proves nothing: "
    "export the whole window, or state with [coverage] that they are complete.",
)
NOTHING = Text(zh="窗口内没有可计数的数据。", en="Nothing to count in the window.")


def _shown(measured: Measurement) -> tuple[int | None, int | None]:
    if measured.unknown_hides and measured.denominator is not None:
        return None, measured.denominator + together(measured.doubts).outcome
    if measured.bounds is not None and measured.value is None:
        return None, measured.denominator
    return measured.numerator, measured.denominator


def _value(measured: Measurement, target: Target | None) -> Fraction | None:
    """A ratio, hours, a mean, or for targets of "none" the count itself."""
    if measured.value is not None:
        return measured.value
    if measured.numerator is None:
        return None
    figure = Extreme(measured.numerator, measured.denominator or 0)
    return quotient(figure, measured.scale, counted=_counted(measured, target))


def _counted(measured: Measurement, target: Target | None) -> bool:
    """Whether the value is the numerator itself."""
    return measured.count or is_count(target)


def _unit(measured: Measurement, target: Target | None, info: RuleInfo) -> ValueUnit:
    """What the value is: as the rule says, but a count where nothing is divided."""
    divided = info.value_unit is not ValueUnit.RATIO or not _counted(measured, target)
    return info.value_unit if divided else ValueUnit.COUNT


def _points(
    value: Fraction | None, status: Status, rule: RuleTerms, terms: Terms
) -> Fraction | None:
    if value is None or rule.anchors is None or status is Status.NO_VERDICT:
        return None
    return scoring.points(value, rule.anchors, terms.pack)


def _distance(
    measured: Measurement,
    target: Target | None,
    status: Status,
    ends: tuple[Extreme, Extreme] | None,
) -> tuple[int | None, int | None]:
    """What is needed, by what is known, and what can still be borne, whatever is not known."""
    if target is None or measured.numerator is None or measured.denominator is None:
        return None, None
    # A sum of answered messages over messages is a share like any other.
    sums = measured.tally and (measured.scale != 1 or measured.each not in (None, (0, 1)))
    uncountable = sums or measured.population or measured.count or measured.unknown_hides
    if uncountable or status not in (Status.PASS, Status.FAIL):
        return None, None
    needed, headroom = distance(measured.numerator, measured.denominator, target)
    worst = [distance(end.numerator, end.denominator, target)[1] for end in ends or ()]
    room = [one for one in (headroom, *worst) if one is not None]
    return needed, None if headroom is None else min(room)


def _bounds(
    measured: Measurement,
    target: Target | None,
    ends: tuple[Extreme, Extreme] | None,
    value: Fraction | None,
) -> Bounds | None:
    if ends is None:
        return None
    if measured.bounds is not None:
        least, most = measured.bounds
        there = measured.denominator or most is None
        return Bounds(float(least), None if most is None else float(most)) if there else None
    if value is None and not measured.unknown_hides and not measured.unknown:
        return None
    # A sum is bounded as a sum, in the unit of its value.
    counted = _counted(measured, target)
    low, high = (quotient(end, measured.scale, counted=counted) for end in ends)
    return None if low is None or high is None else Bounds(float(low), float(high))


def _target_ref(target: Target | None) -> TargetRef | None:
    if target is None:
        return None
    line = target.operator in (Operator.AT_LEAST, Operator.AT_MOST)
    return TargetRef(
        operator=target.operator,
        value=target.value if line else Decimal(0) if target.operator is Operator.NONE else None,
        count_below=target.count_below,
        source=target.source,
        assumption=target.provenance.value == "ASSUMPTION",
    )


def _window(measured: Measurement, rule: str, terms: Terms) -> Window | None:
    if measured.since is not None and measured.until is not None:
        days = (measured.until - measured.since).days + 1
        return Window(measured.since.isoformat(), measured.until.isoformat(), days)
    if not measured.window or terms.pack.rules[rule].window_days is None:
        return None
    until = terms.until(rule) or terms.as_of
    return Window(terms.since(rule).isoformat(" "), until.isoformat(" "), terms.days(rule))


def _evidence(measured: Measurement) -> Evidence | None:
    if measured.against is None:
        return None
    return Evidence(measured.against, None, False)


FEW = 10
"""Groups with fewer units say nothing of themselves; several such are shown as one."""
FOLDED = "other"
IN_ORDER = ("day", "hour", "weekday")
"""Dimensions whose groups follow one another, of which none is folded."""


def _folded(name: str, entries: tuple[SliceCount, ...]) -> tuple[SliceCount, ...]:
    """The groups of a dimension, the small ones as one at the end."""
    large = [entry for entry in entries if entry.denominator >= FEW]
    small = [entry for entry in entries if entry.denominator < FEW]
    if name in IN_ORDER or len(large) < 2 or len(small) < 2:
        return entries
    top, below = (sum(getattr(e, part) for e in small) for part in ("numerator", "denominator"))
    return (*large, SliceCount(FOLDED, top, below))


def _breakdown(measured: Measurement) -> dict[str, tuple[Slice, ...]]:
    return {
        name: _gains(name, entries, measured)
        for name, entries in measured.slices.items()
        if name != HEAT
    }


def _cells(measured: Measurement) -> Iterator[HeatCell]:
    for entry in measured.slices.get(HEAT, ()):
        weekday, hour = entry.key.split(" ")
        yield HeatCell(int(weekday), int(hour), entry.numerator, entry.denominator)


def _gains(name: str, entries: tuple[SliceCount, ...], measured: Measurement) -> tuple[Slice, ...]:
    """Each segment with what the rate would win if it did as well as the median of the others."""
    numerator = sum(entry.numerator for entry in entries)
    denominator = sum(entry.denominator for entry in entries)
    entries = _folded(name, entries)
    rates = [Fraction(entry.numerator, entry.denominator) for entry in entries]
    slices = []
    for index, entry in enumerate(entries):
        others = sorted(
            rate
            for place, rate in enumerate(rates)
            if place != index and entries[place].key != FOLDED
        )
        gain = None
        if others and not measured.tally:
            middle = len(others) // 2
            median = (others[middle] + others[-middle - 1]) / 2
            changed = numerator - entry.numerator + median * entry.denominator
            gain = (changed - numerator) / denominator
        slices.append(
            Slice(
                key=entry.key,
                numerator=entry.numerator,
                denominator=entry.denominator,
                value=float(rates[index] / measured.scale),
                gain=float(gain) if gain is not None else None,
            )
        )
    worst_first = -1 if measured.offence else 1
    return tuple(sorted(slices, key=lambda s: (-(s.gain or 0) * worst_first, s.key)))
