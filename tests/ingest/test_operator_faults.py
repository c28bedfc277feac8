"""What an operator can do wrong with files: each is answered by a sentence that says what to do."""

from __future__ import annotations

import bz2
import errno
import gzip
import io
import json
import lzma
import os
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kshop_audit.cli import main, stopping
from kshop_audit.errors import EXIT_NO_AUDIT
from kshop_audit.ingest.files import archive, opening
from tests.fuzz.judge import patience
from tests.ingest.build import ORDER, text
from tests.ingest.test_workbooks import SECRET, protected
from tests.ingest.workbooks import book

PAID = "2026-10-31 08:05:00"
ROW = ("20261031", PAID, "待发货", "9.90", "")
CONTENT = text([ORDER, *([str(n), *ROW[1:]] for n in range(1, 9))])
SOUND = CONTENT.encode()
SHEET = book({"订单": [ORDER, ROW]})

Patch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Fault:
    """One mistake. `make` writes the files below `shop` and may break the world around them.

    `says`: what the English sentence tells, beside an instruction; `code`: 2, or another one where
    the files can be audited all the same, and then the sentence stands in the report, if any.
    `arguments`: instead of the folder; SHOP stands for it. `variable`: of the environment.
    """

    make: Callable[[Path, Patch], object]
    says: str
    arguments: tuple[str, ...] = ("SHOP",)
    code: int = 2
    variable: str | None = None


def holds(name: str, content: bytes | str) -> Callable[[Path, Patch], object]:
    """A folder with this file alone."""

    def make(shop: Path, patch: Patch) -> object:
        path = shop / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.write_bytes(content if isinstance(content, bytes) else content.encode())

    return make


def also(*steps: Callable[[Path, Patch], object]) -> Callable[[Path, Patch], object]:
    def make(shop: Path, patch: Patch) -> None:
        for step in steps:
            step(shop, patch)

    return make


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def without(module: str) -> Callable[[Path, Patch], object]:
    return lambda _, patch: patch.setitem(sys.modules, module, None)


def nothing(shop: Path, patch: Patch) -> None:
    """The folder is not even made."""


def empty(shop: Path, patch: Patch) -> None:
    shop.mkdir()


def folder_like_a_file(shop: Path, patch: Patch) -> None:
    (shop / "orders.csv").mkdir(parents=True)


def link(target: str) -> Callable[[Path, Patch], object]:
    def make(shop: Path, patch: Patch) -> None:
        shop.mkdir()
        (shop / "orders.csv").symlink_to(shop / target)

    return make


def loop_of_folders(shop: Path, patch: Patch) -> None:
    holds("orders.csv", SOUND)(shop, patch)
    (shop / "again").symlink_to(shop)


def refused(shop: Path, patch: Patch) -> None:
    """A file that may not be read; permissions mean nothing to root, so the system is stood in."""
    path = shop / "orders.csv"
    holds(path.name, SOUND)(shop, patch)
    opened = Path.open

    def open_(self: Path, *arguments: Any, **options: Any) -> Any:
        if self.name == path.name and "w" not in options.get("mode", ""):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))
        return opened(self, *arguments, **options)

    patch.setattr(Path, "open", open_)


def refused_folder(shop: Path, patch: Patch) -> None:
    """A folder below that may not be opened."""
    holds("inner/orders.csv", SOUND)(shop, patch)
    holds("tickets.csv", SOUND)(shop, patch)
    scan = os.scandir

    def scandir(path: Any = ".") -> Any:
        if str(path).endswith("inner"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return scan(path)

    patch.setattr(os, "scandir", scandir)


def deleted_after(name: str) -> Callable[[Path, Patch], object]:
    """The file is gone as soon as this function of the reader has returned."""

    def make(shop: Path, patch: Patch) -> None:
        path = shop / "orders.csv"
        holds(path.name, SOUND)(shop, patch)
        real = getattr(opening, name)

        def step(*arguments: Any) -> Any:
            done = real(*arguments)
            path.unlink(missing_ok=True)
            return done

        patch.setattr(opening, name, step)

    return make


def full_disk(*names: str) -> Callable[[Path, Patch], object]:
    """Every one of these files in the folder for temporary files lies on a full disk."""

    def make(shop: Path, patch: Patch) -> None:
        scratch = shop.parent / "scratch"
        scratch.mkdir()
        for name in names:
            (scratch / name).symlink_to("/dev/full")

        @contextmanager
        def folder() -> Iterator[Path]:
            yield scratch

        patch.setattr(stopping, "scratch", folder)

    return make


def no_scratch(shop: Path, patch: Patch) -> None:
    holds("orders.csv", SOUND)(shop, patch)

    made = Path.mkdir

    def mkdir(self: Path, *arguments: Any, **options: Any) -> None:
        if self.name.startswith("kshop-audit-"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))
        made(self, *arguments, **options)

    patch.setattr(Path, "mkdir", mkdir)


def small_limits(shop: Path, patch: Patch) -> None:
    patch.setattr(archive, "MOST_TOTAL", 100_000)


def lines(*rows: str) -> bytes:
    return "\n".join([*rows, ""]).encode()


PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>\n" + bytes(range(256)) * 8
JPG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(range(256)) * 8
WORD = zipped(**{"[Content_Types].xml": b"<x/>", "word__document.xml": b"<x/>"})
RAR = b"Rar!\x1a\x07\x01\x00" + bytes(range(256)) * 4
SEVEN = b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(range(256)) * 4
TAR = b"orders.csv".ljust(257, b"\0") + b"ustar\x0000" + SOUND
WIDE = ",".join([*ORDER, *(f"列{n}" for n in range(195))])
LONG = text([ORDER, (*ROW[:2], "待发货" * 700_000, *ROW[3:])])
TWICE = text([(*ORDER, "订单状态"), (*ROW, "已发货")])
BAD_ROWS = text([ORDER, *((str(n), "昨天", "待发货", "1", "") for n in range(30))])
PASSWORD = ("SHOP", "--password-env", "BOOK_PASSWORD")

FAULTS: dict[str, Fault] = {
    # what is not there
    "missing folder": Fault(nothing, "no such file or folder"),
    "empty folder": Fault(empty, "no data file in the folder"),
    "only unfinished downloads": Fault(holds("a.csv.crdownload", SOUND), "unfinished"),
    "a file of 0 bytes": Fault(holds("a.csv", b""), "empty"),
    "only white space": Fault(holds("a.csv", b"\xef\xbb\xbf\r\n \r\n"), "empty"),
    "times that cannot be read": Fault(
        holds("a.csv", text([ORDER, ("1", "10/31/26 8:05", "待发货", "9", "")])),
        r"as-of is unknown.*1 rows could not be read, first: a\.csv:2:订单支付时间 \(the time",
    ),
    "only a header": Fault(holds("a.csv", text([ORDER])), "as-of is unknown"),
    "no temporary folder": Fault(no_scratch, "temporary"),
    # what is something else
    "a folder called x.csv": Fault(folder_like_a_file, "no data file in the folder"),
    "a folder called x.csv, named": Fault(
        folder_like_a_file, "folder", ("--orders", "SHOP/orders.csv")
    ),
    "a PDF called .csv": Fault(holds("a.csv", PDF), "PDF"),
    "a PDF called .csv, named": Fault(holds("a.csv", PDF), "PDF", ("SHOP/a.csv",)),
    "a JPG called .csv": Fault(holds("a.csv", JPG), "picture"),
    "a Word document called .csv": Fault(holds("a.csv", WORD), "Word"),
    "a rar": Fault(holds("a.rar", RAR), "RAR"),
    "a rar, named": Fault(holds("a.rar", RAR), "RAR", ("SHOP/a.rar",)),
    "a rar called .zip": Fault(holds("a.zip", RAR), "RAR"),
    "a 7z": Fault(holds("a.7z", SEVEN), "7z"),
    "a bz2": Fault(holds("a.csv.bz2", bz2.compress(SOUND)), "a bzip2 archive"),
    "an xz": Fault(holds("a.csv.xz", lzma.compress(SOUND)), "an? xz archive"),
    "a tar.gz": Fault(holds("a.tar.gz", gzip.compress(TAR)), "a tar archive"),
    "an OpenDocument table": Fault(holds("a.ods", zipped(**{"content.xml": b""})), "OpenDocument"),
    "NUL bytes alone": Fault(holds("a.csv", bytes(4096)), "NUL"),
    "another table": Fault(holds("a.csv", "品名,库存\n围巾,3\n"), "fits no kind"),
    "another table, named": Fault(
        holds("a.csv", "品名,库存\n围巾,3\n"), "fits no kind", ("SHOP/a.csv",)
    ),
    "a file of another kind": Fault(
        holds("a.csv", SOUND), "fits no kind", ("--chats", "SHOP/a.csv")
    ),
    # what is packed or locked
    "a workbook without the extra": Fault(
        also(holds("a.xlsx", SHEET), without("fastexcel")), r"pip install 'kshop-audit\[xlsx\]'"
    ),
    "a protected workbook": Fault(holds("a.xlsx", protected(SHEET)), "protected by a password"),
    "a wrong password": Fault(
        holds("a.xlsx", protected(SHEET)), "password is wrong", PASSWORD, variable="no" + SECRET
    ),
    "a password without the extra": Fault(
        also(holds("a.xlsx", protected(SHEET)), without("msoffcrypto")),
        r"pip install 'kshop-audit\[xlsx-password\]'",
        PASSWORD,
        variable=SECRET,
    ),
    "a password that is not set": Fault(
        holds("a.xlsx", protected(SHEET)), "no such environment variable", PASSWORD
    ),
    "an archive in an archive": Fault(
        holds("a.zip", zipped(**{"b.zip": zipped(**{"a.csv": SOUND})})), "inside an archive"
    ),
    "an archive of nothing known": Fault(holds("a.zip", zipped(**{"a.txt.md": b"x"})), "no file"),
    "a bomb": Fault(
        also(holds("a.zip", zipped(**{"a.csv": bytes(4_000_000)})), small_limits), "unpacks to"
    ),
    "a broken archive": Fault(holds("a.zip", zipped(**{"a.csv": SOUND})[:-30]), "broken"),
    "a broken gz": Fault(holds("a.csv.gz", gzip.compress(SOUND)[:-9]), "broken"),
    "a broken workbook": Fault(holds("a.xlsx", SHEET[:-300]), "broken"),
    # what the system refuses
    "no permission": Fault(refused, "permission"),
    "no permission, named": Fault(refused, "permission", ("SHOP/orders.csv",)),
    "no permission for a folder": Fault(refused_folder, "permission"),
    "a loop of links": Fault(link("orders.csv"), "leads nowhere"),
    "a loop of links, named": Fault(link("orders.csv"), "no such file", ("SHOP/orders.csv",)),
    "a link to nowhere": Fault(link("nothing.csv"), "leads nowhere"),
    "a loop of folders": Fault(loop_of_folders, "", code=3),
    "deleted before it is opened": Fault(deleted_after("find_files"), "gone"),
    "deleted before it is decoded": Fault(deleted_after("_pieces"), "gone"),
    "deleted before it is read": Fault(deleted_after("understood_source"), "gone"),
    "a full disk, decoding": Fault(
        also(full_disk("0.utf8"), holds("a.csv", CONTENT.encode("gb18030"))), "disk is full"
    ),
    "a full disk, unpacking": Fault(
        also(full_disk("0.plain"), holds("a.csv.gz", gzip.compress(SOUND))), "disk is full"
    ),
    "a full disk, an archive": Fault(
        also(full_disk("0.0.member"), holds("a.zip", zipped(**{"a.csv": SOUND}))), "disk is full"
    ),
    "a full disk, a workbook": Fault(
        also(full_disk("0.sheet.0.csv"), holds("a.xlsx", SHEET)), "disk is full"
    ),
    # what is written otherwise
    "an unknown delimiter": Fault(holds("a.csv", CONTENT.replace(",", "|")), "delimiter"),
    "25 rows above the header": Fault(
        holds("a.csv", "".join(f"说明 {row}\n" for row in range(25)) + CONTENT), "skip_rows"
    ),
    "another delimiter than given": Fault(
        holds("a.csv", SOUND), "delimiter", ("SHOP/a.csv", "--delimiter", ";")
    ),
    "another encoding than given": Fault(
        holds("a.csv", SOUND[:-9] + b"\xff\n"), "cannot be decoded", ("SHOP", "--encoding", "gbk")
    ),
    "no such encoding": Fault(
        holds("a.csv", SOUND), "unknown encoding", ("SHOP", "--encoding", "utf-9")
    ),
    "Big5": Fault(
        holds("a.csv", "訂單編號,付款時間,訂單狀態\n1,2026-10-31,待出貨\n".encode("big5")),
        "Big5",
    ),
    "UTF-8 that was saved as GBK": Fault(
        holds("a.csv", SOUND.decode("gb18030", "replace").encode()), "garbled"
    ),
    "UTF-8 that was saved as Latin": Fault(
        holds("a.csv", SOUND.decode("latin-1").encode()), "garbled"
    ),
    "question marks instead of Chinese": Fault(
        holds("a.csv", CONTENT.encode("ascii", "replace")), "garbled"
    ),
    "most rows unreadable": Fault(holds("a.csv", BAD_ROWS), "could not be read"),
    "an open quote": Fault(holds("a.csv", CONTENT.replace("\n3,", '\n"3,')), "", code=3),
    # what is unusual, but no mistake
    "UTF-16 without a BOM": Fault(holds("a.csv", CONTENT.encode("utf-16-le")), "", code=3),
    "a huge cell": Fault(holds("a.csv", LONG), "", code=3),
    "200 columns": Fault(
        holds("a.csv", f"{WIDE}\n{','.join(ROW)}{',' * (200 - len(ROW))}\n"),
        "unknown columns",
        code=3,
    ),
    "a header twice": Fault(holds("a.csv", TWICE), "several times", code=3),
    "control characters in the name": Fault(holds("\x1b[31m订\u202e单\n.csv", CONTENT), "", code=3),
    "control characters in a name that is not read": Fault(
        holds("\x1b[31mx\u202e\n.csv", "a,b\n"), "fits no kind"
    ),
}

ORDERS = re.compile(
    r"\b(export|give|check|download|unpack|save|put|set|free|change|move|name|install|map|pin|"
    r"use|run|raise|copy|open|pip install|remove|delete|point)\b"
)
"""A word that tells somebody to do something."""


def run(fault: Fault, shop: Path, capfd: pytest.CaptureFixture[str], lang: str) -> tuple[str, str]:
    arguments = [word.replace("SHOP", str(shop)) for word in fault.arguments]
    with patience(30):
        # Notes on the data stand in the details.
        more = [] if fault.code == EXIT_NO_AUDIT else ["-v"]
        code = main(["check", *arguments, *more, "--lang", lang])
    out, err = capfd.readouterr()
    assert code == fault.code, err
    return out, err


@pytest.mark.parametrize("name", FAULTS)
def test_every_mistake_is_answered_by_what_to_do(
    name: str, tmp_path: Path, monkeypatch: Patch, capfd: pytest.CaptureFixture[str]
) -> None:
    fault, shop = FAULTS[name], tmp_path / "shop"
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    if fault.variable is not None:
        monkeypatch.setenv("BOOK_PASSWORD", fault.variable)
    fault.make(shop, monkeypatch)
    out, err = run(fault, shop, capfd, "en")
    for shown in (out, err):
        assert "Traceback" not in shown
        assert "internal error" not in shown
        assert "\x1b" not in shown
        assert "\u202e" not in shown
    if fault.code != 2:
        assert re.search(fault.says, out)
        assert err == ""
        return
    assert out == ""
    assert err.count("\n") == 1, err
    assert re.search(fault.says, err), err
    assert ORDERS.search(err), err
    (tmp_path / "zh").mkdir()
    fault.make(tmp_path / "zh" / "shop", monkeypatch)
    _, err = run(fault, tmp_path / "zh" / "shop", capfd, "zh")
    assert err.count("\n") == 1, err
    assert re.search("请|可用", err), err


BESIDE = (
    "only unfinished downloads", "a file of 0 bytes", "a PDF called .csv", "a JPG called .csv",
    "a Word document called .csv", "a rar", "a 7z", "a tar.gz", "an OpenDocument table",
    "NUL bytes alone", "an archive in an archive", "a bomb", "a link to nowhere",
)  # fmt: skip
"""Mistakes that leave something to audit where sound exports lie beside them."""


@pytest.mark.parametrize("name", BESIDE)
def test_beside_sound_exports_a_mistake_is_a_note_that_says_what_to_do(
    name: str, tmp_path: Path, monkeypatch: Patch, capfd: pytest.CaptureFixture[str]
) -> None:
    shop = tmp_path / "shop"
    FAULTS[name].make(shop, monkeypatch)
    (shop / "sound.csv").write_bytes(SOUND)
    with patience(30):
        code = main(["check", str(shop), "--format", "json", "--lang", "en", "--isolated"])
    out, err = capfd.readouterr()
    assert (code, err) == (3, "")
    report = json.loads(out)
    notes = [note["en"] for note in report["notes"] if "not recognised, skipped" in note["en"]]
    assert len(notes) == 1
    assert re.search(FAULTS[name].says, notes[0])
    assert ORDERS.search(notes[0])
    assert sorted(entry["rows"] for entry in report["inputs"]) == [0, 8]


BETWEEN = (
    "a broken archive", "a broken gz", "a broken workbook", "an unknown delimiter",
    "25 rows above the header", "UTF-8 that was saved as GBK", "UTF-8 that was saved as Latin",
    "question marks instead of Chinese",
)  # fmt: skip
"""Mistakes that hide an export: what is told without it may be the opposite of the truth."""


@pytest.mark.parametrize("name", BETWEEN)
def test_beside_sound_exports_a_hidden_export_ends_the_audit_by_name(
    name: str, tmp_path: Path, monkeypatch: Patch, capfd: pytest.CaptureFixture[str]
) -> None:
    shop = tmp_path / "shop"
    FAULTS[name].make(shop, monkeypatch)
    hidden = {path.name for path in shop.iterdir()}
    (shop / "sound.csv").write_bytes(SOUND)
    assert main(["check", str(shop), "--lang", "en", "--isolated"]) == 2
    _, err = capfd.readouterr()
    assert any(path in err for path in hidden)
    assert re.search(FAULTS[name].says, err)
    assert ORDERS.search(err)
