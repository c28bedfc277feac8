"""Archives: every member that may hold data is unpacked under a name of our own.

The names that stand in an archive are shown, never used as paths. Archives made on a Chinese
Windows have names in GBK, without any mark of it.
"""

from __future__ import annotations

import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from kshop_audit.errors import DamagedFileError
from kshop_audit.ingest.files.access import is_full, number_of
from kshop_audit.ingest.files.container import BLOCK, LockedError, UnopenedError
from kshop_audit.ingest.files.walk import may_hold_data, never_read
from kshop_audit.model.frozen import frozen

MOST_BYTES = 4 << 30
"""No member may be larger; no export of a shop is."""
MOST_TOTAL = 1 << 30
"""Archives that unpack to more must not be packed unusually well."""
MOST_RATIO = 200
"""Text of exports shrinks to a tenth or twentieth, of hardly any shop to a hundredth."""

_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
FAULTS = (
    zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, RuntimeError,
    zlib.error,
)  # fmt: skip


@frozen
class Member:
    """A file in an archive. `path`: its bytes, None for one that is never read."""

    name: str
    path: Path | None


@contextmanager
def opened(path: Path, name: str) -> Iterator[zipfile.ZipFile]:
    """An archive, its size checked; DamagedFileError for a broken one, UnopenedError for a bomb.

    A broken one may hold any of the exports, so it is no file to be passed over.
    """
    try:
        archive = zipfile.ZipFile(path)
    except FAULTS as error:
        if isinstance(error, OSError) and number_of(error) is not None:
            raise
        raise DamagedFileError(*_broken(name, str(error))) from error
    with archive:
        _check(archive, name)
        yield archive


def _check(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse what would fill the disk: the sizes are those the archive itself declares.

    A member never gives more bytes than it declares, so these are bounds.
    """
    members = archive.infolist()
    total = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    largest = max((member.file_size for member in members), default=0)
    if largest > MOST_BYTES or (total > MOST_TOTAL and total > MOST_RATIO * packed):
        raise UnopenedError(
            f"{name}：解压后共 {total} 字节，异常地大，不予解压；请直接给出其中的导出文件",
            f"{name}: unpacks to {total} bytes, which no export does, so it is not unpacked; "
            "give the exported files themselves",
        )


def members(path: Path, name: str, scratch: Path, stem: str) -> Iterator[Member]:
    """The members that may hold data, in the order of the archive, each once.

    `stem` begins the names of the unpacked files in `scratch`. LockedError for encrypted members,
    DamagedFileError for broken ones.
    """
    with opened(path, name) as archive:
        for place, info in enumerate(archive.infolist()):
            shown = _name(info)
            if not shown:
                raise DamagedFileError(*_broken(name, "no name"))
            if shown.endswith("/") or _hidden(shown):
                continue
            last = PurePosixPath(shown).name
            if never_read(last):
                yield Member(shown, None)
            elif may_hold_data(PurePosixPath(last)):
                target = scratch / f"{stem}.{place}.member"
                _extract(archive, info, f"{name}!{shown}", target)
                yield Member(shown, target)


def _name(info: zipfile.ZipInfo) -> str:
    """The name of a member as text: marked as UTF-8, else UTF-8 or GBK as far as it is either."""
    text = info.filename
    if not info.flag_bits & _UTF8_NAME:
        for encoding in ("utf-8", "gb18030"):
            try:
                text = info.filename.encode("cp437").decode(encoding)
                break
            except UnicodeError:
                continue
    return text.replace("\\", "/").lstrip("/")


def _hidden(name: str) -> bool:
    """Whether a member lies in a folder that is never opened."""
    folders = PurePosixPath(name).parts[:-1]
    return any(folder.startswith(".") and folder != ".." for folder in folders) or (
        "__MACOSX" in folders
    )


def _extract(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, target: Path) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise LockedError(
            f"{name}：压缩包有密码；请先解压，再给出其中的文件",
            f"{name}: the archive is protected by a password; unpack it and give its files",
        )
    try:
        with archive.open(info) as packed, target.open("wb") as out:
            shutil.copyfileobj(packed, out, BLOCK)
    except FAULTS as error:
        if isinstance(error, OSError) and is_full(error):
            raise
        raise DamagedFileError(*_broken(name, str(error))) from error


def _broken(name: str, detail: str) -> tuple[str, str]:
    detail = detail or "?"
    return (
        f"{name}：压缩包已损坏，或不是受支持的格式（{detail}）；请重新下载或导出",
        f"{name}: the archive is broken or of a rare sort ({detail}); download or export it again",
    )
