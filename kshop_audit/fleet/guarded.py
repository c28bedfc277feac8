"""Shops in processes of their own, which may be ended without harm to any other shop.

A process is kept for many shops, so that its start is paid once. It ends by itself when a shop
takes too much memory, and is ended when one takes too long.
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import TimeoutError as TookTooLong
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from enum import Enum, auto
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from pebble import ProcessExpired, ProcessPool

from kshop_audit.fleet.request import FleetRequest, Limits, ShopTask
from kshop_audit.fleet.task import audit_shop, gave_up
from kshop_audit.model.fleet import Finished
from kshop_audit.model.metadata import Text

Work = Callable[[ShopTask, FleetRequest], Finished]
"""What is done with a shop; a function of a module, so that other processes find it."""

TOO_MUCH_MEMORY = 77
"""The exit code of a process that ended itself."""

_INTERVAL = 0.05
_THREADS = "POLARS_MAX_THREADS"
_SHOPS_A_PROCESS = 200  # a process keeps some memory of each shop


class Lost(Enum):
    """Why a shop has no result and may be tried again: its process was killed by something else,
    or one process was, and it is not known what it did: then all shops of the pool are lost.
    """

    KILLED = auto()
    UNKNOWN = auto()


class Guard:
    """A pool of such processes."""

    def __init__(self, processes: int, limits: Limits, work: Work, scratch: Path) -> None:
        """No process is started before the first shop. `work`: what is done with a shop;
        `scratch`: for what shops leave behind.
        """
        self._limits, self._work = limits, work
        self._made = partial(
            ProcessPool,
            max_workers=processes,
            max_tasks=_SHOPS_A_PROCESS,
            initializer=_begin,
            initargs=(str(scratch), limits.memory),
            context=multiprocessing.get_context("spawn"),
        )
        self._pool = self._made()

    def submit(self, task: ShopTask, request: FleetRequest) -> Any:
        """A future of the pool; `outcome` reads it."""
        if not self._pool.active:  # a process was killed while it had nothing to do, or seemed so
            self.stop()
            self._pool = self._made()
        return self._pool.schedule(self._work, args=(task, request), timeout=self._limits.seconds)

    def stop(self) -> None:
        """End all processes at once."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()


@contextmanager
def guard(
    processes: int, limits: Limits, work: Work = audit_shop, scratch: Path | None = None
) -> Iterator[Guard]:
    """A pool whose processes use one thread each; stopped at the end.

    `scratch`: a folder that the caller clears up; else one is made, and removed at the end.
    """
    if scratch is None:
        with (
            tempfile.TemporaryDirectory(prefix="kshop-audit-") as own,
            guard(processes, limits, work, Path(own)) as made,
        ):
            yield made
        return
    before = os.environ.get(_THREADS)
    os.environ[_THREADS] = "1"  # the processes inherit it
    made = Guard(processes, limits, work, scratch)
    try:
        yield made
    finally:
        made.stop()
        if before is None:
            del os.environ[_THREADS]
        else:
            os.environ[_THREADS] = before


def outcome(future: Any, task: ShopTask, limits: Limits) -> Finished | Lost:
    """The result of a shop, also of one that was ended, or why it may be tried again."""
    try:
        finished: Finished = future.result()
    except TookTooLong:
        seconds = f"{limits.seconds:g}"
        return gave_up(
            task,
            Text(
                zh=f"超过每店 {seconds} 秒的时限，已停止；可用 --shop-time 放宽",
                en=f"took more than {seconds} seconds and was ended; --shop-time allows more",
            ),
        )
    except ProcessExpired as death:
        if death.exitcode != TOO_MUCH_MEMORY:
            return Lost.KILLED
        megabytes = limits.memory >> 20
        return gave_up(
            task,
            Text(
                zh=f"内存超过每店 {megabytes} MB，已停止；可用 --shop-memory 放宽",
                en=f"took more than {megabytes} MB and was ended; --shop-memory allows more",
            ),
        )
    except BrokenProcessPool:
        return Lost.UNKNOWN
    return finished


def died(task: ShopTask, tries: int) -> Finished:
    """The result of a shop whose process was killed each time."""
    return gave_up(
        task,
        Text(
            zh=f"处理它的进程 {tries} 次被系统终止；可用 --retry-failed 再试",
            en=f"its process was killed {tries} times; --retry-failed tries again",
        ),
    )


def _begin(scratch: str, memory: int) -> None:
    """Set up a process: where it may write, and the thread that watches its memory."""
    tempfile.tempdir = scratch
    threading.Thread(target=_watch, args=(memory,), daemon=True).start()


def _watch(memory: int) -> None:
    own = psutil.Process()
    while own.memory_info().rss <= memory:
        threading.Event().wait(_INTERVAL)
    os._exit(TOO_MUCH_MEMORY)
