"""Folders, encodings, containers: which bytes are read and as what."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from kshop_audit.errors import ConfigError, DamagedFileError, InputError
from kshop_audit.ingest import Request, Source, open_inputs
from tests.ingest.build import CHAT, counts, open_one, read, text, write
from tests.ingest.tables import table_of

ROWS = [("S1", f"M{n}", "买家", f"2026-10-31 08:05:{n:02}", f"第{n}句，好的") for n in range(40)]
CONTENT = text([CHAT, *ROWS])


def opened(*paths: Path, scratch: Path, **options: str) -> tuple[Source, ...]:
    scratch.mkdir(exist_ok=True)
    return open_inputs(Request(paths, **options), scratch)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("encoding", "stated"),
    [
        ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("gbk", "gb18030"),
        ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be"),
    ],
)  # fmt: skip
def test_q01_the_encoding_changes_nothing(tmp_path: Path, encoding: str, stated: str) -> None:
    source = open_one(tmp_path, CONTENT.encode(encoding))
    assert source.encoding == stated
    assert_frame_equal(table_of(source), read(tmp_path, CONTENT, "plain.csv"))


def test_gb18030_is_recognised_under_an_english_header(tmp_path: Path) -> None:
    header = ("session_id", "message_id", "sender_role", "sent_at", "content")
    source = open_one(tmp_path, text([header, *ROWS]).encode("gb18030"))
    assert source.encoding == "gb18030"
    assert table_of(source)["content"][1] == "第1句，好的"


@pytest.mark.parametrize(
    "header", [CHAT, ("session_id", "message_id", "sender_role", "sent_at", "content")]
)
def test_bad_bytes_reject_their_rows_and_are_never_taken_for_gb18030(
    tmp_path: Path, header: tuple[str, ...]
) -> None:
    lines = text([header, *ROWS]).encode().splitlines(keepends=True)
    lines[3] = lines[3].replace("句".encode(), b"\xe5\x8f")
    source = open_one(tmp_path, b"".join(lines))
    assert source.encoding == "utf-8"
    table = table_of(source)
    assert counts(table) == (39, 1, 0)
    bad = table.filter(pl.col("_reason") == "bad_bytes")
    assert bad["_row"].to_list() == [4]


def test_other_bytes_are_no_text(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--encoding"):
        open_one(tmp_path, CONTENT.encode("big5", "replace"))
    with pytest.raises(DamagedFileError, match="cannot be decoded as gb18030"):
        open_one(tmp_path, CONTENT.encode("gb18030") + b"\xff\xff\n")


def test_an_encoding_may_be_given(tmp_path: Path) -> None:
    path = write(tmp_path, CONTENT.encode("utf-16-le"))
    (source,) = opened(path, scratch=tmp_path / "s", encoding="UTF-16LE")
    assert source.encoding == "utf-16-le"
    with pytest.raises(ConfigError, match="unknown encoding 'klingon'"):
        opened(path, scratch=tmp_path / "s", encoding="klingon")


def test_gzip_is_unpacked_and_its_damage_named(tmp_path: Path) -> None:
    packed = gzip.compress(CONTENT.encode(), mtime=0)
    source = open_one(tmp_path, packed, "chat.csv.gz")
    assert source.sha256 == hashlib.sha256(packed).hexdigest()
    assert table_of(source).height == 40
    with pytest.raises(DamagedFileError, match=r"chat\.csv\.gz: the archive is broken"):
        open_one(tmp_path, packed[:-20], "chat.csv.gz")


def test_q28_a_folder_is_read_in_order_and_says_what_it_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    for name in ("b.csv", "a.csv", "sub/c.tsv", "d[1].csv"):
        write(folder, CONTENT, name)
    for name in ("~$a.csv", ".DS_Store", "x.csv.part", "y.bak", "z.crdownload"):
        write(folder, CONTENT, name)
    write(folder, "a,b\n1,2\n", "other.csv")
    write(folder, b"%PDF-1.7 " + b"x" * 99, "book.xlsx")
    write(folder, CONTENT.encode("big5", "replace"), "big5.csv")
    for name in ("shop.toml", "README.md", "report.json", ".git/chat.csv"):
        write(folder, CONTENT, name)
    before = sorted(folder.rglob("*"))
    sources = opened(folder, scratch=tmp_path / "s")
    assert sorted(folder.rglob("*")) == before
    numbers = [source.index for source in sources]
    assert numbers == sorted(set(numbers)), "a file that is no input may leave a gap"
    assert [s.name for s in sources if s.kind] == ["a.csv", "b.csv", "d[1].csv", "sub/c.tsv"]
    left = {source.name: source for source in sources if source.kind is None}
    assert set(left) == {
        "~$a.csv", ".DS_Store", "x.csv.part", "y.bak", "z.crdownload", "other.csv", "book.xlsx",
        "big5.csv",
    }  # fmt: skip
    assert all(source.records is None for source in left.values())
    assert "2 cells, none of them known" in left["other.csv"].why.en
    assert left["~$a.csv"].sha256 is None


def test_a_file_reached_twice_is_read_once(tmp_path: Path) -> None:
    path = write(tmp_path / "in", CONTENT, "a.csv")
    sources = opened(tmp_path / "in", path, path.parent / ".." / "in" / "a.csv", scratch=tmp_path)
    assert len(sources) == 1


def test_what_is_missing_or_empty_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        opened(tmp_path / "none.csv", scratch=tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="nothing is recognised"):
        opened(tmp_path / "empty", scratch=tmp_path)
    write(tmp_path / "odd", "a,b\n", "odd.csv")
    with pytest.raises(InputError, match=r"nothing is recognised: odd\.csv .*2 cells"):
        opened(tmp_path / "odd", scratch=tmp_path)
    with pytest.raises(InputError, match="is empty"):
        open_one(tmp_path, "")


def test_the_source_index_is_in_the_table(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        write(tmp_path / "in", CONTENT, name)
    sources = opened(tmp_path / "in", scratch=tmp_path)
    tables = [table_of(source) for source in sources if source.records is not None]
    assert pl.concat(tables)["_file"].unique(maintain_order=True).to_list() == [0, 1]


def test_a_folder_without_an_export_says_what_lies_there(tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    write(folder, "<html><table><tr><td>a</td></tr></table></html>", "订单.html")
    for name in ("截图.png", "说明.docx", "shop.toml", ".DS_Store"):
        write(folder, b"x", name)
    with pytest.raises(InputError) as caught:
        opened(folder, scratch=tmp_path / "s")
    assert "订单.html(里面没有认得的表格)" in caught.value.zh
    assert "截图.png(不是数据文件，不读取)" in caught.value.zh
    assert "说明.docx (no file of data, never read)" in caught.value.en
    assert "shop.toml" not in caught.value.zh.partition("；请给出")[0]


@pytest.mark.parametrize("mark", ["，", "；"])
def test_a_full_width_separator_is_named_and_can_be_given(tmp_path: Path, mark: str) -> None:
    lines = [mark.join(row) for row in (CHAT, *((*row[:4], row[4][:2]) for row in ROWS))]
    path = write(tmp_path, "\n".join(lines) + "\n")
    with pytest.raises(InputError, match=f'give --delimiter "{mark}"'):
        opened(path, scratch=tmp_path / "scratch")
    (source,) = opened(path, scratch=tmp_path / "scratch", delimiter=mark)
    assert counts(table_of(source)) == (40, 0, 0)
    assert table_of(source)["message_id"][39] == "M39"
