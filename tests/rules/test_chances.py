"""The chances of a unit hold whatever its times turn out to be; precise ones leave one chance."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from kshop_audit.facts.spans import TimeRange
from kshop_audit.model.settings import Settings, Terms
from kshop_audit.packs import load
from kshop_audit.rules.kit.chances import in_time

NOON, SECOND = datetime(2026, 3, 10, 12), timedelta(seconds=1)
PACK = load("kuaishou")
instants = st.integers(-6, 6).map(lambda seconds: NOON + seconds * SECOND)
lengths = st.integers(0, 3)
as_ofs = instants | st.just(datetime(2026, 3, 10)) | st.just(datetime(2026, 3, 11))


def outcome(done: datetime | None, limit: datetime, as_of: datetime) -> str:
    """What becomes of a unit of which everything is known; a midnight closes the day before it."""
    midnight = as_of.time() == datetime.min.time()
    if done is not None and (done < as_of or (done == as_of and not midnight)):
        return "hit" if done <= limit else "miss"
    return "miss" if limit < as_of else "out"


def chances(done: TimeRange, limit: TimeRange, as_of: datetime) -> set[str]:
    found = in_time(done, limit, Terms(as_of, PACK, Settings()))
    row = pl.select(hit=found.hit, miss=found.miss, out=found.out).row(0, named=True)
    assert None not in row.values()
    return {name for name, possible in row.items() if possible}


@given(instants, lengths, instants, lengths, as_ofs)
def test_any_completion_is_a_chance(
    done: datetime, long: int, limit: datetime, wide: int, as_of: datetime
) -> None:
    rough = TimeRange(pl.lit(done), pl.lit(done + long * SECOND))
    until = TimeRange(pl.lit(limit), pl.lit(limit + wide * SECOND))
    true = {
        outcome(done + late * SECOND, limit + later * SECOND, as_of)
        for late in range(long + 1)
        for later in range(wide + 1)
    }
    assert true <= chances(rough, until, as_of)


@given(st.none() | instants, instants, as_ofs)
def test_precise_times_leave_one_chance(
    done: datetime | None, limit: datetime, as_of: datetime
) -> None:
    at, end = pl.lit(done, pl.Datetime("ms")), pl.lit(limit, pl.Datetime("ms"))
    assert chances(TimeRange(at, at), TimeRange(end, end), as_of) == {outcome(done, limit, as_of)}
