"""Files that cannot be read where they stand: pipes, and names that are no UTF-8.

They get a twin in the scratch folder. Archives made on a Chinese Windows are unpacked with names in
GBK, which the engine cannot open; a pipe can be read only once, and every file is read twice.
"""

from __future__ import annotations

import errno
import os
import select
import shutil
from contextlib import suppress
from pathlib import Path, PurePath

from kshop_audit.errors import InputError, os_reason
from kshop_audit.ingest.decode.decoding import GB18030, UTF8
from kshop_audit.ingest.files.access import legible
from kshop_audit.ingest.files.container import BLOCK

PATIENCE = 10
"""Seconds in which someone has to open the other end of a pipe."""


def shown(path: PurePath) -> str:
    """A path as text: each name as it stands, else read as GB18030, else with escapes.

    Escapes stand for what cannot be seen as well.
    """
    text = path.as_posix() if _is_utf8(path) else PurePath(*map(_name, path.parts)).as_posix()
    return legible(text)


def _is_utf8(path: PurePath) -> bool:
    try:
        return os.fsencode(path) == str(path).encode(UTF8)
    except UnicodeEncodeError:  # bytes that are no text stand in the name as lone surrogates
        return False


def _name(part: str) -> str:
    if _is_utf8(PurePath(part)):
        return part
    raw = os.fsencode(part)
    with suppress(UnicodeDecodeError):
        return raw.decode(GB18030)
    return raw.decode(UTF8, "backslashreplace")


def readable(path: Path, name: str, scratch: Path, index: int) -> Path:
    """A path to the same bytes that can be opened any number of times, by any library.

    `scratch`: folder for the twin, `index`: number of the file. InputError for what is neither a
    file nor a pipe, and for a pipe without a writer.
    """
    if not path.is_file():
        return _received(path, name, scratch / f"{index}.piped")
    if _is_utf8(path):
        return path
    return twin(path, scratch / f"{index}.named")


def twin(path: Path, target: Path) -> Path:
    """The same bytes under another name, in the scratch folder; once, however often files are read
    anew.
    """
    if target.exists():
        return target
    try:
        target.symlink_to(path.resolve())
    except OSError:  # a file system or a system without links
        shutil.copyfile(path, target)
    return target


def _received(path: Path, name: str, target: Path) -> Path:
    """Everything that comes out of a pipe, as a file; a pipe can be emptied only once."""
    if target.exists():
        return target
    if not path.exists():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    if not path.is_fifo():
        raise InputError(
            f"{name}：既不是文件也不是管道，无法读取；请给出导出文件，或先存成文件",
            f"{name}: neither a file nor a pipe; name an exported file, or save it to one first",
        )
    try:
        # Opening a pipe without a writer would wait for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb", buffering=0) as pipe, target.open("wb") as out:
            ready = select.select([pipe], [], [], PATIENCE)[0]
            # None: a writer is there and silent; nothing: there is none.
            block = pipe.read(BLOCK)
            if block == b"" and not ready:
                raise _silent(name)
            os.set_blocking(descriptor, True)
            if block is None:
                block = pipe.read(BLOCK)
            while block:
                out.write(block)
                block = pipe.read(BLOCK)
    except OSError as error:
        raise InputError(
            f"{name}：管道读不了：{os_reason(error).zh}；请先存成文件",
            f"{name}: the pipe cannot be read: {os_reason(error).en}; save it to a file first",
        ) from error
    return target


def _silent(name: str) -> InputError:
    return InputError(
        f"{name}：管道里没有数据，等了 {PATIENCE} 秒；请检查写入的一方，或先存成文件",
        f"{name}: nothing came through the pipe in {PATIENCE} seconds; check who writes to it, "
        "or save it to a file first",
    )
