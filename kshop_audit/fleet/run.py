"""A fleet run: the shops found, those that are finished left out, the rest given to an engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from kshop_audit.errors import EXIT_NO_AUDIT
from kshop_audit.fleet import shops
from kshop_audit.fleet.journal import Journal, finished_in
from kshop_audit.fleet.local import Ended, Started
from kshop_audit.fleet.request import FleetRequest, ShopTask
from kshop_audit.model.fleet import Finished, ShopResult, Summary, summary
from kshop_audit.model.frozen import frozen


class Engine(Protocol):
    """Runs all tasks; calls `started` and `ended` for each of them, from one thread."""

    def __call__(
        self, tasks: Sequence[ShopTask], request: FleetRequest, started: Started, ended: Ended
    ) -> None:
        """Return when every task has ended."""


@frozen
class Resuming:
    """How much of an earlier run is kept: nothing, what is finished, what did not fail."""

    resume: bool = False
    retry_failed: bool = False


def run(
    folders: Sequence[Path],
    request: FleetRequest,
    engine: Engine,
    journal: Path,
    *,
    resuming: Resuming | None = None,
    last: Summary | None = None,
    watch: Callable[[int, int], None] = lambda _done, _all: None,
) -> Summary:
    """Audit every shop below the folders; the summary names each of them.

    `watch` receives how many shops are done, and how many there are.
    """
    resuming = resuming or Resuming()
    tasks = _tasks(folders, journal, resuming)
    results: dict[str, ShopResult] = {}
    with Journal(journal, resume=resuming.resume) as kept:

        def ended(task: ShopTask, finished: Finished) -> None:
            if finished != task.earlier:
                kept.finished(task, finished)
            results[task.path] = finished.result
            watch(len(results), len(tasks))

        watch(0, len(tasks))
        engine(tasks, request, kept.started, ended)
    return summary(list(results.values()), last)


def _tasks(folders: Sequence[Path], journal: Path, resuming: Resuming) -> list[ShopTask]:
    found = shops.names(shops.found(folders))
    earlier = finished_in(journal) if resuming.resume else {}
    if resuming.retry_failed:
        earlier = {p: one for p, one in earlier.items() if one.result.exit_code != EXIT_NO_AUDIT}
    return [
        ShopTask(str(path), name, str(path.absolute()), earlier.get(str(path)))
        for path, name in found.items()
    ]
