"""An order of one row is put together alike, whether its rows are grouped or not."""

from datetime import datetime

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from kshop_audit.facts.merging import (
    all_are,
    greatest,
    last_of_all,
    least,
    merged,
    one_is,
    rows_of_it,
    total,
)

times = st.none() | st.datetimes(datetime(2026, 10, 1), datetime(2026, 11, 30)).map(
    lambda at: at.replace(microsecond=0)
)
rows = st.lists(
    st.tuples(times, st.none() | st.integers(-5, 10**12), st.none() | st.booleans()), max_size=8
)


@given(rows)
def test_alone_and_grouped_agree(cells: list[tuple[object, ...]]) -> None:
    schema = pl.Schema(
        {"order_id": pl.Int64(), "at": pl.Datetime("ms"), "fen": pl.Int64(), "so": pl.Boolean()}
    )
    numbered = [(place, *row) for place, row in enumerate(cells)]
    frame = pl.DataFrame(numbered, schema=schema, orient="row").lazy()
    columns = {
        "least": least(pl.col("at")),
        "greatest": greatest(pl.col("at")),
        "total": total(pl.col("fen")),
        "one_is": one_is(pl.col("so")),
        "all_are": all_are(pl.col("so")),
        "last_of_all": last_of_all(pl.col("at")),
        "rows_of_it": rows_of_it(),
    }
    one, many = (merged(frame, columns, alone=alone).collect() for alone in (True, False))
    assert_frame_equal(one, many, check_row_order=False)
