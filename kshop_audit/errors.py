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
