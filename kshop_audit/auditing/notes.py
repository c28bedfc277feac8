"""Where every record of the inputs went, and what a reader must know of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal

from kshop_audit.errors import DamagedFileError
from kshop_audit.ingest import REASONS, Source
from kshop_audit.ingest.cells.reasons import FLAG, OPEN_QUOTE, SPEAKER
from kshop_audit.ingest.remarks import READ_ROW_BY_ROW
from kshop_audit.masking import masked
from kshop_audit.model.column_names import column_name
from kshop_audit.model.kinds import KIND_NAMES, SUPPLIERS
from kshop_audit.model.measurement import Measurement
from kshop_audit.model.metadata import Text
from kshop_audit.model.moments import ZONE, shown
from kshop_audit.model.patterns import regex
from kshop_audit.model.report import Input
from kshop_audit.model.schema import Kind
from kshop_audit.plan.load import FileCount, Loaded, Reject

FEW = 5
"""So many bad rows of a kind never stop an audit, however small the file is."""
LISTED = 20

FUTURE = Text(
    zh="时间比其他所有行晚 60 天以上，按损坏处理",
    en="more than 60 days later than every other row: taken as damaged",
)


def inputs_of(sources: Sequence[Source], loaded: Loaded) -> tuple[Input, ...]:
    """One line a file; records = rows + rejected + skipped + duplicates."""
    lines = []
    for source in sources:
        count = loaded.counts.get(source.index, FileCount())
        lines.append(
            Input(
                path=source.name,
                kind=str(source.kind) if source.kind else "unrecognised",
                platform=source.platform,
                encoding=source.encoding,
                digest=source.blake3,
                records=count.records,
                rows=count.rows,
                rejected=count.rejected,
                skipped=count.skipped,
                duplicates=count.duplicates,
                first_at=shown(count.first_at),
                last_at=shown(count.last_at),
                place=source.place,
            )
        )
    return tuple(lines)


def reject_too_many(loaded: Loaded, sources: Sequence[Source], share: Decimal) -> None:
    """DamagedFileError when a kind has more bad rows than `share` of its records, and over FEW."""
    for kind in Kind:
        files = [source.index for source in sources if source.kind is kind]
        counts = [loaded.counts[file] for file in files if file in loaded.counts]
        rejected = sum(count.rejected for count in counts)
        records = sum(count.records for count in counts)
        if rejected <= FEW or rejected <= share * records:
            continue
        first = next(r for r in loaded.rejects if r.file in files)
        place = where(first, sources)
        raise DamagedFileError(
            f"{KIND_NAMES[kind].zh}文件 {records} 行中有 {rejected} 行读不出来，超过允许的 "
            f"{share * 100:f}%。第一处：{place.zh}（{reason(first).zh}）。{SUPPLIERS[kind].zh}；"
            "或用 --max-bad-rows 放宽",
            f"{rejected} of {records} {KIND_NAMES[kind].en} rows could not be read, more than "
            f"{share * 100:f}%. First: {place.en} ({reason(first).en}). {SUPPLIERS[kind].en}, or "
            "raise --max-bad-rows",
        )


def where(reject: Reject, sources: Sequence[Source]) -> Text:
    """File, row and column of a row that could not be read."""
    source = next(source for source in sources if source.index == reject.file)
    zh, en = f"{source.name} 第 {reject.row} 行", f"{source.name}:{reject.row}"
    if not reject.column:
        return Text(zh=zh, en=en)
    named = column_of(reject, sources)
    return Text(zh=f"{zh} {named.zh}", en=f"{en}:{named.en}")


def column_of(reject: Reject, sources: Sequence[Source]) -> Text:
    """The column of a row that could not be read, as the file names it; "" where it is none."""
    column = reject.column or ""
    kind = next(source.kind for source in sources if source.index == reject.file)
    return Text(column, column) if kind is None else column_name(kind, column)


def reason(reject: Reject) -> Text:
    """Why, in words; of an open quote with the rows that it joins."""
    part = _PART.fullmatch(reject.value or "") if reject.reason == OPEN_QUOTE else None
    if part is not None:
        first = reject.row - int(part[1]) + 1
        last = first + int(part[2]) - 1
        return Text(
            zh=f"第 {first} 行的引号到第 {last} 行才闭合，这几行混在一起，内容不能确定；请重新导出",
            en=f"a quote of row {first} is closed in row {last} only, so that the cells of these "
            "rows are not certain; export again",
        )
    return FUTURE if reject.reason == "future_time" else REASONS.get(reject.reason, UNREADABLE)


_PART = regex(r"([0-9]+)/([0-9]+)")
"""The value of a row that an open quote took along: which one of how many."""


def advice(reject: Reject, source: Source) -> Text:
    """What to do about a row: the line to paste, else the export to make again."""
    kind = source.kind
    if kind is None:
        return Text(zh="请重新导出", en="export it again")
    own = next(
        (name for header, name in source.header if header == (reject.column or "").strip()), None
    )
    if reject.reason == FLAG and own is not None:
        word = json.dumps((reject.value or "").strip(), ensure_ascii=False)
        return Text(
            zh=f"写进 shop.toml：[inputs.{kind}.values.{own}] 下一行 {word} = true 或 false",
            en=f"write into shop.toml, below [inputs.{kind}.values.{own}]: {word} = true or false",
        )
    if reject.reason == SPEAKER:
        return Text(
            zh='写进 shop.toml：[inputs.chats.values.sender_role] 下一行 "店铺方昵称" = "agent"',
            en="write into shop.toml, below [inputs.chats.values.sender_role]: "
            '"name of the shop" = "agent"',
        )
    return SUPPLIERS[kind]


UNREADABLE = Text(zh="读不出来", en="could not be read")


def data_notes(
    sources: Sequence[Source],
    loaded: Loaded,
    measured: Sequence[Measurement],
    *,
    default_as_of: bool,
    mask: bool,
    zone: str = ZONE,
) -> tuple[Text, ...]:
    """Everything about the files that changes how the figures are to be read."""
    notes: list[Text] = []
    if default_as_of:
        notes.append(
            Text(
                zh="截止时刻取自文件中最新的已发生时间；可用 --as-of 指定。",
                en="As-of is the newest event in the inputs; --as-of sets it.",
            )
        )
    if zone != ZONE:
        notes.append(
            Text(
                zh=f"文件中没写时区的时间按 {zone} 读，换算成北京时间；规则的时段都是北京时间。",
                en=f"Times that name no zone were read as {zone} and converted to Beijing time; "
                "the clock hours of the rules are Beijing's.",
            )
        )
    for source in sources:
        notes += [
            Text(zh=f"{source.name}：{note.zh}", en=f"{source.name}: {note.en}")
            for note in source.notes
            if note != READ_ROW_BY_ROW
        ]
        count = loaded.counts.get(source.index, FileCount())
        if source.kind is not None and count.records in LIMITS:
            notes.append(_perhaps_cut(source.name, count.records))
        overlapping = count.overlapping
        if overlapping:
            notes.append(_overlap(source.name, overlapping))
        if source.kind is None:
            notes.append(
                Text(
                    zh=f"{source.name}：未识别，已跳过（{source.why.zh}）",
                    en=f"{source.name}: not recognised, skipped ({source.why.en})",
                )
            )
    notes += _version_notes(sources, loaded)
    notes += _reject_notes(sources, loaded.rejects, mask=mask)
    return tuple(dict.fromkeys([*notes, *_gap_notes(measured)]))


def _version_notes(sources: Sequence[Source], loaded: Loaded) -> Iterator[Text]:
    """What several versions of one row, or several files of one time, leave open."""
    for kind, columns in loaded.contested.items():
        name = KIND_NAMES[kind]
        for column, rows in columns.items():
            differing = column_name(kind, column)
            yield Text(
                zh=f"{name.zh}文件里有 {rows} 个编号出现多次而{differing.zh}不同，看不出哪一行"
                "更新：按未知计。请给带更新时间的导出，或只给最新的那个文件。",
                en=f"{rows} ids of the {name.en} stand in several rows that differ in {column}, "
                "and nothing says which is the newer one: it counts as unknown. Give an export "
                "with the time of the last change, or the newest file alone.",
            )
    names = {source.index: source.name for source in sources}
    for files in loaded.unrelated.values():
        listed = [names[file] for file in files[:LISTED_FILES]]
        more = len(files) - len(listed)
        zh, en = "、".join(listed), ", ".join(listed)
        yield Text(
            zh=f"{zh}{f' 等 {len(files)} 个文件' if more else ''}：时间重叠，却没有一个相同的编号；"
            "请确认是同一家店铺的导出。",
            en=f"{en}{f' and {more} more' if more else ''}: of the same days without one id in "
            "common; make sure that they are of one shop.",
        )


LISTED_FILES = 5
"""Files that a note names."""


def _reject_notes(
    sources: Sequence[Source], rejects: Sequence[Reject], *, mask: bool
) -> Iterator[Text]:
    for reject in rejects[:LISTED]:
        value = reject.value or ""
        value = masked(value, reject.column) if mask else value
        place, why = where(reject, sources), reason(reject)
        shown = Text(f" “{value}”", f' "{value}"') if value else Text("", "")
        yield Text(f"{place.zh}{shown.zh}：{why.zh}", f"{place.en}{shown.en}: {why.en}")
    names = {source.index: source for source in sources}
    for told in dict.fromkeys(advice(reject, names[reject.file]) for reject in rejects[:LISTED]):
        if told in SUPPLIERS.values():
            continue  # the reason says already that it is to be exported again
        yield Text(zh=f"读不出来的行：{told.zh}", en=f"Rows that could not be read: {told.en}")
    if len(rejects) > LISTED:
        more = len(rejects) - LISTED
        yield Text(
            zh=f"另有 {more} 行读不出来，完整清单见 --evidence。",
            en=f"{more} more rows could not be read; --evidence lists them all.",
        )


LIMITS = frozenset({5_000, 10_000, 20_000, 30_000, 50_000, 65_535, 100_000, 200_000, 1_048_575})
"""So many rows, to the row, are more likely the end of what an export or a sheet holds."""


def _perhaps_cut(name: str, rows: int) -> Text:
    return Text(
        zh=f"{name}：正好 {rows} 行，可能到了导出或表格的行数上限，后面的被截掉了；"
        "请分几段时间导出，再一起给。",
        en=f"{name}: exactly {rows} rows, which may be the limit of an export or a sheet, with the "
        "rest cut off; export several periods and give them together.",
    )


def _overlap(name: str, rows: int) -> Text:
    return Text(
        zh=f"{name}：{rows} 行与另一个导出重叠，同一条记录取最新的一行。",
        en=f"{name}: {rows} rows overlap with another export; of a record the newest row counts.",
    )


def _gap_notes(measured: Sequence[Measurement]) -> list[Text]:
    days = sorted({day for m in measured for day in m.missing_days})
    if not days:
        return []
    shown_days = "、".join(day.isoformat() for day in days[:10]) + ("…" if len(days) > 10 else "")
    return [
        Text(
            zh=f"窗口内有 {len(days)} 天没有数据（{shown_days}），相关指标按最好与最坏情况判定。",
            en=f"{len(days)} window {'day' if len(days) == 1 else 'days'} without data "
            f"({shown_days.replace('、', ', ')}); the rules concerned are judged by best and worst "
            "case.",
        )
    ]
