"""Files that were made before as-of: what had not happened in them may have happened since.

A file tells of its rows up to the day on which it was exported, and nothing says when that was but
its own events. One that ends abruptly while time goes on was made then: an export of last week
beside one of today, or an as-of that no file reaches.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from kshop_audit.facts.tables import Tables
from kshop_audit.model.schema import TABLES, Kind
from kshop_audit.model.settings import Terms
from kshop_audit.model.settled import SettledDays
from kshop_audit.tables import FILE

ENOUGH = 10
"""So many events before a file's last one, in as long a time as the silence after it, or so many
rows that the pace lets one expect in that silence.
"""
DAY = timedelta(days=1)
USUAL = 30 * DAY
"""A pace is that of the days since the first row, and of no fewer."""


def outdated_files(tables: Tables, kind: Kind, terms: Terms) -> list[int]:
    """The files of a kind that do not tell what became of their rows by as-of.

    Such a file has no event for a day or more before as-of, though a younger file of the kind goes
    on, or its own pace lets one expect ENOUGH new rows. `[coverage.<kind>]` up to as-of says that
    none is outdated.
    """
    return sorted({*superseded_files(tables, kind, terms), *_silent_files(tables, kind, terms)})


def superseded_files(tables: Tables, kind: Kind, terms: Terms) -> list[int]:
    """The files that end abruptly a day or more before another of the kind does: it had ENOUGH
    events in a time as long as the silence, and no such silence before. None of files that are one
    export, a state in each.
    """
    ends = _ends(tables, kind, terms)
    if len(ends) > 1 and _one_state_each(tables.frames[kind]):
        return []
    last = min(max(ends.values(), default=terms.as_of), terms.as_of)
    return [file for file in ends if _abrupt(tables, kind, file, ends[file], last)]


def _one_state_each(rows: pl.DataFrame) -> bool:
    """Whether no state stands in two files: each holds what was so when all were made."""
    if "status" not in rows.columns or rows["status"].null_count():
        return False
    files = rows.group_by("status").agg(files=pl.col(FILE).n_unique())
    return files.height > 1 and bool((files["files"] == 1).all())


def _silent_files(tables: Tables, kind: Kind, terms: Terms) -> list[int]:
    """The files after whose end their pace lets one expect ENOUGH new rows by as-of, on days with
    business.
    """
    end = terms.as_of
    settled = SettledDays(kind, terms.settings)
    return [
        file
        for file, last in _ends(tables, kind, terms).items()
        if _abrupt(tables, kind, file, last, end)
        and _goes_on(tables, kind, file, settled.open_time(last, end), end)
    ]


def _ends(tables: Tables, kind: Kind, terms: Terms) -> dict[int, datetime]:
    """File → its newest event; none where the operator says that the files are complete."""
    frame, said = tables.frames.get(kind), terms.settings.coverage.get(kind)
    if frame is None or (said is not None and said[1] >= (terms.end - DAY).date()):
        return {}
    names = [name for name in TABLES[kind].event_times if name in frame.columns]
    if not names:
        return {}
    newest = frame.group_by(FILE).agg(at=pl.max_horizontal(pl.col(name).max() for name in names))
    return {int(file): at for file, at in sorted(newest.iter_rows()) if at is not None}


def _abrupt(tables: Tables, kind: Kind, file: int, last: datetime, end: datetime) -> bool:
    silence = end - last
    if silence < DAY:
        return False
    own = tables.frames[kind].filter(pl.col(FILE) == file)
    names = [name for name in TABLES[kind].event_times if name in own.columns]
    events = pl.concat([own[name].drop_nulls().alias("at") for name in names]).sort()
    longest = events.diff().max()
    usual = isinstance(longest, timedelta) and longest >= silence
    return not usual and int((events > last - silence).sum()) >= ENOUGH


def _goes_on(tables: Tables, kind: Kind, file: int, silence: timedelta, end: datetime) -> bool:
    own = tables.frames[kind].filter(pl.col(FILE) == file)
    begun = own[next(name for name in TABLES[kind].event_times if name in own.columns)]
    first = begun.min()
    since = max(end - first, USUAL) if isinstance(first, datetime) else USUAL
    return begun.count() * silence >= ENOUGH * since
