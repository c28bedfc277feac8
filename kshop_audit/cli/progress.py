"""What a long run is doing, on stderr of a terminal: nothing for a short one, nothing in a pipe."""

# ruff: noqa: PLC0415  what draws is loaded when a run turns out to be long

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kshop_audit.cli import stopping
from kshop_audit.cli.options import InputOptions
from kshop_audit.model.progress import Stage, Step, Watch, unwatched

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE = 1
"""Seconds for which nobody minds a silent terminal."""

_FAREWELL = b"\r\x1b[2K\x1b[?25h"
"""Erases the line and shows the cursor, which is hidden meanwhile."""


@contextmanager
def shown(options: InputOptions, lang: str) -> Iterator[Watch]:
    """Something to tell the steps of a run; it shows them if the run takes long."""
    if options.no_progress or getattr(options, "quiet", False) or not _is_terminal():
        yield unwatched
        return
    display = _Display(lang)
    timer = threading.Timer(PATIENCE, display.begin)
    timer.daemon = True
    timer.start()
    try:
        yield display.tell
    finally:
        timer.cancel()
        display.end()


def _is_terminal() -> bool:
    """Whether stderr is a terminal on which a line can be drawn anew."""
    stream = sys.stderr
    return stream.isatty() and os.environ.get("TERM") not in ("dumb", "")


class _Display:
    """One line: what is being done, a bar, how much of it, which file."""

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self._lock = threading.Lock()
        self._last = Step(Stage.OPENING)
        self._progress: Progress | None = None
        self._ended = False

    def begin(self) -> None:
        """Start to draw."""
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        with self._lock:
            if self._ended:
                return
            stopping.say_farewell(_FAREWELL)
            self._progress = Progress(
                TextColumn("{task.fields[what]}", markup=False),
                BarColumn(bar_width=20),
                TextColumn("{task.description}", markup=False),
                console=Console(file=sys.stderr, highlight=False, emoji=False),
                transient=True,
                refresh_per_second=4,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._progress.add_task("", total=None, what="")
            self._draw(self._progress)
            self._progress.start()

    def tell(self, step: Step) -> None:
        """Take the next step."""
        with self._lock:
            self._last = step
            if self._progress is not None:
                self._draw(self._progress)

    def end(self) -> None:
        """Erase the line; nothing is drawn any more."""
        with self._lock:
            self._ended = True
            if self._progress is not None:
                self._progress.stop()
                stopping.say_farewell(b"")

    def _draw(self, progress: Progress) -> None:
        from kshop_audit.report.view.speech import Speech

        speech, step = Speech(self._lang), self._last
        told = [speech.data(step.name)]
        if step.rows:
            told.append(speech.say("progress.rows", step.rows))
        progress.update(
            progress.task_ids[0],
            what=speech.say(f"progress.{step.stage.value}"),
            description=speech.join(told),
            completed=step.done,
            total=step.total or None,
        )
