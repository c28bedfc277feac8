"""Which language the terminal gets: Chinese unless the locale clearly says otherwise."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Literal

Lang = Literal["zh", "en"]


def locale_language(environ: Mapping[str, str]) -> Lang:
    """Chinese if the locale is Chinese, C, POSIX or unset (cron has none), else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environ.get(name):
            word = value.partition(".")[0].partition("_")[0].lower()
            return "zh" if word in ("zh", "c", "posix") else "en"
    return "zh"


def printable(lang: Lang, encoding: str | None) -> Lang:
    """English where the terminal cannot show a single Chinese character."""
    try:
        "快手".encode(encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return "en"
    return lang


def help_language(arguments: Sequence[str], environ: Mapping[str, str]) -> Lang:
    """Language of `--help`, chosen before the options are parsed."""
    asked = environ.get("KSHOP_AUDIT_LANG", "")
    for index, argument in enumerate(arguments):
        if argument == "--lang" and index + 1 < len(arguments):
            asked = arguments[index + 1]
        elif argument.startswith("--lang="):
            asked = argument.removeprefix("--lang=")
    if asked == "zh":
        return "zh"
    if asked == "en":
        return "en"
    return printable(locale_language(environ), getattr(sys.stdout, "encoding", None))


HELP = help_language(sys.argv, os.environ)


def say(zh: str, en: str) -> str:
    """A text of the help in the language of this process."""
    return zh if HELP == "zh" else en
