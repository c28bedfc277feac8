"""A second command on unchanged files reads none of them, and says the same, byte for byte.

And whatever changes, or goes wrong with what was kept, it says what a run without a cache says.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from kshop_audit.cache import program, store
from kshop_audit.cache.frames import unpacked
from kshop_audit.cache.store import Deposit, Store
from kshop_audit.cli import main
from kshop_audit.ingest.files.digests import Digest
from kshop_audit.plan import read
from kshop_audit.plan import run as plan_run
from kshop_audit.rules import Rule
from tests.cli.build import ROOT
from tests.ingest.workbooks import book

SAMPLES = ROOT / "sample_data"
SHOP = "failing"
QUICK = ("--select", "conduct,ship-48h")
"""Enough rules where it is not what they say that is looked at."""


def some(names: Iterable[str], *every_run: str) -> list[object]:
    """The names as parameters; each takes a second or more, and every run takes these few."""
    slow = pytest.mark.slow
    return [name if name in every_run else pytest.param(name, marks=slow) for name in names]


class Runs:
    """Runs of the command over a folder, in this process and with one cache."""

    def __init__(self, base: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.base = base
        self.cache = base / "cache" / "kshop-audit"
        self.capsys = capsys
        self.read: list[str] = []

    def __call__(self, *arguments: object, command: str = "check") -> tuple[object, ...]:
        """Exit code, stdout, stderr and, of `check`, the report as JSON."""
        self.read.clear()
        out = self.base / "report.json"
        out.unlink(missing_ok=True)
        more = ["--out", out] if command == "check" else []
        code = main([command, *map(str, arguments), *map(str, more)])
        shown = self.capsys.readouterr()
        report = out.read_bytes() if out.exists() else b""
        return code, shown.out, shown.err, report

    def kept(self) -> list[Path]:
        return sorted(self.cache.glob("*.kept"))


@pytest.fixture
def runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Runs:
    monkeypatch.delenv("CI", raising=False)
    for name in [name for name in os.environ if name.startswith("KSHOP_AUDIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    made = Runs(tmp_path, capsys)
    reading = read._read

    def counted(name: str, *rest: Any) -> Any:
        made.read.append(name)
        return reading(name, *rest)

    monkeypatch.setattr(read, "_read", counted)
    return made


def copied(base: Path, name: str = SHOP) -> Path:
    return shutil.copytree(SAMPLES / name, base / name)


def chats_of(folder: Path) -> Path:
    return next(folder.glob("聊天记录*"))


# ------------------------------------------------------------------ the same answer


SHOPS = sorted(path.name for path in SAMPLES.iterdir() if path.is_dir())


@pytest.mark.parametrize("name", some(SHOPS, SHOP, "damaged"))
def test_every_sample_shop_says_the_same_again(runs: Runs, name: str) -> None:
    first = runs(SAMPLES / name)
    assert runs.read
    second = runs(SAMPLES / name)
    assert second == first
    assert runs.read == []


@pytest.mark.slow
def test_a_run_with_a_cache_says_what_one_without_says(runs: Runs) -> None:
    plain = runs(SAMPLES / SHOP, "--no-cache", "--evidence", runs.base / "a")
    first = runs(SAMPLES / SHOP, "--evidence", runs.base / "b")
    second = runs(SAMPLES / SHOP, "--evidence", runs.base / "c")
    assert runs.read == []
    assert plain == first == second
    written = [
        {path.name: path.read_bytes() for path in (runs.base / name).iterdir()} for name in "abc"
    ]
    assert written[0] == written[1] == written[2]
    assert len(written[0]) > 3


def zipped(folder: Path) -> None:
    with zipfile.ZipFile(folder / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.glob("*.csv")):
            archive.write(path, path.name)
            path.unlink()


def packed(folder: Path) -> None:
    path = chats_of(folder)
    path.with_name("chats.csv.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))
    path.unlink()


def in_gb18030(folder: Path) -> None:
    for path in folder.glob("*.csv"):
        path.write_bytes(path.read_text("utf-8-sig").encode("gb18030"))


def as_workbook(folder: Path) -> None:
    path = chats_of(folder)
    rows = pl.read_csv(path, has_header=False, infer_schema=False).rows()
    path.with_suffix(".xlsx").write_bytes(book({"聊天": rows}))
    path.unlink()


def rejected_and_unmapped(folder: Path) -> None:
    path = chats_of(folder)
    lines = path.read_text("utf-8-sig").splitlines()
    lines[3] = lines[3].replace("2026-", "2026-99-", 1)
    lines[5] = lines[5].replace(",买家,", ",神秘人,").replace(",客服,", ",神秘人,")
    lines += [lines[7], lines[8]]  # duplicates
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    twin = path.with_name("again_" + path.name)  # and a file that overlaps
    twin.write_text("\n".join([lines[0], *lines[40:60]]) + "\n", encoding="utf-8")


def without_message_ids(folder: Path) -> None:
    path = chats_of(folder)
    frame = pl.read_csv(path, infer_schema=False)
    frame.drop("消息ID").write_csv(path)


def quoted(folder: Path) -> None:
    for path in folder.glob("*.csv"):
        frame = pl.read_csv(path, infer_schema=False)
        frame.write_csv(path, quote_style="always", line_terminator="\r\n")


ODD: dict[str, Callable[[Path], None]] = {
    change.__name__: change
    for change in (
        zipped, packed, in_gb18030, as_workbook, rejected_and_unmapped, without_message_ids,
        quoted,
    )
}  # fmt: skip


@pytest.mark.parametrize("change", some(ODD, "rejected_and_unmapped", "without_message_ids"))
def test_odd_shops_say_the_same_again(runs: Runs, change: str) -> None:
    folder = copied(runs.base)
    ODD[change](folder)
    first = runs(folder)
    assert first[0] in (0, 1, 3)
    assert runs(folder) == first
    assert runs.read == []


OTHERS = {
    "due": ("due",),
    "insights": ("insights",),
    "forecast": ("forecast",),
    "plan": ("plan", "--gates"),
    "a rule": ("whatif", "--change", "ship-48h=98%"),
    "rows": ("whatif", "--change", "ship:-6h"),
    "closing": ("close", "--no-input"),
}


@pytest.mark.parametrize("name", some(OTHERS, "due", "a rule"))
def test_other_commands_say_the_same_after_a_check(runs: Runs, name: str) -> None:
    command, *flags = OTHERS[name]
    runs(SAMPLES / SHOP)
    again = runs(SAMPLES / SHOP, *flags, command=command)
    assert name == "insights" or runs.read == []  # these ask for other texts
    assert runs(SAMPLES / SHOP, *flags, command=command) == again
    assert runs.read == []
    assert runs(SAMPLES / SHOP, "--no-cache", *flags, command=command) == again


def test_what_was_measured_is_not_measured_again(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copied(runs.base)
    (folder / "备注.csv").write_text("事项,负责人\n盘点,小李\n", encoding="utf-8")
    first = runs(folder)
    measured: list[int] = []
    real = plan_run.run

    def seen(rules: Sequence[Rule], *rest: Any) -> Any:
        measured.append(len(rules))
        return real(rules, *rest)

    monkeypatch.setattr("kshop_audit.auditing.completing.run", seen)
    assert runs(folder) == first
    assert measured == []
    runs(folder, command="forecast")
    assert all(number < 5 for number in measured)  # at an earlier as-of, for its record
    measured.clear()
    runs(folder, "--change", "ship-48h=98%", command="whatif")
    assert max(measured) < 20
    (folder / "备注.csv").unlink()
    runs(folder)
    assert max(measured) > 30


# ------------------------------------------------------------------ what changes is seen


def test_a_byte_changed_with_the_same_size_and_time(runs: Runs) -> None:
    folder = copied(runs.base)
    path = chats_of(folder)
    first = runs(folder)
    state = path.stat()
    content = path.read_bytes()
    place = content.index("客服".encode())
    path.write_bytes(content[:place] + "买家".encode() + content[place + 6 :])
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert path.stat().st_size == state.st_size
    second = runs(folder)
    assert runs.read == [path.name]
    assert second != first
    assert second == runs(folder, "--no-cache")


SETTINGS = {
    "values": ["--set", 'inputs.chats.values.sender_role={"客服"="robot"}'],
    "words": ["--set", 'words.banned=["在的"]'],
    "allow": ["--set", 'words.allow={"微信"="我们自己的"}'],
    "zone": ["--tz", "Europe/London"],
    "as-of": ["--as-of", "2026-10-20"],
    "rules": ["--select", "banned-words"],
    "packs": ["--pack", "kuaishou", "--pack", "taobao"],
    "encoding": ["--encoding", "utf-8"],
    "shop": ["--shop", "nobody"],
}


@pytest.mark.slow
@pytest.mark.parametrize("name", some(SETTINGS, "words", "values"))
def test_other_settings_say_what_they_say_without_a_cache(runs: Runs, name: str) -> None:
    more = SETTINGS[name]
    runs(SAMPLES / SHOP)
    first = runs(SAMPLES / SHOP, *more)
    again = runs(SAMPLES / SHOP, *more)
    assert runs.read == []
    assert first == again == runs(SAMPLES / SHOP, *more, "--no-cache")


@pytest.mark.slow
def test_another_program_reads_again(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    first = runs(SAMPLES / SHOP)
    files = len(runs.read)
    monkeypatch.setattr(program, "__version__", "99")
    program.program.cache_clear()
    try:
        assert runs(SAMPLES / SHOP) == first
        assert len(runs.read) == files
    finally:
        program.program.cache_clear()


def test_a_change_of_the_program_is_another_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "module.py").write_text("x = 1\n", encoding="utf-8")
    monkeypatch.setattr(program, "_PACKAGE", tmp_path)
    digests = [program.program.__wrapped__()]
    for change in ("x = 2\n", "x = 1\n"):
        (tmp_path / "module.py").write_text(change, encoding="utf-8")
        digests.append(program.program.__wrapped__())
    assert digests[0] == digests[2] != digests[1]


@pytest.mark.slow
def test_a_file_that_changes_while_it_is_read_is_not_kept(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copied(runs.base)
    path = chats_of(folder)
    reading = read._read

    def changed(name: str, *rest: Any) -> Any:
        found = reading(name, *rest)
        if name == path.name:
            path.write_bytes(path.read_bytes().replace("好的".encode(), "行的".encode()))
        return found

    monkeypatch.setattr(read, "_read", changed)
    runs(folder)
    monkeypatch.setattr(read, "_read", reading)
    assert runs(folder) == runs(folder, "--no-cache")


# ------------------------------------------------------------------ what goes wrong


def harm(path: Path, how: str) -> None:
    content = path.read_bytes()
    match how:
        case "cut":
            path.write_bytes(content[: len(content) // 2])
        case "forged":
            path.write_bytes(content[:-40] + bytes(40))
        case "empty":
            path.write_bytes(b"")
        case "folder":
            path.unlink()
            path.mkdir()


@pytest.mark.parametrize("how", some(["cut", "forged", "empty", "folder"], "forged"))
def test_a_harmed_entry_is_read_anew(runs: Runs, how: str) -> None:
    first = runs(SAMPLES / SHOP, *QUICK)
    files = len(runs.read)
    for path in runs.kept():
        harm(path, how)
    assert runs(SAMPLES / SHOP, *QUICK) == first
    assert len(runs.read) == files


@pytest.mark.slow
def test_entries_that_changed_places_are_read_anew(runs: Runs) -> None:
    first = runs(SAMPLES / SHOP, *QUICK)
    files = len(runs.read)
    paths = runs.kept()
    contents = [path.read_bytes() for path in paths]
    for path, content in zip(paths, contents[1:] + contents[:1], strict=True):
        path.write_bytes(content)
    assert runs(SAMPLES / SHOP, *QUICK) == first
    assert len(runs.read) == files


def test_a_disk_without_room_is_no_error(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    plain = runs(SAMPLES / SHOP, *QUICK, "--no-cache")
    with monkeypatch.context() as patch:
        patch.setattr(store, "_write", full)
        assert runs(SAMPLES / SHOP, *QUICK) == plain
    assert runs.kept() == []
    runs(SAMPLES / SHOP, *QUICK)
    with monkeypatch.context() as patch:
        patch.setattr(Store, "limit", 0)
        assert runs(SAMPLES / SHOP, *QUICK) == plain


@pytest.mark.slow
def test_a_folder_that_cannot_be_made_is_no_error(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = runs(SAMPLES / SHOP, *QUICK, "--no-cache")
    monkeypatch.setenv("XDG_CACHE_HOME", os.devnull)
    assert runs(SAMPLES / SHOP, *QUICK) == plain == runs(SAMPLES / SHOP, *QUICK)


@pytest.mark.slow
def test_entries_may_vanish_at_any_time(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    first = runs(SAMPLES / SHOP, *QUICK)
    getting = Store.get

    def vanishing(self: Store, key: str | None) -> Deposit | None:
        for path in runs.kept()[::2]:
            path.unlink()
        return getting(self, key)

    monkeypatch.setattr(Store, "get", vanishing)
    assert runs(SAMPLES / SHOP, *QUICK) == first


# ------------------------------------------------------------------ off means off


@pytest.mark.parametrize("how", ["flag", "variable", "file", "ci", "setting"])
def test_switched_off_it_neither_reads_nor_writes(
    runs: Runs, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    folder = copied(runs.base)
    more: list[str] = []
    match how:
        case "flag":
            more = ["--no-cache"]
        case "variable":
            monkeypatch.setenv("KSHOP_AUDIT_NO_CACHE", "1")
        case "setting":
            more = ["--set", "cache=false"]
        case "file":
            path = folder / "shop.toml"
            path.write_text("cache = false\n" + path.read_text("utf-8"), encoding="utf-8")
        case "ci":
            monkeypatch.setenv("CI", "true")
    runs(folder, *QUICK, *more)
    assert not runs.cache.exists()
    assert runs.read


def test_no_cache_does_not_read_what_is_there(runs: Runs) -> None:
    runs(SAMPLES / SHOP, *QUICK)
    files, before = len(runs.read), {path: path.stat().st_mtime_ns for path in runs.kept()}
    runs(SAMPLES / SHOP, *QUICK, "--no-cache")
    assert len(runs.read) == files
    assert {path: path.stat().st_mtime_ns for path in runs.kept()} == before


def test_a_diagnosis_looks_at_the_files_themselves(runs: Runs) -> None:
    runs(SAMPLES / SHOP, command="doctor")
    assert runs.read
    assert not runs.cache.exists()


# ------------------------------------------------------------------ nobody's words


PERSONAL = ("买家", "地址", "姓名", "电话", "手机", "昵称", "收货", "收件", "内容", "客服", "会话")


def personal_cells(folder: Path) -> set[str]:
    found: set[str] = set()
    for path in folder.glob("*.csv"):
        frame = pl.read_csv(path, infer_schema=False)
        for name in frame.columns:
            if "时间" not in name and any(word in name for word in PERSONAL):
                found.update(frame[name].drop_nulls().to_list())
    return {cell for cell in found if len(cell) > 5}


@pytest.mark.parametrize("name", some([SHOP, "taobao"], SHOP))
def test_no_text_and_no_buyer_stands_in_the_cache(
    runs: Runs, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    entries: list[Deposit] = []
    putting = Store.put

    def seen(self: Store, key: str | None, source: int, entry: Deposit) -> bool:
        entries.append(entry)
        return putting(self, key, source, entry)

    monkeypatch.setattr(Store, "put", seen)
    runs(SAMPLES / name, "--no-mask")
    runs(SAMPLES / name, "--no-mask", command="insights")
    cells = personal_cells(SAMPLES / name)
    assert len(cells) > 150
    said = "\n".join(json.dumps(entry.facts, ensure_ascii=False) for entry in entries)
    raw = b"\n".join(path.read_bytes() for path in runs.kept())
    assert len(entries) >= len(runs.kept()) > 5
    assert [cell for cell in cells if cell in said] == []
    assert [cell for cell in cells if cell.encode() in raw] == []
    # With the exports at hand, what is kept opens: there is something to be found.
    keys = [Digest(path).key() for path in (SAMPLES / name).glob("*.csv")]
    opened = [unpacked([block], key) for e in entries for block in e.blocks for key in keys]
    kept = {cell for frame in opened if frame is not None for cell in cells_of(frame)}
    assert len(kept & cells) > 50


def cells_of(frame: pl.DataFrame) -> Iterator[str]:
    for column in frame.iter_columns():
        yield from (str(value) for value in column.unique().to_list())
