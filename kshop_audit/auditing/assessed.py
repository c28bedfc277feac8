"""Figures that the platform itself states in its assessment export, for rules without other files.

They are judged like declared ones: they hold for the window only if they are of its days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from kshop_audit.auditing.inputs import Exports
from kshop_audit.model.counted_shares import counts
from kshop_audit.model.frozen import frozen
from kshop_audit.model.knowledge import Doubts, Why
from kshop_audit.model.measurement import Measurement
from kshop_audit.model.metadata import RuleInfo, Text
from kshop_audit.model.patterns import regex
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Terms

NEAR, LIKE = timedelta(days=3), 2
"""How far from as-of a figure may end, and by how many days its span may differ (rulebook 1b.6)."""

KIND = Kind.SERVICE_ASSESSMENT
_SHARE = regex(r"0(?:\.\d+)?|1(?:\.0+)?")


@frozen
class StatedShare:
    """A share of so many on some days; `file`: the name of the export."""

    since: date
    until: date
    share: Decimal
    of: int
    file: str

    @property
    def days(self) -> int:
        """How many days it is of."""
        return (self.until - self.since).days + 1


def assessed(info: RuleInfo, exports: Exports, terms: Terms) -> Measurement | None:
    """The measurement of a rule by the shop's figures in assessment exports; None without any."""
    if info.assessed is None:
        return None
    found = sorted(_figures(info.assessed, exports, terms), key=lambda own: (own.until, own.since))
    if not found:
        return None
    last = ((terms.until(info.id) or terms.end) - timedelta(days=1)).date()
    first, window = terms.since(info.id).date(), terms.days(info.id)
    for own in reversed(found):
        if abs(own.until - last) <= NEAR and abs(own.days - window) <= LIKE:
            return _measured(info, (own,), 0)
    inside = list(_apart([own for own in found if first <= own.since and own.until <= last]))
    if not inside:
        return _of_other_days(info, found[-1], first, last)
    return _measured(info, inside, window - sum(own.days for own in inside))


def _figures(names: tuple[str, str], exports: Exports, terms: Terms) -> Iterator[StatedShare]:
    """The shop's figures, each with its days: its own, else those that the operator stated."""
    frame = exports.loaded.tables.frames.get(KIND)
    if frame is None or not {"scope", *names} <= set(frame.columns):
        return
    files = {source.index: source.name for source in exports.sources}
    whole = terms.settings.coverage.get(KIND)
    for row in frame.iter_rows(named=True):
        share, of = (row[name] for name in names)
        since, until = row.get("since"), row.get("until")
        if since is None and whole is not None:
            since, until = whole
        until = until or since
        known = share is not None and _SHARE.fullmatch(share)
        if row["scope"] == "shop" and known and since and until and of:
            yield StatedShare(since, until, Decimal(share), of, files[row["_file"]])


def _apart(found: Sequence[StatedShare]) -> Iterator[StatedShare]:
    """The figures of days that no other one of them is of, in their order."""
    end = date.min
    for own in found:
        if own.since > end:
            yield own
            end = own.until


def _measured(info: RuleInfo, found: Sequence[StatedShare], missing: int) -> Measurement:
    """The figures together; `missing`: days of the window of which there is none."""
    numerator = denominator = unsure = 0
    for own in found:
        possible = counts(own.share, own.of)
        numerator += possible.start if possible else 0
        unsure += len(possible) - 1 if possible else own.of
        denominator += own.of
    fullest = max(-(-own.of // own.days) for own in found)
    doubts = {
        Why.NOT_PRECISE: Doubts(outcome=unsure),
        Why.EMPTY_DAYS: Doubts(either=missing * fullest),
    }
    files = "、".join(dict.fromkeys(own.file for own in found))
    first, last = found[0].since, found[-1].until
    return Measurement(
        info.id,
        numerator=numerator,
        denominator=denominator - unsure,
        doubts={why: own for why, own in doubts.items() if own.units},
        declared=True,
        scale=info.scale,
        since=first,
        until=last,
        notes=(
            Text(
                zh=f"平台考核导出里的店铺数据（{files}，{first} 至 {last}），没有聊天明细；"
                "人数由比率还原。",
                en=f"The shop's row of the platform's own assessment ({files}, {first} to {last}); "
                "no chat log was given, and the number of people follows from the share.",
            ),
        ),
    )


def _of_other_days(info: RuleInfo, own: StatedShare, first: date, last: date) -> Measurement:
    reason = Text(
        zh=f"{own.file} 是 {own.since} 至 {own.until} 的考核数据，不能代表 {first} 至 {last}："
        "请导出这段时间的考核数据。",
        en=f"{own.file} is of {own.since} to {own.until}, which says nothing of {first} to {last}: "
        "export the assessment of these days.",
    )
    doubts = {Why.OTHER_PERIOD: Doubts(either=own.of)}
    return Measurement(info.id, doubts=doubts, reason=reason, declared=True)
