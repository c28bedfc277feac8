"""Text files that are no tables: JSON, conversations; and tables with a conversation in a cell.

Each is rewritten as a table of records in the scratch folder, so that one reader reads all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath

from kshop_audit.ingest.cells import reasons
from kshop_audit.ingest.convert import assessment, conversation, numbered, retimed, undated
from kshop_audit.ingest.convert.conversation import ChatMessage, Speakers
from kshop_audit.ingest.convert.copied_times import NoDayError, day_in_name
from kshop_audit.ingest.convert.json_records import Notation, is_notation
from kshop_audit.ingest.convert.nothing_said import is_nothing
from kshop_audit.ingest.convert.numbered import Spoken, Ways
from kshop_audit.ingest.convert.rewritten import OWN, Rewritten, Writer, writing
from kshop_audit.ingest.convert.sides import UnknownSpeakersError, settle, with_cells
from kshop_audit.ingest.convert.undated import Days
from kshop_audit.ingest.decode.strict import RecordTable
from kshop_audit.ingest.decode.torn import WholeRow
from kshop_audit.ingest.files.container import LockedError
from kshop_audit.ingest.headers.catalogue import cell_text, layouts, normal
from kshop_audit.ingest.headers.locate import Header
from kshop_audit.ingest.headers.recognise import HeaderMatch, recognise
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text
from kshop_audit.model.schema import TABLES, Kind
from kshop_audit.model.settings import InputMapping

MOST_CELL = 32_767
"""Characters that a cell of a workbook holds; a conversation as long as that was cut."""

_SHOP = ("agent", "robot")
_COPIED = Text("复制的对话", "a copied conversation")
_IN_CELLS = Text("一格一个对话", "a conversation in each cell")


def is_convertible(text: str, pin: Kind | None) -> bool:
    """Whether a text without a header row begins as something that is rewritten."""
    if is_notation(text):
        return True
    chats = pin is Kind.CHATS
    return (chats or pin is None) and conversation.is_conversation(text, named=chats)


@frozen
class Original:
    """A file as UTF-8, and how it is to be read. `head`: its beginning; `start`: bytes of its BOM.

    `target`: where its records are written; `given`: the path that was given. `early`: it is
    a sheet of a workbook whose days count from 1904.
    """

    path: Path
    name: str
    head: str
    start: int
    mappings: Mapping[Kind, InputMapping]
    pin: Kind | None
    target: Path
    given: Path
    early: bool = False

    def match(self, headers: tuple[str, ...]) -> HeaderMatch | None:
        """What records of these columns are."""
        return recognise((*OWN, *headers), self.mappings, self.pin)


def converted(original: Original, header: Header | None) -> tuple[Rewritten, HeaderMatch] | None:
    """The records of a file that is no table, and what they are; None for any other file.

    `header`: the header row, if it has one. LockedError if the operator has to say when a
    conversation was copied or who is who; DamagedFileError for JSON that breaks off.
    """
    if header is not None:
        return _of_table(original, header)
    if is_notation(original.head):
        own = (mapping.columns.values() for mapping in original.mappings.values())
        known = frozenset(normal(name) for names in own for name in names)
        notation = Notation(original.path, original.name, original.head, known)
        if original.match(notation.fields()) is None:
            return None
        return _checked(original, notation.rewritten(original.target))
    if is_convertible(original.head, original.pin):
        return _checked(original, _text(original))
    return None


def _of_table(original: Original, header: Header) -> tuple[Rewritten, HeaderMatch] | None:
    if header.match.in_cells:
        return _checked(original, _cells(original, header))
    if assessment.is_assessment(header):
        named = assessment.Named(original.name, original.given)
        own = (original.path, named, original.start, header, original.target)
        return _checked(original, assessment.assessed(*own))
    where = (original.path, original.name, original.start)
    retiming = retimed.needed(header, early=original.early)
    if retiming is not None:
        return _checked(original, retimed.retimed(*where, header, retiming, original.target))
    days = _days(original)
    if not undated.lacks_days(original.name, header, days):
        return None
    return _checked(original, undated.dated(*where, header, days, original.target))


def _checked(original: Original, found: Rewritten) -> tuple[Rewritten, HeaderMatch] | None:
    match = original.match(found.headers[len(OWN) :])
    return None if match is None else (found, match)


# ------------------------------------------------------------------ conversations


def _days(original: Original) -> Days:
    configured = original.mappings.get(Kind.CHATS, InputMapping()).copied_on
    return Days(configured, day_in_name(PurePath(original.name).name) or configured)


def _speakers(original: Original) -> Speakers:
    mapping = original.mappings.get(Kind.CHATS, InputMapping())
    own = mapping.values.get("sender_role", {})
    generic = next(layout for layout in layouts() if layout.kind is Kind.CHATS)
    codes = TABLES[Kind.CHATS].column("sender_role").codes
    roles = {
        **{code: code for code in codes},
        **generic.values["sender_role"],
        **{cell_text(name): role for name, role in own.items()},
    }
    listed = any(role in _SHOP for role in own.values())
    return Speakers(roles, listed, _days(original).copied)


def _text(original: Original) -> Rewritten:
    """A text of one or more conversations."""
    speakers = _speakers(original)
    with (
        original.path.open(encoding="utf-8", errors="surrogateescape") as file,
        writing(original.target, conversation.COLUMNS) as out,
        _telling(original),
    ):
        found = conversation.conversations(file, original.head, speakers.copied)
        for said, lost in found:
            for row in lost:
                out.fault(row, reasons.LINE)
            settle(said, speakers)
            _write(out, with_cells(said, speakers))
    return out.rewritten(_COPIED)


def _cells(original: Original, header: Header) -> Rewritten:
    """A table with a conversation in a cell of each row."""
    speakers = _speakers(original)
    match = header.match
    content = match.columns["content"][0]
    customer = next(
        match.columns[name][0] for name in ("buyer_id", "session_id") if name in match.columns
    )
    table = RecordTable(
        original.path, original.name, original.start + header.end, header, customer, (),
        (customer, content),
    )  # fmt: skip
    ways = Ways()
    while True:
        numbering, cut, hollow = ways.rough, 0, 0
        columns = (*conversation.COLUMNS, *([numbered.COLUMN] if numbering else []))
        with writing(original.target, columns) as out, _telling(original):
            for row, told in _told(table, customer, content):
                if isinstance(told, WholeRow):
                    out.fault(row, told.fault or "", told.shown(len(match.headers)))
                    continue
                buyer, text = told
                note = bool(text.strip()) and is_nothing(text)
                hollow += note
                if note or not text.strip() or normal(text) == normal(match.headers[content]):
                    out.row(row, ("",) * len(columns))
                    continue
                cut += len(text) >= MOST_CELL
                said = conversation.in_cell(row, text, speakers, buyer)
                spoken = list(with_cells(said, speakers, buyer))
                ways.see(spoken)
                _write(out, _numbered(spoken, ways) if numbering else spoken)
        if numbering or not ways.rough:
            return out.rewritten(_IN_CELLS, *_cut(cut), *_hollow(hollow))


def _told(
    table: RecordTable, customer: int, content: int
) -> Iterator[tuple[int, WholeRow | tuple[str, str]]]:
    """(row, customer and conversation) of every record, or the record itself if it is at fault."""
    short = [""] * (max(customer, content) + 1)
    for row, found in table.rows():
        if found.fault is not None:
            yield row, found
            continue
        cells = [*found.cells, *short]
        yield row, (cells[customer].strip(), cells[content])


def _numbered(spoken: Sequence[Spoken], ways: Ways) -> Iterator[Spoken]:
    numbers = ways.numbered(spoken, conversation.COLUMNS.index("sender_role"))
    for (message, cells), number in zip(spoken, numbers, strict=True):
        yield message, (*cells, number) if cells else ()


@contextmanager
def _telling(original: Original) -> Iterator[None]:
    """What is missing, in words for the operator."""
    try:
        yield
    except NoDayError as error:
        raise _undated(original.name) from error
    except UnknownSpeakersError as error:
        raise (_crowded if error.several else _unlisted)(original.name, error.row) from error


def _write(out: Writer, messages: Iterable[tuple[ChatMessage, tuple[str, ...]]]) -> None:
    for message, cells in messages:
        if cells:
            out.row(message.row, cells)
        else:
            out.fault(message.row, message.fault or "", message.shown)


def _cut(count: int) -> Iterator[Text]:
    if count:
        yield Text(
            f"{count} 个对话占满了单元格（表格软件每格最多 {MOST_CELL} 个字符），"
            "后面的消息已被截掉",
            f"{count} conversations fill their cell ({MOST_CELL} characters at most): what follows "
            "was cut off before it got here",
        )


def _hollow(count: int) -> Iterator[Text]:
    if count:
        yield Text(
            f"{count} 个对话只有“无聊天内容”之类的占位文字，按空对话跳过",
            f"{count} conversations hold only a note that there is nothing, and were skipped",
        )


def _undated(name: str) -> LockedError:
    return LockedError(
        f"{name}：聊天时间没有年份或日期；请在 shop.toml 的 [inputs.chats] 写明复制那天 "
        'copied_on = "2026-02-25"，或把日期写进文件名',
        f"{name}: the times of this conversation lack the year or the day; say when it was copied: "
        'copied_on = "2026-02-25" in [inputs.chats] of shop.toml, or put the date into its name',
    )


def _unlisted(name: str, row: int) -> LockedError:
    return LockedError(
        f"{name}：聊天文本第 {row} 行的说话人不知道是店铺还是买家；请在 shop.toml 的 "
        '[inputs.chats.values.sender_role] 列出店铺方的昵称，如 "小店客服" = "agent"',
        f"{name}: it is not known whether the speaker of line {row} is the shop's; list the shop's "
        'names in [inputs.chats.values.sender_role] of shop.toml, such as "name" = "agent"',
    )


def _crowded(name: str, row: int) -> LockedError:
    return LockedError(
        f"{name}：聊天文本第 {row} 行起有第二个不是店铺方的说话人；店铺方的昵称请列入 "
        "[inputs.chats.values.sender_role]，不同买家的对话之间请加一行 -----",
        f"{name}: from line {row} on there is a second speaker who is not the shop's; list the "
        "shop's names in [inputs.chats.values.sender_role], and put a line ----- between the "
        "conversations of different customers",
    )
