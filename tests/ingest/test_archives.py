"""Archives: members, their names, what is not read and what is refused."""

from __future__ import annotations

import gzip
import hashlib
import io
import shutil
import struct
import zipfile
from pathlib import Path

import pytest

from kshop_audit.errors import DamagedFileError, InputError
from kshop_audit.ingest import Request, Source, open_inputs
from kshop_audit.ingest.files import archive
from kshop_audit.ingest.files.container import LockedError, UnopenedError
from tests.ingest.build import ORDER, counts, text, write
from tests.ingest.test_workbooks import GOOD, one_sheet, rows_of

CONTENT = text([ORDER, ("20261031", "2026-10-31 08:05:00", "待发货", "9.90", "")]).encode()

PAGE = b'[{"oid": "20261031", "createTime": 1793433900000, "status": 30, "payTime": 1793433900000}]'
ROW = "<td>20261031<td>2026-10-31 08:05:00<td>待发货<td><td>"
WEB_PAGE = f"<table><tr>{''.join(f'<td>{name}' for name in ORDER)}<tr>{ROW}</table>".encode()


def packed(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def opened(folder: Path, content: bytes, name: str = "a.zip") -> tuple[Source, ...]:
    path = write(folder / "in", content, name)
    scratch = folder / "scratch"
    if scratch.exists():
        shutil.rmtree(scratch)
    scratch.mkdir()
    return open_inputs(Request((path,)), scratch)


# ------------------------------------------------------------------ members


def test_members_of_every_sort_are_read(tmp_path: Path) -> None:
    content = packed(
        {
            "订单/a.csv": CONTENT,
            "b.csv.gz": gzip.compress(CONTENT),
            "c.xlsx": one_sheet(GOOD),
            "d.tsv": CONTENT.decode().replace(",", "\t").encode("gb18030"),
            "e.csv": b"x,y\n1,2\n",
            "f.xlsx.gz": gzip.compress(one_sheet(GOOD)),
            "g.json": PAGE,
            "h.JSON": b'{"name": "theme"}',
            "i.html": WEB_PAGE,
        }
    )
    sources = opened(tmp_path, content)
    assert [(source.name, source.kind, source.encoding) for source in sources] == [
        ("a.zip!订单/a.csv", "orders", "utf-8"),
        ("a.zip!b.csv.gz", "orders", "utf-8"),
        ("a.zip!c.xlsx#订单", "orders", None),
        ("a.zip!d.tsv", "orders", "gb18030"),
        ("a.zip!e.csv", None, "utf-8"),
        ("a.zip!f.xlsx.gz#订单", "orders", None),
        ("a.zip!g.json", "orders", "utf-8"),
        ("a.zip!h.JSON", None, "utf-8"),
        ("a.zip!i.html", "orders", None),
    ]
    assert all(counts(rows_of(source)) == (1, 0, 0) for source in sources if source.kind)
    assert sources[0].sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert [source.index for source in sources] == list(range(9))


def test_a_workbook_that_is_packed_as_gz(tmp_path: Path) -> None:
    packed_book = gzip.compress(one_sheet(GOOD))
    (source,) = opened(tmp_path, packed_book, "a.xlsx.gz")
    assert (source.name, source.sha256) == (
        "a.xlsx.gz#订单",
        hashlib.sha256(packed_book).hexdigest(),
    )


def test_what_is_never_read_in_an_archive(tmp_path: Path) -> None:
    names = [
        "__MACOSX/._a.csv", ".git/a.csv", "sub/.hidden/a.csv", "~$a.csv", "sub/.b.csv",
        "c.csv.part", "说明.md", "a.json", "shop.toml", "sub/",
    ]  # fmt: skip
    content = packed({**dict.fromkeys(names, CONTENT), "a.csv": CONTENT})
    sources = opened(tmp_path, content)
    assert [(source.name, source.kind) for source in sources] == [
        ("a.zip!~$a.csv", None),
        ("a.zip!sub/.b.csv", None),
        ("a.zip!c.csv.part", None),
        ("a.zip!a.json", "orders"),
        ("a.zip!a.csv", "orders"),
    ]
    assert {source.sha256 for source in sources[:3]} == {None}


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_names_without_a_mark_are_gbk_or_utf8(tmp_path: Path, encoding: str) -> None:
    stand_in = "x" * len("九月/订单.csv".encode(encoding))
    content = packed({stand_in: CONTENT})
    content = content.replace(stand_in.encode(), "九月/订单.csv".encode(encoding))
    (source,) = opened(tmp_path, content)
    assert source.name == "a.zip!九月/订单.csv"


def test_no_member_is_written_where_its_name_says(tmp_path: Path) -> None:
    names = ("../../evil.csv", "/abs/evil.csv", "C:\\evil.csv", "a/../../evil.csv")
    sources = opened(tmp_path, packed(dict.fromkeys(names, CONTENT)))
    assert [source.name for source in sources] == [
        "a.zip!../../evil.csv", "a.zip!abs/evil.csv", "a.zip!C:/evil.csv", "a.zip!a/../../evil.csv",
    ]  # fmt: skip
    found = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    assert [path.name for path in found if path.parent.name != "scratch"] == ["a.zip"]
    assert not [path for path in found if "evil" in path.name]


# ------------------------------------------------------------------ what is refused


def test_an_archive_of_nothing_known_is_an_error_if_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^a\.zip: nothing is recognised.*holds no file that may"):
        opened(tmp_path, packed({"说明.md": b"x"}))
    with pytest.raises(InputError, match=r"nothing is recognised.*holds no file that may be data"):
        opened(tmp_path, packed({}))
    with pytest.raises(InputError, match=r"^a\.zip!a\.csv: the header fits no kind"):
        opened(tmp_path, packed({"a.csv": b"x,y\n"}))


def test_an_archive_in_an_archive_is_listed(tmp_path: Path) -> None:
    sources = opened(tmp_path, packed({"a.csv": CONTENT, "b.zip": packed({"c.csv": CONTENT})}))
    assert [source.kind for source in sources] == ["orders", None]
    assert "an archive inside an archive" in sources[1].why.en
    with pytest.raises(UnopenedError, match="an archive inside an archive"):
        opened(tmp_path, gzip.compress(gzip.compress(CONTENT)), "a.csv.gz")


@pytest.mark.parametrize("content", [packed({"a.csv": CONTENT})[:-30], b"PK\x03\x04" + b"x" * 99])
def test_a_broken_archive_is_refused_by_name_in_a_folder_too(
    tmp_path: Path, content: bytes
) -> None:
    with pytest.raises(DamagedFileError, match=r"^a\.zip: the archive is broken"):
        opened(tmp_path, content)
    write(tmp_path / "in", CONTENT, "b.csv")
    with pytest.raises(DamagedFileError, match=r"^a\.zip: the archive is broken"):
        open_inputs(Request((tmp_path / "in",)), tmp_path / "scratch")


def test_a_broken_member_is_stated(tmp_path: Path) -> None:
    content = bytearray(packed({"a.csv": CONTENT, "b.csv": CONTENT}))
    content[60] ^= 0xFF
    with pytest.raises(DamagedFileError, match=r"^a\.zip!a\.csv: the archive is broken"):
        opened(tmp_path, bytes(content))


def test_a_protected_archive_is_stated(tmp_path: Path) -> None:
    content = bytearray(packed({"a.csv": CONTENT}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.index(mark) + place
        content[start : start + 2] = struct.pack("<H", 1)
    with pytest.raises(LockedError, match=r"^a\.zip!a\.csv: .*protected by a password"):
        opened(tmp_path, bytes(content))


@pytest.mark.parametrize(
    ("limit", "value"), [("MOST_BYTES", 1000), ("MOST_TOTAL", 1000)], ids=["member", "total"]
)
def test_bombs_are_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    content = packed({f"{n}.csv": b"0" * 900_000 for n in range(3)})
    workbook = packed({"xl/workbook.xml": b"", "xl/worksheets/sheet1.xml": b"0" * 900_000})
    monkeypatch.setattr(archive, limit, value)
    for name, bomb in (("a.zip", content), ("a.xlsx", workbook)):
        with pytest.raises(InputError, match=rf"^{name}: unpacks to .* bytes"):
            opened(tmp_path, bomb, name)


def test_a_member_gives_no_more_bytes_than_it_declares(tmp_path: Path) -> None:
    content = packed({"a.csv": CONTENT * 50})
    size = struct.pack("<I", len(CONTENT) * 50)
    assert content.count(size) == 2
    with pytest.raises(DamagedFileError, match="broken"):
        opened(tmp_path, content.replace(size, struct.pack("<I", len(CONTENT))))


def test_a_member_that_lost_its_name_makes_the_archive_a_broken_one(tmp_path: Path) -> None:
    content = packed({"orders.csv": CONTENT})
    start = content.rindex(b"orders.csv")
    content = content[:start] + bytes(10) + content[start + 10 :]
    with pytest.raises(DamagedFileError, match=r"a\.zip: the archive is broken"):
        opened(tmp_path, content)
