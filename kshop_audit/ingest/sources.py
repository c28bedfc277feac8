"""Open the inputs: every file named or found becomes one `Source` with a lazy typed table."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from kshop_audit.errors import DamagedFileError, InputError
from kshop_audit.ingest import container, decoding, raw
from kshop_audit.ingest.catalogue import is_known
from kshop_audit.ingest.columns import Cells, cells_of
from kshop_audit.ingest.container import Container
from kshop_audit.ingest.contract import Request, Source
from kshop_audit.ingest.decoding import Decoded
from kshop_audit.ingest.locate import DELIMITERS, Header, find_header, seen_headers
from kshop_audit.ingest.proof import Frame, prove
from kshop_audit.ingest.raw import Raw
from kshop_audit.ingest.recognise import Match
from kshop_audit.ingest.records import RecordFile, read_records
from kshop_audit.ingest.staging import readable
from kshop_audit.ingest.typed import Records
from kshop_audit.ingest.walk import Found, find_files
from kshop_audit.model.metadata import Text
from kshop_audit.model.schema import Kind, Type
from kshop_audit.model.settings import InputMapping

_NAMED_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";"}


class _UnrecognisedError(InputError):
    """The header of a file fits no kind; `seen` is the row that looks most like a header."""

    def __init__(self, name: str, seen: str, encoding: str) -> None:
        super().__init__(
            f"{name}:表头不属于任何已知类别(见到:{seen});请确认导出内容,或用"
            " --orders/--chats 等指定类别,并在 shop.toml 的 [inputs.<类别>.columns] 中写明对应列",
            f"{name}: the header fits no kind (seen: {seen}); check the export, or pin it with "
            "--orders, --chats … and map its columns in [inputs.<kind>.columns] of shop.toml",
        )
        self.seen = seen
        self.encoding = encoding


@dataclass(frozen=True, slots=True)
class _Reading:
    """How one file is going to be read; `path` leads to its bytes."""

    request: Request
    found: Found
    index: int
    scratch: Path
    path: Path

    @property
    def delimiters(self) -> tuple[str, ...]:
        """The delimiters to try: the given one alone, else the usual ones and the configured."""
        if self.request.delimiter:
            return (_NAMED_DELIMITERS.get(self.request.delimiter, self.request.delimiter),)
        kinds = [self.found.pin] if self.found.pin else list(self.request.mappings)
        own = [
            _NAMED_DELIMITERS.get(text, text)
            for text in (self.mapping(kind).delimiter for kind in kinds)
            if text
        ]
        return tuple(dict.fromkeys((*own, *DELIMITERS)))

    def mapping(self, kind: Kind) -> InputMapping:
        """The configuration of a kind; empty if there is none."""
        return self.request.mappings.get(kind, InputMapping())

    def header(self, text: str) -> Header | None:
        """The header of a file that begins with this text."""
        return find_header(text, self.delimiters, self.request.mappings, self.found.pin)

    def decoded(self, path: Path, encoding: str | None) -> Decoded:
        """The file as UTF-8."""
        return decoding.decode(
            path,
            self.found.name,
            encoding,
            lambda text: self.header(text) is not None,
            self.scratch / f"{self.index}.utf8",
        )


def _plain(reading: _Reading) -> Path:
    """The plain text of a file; InputError for containers that are not read."""
    path, name = reading.path, reading.found.name
    kind = container.sniff(path)
    if kind is Container.TEXT:
        return path
    if kind is Container.GZIP:
        return container.unpack(path, name, reading.scratch / f"{reading.index}.plain")
    raise container.refuse(name, kind)


def _understood(reading: _Reading) -> tuple[Decoded, Header]:
    """Decode a file and find its header; _UnrecognisedError if it has none."""
    plain = _plain(reading)
    pin = reading.found.pin
    given = reading.request.encoding or (reading.mapping(pin).encoding if pin else None)
    decoded = reading.decoded(plain, given)
    text = decoding.head_of(decoded.path, decoded.start)
    header = reading.header(text)
    if header is None:
        seen = seen_headers(text, reading.delimiters)
        raise _UnrecognisedError(reading.found.name, seen, decoded.encoding)
    own = reading.mapping(header.match.kind).encoding
    if own and not given and decoding.known_encoding(own) != decoded.encoding.removesuffix("-sig"):
        decoded = reading.decoded(plain, own)
        text = decoding.head_of(decoded.path, decoded.start)
        header = reading.header(text) or header
    if header.misplaced:
        raise _misplaced(reading.found.name, header)
    return decoded, header


def _misplaced(name: str, header: Header) -> DamagedFileError:
    return DamagedFileError(
        f"{name}:表头在第 {header.row} 行,但上面第 {header.misplaced} 行已是数据;请重新导出,"
        "不要连同表头排序,也不要拼接文件",
        f"{name}: the header stands in row {header.row}, but row {header.misplaced} above it is "
        "one of data; export again, do not sort the header along or join files",
    )


def _records(reading: _Reading, decoded: Decoded, header: Header, parts: tuple[Cells, ...]) -> Raw:
    """The records as text: the quick reader where it is proven right, else record by record."""
    match = header.match
    width, start = len(match.headers), decoded.start + header.end
    if decoded.path.stat().st_size <= start:
        return raw.empty(width)
    key = next((part for part in parts if part.key), None)
    with decoded.path.open("rb") as file:
        above = file.read(start)
    if not decoded.damaged:
        line = above[decoded.start :].rstrip(b"\r\n").rpartition(b"\n")[2].rstrip(b"\r")
        name = match.headers[key.places[0]] if key else match.headers[0]
        shape = prove(
            Frame(decoded.path, start, header.delimiter, width, _needed(parts), name, line)
        )
        if shape is not None:
            lines = above.count(b"\n")
            return raw.scan(decoded.path, header.delimiter, shape, lines=lines, row=header.row)
    times = tuple(part.places[0] for part in parts if part.column.type in (Type.TIME, Type.DATE))
    keep = sorted({0} | {place for part in parts for place in part.places})
    return read_records(
        RecordFile(
            decoded.path, reading.found.name, start, header.row, header.delimiter,
            match.headers, tuple(keep), key.places[0] if key else None, times,
            tuple(p for part in parts if part.exact for p in part.places),
        )
    )  # fmt: skip


def _needed(parts: tuple[Cells, ...]) -> int:
    """Cells that a row must have: up to the last column that is understood."""
    return 1 + max(place for part in parts for place in part.places)


def _notes(match: Match, decoded: Decoded, slow: bool) -> tuple[Text, ...]:
    notes = []
    twice = [match.headers[p[0]].strip() for p in match.columns.values() if len(p) > 1]
    if twice:
        names = "、".join(twice)
        notes.append(
            Text(
                f"表头重复:{names};取第一个非空值",
                f"header names that occur several times: {names}; the first non-empty cell counts",
            )
        )
    pairs = match.pairs
    strange = [name for name, column in pairs if column is None and name and not is_known(name)]
    if strange:
        names = "、".join(strange)
        notes.append(Text(f"不认识的列,已忽略:{names}", f"unknown columns, ignored: {names}"))
    if decoded.damaged:
        notes.append(
            Text(
                "文件是 UTF-8,但有损坏的字节;相应的行被拒绝",
                "the file is UTF-8 with damaged bytes; those rows are rejected",
            )
        )
    if slow:
        notes.append(
            Text(
                "引号或换行不规范,已逐行读取",
                "quotes or line ends are irregular, so the file was read row by row",
            )
        )
    return tuple(notes)


def _source(reading: _Reading, sha256: Future[str]) -> Source:
    found = reading.found
    decoded, header = _understood(reading)
    match = header.match
    words = reading.mapping(match.kind).values
    parts = cells_of(match, words)
    records = _records(reading, decoded, header, parts)
    return Source(
        index=reading.index,
        path=found.path,
        name=found.name,
        kind=match.kind,
        platform=match.layout.platform,
        encoding=decoded.encoding,
        delimiter=header.delimiter,
        sha256=sha256.result(),
        header=match.pairs,
        missing=match.missing,
        notes=_notes(match, decoded, records.slow),
        why=match.why(found.pin is not None),
        records=Records(records, header, parts, reading.index),
    )


def _left_out(reading: _Reading, sha256: str, why: Text) -> Source:
    found = reading.found
    return Source(
        reading.index, found.path, found.name, None, None, None, None, sha256, (), (), (), why, None
    )


def _open(reading: _Reading, hashing: Executor) -> Source:
    """Read one file of a folder or of the command line; a named one must be understood."""
    found = reading.found
    if found.never:
        why = Text("临时或未下载完的文件,从不读取", "a temporary or unfinished file, never read")
        return _left_out(reading, "", why)
    path = readable(found.path, found.name, reading.scratch, reading.index)
    reading = replace(reading, path=path)
    # Hashing needs a processor but not the interpreter, so it does not hold up the rest.
    sha256 = hashing.submit(container.digest, path)
    if found.named:
        return _source(reading, sha256)
    kind = container.sniff(path)
    if kind not in (Container.TEXT, Container.GZIP):
        refused = container.refuse(found.name, kind)
        return _left_out(reading, sha256.result(), Text(refused.zh, refused.en))
    try:
        return _source(reading, sha256)
    except decoding.UnknownEncodingError as error:
        return _left_out(reading, sha256.result(), Text(error.zh, error.en))
    except _UnrecognisedError as error:
        why = Text(f"表头不属于任何类别:{error.seen}", f"the header fits no kind: {error.seen}")
        return replace(_left_out(reading, sha256.result(), why), encoding=error.encoding)


def open_inputs(
    request: Request, scratch: Path, opened: Callable[[Source], None] | None = None
) -> tuple[Source, ...]:
    """Open all files of a request; nothing is collected, each table is scanned at most once.

    `scratch` is a folder for copies in UTF-8; it must outlive the tables. `opened` is told of each
    file as soon as it is open. Raises InputError for a missing path, for a named file of no known
    kind and when nothing at all is recognised; DamagedFileError for a recognised file that is
    broken as a whole.
    """
    sources: list[Source] = []
    with ThreadPoolExecutor(1) as hashing:
        for index, found in enumerate(find_files(request)):
            reading = _Reading(request, found, index, scratch, found.path)
            sources.append(_open(reading, hashing))
            if opened is not None:
                opened(sources[-1])
    if not any(source.kind for source in sources):
        seen = [f"{source.name}({source.why.zh})" for source in sources]
        seen_en = [f"{source.name} ({source.why.en})" for source in sources]
        raise InputError(
            "没有可识别的文件:" + (";".join(seen) or "文件夹中没有 CSV 文件"),
            "nothing is recognised: " + ("; ".join(seen_en) or "no CSV file in the folder"),
        )
    return tuple(sources)
