"""The one place where this package imports what lies elsewhere among the tests."""

from tests import oracle
from tests.oracle import dated, douyin, elsewhere, service, taobao
from tests.oracle.basis import Case, Outcome, window_end
from tests.oracle.bounds import spans_of
from tests.oracle.gaps import Gap, gaps, late_start, lost_inside
from tests.oracle.knowledge import Span
from tests.shops.files import cell, write_canonical, write_kuaishou
from tests.shops.profile import COLUMNS, Row, Shop

__all__ = [
    "COLUMNS",
    "Case",
    "Gap",
    "Outcome",
    "Row",
    "Shop",
    "Span",
    "cell",
    "dated",
    "douyin",
    "elsewhere",
    "gaps",
    "late_start",
    "lost_inside",
    "oracle",
    "service",
    "spans_of",
    "taobao",
    "window_end",
    "write_canonical",
    "write_kuaishou",
]
