"""Side files, whose keys are those of another file: what follows if none of them matches."""

from __future__ import annotations

from kshop_audit.model.kinds import KIND_NAMES
from kshop_audit.model.metadata import Text
from kshop_audit.model.schema import Kind


def strangers(side: Kind, main: Kind, matched: int, of: int) -> Text | None:
    """Why there is no verdict by a side file of which no key is in the main file; None if some is.

    `matched`, `of`: how many of the keys of the side file the main file has (rulebook 1b.3).
    """
    if matched or not of:
        return None
    names = KIND_NAMES[side], KIND_NAMES[main]
    return Text(
        zh=f"{names[0].zh}文件里的 {of} 个编号在{names[1].zh}文件里一个也找不到（0/{of}）："
        "请确认两个文件是同一家店、同一段时间的。",
        en=f"0 of {of} ids of the {names[0].en} file are among the {names[1].en}: make sure that "
        "both files are of the same shop and the same days.",
    )
