"""The journal of a fleet run: one line for each shop that was started and that ended.

Append-only JSON lines, each on disk before the run goes on, so that whatever ends the run loses
at most the shops that were under way. Holds figures and names of folders, nothing of a row.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from kshop_audit import codec
from kshop_audit.errors import InputError, KshopError
from kshop_audit.fleet.request import ShopTask
from kshop_audit.model.fleet import Finished

STARTED, FINISHED = "started", "finished"


class Journal:
    """A journal that is being written."""

    def __init__(self, path: Path, *, resume: bool) -> None:
        """Begin the file anew, or go on with it; InputError if it cannot be written."""
        self.path = path
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | (0 if resume else os.O_TRUNC)
        try:
            self._file = os.open(path, flags, 0o600)
            if resume:
                self._end_line()
        except OSError as error:
            raise _unwritable(path, error) from error

    def __enter__(self) -> Self:
        """The journal itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        os.close(self._file)

    def started(self, task: ShopTask) -> None:
        """A shop is under way."""
        self._write({"event": STARTED, "path": task.path})

    def finished(self, task: ShopTask, finished: Finished) -> None:
        """A shop has a result."""
        entry = json.loads(codec.encode(finished))
        self._write({"event": FINISHED, "path": task.path, **entry})

    def _write(self, entry: Mapping[str, object]) -> None:
        line = json.dumps(entry, ensure_ascii=True, separators=(",", ":")) + "\n"
        try:
            left = line.encode("ascii")
            while left:  # a disk that is nearly full takes a part, and fails at the next one
                left = left[os.write(self._file, left) :]
            os.fsync(self._file)
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def _end_line(self) -> None:
        """A line that was cut short by the end of a run must not swallow the next one."""
        with self.path.open("rb") as stream:
            if stream.seek(0, os.SEEK_END):
                stream.seek(-1, os.SEEK_END)
                if stream.read(1) != b"\n":
                    os.write(self._file, b"\n")


def finished_in(path: Path) -> dict[str, Finished]:
    """Path of a shop → its last result in the journal; InputError if there is no journal.

    A line that cannot be read was being written when the run ended: its shop has no result.
    """
    if not path.is_file():
        raise InputError(
            f"没有 {path}，无法接着上次运行；请去掉 --resume",
            f"there is no {path} to resume from; leave --resume out",
        )
    found: dict[str, Finished] = {}
    for line in path.read_text("ascii", "replace").splitlines():
        try:
            entry = json.loads(line)
            if entry.pop("event") != FINISHED:
                continue
            shop = entry.pop("path")
            found[shop] = codec.read(Finished, json.dumps(entry))
        except (ValueError, KeyError, AttributeError, TypeError, KshopError):
            continue
    return found


def _unwritable(path: Path, error: OSError) -> InputError:
    return InputError(
        f"运行记录 {path} 写不了：{error.strerror}",
        f"the journal {path} cannot be written: {error.strerror}",
    )
