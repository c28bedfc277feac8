"""Files with names that are no UTF-8, and files that are none: pipes and devices."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO

import pytest

from kshop_audit.errors import InputError
from kshop_audit.ingest import Request, Source, open_inputs
from kshop_audit.ingest.files import staging
from tests.ingest.build import CHAT, text
from tests.ingest.tables import table_of

ROW = ("S1", "M1", "买家", "2026-10-31 08:05:00", "在吗")
CONTENT = text([CHAT, ROW])


def opened(scratch: Path, *paths: Path) -> tuple[Source, ...]:
    scratch.mkdir(exist_ok=True)
    return open_inputs(Request(paths), scratch)


def rows(source: Source) -> int:
    return table_of(source).height


def put(folder: Path, name: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = os.path.join(os.fsencode(folder), name)  # noqa: PTH118  bytes on purpose
    with open(path, "wb") as file:  # noqa: PTH123  the same
        file.write(CONTENT.encode())
    return Path(os.fsdecode(path))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("聊天记录.csv".encode("gbk"), "聊天记录.csv"),
        (b"chat-\xff\xff.csv", r"chat-\xff\xff.csv"),
        ("聊天记录.csv".encode(), "聊天记录.csv"),
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_q28_a_name_that_is_no_utf_8_is_read_and_shown(
    tmp_path: Path, name: bytes, shown: str, named: bool
) -> None:
    path = put(tmp_path / "in", name)
    (source,) = opened(tmp_path / "scratch", path if named else path.parent)
    assert (source.name, rows(source)) == (shown, 1)
    assert source.path == path


def test_a_folder_whose_name_is_no_utf_8(tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + "导出".encode("gbk")))
    put(folder / "十月", "聊天.csv".encode("gbk"))
    put(folder, b"plain.csv")
    sources = opened(tmp_path / "scratch", folder)
    assert [source.name for source in sources] == ["plain.csv", "十月/聊天.csv"]
    assert [rows(source) for source in sources] == [1, 1]


def test_a_name_is_read_where_links_are_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError("no links here")

    path = put(tmp_path / "in", "聊天.csv".encode("gbk"))
    monkeypatch.setattr(Path, "symlink_to", refused)
    (source,) = opened(tmp_path / "scratch", path)
    assert rows(source) == 1


def test_a_missing_name_is_stated_readably(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode("没有.csv".encode("gbk"))
    with pytest.raises(InputError, match=r"没有\.csv: no such file") as stated:
        opened(tmp_path / "scratch", path)
    assert str(tmp_path) in str(stated.value)


# ------------------------------------------------------------------ what is no file


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "chat.csv"
    os.mkfifo(path)
    return path


def test_a_named_pipe_is_read_once_into_scratch(tmp_path: Path, pipe: Path) -> None:
    content = text([CHAT, *(("S1", f"M{n}", *ROW[2:]) for n in range(5000))]).encode()
    writer = threading.Thread(target=pipe.write_bytes, args=(content,))
    writer.start()
    (source,) = opened(tmp_path / "scratch", pipe)
    writer.join()
    assert (source.name, rows(source)) == ("chat.csv", 5000)


def test_a_writer_may_take_its_time(
    tmp_path: Path, pipe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "PATIENCE", 0.1)
    # Opened for both, a pipe waits for no other side: the writer is there from the beginning.
    file = os.fdopen(os.open(pipe, os.O_RDWR), "wb", buffering=0)

    def write() -> None:
        with file:
            file.write(CONTENT.encode())

    writer = threading.Timer(0.5, write)
    writer.start()
    (source,) = opened(tmp_path / "scratch", pipe)
    writer.join()
    assert rows(source) == 1


def test_a_pipe_without_a_writer_is_stated_and_not_waited_for(
    tmp_path: Path, pipe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "PATIENCE", 0.1)
    with pytest.raises(InputError, match=r"chat\.csv: nothing came through the pipe"):
        opened(tmp_path / "scratch", pipe)


def test_in_a_folder_pipes_are_never_read(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    put(folder, b"a.csv")
    os.mkfifo(folder / "b.csv")
    os.mkfifo(folder / ".hidden")
    (folder / "c.csv").symlink_to(folder / "b.csv")
    (folder / "d.csv").symlink_to("/dev/zero")
    sources = opened(tmp_path / "scratch", folder)
    assert [source.name for source in sources if source.kind] == ["a.csv"]
    assert [source.name for source in sources if "neither a file" in source.why.en] == [
        "b.csv", "d.csv",
    ]  # fmt: skip


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_a_device_is_refused_by_name(tmp_path: Path, device: str) -> None:
    with pytest.raises(InputError, match="neither a file nor a pipe"):
        opened(tmp_path / "scratch", Path(device))


STDIN = """
import sys
from pathlib import Path
from kshop_audit.ingest import Request, open_inputs
from tests.ingest.tables import table_of
(source,) = open_inputs(Request((Path("/dev/stdin"),)), Path(sys.argv[1]))
print(source.name, source.records.raw.frame.collect().height)
"""


@contextmanager
def _piped(file: IO[bytes]) -> Iterator[IO[bytes] | None]:
    """The file as it comes out of a pipe, which is closed whatever happens."""
    with subprocess.Popen(["cat"], stdin=file, stdout=subprocess.PIPE) as cat:  # noqa: S607
        try:
            yield cat.stdout
        finally:
            cat.kill()


@pytest.mark.parametrize("piped", [True, False])
def test_stdin_is_read_as_a_file(tmp_path: Path, piped: bool) -> None:
    path = put(tmp_path, b"chat.csv")
    command = [sys.executable, "-c", STDIN, str(tmp_path)]
    with path.open("rb") as file, _piped(file) if piped else nullcontext(file) as stdin:
        done = subprocess.run(
            command,
            stdin=stdin,
            capture_output=True,
            check=False,
            cwd=Path(__file__).parents[2],
            timeout=300,
        )
    assert done.stderr == b""
    assert done.stdout.split() == [b"stdin", b"1"]
