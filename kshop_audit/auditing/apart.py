"""Folders that hold a shop each, of files that were given as those of one shop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from kshop_audit.ingest import Source
from kshop_audit.model.kinds import KIND_NAMES
from kshop_audit.model.metadata import Text
from kshop_audit.model.schema import Kind

SHOWN = 5
"""Folders that a message lists."""


def several_shops(
    unrelated: Mapping[Kind, Sequence[int]], sources: Sequence[Source]
) -> Text | None:
    """Why the files look like those of several shops, and the way out; None if they do not.

    `unrelated`: see `Loaded`. Files of one kind and one time without a common key may be parts of
    one export, and two kinds of them in the same two folders are two shops. Months, states and
    kinds in folders of their own are not: they follow one another, or are of one kind.
    """
    folders = {source.index: source.path.parent for source in sources}
    of_kind = {kind: {folders[file] for file in files} for kind, files in unrelated.items()}
    held = [folder for own in of_kind.values() for folder in own]
    shops = sorted(folder for folder in {*held} if held.count(folder) > 1)
    kinds = [kind for kind, own in of_kind.items() if len(own & {*shops}) > 1]
    if len(shops) < 2 or len(kinds) < 2:
        return None
    names, more = [_name(folder) for folder in shops[:SHOWN]], len(shops) > SHOWN
    listed = "、".join(names) + (" 等" if more else "")
    listed_en = ", ".join(names) + (" and more" if more else "")
    what = "、".join(KIND_NAMES[kind].zh for kind in kinds)
    what_en = ", ".join(KIND_NAMES[kind].en for kind in kinds)
    many = len(shops)
    return Text(
        zh=f"像是 {many} 家店混在一起：{listed} 各有自己的{what}，时间重叠，编号没有一个相同；"
        "请逐个审计各店的文件夹，或用 kshop-audit fleet 一起审；"
        "确实是同一家店，就加 --set shop=店名",
        en=f"these look like {many} shops in one: {listed_en} have {what_en} of their own, of the "
        "same time and without a common id; audit the folder of each, or use kshop-audit fleet for "
        "all of them; if it is one shop, add --set shop=NAME",
    )


def _name(folder: Path) -> str:
    return folder.name or str(folder)
