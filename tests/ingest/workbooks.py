"""Writes workbooks of each format: what an .xlsx, .xls and .xml of a back office hold."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time
from xml.sax.saxutils import escape, quoteattr

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


_HEAD = """<?xml version="1.0"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
"""


def xml_book(sheets: Sheets) -> bytes:
    """The same in the XML of Excel 2003, which leaves out empty cells and rows without any."""
    parts = [_HEAD]
    for name, rows in sheets.items():
        parts.append(f"<Worksheet ss:Name={quoteattr(name)}><Table>\n")
        parts.extend(_xml_row(place, row) for place, row in enumerate(rows, 1))
        parts.append("</Table></Worksheet>\n")
    return "".join([*parts, "</Workbook>\n"]).encode()


def _xml_row(place: int, row: Sequence[object]) -> str:
    cells = [
        f'<Cell ss:Index="{column}">'
        f'<Data ss:Type="{_xml_type(cell)}">{_xml_text(cell)}</Data></Cell>'
        for column, cell in enumerate(row, 1)
        if cell is not None
    ]
    return f'<Row ss:Index="{place}">{"".join(cells)}</Row>\n' if cells else ""


def _xml_type(cell: object) -> str:
    match cell:
        case str():
            return "String"
        case bool():
            return "Boolean"
        case datetime() | time():
            return "DateTime"
        case _:
            return "Number"


def _xml_text(cell: object) -> str:
    match cell:
        case str():
            return escape(cell, {"\n": "&#10;", "\r": "&#13;"})
        case bool():
            return str(int(cell))
        case datetime():
            return cell.isoformat(timespec="milliseconds")
        case time():
            return f"1899-12-31T{cell.isoformat(timespec='milliseconds')}"
        case _:
            return str(cell)


BOOKS: dict[str, Callable[[Sheets], bytes]] = {"xlsx": book, "xls": old_book, "xml": xml_book}
"""By suffix."""
