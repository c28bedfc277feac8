"""Ctrl-C, SIGTERM, a closed terminal: the run ends at once with 130, and leaves nothing behind.

No exception is raised for it: the engine calls Python code in places where an exception makes it
panic or is lost, and while it computes Python hears of no signal at all. What a run writes for
itself is registered here instead, so that it can be removed from any thread.
Standard library only: `main` needs this before anything else is imported.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kshop_audit.errors import EXIT_INTERRUPTED, UsageError

if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType

_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
_TRIES = 20
"""Other threads may still write while a folder is being removed."""


@dataclass(slots=True)
class _Run:
    """What is known of the one run of this process.

    `made`: files and folders to be removed. `farewell`: sets the terminal right again.
    `ending`: the thread that clears up.
    """

    open: bool = False
    made: set[Path] = field(default_factory=set)
    farewell: Callable[[], None] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    ending: int | None = None


_RUN = _Run()


def at_stop(farewell: Callable[[], None] | None) -> None:
    """What is called last if the run is stopped, from any thread: it sets the terminal right."""
    _RUN.farewell = farewell


def _end() -> None:
    """Clear up and leave, from whichever thread comes first."""
    me = threading.get_ident()
    if not _RUN.lock.acquire(blocking=False):
        # The main thread must not go on meanwhile; but it may have been clearing up itself.
        if _RUN.ending != me:
            threading.Event().wait()
        return
    _RUN.ending = me
    for _ in range(_TRIES):
        for path in list(_RUN.made):
            _remove(path)
        if not any(path.exists() for path in _RUN.made):
            break
    farewell = _RUN.farewell
    if farewell is not None:
        farewell()
    os._exit(EXIT_INTERRUPTED)


def _remove(path: Path) -> None:
    with suppress(OSError):
        if path.is_dir():
            import shutil  # loaded already by whoever made the folder

            shutil.rmtree(path)
        else:
            path.unlink()


def _stop(_number: int, _frame: FrameType | None) -> None:
    if _RUN.open:
        _end()


@contextmanager
def stoppable(*, last: bool) -> Iterator[None]:
    """Within it a signal that ends a program ends this one.

    `last`: the process has nothing else to do, and signals that come later change nothing.
    """
    if threading.current_thread() is not threading.main_thread() or _RUN.open:
        yield
        return
    # What whoever started us wants ignored (nohup) stays ignored.
    ours = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    _RUN.open = True
    before = {number: signal.signal(number, _stop) for number in ours}
    try:
        with _listening():
            yield
    finally:
        _RUN.open = False
        for number, handler in before.items():
            signal.signal(number, signal.SIG_IGN if last else handler)


@contextmanager
def _listening() -> Iterator[None]:
    """A thread that hears of signals even while the main thread is in the engine."""
    if os.name != "posix":
        yield
        return
    listen, tell = os.pipe()
    os.set_blocking(tell, False)
    thread = threading.Thread(target=_listen, args=(listen,), daemon=True)
    thread.start()
    before = signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        os.close(tell)
        thread.join()


def _listen(pipe: int) -> None:
    with os.fdopen(pipe, "rb", buffering=0) as told:
        while number := told.read(1):
            if number[0] in _SIGNALS:  # other signals have other listeners
                _end()


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for what a run writes for itself; gone afterwards, however the run ends.

    UsageError if none can be made.
    """
    # Importing takes time, in which the run could not be stopped in silence at the top.
    import shutil
    from pathlib import Path
    from tempfile import gettempdir

    # Named before it is made: `mkdtemp` tells the name only when the folder is there already.
    try:
        folder = Path(gettempdir(), f"kshop-audit-{os.urandom(8).hex()}").absolute()
        _RUN.made.add(folder)
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise UsageError(
            f"无法建立临时文件夹：{error.strerror}；请用环境变量 TMPDIR 指定一个可写的文件夹",
            f"no temporary folder can be made: {error.strerror}; set the environment variable "
            "TMPDIR to a folder that can be written to",
        ) from error
    try:
        yield folder
    finally:
        with suppress(OSError):
            shutil.rmtree(folder)
        _RUN.made.discard(folder)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file beside `path`, to be written; it takes the place of `path` when it is whole.

    A link that stands there is replaced, never followed, and no one ever sees half a file.
    OSError as from writing.
    """
    part = path.with_name(f".{os.getpid()}.part")  # a longer name may be too long
    _RUN.made.add(part)
    try:
        yield part
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        _RUN.made.discard(part)
