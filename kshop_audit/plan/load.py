"""The files put together: kinds, duplicates, and the account of every record.

What comes out are the good rows without duplicates, and where every other record went. Rows are
never filtered before they are counted: good + rejected + skipped + duplicates = records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime
from itertools import combinations
from pathlib import Path

import polars as pl

from kshop_audit.facts.tables import Tables, narrowed
from kshop_audit.ingest import Request, Source, TextNeeds, open_inputs
from kshop_audit.ingest.files.digests import Digest
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text
from kshop_audit.model.progress import Stage, Step
from kshop_audit.model.schema import TABLES, Kind, Type
from kshop_audit.plan import refusals
from kshop_audit.plan.coarse_times import with_spans
from kshop_audit.plan.doubts import (
    doubtful,
    keyless,
    largest_burst,
    told_once,
    without_strays,
)
from kshop_audit.plan.duplicates import (
    BETWEEN,
    are_single,
    key_in,
    related_files,
    without_duplicates,
)
from kshop_audit.plan.keeping import Keeping
from kshop_audit.plan.lost_texts import with_lost_texts
from kshop_audit.plan.newest import latest_rows, newest_event, outliers, without
from kshop_audit.plan.read import BAD, NO_TEXT, FileRows, Reader
from kshop_audit.plan.shops import of_one_shop
from kshop_audit.tables import (
    FILE,
    RAW_SUFFIX,
    ROW,
)

_Columns = Mapping[Kind, Mapping[int, frozenset[str]]]


@frozen
class Reject:
    """A row that could not be read: file, row and column, the value as it stands, why."""

    file: int
    row: int
    column: str | None
    value: str | None
    reason: str


@frozen
class FileCount:
    """Where the records of one file went.

    `rows`: the good ones, and those that do not say what they belong to.
    `overlapping`: of the duplicates, those that were given up for a row of another file.
    """

    rows: int = 0
    rejected: int = 0
    skipped: int = 0
    duplicates: int = 0
    overlapping: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None

    @property
    def records(self) -> int:
        """All records of the file."""
        return self.rows + self.rejected + self.skipped + self.duplicates


@frozen(slots=False)
class Loaded:
    """All inputs in memory, and the account of their records.

    `unmapped`: kind → column → text → rows. `newest`: the latest event of the inputs.
    `contested`: kind → deciding column → rows of which versions of the same age differ.
    `burst`: the most units that one row without a key may turn, of messages. `unrelated`: kind →
    files of one time that share no key. `problems`: why no figure may be made
    of some of the files. `certain`: file → digest of the bytes of its table, as far as it is known
    that the rows are of these bytes; without a cache nobody asks.
    """

    tables: Tables
    counts: Mapping[int, FileCount]
    rejects: tuple[Reject, ...]
    unmapped: Mapping[Kind, Mapping[str, Mapping[str, int]]]
    newest: datetime | None
    contested: Mapping[Kind, Mapping[str, int]] = field(default_factory=dict)
    unrelated: Mapping[Kind, tuple[int, ...]] = field(default_factory=dict)
    problems: tuple[Text, ...] = ()
    burst: int = 1
    certain: Mapping[int, Digest] = field(default_factory=dict)

    def rejected(self, kind: Kind, sources: Sequence[Source]) -> int:
        """Rows of a kind that could not be read."""
        files = [source.index for source in sources if source.kind is kind]
        return sum(self.counts[file].rejected for file in files if file in self.counts)


def open_and_load(
    request: Request,
    scratch: Path,
    *,
    reject_future: bool,
    text: TextNeeds | None = None,
) -> tuple[tuple[Source, ...], Loaded]:
    """The sources of a request and their rows: files are read while they are opened.

    Opening keeps one processor busy and the engine waiting. Whatever is wrong with a file is
    raised as if all had been opened first. `reject_future`: rows far later than all others are
    damaged. `text`: of which messages the text is needed (None: of none). Errors as of
    `open_inputs`.
    """
    needs = text or NO_TEXT
    kept = Keeping(request, needs)
    with Reader(needs) as reader:
        sources = open_inputs(request, scratch, reader.opened, reader.likely, kept.recalled)
        parts = kept.rows
        rows = sum(part.good.height for part in parts.values())
        reading = reader.parts()
        names = {source.index: source.name for source in sources}
        for index, part in reading.items():
            step = Step(Stage.READING, len(parts), len(reading), names[index], rows)
            request.watch(step)
            parts[index] = part.result()
            rows += parts[index].good.height
        reading.clear()
    kept.keep(sources, parts)
    loaded = put_together(sources, parts, reject_future=reject_future, shop=request.shop)
    return sources, replace(loaded, certain=kept.certain)


def put_together(
    sources: Sequence[Source],
    parts: dict[int, FileRows],
    *,
    reject_future: bool,
    shop: str | None = None,
) -> Loaded:
    """What was read of the sources; takes the parts, so that none is held longer than needed.

    `shop`: the id of the shop of which the rows count, if the files hold several.
    """
    readable = [source for source in sources if source.index in parts]
    one = of_one_shop(_of_kinds(readable, parts), shop)
    kinds = dict(one.kinds)
    columns = {kind: _columns(kind, readable) for kind in kinds}
    newest = {kind: latest_rows(kind, part.good) for kind, part in kinds.items()}
    late = outliers(newest, _heights(kinds, columns)) if reject_future else None
    if late is not None:
        for kind, rows in late.rows.items():
            kinds[kind] = without(kind, kinds[kind], rows, late.limit)
            newest[kind] = latest_rows(kind, kinds[kind].good)
    distinct = _distinct(kinds, columns, {source.index: source.name for source in readable})
    newest |= {kind: latest_rows(kind, distinct.rows[kind]) for kind in distinct.fewer}
    kept = {kind: _completed(kind, rows) for kind, rows in distinct.rows.items()}
    problems = [*([one.problem] if one.problem is not None else []), *distinct.problems]
    counts = _counts(readable, kinds, kept)
    told = {kind: told_once(kind, part) for kind, part in kinds.items()}
    lost = {kind: keyless(kind, part) for kind, part in told.items()}
    narrow = {kind: narrowed(frame, kind) for kind, frame in kept.items()}
    return Loaded(
        tables=Tables(
            frames={kind: frame for kind, (frame, _) in narrow.items()},
            columns=columns,
            single=frozenset(distinct.single),
            doubtful=_doubtful(told),
            keyless={kind: counts for kind, counts in lost.items() if counts},
            partners=one.partners,
            numerals={kind: own for kind, (_, own) in narrow.items() if own},
        ),
        counts=counts,
        rejects=_rejects(kinds),
        unmapped={kind: _unmapped(kind, frame) for kind, frame in kept.items()},
        newest=newest_event(newest),
        contested=distinct.contested,
        unrelated=_unrelated({kind: part.good for kind, part in kinds.items()}, columns),
        problems=tuple(problems),
        burst=largest_burst(kept[Kind.CHATS]) if lost.get(Kind.CHATS) else 1,
    )


def _of_kinds(sources: Sequence[Source], parts: dict[int, FileRows]) -> dict[Kind, FileRows]:
    """The files of each kind as one; takes the parts."""
    kinds: dict[Kind, FileRows] = {}
    for kind in Kind:
        same = [parts.pop(source.index) for source in sources if source.kind is kind]
        if same:
            kinds[kind] = without_strays(kind, _together(same))
    return kinds


def _completed(kind: Kind, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of a kind with what all of its files together tell."""
    dated = with_spans(kind, rows)
    return with_lost_texts(dated) if kind is Kind.CHATS else dated


def _doubtful(kinds: Mapping[Kind, FileRows]) -> dict[Kind, pl.DataFrame]:
    """Kind → its doubtful rows, of the kinds that have any."""
    found = {kind: doubtful(kind, part) for kind, part in kinds.items()}
    return {kind: rows for kind, rows in found.items() if rows is not None}


@frozen(slots=False)
class _Distinct:
    """The good rows of each kind without duplicates.

    `single`: kinds of which no two rows have the same id; `fewer`: kinds that had duplicates;
    `contested`: kind → column → cells on which two versions of a row disagree.
    """

    rows: dict[Kind, pl.DataFrame] = field(default_factory=dict)
    single: set[Kind] = field(default_factory=set)
    fewer: set[Kind] = field(default_factory=set)
    contested: dict[Kind, Mapping[str, int]] = field(default_factory=dict)
    problems: list[Text] = field(default_factory=list)


def _distinct(
    kinds: Mapping[Kind, FileRows],
    columns: Mapping[Kind, Mapping[int, frozenset[str]]],
    names: Mapping[int, str],
) -> _Distinct:
    found = _Distinct()
    for kind, part in kinds.items():
        files = {file: names[file] for file in columns[kind]}
        found.problems.extend(_problems(kind, part, files))
        if are_single(kind, part.good):
            found.single.add(kind)
            found.rows[kind] = part.good
            continue
        unique = without_duplicates(kind, part.good, columns[kind])
        found.rows[kind] = unique.rows
        if unique.contested:
            found.contested[kind] = unique.contested
        if unique.rows.height != part.good.height:
            found.fewer.add(kind)
    return found


def _unrelated(good: Mapping[Kind, pl.DataFrame], columns: _Columns) -> dict[Kind, tuple[int, ...]]:
    """Files of a kind that overlap in time with another one and share no key with it."""
    found: dict[Kind, tuple[int, ...]] = {}
    for kind, frame in good.items():
        key = TABLES[kind].key[0]
        files = sorted(file for file, own in columns[kind].items() if key in own)
        if len(files) < 2:
            continue
        ends = {file: _ends(kind, frame.filter(pl.col(FILE) == file)) for file in files}
        pairs = [pair for pair in combinations(files, 2) if _overlap(*(ends[f] for f in pair))]
        shared = related_files(frame, key) if pairs else set()
        apart = [pair for pair in pairs if pair not in shared]
        if apart:
            found[kind] = tuple(sorted({file for pair in apart for file in pair}))
    return found


def _overlap(one: Sequence[datetime], other: Sequence[datetime]) -> bool:
    return bool(one and other) and max(min(one), min(other)) < min(max(one), max(other))


def _problems(kind: Kind, part: FileRows, names: Mapping[int, str]) -> Iterator[Text]:
    yield from refusals.lost_digits(kind, part.good, names)
    if kind is Kind.ORDERS:
        yield from refusals.shared_numbers(part.good, names)
    if kind is Kind.SERVICE_STATS:
        yield from refusals.two_figures(part.good, names)
        yield from refusals.without_a_day(part.strays, names)


def _heights(kinds: Mapping[Kind, FileRows], columns: _Columns) -> dict[int, int]:
    """Good rows by file."""
    found: dict[int, int] = {}
    for kind, part in kinds.items():
        found |= _by_file(part.good, tuple(columns[kind]))
    return found


def _together(parts: Sequence[FileRows]) -> FileRows:
    """The files of a kind as one."""
    if len(parts) == 1:
        return parts[0]
    return FileRows(
        pl.concat([part.good for part in parts], how="diagonal"),
        pl.concat([part.bad for part in parts], how="diagonal"),
        pl.concat([part.strays for part in parts], how="diagonal"),
        {file: count for part in parts for file, count in part.skipped.items()},
    )


def _columns(kind: Kind, sources: Sequence[Source]) -> dict[int, frozenset[str]]:
    """The columns of each file of the kind."""
    return {
        source.index: frozenset(canonical for _, canonical in source.header if canonical)
        for source in sources
        if source.kind is kind
    }


def _counts(
    sources: Sequence[Source], kinds: Mapping[Kind, FileRows], kept: Mapping[Kind, pl.DataFrame]
) -> dict[int, FileCount]:
    counts = {source.index: FileCount() for source in sources}
    for kind, part in kinds.items():
        files = [source.index for source in sources if source.kind is kind]
        rejected = _by_file(part.bad, files)
        good, strays = _by_file(part.good, files), _by_file(part.strays, files)
        overlaps = _overlaps(kind, part.good, kept[kind]) if len(files) > 1 else {}
        for file in files:
            here = kept[kind] if len(files) == 1 else kept[kind].filter(pl.col(FILE) == file)
            ends = _ends(kind, here)
            counts[file] = FileCount(
                rows=here.height + strays.get(file, 0),
                rejected=rejected.get(file, 0),
                skipped=part.skipped.get(file, 0),
                duplicates=good.get(file, 0) - here.height,
                overlapping=overlaps.get(file, 0),
                first_at=min(ends, default=None),
                last_at=max(ends, default=None),
            )
    return counts


def _overlaps(kind: Kind, good: pl.DataFrame, kept: pl.DataFrame) -> dict[int, int]:
    """By file, how many of its good rows gave way to one of another file."""
    if good.height == kept.height:
        return {}
    key = key_in(kind, good)
    places = kept.select(FILE, ROW)
    given_up = good.select(FILE, ROW, *key).join(places, on=[FILE, ROW], how="anti")
    if TABLES[kind].key[0] in key:  # without it, a duplicate is one of another file
        rows = kept.select(*key, pl.col(FILE).alias("_for"))
        given_up = given_up.join(rows, on=key, nulls_equal=True)
        given_up = given_up.filter(pl.col(FILE) != pl.col("_for"))
    return dict(given_up.get_column(FILE).value_counts().iter_rows())


def _by_file(frame: pl.DataFrame, files: Sequence[int]) -> dict[int, int]:
    if len(files) == 1:
        return {files[0]: frame.height}
    return dict(frame.get_column(FILE).value_counts().iter_rows())


def _ends(kind: Kind, frame: pl.DataFrame) -> list[datetime]:
    """The first and the last of every event time of the kind."""
    times = [frame.get_column(n) for n in TABLES[kind].event_times if n in frame.columns]
    ends = [end for time in times for end in (time.min(), time.max())]
    return [end for end in ends if isinstance(end, datetime)]


def _rejects(kinds: Mapping[Kind, FileRows]) -> tuple[Reject, ...]:
    rows = [row for part in kinds.values() for row in part.bad.select(BAD.names()).iter_rows()]
    found = [Reject(file, row, column, value, why or "") for file, row, column, value, why in rows]
    return tuple(sorted(found, key=lambda reject: (reject.file, reject.row)))


def _unmapped(kind: Kind, frame: pl.DataFrame) -> dict[str, dict[str, int]]:
    """Text of code columns that is in no vocabulary, with the number of rows."""
    found: dict[str, dict[str, int]] = {}
    for column in TABLES[kind].columns:
        raw = column.name + RAW_SUFFIX
        if column.type is not Type.CODE or raw not in frame.columns:
            continue
        texts = frame.get_column(raw).drop_nulls()
        texts = texts.filter(~texts.str.contains(BETWEEN, literal=True))
        values = texts.value_counts().sort("count", raw)
        if values.height:
            found[column.name] = {row[0]: row[1] for row in values.iter_rows()}
    return found
