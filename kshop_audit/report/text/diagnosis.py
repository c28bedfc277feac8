"""What was understood of the inputs, for the terminal: file by file, then what is missing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from rich.cells import cell_len

from kshop_audit.model.column_names import column_name, columns_named
from kshop_audit.model.day_runs import no_business, runs_of
from kshop_audit.model.diagnosis import Diagnosis, FileDiagnosis, Lack, Proposal
from kshop_audit.model.metadata import Text
from kshop_audit.model.platforms import pack_name
from kshop_audit.model.schema import Kind
from kshop_audit.report.text.layout import pad
from kshop_audit.report.text.page import Spans, Style, TextOptions, paragraph, printed, stacked
from kshop_audit.report.view.speech import Speech

_NAMES = 8
_TEXTS = 10
_DAYS = 10
_DELIMITERS = {",": "comma", "\t": "tab", ";": "semicolon"}


def render(
    diagnosis: Diagnosis, options: TextOptions, titles: Mapping[str, Text] | None = None
) -> str:
    """The diagnosis as lines of at most `options.width` cells (never narrower than 40).

    `titles`: what the rules are called; those without one go by their ids.
    """
    page = _DiagnosisPage(Speech(options.lang, options.ascii), options, titles or {})
    sections = [page.summary(diagnosis), page.problems(diagnosis)]
    sections += [page.file(file) for file in diagnosis.files]
    sections += [page.unmapped(diagnosis), page.gaps(diagnosis), page.lacks(diagnosis)]
    if any(_proposed(file) for file in diagnosis.files) or diagnosis.unmapped:
        sections.append(page.line(page.say("draft"), Style.DIM))
    return printed(stacked(sections), options)


def _proposed(file: FileDiagnosis) -> Sequence[Proposal]:
    return file.proposals if file.nearest is None else file.nearest.proposals


class _DiagnosisPage:
    """The sections, each a list of lines."""

    def __init__(self, speech: Speech, options: TextOptions, titles: Mapping[str, Text]) -> None:
        self._speech, self._titles = speech, titles
        self._width = options.cells
        self._all = options.verbose

    def say(self, key: str, n: int | None = None, **values: object) -> str:
        """A sentence of this page."""
        return self._speech.say(f"doctor.{key}", n, **values)

    def line(self, text: str, style: str, indent: int = 0) -> list[Spans]:
        """One paragraph."""
        return paragraph(text, self._width, indent, style, 2)

    def summary(self, diagnosis: Diagnosis) -> list[Spans]:
        """How many files, and until when they tell."""
        known = sum(file.kind is not None for file in diagnosis.files)
        summary = self.say(
            "summary" if known else "nothing" if diagnosis.files else "empty",
            len(diagnosis.files),
            known=known,
        )
        as_of = diagnosis.as_of and self._speech.say(
            "headline.as_of", as_of=self._speech.instant(diagnosis.as_of, closing=True)
        )
        return self.line(self._speech.join([summary, as_of or ""]), Style.STRONG)

    def problems(self, diagnosis: Diagnosis) -> list[Spans]:
        """Why no figure is made of these files."""
        texts = [self._speech.text(problem) for problem in diagnosis.problems]
        lines = self._section("problems", [("×", text) for text in texts])
        if not diagnosis.files:
            lines += self.line(self.say("nothing_there"), Style.PLAIN)
        return lines

    def file(self, file: FileDiagnosis) -> list[Spans]:
        """Everything about one file."""
        entries = list(self._read(file) if file.kind else self._unread(file))
        return [*self.line(self._speech.data(file.name), Style.STRONG), *self._entries(entries)]

    def _unread(self, file: FileDiagnosis) -> Iterator[tuple[str, str]]:
        yield self.say("unread"), self._speech.text(file.why)
        yield from self._nearest(file)

    def _nearest(self, file: FileDiagnosis) -> Iterator[tuple[str, str]]:
        near = file.nearest
        if near is not None:
            kind = self._speech.name("kind", near.kind)
            key = "nearest" if near.known else "nearest_bare"
            yield "", self.say(key, kind=kind, known=self._names(near.known))
            yield from self._unknown(near.proposals, near.kind)

    def _read(self, file: FileDiagnosis) -> Iterator[tuple[str, str]]:
        speech = self._speech
        kind = speech.name("kind", str(file.kind))
        platform = file.platform and speech.text(pack_name(file.platform))
        named = speech.aside(kind, platform or "")
        yield self.say("kind"), speech.join([named, speech.text(file.why)])
        yield from self._nearest(file)
        if file.encoding is not None:
            mark = file.delimiter or ""
            shown = mark if mark.isprintable() else ascii(mark)
            name = self.say(_DELIMITERS[mark]) if mark in _DELIMITERS else shown
            delimiter = self.say("delimiter", delimiter=name) if mark else ""
            yield (
                self.say("encoding"),
                speech.join([speech.name("encoding_name", file.encoding), delimiter], "comma"),
            )
        label = self.say("layout")
        for text in file.layout:
            yield label, speech.text(text)
            label = ""
        yield self.say("records"), self.say(
            "counts", records=file.records, rows=file.rows, rejected=file.rejected,
            skipped=file.skipped, duplicates=file.duplicates,
        )  # fmt: skip
        if file.overlapping:
            yield "", self.say("overlapping", file.overlapping)
        if file.first_at is not None and file.last_at is not None:
            ends = [speech.instant(end) for end in (file.first_at, file.last_at)]
            yield self.say("times"), speech.say("sign.to", since=ends[0], until=ends[1])
        pairs = [
            self._pair(speech.data(header), self._column(file, column))
            for header, column in file.understood
        ]
        yield self._counted("understood", pairs), speech.join(pairs, "list")
        if file.ignored:
            yield self._counted("ignored", file.ignored), self._names(file.ignored)
        yield from self._unknown(() if file.nearest else file.proposals, file.kind)
        if file.missing:
            missing = [self._column(file, column) for column in file.missing]
            yield self._counted("missing", missing), self._names(missing, _TEXTS * 2)
        yield from self._rejected(file)
        for note in file.notes:
            yield self.say("note"), speech.text(note)

    def _pair(self, header: str, column: str) -> str:
        """A header and what it was taken for, where that is not what it says."""
        if "".join(header.split()).casefold() == column.casefold():
            return header
        return self.say("arrow", header=header, column=column)

    def _column(self, file: FileDiagnosis, column: str) -> str:
        """A canonical column of a file's kind, as a person knows it."""
        return self._name(str(file.kind), column)

    def _name(self, kind: str, column: str) -> str:
        return self._speech.text(column_name(Kind(kind), column))

    def _unknown(
        self, proposals: Sequence[Proposal], kind: str | None
    ) -> Iterator[tuple[str, str]]:
        label = self._counted("unknown", proposals)
        for proposal in proposals:
            if proposal.column is not None and proposal.why is not None:
                header, why = self._speech.data(proposal.header), self._speech.text(proposal.why)
                column = proposal.column if kind is None else self._name(kind, proposal.column)
                yield label, self.say("perhaps", header=header, column=column, why=why)
                label = ""
        rest = [proposal.header for proposal in proposals if proposal.column is None]
        if rest:
            yield label, self._names(rest)

    def _rejected(self, file: FileDiagnosis) -> Iterator[tuple[str, str]]:
        label = self.say("rejected")
        for entry in file.rejects:
            value = self._speech.data(entry.first_value)
            yield (
                label,
                self.say(
                    "reject",
                    entry.rows,
                    column=f" {self._column(file, entry.column)}" if entry.column else "",
                    reason=self._speech.text(entry.reason),
                    row=entry.first_row,
                    value=self.say("quoted", text=value) if value else "",
                ),
            )
            label = ""
        for advice in dict.fromkeys(entry.advice for entry in file.rejects if entry.advice):
            yield label, self._speech.text(advice)

    def unmapped(self, diagnosis: Diagnosis) -> list[Spans]:
        """Texts in no vocabulary, and what they may stand for."""
        entries = []
        for entry in diagnosis.unmapped:
            where = f"{entry.kind}.{entry.column}"
            texts = [
                self.say("times_seen", rows, text=self._speech.data(text))
                for text, rows in entry.texts
            ]
            listed = self._speech.names(texts, len(texts) if self._all else _TEXTS)
            entries.append((self._speech.text(columns_named([where])), listed))
            codes = self._speech.join([self._code(code) for code in entry.codes], "list")
            entries.append(
                ("", self.say("codes", codes=codes, kind=entry.kind, column=entry.column))
            )
            if entry.texts and entry.codes:
                text = self._speech.data(json.dumps(entry.texts[0][0], ensure_ascii=False))
                line = f'{text} = "…"'
                entries.append(("", self.say("code_line", line=line)))
        return self._section("unmapped", entries)

    def _code(self, code: str) -> str:
        """A code to be typed, with what it means."""
        keys = (key for key in (f"meaning.{code}", f"code.{code}") if self._speech.knows(key))
        named = next(map(self._speech.say, keys), code)
        return code if named == code.replace("_", " ") else self.say("code", code=code, named=named)

    def gaps(self, diagnosis: Diagnosis) -> list[Spans]:
        """Days without a row."""
        entries = []
        for gap in diagnosis.gaps:
            days = self._speech.names(gap.days, len(gap.days) if self._all else _DAYS)
            entries.append(
                (self._speech.name("kind", gap.kind), self.say("gap", len(gap.days), days=days))
            )
            entries.append(("", self.say("gap_rules", rules=self._rules(gap.rules))))
            runs = list(runs_of([date.fromisoformat(day) for day in gap.days]))
            entries.append(("", self.say("gap_line", line=no_business(runs))))
        return self._section("gaps", entries)

    def lacks(self, diagnosis: Diagnosis) -> list[Spans]:
        """Columns without which rules have no verdict, and where they come from."""
        entries: list[tuple[str, str]] = []
        lacks = list(diagnosis.lacks)
        for place, lack in enumerate(lacks):
            following = lacks[place + 1] if place + 1 < len(lacks) else None
            entries += self._lack(lack, following)
        return self._section("lacks", entries)

    def _lack(self, lack: Lack, following: Lack | None) -> Iterator[tuple[str, str]]:
        """What is lacking, what that costs, and where it comes from, unless the next one has the
        same to say.
        """
        needs = self._speech.text(columns_named(lack.needs))
        if lack.file:
            yield self.say("lack_file"), self._speech.name("kind", lack.kind)
            if self._all:
                yield "", needs
        else:
            yield self.say("lack_column"), needs
        alike = following is not None and following.supplier == lack.supplier
        if following is None or not alike or following.rules != lack.rules:
            yield "", self.say("lack_costs", rules=self._rules(lack.rules))
        if not alike:
            yield "", self._speech.text(lack.supplier)

    def _section(self, key: str, entries: Sequence[tuple[str, str]]) -> list[Spans]:
        if not entries:
            return []
        return [*self.line(self.say(key), Style.STRONG), *self._entries(entries)]

    def _counted(self, key: str, names: Sequence[object]) -> str:
        return f"{self.say(key)} {len(names)}"

    def _rules(self, ids: Sequence[str]) -> str:
        titles = self._titles
        return self._names(
            [titles[i][self._speech.lang] if i in titles else i for i in ids], _TEXTS
        )

    def _names(self, names: Sequence[str], most: int = _NAMES) -> str:
        shown = [self._speech.data(name) for name in names]
        return self._speech.names(shown, len(shown) if self._all else most)

    def _entries(self, entries: Sequence[tuple[str, str]]) -> list[Spans]:
        """Texts under their labels, all beginning in one column."""
        lines: list[Spans] = []
        room = min(max((cell_len(label) for label, _ in entries), default=0), self._width // 3)
        for label, text in entries:
            start = f"  {pad(label, room)}  "
            indent = cell_len(start)
            if cell_len(label) > room:
                lines.append([(f"  {label}", Style.DIM)])
                start = " " * (room + 4)
                indent = room + 4
            first, *rest = paragraph(text, self._width, indent, Style.PLAIN)
            lines.append([(start, Style.DIM), (first[0][0].lstrip(" "), Style.PLAIN)])
            lines.extend(rest)
        return lines
