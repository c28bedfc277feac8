"""After-sales: how fast refunds are handled, and who is at fault in disputes."""

from kshop_audit.rules.aftersales.disputes import (
    dispute_fault_rate,
    dispute_risk,
    reject_without_reason,
)
from kshop_audit.rules.aftersales.durations import (
    refund_deadlines,
    refund_only_hours,
    return_refund_hours,
)

__all__ = [
    "dispute_fault_rate",
    "dispute_risk",
    "refund_deadlines",
    "refund_only_hours",
    "reject_without_reason",
    "return_refund_hours",
]
