"""Taobao and Tmall: rounds of the chat, pickups, refunds, fees, listings."""

from kshop_audit.rules.platforms.taobao.fees import tb_fees
from kshop_audit.rules.platforms.taobao.handling import tb_pickup_48h, tb_refund_hours
from kshop_audit.rules.platforms.taobao.listing import tb_listing
from kshop_audit.rules.platforms.taobao.rounds import tb_reply_3m

__all__ = [
    "tb_fees",
    "tb_listing",
    "tb_pickup_48h",
    "tb_refund_hours",
    "tb_reply_3m",
]
