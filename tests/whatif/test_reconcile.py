"""Reconcile: the planted definition is found, "several" where rounding hides it, chance proves
nothing.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest

from kshop_audit.model.rates import Written, share_of, written
from kshop_audit.projection.reconciling import Key, Outcome, classes, verdict
from tests.cli.build import ROOT, Run

DAYS = ("2026-10-20", "2026-10-24", "2026-10-28", "2026-10-31")
NAMES = ("clock", "human_only", "open_hour", "close_hour", "window_days")
HEAD = "session_id,message_id,message_seq,buyer_id,agent_account,sender_role,sent_at,content\n"


def said(run: Run, *arguments: object) -> dict[str, Any]:
    code, out, err = run(*arguments)
    assert code == 0, err
    found: dict[str, Any] = json.loads(out)
    return found


Message = tuple[str, datetime]


def talks(seed: int, number: int) -> list[list[Message]]:
    """Conversations of 62 days, at all hours, answered by people and robots, slow and quick."""
    rng = Random(seed)
    found = []
    for _ in range(number):
        day = datetime(2026, 8, 31) + timedelta(days=rng.randrange(62))
        at = day + timedelta(seconds=rng.randrange(86_400 - 7_200))
        talk: list[Message] = []
        for _ in range(rng.choice((1, 1, 2, 3))):
            for _ in range(rng.choice((1, 1, 2, 3))):
                talk.append(("buyer", at))
                at += timedelta(seconds=rng.randrange(20, 240))
            at += timedelta(seconds=rng.choice((rng.randrange(10, 300), rng.randrange(200, 900))))
            talk.append((rng.choice(("agent", "agent", "robot")), at))
            at += timedelta(seconds=rng.randrange(30, 400))
        found.append(talk)
    return found


def shop(folder: Path, seed: int, number: int = 700) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        f"S{place},M{place}-{at},{at},B{place},{role},{role},{sent:%Y-%m-%d %H:%M:%S},好"
        for place, talk in enumerate(talks(seed, number))
        for at, (role, sent) in enumerate(talk)
    ]
    (folder / "chats.csv").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    return folder


# ------------------------------------------------------------------ the figure, in plain Python


def figure(seed: int, number: int, day: str, definition: dict[str, Any]) -> Fraction | None:
    """The reply rate by a definition, for the window that ends with a day."""
    end = datetime.fromisoformat(day) + timedelta(days=1)
    since = end - timedelta(days=definition["window_days"])
    answers = ("agent",) if definition["human_only"] else ("agent", "robot")
    good = units = 0
    for talk in talks(seed, number):
        rows = [row for row in talk if row[1] < end]
        burst: list[datetime] = []
        for role, at in [*rows, ("end", end)]:
            if role == "buyer":
                inside = since <= at and (
                    definition["open_hour"] <= at.hour < definition["close_hour"]
                )
                if not inside:
                    continue
                if burst and burst[-1].date() != at.date():
                    added = settled(burst, [r for r in rows if r[0] in answers], end, definition)
                    good, units, burst = good + added[0], units + added[1], []
                burst.append(at)
            elif (role in answers or role == "end") and burst:
                added = settled(burst, [r for r in rows if r[0] in answers], end, definition)
                good, units, burst = good + added[0], units + added[1], []
    return Fraction(good, units) if units else None


def settled(
    burst: list[datetime], replies: list[Message], end: datetime, definition: dict[str, Any]
) -> tuple[int, int]:
    """Of a burst: messages answered in time, and messages that count."""
    reply = next((at for _, at in replies if at >= burst[-1]), None)
    clocks = burst if definition["clock"] == "own" else [burst[0]] * len(burst)
    clocks = clocks[:1] if definition["clock"] == "round" else clocks
    good = units = 0
    for clock in clocks:
        if reply is None and clock + timedelta(seconds=300) >= end:
            continue  # its time still runs
        units += 1
        good += reply is not None and (reply - clock).total_seconds() <= 300
    return good, units


def flags(seed: int, number: int, definition: dict[str, Any], days: tuple[str, ...],
          decimals: int) -> list[str]:  # fmt: skip
    found = []
    for day in days:
        value = figure(seed, number, day, definition)
        assert value is not None
        found += ["--platform", f"reply-rate={float(value * 100):.{decimals}f}%@{day}"]
    return found


PLANTED = (
    ("first_of_burst", False, 8, 24, 30),
    ("own", False, 8, 23, 30),
    ("round", True, 0, 24, 7),
    ("first_of_burst", True, 8, 24, 7),
)


@pytest.mark.parametrize(
    "place", [0, *(pytest.param(place, marks=pytest.mark.slow) for place in (1, 2, 3))]
)
def test_the_planted_definition_is_found(run: Run, tmp_path: Path, place: int) -> None:
    planted = dict(zip(NAMES, PLANTED[place], strict=True))
    folder = shop(tmp_path / "shop", place)
    asked = flags(place, 700, planted, DAYS, 3)
    found = said(run, "reconcile", folder, "--isolated", *asked, "--format", "json")
    assert found["verdict"] == "one"
    best = found["candidates"][0]
    assert best["fits"] is True
    assert planted in [best["definition"], *best["same_as"]]
    assert best["distance"] <= 0.000_005
    assert [entry["day"] for entry in found["platform"]] == list(DAYS)
    assert found["would_tell_apart"] == []
    values = [float(figure(place, 700, day, planted) or 0) for day in DAYS]
    assert best["values"] == pytest.approx(values)


def test_every_definition_has_the_figure_of_plain_python(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", 9, 120)
    found = said(run, "reconcile", folder, "--isolated", "--platform", "reply-rate=80%@2026-10-20",
                 "--format", "json")  # fmt: skip
    tried = 0
    for candidate in found["candidates"]:
        for definition in (candidate["definition"], *candidate["same_as"]):
            (value,) = candidate["values"]
            expected = figure(9, 120, "2026-10-20", definition)
            assert value == (None if expected is None else pytest.approx(float(expected)))
            tried += 1
    assert tried == 3 * 2 * 2 * 2 * 3


def test_rounding_hides_it_and_a_figure_that_tells_is_named(run: Run, tmp_path: Path) -> None:
    planted = dict(zip(NAMES, PLANTED[0], strict=True))
    folder = shop(tmp_path / "shop", 6)
    near = ("2026-10-29", "2026-10-30", "2026-10-31")
    asked = flags(6, 700, planted, near, 0)
    found = said(run, "reconcile", folder, "--isolated", *asked, "--format", "json")
    fitting = [entry for entry in found["candidates"] if entry["fits"]]
    assert found["verdict"] == "several"
    assert len(fitting) > 1
    (telling,) = found["would_tell_apart"]
    assert telling["day"] not in near
    assert len({entry["value"] for entry in telling["values"]}) > 1


def test_a_figure_is_shown_with_the_digits_it_was_given(run: Run) -> None:
    folder = ROOT / "sample_data/failing"
    for text in ("71.9%", "71.90%"):
        code, out, _ = run("reconcile", folder, "--platform", f"reply-rate={text}", "--lang", "en")
        assert code == 0
        (platform,) = (line for line in out.splitlines() if line.startswith("Platform, "))
        assert f" {text} " in platform
    code, _, err = run(
        "reconcile", ROOT / "sample_data/taobao", "--platform", "tb-reply-3m=96%", "--lang", "en"
    )
    assert code == 2
    assert "none of these rules has readings" in err


def test_fewer_than_three_days_prove_nothing(run: Run, tmp_path: Path) -> None:
    planted = dict(zip(NAMES, PLANTED[1], strict=True))
    folder = shop(tmp_path / "shop", 1)
    two = flags(1, 700, planted, DAYS[:2], 3)
    found = said(run, "reconcile", folder, "--isolated", *two, "--format", "json")
    assert found["verdict"] == "several"
    thrice = flags(1, 700, planted, (DAYS[0],), 3) * 3
    assert said(run, "reconcile", folder, "--isolated", *thrice, "--format", "json")[
        "verdict"] == "several"  # fmt: skip


def test_no_definition_makes_a_figure_that_is_far_away(run: Run, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", 1, 200)
    found = said(run, "reconcile", folder, "--isolated", "--platform", "reply-rate=3%@2026-10-20",
                 "--format", "json")  # fmt: skip
    assert found["verdict"] == "none"
    assert not any(entry["fits"] for entry in found["candidates"])


def test_the_closed_half_unit_of_the_last_digit_is_what_fits() -> None:
    said_ = written("81.2%", share=True)
    assert said_ == Written(Fraction(812, 1000), Fraction(1, 1000))
    for value, fits in ((8115, True), (8125, True), (8114, False), (8126, False)):
        one = Fraction(value, 10_000)
        assert Outcome(one, one, one).may_be(said_) is fits
    assert written("81.2", share=True) == said_
    assert written("0.812", share=True) == said_
    assert written("24.5", share=False) == Written(Fraction(49, 2), Fraction(1, 10))
    assert share_of("147/150") == Fraction(147, 150)
    for wrong in ("", "-1", "1e5", "abc", "120%", "8 1"):
        assert share_of(wrong) is None


def test_what_is_not_known_widens_every_definition() -> None:
    outcome = Outcome(Fraction(8, 10), Fraction(7, 10), Fraction(9, 10))
    seventy = written("70%", share=True)
    assert seventy is not None
    assert outcome.may_be(seventy)


# ------------------------------------------------------------------ shop.toml


COMMENTED = """# the shop's own words, which stay
shop = "小店" # its name

[options.reply-rate] # as agreed
clock = "round" # was tried in May
# the last line
"""


def test_the_winner_is_kept_and_no_comment_is_lost(run: Run, tmp_path: Path) -> None:
    planted = dict(zip(NAMES, PLANTED[1], strict=True))
    folder = shop(tmp_path / "shop", 1)
    file = folder / "shop.toml"
    file.write_text(COMMENTED, encoding="utf-8")
    asked = flags(1, 700, planted, DAYS, 3)
    code, _, err = run("reconcile", folder, *asked, "--keep")
    assert code == 0
    assert "written to" in err
    text = file.read_text(encoding="utf-8")
    for line in COMMENTED.splitlines():
        assert line in text or line.startswith("clock")
    assert 'clock = "own" # was tried in May' in text
    for day in DAYS:
        code, out, err = run("check", folder, "--as-of", day, "--select", "reply-rate",
                             "--format", "json")  # fmt: skip
        (rule,) = json.loads(out)["rules"]
        assert Fraction(rule["numerator"], rule["denominator"]) == figure(1, 700, day, planted)
    code, _, err = run("reconcile", folder, *asked, "--keep")
    assert "in use" in err
    assert file.read_text(encoding="utf-8") == text


def test_a_file_is_made_if_there_is_none_and_a_strange_one_is_left_alone(
    run: Run, tmp_path: Path
) -> None:
    planted = dict(zip(NAMES, PLANTED[2], strict=True))
    folder = shop(tmp_path / "shop", 2)
    asked = flags(2, 700, planted, DAYS, 3)
    assert run("reconcile", folder, *asked, "--keep")[0] == 0
    made = Path("shop.toml").read_text(encoding="utf-8")
    assert made.startswith("[options.reply-rate]\n")
    assert "window_days = 7" in made
    strange = 'options = { reply-rate = { clock = "own" } }\n'
    Path("shop.toml").write_text(strange, encoding="utf-8")
    code, _, err = run("reconcile", folder, *asked, "--keep")
    assert code == 2
    assert "write yourself" in err
    assert Path("shop.toml").read_text(encoding="utf-8") == strange


# ------------------------------------------------------------------ chance and faults


@pytest.mark.slow
def test_a_fit_by_chance_is_called_certain_in_less_than_one_of_a_hundred_shops() -> None:
    """The platform counts by a limit that no definition has: 200 to 420 seconds instead of 300."""
    certain = 0
    shops = 400
    for seed in range(shops):
        rng = Random(seed)
        limit = rng.choice((200, 240, 270, 330, 360, 420))
        conversations = talks(seed, 300)
        days = [date(2026, 10, 31) - timedelta(days=10 * step) for step in range(3)]
        outcomes: dict[Key, list[Outcome]] = {}
        for values in product(("first_of_burst", "own", "round"), (False, True), (8, 0), (24, 23),
                              (30, 7, 1)):  # fmt: skip
            key: Key = tuple(zip(NAMES, values, strict=True))
            own = [quick(conversations, day, dict(key), 300) for day in days]
            outcomes[key] = [Outcome(v, v, v) for v in own]
        usual = dict(zip(NAMES, rng.choice(PLANTED), strict=True))
        shown, exact = [], [quick(conversations, day, usual, limit) for day in days]
        for value in exact:
            assert value is not None
            tenths = Fraction(int(value * 1000 + Fraction(1, 2)), 1000)
            shown.append(Written(tenths, Fraction(1, 1000)))
        if verdict(found := classes(outcomes), shown, days) == "one":
            (fitting,) = (own for own in found if own.fits(shown))
            # What is equal on all of the data is no chance: nothing could tell it apart.
            certain += [outcome.value for outcome in fitting.outcomes] != exact
    assert certain < shops / 100, certain


def quick(
    conversations: list[list[Message]], day: date, definition: dict[str, Any], limit: int
) -> Fraction | None:
    """As `figure`, for many shops: each burst lies in one conversation, whatever its day."""
    end = datetime(day.year, day.month, day.day) + timedelta(days=1)
    since = end - timedelta(days=definition["window_days"])
    answers = ("agent",) if definition["human_only"] else ("agent", "robot")
    good = units = 0
    for talk in conversations:
        if not since <= talk[0][1] < end:
            continue
        burst: list[datetime] = []
        for role, at in talk:
            if role == "buyer":
                if definition["open_hour"] <= at.hour < definition["close_hour"]:
                    burst.append(at)
            elif role in answers and burst:
                clocks = burst if definition["clock"] == "own" else [burst[0]] * len(burst)
                clocks = clocks[:1] if definition["clock"] == "round" else clocks
                good += sum((at - clock).total_seconds() <= limit for clock in clocks)
                units += len(clocks)
                burst = []
        units += 1 if burst and definition["clock"] == "round" else len(burst)
    return Fraction(good, units) if units else None


@pytest.mark.parametrize(
    ("flags_", "words"),
    [
        ((), "--platform"),
        (("--platform", "reply-rate"), "write it like"),
        (("--platform", "reply-rate=eighty@2026-10-20"), "write it like"),
        (("--platform", "reply-rate=81.2%@2026-13-20"), "write it like"),
        (("--platform", "reply-rate=81.2%@2027-10-20"), "not among the days"),
        (("--platform", "reply-rat=81.2%"), "did you mean reply-rate"),
        (("--platform", "banned-words=0"), "no readings"),
        (("--platform", "reply-rate=81%", "--platform", "ship-48h=97%"), "one rule at a time"),
        (("--platform", "ship-48h=97%"), "no orders file"),
    ],
)
def test_what_cannot_be_compared_is_named(
    run: Run, tmp_path: Path, flags_: tuple[str, ...], words: str
) -> None:
    folder = shop(tmp_path / "shop", 1, 60)
    code, out, err = run("reconcile", folder, "--isolated", *flags_)
    assert (code, out) == (2, "")
    assert words in err


@pytest.mark.parametrize("rule", ["ship-48h=93.9%", "pickup-24h=92.7%", "cs-satisfaction=87.6%",
                                  "quality-refund-rate=1.82%", "refund-only-hours=27.6",
                                  "dispute-fault-rate=5.56%"])  # fmt: skip
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_figure_of_the_report_fits_the_usual_definition(run: Run, rule: str, lang: str) -> None:
    folder = ROOT / "sample_data/failing"
    flags_ = ("--platform", f"{rule}@2026-10-31", "--lang", lang)
    found = said(run, "reconcile", folder, *flags_, "--format", "json")
    usual = next(entry for entry in found["candidates"] if entry["fits"])
    assert usual["definition"]["window_days"] in (30, 60)
    code, out, _ = run("reconcile", folder, *flags_)
    assert code == 0
    assert {"zh": "近 ", "en": " day"}[lang] in out


@pytest.mark.parametrize(
    ("wide", "expected"), [((), "one"), ((0,), "several"), ((1, 2), "several")]
)
def test_a_day_of_which_not_all_is_known_proves_nothing(
    wide: tuple[int, ...], expected: str
) -> None:
    """Its range may reach whatever figure the platform shows."""
    days = [date(2026, 10, day) for day in (29, 30, 31)]
    figures = [Written(Fraction(rate, 1000), Fraction(1, 1000)) for rate in (719, 724, 730)]
    own = [
        Outcome(one.value, Fraction(0) if n in wide else one.value, one.value)
        for n, one in enumerate(figures)
    ]
    other = [Outcome(Fraction(1, 2), Fraction(1, 2), Fraction(1, 2))] * 3
    found = classes({(("clock", "first"),): own, (("clock", "last"),): other})
    assert verdict(found, figures, days) == expected
