"""A diagnosis as a draft of `shop.toml`: what is likely, and blanks for the rest.

Valid TOML whatever the files hold: their texts stand in quotes or, on one line, in comments.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from kshop_audit.model.diagnosis import Diagnosis, FileDiagnosis, Proposal, Unmapped
from kshop_audit.model.frozen import frozen
from kshop_audit.model.schema import TABLES, Kind
from kshop_audit.report.view.speech import Speech

_MASKED = "***"


@frozen
class _DraftTable:
    """A file with its kind, or the kind that it is nearest to."""

    file: FileDiagnosis
    kind: str
    proposals: Sequence[Proposal]
    row: int


def render(diagnosis: Diagnosis, lang: str) -> str:
    """The text of a `shop.toml` that loads as it stands, with comments in `lang`."""
    speech = Speech(lang)
    lines = [f"# {speech.say('draft.head')}", f"# {speech.say('draft.use')}"]
    tables = list(_tables(diagnosis))
    sections = [
        section
        for kind in Kind
        if (section := list(_section(kind.value, tables, diagnosis.unmapped, speech)))
    ]
    if not sections:
        lines += ["", f"# {speech.say('draft.nothing')}"]
    for section in sections:
        lines += ["", *section]
    return "\n".join(lines) + "\n"


def _tables(diagnosis: Diagnosis) -> Iterator[_DraftTable]:
    for file in diagnosis.files:
        near = file.nearest
        if near is not None:
            yield _DraftTable(file, near.kind, near.proposals, near.row)
        elif file.kind is not None:
            yield _DraftTable(file, file.kind, file.proposals, 1)


def _section(
    kind: str, tables: Sequence[_DraftTable], unmapped: Sequence[Unmapped], speech: Speech
) -> Iterator[str]:
    """Everything on one kind; nothing if all of it is understood."""
    own = [table for table in tables if table.kind == kind]
    strange = [table for table in own if table.proposals]
    words = _words(kind, strange, unmapped)
    if not strange and not words:
        return
    yield f"[inputs.{kind}]"
    yield from _reading(own, speech)
    if strange:
        yield f"[inputs.{kind}.columns]  # {speech.say('draft.columns')}"
        yield from _columns(kind, strange, speech)
    for entry in words:
        yield from _values(entry, speech)


def _words(
    kind: str, tables: Sequence[_DraftTable], unmapped: Sequence[Unmapped]
) -> list[Unmapped]:
    """Texts to be explained: those that were counted, and those seen in columns only proposed."""
    found = {entry.column: entry for entry in unmapped if entry.kind == kind}
    for table in tables:
        for proposal in table.proposals:
            if proposal.column is not None and proposal.strange:
                codes = TABLES[Kind(kind)].column(proposal.column).codes
                texts = tuple((text, 0) for text in proposal.strange)
                found.setdefault(proposal.column, Unmapped(kind, proposal.column, texts, codes))
    return list(found.values())


def _reading(tables: Sequence[_DraftTable], speech: Speech) -> Iterator[str]:
    """How the files are read, as comments: it was found by itself."""
    found = speech.say("draft.found")
    encodings = dict.fromkeys(table.file.encoding for table in tables if table.file.encoding)
    for encoding in encodings:
        yield f"# encoding = {_quoted(encoding.removesuffix('-sig'), speech)}  # {found}"
    for mark in dict.fromkeys(table.file.delimiter for table in tables):
        if mark not in (None, ","):
            yield f"# delimiter = {json.dumps(mark)}  # {found}"
    sheets = [table.file.sheet for table in tables if table.file.sheet is not None]
    if sheets:
        listed = ", ".join(_quoted(sheet, speech) for sheet in dict.fromkeys(sheets))
        yield f"# sheet = [{listed}]"
    for table in tables:
        if table.row > 1:
            yield f"# skip_rows = {table.row - 1}  # {speech.data(table.file.name)}"


def _columns(kind: str, tables: Sequence[_DraftTable], speech: Speech) -> Iterator[str]:
    taken: dict[str, str] = {}
    for table in tables:
        name = speech.data(table.file.name)
        for proposal in table.proposals:
            if proposal.column is None or proposal.why is None:
                continue
            header = _quoted(proposal.header, speech)
            line = f"{proposal.column} = {header}"
            why = speech.pair(name, speech.text(proposal.why))
            if taken.setdefault(proposal.column, header) != header:
                yield f"# {line}  # {speech.say('draft.taken')}"
            elif line not in taken:
                yield f"{line}  # {why}"
            taken[line] = header
    rest = [
        (table, proposal)
        for table in tables
        for proposal in table.proposals
        if proposal.column is None
    ]
    if rest:
        columns = speech.join(TABLES[Kind(kind)].names, "list")
        yield f"# {speech.say('draft.unsure', columns=columns)}"
    for table, proposal in rest:
        yield f"#  = {_quoted(proposal.header, speech)}  # {speech.data(table.file.name)}"


def _values(entry: Unmapped, speech: Speech) -> Iterator[str]:
    comment = speech.say("draft.values", codes=speech.join(entry.codes, "list"))
    yield f"[inputs.{entry.kind}.values.{entry.column}]  # {comment}"
    for text, rows in entry.texts:
        comment = speech.say("draft.rows", rows) if rows else speech.say("draft.seen")
        if text.endswith(_MASKED):
            comment = speech.join([comment, speech.say("draft.masked")], "comma")
        yield f'# {_quoted(text, speech)} = ""  # {comment}'


def _quoted(text: str, speech: Speech) -> str:
    """A basic string of TOML; cleaned, so that it holds nothing that JSON and TOML write apart."""
    return json.dumps(speech.data(text), ensure_ascii=False)
