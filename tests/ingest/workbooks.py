"""Writes workbooks of either format: what an .xlsx and an .xls of a back office hold."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time

import xlsxwriter
import xlwt

Sheets = Mapping[str, Sequence[Sequence[object]]]

_DAY = "yyyy-mm-dd hh:mm:ss"


def book(sheets: Sheets) -> bytes:
    """An .xlsx with these cells; text stays text, whatever it looks like."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        day = made.add_format({"num_format": _DAY})
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            for place, row in enumerate(rows):
                for column, cell in enumerate(row):
                    match cell:
                        case None:
                            pass
                        case str():
                            sheet.write_string(place, column, cell)
                        case bool():
                            sheet.write_boolean(place, column, cell)
                        case datetime() | time():
                            sheet.write_datetime(place, column, cell, day)
                        case _:
                            sheet.write_number(place, column, cell)
    return out.getvalue()


def old_book(sheets: Sheets) -> bytes:
    """The same as an .xls: records of BIFF8 in an OLE container."""
    made = xlwt.Workbook(encoding="utf-8")
    day = xlwt.XFStyle()
    day.num_format_str = _DAY
    for name, rows in sheets.items():
        sheet = made.add_sheet(name)
        for place, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell is not None:
                    style = (day,) if isinstance(cell, (datetime, time)) else ()
                    sheet.write(place, column, cell, *style)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


BOOKS: dict[str, Callable[[Sheets], bytes]] = {"xlsx": book, "xls": old_book}
"""By suffix."""
