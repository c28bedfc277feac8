"""The files of one request, read once for whatever is measured afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

from kshop_audit.auditing.apart import several_shops
from kshop_audit.auditing.notes import reason, reject_too_many, where
from kshop_audit.errors import InputError
from kshop_audit.ingest import Request, Source, TextNeeds
from kshop_audit.ingest.files.digests import Digest
from kshop_audit.model.frozen import frozen
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Settings
from kshop_audit.model.settled import SettledDays
from kshop_audit.plan.load import Loaded, open_and_load
from kshop_audit.plan.one_sided import with_other_side


@frozen(slots=False)
class Exports:
    """The files as they were understood, their rows, and the instant up to which they count."""

    sources: tuple[Source, ...]
    loaded: Loaded
    as_of: datetime

    @property
    def digests(self) -> tuple[Digest, ...]:
        """Of the files that were opened, once each."""
        opened = (source.digest for source in self.sources if source.digest is not None)
        return tuple(dict.fromkeys(opened))


def platforms_of(sources: Sequence[Source]) -> tuple[str, ...]:
    """The platforms whose own headers the files have, in the order of the files."""
    found = (source.platform for source in sources if source.kind is not None)
    return tuple(dict.fromkeys(name for name in found if name))


def read_exports(
    request: Request,
    scratch: Path,
    settings: Settings,
    as_of: datetime | None,
    text: TextNeeds,
    *,
    reject_future: bool = True,
) -> Exports:
    """Read the files. `as_of`: the configured instant, else the newest event of the files.
    `reject_future`: rows far later than all others are damaged.

    InputError if they are unreadable, too damaged, of several shops, or if nothing in them has a
    time.
    """
    sources, loaded = open_and_load(request, scratch, reject_future=reject_future, text=text)
    for problem in loaded.problems:
        raise InputError(problem.zh, problem.en)
    if settings.file is None and settings.shop is None and request.shop is None:
        apart = several_shops(loaded.unrelated, sources)
        if apart is not None:
            raise InputError(apart.zh, apart.en)
    reject_too_many(loaded, sources, settings.max_bad_rows)
    loaded = with_other_side(loaded, SettledDays(Kind.CHATS, settings).closed)
    return Exports(sources, loaded, as_of or loaded.newest or _last_day(loaded, sources))


_DAYS = {Kind.SERVICE_STATS: "date", Kind.SERVICE_ASSESSMENT: "until"}
"""Kinds of figures, and the column of the day up to which they are."""


def _last_day(loaded: Loaded, sources: Sequence[Source]) -> datetime:
    """The end of the last day of the service figures, if there is nothing else."""
    days = [
        frame.get_column(name).max()
        for kind, name in _DAYS.items()
        if (frame := loaded.tables.frames.get(kind)) is not None and name in frame.columns
    ]
    known = [day for day in days if isinstance(day, date)]
    if known:
        return datetime.combine(max(known) + timedelta(days=1), time.min)
    seen, seen_en = "", ""
    if loaded.rejects:
        first = loaded.rejects[0]
        count, place, why = len(loaded.rejects), where(first, sources), reason(first)
        seen = f"；{count} 行读不出来，第一处：{place.zh}（{why.zh}）"
        seen_en = f"; {count} rows could not be read, first: {place.en} ({why.en})"
    raise InputError(
        f"文件里没有任何已发生的时间，无法确定截止时刻：请用 --as-of 2026-10-31 指定{seen}",
        f"no event time in the inputs, so as-of is unknown: give --as-of 2026-10-31{seen_en}",
    )
