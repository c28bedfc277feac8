"""The engine on this machine: a pool of processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from kshop_audit.fleet.guarded import Work, died, guard, outcome
from kshop_audit.fleet.request import FleetRequest, Limits, ShopTask
from kshop_audit.fleet.task import audit_shop
from kshop_audit.model.fleet import Finished

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


@dataclass(frozen=True, slots=True)
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
        waiting = list(reversed(tasks))
        tries: dict[str, int] = {}
        with guard(
            min(processes, max(1, len(tasks))), self.limits, self.work, self.scratch
        ) as pool:
            running: dict[Any, ShopTask] = {}
            while waiting or running:
                while waiting and len(running) < processes * _AHEAD:
                    task = waiting.pop()
                    started(task)
                    running[pool.submit(task, request)] = task
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    task = running.pop(future)
                    finished = outcome(future, task, self.limits)
                    if finished is None:
                        tries[task.path] = tries.get(task.path, 0) + 1
                        if tries[task.path] < self.limits.tries:
                            waiting.append(task)
                            continue
                        finished = died(task, self.limits.tries)
                    ended(task, finished)
