"""Accepted exceptions in the report: what they took out, and which of them do nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from kshop_audit.judging.judge import Judged, judge
from kshop_audit.model.measurement import Measurement
from kshop_audit.model.metadata import RuleInfo, Text
from kshop_audit.model.report import MuteEffect, MuteEntry
from kshop_audit.model.settings import Terms


def with_mutes(judged: Judged, measured: Measurement, info: RuleInfo, terms: Terms) -> Judged:
    """The result with its mutes and, beside it, what the rule says without them."""
    if measured.unmuted is None:
        return judged
    without = judge(measured.unmuted, info, terms).result
    mutes = terms.settings.mutes
    stated = MuteEffect(
        units=measured.muted,
        status=without.status,
        value=without.value,
        numerator=without.numerator,
        denominator=without.denominator,
        entries=tuple(
            MuteEntry(
                mutes[count.index].reason,
                mutes[count.index].by,
                mutes[count.index].until.isoformat(),
                count.units,
            )
            for count in measured.mutes
            if count.units
        ),
    )
    return Judged(replace(judged.result, mute=stated), judged.points)


def expired_mutes(
    measured: Sequence[Measurement], titles: Mapping[str, Text], terms: Terms
) -> Iterator[Text]:
    """The mutes of rules that ran which have no effect any more, for their day is over."""
    run = {m.rule for m in measured}
    for mute in terms.settings.mutes:
        if mute.rule in run and not mute.active(terms.as_of):
            title = titles[mute.rule]
            yield Text(
                zh=f"{title.zh}的例外（{mute.reason}）已于 {mute.until} 到期，不再生效",
                en=f"the mute of {title.en} ({mute.reason}) expired on {mute.until}: it is not "
                "used",
            )


def mute_notes(measured: Sequence[Measurement], terms: Terms) -> Iterator[Text]:
    """The file of the mutes, and those that have expired, match nothing or are not needed."""
    settings = terms.settings
    if settings.mutes_file is not None:
        digest, many = (settings.mutes_sha256 or "")[:12], len(settings.mutes)
        yield Text(
            zh=f"例外清单 {settings.mutes_file}（{digest}）：{many} 条。",
            en=f"Mutes of {settings.mutes_file} ({digest}): {many}.",
        )
    # Two packs that have the rule may count different things; one that needs the mute is enough.
    found = [count for m in measured for count in m.mutes]
    counts = {c.index: c for c in sorted(found, key=lambda c: (c.against, c.units))}
    run = {m.rule for m in measured}
    for index, mute in enumerate(settings.mutes):
        if mute.rule not in run:
            continue
        count = counts.get(index)
        if not mute.active(terms.as_of):
            zh, en = f"已于 {mute.until} 到期，不再生效", f"expired on {mute.until} and is not used"
        elif count is None or not count.units:
            zh, en = (
                "没有匹配到任何计数单位，可以删掉",
                "matches nothing that is counted: delete it",
            )
        elif not count.against:
            zh = f"匹配到的 {count.units} 个都没有问题，不再需要"
            en = f"is not needed: none of the {count.units} it matches speaks against the shop"
        else:
            continue
        yield Text(
            zh=f"{mute.place}：{mute.rule} 的例外（{mute.reason}，{mute.by}）{zh}。",
            en=f"{mute.place}: the mute of {mute.rule} ({mute.reason}, {mute.by}) {en}.",
        )
