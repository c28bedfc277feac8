"""What can go wrong, and which exit code each fault has.

    KshopError                  exit 2
    ├── UsageError              an option, argument or id that does not exist
    ├── ConfigError             shop.toml, a pack or a declared figure is wrong
    └── InputError              a file is missing, unreadable or not understood
        └── DamagedFileError    a whole file is broken, or too many of its rows are

Every message says what, where (file:row:column), what was expected and what to do next.
Faults inside one rule are no exceptions here: the plan turns them into `no_verdict`.
"""

from __future__ import annotations

import errno
from typing import NamedTuple

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_NO_AUDIT = 2
EXIT_INCOMPLETE = 3
EXIT_INTERRUPTED = 130


class KshopError(Exception):
    """Root of every expected fault; the command line prints it as one line."""

    exit_code = EXIT_NO_AUDIT

    def __init__(self, zh: str, en: str) -> None:
        """Keep the message in both languages; `str()` gives the English one."""
        super().__init__(en)
        self.zh = zh
        self.en = en


class UsageError(KshopError):
    """The command was called with something that does not exist or does not fit."""


class ConfigError(KshopError):
    """The operator's configuration or a pack is wrong."""


class InputError(KshopError):
    """An input is missing, unreadable, or of no known kind."""


class DamagedFileError(InputError):
    """A file is broken as a whole, or more of its rows are than `--max-bad-rows` allows."""


class Said(NamedTuple):
    """Something in both languages."""

    zh: str
    en: str


_OPEN_ELSEWHERE = 32
"""What Windows answers where another program keeps the file for itself."""

_REASONS = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.ENOSPC: "磁盘满了",
    errno.EDQUOT: "磁盘配额用完了",
    errno.EISDIR: "这是文件夹",
    errno.ENOTDIR: "路径中间有一段不是文件夹",
    errno.EEXIST: "已经存在",
    errno.EROFS: "磁盘是只读的",
    errno.ENAMETOOLONG: "名字太长",
    errno.EMFILE: "打开的文件太多",
    errno.EBADF: "已经关闭",
    errno.EIO: "磁盘读写出错",
    errno.EPIPE: "对方已经关闭",
    errno.ELOOP: "链接绕成了圈",
}


def os_reason(error: OSError) -> Said:
    """Why the system refused, in words; of what is rare in its own."""
    if getattr(error, "winerror", None) == _OPEN_ELSEWHERE:
        return Said(
            "文件正被别的程序打开（如 Excel、WPS），请关掉再试",
            "another program has the file open, such as a spreadsheet; close it and try again",
        )
    own = error.strerror or type(error).__name__
    return Said(_REASONS.get(error.errno or 0, own), own)
