"""Conversations written down as text: who said what, when, and on whose side he is.

Copied from a screen or saved by a messenger: a conversation in one cell, the clipboard with [name]
and time above each message, a workbench whose names are glued to times without a year, names before
or behind a time with its year. `sides` tells who of them is the shop's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise

from kshop_audit.ingest.cells import reasons
from kshop_audit.ingest.convert import copied_times
from kshop_audit.ingest.convert.copied_times import Moment
from kshop_audit.ingest.headers.catalogue import cell_text, normal, words
from kshop_audit.model.frozen import frozen
from kshop_audit.model.patterns import regex

COLUMNS = ("buyer_id", "agent_account", "sender_role", "message_type", "sent_at", "content")
"""The columns of a message, by their canonical names."""

MOST_NAME = 60
MOST_HEADER = 200
"""Characters of a line that may begin a message; a longer one is something that was said."""
FIRST_LINES = 20
"""Lines that are not blank among which a text must show a time and a speaker."""

_PARTED = regex(r"\s*[-=—_*]{5,}\s*")
_CLIPPED = regex(r"\[(?P<who>[^\[\]]+)\]\s*(?P<time>\S.*)")
_ORDERS = regex(r"\s*下单数[(（]\d*[)）]\s*$")
_NO_NAME = regex(r"[,;\t\"|]|[:：/.，-]$")
"""What stands before a time in a table or in a sentence; at the end, what leads up to it."""
_SEPARATED = regex(r"[,;\t\"|]")
_DAMAGED = regex("[\udc80-\udcff]")
_COLON = regex(r"[:：]")
_SYSTEM = ("[系统消息]", "【防诈贴士】")
_CLOSED = frozenset({"客服超时未回复，会话关闭", "买家超时未回复，会话关闭"})
_NOTICE = "系统消息"
_PREAMBLE = regex(r"\s*(?:消息记录[(（]|消息分组[:：]|消息对象[:：]|日期[:：]|聊天记录\s*$)")
"""What messengers write above the messages that they save."""
_ACCOUNT = regex(r"\s*(?:[(（]\d{5,12}[)）]|[<＜][^<>＜＞]+[>＞])\s*$")
"""The number or address behind a name."""
_WORDED = regex(
    r"\s*(?P<word>[^\s()（）\[\]【】]+)\s*[(（\[【](?P<who>[^()（）\[\]【】]+)[)）\]】]\s*"
)
"""A word for the sender's role, and his name."""


@dataclass(slots=True)
class ChatMessage:
    """One message. `readings`: what its first line may mean, (name, time); `shown`: its time as it
    stands there; `fault`: why it is no message; `exact`: its time has seconds.
    """

    row: int
    readings: list[tuple[str, datetime | None]]
    shown: str
    lines: list[str] = field(default_factory=list)
    fault: str | None = None
    exact: bool = True

    @property
    def name(self) -> str:
        """Who said it, once that is settled."""
        return self.readings[0][0] if self.readings else ""

    @property
    def at(self) -> datetime | None:
        """When, once that is settled."""
        return self.readings[0][1] if self.readings else None

    @property
    def text(self) -> str:
        """What was said, without the blank lines that part it from the next message."""
        lines = list(self.lines)
        while lines and not lines[-1].strip():
            lines.pop()
        return "\n".join(lines)


@frozen
class Speakers:
    """Who is who. `roles`: name or word in the form of `cell_text` → role; `listed`: the operator
    listed names of the shop. `copied`: the day on which the text was copied, if it is known.
    """

    roles: Mapping[str, str]
    listed: bool
    copied: date | None

    def role(self, name: str) -> str | None:
        """The role of a name, None if it is neither listed nor says it: 客服(小李)."""
        role = self.roles.get(cell_text(name))
        return role if role is not None else self._worded(name)[0]

    def own_name(self, name: str) -> str:
        """The name without the word for its role, if it has one."""
        return self._worded(name)[1]

    def _worded(self, name: str) -> tuple[str | None, str]:
        # Whoever lists the names of the shop says who they are; of a customer a word says nothing.
        found = None if self.listed else _WORDED.fullmatch(name)
        role = self.roles.get(cell_text(found["word"])) if found else None
        return (role, found["who"].strip()) if role and found else (None, name)


# ------------------------------------------------------------------ text, line by line


def _header(row: int, line: str, copied: date | None) -> ChatMessage | None:
    """The message that this line begins, None if it begins none."""
    clipped = _CLIPPED.fullmatch(line.rstrip())
    if clipped and copied_times.TIME_LIKE.fullmatch(clipped["time"]):
        moment = copied_times.whole(clipped["time"])
        return _message(row, [(clipped["who"], moment)] if moment else [], clipped["time"], copied)
    return None


def _glued(row: int, line: str, copied: date | None) -> ChatMessage | None:
    """The same where the name is glued to the time."""
    readings = []
    for name, moment in copied_times.glued(line):
        bare = _ORDERS.sub("", name).strip()
        if bare and len(bare) <= MOST_NAME and not _NO_NAME.search(bare):
            readings.append((bare, moment))
    if readings or (copied_times.looks_glued(line) and len(line) <= MOST_NAME):
        # Not the name: what is shown of a row must not tell a person.
        return _message(row, readings, copied_times.glued_time(line), copied)
    return None


def is_notice(text: str) -> bool:
    """Whether it is a text of the platform, under any name."""
    return text.startswith(_SYSTEM) or text.strip() in _CLOSED


def _message(
    row: int, readings: Iterable[tuple[str, Moment]], shown: str, copied: date | None
) -> ChatMessage:
    possible = list(readings)
    found = [(name.strip(), moment.at(copied)) for name, moment in possible]
    sure = [(name, at) for name, at in found if at is not None]
    exact = all(moment.exact for _, moment in possible)
    return ChatMessage(row, list(sure), shown, fault=None if sure else reasons.TIME, exact=exact)


def _speaker(text: str) -> str:
    """A name without the number behind it, unless the number is all that tells who it is."""
    name = _ACCOUNT.sub("", text).strip()
    return text.strip() if normal(name) in words() else name


def _leading(row: int, line: str, copied: date | None) -> ChatMessage | None:
    """The same where the time stands before the name, and what was said below."""
    found = copied_times.leading(line)
    if found is None:
        return None
    moment, after = found
    name = _speaker(after.rstrip(":："))
    if not name or len(name) > MOST_NAME or _SEPARATED.search(name):
        return None
    return _message(row, [(name, moment)], "", copied)


def _in_line(row: int, line: str, copied: date | None) -> ChatMessage | None:
    """The same where what was said follows on the same line: time, name, colon, text."""
    found = copied_times.leading(line)
    if found is None:
        return None
    moment, after = found
    name, colon, text = _parted(after)
    name = _speaker(name)
    if not colon or not name or len(name) > MOST_NAME or _SEPARATED.search(name):
        return None
    message = _message(row, [(name, moment)], "", copied)
    message.lines.append(text.strip())
    return message


def _parted(text: str) -> tuple[str, str, str]:
    found = _COLON.search(text)
    return (text, "", "") if found is None else (text[: found.start()], ":", text[found.end() :])


_FORMS = (_header, _glued)
_DATED_FORMS = (_glued, _leading)
"""Forms of lines with a whole time, which other texts have too: one line alone shows nothing."""


_Form = Callable[[int, str, date | None], ChatMessage | None]


def is_conversation(text: str, *, named: bool) -> bool:
    """Whether a text without a header row begins like a conversation; `named`: it is said to be
    one, so there may be lines above the first message.
    """
    lines = text.splitlines()
    if _form(lines, FIRST_LINES if named else 1) is not None:
        return True
    return _dated_form(lines, named=named) is not None


def _form(lines: Iterable[str], left: int = FIRST_LINES) -> _Form | None:
    """Which form the first line has that begins a message, among so many that are not blank."""
    for line in lines:
        text = line.strip("\ufeff")
        if not text.strip():
            continue
        if _DAMAGED.search(text):  # a name in another encoding says nothing for this one
            return None
        for form in _FORMS:
            dated = form is _header or not copied_times.has_year(text)
            if dated and len(text) <= MOST_HEADER and _begins(form, text):
                return form
        left -= 1
        if not left:
            break
    return None


def _dated_form(lines: Sequence[str], *, named: bool) -> _Form | None:
    """Which form with a whole time the first lines have.

    A text that is not said to be a conversation must begin with a message, and show two with
    something said between them.
    """
    filled = [text for text in (line.strip("\ufeff \t\r\n") for line in lines) if text]
    first = [text for text in filled if not (_PARTED.fullmatch(text) or _PREAMBLE.match(text))][
        :FIRST_LINES
    ]
    if any(map(_DAMAGED.search, first)):
        return None
    for form in _DATED_FORMS:
        places = [n for n, text in enumerate(first) if _dates(form, text)]
        if not places:
            continue
        apart = all(after - before > 1 for before, after in pairwise(places))
        if form is _leading and not apart:
            form, apart = _in_line, True  # noqa: PLW2901  what was said stands behind the name
            places = [n for n in places if _dates(form, first[n])]
        if places and (named or (apart and len(places) > 1 and places[0] == 0)):
            return form
    return None


def _dates(form: _Form, text: str) -> bool:
    whole = form is not _glued or copied_times.has_year(text)
    return whole and len(text) <= MOST_HEADER and _begins(form, text)


def _begins(form: _Form, line: str) -> bool:
    """Whether a line begins a message. What time it says is not looked at, so that every day of a
    year is before one of these.
    """
    said = (form(0, line, day) for day in (date(2024, 12, 31), date(2024, 6, 30)))
    return any(message is not None and message.fault is None for message in said)


def conversations(
    lines: Iterable[str], head: str, copied: date | None
) -> Iterator[tuple[list[ChatMessage], list[int]]]:
    """(messages, lines that belong to none) of every conversation of a text."""
    first = head.splitlines()
    form = _form(first) or _dated_form(first, named=True) or _header
    said: list[ChatMessage] = []
    lost: list[int] = []
    for row, raw in enumerate(lines, 1):
        line = raw.rstrip("\r\n").lstrip("\ufeff")
        if len(line) <= MOST_HEADER and _PARTED.fullmatch(line):
            yield said, lost
            said, lost = [], []
            continue
        begun = form(row, line, copied) if len(line) <= MOST_HEADER else None
        if begun is not None:
            said.append(begun)
        elif said:
            said[-1].lines.append(line)
        elif line.strip() and not _PREAMBLE.match(line):
            lost.append(row)
    yield said, lost


# ------------------------------------------------------------------ a conversation in one cell


def in_cell(row: int, text: str, speakers: Speakers, buyer: str) -> list[ChatMessage]:
    """The messages of a cell: a line with a time, then "name: text", parted by blank lines."""
    said: list[ChatMessage] = []
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    blank, open_time = True, False
    for line in lines:
        moment = copied_times.whole(line) if len(line) <= MOST_NAME else None
        timed = moment is not None and (blank or moment.month is not None or moment.back > 0)
        if timed and moment is not None:
            at = moment.at(speakers.copied)
            fault = None if at else reasons.TIME
            said.append(ChatMessage(row, [("", at)], line, fault=fault, exact=moment.exact))
            open_time = True
        elif blank and len(line) <= MOST_NAME and copied_times.TIME_LIKE.fullmatch(line.strip()):
            said.append(ChatMessage(row, [], line, fault=reasons.TIME))
            open_time = False
        elif open_time and line.strip():
            open_time = False
            _name_in(said[-1], line, speakers, buyer)
        elif line.strip() and blank and (not said or _speaks(line, said, speakers, buyer)):
            said.append(ChatMessage(row, [], "", [line], fault=reasons.LINE))
        elif said and not open_time:
            said[-1].lines.append(line)
        blank = not line.strip()
    for message in said:
        if message.fault is None and not message.name:
            message.fault = reasons.SPEAKER
    return said


def _name_in(said: ChatMessage, line: str, speakers: Speakers, buyer: str) -> None:
    """Part the name from what was said; a name may hold a colon itself, if it is known."""
    if is_notice(line):
        said.readings = [(_NOTICE, said.at)]
        said.lines.append(line)
        return
    places = [found.start() for found in _COLON.finditer(line[:MOST_HEADER])]
    names = [line[:place].strip() for place in places]
    known = [n for n, name in enumerate(names) if speakers.role(name) or name == buyer]
    if not places or not names[0] or len(names[0]) > MOST_NAME:
        said.lines.append(line)
        return
    place = known[-1] if known else 0
    said.readings = [(names[place], said.at)]
    said.lines.append(line[places[place] + 1 :].strip(" \t"))


def _speaks(line: str, said: Iterable[ChatMessage], speakers: Speakers, buyer: str) -> bool:
    """Whether a line without a time begins with a name and a colon."""
    known = {buyer, *(message.name for message in said)} - {""}
    names = [line[: found.start()].strip() for found in _COLON.finditer(line[:MOST_HEADER])]
    return any(name in known or speakers.role(name) for name in names)
