"""A series of dated packs is checked: no day with two versions, none without one."""

from __future__ import annotations

from pathlib import Path

import pytest

from kshop_audit import packs
from kshop_audit.errors import ConfigError
from kshop_audit.model.metadata import Provenance

FOLDER = Path(packs.__file__).parent
SERIES = (FOLDER / "kuaishou-by-date.toml").read_text(encoding="utf-8")
KNOWN = 'source = "x", provenance = "PRESS"'
TO = 'to.source = "x"\nto.provenance = "PRESS"'
DATED = ("kuaishou-2021-09", "kuaishou-2022-11", "kuaishou-2023-03")


def test_the_versions_of_kuaishou_and_their_days() -> None:
    pack = packs.load("kuaishou-by-date")
    days = {}
    for version in pack.versions:
        assert version.effective is not None
        ends = (version.effective.since, version.effective.until)
        days[version.id] = tuple(None if end is None else str(end.value) for end in ends)
    assert days == {
        "kuaishou": (None, "2021-08-31"),
        "kuaishou-2021-09": ("2021-09-01", "2022-11-27"),
        "kuaishou-2022-11": ("2022-11-28", "2023-03-26"),
        "kuaishou-2023-03": ("2023-03-27", None),
    }
    # The day of 2023 is that of a repost, and says so.
    newest = pack.versions[-1].effective
    assert newest is not None
    assert newest.since is not None
    assert newest.since.provenance is Provenance.ASSUMPTION


def test_a_series_has_the_rules_of_all_its_versions_as_the_newest_has_them() -> None:
    pack = packs.load("kuaishou-by-date")
    assert set(pack.rules) == {rule for version in pack.versions for rule in version.rules}
    assert pack.rules["cs-satisfaction"] == packs.load(DATED[-1]).rules["cs-satisfaction"]
    assert pack.rules["reply-rate"] == packs.load("kuaishou").rules["reply-rate"]


def test_the_digest_of_a_series_changes_with_a_version(tmp_path: Path) -> None:
    own = (FOLDER / "kuaishou-2023-03.toml").read_text(encoding="utf-8")
    path = tmp_path / "newest.toml"
    found = set()
    for text in (own, own.replace('value = "0.70"', 'value = "0.71"')):
        path.write_text(text, encoding="utf-8")
        series = tmp_path / "series.toml"
        series.write_text(SERIES.replace('"kuaishou-2023-03"', f'"{path}"'), encoding="utf-8")
        found.add(packs.load(str(series)).sha256)
    assert len(found) == 2


FAULTS = [
    ("to = { value = 2021-08-31", "to = { value = 2021-09-01", "overlap on 2021-09-01"),
    ("to = { value = 2021-08-31", "to = { value = 2022-12-31", "kuaishou-2021-09 overlap on"),
    ("to = { value = 2021-08-31", "to = { value = 2021-08-30", "no version holds after 2021-08-30"),
    ("to = { value", "from = { value", "kuaishou and kuaishou-2021-09 overlap on 2021-09-01"),
    ("to = { value = 2021-08-31", 'to = { value = "2021-08-31"', "effective.to.value: must be a"),
    ("2021-08-31, source", "2021-08-31T00:00:00, source", "effective.to.value: must be a date"),
    (', provenance = "OFFICIAL"', "", "versions.0.effective.to.provenance: is missing"),
    ("to = { value = 2021-08-31, source", "to = { value = 2021-08-31, sauce", "sauce: unknown key"),
    ('pack = "kuaishou"\n', 'pack = "kuaishou"\nuntil = 1\n', "versions.0.until: unknown key"),
    ('pack = "kuaishou-2021-09"', 'pack = "jd"', "versions.1: jd has no dates: give effective"),
    ('pack = "kuaishou-2021-09"', 'pack = "kuaishou-2021-08"', "unknown pack kuaishou-2021-08"),
    ('pack = "kuaishou-2021-09"', 'pack = "kuaishou-by-date"', "may not be a series itself"),
    ('pack = "kuaishou-2021-09"', 'pack = "kuaishou-2023-03"', "no version holds after 2021-08-31"),
    ("id = ", "rules = 1\nid = ", "rules: unknown key"),
    ("version = ", "versoin = ", "versoin: unknown key"),
]


@pytest.mark.parametrize(("old", "new", "message"), FAULTS)
def test_a_fault_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in SERIES
    path = tmp_path / "series.toml"
    path.write_text(SERIES.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        packs.load(str(path))
    assert message in caught.value.en


@pytest.mark.parametrize(
    ("days", "message"),
    [
        ("[effective]", "effective: needs from or to"),
        (f"[effective]\nsince = {{ value = 2021-09-01, {KNOWN} }}",
         "effective.since: unknown key"),
        ('[effective]\nfrom = { value = 2021-09-01, provenance = "PRESS" }',
         "effective.from.source: is missing"),
        (f"[effective]\nfrom = {{ value = 2021-09-02, {KNOWN} }}\nto.value = 2021-09-01\n{TO}",
         "effective: to is before from"),
    ],
)  # fmt: skip
def test_the_days_of_a_version_are_checked(tmp_path: Path, days: str, message: str) -> None:
    text = (FOLDER / "pinduoduo.toml").read_text(encoding="utf-8")
    path = tmp_path / "own.toml"
    path.write_text(f"{text}\n{days}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        packs.load(str(path))
    assert message in caught.value.en


def test_a_series_alone_may_not_stand_beside_its_version() -> None:
    with pytest.raises(ConfigError, match="kuaishou-2022-11 is given twice"):
        packs.load_all(("kuaishou-by-date", "kuaishou-2022-11"))
