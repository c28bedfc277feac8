"""What the inputs lack for a question, and the export that supplies it."""

from __future__ import annotations

from collections.abc import Sequence

from kshop_audit.facts import Tables
from kshop_audit.model.column_names import columns_named
from kshop_audit.model.kinds import KIND_NAMES, SUPPLIERS, column_supplier
from kshop_audit.model.metadata import Text
from kshop_audit.model.schema import Kind


def lacking(needs: Sequence[str], tables: Tables) -> Text | None:
    """Which needed columns are not there, and which export has them; None when all are.

    `needs`: "kind.column" entries, alternatives joined by "|".
    """
    absent_needs = unmet(needs, tables)
    if not absent_needs:
        return None
    choices = [Kind(choice.split(".")[0]) for need in absent_needs for choice in need.split("|")]
    kinds = list(dict.fromkeys(choices))
    first = dict.fromkeys(Kind(need.split(".")[0]) for need in absent_needs)
    absent = [kind for kind in first if kind not in tables.frames]
    lost = [kind for kind in kinds if kind not in tables.frames]
    if absent:
        zh = f"没有{'、'.join(KIND_NAMES[kind].zh for kind in absent)}文件"
        en = f"no {', '.join(KIND_NAMES[kind].en for kind in absent)} file"
        return _told(zh, en, [SUPPLIERS[kind] for kind in lost])
    named = [choice for need in absent_needs for choice in need.split("|")]
    blank = [choice for choice in named if _blank(choice, tables)]
    columns = columns_named(blank or absent_needs)
    if blank:
        zh, en = f"{columns.zh}每一行都是空的", f"empty in every row: {columns.en}"
    else:
        zh, en = f"没有{columns.zh}", f"no column {columns.en}"
    return _told(zh, en, [SUPPLIERS[kind] for kind in lost] or [column_supplier(kinds[0])])


def _told(zh: str, en: str, ways: Sequence[Text]) -> Text:
    """What is missing and what to do about it, in one sentence."""
    return Text(
        zh=f"{zh}：{'，或'.join(way.zh for way in ways)}",
        en=f"{en}: {', or '.join(way.en for way in ways)}",
    )


def unmet(needs: Sequence[str], tables: Tables) -> list[str]:
    """The needs that no file meets."""
    return [need for need in needs if not _there(need, tables)]


def absent_notes(absent: Sequence[tuple[str, Text]], tables: Tables) -> tuple[Text, ...]:
    """What the figure means without the optional columns that no file has."""
    return tuple(note for need, note in absent if not _there(need, tables))


def _there(need: str, tables: Tables) -> bool:
    choices: dict[Kind, list[str]] = {}
    for choice in need.split("|"):
        kind, column = choice.split(".", 1)
        choices.setdefault(Kind(kind), []).append(column)
    return any(
        tables.has_one_of(kind, names) and not all(_blank(f"{kind}.{n}", tables) for n in names)
        for kind, names in choices.items()
    )


IN_EVERY_ROW = frozenset({"orders.status", "chats.sender_role", "tickets.type", "tickets.status"})
"""Columns that every row fills, whatever became of it: empty in all of them they count as missing
(rulebook 1b.3). A file without a row lacks none of its columns.
"""


def _blank(column: str, tables: Tables) -> bool:
    """Whether a column that every row should fill is empty in all rows."""
    kind, name = column.split(".", 1)
    frame = tables.frames.get(Kind(kind))
    rows = frame is not None and frame.height > 0
    return rows and column in IN_EVERY_ROW and not tables.filled(Kind(kind), name)
