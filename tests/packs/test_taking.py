"""A pack may take parts of another: named entries, or everything but some."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from kshop_audit import packs
from kshop_audit.auditing.selection import selected
from kshop_audit.errors import ConfigError, UsageError
from kshop_audit.model.metadata import Operator, Pack
from kshop_audit.model.settings import Settings

FOLDER = Path(packs.__file__).parent
KUAISHOU = packs.load("kuaishou")
DATED = ("kuaishou-2021-09", "kuaishou-2022-11", "kuaishou-2023-03")
REPLACED = {"reply-rate", "reply-rate-daily", "reply-rate-agent"}
OWN = {"reply-rate-3m", "fast-reply-badge", "pickup-composite"}

SMALL = """
id = "own"
version = "1"
title = { zh = "自己的", en = "own" }

[takes]
from = "kuaishou"
rules = ["ship-48h"]
words = ["banned"]

[required]
always = []

[rules.withdrawal]
level = "info"
sources = ["S2-01"]
"""


def load(folder: Path, text: str) -> Pack:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return packs.load(str(path))


def test_only_what_is_named_is_taken(tmp_path: Path) -> None:
    pack = load(tmp_path, SMALL)
    assert list(pack.rules) == ["withdrawal", "ship-48h"]
    assert pack.rules["ship-48h"] == KUAISHOU.rules["ship-48h"]
    assert list(pack.words) == ["banned"]
    assert not pack.score
    assert not pack.dimensions


def test_the_digest_is_over_both_files(tmp_path: Path) -> None:
    pack = load(tmp_path, SMALL)
    both = (FOLDER / "kuaishou.toml").read_bytes() + SMALL.encode("utf-8")
    assert pack.sha256 == hashlib.sha256(both).hexdigest()


ALL_BUT = SMALL.replace(
    'rules = ["ship-48h"]\nwords = ["banned"]',
    'all_but = ["reply-rate-agent", "dimensions", "banned"]',
)


def test_everything_but_what_is_named_is_taken(tmp_path: Path) -> None:
    pack = load(tmp_path, ALL_BUT)
    assert set(pack.rules) == set(KUAISHOU.rules) - {"reply-rate-agent"}
    assert set(pack.words) == set(KUAISHOU.words) - {"banned"}
    assert (pack.dimensions, pack.weights) == ({}, {})
    assert (pack.score, pack.caps) == (KUAISHOU.score, KUAISHOU.caps)


def test_an_entry_of_its_own_replaces_the_one_that_would_be_taken(tmp_path: Path) -> None:
    pack = load(tmp_path, ALL_BUT)
    assert pack.rules["withdrawal"].options == {} != KUAISHOU.rules["withdrawal"].options
    assert pack.required == ()


def test_nothing_may_be_left_out(tmp_path: Path) -> None:
    text = re.sub("all_but = .*", "all_but = []", ALL_BUT)
    assert set(load(tmp_path, text).rules) == set(KUAISHOU.rules)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '"ship-48h"',
            '"ship-49h"',
            "takes.rules.0: unknown entry ship-49h; did you mean ship-48h?",
        ),
        ('"ship-48h"', '"withdrawal"', "takes.rules.0: withdrawal stands twice"),
        ('"ship-48h"', '"ship-48h", "ship-48h"', "takes.rules.1: ship-48h stands twice"),
        ('rules = ["ship-48h"]', "rules = []", "takes.rules: must not be empty"),
        ('rules = ["ship-48h"]', "rules = 1", "takes.rules: must be an array"),
        ('words = ["banned"]', 'colours = ["red"]', "takes.colours: unknown key colours"),
        ('words = ["banned"]', 'all_but = ["banned"]', "takes: needs either all_but or some of"),
        ('rules = ["ship-48h"]\nwords = ["banned"]', "", "takes: needs either all_but or some of"),
        ('from = "kuaishou"', "", "takes.from: is missing"),
        ('from = "kuaishou"', "from = 1", "takes.from: must be a text"),
        ('from = "kuaishou"', 'from = "kuaishu"', "did you mean kuaishou"),
        ('from = "kuaishou"', 'from = "jd"', "takes.from: jd takes from another pack itself"),
        ("[takes]", 'extends = "kuaishou"\n[takes]', "extends: unknown key extends"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    refused(tmp_path, SMALL, old, new, message)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '"reply-rate-agent"',
            '"reply-rate-agnt"',
            "all_but.0: unknown entry reply-rate-agnt; did",
        ),
        ('"reply-rate-agent"', '"withdrawal"', "takes.all_but.0: withdrawal stands twice"),
        ('"dimensions"', '"banned"', "takes.all_but.2: banned stands twice"),
        ('"reply-rate-agent"', '"dispute-fault-rate"', "score.caps.0.rule: unknown rule dispute-f"),
        ("always = []", 'always = ["reply-rate-agent"]', "always: unknown rule reply-rate-agent"),
        ("[rules.withdrawal]\n", "[[rules]]\n", "rules: must be a table"),
    ],
)
def test_a_fault_of_all_but_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    refused(tmp_path, ALL_BUT, old, new, message)


def refused(folder: Path, text: str, old: str, new: str, message: str) -> None:
    assert old in text
    with pytest.raises(ConfigError) as caught:
        load(folder, text.replace(old, new, 1))
    assert message in caught.value.en


@pytest.mark.parametrize("name", DATED)
def test_the_dated_packs_differ_in_the_reply_rate_alone(name: str) -> None:
    pack = packs.load(name)
    assert set(pack.rules) == set(KUAISHOU.rules) - REPLACED | OWN
    for rule in set(KUAISHOU.rules) & set(pack.rules) - {"cs-satisfaction"}:
        assert pack.rules[rule] == KUAISHOU.rules[rule], rule
    assert pack.words == KUAISHOU.words
    assert pack.caps == KUAISHOU.caps
    assert pack.score == KUAISHOU.score


@pytest.mark.parametrize(
    ("name", "close", "human", "monthly"),
    [
        ("kuaishou-2021-09", 24, False, "0.20"),
        ("kuaishou-2022-11", 24, False, "0.00"),
        ("kuaishou-2023-03", 23, True, "0.00"),
    ],
)
def test_what_changed_from_version_to_version(
    name: str, close: int, human: bool, monthly: str
) -> None:
    rules = packs.load(name).rules
    options = rules["reply-rate-3m"].options
    shown = [str(options[key].value) for key in ("within_seconds", "open_hour", "monthly_below")]
    assert shown == ["180", "8", monthly]
    assert (options["close_hour"].value, options["human_only"].value) == (close, human)
    for rule, value in (("reply-rate-3m", "0.70"), ("cs-satisfaction", "0.80")):
        target = rules[rule].target
        assert target is not None
        assert (target.operator, str(target.value)) == (Operator.AT_LEAST, value)
    assert rules["cs-satisfaction"].options["cs_gate_inclusive"].value is True


def test_figures_of_the_other_platforms() -> None:
    pdd = packs.load("pinduoduo").rules["pdd-reply-rate"].options
    figures = {name: str(figure.value) for name, figure in pdd.items()}
    assert figures == {
        "share": "0.50",
        "least_consumers": "100",
        "within_seconds": "3600",
        "open_hour": "8",
        "close_hour": "23",
        "human_only": "False",
    }
    jd = packs.load("jd").rules
    assert jd["jd-review-12h"].options["hours"].value == 12
    assert jd["jd-finish-7d"].options["days"].value == 7
    assert jd["jd-repay-5d"].options["days"].value == 5
    taobao = packs.load("taobao").rules["tb-reply-3m"]
    assert taobao.target is not None
    assert str(taobao.target.value) == "0.90"
    assert taobao.options["least_rounds"].value == 100


@pytest.mark.parametrize("name", ["reply-rate", "product"])
def test_a_rule_of_another_pack_is_not_silently_nothing(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        selected([packs.load("jd")], Settings(), select=(name,))
    assert f"pack jd has no {name}" in caught.value.en
