"""What was understood of the inputs, file by file, and what cannot be measured without more.

Plain data, made by `diagnose` and shown by renderers. Texts that could tell a person are shortened
already; everything else stands as in the files, and is to be cleaned before it is shown.
"""

from __future__ import annotations

from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text

SCHEMA = "kshop-audit/doctor/1"


@frozen
class Proposal:
    """A header that is not understood and the column that it may be; `column` None: no idea.

    `strange`: of a column with a vocabulary, texts of the first rows that are not in it.
    """

    header: str
    column: str | None = None
    why: Text | None = None
    strange: tuple[str, ...] = ()


@frozen
class Nearest:
    """The kind that a file is nearer to than to its own, if it has one; by these of its headers.

    `row`: where the row stands that looks like a header; `proposals`: what the others may be.
    """

    kind: str
    row: int
    known: tuple[str, ...]
    proposals: tuple[Proposal, ...]


@frozen
class Rejected:
    """Rows of a file that were rejected for one reason in one column; `first`: one of them.

    `advice`: the line to paste, or the export to make again.
    """

    reason: Text
    column: str | None
    rows: int
    first_row: int
    first_value: str
    advice: Text | None = None


@frozen
class FileDiagnosis:
    """One file, sheet or member. `kind` None: it was not read, for the reason `why`.

    `understood`: (header, column); `ignored`: headers that are known and needed by no rule;
    `layout`: how header and rows were found. `proposals`: headers that nobody knows.
    `overlapping`: of the duplicates, those of which another file has a newer row.
    """

    name: str
    kind: str | None
    platform: str | None
    why: Text
    encoding: str | None
    delimiter: str | None
    sheet: str | None = None
    nearest: Nearest | None = None
    understood: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    missing: tuple[str, ...] = ()
    records: int = 0
    rows: int = 0
    rejected: int = 0
    skipped: int = 0
    duplicates: int = 0
    overlapping: int = 0
    first_at: str | None = None
    last_at: str | None = None
    rejects: tuple[Rejected, ...] = ()
    layout: tuple[Text, ...] = ()
    notes: tuple[Text, ...] = ()


@frozen
class Unmapped:
    """Texts of a column that are in no vocabulary: (text, rows), most rows first.

    `codes`: what they may stand for.
    """

    kind: str
    column: str
    texts: tuple[tuple[str, int], ...]
    codes: tuple[str, ...]


@frozen
class DayGap:
    """Days of the window of these rules on which there is not one row of a kind."""

    kind: str
    days: tuple[str, ...]
    rules: tuple[str, ...]


@frozen
class Lack:
    """Columns (or choices of columns, joined by "|") that are not there, the rules that they cost,
    and who supplies them. `file`: there is no file of the kind at all.
    """

    kind: str
    needs: tuple[str, ...]
    file: bool
    rules: tuple[str, ...]
    supplier: Text


@frozen
class Diagnosis:
    """Everything. `as_of`: the newest event, None if no file tells of any. `problems`: why `check`
    makes no figure of these files, such as the rows of two shops.
    """

    schema: str
    as_of: str | None
    files: tuple[FileDiagnosis, ...]
    unmapped: tuple[Unmapped, ...]
    gaps: tuple[DayGap, ...]
    lacks: tuple[Lack, ...]
    problems: tuple[Text, ...] = ()

    @property
    def readable(self) -> bool:
        """Whether at least one file is of a known kind."""
        return any(file.kind is not None for file in self.files)
