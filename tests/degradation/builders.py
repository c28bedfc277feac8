"""The one place where this package imports what lies elsewhere among the tests."""

from tests import oracle
from tests.oracle.basis import Case, Outcome, window_end
from tests.oracle.gaps import Gap, gaps
from tests.shop_files import cell
from tests.shop_profile import COLUMNS, Row, Shop

__all__ = [
    "COLUMNS",
    "Case",
    "Gap",
    "Outcome",
    "Row",
    "Shop",
    "cell",
    "gaps",
    "oracle",
    "window_end",
]
