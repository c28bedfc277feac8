"""What a long run is doing, on stderr of a terminal: nothing for a short one, nothing in a pipe."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from kshop_audit.cli import stopping
from kshop_audit.cli.options import InputOptions
from kshop_audit.model.progress import Stage, Step, Watch, unwatched

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE = 1
"""Seconds that a terminal may stay silent."""

_INTERVAL = 0.25
"""Seconds from one drawing of the line to the next."""

_MOST_WAITING = 1
"""Seconds that a run which is stopped waits for a drawing that the terminal does not take."""

_FAREWELL = b"\r\x1b[2K\x1b[?25h"
"""Erases the line and shows the cursor, which is hidden meanwhile."""


@contextmanager
def shown(options: InputOptions, lang: str) -> Iterator[Watch]:
    """A function that takes the steps of a run; they are displayed if the run takes long."""
    if options.no_progress or getattr(options, "quiet", False) or not _is_terminal():
        yield unwatched
        return
    display = _Display(lang)
    display.start()
    try:
        yield display.take
    finally:
        display.end()


def _is_terminal() -> bool:
    """Whether stderr is a terminal on which a line can be drawn anew."""
    stream = sys.stderr
    return stream.isatty() and os.environ.get("TERM") not in ("dumb", "")


class _Display:
    """One line: what is being done, a bar, how much of it, which file.

    The line and the cursor belong to one thread, which draws only while it holds the lock. A run
    that is stopped takes the lock for good: after its farewell nothing is written any more.
    """

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self._last = Step(Stage.OPENING)
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin to wait until the run has taken long."""
        self._thread.start()

    def take(self, step: Step) -> None:
        """Remember the step, to be drawn next."""
        self._last = step

    def end(self) -> None:
        """Erase the line; nothing is drawn any more."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        if self._ended.wait(PATIENCE):
            return
        # A terminal that is closed shows nothing, which is no reason to end the run.
        with suppress(OSError, ValueError):
            progress = _line()
            stopping.at_stop(self._farewell)
            try:
                self._draw_until_end(progress)
            finally:
                with self._lock:
                    progress.stop()
                stopping.at_stop(None)

    def _draw_until_end(self, progress: Progress) -> None:
        self._update(progress)
        with self._lock:
            progress.start()
            progress.refresh()
        while not self._ended.wait(_INTERVAL):
            self._update(progress)
            with self._lock:
                progress.refresh()

    def _farewell(self) -> None:
        """Erase the line and show the cursor, as the last thing that this display writes."""
        if self._lock.acquire(timeout=_MOST_WAITING):
            _send(_FAREWELL)

    def _update(self, progress: Progress) -> None:
        """Give the latest step to the line, without drawing it."""
        from kshop_audit.report.view.speech import Speech

        speech, step = Speech(self._lang), self._last
        words = [speech.data(step.name)]
        if step.rows:
            words.append(speech.say("progress.rows", step.rows))
        progress.update(
            progress.task_ids[0],
            what=speech.say(f"progress.{step.stage.value}"),
            description=speech.join(words),
            completed=step.done,
            total=step.total or None,
        )


def _line() -> Progress:
    """The line, not drawn yet; it draws itself only when it is asked to."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    progress = Progress(
        TextColumn("{task.fields[what]}", markup=False),
        BarColumn(bar_width=20),
        TextColumn("{task.description}", markup=False),
        console=Console(file=sys.stderr, highlight=False, emoji=False),
        transient=True,
        auto_refresh=False,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    progress.add_task("", total=None, what="")
    return progress


def _send(control: bytes) -> None:
    """Write to the terminal past every buffer, whose rest is lost when the run ends."""
    with suppress(OSError):
        os.write(2, control)
