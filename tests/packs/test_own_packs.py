"""A pack of the operator's own: what no rule has a use for is a fault, never silently nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from kshop_audit import packs
from kshop_audit.config.own_packs import faults

PINDUODUO = Path(packs.__file__).parent / "pinduoduo.toml"


def own(folder: Path, *changes: tuple[str, str]) -> list[str]:
    text = PINDUODUO.read_text(encoding="utf-8").replace('id = "pinduoduo"', 'id = "mine"')
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return [fault.en for fault in faults([packs.load(str(path))])]


@pytest.mark.parametrize("name", packs.names())
def test_the_packs_that_come_with_the_tool_have_no_fault(name: str, tmp_path: Path) -> None:
    pack = packs.load(name)
    assert faults([pack]) == []
    if not pack.versions:
        path = tmp_path / "copy.toml"
        text = (PINDUODUO.parent / f"{name}.toml").read_text(encoding="utf-8")
        path.write_text(text.replace(f'id = "{name}"', 'id = "mine"', 1), encoding="utf-8")
        assert faults([packs.load(str(path))]) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("pdd-reply-rate", "pdd-reply-rat", "unknown rule pdd-reply-rat; did you mean"),
        ("share = {", "shrae = {", "options: unknown option shrae; did you mean share?"),
        ("share = {", "shrae = {", "options.share: is missing"),
        ('"0.50"', '"0.50x"', "options.share: must be of the kind of 0.50"),
        ("value = 100,", 'value = "100",', "options.least_consumers: must be of the kind of 100"),
        ("value = false", "value = 0", "options.human_only: must be of the kind of False"),
    ],
)
def test_what_no_rule_has_a_use_for_is_a_fault(
    old: str, new: str, message: str, tmp_path: Path
) -> None:
    assert any(message in fault for fault in own(tmp_path, (old, new)))


def test_another_figure_is_none(tmp_path: Path) -> None:
    assert own(tmp_path, ('"0.50"', '"1"'), ("value = 3600", "value = 1800")) == []
