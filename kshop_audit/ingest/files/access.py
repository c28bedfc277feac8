"""What the system refuses while files are read, as a sentence that says what to do.

Names of files are shown legibly: they come from outside like all else that files hold.
"""

from __future__ import annotations

import errno
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from kshop_audit.errors import InputError
from kshop_audit.model.patterns import regex

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# The engine raises errors of Python with the number in their text alone.
_NUMBER = regex(r"\(os error ([0-9]+)\)")

# Controls, invisible and half characters, line and paragraph breaks; spaces of any width stay.
_HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")


def legible(name: str) -> str:
    """A name on one line: what cannot be seen, or would steer a terminal, is escaped."""
    return "".join(
        char.encode("unicode_escape").decode() if unicodedata.category(char) in _HIDDEN else char
        for char in name
    )


def number_of(error: OSError) -> int | None:
    """The system's number of an error."""
    number = _NUMBER.search(str(error))
    return error.errno or (int(number[1]) if number else None)


def is_full(error: OSError) -> bool:
    """Whether there was no room left for what was to be written."""
    return number_of(error) in _FULL


@contextmanager
def while_reading(name: str) -> Iterator[None]:
    """Turn what the system refuses while the file `name` is read into an InputError."""
    try:
        yield
    except OSError as error:
        raise refused(name, error) from error


def refused(name: str, error: OSError) -> InputError:
    """The sentence for an error of the system that has to do with this file."""
    number = number_of(error)
    if number in _FULL:
        return InputError(
            f"{name}：临时文件夹所在的磁盘已满；请清理磁盘，或用环境变量 TMPDIR 换一个文件夹",
            f"{name}: the disk is full where temporary files go; free some space, or set the "
            "environment variable TMPDIR to another folder",
        )
    if number == errno.ENOENT:
        return InputError(
            f"{name}：读取途中文件不见了；请检查它是否被移动或删除，然后再运行一次",
            f"{name}: is gone while it is being read; check whether it was moved or deleted, "
            "then run again",
        )
    if number in (errno.EACCES, errno.EPERM):
        return InputError(
            f"{name}：没有读取权限；请修改权限，或复制到自己的文件夹再试",
            f"{name}: no permission to read it; change its permissions, or copy it to a folder "
            "of your own",
        )
    said = error.strerror or _NUMBER.sub("", str(error)).strip()
    return InputError(
        f"{name}：系统读不了它（{legible(said)}）；请检查磁盘与文件，或复制一份再试",
        f"{name}: the system cannot read it ({legible(said)}); check the disk and the file, or "
        "copy it and try again",
    )
