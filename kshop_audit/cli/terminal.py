"""The two streams: the chosen format on stdout, everything else as single lines on stderr."""

from __future__ import annotations

import os
import shutil
import sys
import traceback
from collections.abc import Mapping
from typing import IO

from kshop_audit.errors import KshopError

PROGRAM = "kshop-audit"


def prepare() -> None:
    """A console that lacks a character shows a question mark; it never ends the run."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def emit(text: str) -> None:
    """Write to stdout; a reader that has gone away (`| head`) is no fault."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # Else the interpreter complains once more when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def plain(text: str) -> str:
    """Text of a file on one line, without control characters that a terminal would obey."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def notice(text: str) -> None:
    """One line on stderr; line breaks in data cannot forge another."""
    sys.stderr.write(f"{PROGRAM}: {plain(text)}\n")


def fault(error: KshopError, lang: str) -> None:
    """An expected fault, one line for each thing that is wrong."""
    for line in (error.en if lang == "en" else error.zh).splitlines():
        notice(line)


def crash(error: BaseException, lang: str, *, verbose: bool) -> None:
    """A fault of the program itself; the traceback only on request."""
    if verbose:
        traceback.print_exception(error, file=sys.stderr)
    name = type(error).__name__
    zh = f"内部错误（{name}：{error}）；加 -v 可看到详细信息"
    en = f"internal error ({name}: {error}); -v shows the details"
    notice(en if lang == "en" else zh)


def wants_color(choice: str, environ: Mapping[str, str]) -> bool:
    """Whether stdout gets colour: as told, else only on a terminal without NO_COLOR."""
    if choice != "auto":
        return choice == "always"
    plain = environ.get("NO_COLOR") or environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not plain


def width_of(choice: int | None) -> int:
    """Columns to use: as told, else the terminal's (COLUMNS counts), else 80."""
    return choice or shutil.get_terminal_size((80, 24)).columns
