"""What the operator should know of a file that was read all the same."""

from __future__ import annotations

from collections.abc import Iterator

from kshop_audit.ingest.decode.decoding import Decoded
from kshop_audit.ingest.headers.catalogue import is_known, normal
from kshop_audit.ingest.headers.recognise import HeaderMatch
from kshop_audit.model.metadata import Text


def notes_on(
    match: HeaderMatch,
    decoded: Decoded,
    *,
    slow: bool,
    damaged: bool,
    configured: str | None,
    spread: int = 0,
    hidden: bool = False,
) -> tuple[Text, ...]:
    """`slow`: it was read row by row; `damaged`: some of its bytes are no UTF-8; `configured`: the
    encoding that is configured, if it is another; `spread`: merged cells of several rows; `hidden`:
    it is a sheet that is not shown.
    """
    kind, encoding = match.kind, decoded.encoding
    found = [
        Text(
            f"[inputs.{kind}] 写明编码 {configured}，但文件是 {encoding}，已按 {encoding} 读取",
            f"[inputs.{kind}] says {configured}, but the file is {encoding}, and was read as such",
        )
    ]
    notes = [*(found if configured else ()), *_on_columns(match)]
    if hidden:
        notes.append(_HIDDEN)
    if spread:
        notes.append(
            Text(
                f"{spread} 处合并的单元格已填到所属的每一行",
                f"{spread} merged cells were spread over their rows",
            )
        )
    return (*notes, *([_DAMAGED] if damaged else []), *([READ_ROW_BY_ROW] if slow else []))


_HIDDEN = Text(
    "是隐藏的工作表，已照常读取；不要的话请删除它，或在 shop.toml 的 [inputs.<类别>] "
    "用 sheet 指定工作表",
    "a hidden sheet, read like the others; delete it if it does not belong there, or name the "
    "sheets to be read as sheet in [inputs.<kind>] of shop.toml",
)
_DAMAGED = Text(
    "文件是 UTF-8，但有损坏的字节；相应的行被拒绝",
    "the file is UTF-8 with damaged bytes; those rows are rejected",
)
READ_ROW_BY_ROW = Text(
    "引号或换行容易误读，已逐行核对读取",
    "quotes or line ends that are easily misread, so the file was read row by row",
)


def _on_columns(match: HeaderMatch) -> Iterator[Text]:
    twice = [
        match.headers[p[0]].strip()
        for p in match.columns.values()
        if len({normal(match.headers[place]) for place in p}) < len(p)
    ]
    if twice:
        names = "、".join(twice)
        yield Text(
            f"表头重复：{names}；取第一个非空值",
            f"header names that occur several times: {names}; the first non-empty cell counts",
        )
    pairs = match.pairs
    strange = [name for name, column in pairs if column is None and name and not is_known(name)]
    if strange:
        names = "、".join(sorted(strange))
        yield Text(f"不认识的列，已忽略：{names}", f"unknown columns, ignored: {names}")
