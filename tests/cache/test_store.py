"""The folder of the cache: what it gives back is what was put in, or nothing."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kshop_audit.cache import store as module
from kshop_audit.cache.store import DAYS, Deposit, Store

NOW = 1_790_000_000
DAY = 24 * 60 * 60
POSIX = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="modes of files are of POSIX")


def at(folder: Path, now: int = NOW, limit: int = 1 << 20) -> Store:
    return Store(folder / "cache", now, limit)


def put(store: Store, name: str, block: bytes = b"block") -> None:
    assert store.put(store.key(name), len(block), Deposit({"name": name}, [block, b"second"]))


def got(store: Store, name: str) -> list[bytes] | None:
    entry = store.get(store.key(name))
    if entry is None:
        return None
    assert entry.facts == {"name": name}
    return [bytes(block) for block in entry.blocks]


def files(store: Store) -> list[Path]:
    return sorted(store.folder.glob("*.kept"))


def test_what_was_put_in_comes_out_in_another_run(tmp_path: Path) -> None:
    put(at(tmp_path), "one", b"first")
    put(at(tmp_path), "two", b"")
    later = at(tmp_path, NOW + DAY)
    assert got(later, "one") == [b"first", b"second"]
    assert got(later, "two") == [b"", b"second"]
    assert got(later, "three") is None
    assert later.sizes == {5, 0}
    assert later.extent().entries == 2
    assert later.extent().size == sum(path.stat().st_size for path in files(later))


@POSIX
def test_nobody_else_may_look(tmp_path: Path) -> None:
    put(at(tmp_path), "one")
    folder = tmp_path / "cache"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    folder.chmod(0o755)
    put(at(tmp_path), "two")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_names_tell_nothing_without_the_secret(tmp_path: Path) -> None:
    assert at(tmp_path / "a").key("same") != at(tmp_path / "b").key("same")
    assert at(tmp_path / "a").key("same") == at(tmp_path / "a").key("same")
    assert at(tmp_path / "a").key("ab", "c") != at(tmp_path / "a").key("a", "bc")


def test_a_damaged_entry_is_none(tmp_path: Path) -> None:
    put(at(tmp_path), "one", bytes(range(256)))
    (path,) = files(at(tmp_path))
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert got(at(tmp_path), "one") is None, place
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert got(at(tmp_path), "one") is None, length
    path.write_bytes(whole + b"\0")
    assert got(at(tmp_path), "one") is None
    path.write_bytes(whole)
    assert got(at(tmp_path), "one") is not None


def test_an_entry_in_the_place_of_another_is_none(tmp_path: Path) -> None:
    store = at(tmp_path)
    put(store, "one")
    put(store, "two")
    first, second = files(store)
    content = first.read_bytes()
    second.write_bytes(content)
    assert [got(at(tmp_path), name) for name in ("one", "two")].count(None) == 1
    # Nor can it be made younger than it is.
    first.rename(first.with_name(first.name.replace(str(NOW), str(NOW + DAY))))
    assert got(at(tmp_path, NOW + DAY), "one") is None
    assert got(at(tmp_path, NOW + DAY), "two") is None


def test_an_entry_of_another_secret_is_none(tmp_path: Path) -> None:
    put(at(tmp_path), "one")
    (tmp_path / "cache" / "secret").write_bytes(bytes(32))
    assert got(at(tmp_path), "one") is None
    (tmp_path / "cache" / "secret").write_bytes(b"short")
    assert at(tmp_path).key("one") is None
    assert not at(tmp_path).put("0" * 64, 1, Deposit({}))


@POSIX
def test_what_others_may_write_is_none(tmp_path: Path) -> None:
    put(at(tmp_path), "one")
    (path,) = files(at(tmp_path))
    path.chmod(0o620)
    assert got(at(tmp_path), "one") is None
    path.chmod(0o600)
    assert got(at(tmp_path), "one") is not None
    target = path.rename(tmp_path / "elsewhere")
    path.symlink_to(target)
    assert got(at(tmp_path), "one") is None


def test_entries_end(tmp_path: Path) -> None:
    put(at(tmp_path), "one")
    last = NOW + DAYS * DAY
    for now in (NOW, NOW + DAY, last - 1):  # using it makes it no younger
        assert got(at(tmp_path, now), "one") is not None
    assert got(at(tmp_path, last), "one") is None
    assert files(at(tmp_path)) == []


def test_what_ends_goes_though_nobody_asks_for_it(tmp_path: Path) -> None:
    put(at(tmp_path), "one")
    put(at(tmp_path, NOW + DAYS * DAY), "two")
    assert len(files(at(tmp_path))) == 1


def test_an_entry_from_the_future_is_none(tmp_path: Path) -> None:
    put(at(tmp_path, NOW + 3 * DAY), "one")
    assert got(at(tmp_path), "one") is None


def test_what_was_not_used_for_longest_makes_room(tmp_path: Path) -> None:
    big = b"x" * 300
    put(at(tmp_path, NOW), "one", big)
    put(at(tmp_path, NOW + 1), "two", big)
    put(at(tmp_path, NOW + 2), "three", big)
    size = max(path.stat().st_size for path in files(at(tmp_path)))
    assert got(at(tmp_path, NOW + 3), "one") is not None
    put(at(tmp_path, NOW + 4, limit=3 * size), "four", big)
    left = {name for name in ("one", "two", "three", "four") if got(at(tmp_path), name)}
    assert left == {"one", "three", "four"}


def test_never_more_than_the_limit(tmp_path: Path) -> None:
    for number in range(20):
        store = at(tmp_path, NOW + number, limit=1_000)
        put(store, str(number), b"x" * (number * 20))
        assert sum(path.stat().st_size for path in files(store)) <= 1_000
    assert not at(tmp_path, limit=1_000).put(store.key("large"), 1, Deposit({}, [b"x" * 1_000]))
    assert got(at(tmp_path), "19") is not None


def test_the_same_key_again_takes_the_place_of_the_first(tmp_path: Path) -> None:
    put(at(tmp_path), "one", b"old")
    put(at(tmp_path, NOW + 9), "one", b"new")
    assert len(files(at(tmp_path))) == 1
    assert got(at(tmp_path), "one") == [b"new", b"second"]


def test_many_runs_at_once(tmp_path: Path) -> None:
    """Each gets nothing or a whole entry, whoever writes and deletes meanwhile."""

    def turn(number: int) -> None:
        store = at(tmp_path, NOW + number % 3, limit=20_000)
        name = str(number % 5)
        found = got(store, name)
        assert found in (None, [name.encode() * 2_000, b"second"])
        store.put(store.key(name), 1, Deposit({"name": name}, [name.encode() * 2_000, b"second"]))

    with ThreadPoolExecutor(8) as lanes:
        list(lanes.map(turn, range(400)))
    assert len({at(tmp_path).key("x") for _ in range(3)}) == 1
    assert [path for path in (tmp_path / "cache").iterdir() if path.suffix == ".part"] == []


def test_one_secret_for_runs_that_begin_at_once(tmp_path: Path) -> None:
    for number in range(20):
        with ThreadPoolExecutor(8) as lanes:
            keys = set(lanes.map(lambda n: at(tmp_path / str(n)).key("x"), [number] * 8))
        assert len(keys) == 1
        assert None not in keys


def test_a_full_disk_keeps_nothing_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = at(tmp_path)
    put(store, "one")
    written = module._write

    def full(path: Path, parts: object) -> None:
        written(path, [b"the beginning"])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "_write", full)
    assert not store.put(store.key("two"), 1, Deposit({}, [b"x"]))
    assert at(tmp_path / "new").key("one") is None
    assert not at(tmp_path / "new").put("0" * 64, 1, Deposit({}))
    monkeypatch.undo()
    assert {path.name for path in store.folder.iterdir()} == {"secret", *map(_name, files(store))}
    assert got(at(tmp_path), "one") is not None


def _name(path: Path) -> str:
    return path.name


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("no folder", encoding="utf-8")
    store = at(tmp_path)
    assert store.key("one") is None
    assert store.get(None) is None
    assert not store.put(store.key("one"), 1, Deposit({}))
    assert store.sizes == frozenset()
    assert store.extent().entries == 0
    assert (tmp_path / "cache").read_text(encoding="utf-8") == "no folder"


def test_clear_deletes_what_is_the_cache_s_and_nothing_else(tmp_path: Path) -> None:
    put(at(tmp_path), "one")
    folder = tmp_path / "cache"
    (folder / ".0123.part").write_bytes(b"half")
    (folder / "my notes.txt").write_bytes(b"mine")
    assert at(tmp_path).clear() == 0
    assert [path.name for path in folder.iterdir()] == ["my notes.txt"]
    (folder / "my notes.txt").unlink()
    assert at(tmp_path).clear() == 0
    assert not folder.exists()
    assert at(tmp_path).clear() == 0


def test_looking_makes_no_folder(tmp_path: Path) -> None:
    assert at(tmp_path).extent().entries == 0
    assert not (tmp_path / "cache").exists()


def test_what_was_never_finished_goes(tmp_path: Path) -> None:
    put(at(tmp_path), "one")
    half = tmp_path / "cache" / ".0123.part"
    half.write_bytes(b"half")
    os.utime(half, (NOW, NOW))
    put(at(tmp_path, NOW + DAY), "two")
    assert half.exists()
    put(at(tmp_path, NOW + 2 * DAY), "three")
    assert not half.exists()
