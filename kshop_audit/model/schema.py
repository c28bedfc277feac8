"""The canonical tables: which kinds of file there are, their columns, keys and closed vocabularies.

Pure declarations, standard library only, shared by configuration, ingestion and rules.
Times are naive Asia/Shanghai, money is exact (fen), ids are text. The column names are the
interface of the tool: a CSV with these English headers is read as it stands.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from kshop_audit.model.frozen import frozen


class Kind(StrEnum):
    """What a file holds; the value is the name used in options and in the report."""

    ORDERS = "orders"
    CHATS = "chats"
    TICKETS = "tickets"
    DISPUTES = "disputes"
    SHIPMENTS = "shipments"
    RATINGS = "ratings"
    REVIEWS = "reviews"
    PRODUCTS = "products"
    VIOLATIONS = "violations"
    EVIDENCE = "evidence"
    SETTLEMENTS = "settlements"
    SERVICE_STATS = "service-stats"
    SERVICE_ASSESSMENT = "service-assessment"


class Type(StrEnum):
    """How a cell is read."""

    ID = "id"  # text; spreadsheet protection removed, E-notation rejected
    TEXT = "text"
    CODE = "code"  # one of the column's vocabulary; anything else is counted as unmapped
    TIME = "time"  # Datetime("ms"), naive Asia/Shanghai, whole seconds
    DATE = "date"
    MONEY = "money"  # Int64, fen
    INT = "int"
    BOOL = "bool"


@frozen
class Column:
    """One canonical column. `codes` is the closed vocabulary of a CODE column.

    `read`: whether a fact or a rule looks at it. Of a column that nothing looks at, a cell that is
    absent or cannot be understood says nothing about its row.
    """

    name: str
    type: Type
    codes: tuple[str, ...] = ()
    read: bool = True


@frozen
class Table:
    """One canonical table.

    `key` identifies a row; `row` is the column without which a record is no row, or belongs to
    nothing: the first one of the key, unless another is named. `event_times` are the times that
    move the default as-of: things that happened, never promises.
    """

    kind: Kind
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    event_times: tuple[str, ...]
    row: str

    def column(self, name: str) -> Column:
        """The column of that name; KeyError if the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def row_of(self, present: Collection[str]) -> str | None:
        """Of the columns of a file, the one without which a record is no row: `row`, else the
        first time of an event; None if it has neither.
        """
        return next((name for name in (self.row, *self.event_times) if name in present), None)

    @property
    def names(self) -> tuple[str, ...]:
        """All column names in their order."""
        return tuple(column.name for column in self.columns)


def _table(
    kind: Kind, key: str, events: str, unread: str = "", row: str = "", **types: str
) -> Table:
    """A table from names parted by blanks: by type, each with its codes behind `=` if it has any.

    `unread`: the columns that no fact and no rule looks at yet.
    """
    columns, idle = [], unread.split()
    for type_name, names in types.items():
        for name in names.split():
            plain, _, words = name.partition("=")
            codes = tuple(words.split("|")) if words else ()
            columns.append(Column(plain, Type(type_name), codes, plain not in idle))
    ids = tuple(key.split())
    return Table(kind, tuple(columns), ids, tuple(events.split()), row or ids[0])


ORDER_STATUS = "pending_payment|paid|shipped|received|completed|closed"
TICKET_STATUS = "open|rejected|disputed|awaiting_return|awaiting_receipt|refunding|succeeded|closed"
LIABLE = "merchant|both|buyer|platform|none|pending"

TABLES: dict[Kind, Table] = {
    table.kind: table
    for table in (
        _table(
            Kind.ORDERS,
            key="order_id sub_order_id product_id sku_id",
            events="created_at paid_at deposit_paid_at shipped_at picked_up_at received_at "
            "finished_at",
            id="order_id sub_order_id shop_id tracking_no product_id sku_id buyer_id",
            code=f"status={ORDER_STATUS} aftersale_state=none|open|refunded",
            time="created_at paid_at deposit_paid_at promised_ship_at shipped_at picked_up_at "
            "received_at finished_at updated_at",
            bool="is_presale force_majeure",
            money="paid_amount postage commission",
            int="quantity",
            text="carrier province address",
        ),
        _table(
            Kind.CHATS,
            key="message_id",
            events="sent_at",
            id="session_id message_id buyer_id agent_account",
            int="message_seq",
            code="sender_role=buyer|agent|robot|system "
            "message_type=text|image|card|order|system|recalled|other",
            time="sent_at served_at",
            text="content",
        ),
        _table(
            Kind.TICKETS,
            key="ticket_id",
            events="applied_at agreed_at return_signed_at finished_at",
            id="ticket_id order_id buyer_id",
            code=f"type=refund_only|return_refund|exchange|resend|repair status={TICKET_STATUS} "
            f"liable_party={LIABLE} arbitration=yes|no",
            text="first_reason reason reject_reason",
            time="applied_at agreed_at return_signed_at finished_at deadline_at updated_at",
            bool="rejected",
            money="refund_amount",
        ),
        _table(
            Kind.DISPUTES,
            key="ticket_id",
            events="",
            id="ticket_id",
            code=f"liable_party={LIABLE}",
            time="updated_at",
        ),
        _table(
            Kind.SHIPMENTS,
            key="order_id tracking_no",
            events="shipped_at picked_up_at signed_at",
            id="order_id tracking_no",
            text="carrier",
            # The logistics export has one time for six nodes; `node` names it, if a row does.
            code="node=shipped|picked_up|in_transit|delivering|awaiting_pickup|signed",
            time="shipped_at picked_up_at signed_at node_at",
        ),
        _table(
            Kind.RATINGS,
            key="session_id rated_at",
            events="rated_at",
            id="session_id agent_account",
            code="rating=satisfied|neutral|dissatisfied",
            time="rated_at",
        ),
        _table(
            Kind.REVIEWS,
            key="review_id",
            events="reviewed_at",
            id="review_id order_id product_id",
            int="rating",
            time="reviewed_at",
            code="appeal=none|pending|succeeded|rejected",
        ),
        _table(
            Kind.PRODUCTS,
            key="product_id sku_id",
            events="",
            id="product_id sku_id",
            code="status=on_sale|in_review|off_sale|draft",
            text="title category",
            money="price sku_price postage",
        ),
        _table(
            Kind.VIOLATIONS,
            key="violation_id order_id",
            events="",
            id="violation_id order_id",
            text="kind",
            time="notified_at deadline_at",
            code="status=open|appealing|closed|revoked",
            int="points study_points quantity",
            bool="media repeated",
        ),
        _table(
            Kind.EVIDENCE,
            key="violation_id product",
            events="",
            id="violation_id",
            text="invoice_name product express_receipt",
            time="purchased_at sold_at",
        ),
        _table(
            Kind.SETTLEMENTS,
            key="settlement_id",
            row="order_id",
            events="",
            id="settlement_id order_id",
            time="paid_at",
            money="amount commission",
        ),
        _table(
            Kind.SERVICE_STATS,
            key="date agent shift",
            events="",
            date="date",
            text="agent shift",
            int="messages answered",
        ),
        _table(
            Kind.SERVICE_ASSESSMENT,
            key="since until scope agent",
            row="scope",
            events="",
            date="since until",
            code="scope=shop|agent",
            # Shares are exact decimals from 0 to 1 with the digits that were printed.
            text="agent reply_3m_users reply_3m_sessions no_service good_users good_sessions "
            "bad_users bad_sessions im_bad_users",
            int="consult_users consult_times human_sessions reply_seconds",
            unread="reply_3m_sessions no_service good_users good_sessions bad_users bad_sessions "
            "im_bad_users consult_times human_sessions reply_seconds",
        ),
    )
}


IDS = (
    "order_id",
    "ticket_id",
    "session_id",
    "message_id",
    "tracking_no",
    "agent",
    "product_id",
    "review_id",
    "violation_id",
    "day",
)
"""Columns that name a unit in evidence, and by which a mute may match it."""
