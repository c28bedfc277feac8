"""One table of a file: from its bytes to a `Source` with a lazy typed table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path

from kshop_audit.errors import DamagedFileError
from kshop_audit.ingest.cells.columns import Cells, cells_of, dressed
from kshop_audit.ingest.cells.typed import Records
from kshop_audit.ingest.contract import InputFile, Request, Source
from kshop_audit.ingest.convert.conversion import Original, converted, is_convertible
from kshop_audit.ingest.convert.rewritten import OWN, Rewritten
from kshop_audit.ingest.convert.strange import strange
from kshop_audit.ingest.decode import decoding, raw
from kshop_audit.ingest.decode.csv_check import Frame, check
from kshop_audit.ingest.decode.decoding import Decoded
from kshop_audit.ingest.decode.grammar import LF
from kshop_audit.ingest.decode.raw import Place, Raw
from kshop_audit.ingest.decode.repaired import repaired
from kshop_audit.ingest.decode.sampled import within
from kshop_audit.ingest.decode.strict import RecordTable
from kshop_audit.ingest.files.pieces import Piece
from kshop_audit.ingest.headers.catalogue import normal
from kshop_audit.ingest.headers.locate import (
    DELIMITERS,
    Header,
    HeaderFaultError,
    Sample,
    find_header,
)
from kshop_audit.ingest.headers.unrecognised import (
    OtherSheetError,
    UnrecognisedError,
    damaged_header,
    misplaced,
    unmapped,
    unrecognised,
)
from kshop_audit.ingest.remarks import notes_on
from kshop_audit.model.frozen import frozen
from kshop_audit.model.schema import Kind, Type
from kshop_audit.model.settings import InputMapping

Likely = Callable[[int, str, Records], None]
"""Takes index and name of a file, and how its records are read if none of them is at fault."""

LARGE = 1 << 23
"""Bytes from which on it pays to read a file while it is being checked."""


@frozen
class Reading:
    """How one table is going to be read; `path` leads to its bytes."""

    request: Request
    file: InputFile
    index: int
    scratch: Path
    piece: Piece
    path: Path
    likely: Likely | None = None

    @property
    def name(self) -> str:
        """What the table is called in messages."""
        return self.piece.name

    @property
    def encoding(self) -> str | None:
        """The encoding that is given, for all files or for the kind it is pinned to."""
        if self.piece.sheet:
            return decoding.UTF8
        pin = self.file.pin
        return self.request.encoding or (self.mapping(pin).encoding if pin else None)

    @property
    def delimiters(self) -> tuple[str, ...]:
        """The delimiters to try: the given one alone, else the usual ones and the configured."""
        if self.piece.sheet:
            return (",",)
        if self.request.delimiter:
            return (self.request.delimiter,)
        kinds = [self.file.pin] if self.file.pin else list(self.request.mappings)
        own = [text for text in (self.mapping(kind).delimiter for kind in kinds) if text]
        return tuple(dict.fromkeys((*own, *DELIMITERS)))

    def mapping(self, kind: Kind) -> InputMapping:
        """The configuration of a kind; empty if there is none."""
        return self.request.mappings.get(kind, InputMapping())

    def header(self, text: str, delimiters: Sequence[str] | None = None) -> Header | None:
        """The header of a file that begins with this text; `delimiters`: others than usual."""
        marks = self.delimiters if delimiters is None else delimiters
        return find_header(text, marks, self.request.mappings, self.file.pin)

    def recognises(self, text: str) -> bool:
        """Whether a file that begins with this text is one that can be read."""
        return self.begins(text) or is_convertible(text, self.file.pin)

    def begins(self, text: str, delimiters: Sequence[str] | None = None) -> bool:
        """Whether a text begins with a header, if with a damaged one."""
        try:
            return self.header(text, delimiters) is not None
        except HeaderFaultError:
            return True

    def original(self, decoded: Decoded, text: str) -> Original:
        """The file, to be rewritten if it is no table."""
        return Original(
            decoded.path, self.name, text, decoded.start, self.request.mappings, self.file.pin,
            self.scratch / f"{self.index}.rewritten", self.file.path, self.piece.early,
        )  # fmt: skip

    def decoded(self, path: Path, encoding: str | None) -> Decoded:
        """The file as UTF-8, with line ends that are read."""
        copy = self.scratch / f"{self.index}.utf8"
        found = decoding.decode(path, self.name, encoding, self.recognises, copy)
        return decoding.evened(found, self.scratch / f"{self.index}.evened")


def _decoded(reading: Reading, given: str | None) -> Decoded:
    """The file as UTF-8: by trial, and if nothing fits in an encoding that is configured."""
    try:
        return reading.decoded(reading.path, given)
    except decoding.UnknownEncodingError:
        for kind, mapping in reading.request.mappings.items():
            found = _as_configured(reading, kind) if mapping.encoding else None
            if found is not None:
                return found[0]
        raise


def _as_configured(reading: Reading, kind: Kind) -> tuple[Decoded, Header] | None:
    """The file in the encoding that is configured for a kind; None if it is none of that kind."""
    try:
        decoded = reading.decoded(reading.path, reading.mapping(kind).encoding)
    except DamagedFileError:
        return None
    try:
        header = reading.header(decoding.head_of(decoded.path, decoded.start))
    except HeaderFaultError:
        return None
    return (decoded, header) if header is not None and header.match.kind is kind else None


def _differs(mapping: InputMapping, decoded: Decoded) -> bool:
    """Whether an encoding is configured and the file was read in another one."""
    own = mapping.encoding and decoding.known_encoding(mapping.encoding)
    return bool(own) and own != decoded.encoding.removesuffix("-sig")


@frozen
class _Understood:
    """A file whose header is known; `rewritten`: its records, if it is no table."""

    decoded: Decoded
    header: Header
    rewritten: Rewritten | None = None


def _understood(reading: Reading) -> _Understood:
    """Decode a file and find its header; UnrecognisedError if it has none."""
    given = reading.encoding
    decoded = _decoded(reading, given)
    text = decoding.head_of(decoded.path, decoded.start)
    try:
        header = reading.header(text)
    except HeaderFaultError as fault:
        raise damaged_header(reading.name, fault) from fault
    if header is not None:
        if not given and _differs(reading.mapping(header.match.kind), decoded):
            decoded, header = _as_configured(reading, header.match.kind) or (decoded, header)
            text = decoding.head_of(decoded.path, decoded.start)
        _check(reading, header)
        if header.end == len(text.encode("utf-8", "surrogateescape")):
            _check_end(reading, text)
    found = converted(reading.original(decoded, text), header)
    if found is not None:
        rewritten, match = found
        return _Understood(decoded, Header(match, ",", 1, 0, described=False), rewritten)
    if header is None:
        stated = strange(text, reading.file.pin)
        if stated is not None:
            raise UnrecognisedError(reading.name, *stated, decoded.encoding)
        raise unrecognised(
            reading.name, text, decoded.encoding, reading.delimiters,
            reading.begins, reading.file.pin,
        )  # fmt: skip
    return _Understood(decoded, header)


def _check(reading: Reading, header: Header) -> None:
    """Refuse a sheet that is another one than those configured, and rows above the header."""
    sheets = reading.mapping(header.match.kind).sheets
    if reading.piece.title and sheets and normal(reading.piece.title) not in map(normal, sheets):
        raise OtherSheetError(reading.name, header.match.kind, sheets)
    own = reading.mapping(header.match.kind).columns if reading.file.pin else {}
    there = set(map(normal, header.match.headers))
    lacking = [name for name in own.values() if normal(name) not in there]
    if lacking:
        raise unmapped(reading.name, header.match.kind, lacking)
    if header.misplaced:
        raise misplaced(reading.name, header)


def _check_end(reading: Reading, text: str) -> None:
    """Refuse a header that nothing follows, not even the end of its line."""
    if not text.endswith(("\n", "\r")) and not reading.piece.sheet:
        raise DamagedFileError(
            f"{reading.name}：只有表头，且这一行没有换行结尾；文件可能下载中断，请重新导出；"
            "后台确实没有数据时，在末尾补一个换行即可",
            f"{reading.name}: only a header, and its line is cut off, for it has no end; the "
            "download may have been interrupted, export again; where there is really no data, add "
            "a line end",
        )


def _records(reading: Reading, decoded: Decoded, header: Header, parts: tuple[Cells, ...]) -> Raw:
    """The records as text: by the quick reader, and by the strict one what it would misread.

    `reading.likely` is called beforehand with a large file, read as one without any fault; if it
    is without fault, the same Raw is returned.
    """
    start = decoded.start + header.end
    table = _table(reading, decoded, header, parts)
    form = table.form()
    if decoded.path.stat().st_size <= start:
        return raw.empty(form.names)
    with decoded.path.open("rb") as file:
        lines = file.read(start).count(b"\n")
    ahead = raw.scan(Place(decoded.path, form.byte, form.names, form.cells, lines, header.row))
    quick = form.ending == LF and len(form.separator) == 1
    if quick and reading.likely is not None and decoded.path.stat().st_size >= LARGE:
        records = Records(ahead, header, parts, reading.index)
        reading.likely(reading.index, reading.name, records)
    frame = Frame(decoded.path, start, form, decoded.sound)
    spans = check(frame)
    if spans is None:
        spans = ((start, decoded.path.stat().st_size),)
    if not spans:
        return ahead
    target = reading.scratch / f"{reading.index}.repaired"
    repaired(frame, spans, table.heads, target)
    return raw.scan(Place(target, form.byte, form.names, form.cells, 0, header.row, stated=True))


def _table(
    reading: Reading, decoded: Decoded, header: Header, parts: tuple[Cells, ...]
) -> RecordTable:
    times = tuple(part.places[0] for part in parts if part.column.type in (Type.TIME, Type.DATE))
    # A word that stands in every row tells no row from another, but its day may.
    keys = (part.places[0] for part in parts if part.key and part.column.type is not Type.CODE)
    key = next(chain(keys, times), None)
    mapped = tuple(place for part in parts for place in part.places)
    return RecordTable(
        decoded.path, reading.name, decoded.start + header.end, header, key, times, mapped,
        ragged=reading.piece.sheet,
    )  # fmt: skip


def understood_source(reading: Reading) -> Source:
    """The table as it was understood; UnrecognisedError if it is none that is known."""
    file, piece = reading.file, reading.piece
    understood = _understood(reading)
    decoded, header, rewritten = understood.decoded, understood.header, understood.rewritten
    match = header.match
    mapping = reading.mapping(match.kind)
    configured = mapping.encoding if not reading.encoding and _differs(mapping, decoded) else None
    words = mapping.values
    parts = cells_of(match, words, reading.request.zone)
    if not rewritten:
        start, cells = decoded.start + header.end, len(match.headers)
        more = within(decoded.path, start, header.delimiter, cells)
        parts = dressed(parts, [*header.below, *more])
    records = rewritten.records() if rewritten else _records(reading, decoded, header, parts)
    damaged = (records.slow or rewritten is not None) and decoding.is_damaged(decoded)
    notes = notes_on(
        match, decoded, slow=records.slow, damaged=damaged, configured=configured,
        spread=piece.spread, hidden=piece.hidden,
    )  # fmt: skip
    ours, why = piece.sheet or rewritten is not None, match.why(file.pin is not None)
    return Source(
        index=reading.index,
        path=file.path,
        name=piece.name,
        kind=match.kind,
        platform=match.layout.platform,
        encoding=None if piece.sheet else decoded.encoding,
        delimiter=None if ours else header.delimiter,
        digest=piece.digest,
        header=match.pairs[len(OWN) if rewritten else 0 :],
        missing=match.missing,
        notes=(*notes, *rewritten.notes) if rewritten else notes,
        why=rewritten.why(why) if rewritten else why,
        records=Records(records, header, parts, reading.index),
        sample=Sample(header.row, match.headers, header.below),
        sheet=piece.title or None,
    )
