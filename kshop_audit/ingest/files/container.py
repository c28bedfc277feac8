"""What kind of bytes a file is, whatever its name says.

Every container ends in files of plain text: the file itself, or copies in the scratch folder.
Nothing is ever written next to an input.
"""

from __future__ import annotations

import gzip
import re
import shutil
import zipfile
import zlib
from enum import Enum
from pathlib import Path

from kshop_audit.errors import DamagedFileError, InputError
from kshop_audit.ingest.files import foreign
from kshop_audit.model.patterns import regex

BLOCK = 1 << 20  # measured: larger blocks fall out of the cache, smaller ones cost calls


_START = 1024
"""Bytes by which a file is recognised."""

# Without the NUL bytes of UTF-16, after a byte order mark.
_PAGE = regex(
    rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*<(?:!--|(?:!doctype|\?xml|html|head|meta|title|"
    rb"style|body|div|center|font|table|tr)\b)"
)
_XML_BOOK = regex(rb"<\?xml\b.*<(?:\w+:)?Workbook\b", re.DOTALL)
_WORKBOOK = frozenset({"xl/workbook.xml", "xl/workbook.bin"})


class LockedError(InputError):
    """A sound file that needs something only the operator has: a password, an extra, a day."""


class UnopenedError(InputError):
    """A file of which nothing can be seen: an error if it was named, in a folder it is listed."""


class Container(Enum):
    """Known by the first bytes."""

    TEXT = "text"
    GZIP = "gzip"
    ZIP = "zip"
    WORKBOOK = "workbook"  # a zip with the parts of an .xlsx
    OLE = "ole"  # .xls, and an encrypted .xlsx
    HTML = "html"
    XML_BOOK = "xml workbook"  # the XML of Excel 2003
    FOREIGN = "foreign"  # nothing that holds a table


def sniff(path: Path) -> Container:
    """Tell the container by its first bytes; the suffix is not trusted."""
    with path.open("rb") as file:
        start = file.read(_START)
    if start.startswith(b"\x1f\x8b"):
        return Container.GZIP
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(path)
    if start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return Container.OLE
    if foreign.by_start(start) is not None:
        return Container.FOREIGN
    text = start.replace(b"\0", b"")
    if _XML_BOOK.search(text):
        return Container.XML_BOOK
    return Container.HTML if _PAGE.match(text.lower()) else Container.TEXT


def _zip(path: Path) -> Container:
    """A workbook, a document of another program, or an archive."""
    try:
        with zipfile.ZipFile(path) as parts:
            names = parts.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return Container.ZIP
    if not _WORKBOOK.isdisjoint(names):
        return Container.WORKBOOK
    return Container.ZIP if foreign.by_parts(names) is None else Container.FOREIGN


def misplaced(path: Path, name: str) -> UnopenedError:
    """The error for a file of another program."""
    with path.open("rb") as file:
        known = foreign.by_start(file.read(_START))
    if known is None:
        with zipfile.ZipFile(path) as parts:
            known = foreign.by_parts(parts.namelist())
    what = known or foreign.UNKNOWN
    return UnopenedError(f"{name}:{what.zh}", f"{name}: {what.en}")


def nested(name: str) -> UnopenedError:
    """The error for an archive inside another one."""
    return UnopenedError(
        f"{name}：压缩包里还有压缩包；请先解压，再给出其中的文件",
        f"{name}: an archive inside an archive; unpack it and give its files",
    )


def unpack(path: Path, name: str, target: Path) -> Path:
    """Unpack a .gz into `target`; DamagedFileError if the archive is broken."""
    try:
        with gzip.open(path, "rb") as packed, target.open("wb") as out:
            shutil.copyfileobj(packed, out, BLOCK)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DamagedFileError(
            f"{name}：压缩文件已损坏（{error}）；请重新下载",
            f"{name}: the archive is broken ({error}); download it again",
        ) from error
    return target
