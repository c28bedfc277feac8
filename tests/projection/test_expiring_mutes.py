"""A mute that expires ahead: from that day on the forecast says what a later audit says.

Brute force: the same files are audited at each coming day, when the mute is over. `nothing_new` of
the forecast must be what these audits find, where they know of nothing that happened since.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from random import Random

import pytest

from kshop_audit.auditing.completing import MeasuredPack
from kshop_audit.model.forecast import RuleForecast
from kshop_audit.model.report import Report
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import Mute, Settings
from kshop_audit.projection.series import Future, series_of
from kshop_audit.projection.stages import stages_of
from tests.projection.later import DAY, Folder, became
from tests.shops.audits import written

RULES = (
    ("ship-48h", "order_id"), ("pickup-24h", "order_id"), ("reply-rate", "session_id"),
    ("reply-rate", "agent"), ("reply-rate", "day"), ("refund-only-hours", "ticket_id"),
    ("return-refund-hours", "ticket_id"), ("dispute-fault-rate", "ticket_id"),
    ("refund-deadlines", "ticket_id"), ("quality-refund-rate", "order_id"),
    ("cs-satisfaction", "session_id"),
)  # fmt: skip


def seeds(first: int, fast: int, slow: int) -> list[object]:
    """The first ones in every run, the others in slow ones."""
    many = range(first + fast, first + fast + slow)
    return [*range(first, first + fast), *(pytest.param(s, marks=pytest.mark.slow) for s in many)]


def ids_of(whole: MeasuredPack, column: str, rng: Random) -> tuple[str, ...]:
    """Some of the ids that the files have in a column."""
    tables = whole.exports.loaded.tables
    frames = [tables.rows(kind).collect() for kind in tables.frames]
    found = {
        str(value)
        for frame in frames
        if column in frame.columns
        for value in frame.get_column(column).to_list()
        if value is not None
    }
    if column == "day":
        found = {(whole.terms.end - n * DAY).date().isoformat() for n in range(31)}
    some = sorted(found)
    return tuple(rng.sample(some, len(some) // 3)) if some else ("none",)


def random_mutes(whole: MeasuredPack, rng: Random) -> Iterator[Mute]:
    last = whole.terms.end.date() - DAY
    for rule, column in rng.sample(RULES, 8):
        for _ in range(rng.randrange(1, 3)):
            until = last + rng.choice((0, 1, 3, 7, 15, 28, 29, 40, 60)) * DAY
            yield Mute(rule, {column: ids_of(whole, column, rng)}, "停电", "主管", until)


def covered(end: datetime) -> Settings:
    """No day is missing, at whatever as-of."""
    days = (end - 200 * DAY).date(), (end + 60 * DAY).date()
    kinds = (Kind.ORDERS, Kind.CHATS, Kind.TICKETS)
    return Settings(opened_at=end - 200 * DAY, coverage=dict.fromkeys(kinds, days))


@pytest.mark.parametrize("seed", seeds(7300, fast=1, slow=5))
def test_from_the_day_after_a_mute_the_forecast_is_the_later_audit(
    seed: int, tmp_path: Path
) -> None:
    rng = Random(seed)
    _, end = written(seed, 80, tmp_path, kuaishou=seed % 2 == 0)
    # Nothing waits any more: every limit is over.
    as_of = datetime.combine(end.date(), time.min) + 9 * DAY
    plain = Folder(tmp_path, covered(end)).at(as_of)[0]
    mutes = tuple(random_mutes(plain, rng))
    folder = Folder(tmp_path, replace(covered(end), mutes=mutes))
    _, report = folder.at(as_of)
    lines = {rule.id: rule.forecast for rule in report.rules if rule.forecast is not None}
    over = sorted({(mute.until - as_of.date()).days + 2 for mute in mutes})
    turns = {k + side for k in over for side in (-1, 0) if 0 < k + side <= 30}
    compared: Counter[str] = Counter()
    for ahead in rng.sample(sorted(turns), 3):
        compared += compare(lines, folder.at(as_of + ahead * DAY)[1], ahead)
    assert compared["value"] > 6
    assert_returning(lines, mutes)


def compare(lines: dict[str, RuleForecast], later: Report, ahead: int) -> Counter[str]:
    compared: Counter[str] = Counter()
    for result in later.rules:
        own = lines.get(result.id)
        if own is None or result.unknown or result.value is None:
            continue
        day = own.days[ahead - 1]
        if day.low is not None or day.high is not None:
            continue
        assert (result.id, day.nothing_new) == (result.id, result.value)
        compared["value"] += 1
    return compared


def assert_returning(lines: dict[str, RuleForecast], mutes: tuple[Mute, ...]) -> None:
    """Nothing comes back on a day that follows no mute's last one."""
    for name, own in lines.items():
        days = {(m.until + DAY).isoformat() for m in mutes if m.rule == name}
        assert {back.day for back in own.returning} <= days


@pytest.mark.parametrize("seed", seeds(7330, fast=1, slow=4))
def test_open_units_that_a_mute_means_wait_for_its_end(seed: int, tmp_path: Path) -> None:
    """With the future known, across the end of the mutes: what waits at as-of counts as soon as it
    is decided, but for units that a mute means, which count when it is over.
    """
    rng = Random(seed)
    _, end = written(seed, 90, tmp_path, kuaishou=seed % 2 == 0)
    as_of = datetime.combine(end.date(), time.min) - rng.randrange(2, 8) * DAY
    mutes = tuple(random_mutes(Folder(tmp_path, covered(end)).at(as_of)[0], rng))
    folder = Folder(tmp_path, replace(covered(end), mutes=mutes))
    now, _ = folder.at(as_of)
    compared = 0
    for ahead in (*rng.sample((1, 2, 4, 8, 16), 3), 45):
        later, _ = folder.at(as_of + ahead * DAY)
        for own, then in zip(now.measured, later.measured, strict=True):
            stages, after = stages_of(own, now.terms), series_of(then, later.terms, bare=True)
            if stages is None or after is None or own.unknown or then.unknown:
                continue
            before = stages.at(ahead).series
            known = Future(became(before, after)).within(
                before.first(ahead), before.end + ahead * DAY
            )
            figure = before.known(ahead) + known
            assert (own.rule, figure.numerator, figure.denominator) == (
                own.rule,
                then.numerator,
                then.denominator,
            )
            compared += bool(own.expiring)
    assert compared > 3


def test_the_last_day_of_a_mute_still_leaves_out(tmp_path: Path) -> None:
    folder = tmp_path
    rows = [
        f"O{n},paid,2026-10-{10 + n:02} 10:00:00,2026-10-{10 + n:02} 12:00:00" for n in range(9)
    ]
    rows.append("LATE,paid,2026-10-15 10:00:00,2026-10-25 12:00:00")
    head = "order_id,status,paid_at,shipped_at"
    (folder / "orders.csv").write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    mute = Mute("ship-48h", {"order_id": ("LATE",)}, "停电", "主管", date(2026, 11, 3))
    settings = replace(covered(datetime(2026, 11, 1)), mutes=(mute,))
    _, report = Folder(folder, settings).at(datetime(2026, 11, 1))
    [own] = [rule.forecast for rule in report.rules if rule.id == "ship-48h"]
    assert own is not None
    values = {day.day: day.nothing_new for day in own.days[:5]}
    assert values == {
        "2026-11-01": 1.0, "2026-11-02": 1.0, "2026-11-03": 1.0,
        "2026-11-04": 0.9, "2026-11-05": 0.9,
    }  # fmt: skip
    assert [(b.day, b.numerator, b.denominator) for b in own.returning] == [("2026-11-04", 0, 1)]


def test_an_open_unit_that_a_mute_means_stays_out_until_the_mute_is_over(tmp_path: Path) -> None:
    rows = [f"O{n},paid,2026-10-{10 + n} 10:00:00,2026-10-{10 + n} 12:00:00" for n in range(19)]
    rows.append("OPEN,paid,2026-10-31 10:00:00,")
    head = "order_id,status,paid_at,shipped_at"
    (tmp_path / "orders.csv").write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    mute = Mute("ship-48h", {"order_id": ("OPEN",)}, "停电", "主管", date(2026, 11, 3))
    settings = replace(covered(datetime(2026, 11, 1)), mutes=(mute,))
    whole, report = Folder(tmp_path, settings).at(datetime(2026, 11, 1))
    [own] = [m for m in whole.measured if m.rule == "ship-48h"]
    [result] = [rule for rule in report.rules if rule.id == "ship-48h"]
    assert result.excluded == {"pending": 1}  # a mute is the last reason that is asked for
    stages = stages_of(own, whole.terms)
    assert stages is not None
    opened = [sum(u.units for u in stages.at(k).series.measured.undecided) for k in (1, 3, 4)]
    assert opened == [0, 0, 1]


def test_the_pace_takes_back_who_goes_on_and_not_what_is_over(tmp_path: Path) -> None:
    """After a mute of an agent her units come every day; after one of an order none does."""
    rows = []
    for day in range(1, 31):
        for agent, after in (("小李", 10), ("小王", 1)):
            session, at = f"{agent}{day}", f"2026-10-{day:02} 10:{{:02}}:00"
            rows.append(f"{session},1,B{session},buyer,{at.format(0)},{agent},在吗")
            rows.append(f"{session},2,B{session},agent,{at.format(after)},{agent},在的")
    head = "session_id,message_seq,buyer_id,sender_role,sent_at,agent_account,content"
    (tmp_path / "chats.csv").write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    until = date(2026, 11, 4)

    def at_pace(match: dict[str, tuple[str, ...]]) -> dict[str, float | None]:
        mute = Mute("reply-rate", match, "新人", "主管", until)
        settings = replace(covered(datetime(2026, 10, 31)), mutes=(mute,))
        _, report = Folder(tmp_path, settings).at(datetime(2026, 10, 31))
        [own] = [rule.forecast for rule in report.rules if rule.id == "reply-rate"]
        assert own is not None
        return {day.day: day.at_pace for day in own.days}

    hers = at_pace({"agent": ("小李",)})
    assert (hers["2026-11-04"], hers["2026-11-05"], hers["2026-11-29"]) == (1.0, 0.5, 0.5)
    once = at_pace({"session_id": tuple(f"小李{day}" for day in range(1, 31))})
    # On 11-05 there are 24 days of October, of both, and six coming ones of the other alone.
    assert (once["2026-11-04"], once["2026-11-05"]) == (1.0, 30 / 54)
    assert once["2026-11-29"] == 1.0
