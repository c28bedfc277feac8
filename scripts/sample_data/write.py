"""Rows to bytes, the tidy way."""

import csv
import io
from collections.abc import Sequence

from sample_data.spec import Row


def csv_bytes(header: Sequence[str], rows: Sequence[Row]) -> bytes:
    """UTF-8 with a byte-order mark, as saved so that Excel opens it without garbling."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode("utf-8-sig")
