"""The folder of the cache: entries of bytes under keys, bounded, mortal, safe to delete.

Nothing in here raises for a fault of the disk, of the folder or of an entry: what cannot be read is
not there, what cannot be written is not kept. An entry is authenticated with a secret that lies
beside the entries, so one that was cut off, damaged, forged or put in another's place is not there
either. The clock is the caller's.
"""

from __future__ import annotations

import json
import os
import secrets
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import field
from functools import cached_property
from hmac import compare_digest
from pathlib import Path
from typing import Any

from blake3 import blake3

from kshop_audit.model.frozen import frozen
from kshop_audit.model.patterns import regex

LIMIT = 2 << 30
"""Bytes of all entries together; beyond them the ones that were not used for longest go."""
DAYS = 30
"""So long after it was made an entry ends, however often it was used."""

_DAY = 24 * 60 * 60
_MAGIC = b"kshop-audit cache 1\n"
_SECRET, _MAC = 32, 32
_FOLDER_MODE, _FILE_MODE = 0o700, 0o600
_NAME = regex(r"([0-9a-f]{64})\.(\d+)\.(\d+)\.kept")
"""Key, bytes of the file it was made of, second of its making."""
_UNFINISHED = ".part"
_ABANDONED = _DAY
"""Seconds after which nobody is still writing a file."""


Block = bytes | memoryview


@frozen
class Deposit:
    """What was kept under a key: small facts as JSON, and blocks of bytes."""

    facts: Mapping[str, Any]
    blocks: Sequence[Block] = ()


@frozen
class Extent:
    """How much the cache holds: entries and their bytes, by when the oldest one ends (second)."""

    entries: int = 0
    size: int = 0
    oldest: int | None = None
    newest: int | None = None


@frozen
class _Kept:
    """A file of the folder: its parts of the name, its length, when it was last used."""

    path: Path
    key: str
    source: int
    made: int
    size: int
    used: int


@frozen(slots=False)
class Store:
    """The entries in a folder. `now`: seconds since 1970; `limit`: bytes of all entries."""

    folder: Path
    now: int
    limit: int = LIMIT
    days: int = DAYS
    _known: list[_Kept] = field(default_factory=list, repr=False, compare=False)

    def key(self, *parts: str) -> str | None:
        """The name under which something is kept that depends on these texts; it tells nobody who
        lacks the secret what they were. None where the cache cannot be used.
        """
        if self._secret is None:
            return None
        keyed = blake3(key=self._secret)
        for part in parts:
            data = part.encode("utf-8", "surrogatepass")
            keyed.update(len(data).to_bytes(8, "little"))
            keyed.update(data)
        return keyed.hexdigest()

    @cached_property
    def seed(self) -> int:
        """A number of 64 bits that only this cache knows."""
        secret = self._secret or bytes(_SECRET)
        return int.from_bytes(blake3(b"seed", key=secret).digest(length=8), "little")

    @cached_property
    def sizes(self) -> frozenset[int]:
        """The bytes of the files of which anything is kept: any other file need not be hashed."""
        return frozenset(kept.source for kept in self._listed())

    def get(self, key: str | None) -> Deposit | None:
        """What was kept under a key; None if nothing usable was."""
        found = [kept for kept in self._listed() if kept.key == key]
        for kept in sorted(found, key=lambda kept: kept.made, reverse=True):
            entry = self._read(kept)
            if entry is not None:
                with suppress(OSError):
                    os.utime(kept.path, (self.now, self.now))
                return entry
        return None

    def put(self, key: str | None, source: int, entry: Deposit) -> bool:
        """Keep something; whether that was possible. `source`: bytes of what it was made of."""
        if key is None or self._secret is None:
            return False
        header = json.dumps(
            {
                "key": key, "made": self.now, "facts": entry.facts,
                "blocks": [len(block) for block in entry.blocks],
            },
            ensure_ascii=True,
        ).encode("ascii")  # fmt: skip
        parts: list[Block] = [len(header).to_bytes(8, "little"), header, *entry.blocks]
        size = len(_MAGIC) + _MAC + sum(map(len, parts))
        if size > self.limit:
            return False
        self._make_room(size, key)
        name = f"{key}.{source}.{self.now}.kept"
        return self._written(self.folder / name, [_MAGIC, self._mac(parts), *parts])

    def extent(self) -> Extent:
        """What the folder holds now, without what has ended."""
        found = list(self._listed())
        made = [kept.made for kept in found]
        return Extent(
            len(found), sum(kept.size for kept in found), min(made, default=None),
            max(made, default=None),
        )  # fmt: skip

    def clear(self) -> int:
        """Delete every entry and the secret; how many files are left that could not be deleted."""
        left = 0
        for path in self._paths():
            if _NAME.fullmatch(path.name) or path.name.endswith(_UNFINISHED) or path == self._place:
                try:
                    path.unlink(missing_ok=True)
                except OSError:
                    left += 1
        with suppress(OSError):
            self.folder.rmdir()
        return left

    # ------------------------------------------------------------------ the folder

    @property
    def _place(self) -> Path:
        return self.folder / "secret"

    @cached_property
    def _secret(self) -> bytes | None:
        """The secret, made by the first run; None where there can be none."""
        try:
            self._open_folder()
            with suppress(FileExistsError):
                self._make_secret()
            if not _private(self._place.lstat()):
                return None
            secret = self._place.read_bytes()
        except OSError:
            return None
        return secret if len(secret) == _SECRET else None

    def _open_folder(self) -> None:
        """Make the folder; OSError if it is anybody else's."""
        self.folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        if not _own(self.folder.lstat()):
            raise PermissionError(str(self.folder))
        if stat.S_IMODE(self.folder.stat().st_mode) != _FOLDER_MODE:
            self.folder.chmod(_FOLDER_MODE)

    def _make_secret(self) -> None:
        """Two runs at once make one secret: the first whole one stays."""
        if self._place.exists():
            raise FileExistsError(str(self._place))
        made = self.folder / f".{secrets.token_hex(8)}{_UNFINISHED}"
        try:
            _write(made, [secrets.token_bytes(_SECRET)])
            try:
                os.link(made, self._place)
            except FileExistsError:
                raise
            except (OSError, AttributeError):  # a file system without hard links
                made.replace(self._place)
        finally:
            with suppress(OSError):
                made.unlink(missing_ok=True)

    def _paths(self) -> list[Path]:
        try:
            return sorted(self.folder.iterdir())
        except OSError:
            return []

    def _listed(self) -> Sequence[_Kept]:
        """The entries that have not ended; those that have are deleted."""
        if not self._known:
            self._known.extend(self._look())
        return self._known

    def _look(self) -> Iterator[_Kept]:
        for path in self._paths():
            named = _NAME.fullmatch(path.name)
            with suppress(OSError):
                state = path.lstat()
                used = int(state.st_mtime)
                if named is None:
                    if path.name.endswith(_UNFINISHED) and self.now - used > _ABANDONED:
                        path.unlink()
                    continue
                made = int(named[3])
                # What claims to come from the future was made under another clock.
                if self.now - made + _DAY >= 0 and self.now - made < self.days * _DAY:
                    source = int(named[2])
                    yield _Kept(path, named[1], source, made, state.st_size, used)
                else:
                    path.unlink()

    def _make_room(self, size: int, key: str) -> None:
        """Delete what is replaced, and what was not used for longest, until `size` fits."""
        self._known.clear()
        self.__dict__.pop("sizes", None)
        kept = sorted(self._look(), key=lambda kept: (kept.key != key, kept.used, kept.made))
        whole = sum(entry.size for entry in kept)
        for entry in kept:
            if entry.key != key and whole + size <= self.limit:
                break
            with suppress(OSError):
                entry.path.unlink()
            whole -= entry.size

    # ------------------------------------------------------------------ one entry

    def _mac(self, parts: Sequence[Block]) -> bytes:
        mac = blake3(b"entry", key=self._secret or bytes(_SECRET))
        for part in parts:
            mac.update(part)
        return mac.digest()

    def _read(self, kept: _Kept) -> Deposit | None:
        try:
            if not _private(kept.path.lstat()):
                return None
            data = memoryview(kept.path.read_bytes())
            return self._entry(kept, data)
        except (OSError, MemoryError, ValueError, LookupError, TypeError):
            return None

    def _entry(self, kept: _Kept, data: memoryview) -> Deposit | None:
        """The entry in these bytes, if it is the one of this key and this program's own."""
        start = len(_MAGIC) + _MAC
        if bytes(data[: len(_MAGIC)]) != _MAGIC:
            return None
        if not compare_digest(self._mac([data[start:]]), bytes(data[len(_MAGIC) : start])):
            return None
        length = int.from_bytes(data[start : start + 8], "little")
        header = json.loads(bytes(data[start + 8 : start + 8 + length]))
        if (header["key"], header["made"]) != (kept.key, kept.made):
            return None
        blocks: list[Block] = []
        place = start + 8 + length
        for size in header["blocks"]:
            blocks.append(data[place : place + size])
            place += size
        return Deposit(header["facts"], blocks)

    def _written(self, path: Path, parts: Sequence[Block]) -> bool:
        """Whole or not at all: others see the file when it is finished."""
        made = self.folder / f".{secrets.token_hex(8)}{_UNFINISHED}"
        try:
            _write(made, parts)
            os.utime(made, (self.now, self.now))
            made.replace(path)
        except OSError:
            return False
        finally:
            with suppress(OSError):
                made.unlink(missing_ok=True)
        return True


def _write(path: Path, parts: Sequence[Block]) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, _FILE_MODE), "wb") as file:
        for part in parts:
            file.write(part)


def _own(state: os.stat_result) -> bool:
    """Whether something is the user's own; Windows keeps the folders of users apart itself."""
    return not hasattr(os, "geteuid") or state.st_uid == os.geteuid()


def _private(state: os.stat_result) -> bool:
    """Whether a file is the user's own and nobody else may write it."""
    others = stat.S_IWGRP | stat.S_IWOTH
    loose = hasattr(os, "geteuid") and state.st_mode & others
    return stat.S_ISREG(state.st_mode) and _own(state) and not loose
