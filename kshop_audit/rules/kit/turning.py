"""What a what-if can change of a rule: how a unit is turned, and which groups it can address.

A rule declares both beside its shape; nothing else knows which rule has an agent or a carrier.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import polars as pl

from kshop_audit.facts.sharing import Fact
from kshop_audit.facts.spans import LATEST
from kshop_audit.model.frozen import frozen
from kshop_audit.model.metadata import Text


@frozen
class Turning:
    """How a unit becomes good or bad for the shop in the fact that its row comes from.

    Every rule that uses the fact then sees the same. `key`: columns that identify the row in the
    fact and in the unit. `good`, `bad`: column → expression over the fact (see `sharing.Edit`).
    Without a Turning a unit is turned for its own rule alone.
    """

    fact: Fact[Any]
    key: tuple[str, ...]
    good: Mapping[str, pl.Expr]
    bad: Mapping[str, pl.Expr]


@frozen
class Model:
    """A share that another group sets: the median of all groups with `least` units or more, the
    units of `groups` together, or where neither is given those of all other groups together.
    """

    said: Text
    least: int | None = None
    groups: tuple[str, ...] = ()


@frozen
class Lever:
    """Groups of units that a change can address by a word such as `agent`.

    `group`: the group of a unit (cast to text). `models`: word → where the share comes from.
    `hours`: a group is an hour of the day, and may be written as a span, such as 22-24.
    """

    name: Text
    group: pl.Expr
    models: Mapping[str, Model]
    hours: bool = False


def by_agent(group: pl.Expr) -> dict[str, Lever]:
    """The lever of an agent's units."""
    said = Text(zh="满 30 条的客服的中位数", en="the median of the agents with 30 units or more")
    return {"agent": Lever(Text("客服", "agent"), group, {"team_median": Model(said, least=30)})}


STAFFED = range(10, 20)
"""The hours of the day at which a shop has its people there."""


def by_hour(group: pl.Expr) -> dict[str, Lever]:
    """The lever of the units of some hours of the day."""
    said = Text(zh="10–20 点的比例", en="the share of the hours from 10 to 20")
    model = Model(said, groups=tuple(map(str, STAFFED)))
    return {"hours": Lever(Text("时段", "hours"), group, {"staffed": model}, hours=True)}


def by_carrier(group: pl.Expr) -> dict[str, Lever]:
    """The lever of a carrier's parcels."""
    said = Text(zh="其他快递合计的比例", en="the share of the other carriers together")
    return {"carrier": Lever(Text("快递", "carrier"), group, {"others": Model(said)})}


SECOND = timedelta(seconds=1)


def shipped(fact: Fact[Any], limit: pl.Expr) -> Turning:
    """Orders that leave by the limit, or right after it. Their pickup is judged as before: it moves
    along, because a waybill is not uploaded before the parcel is handed over.

    `limit`: the last instant that is in time, over the fact of orders.
    """
    late = limit + SECOND
    good, bad = {"open_state": pl.lit(False)}, {"open_state": pl.lit(False)}
    for name in ("lines_shipped_at", "parcels_shipped_at"):
        sent = pl.col(name)
        good |= dict.fromkeys((name, name + LATEST), pl.min_horizontal(sent, limit))
        bad |= dict.fromkeys((name, name + LATEST), pl.max_horizontal(sent, late))
    return Turning(fact, ("order_id",), good, bad)


def picked_up(fact: Fact[Any], limit: pl.Expr) -> Turning:
    """Parcels that are picked up by the limit, or right after it."""
    good, bad = pl.col("picked_up_at"), limit + SECOND
    names = ("picked_up_at", "picked_up_at" + LATEST)
    proofs = {name: pl.lit(None, pl.Datetime("ms")) for name in ("proven_by", "proven_by" + LATEST)}
    return Turning(
        fact, ("order_id",),
        good=dict.fromkeys(names, pl.coalesce(pl.min_horizontal(good, limit), limit)),
        bad={**dict.fromkeys(names, pl.max_horizontal(good, bad)), **proofs},
    )  # fmt: skip
