"""What stands in a published pack is frozen: its figures change on purpose or not at all."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from kshop_audit import packs
from tests.packs import digests

TEXT = digests.FILE.read_text(encoding="utf-8")
FROZEN = tomllib.loads(TEXT)
HINT = "new entries: make docs; changed ones: digests.toml by hand, and CHANGELOG.md"


@pytest.mark.parametrize("name", packs.names())
def test_what_stands_in_a_pack_is_what_was_checked(name: str) -> None:
    found = digests.of_pack(digests.FOLDER / f"{name}.toml")
    assert FROZEN[name] == found, HINT


def test_no_digest_is_left_of_a_pack_that_is_gone() -> None:
    assert set(FROZEN) == set(packs.names())


def test_new_entries_are_added_and_none_is_changed() -> None:
    assert digests.completed(TEXT) == TEXT
    (line,) = [entry for entry in TEXT.splitlines() if '"rules.dy-reply-3m"' in entry]
    other = f'"rules.dy-reply-3m" = "{"0" * 16}"'
    assert digests.completed(TEXT.replace(f"{line}\n", "")) == TEXT
    changed = TEXT.replace(line, other)
    assert digests.completed(changed) == changed


def test_a_figure_changes_one_digest_and_a_comment_none(tmp_path: Path) -> None:
    text = (digests.FOLDER / "douyin.toml").read_text(encoding="utf-8")
    path = tmp_path / "pack.toml"
    found = []
    for shown in (text, f"# note\n{text}", text.replace("value = 180,", "value = 181,")):
        path.write_text(shown, encoding="utf-8")
        found.append(digests.of_pack(path))
    same, noted, changed = found
    assert same == noted
    assert {key for key in same if same[key] != changed[key]} == {"rules.dy-reply-3m"}
