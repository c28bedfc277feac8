"""The rules of one pack, measured: the plan's figures, completed from the inputs as a whole.

What a rule cannot see from its own rows: days without any row, rows that could not be read, texts
that were not understood, and figures that the operator declared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cached_property

from kshop_audit.auditing.assessed import LIKE, NEAR, assessed
from kshop_audit.auditing.contradicted import (
    of_age,
    of_chats,
    of_judgements,
    of_refunds,
    of_unseen,
    refused,
    untold_replies,
)
from kshop_audit.auditing.coverage import GUIDES, PACED, Reach
from kshop_audit.auditing.inputs import Exports
from kshop_audit.auditing.odd_times import backwards, odd_clock, of_order, of_years
from kshop_audit.auditing.selection import PackRun
from kshop_audit.errors import ConfigError
from kshop_audit.facts import Facts
from kshop_audit.judging.bounds import fullest_day
from kshop_audit.judging.empty_days import EmptyDays
from kshop_audit.masking import masked_label
from kshop_audit.model.frozen import frozen
from kshop_audit.model.knowledge import Doubts, Why, added
from kshop_audit.model.measurement import Label, Measurement
from kshop_audit.model.metadata import RuleInfo, Text
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Declared, Span, Terms
from kshop_audit.plan.edges import asked_before
from kshop_audit.plan.engine import computing
from kshop_audit.plan.query import Wanted
from kshop_audit.plan.run import Edits, run
from kshop_audit.rules import Rule

WITHIN = "within_seconds"
"""The option of rules by which the clock of a message runs."""


@frozen(slots=False)
class MeasuredPack:
    """The rules of a pack, measured, and what is known of the inputs as a whole.

    `by_day`: rows a day of chats and orders ("paid": of paid orders). `mask`: cells that could tell
    a person are shortened.
    """

    run: PackRun
    exports: Exports
    by_day: Mapping[str, Mapping[date, int]]
    mask: bool
    measured: tuple[Measurement, ...] = ()

    @property
    def terms(self) -> Terms:
        """The terms of the pack."""
        return self.run.terms

    @cached_property
    def reach(self) -> Reach:
        """How far the files reach."""
        return Reach(self.exports.loaded, self.exports.sources, self.by_day, self.terms)

    def keyless(self, kind: Kind) -> Mapping[Why, Doubts]:
        """Rows of a kind that do not say what they belong to: each may be one more unit, or turn
        as many as the largest key of the kind holds, a reply a whole burst (rulebook 1b.2).
        """
        loaded = self.exports.loaded
        largest = self.largest if kind is Kind.CHATS else 1
        return {
            why: Doubts(turned=rows * largest)
            for why, rows in loaded.tables.keyless.get(kind, {}).items()
        }

    @property
    def largest(self) -> int:
        """The questions of the largest burst of the chats."""
        return self.exports.loaded.burst


def measured(
    own: PackRun,
    exports: Exports,
    wanted: Wanted,
    *,
    mask: bool,
    facts: Facts | None = None,
    edits: Edits | None = None,
    learn: Callable[[Facts], None] | None = None,
) -> MeasuredPack:
    """Measure the rules of a pack over the files that were read.

    `facts`: those of the pack, if they are not simply those of the files. `edits`: see `run`.
    `learn` takes the facts when all rules are measured.
    """
    facts = computing(facts or Facts(exports.loaded.tables, own.terms))
    found, extras = run(own.rules, facts, wanted, edits)
    if learn is not None and not any(m.failed for m in found):
        learn(facts)
    by_day = {name: dict(frame.iter_rows()) for name, frame in extras.items()}
    whole = MeasuredPack(own, exports, by_day, mask)
    completed = [_whole_of(m, r, whole) for m, r in zip(found, own.rules, strict=True)]
    return replace(whole, measured=tuple(completed))


def _whole_of(measured: Measurement, rule: Rule, whole: MeasuredPack) -> Measurement:
    """The measurement completed, and so what it would be without the mutes, or some of them."""
    done = _completed(measured, rule, whole)
    if done.unmuted is None and not done.expiring:
        return done
    unmuted = None if done.unmuted is None else _completed(done.unmuted, rule, whole)
    expiring = tuple(
        replace(
            over,
            measured=_completed(over.measured, rule, whole),
            usual=_completed(over.usual, rule, whole),
        )
        for over in done.expiring
    )
    return replace(done, unmuted=unmuted, expiring=expiring)


def _completed(measured: Measurement, rule: Rule, whole: MeasuredPack) -> Measurement:
    """The measurement with what only the whole of the inputs knows: gaps, unmapped, declared."""
    declared = whole.terms.settings.declared.get(rule.info.id)
    if measured.reason is not None and measured.status is None and not measured.failed:
        if declared is None:
            return assessed(rule.info, whole.exports, whole.terms) or measured
        if not _holds(declared, whole.terms.spans.get(rule.info.id)):
            return measured
        return of_declared(declared, rule.info, whole.terms)
    kinds = kinds_of(rule)
    own = {
        masked_label(text) if whole.mask else text: count
        for text, count in measured.unmapped.items()
    }
    labels = tuple(
        Label(kind.value, column, masked_label(text) if whole.mask else text, count)
        for kind in kinds
        for column, values in whole.exports.loaded.unmapped.get(kind, {}).items()
        if column in measured.unmapped_columns
        for text, count in values.items()
    )
    texts = {label.text: label.rows for label in labels}
    seen = replace(measured, unmapped={**texts, **own}, labels=labels)
    if declared is not None and not measured.declared:
        seen = replace(seen, notes=(*seen.notes, _unused(declared, rule.info.id)))
    done = with_gaps(seen, rule, kinds, whole)
    return done if rule.complete is None else rule.complete(done, whole.terms)


def _unused(declared: Declared, rule: str) -> Text:
    """That a declared figure gave way to the files, so that a reader can compare the two."""
    figure = f"{declared.numerator}/{declared.denominator}"
    return Text(
        zh=f"填报的 {figure}（{declared.since} 至 {declared.until}，{declared.source}）没有用上：有"
        f"文件时按文件算。两个数差得多时先核对文件；要用填报的数，就不要给这种文件（[declared.{rule}]）。",
        en=f"The declared {figure} ({declared.since} to {declared.until}, {declared.source}) was "
        "not used, for the files hold the figure. If the two are far apart, check the files; to "
        f"have [declared.{rule}] used, leave these files out.",
    )


def of_declared(declared: Declared, info: RuleInfo, terms: Terms) -> Measurement:
    """The measurement of a figure that the operator declared; none of another period (1b.6)."""
    numerator = declared.numerator * info.scale
    if numerator != int(numerator):
        raise ConfigError(
            f"[declared.{info.id}]：分子 {declared.numerator} 应为整数",
            f"[declared.{info.id}]: numerator {declared.numerator} must be a whole number",
        )
    if info.scale == 1 and numerator > declared.denominator:
        raise ConfigError(
            f"[declared.{info.id}]：分子 {declared.numerator} 大于分母 {declared.denominator}",
            f"[declared.{info.id}]: numerator {declared.numerator} is above denominator "
            f"{declared.denominator}",
        )
    own = Measurement(
        info.id,
        numerator=int(numerator),
        denominator=declared.denominator,
        declared=True,
        tally=info.scale > 1,
        scale=info.scale,
        since=declared.since,
        until=declared.until,
        notes=(Text(zh=f"自报数据：{declared.source}", en=f"Declared: {declared.source}"),),
    )
    other = _other_period(declared, info.id, terms)
    if other is None:
        return own
    doubts = {Why.OTHER_PERIOD: Doubts(either=declared.denominator)}
    return Measurement(info.id, doubts=doubts, reason=other, declared=True)


def _other_period(declared: Declared, rule: str, terms: Terms) -> Text | None:
    """Why a declared figure is not one of this window; None if it is."""
    windowed = terms.pack.rules[rule].window_days is not None
    last = ((terms.until(rule) or terms.end) - timedelta(days=1)).date()
    window = terms.days(rule) if windowed else None
    days = (declared.until - declared.since).days + 1
    if abs(declared.until - last) <= NEAR and (window is None or abs(days - window) <= LIKE):
        return None
    since = terms.since(rule).date() if windowed else last
    return Text(
        zh=f"[declared.{rule}] 是 {declared.since} 至 {declared.until} 的数据，不能代表 {since} 至 "
        f"{last}：请到后台重新抄这段时间的数据。",
        en=f"[declared.{rule}] is of {declared.since} to {declared.until}, which says nothing of "
        f"{since} to {last}: read the figure of these days in the back office.",
    )


def _holds(declared: Declared, span: Span | None) -> bool:
    """Whether the version of this part of the window is the one of the figure's last day."""
    if span is None:
        return True
    last = datetime.combine(declared.until, time.min)
    early = span.since is not None and last < span.since
    return not early and (span.until is None or last < span.until)


def needed_by(rule: Rule) -> tuple[Kind, ...]:
    """The kinds of file without which a rule has nothing to say."""
    names = (choice.split(".")[0] for need in rule.info.needs for choice in need.split("|"))
    return tuple(dict.fromkeys(Kind(name) for name in names))


def kinds_of(rule: Rule) -> tuple[Kind, ...]:
    """The kinds of file that a rule reads."""
    return tuple(dict.fromkeys((*needed_by(rule), *map(Kind, rule.info.also))))


def empty_days_of(rule: Rule, reach: Reach) -> tuple[Kind | None, EmptyDays]:
    """The days without rows in the window of a rule, and the kind that they are empty of."""
    kinds = kinds_of(rule)
    windowed = reach.terms.pack.rules[rule.info.id].window_days is not None
    return reach.empty(kinds, reach.terms.since(rule.info.id) if windowed else reach.begun(kinds))


def _in_days(
    days: Sequence[date], measured: Measurement, reach: Reach, kind: Kind | None
) -> Doubts:
    """What days without rows may hide; of a day whose units all have time left nothing that
    speaks against the shop.
    """
    if measured.gap == "groups":  # every known one may be turned, or another one be there
        return Doubts(turned=max(measured.denominator or 0, 1)) if days else Doubts()
    per_day = 1 if measured.gap == "days" else fullest_day(measured) or reach.fullest(kind)
    grace, as_of = measured.grace, reach.terms.as_of
    young = sum(datetime.combine(day, time.min) + grace >= as_of for day in days) if grace else 0
    good = Doubts(miss=young) if measured.offence else Doubts(hit=young)
    each = Doubts(either=len(days) - young) + good
    return Doubts(either=each.either * per_day, hit=each.hit * per_day, miss=each.miss * per_day)


FILTERED = Text(
    zh="订单文件里只有待付款、待发货的订单，又缺了很多天，像是按状态筛选过：请导出全部状态的订单。",
    en="The orders are all unpaid or unshipped ones, and days are missing: the export seems to be "
    "filtered by state. Export orders of every state.",
)


def _beside(
    measured: Measurement, first: Kind | None, kind: Kind | None, since: datetime, reach: Reach
) -> tuple[Measurement, Doubts]:
    """What a side file may hide of its own missing days where the days of another kind were looked
    at, and the measurement with those days.
    """
    if first is None or kind is first or first not in GUIDES or kind not in PACED:
        return measured, Doubts()
    side, lost = reach.empty((first,), since)
    if side is None or not lost.missing:
        return measured, Doubts()
    if not measured.missing_days:
        measured = replace(measured, coverage=reach.coverage(side, lost, measured.side))
    return measured, Doubts(either=len(lost.missing) * max(reach.fullest(side), 1))


def _at_edges(
    days: Sequence[date], measured: Measurement, rule: str, whole: MeasuredPack
) -> Doubts:
    """Messages of which the clock ran into a missing day: their answer may stand there."""
    rules, terms = whole.terms.pack.rules, whole.terms
    timed = (rule,) if WITHIN in rules[rule].options else tuple(rules)
    clocks = [terms.number(name, WITHIN) for name in timed if WITHIN in rules[name].options]
    if not days or measured.offence or not clocks:
        return Doubts()
    # A rule without a clock of its own counts what another one of the pack has timed.
    seconds = max(clocks)
    messages, evenings = asked_before(whole.exports.loaded, days, seconds)
    return Doubts(turned=evenings if measured.gap == "days" else messages)


def _left_out(measured: Measurement, since: datetime, reach: Reach) -> tuple[Measurement, Doubts]:
    """The units that rows of missing days may take out of the count, and the measurement with the
    days of the side file that lacks some: its silence says nothing of them (rulebook 1b.3).
    """
    doubts = Doubts()
    for kind in measured.keyless:
        side, lost = reach.empty((kind,), since)
        if side is None or not lost.missing:
            continue
        if not measured.missing_days:
            measured = replace(measured, coverage=reach.coverage(side, lost, measured.side))
        doubts += Doubts(dropped=len(lost.missing) * reach.fullest(side))
    return measured, doubts


def _unless_foreign(
    measured: Measurement, rule: Rule, kinds: Sequence[Kind], reach: Reach
) -> Measurement:
    """The measurement, all of it doubtful where its files may be those of another shop, or have
    times that cannot be right.
    """
    foreign = reach.foreign(needed_by(rule)) or backwards(kinds, reach)
    foreign = foreign or odd_clock(measured, rule.info.needs, needed_by(rule), reach)
    foreign = foreign or untold_replies(measured, kinds, reach)
    if foreign is None:
        return measured
    all_of_it = {Why.NOT_COVERED: Doubts(turned=max(measured.denominator or 0, 1))}
    return replace(measured, doubts=added(measured.doubts, all_of_it), unsettled=foreign)


def with_gaps(
    measured: Measurement, rule: Rule, kinds: tuple[Kind, ...], whole: MeasuredPack
) -> Measurement:
    """The measurement with what keyless rows and empty days may hide, and the days of the files."""
    reach = whole.reach
    windowed = whole.terms.pack.rules[rule.info.id].window_days is not None
    since = whole.terms.since(rule.info.id) if windowed else None
    measured = replace(measured, covered=since is None or reach.covers(kinds, since))
    if reason := refused(measured, rule.info.needs, kinds, since, reach):
        return replace(measured, status=None, reason=reason)
    measured = of_age(_unless_foreign(measured, rule, kinds, reach), kinds, reach)
    measured = of_order(of_years(measured, kinds, reach), rule.info.needs, kinds, reach)
    if Kind.CHATS in kinds:
        measured = of_chats(measured, whole.exports.loaded.tables)
    if measured.gap == "none":
        return measured
    measured = of_judgements(of_refunds(measured, needed_by(rule), since, reach), kinds, reach)
    counted = (Kind.ORDERS,) if measured.population else kinds
    groups = measured.gap == "groups"  # these know of keyless rows themselves
    spoiling = () if groups else (*counted, *measured.keyless)
    keyless = added(*(whole.keyless(kind) for kind in spoiling))
    kind, empty = reach.empty(counted, since or reach.begun(counted))
    if kind is not None:
        measured = replace(measured, coverage=reach.coverage(kind, empty, measured.side))
    in_days = _in_days(empty.missing, measured, reach, kind)
    if kind is Kind.CHATS and not groups:
        in_days += _at_edges(empty.missing, measured, rule.info.id, whole)
    measured, unseen = of_unseen(measured, kind, reach, whole.largest)
    hidden = added(keyless, {Why.EMPTY_DAYS: in_days, Why.NOT_COVERED: unseen})
    if not measured.population:
        measured = replace(measured, missing_days=empty.missing)
        if since is not None and empty.missing and kind is Kind.ORDERS and reach.waits_only:
            return replace(measured, status=None, reason=FILTERED)
        begun = since or reach.begun(counted)
        measured, beside = _beside(measured, next(iter(kinds), None), kind, begun, reach)
        hidden = added(hidden, {Why.EMPTY_DAYS: beside})
        if since is not None and measured.keyless:
            measured, left_out = _left_out(measured, since, reach)
            hidden = added(hidden, {Why.EMPTY_DAYS: left_out})
        return replace(measured, doubts=added(measured.doubts, hidden))
    side, lost = reach.empty((Kind.TICKETS,), since or reach.begun(counted))
    if side is not None and lost.missing and not empty.missing:
        measured = replace(measured, coverage=reach.coverage(side, lost))
    may_hit = Doubts(either=len(lost.missing) * reach.fullest(Kind.TICKETS))
    return replace(
        measured,
        doubts=added(measured.doubts, whole.keyless(Kind.TICKETS), {Why.EMPTY_DAYS: may_hit}),
        below=added(measured.below, hidden),
        missing_days=empty.missing,
    )
