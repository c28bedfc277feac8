"""Records that were found in something else than a table: a CSV of our own in the scratch folder.

Whoever takes such a file apart writes its records here, so that one reader reads all. Each keeps
the number of the line or row in which it began, and what is no record keeps its place and reason.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import polars as pl

from kshop_audit.ingest.cells import reasons
from kshop_audit.ingest.decode import raw
from kshop_audit.ingest.decode.raw import FAULT, FAULT_VALUE, Raw, cell
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text
from kshop_audit.tables import ROW

OWN = ("", "", "")
"""The headers of the columns in front, which are ours: row, reason code, value that shows it."""


@frozen
class Rewritten:
    """A CSV of ours: `headers` of its columns, OWN in front. `faulty`: some rows have a reason.

    `shape`: what it was before.
    """

    path: Path
    headers: tuple[str, ...]
    faulty: bool
    shape: Text
    notes: tuple[Text, ...] = ()

    def why(self, match: Text) -> Text:
        """On what grounds it was taken for what it is: its shape, and what its columns say."""
        return Text(f"{self.shape.zh},{match.zh}", f"{self.shape.en}, {match.en}")

    def records(self) -> Raw:
        """Its records as text, read lazily."""
        width = len(self.headers)
        found = raw.scan(raw.Place(self.path, ",", width, width))
        own = [pl.col(cell(place)) for place in range(len(OWN))]
        frame = found.frame.with_columns(
            own[0].cast(pl.UInt32).alias(ROW),
            pl.when(own[1] != "").then(own[1]).alias(FAULT),
            pl.when(own[2] != "").then(own[2]).alias(FAULT_VALUE),
        )
        return Raw(frame, slow=False, faulty=self.faulty)


@contextmanager
def writing(path: Path, columns: Sequence[str]) -> Iterator[Writer]:
    """Write records of these columns to a file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        yield Writer(path, tuple(columns), file)


class Writer:
    """Writes the records; `columns` are their headers."""

    def __init__(self, path: Path, columns: tuple[str, ...], file: TextIO) -> None:
        """`file`: the open file of that path."""
        self.path = path
        self.columns = columns
        self.faulty = False
        # Polars would take a lone CR inside a cell for the end of a row, if it were not quoted.
        self._rows = csv.writer(file, lineterminator="\r\n")

    def row(self, row: int, cells: Sequence[str]) -> None:
        """A record. One that is no text, or holds NUL characters, is rejected."""
        try:
            if any("\0" in text for text in cells):
                self.fault(row, reasons.NUL_BYTES)
            else:
                self._rows.writerow((row, "", "", *cells))
        except UnicodeEncodeError:  # the writer gives a row to the file as one text
            self.fault(row, reasons.BAD_BYTES)

    def fault(self, row: int, reason: str, value: str = "") -> None:
        """What stands where a record should be; `reason` is a code of `REASONS`."""
        self.faulty = True
        shown = value.encode("utf-8", "replace").decode().replace("\0", "")
        self._rows.writerow((row, reason, shown, *[""] * len(self.columns)))

    def rewritten(self, shape: Text, *notes: Text) -> Rewritten:
        """What was written; `shape`: what it was before."""
        return Rewritten(self.path, (*OWN, *self.columns), self.faulty, shape, notes)
