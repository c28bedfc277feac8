"""Who is who in a conversation: the shop's side by the names that the operator listed.

In a conversation a name that is not listed is the customer's. A message without a certain speaker
is rejected, never guessed and never dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kshop_audit.ingest.cells import reasons
from kshop_audit.ingest.convert import copied_times
from kshop_audit.ingest.convert.conversation import ChatMessage, Speakers, is_notice
from kshop_audit.ingest.headers.catalogue import normal, words

_SHOP = ("agent", "robot")
_AUTOMATIC = "[系统自动回复消息]"


class UnknownSpeakersError(Exception):
    """Nobody said which of the speakers are the shop's; or there are two customers in `row`."""

    def __init__(self, row: int, *, several: bool) -> None:
        """`row`: where the first of them speaks, or the second customer."""
        super().__init__(row)
        self.row = row
        self.several = several


def settle(said: list[ChatMessage], speakers: Speakers) -> None:
    """Choose among the readings of a line: by a name that is known, else by the time around it."""
    sure = {message.name for message in said if len(message.readings) == 1}
    for message in said:
        fits = [r for r in message.readings if r[0] in sure or speakers.role(r[0])]
        if len(fits) == 1:
            message.readings = fits
    before: datetime | None = None
    for message, after in zip(said, _next_times(said), strict=True):
        if len(message.readings) > 1:
            fits = [
                (name, at)
                for name, at in message.readings
                if at and (not before or at >= before) and (not after or at <= after)
            ]
            if len(fits) != 1:
                message.fault = reasons.TIME
                continue
            message.readings = fits
        before = message.at or before


def _next_times(said: list[ChatMessage]) -> list[datetime | None]:
    """For each message the time of the next one that is sure of it."""
    times: list[datetime | None] = []
    after: datetime | None = None
    for message in reversed(said):
        times.append(after)
        if len(message.readings) == 1:
            after = message.at
    return times[::-1]


def with_cells(
    said: list[ChatMessage], speakers: Speakers, buyer: str | None = None
) -> Iterator[tuple[ChatMessage, tuple[str, ...]]]:
    """(message, its cells under COLUMNS) of a conversation; no cells where `fault` says why.

    `buyer`: the customer's id, where the file has it. UnknownSpeakersError if no speaker is known
    to be the shop's, or if several are not.
    """
    good = [message for message in said if message.fault is None]
    others = {
        message.name: message.row for message in reversed(good) if not speakers.role(message.name)
    }
    named = {speakers.own_name(m.name): m.row for m in reversed(good) if _says_buyer(m, speakers)}
    customers = {**others, **named}
    shop = speakers.listed or any(speakers.role(message.name) in _SHOP for message in good)
    if others and not shop and buyer not in others:
        raise UnknownSpeakersError(min(others.values()), several=False)
    strange: set[str] = set()
    if buyer is not None:
        strange = set(others) - {buyer}
        if buyer not in others and len(strange) == 1:
            strange = set()
    elif len(customers) > 1:
        raise UnknownSpeakersError(sorted(customers.values())[1], several=True)
    customer = buyer if buyer is not None else next(iter(customers), "")
    for message in said:
        if message.fault is None and message.name in strange:
            message.fault = reasons.SPEAKER
        if message.fault is not None or message.at is None:
            yield message, ()
            continue
        role = speakers.role(message.name) or "buyer"
        text = message.text
        if text.startswith(_AUTOMATIC) and role != "buyer":
            role = "robot"
        kind = "system" if role == "system" or is_notice(text) else ""
        agent = speakers.own_name(message.name) if role in _SHOP else ""
        at = copied_times.written(message.at, exact=message.exact)
        yield message, (customer, agent, role, kind, at, text)


def _says_buyer(message: ChatMessage, speakers: Speakers) -> bool:
    """Whether it is known that a speaker is a customer, and which: his name says so, or the
    operator listed it.
    """
    if speakers.role(message.name) != "buyer":
        return False
    general = normal(message.name) in words()  # 买家, which is no name
    return speakers.own_name(message.name) != message.name or not general
