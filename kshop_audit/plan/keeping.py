"""The rows of files that were read before: recalled from the cache, and kept in it.

What is kept of a table of a file is what reading it gave, no more and no less, so that whatever
comes after cannot tell the difference. It is sealed with a key made of the file, which is there
when the rows are recalled (see `cache.frames`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

import polars as pl

from kshop_audit.cache.program import program
from kshop_audit.cache.store import Deposit, Store
from kshop_audit.ingest import Reading, Request, Source, TextNeeds
from kshop_audit.ingest.files.digests import Digest
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text
from kshop_audit.model.schema import Kind
from kshop_audit.plan.read import NO_TEXT, FileRows
from kshop_audit.tables import BOOKKEEPING, FILE

_AT = "at"
"""The fact of an entry that says under which key its content is kept."""


@frozen
class _Asked:
    """A table that was not recalled: the key for it, where its bytes are, and their digest."""

    key: tuple[str, ...]
    path: Path
    digest: Digest


class Keeping:
    """Of the tables of one request, those that are recalled, and those to be kept."""

    def __init__(self, request: Request, needs: TextNeeds) -> None:
        """Nothing is recalled yet. Without a cache nothing ever is."""
        # A diagnosis looks at the files themselves; what needs a password is kept by nobody else.
        plain = not request.lenient and request.password is None
        self._store = request.cache if plain else None
        self._digests = request.digests
        self._how = repr(
            (request.mappings, request.encoding, request.delimiter, request.zone, program())
        ) if self._store is not None else ""  # fmt: skip
        self._mark = needs.mark
        self._asked: dict[int, _Asked] = {}
        self.rows: dict[int, FileRows] = {}
        self.certain: dict[int, Digest] = {}
        """The digest of the bytes that a table was read from, if these are the bytes."""

    def recalled(self, reading: Reading) -> Source | None:
        """A table as it was understood before, its rows in `rows`; None if it has to be read."""
        if self._store is None:
            return None
        try:
            return self._recalled(reading)
        except OSError:
            return None  # who reads the file will say what is wrong with it

    def _recalled(self, reading: Reading) -> Source | None:
        asked = self._asked_of(reading)
        self._asked[reading.index] = asked
        if self._store is None or asked.path.stat().st_size not in self._store.sizes:
            return None
        for key in (asked.key, (*asked.key, self._mark or "")):
            entry = self._store.get(self._store.key(*key))
            if entry is not None and (place := entry.facts.get(_AT)) is not None:
                entry = self._store.get(place)
            found = None if entry is None else _table(entry, reading, asked.digest.key())
            if found is not None:
                source, rows = found
                self.rows[reading.index] = rows if self._mark != NO_TEXT.mark else _silent(rows)
                self.certain[reading.index] = asked.digest
                del self._asked[reading.index]
                return source
        return None

    def _asked_of(self, reading: Reading) -> _Asked:
        piece, file = reading.piece, reading.file
        own = self._digests.of(reading.path) if reading.path == file.path else Digest(reading.path)
        names = (file.name, file.path.name, piece.name, piece.title)
        how = (file.pin, file.named, piece.sheet, piece.early, piece.spread, piece.hidden)
        return _Asked((own.text(), self._how, repr((names, how))), reading.path, own)

    def keep(self, sources: Sequence[Source], parts: Mapping[int, FileRows]) -> None:
        """Keep the tables that were read; whatever hinders that is passed over."""
        if self._store is None:
            return
        for source in sources:
            asked, rows = self._asked.get(source.index), parts.get(source.index)
            if asked is None or rows is None or source.kind is None:
                continue
            try:
                # Of a file that changed meanwhile, neither rows nor places are of this digest.
                if Digest(asked.path).text() != asked.digest.text():
                    continue
                self.certain[source.index] = asked.digest
                if source.kind is Kind.CHATS and self._mark is None:
                    continue
                entry = _entry(source, source.kind, rows, asked.digest.key())
                self._put(self._store, source.kind, asked, entry)
            except OSError:
                continue

    def _put(self, store: Store, kind: Kind, asked: _Asked, entry: Deposit) -> None:
        size = asked.path.stat().st_size
        if kind is not Kind.CHATS or self._mark is None:
            store.put(store.key(*asked.key), size, entry)
            return
        place = store.key(*asked.key, self._mark)
        if store.put(place, size, entry) and self._mark != NO_TEXT.mark:
            # Where no text is needed, the rows with any text will do.
            store.put(store.key(*asked.key, NO_TEXT.mark or ""), size, Deposit({_AT: place}))


def _silent(rows: FileRows) -> FileRows:
    """The rows without the text of their messages, as they are read where no text is needed."""

    def silent(frame: pl.DataFrame) -> pl.DataFrame:
        if "content" not in frame.columns:
            return frame
        return frame.with_columns(content=pl.lit(None, frame.schema["content"]))

    return FileRows(silent(rows.good), silent(rows.bad), silent(rows.strays), rows.skipped)


def _entry(source: Source, kind: Kind, rows: FileRows, key: bytes) -> Deposit:
    from kshop_audit.cache.frames import packed  # noqa: PLC0415  loads a cipher

    frames = (rows.good, rows.bad, rows.strays)
    blocks = [packed(frame, key) for frame in frames]
    facts = {
        "kind": kind.value,
        "platform": source.platform,
        "encoding": source.encoding,
        "delimiter": source.delimiter,
        "header": source.header,
        "missing": source.missing,
        "notes": [(note.zh, note.en) for note in source.notes],
        "why": (source.why.zh, source.why.en),
        "skipped": rows.skipped.get(source.index),
        "frames": [len(of_frame) for of_frame in blocks],
    }
    return Deposit(facts, [block for of_frame in blocks for block in of_frame])


def _table(entry: Deposit, reading: Reading, key: bytes) -> tuple[Source, FileRows] | None:
    """The table and its rows; None if they are sealed with the key of another file."""
    from kshop_audit.cache.frames import unpacked  # noqa: PLC0415  loads a cipher

    facts, piece, index = entry.facts, reading.piece, reading.index
    kind = Kind(facts["kind"])
    blocks = iter(entry.blocks)
    frames: list[pl.DataFrame] = []
    for count in facts["frames"]:
        frame = unpacked(list(islice(blocks, count)), key)
        if frame is None:
            return None
        frames.append(frame.with_columns(pl.lit(index, BOOKKEEPING[FILE]).alias(FILE)))
    good, bad, strays = frames
    skipped = {} if facts["skipped"] is None else {index: facts["skipped"]}
    source = Source(
        index=index,
        path=reading.file.path,
        name=piece.name,
        kind=kind,
        platform=facts["platform"],
        encoding=facts["encoding"],
        delimiter=facts["delimiter"],
        digest=piece.digest,
        header=tuple((name, canonical) for name, canonical in facts["header"]),
        missing=tuple(facts["missing"]),
        notes=tuple(Text(zh, en) for zh, en in facts["notes"]),
        why=Text(*facts["why"]),
        records=None,
        sheet=piece.title or None,
    )
    return source, FileRows(good, bad, strays, skipped)
