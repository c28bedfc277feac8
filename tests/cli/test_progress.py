"""Progress: on a terminal and in long runs only, never on stdout, one line that goes away."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from kshop_audit.auditing.audit import audit
from kshop_audit.auditing.request import AuditRequest
from kshop_audit.cli import progress, stopping
from kshop_audit.cli.options import InputOptions
from kshop_audit.errors import EXIT_INTERRUPTED
from kshop_audit.ingest import Request
from kshop_audit.model.progress import Stage, Step, unwatched
from kshop_audit.model.settings import Settings
from tests.cli.build import COMMAND, ROOT, Run, shop, silent_pipe

HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal as stderr, and no patience."""
    screen = Terminal()
    # Of this module alone: the capture of tests puts its own stream back before the test begins.
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=screen))
    monkeypatch.setattr(progress, "PATIENCE", 0)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return screen


def drawn(screen: Terminal) -> Iterator[None]:
    end = time.monotonic() + 60
    while "12,345 rows" not in screen.getvalue():
        assert time.monotonic() < end
        time.sleep(0.01)
        yield


def test_the_line_names_stage_file_and_rows_and_is_erased(screen: Terminal) -> None:
    with progress.shown(InputOptions(), "en") as watch:
        for _ in drawn(screen):
            watch(Step(Stage.READING, 1, 3, "\x1b[31m[b]订单.csv\n", rows=12_345))
        watch(Step(Stage.COMPUTING, rows=2))
    text = screen.getvalue()
    assert "Reading" in text
    assert "[b]订单.csv" in text
    assert "12,345 rows" in text
    assert "\x1b[31m[b]" not in text
    assert text.endswith("\x1b[2K")
    assert text.count(SHOW) == 1
    watch(Step(Stage.COMPUTING))
    assert screen.getvalue() == text


@pytest.mark.parametrize(
    "quiet",
    [InputOptions(no_progress=True), "a pipe", "TERM=dumb", "a short run"],
    ids=["--no-progress", "a pipe", "TERM=dumb", "a short run"],  # else two workers disagree
)
def test_nothing_is_drawn(
    screen: Terminal, monkeypatch: pytest.MonkeyPatch, quiet: InputOptions | str
) -> None:
    options = quiet if isinstance(quiet, InputOptions) else InputOptions()
    if quiet == "a pipe":
        monkeypatch.setattr(screen, "isatty", lambda: False)
    elif quiet == "TERM=dumb":
        monkeypatch.setenv("TERM", "dumb")
    elif quiet == "a short run":
        monkeypatch.setattr(progress, "PATIENCE", 60)
    with progress.shown(options, "zh") as watch:
        assert (watch is unwatched) == (quiet != "a short run")
        watch(Step(Stage.OPENING))
        time.sleep(0.05)
    assert screen.getvalue() == ""


def test_an_audit_tells_its_steps_and_how_much_was_read(tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    (tmp_path / "scratch").mkdir()
    steps: list[Step] = []
    audit(AuditRequest(Request((folder,), watch=steps.append), Settings()), tmp_path / "scratch")
    sizes = {name: (folder / name).stat().st_size for name in ("chats.csv", "orders.csv")}
    assert sizes["orders.csv"] > sizes["chats.csv"], "the largest file comes first"
    assert steps[:2] == [
        Step(Stage.OPENING, 0, sum(sizes.values()), "orders.csv"),
        Step(Stage.OPENING, sizes["orders.csv"], sum(sizes.values()), "chats.csv"),
    ]
    assert steps[2:] == [
        Step(Stage.READING, 0, 2, "orders.csv"),
        Step(Stage.READING, 1, 2, "chats.csv", rows=2),
        Step(Stage.COMPUTING, rows=4),
    ]


def test_the_report_is_the_same_with_and_without_a_display(
    run: Run, tmp_path: Path, screen: Terminal
) -> None:
    folder = shop(tmp_path / "shop")
    assert run("check", folder)[:2] == run("check", folder, "--no-progress")[:2]


def test_after_the_farewell_nothing_is_written(
    screen: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the moment at which a run is stopped: also while the line is being drawn."""
    drawing = threading.Event()

    class Slow(Terminal):
        def write(self, text: str) -> int:
            drawing.set()
            time.sleep(0.02)
            return super().write(text)

    slow = Slow()
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=slow))
    monkeypatch.setattr(progress, "_INTERVAL", 0)
    monkeypatch.setattr(progress, "_send", lambda control: slow.write(control.decode()))
    registered: list[Callable[[], None] | None] = []
    monkeypatch.setattr(stopping, "at_stop", registered.append)
    display = progress._Display("en")
    display.start()
    assert drawing.wait(60)
    (farewell,) = registered
    assert farewell is not None
    farewell()
    text = slow.getvalue()
    assert text.endswith("\x1b[2K" + SHOW)
    time.sleep(0.2)
    assert slow.getvalue() == text
    display._lock.release()  # a real run has ended here
    display.end()


def all_of(terminal: int) -> str:
    """What was written to a terminal whose other side is closed: some systems report its end."""
    parts = []
    with suppress(OSError):
        while part := os.read(terminal, 4096):
            parts.append(part)
    return b"".join(parts).decode()


def test_stopped_in_the_middle_the_cursor_is_shown_again(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    with (
        silent_pipe(tmp_path / "orders.csv") as pipe,
        os.fdopen(ours, "rb", buffering=0),
        subprocess.Popen(
            [*COMMAND, "check", "--orders", str(pipe)],
            stdout=subprocess.PIPE,
            stderr=theirs,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "TMPDIR": str(tmp_path)},
        ) as run,
    ):
        os.close(theirs)
        text = ""
        while HIDE not in text:
            text += os.read(ours, 4096).decode()
        run.send_signal(signal.SIGINT)
        out, _ = run.communicate(timeout=300)
        text += all_of(ours)
    assert (run.returncode, out) == (EXIT_INTERRUPTED, b"")
    assert text.endswith(SHOW)
