"""What the buyers of a shop say: reasons, topics, waits, busy hours, buyers with trouble.

Field names are those of the JSON (schema `kshop-audit/insights/1`); a schema of its own, for these
are no rules: nothing here has a target, a status or an exit code. Frozen, standard library only.
Shares are pairs of integers. A section of which the data are missing is None, and `missing` says
which export supplies them.
"""

from __future__ import annotations

from collections.abc import Mapping

from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text
from kshop_audit.model.report import Input, PackRef, Tool, Window
from kshop_audit.model.voices import Product

INSIGHTS_SCHEMA = "kshop-audit/insights/1"


@frozen
class Topic:
    """Something that buyers write about, and the words that tell it.

    `courtesy`: a message that is about nothing else needs no reply.
    """

    id: str
    title: Text
    words: tuple[str, ...]
    courtesy: bool


@frozen
class Reason:
    """A reason over the whole shop.

    `ended`: refund tickets with it that ended in the window and whose times are sound;
    `seconds`: from their application to their end, summed.
    """

    reason: str
    orders: int
    quality: bool
    ended: int
    seconds: int


@frozen
class Refunds:
    """First reasons of orders whose first ticket was applied for in the window.

    `paid`: orders paid in the window; None without an orders file. `unstated`: orders that gave no
    reason. `reasons_count`, `products_count`: how many there are, if not all are listed.
    `products_missing`: why there is no list by product.
    """

    window: Window
    aftersales: int
    paid: int | None
    unstated: int
    reasons: tuple[Reason, ...]
    reasons_count: int
    products: tuple[Product, ...]
    products_count: int
    products_missing: Text | None


@frozen
class TopicCount:
    """Messages about a topic, and how many of them say each of its words most often said."""

    id: str
    title: Text
    messages: int
    words: Mapping[str, int]


@frozen
class Topics:
    """What the buyers' messages of the window are about; one message may have several topics.

    `messages`: at any hour. `unmatched`: messages without a topic.
    """

    window: Window
    messages: int
    unmatched: int
    topics: tuple[TopicCount, ...]


@frozen
class Wait:
    """A question, by its first message, and how long it waited: for its reply, or until as-of.

    `buyer` is masked and `text` is None unless asked for.
    """

    buyer: str | None
    session_id: str | None
    message_id: str | None
    asked_at: str
    waited_seconds: int
    answered: bool
    topics: tuple[str, ...]
    text: str | None


@frozen
class Waits:
    """Questions of the window and hours of the reply rate: a burst of messages is one question.

    `courtesy`: unanswered ones that only say thanks; they are not listed.
    """

    window: Window
    questions: int
    unanswered: int
    courtesy: int
    slowest: tuple[Wait, ...]
    unanswered_longest: tuple[Wait, ...]


@frozen
class Cell:
    """One hour (0 to 23) of one weekday (1 = Monday).

    `arrivals`: buyers' messages at any hour. `counted`, `answered`: those that the reply rate
    counts, and those of them answered in time.
    """

    weekday: int
    hour: int
    arrivals: int
    counted: int
    answered: int


@frozen
class Heat:
    """When buyers write, and how often they are answered in time.

    `cells`: all with a message. `worst`: those with at least `enough` counted messages and a rate
    below the target, most late replies first; there somebody is needed.
    """

    window: Window
    within_seconds: int
    enough: int
    cells: tuple[Cell, ...]
    worst: tuple[Cell, ...]


@frozen
class Troubled:
    """A buyer with several tickets; `disputed`: those in which the platform stepped in or judged.

    `buyer` is masked unless asked for.
    """

    buyer: str
    tickets: int
    disputed: int
    orders: int
    ticket_ids: tuple[str, ...]


@frozen
class Repeats:
    """Buyers with at least `least` tickets applied for by as-of, in all that was exported.

    `unknown`: tickets of which nobody can tell the buyer. `buyers_count`: how many such buyers
    there are, if not all are listed.
    """

    least: int
    tickets: int
    unknown: int
    buyers_count: int
    buyers: tuple[Troubled, ...]


@frozen
class Insights:
    """Everything. `missing`: section → why it is None and which export supplies it."""

    schema: str
    tool: Tool
    pack: PackRef
    as_of: str
    timezone: str
    shop: str | None
    inputs: tuple[Input, ...]
    masked: bool
    refunds: Refunds | None
    topics: Topics | None
    waits: Waits | None
    heat: Heat | None
    repeats: Repeats | None
    missing: Mapping[str, Text]
