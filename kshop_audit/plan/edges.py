"""What was asked at the edge of a day that is missing: the answer may stand in the missing day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

import polars as pl

from kshop_audit.model.schema import Kind
from kshop_audit.plan.load import Loaded

DAY = timedelta(days=1)


def asked_before(loaded: Loaded, missing: Collection[date], seconds: int) -> tuple[int, int]:
    """Messages of buyers that were sent so few seconds before a missing day, and on how many days;
    0, 0 where no missing day follows one with rows.
    """
    frame = loaded.tables.frames.get(Kind.CHATS)
    eves = {day - DAY for day in missing} - set(missing)
    if frame is None or not eves or not {"sent_at", "sender_role"} <= {*frame.columns}:
        return 0, 0
    sent, buyer = pl.col("sent_at"), pl.col("sender_role").fill_null("buyer") == "buyer"
    over = (sent + timedelta(seconds=seconds)).dt.date() > sent.dt.date()
    found = frame.select("sent_at", "sender_role").filter(
        sent.dt.date().is_in(sorted(eves)) & over & buyer
    )
    return found.height, found["sent_at"].dt.date().n_unique()
