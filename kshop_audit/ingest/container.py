"""What kind of bytes a file is, whatever its name says, and its digest.

Every container ends in one file of plain text: the file itself, or an unpacked copy in the
scratch folder. Nothing is ever written next to an input.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
import zlib
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from kshop_audit.errors import DamagedFileError, InputError

BLOCK = 1 << 20  # measured: larger blocks fall out of the cache, smaller ones cost calls


class Container(Enum):
    """Told by the first bytes."""

    TEXT = "text"
    GZIP = "gzip"
    ZIP = "zip"  # also every .xlsx
    OLE = "ole"  # .xls, and an encrypted .xlsx
    HTML = "html"


@dataclass(frozen=True, slots=True)
class Plain:
    """A file of plain text on disk; `path` is the input itself or a copy in the scratch folder."""

    path: Path
    sha256: str


def digest(path: Path) -> str:
    """SHA-256 of the bytes of the input, as lower-case hexadecimal text."""
    total = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while block := file.read(BLOCK):
            total.update(block)
    return total.hexdigest()


def sniff(path: Path) -> Container:
    """Tell the container by its first bytes; the suffix is not trusted."""
    with path.open("rb") as file:
        start = file.read(512)
    if start.startswith(b"\x1f\x8b"):
        return Container.GZIP
    if start.startswith(b"PK\x03\x04"):
        return Container.ZIP
    if start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return Container.OLE
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<html", b"<!doctype", b"<table", b"<?xml")):
        return Container.HTML
    return Container.TEXT


def refuse(name: str, container: Container) -> InputError:
    """The error for a container that is not read."""
    if container is Container.HTML:
        return InputError(
            f"{name}:内容是网页表格而不是数据表;请用表格软件打开后另存为 CSV UTF-8,编号列设为文本",
            f"{name}: holds a web page, not a table; export it as CSV",
        )
    return InputError(
        f"{name}:暂不读取工作簿与压缩包;请导出为 CSV,或安装 xlsx 附加组件后再试",
        f"{name}: workbooks and archives are not read yet; export CSV, or install the extra [xlsx]",
    )


def unpack(path: Path, name: str, target: Path) -> Path:
    """Unpack a .gz into `target`; DamagedFileError if the archive is broken."""
    try:
        with gzip.open(path, "rb") as packed, target.open("wb") as out:
            shutil.copyfileobj(packed, out, BLOCK)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DamagedFileError(
            f"{name}:压缩文件已损坏({error});请重新下载",
            f"{name}: the archive is broken ({error}); download it again",
        ) from error
    return target
