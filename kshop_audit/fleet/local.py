"""The engine on this machine: a pool of processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, wait
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


def processes_for(limits: Limits, wanted: int | None = None) -> int:
    """How many shops at once: one a core, fewer if all of them could not have their memory."""
    if wanted is not None:
        return wanted
    cores = len(psutil.Process().cpu_affinity()) if hasattr(psutil.Process, "cpu_affinity") else 0
    room = psutil.virtual_memory().available // limits.memory
    return max(1, min(cores or psutil.cpu_count() or 1, int(room)))


@dataclass(frozen=True, slots=True)
class Local:
    """Shops in processes of this machine, so many at once. `scratch`: as in `guard`."""

    limits: Limits
    processes: int
    scratch: Path | None = None
    work: Work = audit_shop

    def __call__(
        self, tasks: Sequence[ShopTask], request: FleetRequest, started: Started, ended: Ended
    ) -> None:
        """Audit all shops; `started` and `ended` are called in this thread, as they happen."""
        waiting = list(reversed(tasks))
        tries: dict[str, int] = {}
        with guard(
            min(self.processes, max(1, len(tasks))), self.limits, self.work, self.scratch
        ) as pool:
            running: dict[Any, ShopTask] = {}
            while waiting or running:
                while waiting and len(running) < self.processes * _AHEAD:
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
