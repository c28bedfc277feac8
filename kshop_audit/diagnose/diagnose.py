"""The other use case: exports in, Diagnosis out. Reads only, prints nothing, measures no rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from kshop_audit.auditing.completing import empty_days_of
from kshop_audit.auditing.coverage import Reach
from kshop_audit.auditing.notes import advice, reason
from kshop_audit.diagnose.layout import layout_of
from kshop_audit.facts import Facts
from kshop_audit.ingest import Request, Source, is_known
from kshop_audit.ingest.headers.guessing import Guess, guesses, nearest
from kshop_audit.masking import masked, masked_label
from kshop_audit.model.diagnosis import (
    SCHEMA,
    DayGap,
    Diagnosis,
    FileDiagnosis,
    Lack,
    Nearest,
    Proposal,
    Rejected,
    Unmapped,
)
from kshop_audit.model.kinds import SUPPLIERS, column_supplier
from kshop_audit.model.metadata import Pack
from kshop_audit.model.moments import shown
from kshop_audit.model.schema import TABLES, Kind
from kshop_audit.model.settings import Settings, Terms
from kshop_audit.packs import load_all
from kshop_audit.plan.load import FileCount, Loaded, Reject, open_and_load
from kshop_audit.plan.needs import unmet
from kshop_audit.plan.query import Wanted
from kshop_audit.plan.run import run
from kshop_audit.rules import Rule, catalogue


def diagnose(request: Request, settings: Settings, scratch: Path, *, mask: bool) -> Diagnosis:
    """Look at all files of a lenient request. `mask`: what could tell a person is shortened.

    ConfigError for a pack that does not load, InputError for a path that does not exist.
    """
    packs = load_all(settings.packs)
    sources, loaded = open_and_load(request, scratch, reject_future=True)
    known = catalogue()
    rules = {pack.id: [known[name] for name in pack.rules if name in known] for pack in packs}
    return Diagnosis(
        schema=SCHEMA,
        as_of=shown(loaded.newest),
        files=tuple(_file(source, loaded, request.pins, mask) for source in sources),
        unmapped=tuple(_unmapped(loaded, mask)),
        gaps=tuple(
            gap
            for pack in packs
            for gap in _gaps(pack, rules[pack.id], (sources, loaded), settings)
        ),
        lacks=tuple(_lacks(rules, loaded, settings)) if loaded.tables.frames else (),
        problems=loaded.problems,
    )


MUCH = 4
"""Points by which another kind must be nearer: two headers that are known, or four guessed."""


def _file(source: Source, loaded: Loaded, pins: Mapping[Path, Kind], mask: bool) -> FileDiagnosis:
    if source.kind is None or source.records is None:
        near = _nearest(source, 0, mask, pins.get(source.path))
        return FileDiagnosis(
            source.name, None, None, source.why, source.encoding, None, source.sheet, near
        )
    count = loaded.counts.get(source.index, FileCount())
    match = source.records.header.match
    # A kind that was given, or proven by headers that only this kind has, is not put in doubt.
    signed = bool(match.signature) or source.path in pins
    # By the places of the whole header: of a file that was rewritten, ours stand before its own.
    taken = {place for places in match.columns.values() for place in places}
    present = tuple(match.columns)
    found = guesses(match.layout, source.sample, present, taken) if source.sample else ()
    guessed = {guess.header.strip() for guess in found}
    rest = [header for header, column in source.header if header and not column]
    strange = [header for header in rest if header in guessed or not is_known(header)]
    return FileDiagnosis(
        name=source.name,
        kind=source.kind.value,
        platform=source.platform,
        why=source.why,
        encoding=source.encoding,
        delimiter=source.delimiter,
        sheet=source.sheet,
        understood=tuple((header, column) for header, column in source.header if column),
        ignored=tuple(header for header in rest if header not in strange),
        proposals=_proposals(found, strange, mask),
        nearest=None if signed else _nearest(source, 2 * len(present) + len(found), mask),
        missing=source.missing,
        records=count.records,
        rows=count.rows,
        rejected=count.rejected,
        skipped=count.skipped,
        duplicates=count.duplicates,
        overlapping=count.overlapping,
        first_at=shown(count.first_at),
        last_at=shown(count.last_at),
        rejects=tuple(_rejected(source, loaded, mask)),
        layout=tuple(layout_of(source)),
        notes=source.notes,
    )


def _nearest(source: Source, own: int, mask: bool, pin: Kind | None = None) -> Nearest | None:
    """The kind that has more of the headers than the file's own one, which has `own` points."""
    near = nearest(source.sample, pin) if source.sample is not None else None
    if near is None or source.sample is None:
        return None
    if source.kind is not None and (near.kind is source.kind or near.points <= own + MUCH):
        return None
    headers = [header.strip() for header in source.sample.header if header.strip()]
    guessed = {guess.header.strip() for guess in near.guesses}
    rest = [header for header in headers if header not in near.known]
    strange = [header for header in rest if header in guessed or not is_known(header)]
    return Nearest(
        near.kind.value, source.sample.row, near.known, _proposals(near.guesses, strange, mask)
    )


def _proposals(found: Sequence[Guess], headers: Sequence[str], mask: bool) -> tuple[Proposal, ...]:
    """One for each header, in their order."""
    by_header = {guess.header.strip(): guess for guess in found}
    proposals = []
    for header in dict.fromkeys(headers):
        guess = by_header.get(header)
        if guess is None:
            proposals.append(Proposal(header))
            continue
        texts = [masked_label(text) if mask else text for text in guess.strange]
        proposals.append(Proposal(header, guess.column, guess.why, tuple(dict.fromkeys(texts))))
    return tuple(proposals)


def _rejected(source: Source, loaded: Loaded, mask: bool) -> Iterator[Rejected]:
    """The rejected rows of a file by reason and column, most rows first."""
    found: dict[tuple[str, str | None], list[Reject]] = {}
    for reject in loaded.rejects:
        if reject.file == source.index:
            found.setdefault((reject.reason, reject.column), []).append(reject)
    for (_, column), rejects in sorted(found.items(), key=lambda item: -len(item[1])):
        first = rejects[0]
        value = first.value or ""
        value = masked(value, column) if mask else value
        told = advice(first, source)
        yield Rejected(reason(first), column, len(rejects), first.row, value, told)


def _unmapped(loaded: Loaded, mask: bool) -> Iterator[Unmapped]:
    for kind, columns in loaded.unmapped.items():
        for column, texts in columns.items():
            shortened: dict[str, int] = {}
            for text, rows in texts.items():
                label = masked_label(text) if mask else text
                shortened[label] = shortened.get(label, 0) + rows
            ordered = sorted(shortened.items(), key=lambda entry: (-entry[1], entry[0]))
            codes = TABLES[kind].column(column).codes
            yield Unmapped(kind.value, column, tuple(ordered), codes)


def _gaps(
    pack: Pack, rules: Sequence[Rule], read: tuple[Sequence[Source], Loaded], settings: Settings
) -> Iterator[DayGap]:
    """Missing days (rulebook 5.5) as the rules of a pack see them, by kind and days."""
    sources, loaded = read
    if loaded.newest is None:
        return
    terms = Terms(loaded.newest, pack, settings)
    _, extras = run((), Facts(loaded.tables, terms), Wanted())
    by_day = {name: dict(frame.iter_rows()) for name, frame in extras.items()}
    reach = Reach(loaded, sources, by_day, terms)
    found: dict[tuple[Kind, tuple[date, ...]], list[str]] = {}
    for rule in rules:
        kind, empty = empty_days_of(rule, reach)
        days = empty.missing
        if kind is not None and days:
            found.setdefault((kind, days), []).append(rule.info.id)
    for (kind, days), names in found.items():
        yield DayGap(kind.value, tuple(day.isoformat() for day in days), tuple(names))


def _stated(rule: Rule, loaded: Loaded) -> bool:
    """Whether the platform's own assessment states the figure of a rule."""
    names = rule.info.assessed or ()
    return bool(names) and all(loaded.tables.has(Kind.SERVICE_ASSESSMENT, name) for name in names)


def _lacks(
    rules: Mapping[str, Sequence[Rule]], loaded: Loaded, settings: Settings
) -> Iterator[Lack]:
    """What the rules cannot do without, and who supplies it: whole files first, then columns."""
    files: dict[Kind, dict[str, list[str]]] = {}
    columns: dict[str, list[str]] = {}
    for rule in dict.fromkeys(rule for chosen in rules.values() for rule in chosen):
        if rule.info.id in settings.declared or _stated(rule, loaded):
            continue
        for need in unmet(rule.info.needs, loaded.tables):
            kinds = [Kind(choice.split(".")[0]) for choice in need.split("|")]
            if any(kind in loaded.tables.frames for kind in kinds):
                columns.setdefault(need, []).append(rule.info.id)
            else:
                files.setdefault(kinds[0], {}).setdefault(need, []).append(rule.info.id)
    for kind, needs in files.items():
        names = dict.fromkeys(name for listed in needs.values() for name in listed)
        yield Lack(kind.value, tuple(needs), True, tuple(names), SUPPLIERS[kind])
    for need, listed in columns.items():
        kinds = [Kind(choice.split(".")[0]) for choice in need.split("|")]
        kind = next(kind for kind in kinds if kind in loaded.tables.frames)
        lost = next((kind for kind in kinds if kind not in loaded.tables.frames), None)
        supplier = column_supplier(kind) if lost is None else SUPPLIERS[lost]
        yield Lack(kind.value, (need,), False, tuple(listed), supplier)
