"""A sheet of a workbook whose rows are written as the text that they are in the file, ten times as fast as by cell.

XlsxWriter keeps the rows of a sheet in a temporary file; they are written into it here. It asks a dozen questions about
each cell, which have the same answer for all cells of a column.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

FORMULA = ("=", "+", "-", "@")
# Days are counted from here on; the 29th of February 1900, which never was, is counted too.
EPOCH, DAY = datetime(1899, 12, 30, tzinfo=UTC), timedelta(days=1)
# What no XML can hold, what has a meaning in it, and what a spreadsheet would take for such an escaped sign.
ODD = re.compile(r"[&<>\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]|_x[0-9a-fA-F]{4}_")
# A cell holds twice as many units of UTF-16; what people write has a tenth of it.
LONGEST = 16_383

Cell = Callable[[int, Any], str]
"""A value in a line, counted from one, as it stands in the file."""


class PlainSheet(Worksheet):
    """A sheet whose texts are texts: XlsxWriter would take one between <r> and </r> for its own markup."""

    def _xml_rich_inline_string(self, string: str, attributes: Any) -> None:
        self._xml_inline_string(string, True, attributes)

    def begin_lines(self) -> None:
        """What has been written so far goes before all lines."""
        self._write_single_row(1)

    def add_line(self, number: int, cells: Sequence[str]) -> None:
        """A line, counted from one and below all others, with its cells."""
        self.row_data_fh.write(f'<row r="{number}">{"".join(cells)}</row>')

    def end_lines(self, number: int) -> None:
        """The last line is this one; the sheet says how large it is."""
        self.dim_rowmax = self.previous_row = number - 1


def texts(column: int, quoted: Format) -> Cell:
    """A text; `quoted` keeps one that looks like a formula a text also when somebody edits the cell."""
    name = xl_col_to_name(column)
    plain, marked = f'<c r="{name}', f'" s="{quoted._get_xf_index()}"'

    def cell(line: int, value: str) -> str:
        style = marked if value.startswith(FORMULA) else '"'
        return f'{plain}{line}{style} t="inlineStr"><is><t xml:space="preserve">{_text(value)}</t></is></c>'

    return cell


def numbers(column: int, read: Callable[[Any], float] = float) -> Cell:
    """A number, which `read` makes of the value."""
    name = xl_col_to_name(column)
    return lambda line, value: f'<c r="{name}{line}"><v>{read(value):.16G}</v></c>'


def moments(column: int, shown: Format) -> Cell:
    """A time in UTC."""
    name, style = xl_col_to_name(column), shown._get_xf_index()
    return lambda line, value: f'<c r="{name}{line}" s="{style}"><v>{(value - EPOCH) / DAY:.16G}</v></c>'


def flags(column: int) -> Cell:
    """True or false."""
    name = xl_col_to_name(column)
    return lambda line, value: f'<c r="{name}{line}" t="b"><v>{int(value)}</v></c>'


def _text(value: str) -> str:
    if not ODD.search(value):
        return value[:LONGEST]
    escaped: str = Worksheet._escape_control_characters(value[:LONGEST])
    return escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
