"""How the header and the rows of a file were found, in words."""

from __future__ import annotations

from collections.abc import Iterator

from kshop_audit.ingest import Source
from kshop_audit.ingest.decode.grammar import CR
from kshop_audit.model.metadata import Text


def layout_of(source: Source) -> Iterator[Text]:
    """One sentence each: where the header stands, what was passed over, how rows are written."""
    if source.records is None:
        return
    header = source.records.header
    above = header.row - 1
    if source.delimiter is not None or source.sheet:  # else the rows are ones that we wrote
        yield Text(
            f"表头在第 {header.row} 行" + (f"，上面 {above} 行当说明跳过" if above else ""),
            f"header in row {header.row}"
            + (f", the {above} above it passed over as a preamble" if above else ""),
        )
    if header.described:
        yield Text(
            f"第 {header.row + 1} 行是列的说明，已跳过",
            f"row {header.row + 1} explains the columns and was skipped",
        )
    names = len(header.match.headers)
    if header.width > names:
        yield Text(
            f"表头末尾有 {header.width - names} 个空格子，不当作列",
            f"{header.width - names} blank cells at the end of the header are no columns",
        )
    if len(header.delimiter) > 1:
        yield Text(
            "每个分隔符后面有一个空格，按分隔符的一部分读",
            "a blank follows each separator and is read as part of it",
        )
    if header.ending == CR:
        yield Text("每行以 CR 结尾（旧 Mac 格式）", "rows end with CR, as on old Macs")
