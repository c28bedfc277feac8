"""Frames as blocks: exactly the same frame comes back, and only with the file it comes from."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from blake3 import blake3
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from kshop_audit.cache import frames
from kshop_audit.cache.frames import packed, unpacked
from kshop_audit.cache.sealing import key_of_all, opened, sealed
from kshop_audit.ingest.files.digests import Digest

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ROWS = st.lists(st.tuples(st.none() | TEXTS, st.none() | TEXTS, st.integers(0, 9)), max_size=30)
SCHEMA = {"said": pl.String, "who": pl.String, "seq": pl.Int64}
KEY = bytes(range(32))


@given(ROWS, st.integers(1, 40))
def test_any_frame_comes_back(
    rows: list[tuple[str | None, str | None, int]], in_a_block: int
) -> None:
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frames, "_ROWS", in_a_block)
        blocks = packed(frame, KEY)
    assert len(blocks) == max(1, -(-frame.height // in_a_block))
    found = unpacked(list(blocks), KEY)
    assert found is not None
    assert_frame_equal(found, frame)


def test_every_type_comes_back() -> None:
    frame = pl.DataFrame(
        {
            "text": ["在吗", None],
            "code": pl.Series(["a", "b"], dtype=pl.Enum(["a", "b"])),
            "few": pl.Series(["甲", "甲"], dtype=pl.Categorical),
            "at": [datetime(2026, 10, 1), None],
            "flag": [True, None],
            "hash": pl.Series([2**64 - 1, 0], dtype=pl.UInt64),
            "file": pl.Series([1, 2], dtype=pl.UInt16),
        }
    )
    found = unpacked(list(packed(frame, KEY)), KEY)
    assert found is not None
    assert_frame_equal(found, frame)


def test_a_block_says_nothing_of_its_cells() -> None:
    frame = pl.DataFrame({"said": ["手机号 13912345678"] * 50, "n": [2631500000000001] * 50})
    one, other = packed(frame, KEY), packed(frame, KEY)
    assert one != other  # the same rows twice cannot be laid over one another
    for block in (*one, *other):
        assert b"13912345678" not in block
        assert (2631500000000001).to_bytes(8, "little") not in block
        assert b"said" not in block


def test_another_file_opens_nothing(tmp_path: Path) -> None:
    path = tmp_path / "chats.csv"
    path.write_bytes("会话ID,消息内容\nS1,在吗\n".encode())
    blocks = packed(pl.DataFrame({"said": ["在吗"]}), Digest(path).key())
    assert unpacked(list(blocks), Digest(path).key()) is not None
    for content in (path.read_bytes() + b"\n", b"short", b""):
        path.write_bytes(content)
        assert unpacked(list(blocks), Digest(path).key()) is None


def test_the_key_is_no_part_of_the_digest_that_reports_show(tmp_path: Path) -> None:
    path = tmp_path / "chats.csv"
    path.write_bytes(b"a" * 3_000_000)
    own = Digest(path)
    assert own.text() == f"blake3:{blake3(path.read_bytes()).hexdigest()}"
    assert len(own.key()) == 32
    assert own.key().hex() not in own.text()


def test_the_key_of_several_files_takes_all_of_them() -> None:
    one, other = bytes(32), bytes(range(32))
    keys = {key_of_all(own) for own in ([], [one], [other], [one, other], [other, one])}
    assert len(keys) == 5
    assert opened(sealed(b"figures", key_of_all([one, other])), key_of_all([one, other]))
    assert opened(sealed(b"figures", key_of_all([one, other])), key_of_all([one])) is None
