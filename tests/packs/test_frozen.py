"""A pack that has been published is frozen: its figures change on purpose or not at all."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import pytest

from kshop_audit import packs

FOLDER = Path(packs.__file__).parent
DIGESTS = Path(__file__).with_name("digests.toml")


@pytest.mark.parametrize("name", packs.names())
def test_the_text_of_a_pack_is_the_one_that_was_checked(name: str) -> None:
    frozen = tomllib.loads(DIGESTS.read_text(encoding="utf-8"))
    digest = hashlib.sha256((FOLDER / f"{name}.toml").read_bytes()).hexdigest()
    hint = (
        f'checked the figures and CHANGELOG.md? Then write into digests.toml: {name} = "{digest}"'
    )
    assert frozen.get(name) == digest, hint


def test_no_digest_is_left_of_a_pack_that_is_gone() -> None:
    assert set(tomllib.loads(DIGESTS.read_text(encoding="utf-8"))) == set(packs.names())
