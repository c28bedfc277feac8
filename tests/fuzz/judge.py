"""The judge: every outcome is the right figures, an account of every record, or one clear line."""

from __future__ import annotations

import gzip
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType

import polars as pl

from kshop_audit import codec
from kshop_audit.auditing.audit import audit
from kshop_audit.auditing.request import AuditRequest
from kshop_audit.errors import KshopError
from kshop_audit.ingest import REASONS, Request, Source, open_inputs
from kshop_audit.model.schema import TABLES, Kind
from kshop_audit.model.settings import Settings
from kshop_audit.plan.duplicates import BETWEEN
from kshop_audit.plan.load import Loaded
from kshop_audit.plan.query import Wanted
from kshop_audit.tables import GOOD, KEYLESS, RAW_SUFFIX, REJECTED, ROW, SKIPPED, STATE
from tests.fuzz.exports import titles
from tests.fuzz.mutate import Damaged
from tests.fuzz.reading import (
    UNKNOWN,
    Record,
    Value,
    bare,
    identity,
    is_blank,
    is_footer,
    is_header,
    moment,
    records,
    title,
)
from tests.fuzz.records import Frame, faults, other_header, up_to
from tests.ingest.tables import load, table_of

PATIENCE = 20
"""Seconds of computing that one file may take."""
PLANNED, AUDITED = 3, 32
"""One damaged file in so many goes through the plan, and through a whole audit: reading is judged
in all of them.
"""


class TooSlowError(Exception):
    """A file took longer than PATIENCE."""


@dataclass
class Ruling:
    """What came of a case. `outcome`: read, or the class of the message that refused it."""

    outcome: str = "read"
    files: int = 1
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@contextmanager
def patience(seconds: int = PATIENCE) -> Iterator[None]:
    def ring(number: int, frame: FrameType | None) -> None:
        raise TooSlowError(f"no answer in {seconds} s")

    # Of this process's own time, however busy the machine is.
    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def one_line(error: KshopError) -> Iterator[str]:
    """A refusal is one line in either language that every terminal can print."""
    if error.exit_code != 2:
        yield f"exit code {error.exit_code}"
    for line in (error.zh, error.en):
        if not line.strip() or len(line.splitlines()) != 1:
            yield f"message is not one line: {line[:300]!r}"
        if any("\ud800" <= char <= "\udfff" for char in line):
            yield f"message is no text: {line[:300]!r}"
        if len(line) > 2_000:
            yield f"message of {len(line)} characters: {line[:200]!r}"


def read_alone(path: Path, scratch: Path) -> tuple[Source, pl.DataFrame]:
    (source,) = open_inputs(Request((path,)), scratch)
    return source, table_of(source)


def of_file(damaged: Damaged, seed: int, *, kuaishou: bool) -> Ruling:
    """Read one damaged file alone and hold what came out against the csv module."""
    ruling = Ruling()
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / damaged.name
        path.write_bytes(damaged.data)
        scratch = Path(place) / "scratch"
        scratch.mkdir()
        try:
            with patience():
                source, table = read_alone(path, scratch)
            ruling.faults += _stated(source, table, damaged, kuaishou)
            if seed % PLANNED == 1:
                with patience():
                    loaded = load((source,), reject_future=seed % 2 == 0)
                ruling.faults += accounted(source, table, loaded)
            if seed % AUDITED == 2:
                with patience():
                    _audited(path, scratch, ruling)
        except KshopError as error:
            ruling.outcome = type(error).__name__ + ": " + shape(error.en, path.name)
            ruling.faults += one_line(error)
        except (Exception, pl.exceptions.PanicException) as error:  # noqa: BLE001  that is the finding
            ruling.outcome = "crash"
            ruling.faults.append(f"{type(error).__name__}: {str(error)[:500]}")
        if path.read_bytes() != damaged.data:
            ruling.faults.append("the input was changed")
    return ruling


def shape(message: str, name: str) -> str:
    """A message without what belongs to one file."""
    text = message.replace(name, "FILE")
    return "".join("9" if char.isdigit() else char for char in text)[:60]


def _audited(path: Path, scratch: Path, ruling: Ruling) -> None:
    settings = Settings()
    try:
        done = audit(
            AuditRequest(Request((path,)), settings, wanted=Wanted(evidence=True)), scratch
        )
    except KshopError as error:
        ruling.notes.append("audit refused")
        ruling.faults += one_line(error)
        return
    codec.encode(done.report).encode()
    for entry in done.report.inputs:
        if entry.records != entry.rows + entry.rejected + entry.skipped + entry.duplicates:
            ruling.faults.append(f"report: {entry}")


def _stated(source: Source, table: pl.DataFrame, damaged: Damaged, kuaishou: bool) -> Iterator[str]:
    """The account of every record, against the records of the csv module."""
    text = decoded(damaged.data, str(source.encoding))
    if text is None:
        yield f"read as {source.encoding}, which it is not"
        return
    if text.count("\n") == text.count("\r\r\n"):
        text = text.replace("\r\r\n", "\r\n")  # the line ends of a program that doubled them
    found = records(text, str(source.delimiter))
    frame = frame_of(source)
    end = up_to(found, frame.delimiter, frame.row)
    frame = replace(frame, usual=usual(frame, found[end - 1], found[end:]))
    yield from _columns(source, damaged, kuaishou)
    yield from _above(found[:end], damaged, frame)
    yield from faults(frame, found[end:], table.to_dicts())


def usual(frame: Frame, first: Record, found: Sequence[Record]) -> int:
    """The width that most rows have: the header's, or if none has it that of all of them.

    `first`: the header; `found`: the records below it.
    """
    below = [
        record
        for record in found
        if not (is_blank(record.cells) or is_foot(record))
        and (any(map(str.isdigit, record.raw)) or not other_header(frame, record))
    ]
    widths = Counter(len(record.cells) for record in below)
    header = (len(first.cells), frame.width)
    fitting = max(header, key=lambda width: widths[width])
    cut = bool(widths) and max(widths) < min(header)  # the only rows lost cells
    return fitting if widths[fitting] or not widths or cut else widths.most_common(1)[0][0]


def is_foot(record: Record) -> bool:
    """Whether a record is a total, or a remark alone in its row."""
    first = record.cells[0]
    return is_footer(first) and (not bare(first).startswith("#") or not any(record.cells[1:]))


def decoded(data: bytes, encoding: str) -> str | None:
    """The text of a file in the encoding that the product says it has."""
    if data.startswith(b"\x1f\x8b"):
        data = gzip.decompress(data)
    try:
        if encoding in ("utf-8", "utf-8-sig"):
            start = 3 if encoding == "utf-8-sig" else 0
            return data[start:].decode("utf-8", "surrogateescape")
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def frame_of(source: Source) -> Frame:
    assert source.records is not None
    assert source.kind is not None
    header = [name for name, _ in source.header]
    places: dict[str, list[int]] = {}
    for place, (_, canonical) in enumerate(source.header):
        if canonical:
            places.setdefault(canonical, []).append(place)
    return Frame(str(source.kind), str(source.delimiter), header, source.records.header.row, places)


def _columns(source: Source, damaged: Damaged, kuaishou: bool) -> Iterator[str]:
    """A header that is still what it was means what it meant."""
    if str(source.kind) != damaged.kind:
        return
    known = {title(name): own for name, own in titles(damaged.kind, kuaishou=kuaishou).items()}
    if not known:
        known = {name: name for name in TABLES[Kind(damaged.kind)].names}
    found = [(title(name), canonical) for name, canonical in source.header if plain(name)]
    taken = [canonical for _, canonical in found]
    for name, canonical in found:
        if name in known and canonical != known[name] and known[name] not in taken:
            yield f"header {name!r} taken for {canonical!r}, it is {known[name]!r}"


def plain(name: str) -> bool:
    """Whether no control character was put into a header."""
    return not any(char < " " or char == "\x7f" for char in name)


def _above(above: Sequence[Record], damaged: Damaged, frame: Frame) -> Iterator[str]:
    """Nothing above the header may be a row of data, with or without a header of its own.

    A row of other columns than the header's is recognised by its first id alone.
    """
    known = {tuple(row) for row in damaged.originals if sum(map(bool, row)) > 2}
    header = damaged.sheet.header
    named = sum(map(bool, map(title, header))) > 1
    place = next((n for n, r in enumerate(above) if is_header(r.cells, header)), len(above))
    for number, record in enumerate(above[:-1]):
        between = named and number > place and any(map(str.isdigit, record.raw))
        ours = tuple(record.cells) in known and damaged.kind == frame.kind
        if (between or ours) and isinstance(identity(record.cells[0]), str) and number_in(record):
            yield f"row {number + 1} is lost above the header in row {frame.row}: {record.raw!r}"


def number_in(record: Record) -> bool:
    """Whether the first cell is a number or an id, neither words nor a time."""
    text = record.cells[0].strip("\t'=\"")
    return any(map(str.isdigit, text)) and text.isascii() and moment(text) is UNKNOWN


def accounted(source: Source, table: pl.DataFrame, loaded: Loaded) -> Iterator[str]:
    """The plan keeps, refuses and counts the very rows that the reader names."""
    count = loaded.counts[source.index]
    states = table[STATE].to_list()
    late = sum(reject.reason == "future_time" for reject in loaded.rejects)
    rows = states.count(GOOD) + states.count(KEYLESS)
    stated = (rows, states.count(REJECTED), states.count(SKIPPED))
    got = (count.rows + count.duplicates + late, count.rejected - late, count.skipped)
    if got != stated or count.records != len(states):
        yield f"good, rejected, skipped: {stated} in the table, {got} in the plan"
    if len(loaded.rejects) != count.rejected:
        yield f"{len(loaded.rejects)} rejected rows listed of {count.rejected}"
    for reject in loaded.rejects:
        if reject.reason != "future_time" and reject.reason not in REASONS:
            yield f"row {reject.row} rejected for {reject.reason!r}"
    assert source.kind is not None
    names = loaded.tables.frames[source.kind].columns
    frame = loaded.tables.rows(source.kind).select(names).collect()
    by_row: dict[int, Mapping[str, Value]] = {row[ROW]: row for row in table.to_dicts()}
    names = [name for name in TABLES[source.kind].names if name in frame.columns]
    names = [name for name in names if name != "content"]
    for row in frame.to_dicts():
        own = by_row[row[ROW]]
        if own[STATE] != GOOD:
            yield f"row {row[ROW]} is among the good ones of the plan"
        between = [n for n in names if BETWEEN in str(row.get(n + RAW_SUFFIX, row[n]))]
        if "status" in between:
            between.append("rejected")  # what the file says of it may be as old as the state
        firm = [name for name in names if name not in between]
        differ = {name: (own.get(name), row[name]) for name in firm if own.get(name) != row[name]}
        if differ:
            yield f"row {row[ROW]} differs in the plan: {differ}"
    yield from _keys(source.kind, table, frame, late)


def _keys(kind: Kind, table: pl.DataFrame, kept: pl.DataFrame, late: int) -> Iterator[str]:
    """Of the rows of one key one is kept, and no key is lost."""
    key = TABLES[kind].key[0]
    if key not in kept.columns or late:
        return
    good = table.filter(pl.col(STATE) == GOOD)
    if kind is Kind.CHATS:  # a message of nobody is unknown, and no row of the plan
        owners = [name for name in ("session_id", "buyer_id") if name in table.columns]
        good = good.filter(pl.any_horizontal(pl.col(owners).is_not_null()))
    lost = set(good[key].to_list()) - set(kept[key].to_list())
    if lost:
        yield f"keys {sorted(map(str, lost))} are lost as duplicates"
    if len(TABLES[kind].key) == 1 and kept[key].drop_nulls().is_duplicated().any():
        yield "two rows of one key are kept"
