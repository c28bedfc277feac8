"""What distinguishes one example shop from another, and the clock they share."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sample_data.catalogue import Product

Row = dict[str, str]

# Every export was taken on the morning of 1 November; nothing in it is later than this.
CUT = datetime(2026, 10, 31, 23, 50)
LAST_DAY = date(2026, 10, 31)


@dataclass(frozen=True)
class Agent:
    name: str
    in_time_percent: int


@dataclass(frozen=True)
class Spec:
    """Knobs of one shop. ``*_every = n`` makes each n-th case bad, 0 none."""

    folder: str
    shop: str
    number: int
    topic: str
    products: tuple[Product, ...]
    orders_by_weekday: tuple[int, ...]
    sessions_by_weekday: tuple[int, ...]
    agents: tuple[Agent, ...]
    first_order_day: date = date(2026, 8, 31)
    last_order_day: date = date(2026, 10, 31)
    first_chat_day: date = date(2026, 10, 1)
    reply_seconds: tuple[int, int] = (9, 190)
    evening_percent: int | None = None
    one_slow_burst_a_day: bool = False
    happy_percent: int = 97
    rated_percent: int = 50
    late_ship_every: int = 0
    late_pickup_every: int = 0
    ticket_percent: int = 13
    ticket_days: int = 62
    quality_every: int = 0
    slow_ticket_every: int = 0
    return_hours: tuple[int, int] = (22, 46)
    merchant_faults: int = 0
    both_faults: int = 0
    buyer_faults: int = 0
    open_tickets: int = 2


@dataclass
class Shop:
    """The rows of one shop, one list a kind of export."""

    spec: Spec
    orders: list[Row] = field(default_factory=list)
    shipments: list[Row] = field(default_factory=list)
    tickets: list[Row] = field(default_factory=list)
    disputes: list[Row] = field(default_factory=list)
    chats: list[Row] = field(default_factory=list)
    ratings: list[Row] = field(default_factory=list)
    reviews: list[Row] = field(default_factory=list)


def stamp(moment: datetime | None) -> str:
    return "" if moment is None or moment > CUT else moment.strftime("%Y-%m-%d %H:%M:%S")
