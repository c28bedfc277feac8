"""Frames as blocks: exactly the same frame comes back, and no text of it stands in the blocks."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from kshop_audit.cache import originals
from kshop_audit.cache.frames import packed, unpacked
from kshop_audit.cache.originals import SourceText

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ROWS = st.lists(st.tuples(st.none() | TEXTS, st.none() | TEXTS, st.integers(0, 9)), max_size=30)
SCHEMA = {"said": pl.String, "who": pl.String, "seq": pl.Int64}


def file_of(folder: Path, rows: list[tuple[str | None, str | None, int]], encoding: str) -> Path:
    """The rows as a back office writes them: quotes doubled inside quotes."""

    def cell(value: object) -> str:
        return '"' + str("" if value is None else value).replace('"', '""') + '"'

    path = folder / "chats.csv"
    text = "".join(",".join(map(cell, row)) + "\r\n" for row in rows)
    path.write_bytes(text.encode(encoding))
    return path


def back(frames: list[pl.DataFrame], original: SourceText) -> list[pl.DataFrame] | None:
    blocks = packed(frames, original, ids=(), words=())
    if blocks is None:
        return None
    left = iter(blocks)
    found = [unpacked(left, original) for _ in frames]
    assert next(left, None) is None
    return [frame for frame in found if frame is not None]


@given(ROWS, st.sampled_from(["utf-8", "gb18030"]), st.integers(1, 40))
def test_any_texts_of_a_file_come_back(
    rows: list[tuple[str | None, str | None, int]], encoding: str, window: int
) -> None:
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(originals, "_WINDOW", window)
        original = SourceText(file_of(Path(folder), rows, encoding), encoding)
        found = back([frame, frame.clear(), frame.filter(pl.col("seq") > 4)], original)
        assert found is not None
        assert_frame_equal(found[0], frame)
        assert_frame_equal(found[1], frame.clear())
        assert_frame_equal(found[2], frame.filter(pl.col("seq") > 4))


def test_rows_in_another_order_come_back_or_are_not_kept(tmp_path: Path) -> None:
    rows: list[tuple[str | None, str | None, int]] = [(f"text {n}", None, n) for n in range(40)]
    original = SourceText(file_of(tmp_path, rows, "utf-8"), "utf-8")
    for shift, kept in ((10, True), (0, False)):
        turned = rows[shift:] + rows[:shift] if shift else rows[::-1]
        frame = pl.DataFrame(turned, schema=SCHEMA, orient="row")
        found = back([frame], original)
        assert (found is not None) is kept
        if found is not None:
            assert_frame_equal(found[0], frame)


def test_a_text_that_is_not_in_the_file_is_not_kept(tmp_path: Path) -> None:
    original = SourceText(file_of(tmp_path, [("在吗", None, 1)], "utf-8"), "utf-8")
    assert packed([pl.DataFrame({"said": ["在吗", "在的"]})], original, ids=(), words=()) is None


def test_types_that_nobody_thought_of_are_not_kept(tmp_path: Path) -> None:
    original = SourceText(file_of(tmp_path, [], "utf-8"), "utf-8")
    for column in (
        pl.Series([[1]]),
        pl.Series([b"a"]),
        pl.Series([1.5]),
    ):
        assert packed([pl.DataFrame({"x": column})], original, ids=(), words=()) is None


def test_numbers_made_of_texts_come_back_and_do_not_stand_there(tmp_path: Path) -> None:
    path = file_of(tmp_path, [("在吗", "B1", 1)], "utf-8")
    texts = pl.DataFrame({"x": ["在吗", "在的", None]})
    frame = texts.select(pl.col("x").hash(seed).alias(f"hash {seed}") for seed in range(2))
    original = SourceText(path, "utf-8")
    blocks = packed([frame], original, ids=(), words=())
    assert blocks is not None
    kept = pl.read_ipc(io.BytesIO(blocks[0]))
    for name in frame.columns:
        assert not set(kept[name].drop_nulls()) & set(frame[name].drop_nulls())
    found = unpacked(iter(blocks), original)
    assert found is not None
    assert_frame_equal(found, frame)
    path.write_bytes(path.read_bytes() + b"\n")
    other = unpacked(iter(blocks), original)
    assert other is not None
    assert not set(other["hash 0"].drop_nulls()) & set(frame["hash 0"].drop_nulls())


def test_counts_of_cells_are_nobody_s_text(tmp_path: Path) -> None:
    original = SourceText(file_of(tmp_path, [("在吗", "B1", 1)], "utf-8"), "utf-8")
    frame = pl.DataFrame({"_value": ["9/62", "在吗", None, "\ufffd\ufffd", "9/62"]})
    found = back([frame], original)
    assert found is not None
    assert_frame_equal(found[0], frame)


def test_ids_are_kept_only_while_they_look_like_ids(tmp_path: Path) -> None:
    original = SourceText(file_of(tmp_path, [("张三", "2631500000000001", 1)], "utf-8"), "utf-8")
    plain = pl.DataFrame({"order_id": ["2631500000000001"]})
    strange = pl.DataFrame({"order_id": ["2631500000000001", "张三"]})
    for frame, kept in ((plain, True), (strange, False)):
        blocks = packed([frame], original, ids={"order_id"}, words=())
        assert blocks is not None
        assert any("order_id" in pl.read_ipc(io.BytesIO(b)).columns for b in blocks) is kept
        found = unpacked(iter(blocks), original)
        assert found is not None
        assert_frame_equal(found, frame)


def test_another_file_gives_nothing_or_no_text(tmp_path: Path) -> None:
    path = file_of(tmp_path, [("在吗", "B1", 1), ("在的", "B2", 2)], "utf-8")
    original = SourceText(path, "utf-8")
    blocks = packed([pl.DataFrame({"said": ["在吗", "在的"]})], original, ids=(), words=())
    assert blocks is not None
    path.write_bytes(b"short")
    assert unpacked(iter(blocks), original) is None
    path.write_bytes(b"\xff" * 100)
    assert unpacked(iter(blocks), original) is None
    path.write_bytes(b"")
    assert unpacked(iter(blocks), original) is None
