"""What goes into ingestion and what comes out: the request, the mappings, the sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path, PurePath

from kshop_audit.cache.store import Store
from kshop_audit.ingest.cells.typed import Records
from kshop_audit.ingest.files.access import while_reading
from kshop_audit.ingest.files.digests import Digest, Digests
from kshop_audit.ingest.files.staging import shown
from kshop_audit.ingest.headers.locate import Sample
from kshop_audit.model.frozen import frozen
from kshop_audit.model.here import from_here
from kshop_audit.model.metadata import Text
from kshop_audit.model.moments import ZONE
from kshop_audit.model.progress import Watch, unwatched
from kshop_audit.model.schema import Kind
from kshop_audit.model.settings import InputMapping


@frozen
class InputFile:
    """One file to look at. `named`: it was named itself; `why`: it is listed, but never read."""

    path: Path
    name: str
    pin: Kind | None
    named: bool
    why: Text | None = None


@frozen
class Request:
    """The files to read, as named on the command line, and how to read them.

    `password` opens the protected workbooks among them. `zone`: of times that name none, a name
    of the IANA database. `watch` takes the steps of the run. `digests`: of the files.
    `shop`: the id of the shop of which the rows count, if the files hold several.
    `lenient`: a file that cannot be read is left out for the reason in `why`, even if it was
    named. `files`: those of the paths, where the folders have been walked already. `cache`: where
    rows are kept between runs; None = nowhere.
    """

    paths: tuple[Path, ...]
    pins: Mapping[Path, Kind] = field(default_factory=dict)
    mappings: Mapping[Kind, InputMapping] = field(default_factory=dict)
    encoding: str | None = None
    delimiter: str | None = None
    password: str | None = field(default=None, repr=False)
    lenient: bool = False
    shop: str | None = None
    watch: Watch = field(default=unwatched, repr=False, compare=False)
    zone: str = ZONE
    digests: Digests = field(default_factory=Digests, repr=False, compare=False)
    files: tuple[InputFile, ...] | None = field(default=None, repr=False, compare=False)
    cache: Store | None = field(default=None, repr=False, compare=False)


@frozen
class Source:
    """One file, sheet of a workbook or member of an archive as it was understood.

    `name` says which one it is: `file.xlsx#sheet`, `file.zip!member`; `path` is the file's.

    `kind` is None for a file that fits no kind or is never read; then `records` is None too.
    `header` pairs each header of the
    file with the canonical column it became. `why` says on what grounds the kind was chosen.
    `sample`: the header and the first rows as they stand, if there are any. `sheet`: its name,
    if it is one of a workbook.
    """

    index: int
    path: Path
    name: str
    kind: Kind | None
    platform: str | None
    encoding: str | None
    delimiter: str | None
    digest: Digest | None
    header: tuple[tuple[str, str | None], ...]
    missing: tuple[str, ...]
    notes: tuple[Text, ...]
    why: Text
    records: Records | None
    sample: Sample | None = None
    sheet: str | None = None

    @property
    def place(self) -> str:
        """Where it lies as seen from the current folder, with sheet or member as in `name`."""
        file, own = shown(PurePath(from_here(self.path))), shown(PurePath(self.path.name))
        return file + self.name.partition(own)[2]

    @property
    def blake3(self) -> str | None:
        """The digest of the file's bytes as a report states it; None for one that is never read."""
        if self.digest is None:
            return None
        with while_reading(self.name):
            return self.digest.text()

    @property
    def sha256(self) -> str | None:
        """The digest that other programs check; None for a file that is never read."""
        if self.digest is None:
            return None
        with while_reading(self.name):
            return self.digest.sha256()
