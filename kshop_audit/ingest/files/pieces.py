"""The tables that a file holds: itself, the sheets of a workbook, the members of an archive.

The digest of a piece is that of the file as it was given; a member of an archive has its own, so
that it is known again when it is given unpacked. Sheets have that of their workbook.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kshop_audit.errors import InputError
from kshop_audit.ingest.files import container
from kshop_audit.ingest.files.access import legible
from kshop_audit.ingest.files.container import Container, UnopenedError
from kshop_audit.ingest.files.digests import Digest
from kshop_audit.ingest.files.walk import NEVER
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text

if TYPE_CHECKING:
    from kshop_audit.ingest.convert.workbook import Sheet

_READ = Text("", "")
_EMPTY_SHEET = Text("空工作表", "an empty sheet")
_NO_MEMBER = Text("压缩包中没有可读取的数据文件", "the archive holds no file that may be data")
_NO_SHEET = Text("工作簿中没有工作表", "the workbook holds no sheet")


@frozen
class Piece:
    """One table. `path`: its text, None for a piece that is not read, for the reason `why`.

    `sheet`: the text is one that we wrote, in UTF-8 and with commas; `title`: the sheet's name;
    `early`: its days count from 1904; `spread`: merged cells that were spread over their rows;
    `hidden`: the sheet is not shown.
    """

    name: str
    path: Path | None
    digest: Digest | None
    sheet: bool = False
    why: Text = _READ
    title: str = ""
    early: bool = False
    spread: int = 0
    hidden: bool = False


@frozen
class TableHolder:
    """A file that may hold several tables. `stem` begins the names of its files in `scratch`."""

    path: Path
    name: str
    scratch: Path
    stem: str
    password: str | None = field(repr=False)
    digest: Digest
    packed: bool = False
    archived: bool = False


def untouched(name: str, why: Text) -> Piece:
    """A file that is listed, but never opened."""
    return Piece(name, None, None, why=why)


def why_of(name: str, error: InputError) -> Text:
    """What is wrong with a file, without its name, for where that stands anyway."""
    zh, en = error.zh.removeprefix(name).lstrip(":："), error.en.removeprefix(f"{name}:")
    return Text(zh.strip(), en.strip())


def unread(holder: TableHolder, why: Text) -> Piece:
    """A file of which nothing is read."""
    return Piece(holder.name, None, holder.digest, why=why)


def unfold(holder: TableHolder) -> Iterator[Piece]:
    """Every table of a file, in its order.

    LockedError if it needs a password or an extra; UnopenedError if nothing of it can be seen;
    DamagedFileError if a part of it is broken.
    """
    kind = container.sniff(holder.path)
    match kind:
        case Container.TEXT:
            yield Piece(holder.name, holder.path, holder.digest)
        case Container.FOREIGN:
            raise container.misplaced(holder.path, holder.name)
        case Container.HTML:
            yield from _tables(holder)
        case Container.GZIP if not holder.packed:
            plain = container.unpack(
                holder.path, holder.name, holder.scratch / f"{holder.stem}.plain"
            )
            yield from unfold(replace(holder, path=plain, packed=True))
        case Container.WORKBOOK | Container.OLE | Container.XML_BOOK:
            yield from _sheets(holder, kind)
        case Container.ZIP if not holder.archived and not holder.packed:
            yield from _members(holder)
        case _:
            raise container.nested(holder.name)


def _sheets(holder: TableHolder, kind: Container) -> Iterator[Piece]:
    found = [
        Piece(
            f"{holder.name}#{legible(sheet.name)}",
            sheet.path,
            holder.digest,
            True,
            _EMPTY_SHEET,
            sheet.name,
            sheet.early,
            sheet.spread,
            sheet.hidden,
        )
        for sheet in _written(holder, kind)
    ]
    yield from found or [unread(holder, _NO_SHEET)]


def _written(holder: TableHolder, kind: Container) -> Iterable[Sheet]:
    """The sheets of a workbook, each written as text."""
    from kshop_audit.ingest.convert import workbook, xml_workbook

    if kind is Container.XML_BOOK:
        return xml_workbook.sheets(holder.path, holder.name, holder.scratch, holder.stem)
    book = workbook.Book(
        holder.path, holder.name, kind, holder.scratch, holder.stem, holder.password
    )
    return workbook.sheets(book)


def _tables(holder: TableHolder) -> Iterator[Piece]:
    from kshop_audit.ingest.convert import html_tables

    found = html_tables.tables(holder.path, holder.name, holder.scratch, holder.stem)
    for number, path in enumerate(found, 1):
        name = holder.name if len(found) == 1 else f"{holder.name}#{number}"
        yield Piece(name, path, holder.digest, sheet=True)


def _members(holder: TableHolder) -> Iterator[Piece]:
    from kshop_audit.ingest.files import archive

    found = False
    for place, member in enumerate(
        archive.members(holder.path, holder.name, holder.scratch, holder.stem)
    ):
        found = True
        name = f"{holder.name}!{legible(member.name)}"
        if member.path is None:
            yield untouched(name, NEVER)
            continue
        inner = replace(
            holder, path=member.path, name=name, stem=f"{holder.stem}.{place}",
            digest=Digest(member.path), archived=True,
        )  # fmt: skip
        try:
            yield from unfold(inner)
        except UnopenedError as error:
            yield unread(inner, why_of(name, error))
    if not found:
        yield unread(holder, _NO_MEMBER)
