"""The two streams: the chosen format on stdout, everything else as single lines on stderr."""

from __future__ import annotations

import errno
import io
import os
import shutil
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from typing import IO

from kshop_audit.errors import KshopError, UsageError, os_reason

PROGRAM = "kshop-audit"


class _Closed(io.TextIOBase):
    """Stands in for a stream that was closed before the start (`>&-`), where Python has None."""

    def write(self, _text: str, /) -> int:
        """Fail like a write to a closed descriptor."""
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))


def prepare() -> None:
    """Make both streams usable, whatever the process was started with.

    A console that lacks a character shows a question mark; it never ends the run.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            # Else the next file opened gets this number, and what the engine tells the world
            # would be written into it.
            os.open(os.devnull, os.O_RDWR)
    if sys.stdout is None:
        sys.stdout = _Closed()
    if sys.stderr is None:
        sys.stderr = _Closed()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def emit(text: str) -> None:
    """Write to stdout; a reader that has gone away (`| head`) is no fault, a full disk is one."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _silence(sys.stdout)
    except OSError as error:
        raise unwritable(error) from error


def emit_data(text: str) -> None:
    """Write machine-readable text: UTF-8 whatever the console, unless someone looks at it."""
    buffer: IO[bytes] | None = getattr(sys.stdout, "buffer", None)
    if buffer is None or sys.stdout.isatty():
        emit(text)
        return
    try:
        sys.stdout.flush()
        buffer.write(text.encode("utf-8"))
        buffer.flush()
    except BrokenPipeError:
        _silence(sys.stdout)
    except OSError as error:
        raise unwritable(error) from error


def unwritable(error: OSError) -> UsageError:
    """The fault of a stdout that takes nothing: a full disk, a closed descriptor."""
    _silence(sys.stdout)
    return UsageError(
        f"标准输出写不了：{os_reason(error).zh}",
        f"standard output cannot be written: {os_reason(error).en}",
    )


def _silence(stream: IO[str]) -> None:
    """Send what a stream still holds nowhere: at its end the interpreter flushes it once more."""
    with suppress(OSError):  # a stand-in has no descriptor, and holds nothing
        descriptor = stream.fileno()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, descriptor)
        finally:
            os.close(nowhere)


def plain(text: str) -> str:
    """Text of a file on one line, without control characters that a terminal would obey."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def notice(text: str) -> None:
    """One line on stderr; line breaks in data cannot forge another."""
    _complain(f"{PROGRAM}: {plain(text)}\n")


def prompt(text: str) -> None:
    """A message of the tool, on stderr and as it stands."""
    _complain(text)


def _complain(text: str) -> None:
    """Write to stderr; where that is impossible, the exit code remains."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        _silence(sys.stderr)


def fault(error: KshopError, lang: str) -> None:
    """An expected fault, one line for each thing that is wrong."""
    for line in (error.en if lang == "en" else error.zh).splitlines():
        notice(line)


def trace(error: BaseException) -> None:
    """Where an error came from, for `-v`."""
    _complain("".join(traceback.format_exception(error)))


def crash(error: BaseException, lang: str, *, verbose: bool) -> None:
    """A fault of the program itself; the traceback only on request."""
    if verbose:
        trace(error)
    name = type(error).__name__
    zh = f"内部错误（{name}：{error}）；加 -v 可看到详细信息"
    en = f"internal error ({name}: {error}); -v shows the details"
    notice(en if lang == "en" else zh)


def wants_color(choice: str, environ: Mapping[str, str]) -> bool:
    """Whether stdout gets colour: as given, else only on a terminal without NO_COLOR."""
    if choice != "auto":
        return choice == "always"
    plain = environ.get("NO_COLOR") or environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not plain


def width_of(choice: int | None) -> int:
    """Columns to use: as given, else the terminal's (COLUMNS counts), else 80."""
    return choice or shutil.get_terminal_size((80, 24)).columns
