"""Ctrl-C, SIGTERM, a closed terminal: the run ends at once with 130, and leaves nothing behind.

No exception is raised for it: the engine calls Python code in places where an exception makes it
panic or is lost, and while it computes Python handles no signal at all. What a run writes for
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

from kshop_audit.errors import EXIT_INTERRUPTED, UsageError, os_reason

if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType

_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
_TRIES = 20
"""Other threads may still write while a folder is being removed."""


@dataclass(slots=True)
class _Stoppable:
    """What is known of the one run of this process.

    `made`: files and folders to be removed. `farewell`: sets the terminal right again.
    `ending`: the thread that clears up.
    """

    open: bool = False
    made: set[Path] = field(default_factory=set)
    farewell: Callable[[], None] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    ending: int | None = None


_STOPPABLE = _Stoppable()


def at_stop(farewell: Callable[[], None] | None) -> None:
    """What is called last if the run is stopped, from any thread: it sets the terminal right."""
    _STOPPABLE.farewell = farewell


def _end() -> None:
    """Clear up and leave, from whichever thread comes first."""
    me = threading.get_ident()
    if not _STOPPABLE.lock.acquire(blocking=False):
        # The main thread must not go on meanwhile; but it may have been clearing up itself.
        if _STOPPABLE.ending != me:
            threading.Event().wait()
        return
    _STOPPABLE.ending = me
    for _ in range(_TRIES):
        for path in list(_STOPPABLE.made):
            _remove(path)
        if not any(path.exists() for path in _STOPPABLE.made):
            break
    farewell = _STOPPABLE.farewell
    if farewell is not None:
        farewell()
    os._exit(EXIT_INTERRUPTED)


def _remove(path: Path) -> None:
    with suppress(OSError):
        if path.is_dir():
            import shutil  # loaded already where the folder was made

            shutil.rmtree(path)
        else:
            path.unlink()


def _stop(_number: int, _frame: FrameType | None) -> None:
    if _STOPPABLE.open:
        _end()


@contextmanager
def stoppable(*, last: bool) -> Iterator[None]:
    """Within it a signal that ends a program ends this one.

    `last`: the process has nothing else to do, and signals that come later change nothing.
    """
    if threading.current_thread() is not threading.main_thread() or _STOPPABLE.open:
        yield
        return
    # A signal that the parent process ignores \(nohup\) stays ignored.
    ours = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    _STOPPABLE.open = True
    before = {number: signal.signal(number, _stop) for number in ours}
    try:
        with _watching_signals():
            yield
    finally:
        _STOPPABLE.open = False
        for number, handler in before.items():
            signal.signal(number, signal.SIG_IGN if last else handler)


@contextmanager
def _watching_signals() -> Iterator[None]:
    """A thread that receives signals even while the main thread is in the engine."""
    if os.name != "posix":
        yield
        return
    receiving, sending = os.pipe()
    os.set_blocking(sending, False)
    thread = threading.Thread(target=_watch, args=(receiving,), daemon=True)
    thread.start()
    before = signal.set_wakeup_fd(sending, warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        os.close(sending)
        thread.join()


def _watch(pipe: int) -> None:
    with os.fdopen(pipe, "rb", buffering=0) as numbers:
        while number := numbers.read(1):
            if number[0] in _SIGNALS:  # other signals are handled elsewhere
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
        _STOPPABLE.made.add(folder)
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise UsageError(
            f"无法建立临时文件夹：{os_reason(error).zh}；请用环境变量 TMPDIR 指定一个可写的文件夹",
            f"no temporary folder can be made: {os_reason(error).en}; set the environment variable "
            "TMPDIR to a folder that can be written to",
        ) from error
    try:
        yield folder
    finally:
        with suppress(OSError):
            shutil.rmtree(folder)
        _STOPPABLE.made.discard(folder)


def _sweep(folder: Path) -> None:
    """Remove what runs that were killed left half written."""
    if os.name != "posix":
        return  # to ask whether a process lives would end it there
    with suppress(OSError):
        for left in folder.glob(".*.part"):
            number = left.name.removeprefix(".").removesuffix(".part")
            if number.isdecimal() and not _lives(int(number)):
                _remove(left)


def _lives(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file beside `path`, to be written; it takes the place of `path` when it is whole.

    A link that stands there is replaced, never followed, and no one ever sees half a file.
    OSError as from writing.
    """
    part = path.with_name(f".{os.getpid()}.part")  # a longer name may be too long
    _sweep(path.parent)
    _STOPPABLE.made.add(part)
    try:
        yield part
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        _STOPPABLE.made.discard(part)
