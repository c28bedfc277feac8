"""Open the inputs: every table of every file becomes one `Source`, the largest files first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from kshop_audit.errors import InputError
from kshop_audit.ingest.contract import InputFile, Request, Source
from kshop_audit.ingest.decode import decoding
from kshop_audit.ingest.files.access import while_reading
from kshop_audit.ingest.files.container import UnopenedError
from kshop_audit.ingest.files.pieces import Piece, TableHolder, unfold, unread, untouched, why_of
from kshop_audit.ingest.files.staging import readable
from kshop_audit.ingest.files.walk import find_files, may_be_anything, other_files
from kshop_audit.ingest.headers.locate import Sample, likely_header
from kshop_audit.ingest.headers.unrecognised import (
    MisreadError,
    OtherSheetError,
    UnrecognisedError,
    nothing_recognised,
)
from kshop_audit.ingest.sources import Likely, Reading, understood_source
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text
from kshop_audit.model.progress import Stage, Step


@frozen
class _Unfolded:
    """A file and the tables in it; `index`: the number of the first one.

    Numbers follow the order of the files, whatever the order in which these are opened.
    """

    file: InputFile
    index: int
    pieces: tuple[Piece, ...]


def _left_out(file: InputFile, index: int, piece: Piece, why: Text) -> Source:
    left = Source(
        index, file.path, piece.name, None, None, None, None, piece.digest, (), (), (), why, None
    )
    return replace(left, sheet=piece.title or None)


def _pieces(request: Request, file: InputFile, scratch: Path, index: int) -> tuple[Piece, ...]:
    """The tables of one file of a folder or of the command line; a named one must be opened."""
    if file.why is not None:
        return (untouched(file.name, file.why),)
    path = readable(file.path, file.name, scratch, index)
    digest = request.digests.of(path)
    holder = TableHolder(path, file.name, scratch, str(index), request.password, digest)
    try:
        return tuple(unfold(holder))
    except UnopenedError as error:
        if file.named:
            raise
        return () if may_be_anything(file.path) else (unread(holder, why_of(file.name, error)),)


def _unfolded(request: Request, scratch: Path) -> Iterator[_Unfolded]:
    """All files of the request, and the tables in them."""
    index = 0
    for file in find_files(request):
        try:
            with while_reading(file.name):
                pieces = _pieces(request, file, scratch, index)
        except InputError as error:
            if not request.lenient:
                raise
            pieces = (untouched(file.name, why_of(file.name, error)),)
        yield _Unfolded(file, index, pieces)
        index += len(pieces)


def _open(
    request: Request,
    unfolded: _Unfolded,
    scratch: Path,
    likely: Likely | None,
    recalled: Recalled,
) -> Iterator[Source]:
    """Read the tables of one file; a file that is named and is one table must be understood."""
    file, pieces = unfolded.file, unfolded.pieces
    anything = may_be_anything(file.path) and not file.named
    for index, piece in enumerate(pieces, unfolded.index):
        if piece.path is None:
            source: Source | None = _left_out(file, index, piece, piece.why)
        else:
            reading = Reading(request, file, index, scratch, piece, piece.path, likely)
            try:
                with while_reading(file.name):
                    alone = file.named and len(pieces) == 1
                    source = recalled(reading) or _perhaps(reading, alone=alone, anything=anything)
            except InputError as error:
                if not request.lenient:
                    raise
                why = why_of(file.name, error)
                source = _left_out(file, index, untouched(file.name, why), why)
        if source is not None:
            yield source


Recalled = Callable[[Reading], Source | None]
"""Takes a table that is going to be read; the same if it is known from before, else None."""


def _nothing(_reading: Reading) -> None:
    return None


OWN_SCHEMA = '"kshop-audit/'
"""What stands at the beginning of every report of this program."""

_PASSED = (decoding.UnknownEncodingError, OtherSheetError, UnrecognisedError)
"""What may be wrong with a table that is not the only one of a file that was named."""


def _perhaps(reading: Reading, *, alone: bool, anything: bool) -> Source | None:
    """A table, or what stands for it in the list of files if it is none that we know.

    `alone`: it must be understood; `anything`: it may be none of ours, which is no news.
    """
    try:
        source = understood_source(reading)
    except InputError as error:
        other = isinstance(error, _PASSED) or (anything and isinstance(error, MisreadError))
        passed = not alone and other
        if not (passed or reading.request.lenient):
            raise
        if passed and anything and not _tells(reading):
            return None
        strange = _strange(reading.file, reading.index, reading.piece, error)
        return replace(strange, sample=_sample(reading))
    return None if anything and source.delimiter is not None else source


def _tells(reading: Reading) -> bool:
    """Whether a file that may be anything is named all the same: JSON may be chats that somebody
    saved in a form that cannot be read. A report of this program is none.
    """
    if reading.piece.path is None or reading.file.path.suffix.lower() != ".json":
        return False
    head = decoding.likely_text(reading.path)
    return head.lstrip("\ufeff \t\r\n").startswith(("{", "[")) and OWN_SCHEMA not in head


def _strange(file: InputFile, index: int, piece: Piece, error: InputError) -> Source:
    if not isinstance(error, UnrecognisedError):
        return _left_out(file, index, piece, why_of(piece.name, error))
    encoding = None if piece.sheet else error.encoding
    return replace(_left_out(file, index, piece, error.why), encoding=encoding)


def _sample(reading: Reading) -> Sample | None:
    """The first rows of a table that was not understood; only who is lenient looks at them."""
    if not reading.request.lenient:
        return None
    return likely_header(decoding.likely_text(reading.path), reading.delimiters)


def open_inputs(
    request: Request,
    scratch: Path,
    opened: Callable[[Source], None] | None = None,
    likely: Likely | None = None,
    recalled: Recalled | None = None,
) -> tuple[Source, ...]:
    """Open all files of a request; nothing is collected, each table is scanned at most once.

    `scratch` is a folder for copies in UTF-8; it must outlive the tables. `opened` is called with
    each file as soon as it is open, `likely` with a large one before: the largest ones come first,
    since reading them takes longest. What `recalled` knows is not read. Raises InputError for a
    missing path, for a named file of no known kind and when nothing is recognised; DamagedFileError
    for a recognised file that is broken as a whole.
    """
    sources: list[Source] = []
    files = sorted(_unfolded(request, scratch), key=_size, reverse=True)
    done, whole = 0, sum(map(_size, files))
    for unfolded in files:
        request.watch(Step(Stage.OPENING, done, whole, unfolded.file.name))
        done += _size(unfolded)
        first = len(sources)
        for source in _open(request, unfolded, scratch, likely, recalled or _nothing):
            sources.append(source)
            if opened is not None:
                opened(source)
        _check(request, unfolded.file, sources[first:])
    sources.sort(key=lambda source: source.index)
    if not (request.lenient or any(source.kind for source in sources)):
        raise nothing_recognised("没有", "nothing", sources, _beside(request, sources))
    return tuple(sources)


_NO_TABLE = Text("里面没有认得的表格", "holds no table of a known kind")
_NO_DATA = Text("不是数据文件，不读取", "no file of data, never read")


def _beside(request: Request, sources: list[Source]) -> list[tuple[str, Text]]:
    """What lies in the folders and is not listed otherwise, for whoever finds nothing there."""
    listed = {source.path for source in sources}
    passed = [file.name for file in find_files(request) if file.path not in listed]
    return [
        *((name, _NO_TABLE) for name in passed),
        *((name, _NO_DATA) for name in other_files(request)),
    ]


def _check(request: Request, file: InputFile, sources: list[Source]) -> None:
    """Refuse a file that was named and holds nothing that is known."""
    known = request.lenient or any(source.kind for source in sources)
    if file.named and not known:
        raise nothing_recognised(f"{file.name}：没有", f"{file.name}: nothing", sources)


def _size(unfolded: _Unfolded) -> int:
    """Bytes of a file, of which a pipe has none."""
    with suppress(OSError):
        return unfolded.file.path.stat().st_size
    return 0
