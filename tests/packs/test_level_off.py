"""`level = "off"` in a pack: the rule is not run, unless the configuration switches it on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kshop_audit.cli import main

ROOT = Path(__file__).parents[2]
PACK = ROOT / "kshop_audit" / "packs" / "kuaishou.toml"
OFF = ("ship-48h", "withdrawal")
"""A rule that gates and is required, and one that is only listed."""


@pytest.fixture
def pack(tmp_path: Path) -> str:
    """A copy of the default pack in which two rules are off."""
    text = PACK.read_text(encoding="utf-8").replace('id = "kuaishou"', 'id = "mine"')
    for rule in OFF:
        head, _, rest = text.partition(f"[rules.{rule}]\nlevel = ")
        text = f'{head}[rules.{rule}]\nlevel = "off"\n{rest.partition(chr(10))[2]}'
    text = text.replace('always = ["reply-rate", "ship-48h"]', 'always = ["reply-rate"]')
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def report(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    main(
        [
            "check",
            str(ROOT / "sample_data" / "failing"),
            "--isolated",
            "--format",
            "json",
            *arguments,
        ]
    )
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def rules(found: dict[str, Any]) -> set[str]:
    return {rule["id"] for rule in found["rules"]}


def test_a_rule_that_a_pack_switches_off_is_not_run(
    pack: str, capsys: pytest.CaptureFixture[str]
) -> None:
    every, found = report(capsys), report(capsys, "--pack", pack)
    assert rules(found) == rules(every) - {*OFF}
    assert "ship-48h" in every["verdict"]["failed"]
    assert "ship-48h" not in json.dumps(found["verdict"])


def test_the_configuration_switches_it_on_again(
    pack: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = report(capsys, "--pack", pack, "--level", "ship-48h=error")
    assert "ship-48h" in rules(found)
    assert "ship-48h" in found["verdict"]["failed"]
