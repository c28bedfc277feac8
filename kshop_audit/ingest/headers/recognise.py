"""From a header row to a kind: which column is which, and why the file was taken for that kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kshop_audit.ingest.headers.catalogue import Layout, layouts, normal, prefix
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text
from kshop_audit.model.schema import TABLES, Kind
from kshop_audit.model.settings import InputMapping


@frozen
class HeaderMatch:
    """A header read with one layout.

    `columns`: canonical → positions in the row; several positions only for a header name that
    occurs several times. `signature`: the headers that decided, empty if none did.
    """

    layout: Layout
    headers: tuple[str, ...]
    columns: Mapping[str, tuple[int, ...]]
    signature: tuple[str, ...]
    rank: tuple[int, ...]

    @property
    def kind(self) -> Kind:
        """The kind of file."""
        return self.layout.kind

    @property
    def in_cells(self) -> bool:
        """Whether a cell holds a whole conversation."""
        content = self.columns.get("content", (0,))[0]
        return self.layout.talks(normal(self.headers[content]), self.columns)

    @property
    def pairs(self) -> tuple[tuple[str, str | None], ...]:
        """(header in the file, canonical column or None), in the order of the file."""
        owner = {place: name for name, places in self.columns.items() for place in places}
        return tuple((cell.strip(), owner.get(place)) for place, cell in enumerate(self.headers))

    @property
    def missing(self) -> tuple[str, ...]:
        """Canonical columns that the file lacks."""
        return tuple(name for name in TABLES[self.kind].names if name not in self.columns)

    def why(self, pinned: bool) -> Text:
        """On what grounds the kind was chosen."""
        count = len(self.columns)
        if pinned:
            return Text(f"由参数指定，识别出 {count} 列", f"pinned, {count} columns known")
        if self.signature:
            names = " + ".join(self.signature)
            return Text(
                f"特征列 {names}，识别出 {count} 列", f"signature {names}, {count} columns known"
            )
        return Text(f"识别出 {count} 列", f"{count} columns known, no signature")


def trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    """A header row without the empty cells at its end."""
    end = len(cells)
    while end and not normal(cells[end - 1]):
        end -= 1
    return tuple(cells[:end])


def _places(names: Sequence[str]) -> dict[str, tuple[int, ...]]:
    places: dict[str, tuple[int, ...]] = {}
    for place, name in enumerate(names):
        if name:
            places[name] = (*places.get(name, ()), place)
    return places


def _columns(
    layout: Layout, names: Sequence[str], mapping: InputMapping | None
) -> dict[str, tuple[int, ...]]:
    """Assign positions to canonical columns: the operator's word first, then the aliases.

    The name before a bracket is tried only for columns that no whole header fits.
    """
    own = {} if mapping is None else {c: normal(h) for c, h in mapping.columns.items()}
    whole = _places(names)
    found = {column: whole.pop(header) for column, header in own.items() if header in whole}
    for column, headers in layout.first.items():
        several = [whole.pop(header) for header in headers if header in whole]
        if several and column not in found:
            found[column] = tuple(place for places in several for place in places)
    _assign(layout, whole, found)
    taken = {place for used in found.values() for place in used}
    short = ["" if place in taken else prefix(name) for place, name in enumerate(names)]
    # A bare prefix that occurs twice (started, ended) says nothing for certain.
    once = _places(short)
    _assign(layout, {name: once[name] for name in once if len(once[name]) == 1}, found)
    return {name: found[name] for name in TABLES[layout.kind].names if name in found}


def _assign(
    layout: Layout, places: dict[str, tuple[int, ...]], found: dict[str, tuple[int, ...]]
) -> None:
    """Give each column not yet found the place of its first alias that is there."""
    for column, aliases in layout.columns.items():
        alias = None if column in found else next((a for a in aliases if a in places), None)
        if alias is not None:
            found[column] = places.pop(alias)


def match(
    layout: Layout, headers: Sequence[str], mapping: InputMapping | None, pinned: bool
) -> HeaderMatch | None:
    """Read a header row with one layout; None if it is not of that kind."""
    names = [normal(cell) for cell in headers]
    present = set(names) | {prefix(name) for name in names}
    columns = _columns(layout, names, mapping)
    signature = next((s for s in layout.signatures if present.issuperset(s)), ())
    # A name that one platform has to itself says nothing in a file of a tool for all of them.
    if layout.platform and not signature and layout.tools & present:
        return None
    if not pinned:
        if layout.unless & present:
            return None
        # A platform's own signature decides alone: its file of order lines has neither time nor
        # state of the order, and is one of orders all the same.
        needs = layout.needs[:1] if signature and layout.platform else layout.needs
        talks = any(layout.talks(name, columns) for name in names)
        if not talks and not all(any(name in columns for name in group) for group in needs):
            return None
    own = len(layout.own & set(names))
    # A signature decides; then the number of known columns; then the platform's own names. A column
    # that nothing looks at must not make a file one of another kind.
    table = TABLES[layout.kind]
    rank = (int(bool(signature)), sum(table.column(name).read for name in columns), own)
    return HeaderMatch(layout, tuple(headers), columns, signature, rank)


def recognise(
    headers: Sequence[str],
    mappings: Mapping[Kind, InputMapping],
    pin: Kind | None = None,
) -> HeaderMatch | None:
    """The best reading of a header row, or None if it fits no kind.

    A pinned file is read as that kind as long as its key and one more column are known.
    """
    cells = trimmed(headers)
    best: HeaderMatch | None = None
    for layout in layouts():
        if pin is not None and layout.kind is not pin:
            continue
        found = match(layout, cells, mappings.get(layout.kind), pin is not None)
        if found is None or len(found.columns) < 2:
            continue
        if best is None or found.rank > best.rank:
            best = found
    return best
