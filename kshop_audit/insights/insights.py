"""The use case: exports in, what their buyers say out. Prints nothing, reads no clock.

Every section needs its own exports only; without them it is missing and the others stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from kshop_audit import __version__, topics
from kshop_audit.auditing.inputs import read_exports
from kshop_audit.auditing.notes import inputs_of
from kshop_audit.auditing.voices import BY_PRODUCT, Reasons, products_of
from kshop_audit.facts import Facts, voices
from kshop_audit.facts.suspicion import suspicious
from kshop_audit.ingest import Request, TextNeeds
from kshop_audit.ingest.files.digests import hashing
from kshop_audit.masking import masked
from kshop_audit.model.frozen import frozen
from kshop_audit.model.insights import (
    INSIGHTS_SCHEMA,
    Cell,
    Heat,
    Insights,
    Reason,
    Refunds,
    Repeats,
    TopicCount,
    Topics,
    Troubled,
    Wait,
    Waits,
)
from kshop_audit.model.metadata import Text
from kshop_audit.model.moments import ZONE, shown
from kshop_audit.model.platforms import pack_name
from kshop_audit.model.report import PackRef, Tool, Window
from kshop_audit.model.settings import Settings, Terms
from kshop_audit.packs import load as load_pack
from kshop_audit.plan.engine import survey
from kshop_audit.plan.needs import lacking
from kshop_audit.rules.aftersales.durations import refund_only_hours
from kshop_audit.rules.product import quality_refund_rate
from kshop_audit.rules.service import reply_rate

LEAST_TICKETS = 2
"""So many tickets make a buyer one with repeated trouble."""
ENOUGH = 10
"""So many counted messages make the rate of one hour of a weekday worth a look: a guess."""
OWN_WORDS = 5
"""Words that are listed of a topic."""
OWN_TICKETS = 10
"""Tickets that are listed of a buyer."""

_CHATS = ("chats.sent_at", "chats.sender_role", "chats.session_id|chats.buyer_id")
NEEDS: Mapping[str, tuple[str, ...]] = {
    "refunds": ("tickets.order_id", "tickets.applied_at", "tickets.first_reason|tickets.reason"),
    "topics": (*_CHATS, "chats.content"),
    "waits": _CHATS,
    "heat": _CHATS,
    "repeats": ("tickets.ticket_id", "tickets.buyer_id|orders.buyer_id"),
}
"""Section → the columns without which it is missing."""
RULES = {
    "refunds": quality_refund_rate.info.id,
    "topics": reply_rate.info.id,
    "waits": reply_rate.info.id,
    "heat": reply_rate.info.id,
}
"""Section → the rule of the pack that defines its window and its messages.

The rules themselves are imported, as the simplest way to depend on one without repeating its id.
"""
LONGEST = refund_only_hours.info.id
"""The rule whose option max_days tells a long refund from a damaged time."""


@frozen(slots=False)
class _Computed:
    """The computed frames, and the terms on which they are shown."""

    frames: Mapping[str, pl.DataFrame]
    terms: Terms
    mask: bool

    def one(self, name: str) -> dict[str, Any]:
        """The only row of a frame."""
        return self.frames[name].row(0, named=True)

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The rows of a frame."""
        return self.frames[name].to_dicts()

    def window(self, rule: str) -> Window:
        """The window of a rule."""
        terms = self.terms
        return Window(str(shown(terms.since(rule))), str(shown(terms.as_of)), terms.days(rule))

    def buyer(self, name: str | None) -> str | None:
        """A buyer's id as it may be shown."""
        return masked(name, "buyer_id") if name is not None and self.mask else name


@frozen(slots=False)
class Survey:
    """A request. Lists have at most `top` entries; with `mask` no buyer and no text is shown."""

    inputs: Request
    settings: Settings
    as_of: datetime | None = None
    top: int = 10
    mask: bool = True


def insights(asked: Survey, scratch: Path) -> Insights:
    """What the buyers of these exports say. Errors of inputs and configuration raise."""
    words = [word for topic in topics.load() for word in topic.words]
    keep = partial(suspicious, pl.col("content"), words) if asked.mask else partial(pl.lit, True)
    mark = f"buyers: {sorted(words) if asked.mask else 'all'}"
    needs = TextNeeds(("buyer",), keep, mark)
    exports = read_exports(asked.inputs, scratch, asked.settings, asked.as_of, needs)
    pack = load_pack(asked.settings.packs[0])
    terms = Terms(exports.as_of, pack, asked.settings)
    facts = Facts(exports.loaded.tables, terms)
    missing = _missing(facts)
    products_missing = lacking(BY_PRODUCT, facts.tables)
    there = {name for name in NEEDS if name not in missing}
    if "refunds" in there and products_missing is None:
        there.add("products")
    with hashing(exports.digests):
        frames = survey(facts, lambda own: _frames(own, there, asked.top))
    found = _Computed(frames, terms, asked.mask)

    def section(name: str, make: Callable[[_Computed], Any]) -> Any:
        return make(found) if name in there else None

    return Insights(
        schema=INSIGHTS_SCHEMA,
        tool=Tool("kshop-audit", __version__),
        pack=PackRef(pack.id, pack.version, pack.sha256),
        as_of=str(shown(terms.as_of)),
        timezone=ZONE,
        shop=terms.settings.shop,
        inputs=inputs_of(exports.sources, exports.loaded),
        masked=asked.mask,
        refunds=section("refunds", lambda own: _refunds(own, products_missing, asked.top)),
        topics=section("topics", _topics),
        waits=section("waits", _waits),
        heat=section("heat", _heat),
        repeats=section("repeats", _repeats),
        missing=missing,
    )


def _missing(facts: Facts) -> dict[str, Text]:
    """Why a section cannot be had."""
    found = {}
    for name, needs in NEEDS.items():
        rule = RULES.get(name)
        if rule is not None and rule not in facts.terms.pack.rules:
            pack = facts.terms.pack.id
            named = pack_name(pack).zh
            found[name] = Text(
                zh=f"{named}的规则没有这一项的口径，没法统计；可以加 --pack kuaishou 按快手的算。",
                en=f"Pack {pack} has no {rule}, which defines what is counted; try --pack "
                "kuaishou.",
            )
        elif (text := lacking(needs, facts.tables)) is not None:
            found[name] = text
    return found


def _frames(facts: Facts, there: Iterable[str], top: int) -> dict[str, pl.LazyFrame]:
    listed = topics.load()

    def longest() -> timedelta:
        return timedelta(days=facts.terms.number(LONGEST, "max_days"))

    makers: dict[str, Callable[[], voices.Frames]] = {
        "refunds": lambda: voices.refund_reasons(facts, RULES["refunds"], longest=longest()),
        "products": lambda: voices.products(facts, RULES["refunds"], top=top),
        "topics": lambda: voices.topics(facts, RULES["topics"], listed),
        "waits": lambda: voices.waits(facts, RULES["waits"], listed, top=top),
        "heat": lambda: voices.heat(facts, RULES["heat"]),
        "repeats": lambda: voices.repeats(facts, least=LEAST_TICKETS, top=top),
    }
    frames: dict[str, pl.LazyFrame] = {}
    for name, make in makers.items():
        if name in there:
            frames |= make()
    return frames


def _refunds(found: _Computed, products_missing: Text | None, top: int) -> Refunds:
    said = Reasons(found.terms, mask=found.mask)
    whole = found.one("refunds")
    reasons = found.rows("reasons")
    listed = products_of(found.frames, said) if products_missing is None else ()
    return Refunds(
        window=found.window(RULES["refunds"]),
        aftersales=whole["aftersales"],
        paid=found.one("paid")["paid"] if products_missing is None else None,
        unstated=whole["unstated"],
        reasons=tuple(
            Reason(said.said(row), row["orders"], said.quality(row), row["ended"], row["seconds"])
            for row in reasons[:top]
        ),
        reasons_count=len(reasons),
        products=listed,
        products_count=found.one("products_count")["products"] if listed else 0,
        products_missing=products_missing,
    )


def _topics(found: _Computed) -> Topics:
    counts = found.one("topics")
    words: dict[str, dict[str, int]] = {}
    for row in found.rows("topic_words"):
        own = words.setdefault(row["topic"], {})
        if len(own) < OWN_WORDS:
            own[row["word"]] = row["messages"]
    said = [
        TopicCount(topic.id, topic.title, counts[topic.id], words.get(topic.id, {}))
        for topic in topics.load()
    ]
    return Topics(
        window=found.window(RULES["topics"]),
        messages=counts["messages"],
        unmatched=counts["unmatched"],
        topics=tuple(sorted(said, key=lambda topic: (-topic.messages, topic.id))),
    )


def _waits(found: _Computed) -> Waits:
    counts = found.one("waits")
    return Waits(
        window=found.window(RULES["waits"]),
        questions=counts["questions"],
        unanswered=counts["unanswered"],
        courtesy=counts["courtesy"],
        slowest=_listed(found, "slowest"),
        unanswered_longest=_listed(found, "unanswered"),
    )


def _listed(found: _Computed, name: str) -> tuple[Wait, ...]:
    return tuple(
        Wait(
            buyer=found.buyer(row["buyer_id"]),
            session_id=row["session_id"],
            message_id=row["message_id"],
            asked_at=str(shown(row["asked_at"])),
            waited_seconds=row["waited"],
            answered=row["answered"],
            topics=tuple(row["topics"].split()),
            text=None if found.mask else row["content"],
        )
        for row in found.rows(name)
    )


def _heat(found: _Computed) -> Heat:
    terms = found.terms
    target = terms.pack.rules[RULES["heat"]].target
    line = target.fraction if target is not None else 0
    cells = tuple(Cell(**row) for row in found.rows("heat"))
    worst = [
        cell for cell in cells if cell.counted >= ENOUGH and cell.answered < line * cell.counted
    ]
    return Heat(
        window=found.window(RULES["heat"]),
        within_seconds=terms.number(RULES["heat"], "within_seconds"),
        enough=ENOUGH,
        cells=cells,
        worst=tuple(sorted(worst, key=_late)),
    )


def _late(cell: Cell) -> tuple[int, int, int]:
    return cell.answered - cell.counted, cell.weekday, cell.hour


def _repeats(found: _Computed) -> Repeats:
    counts = found.one("repeats")
    rows: Sequence[Mapping[str, Any]] = found.rows("buyers")
    return Repeats(
        least=LEAST_TICKETS,
        tickets=counts["tickets"],
        unknown=counts["unknown"],
        buyers_count=found.one("repeats_count")["buyers"],
        buyers=tuple(
            Troubled(
                buyer=found.buyer(row["buyer"]) or "",
                tickets=row["tickets"],
                disputed=row["disputed"],
                orders=row["orders"],
                ticket_ids=tuple(row["ticket_ids"][:OWN_TICKETS]),
            )
            for row in rows
        ),
    )
