"""The engine on this machine: a pool of processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, wait
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from kshop_audit.fleet.guarded import Lost, Work, died, guard, outcome
from kshop_audit.fleet.request import FleetRequest, Limits, ShopTask
from kshop_audit.fleet.task import audit_shop
from kshop_audit.model.fleet import Finished
from kshop_audit.model.frozen import frozen

Started = Callable[[ShopTask], None]
Ended = Callable[[ShopTask, Finished], None]

_AHEAD = 2
"""Shops that wait for each process, so that none of them idles."""


_PROCESS = 400 << 20
"""Bytes of memory that a process takes for a small shop, and some more."""
_TIMES = 4
"""A shop of a million messages, 344 MB of exports, took 2.2 times their size above that."""


def processes_for(limits: Limits, tasks: Sequence[ShopTask]) -> int:
    """How many shops at once: one a core, fewer if memory is short for as many as the largest."""
    cores = len(psutil.Process().cpu_affinity()) if hasattr(psutil.Process, "cpu_affinity") else 0
    largest = max((_bytes(Path(task.path)) for task in tasks), default=0)
    demand = min(limits.memory, _PROCESS + _TIMES * largest)
    room = psutil.virtual_memory().available // demand
    return max(1, min(cores or psutil.cpu_count() or 1, int(room)))


def _bytes(folder: Path) -> int:
    """The size of the files in a folder; what cannot be read counts nothing."""
    found = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                found += (Path(place) / name).stat().st_size
    return found


@frozen
class Local:
    """Shops in processes of this machine, so many at once; None: as many as it bears.

    `scratch`: as in `guard`.
    """

    limits: Limits
    processes: int | None = None
    scratch: Path | None = None
    work: Work = audit_shop

    def __call__(
        self, tasks: Sequence[ShopTask], request: FleetRequest, started: Started, ended: Ended
    ) -> None:
        """Audit all shops; `started` and `ended` are called in this thread, as they happen."""
        processes = self.processes or processes_for(self.limits, tasks)
        queue = _Queue(list(reversed(tasks)), processes * _AHEAD, self.limits.tries)
        with guard(
            min(processes, max(1, len(tasks))), self.limits, self.work, self.scratch
        ) as pool:
            running: dict[Any, ShopTask] = {}
            while queue or running:
                while (task := queue.next(len(running))) is not None:
                    started(task)
                    running[pool.submit(task, request)] = task
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                alone = len(running) == 1
                for future in done:
                    task = running.pop(future)
                    finished = outcome(future, task, self.limits)
                    if isinstance(finished, Finished):
                        ended(task, finished)
                    elif not queue.again(task, known=alone or finished is Lost.KILLED):
                        ended(task, died(task, self.limits.tries))


class _Queue:
    """The shops that wait.

    If it is not known which of several shops took a process with it, each of them is tried again
    alone, so that it shows; only then does it count as one of its tries.
    """

    def __init__(self, waiting: list[ShopTask], most: int, tries: int) -> None:
        """`waiting`: the last one is next. `most`: so many run or are ready to."""
        self._waiting, self._suspects = waiting, list[ShopTask]()
        self._most, self._tries = most, tries
        self._died: dict[str, int] = {}

    def __bool__(self) -> bool:
        """Whether any shop waits."""
        return bool(self._waiting or self._suspects)

    def next(self, running: int) -> ShopTask | None:
        """The next shop to run beside so many; None if that must wait."""
        if self._suspects:
            return None if running else self._suspects.pop()
        return self._waiting.pop() if self._waiting and running < self._most else None

    def again(self, task: ShopTask, *, known: bool) -> bool:
        """Whether the shop is tried again. `known`: it was its process that died."""
        if not known:
            self._suspects.append(task)
            return True
        self._died[task.path] = self._died.get(task.path, 0) + 1
        left = self._died[task.path] < self._tries
        if left:
            self._suspects.append(task)
        return left
