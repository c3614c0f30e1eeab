"""Excel workbooks: a read-me, a typed sheet for each table, and the codebook, written in constant memory."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format

from participation import codebook
from participation.services import export_readmes, export_sheets
from participation.services.export_contents import Content, Stamp
from participation.services.export_sheets import Cell, PlainSheet
from participation.services.export_tables import Column

# A sheet ends here; what is more goes to another one.
ROWS = 1_048_575
LONGEST_NAME = 31
WIDTHS = {"text": 30, "number": 12, "integer": 10, "moment": 19, "flag": 8}
OPTIONS = {
    "constant_memory": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
}


@dataclass(frozen=True)
class Formats:
    """How cells look."""

    title: Format
    heading: Format
    wrapped: Format
    moment: Format
    # Keeps a text a text also when somebody edits the cell.
    quoted: Format


def workbook(path: Path, *, contents: Iterable[Content], stamp: Stamp, lang: str, labels: str) -> None:
    """Write the file; while it is written, its sheets lie as temporary files in the same folder.

    The heads of the columns are names or words, by `labels`, which is `codes`, `text` or `both`.
    """
    with xlsxwriter.Workbook(path, {**OPTIONS, "tmpdir": str(path.parent)}) as book:
        writer = _Writer(book, lang, labels)
        writer.describe(stamp)
        for content in contents:
            writer.add(content)


class _Writer:
    """Adds one sheet after the other."""

    def __init__(self, book: Any, lang: str, labels: str) -> None:
        self._book, self._lang, self._labels = book, lang, labels
        self._formats = _formats(book)
        self._names: set[str] = set()

    def describe(self, stamp: Stamp) -> None:
        """The properties of the file, and the sheet with the read-me."""
        lang = self._lang
        facts = "; ".join(f"{name}: {value}" for name, value in stamp.facts().items())
        properties = {"title": export_readmes.title(stamp, lang), "comments": facts}
        self._book.set_properties({**properties, "created": stamp.made_at.replace(tzinfo=None)})
        sheet = self._sheet(export_readmes.table_title("readme", lang))
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 1, 90)
        sheet.write_string(0, 0, export_readmes.title(stamp, lang), self._formats.title)
        line = 2
        for fact, value in export_readmes.facts(stamp, lang):
            sheet.write_string(line, 0, fact, self._formats.wrapped)
            sheet.write_string(line, 1, value, self._formats.wrapped)
            line += 1
        for section in export_readmes.sections(stamp, lang, kind="workbook"):
            line += 1
            sheet.write_string(line, 0, section.heading, self._formats.heading)
            for paragraph in section.paragraphs:
                sheet.write_string(line, 1, paragraph, self._formats.wrapped)
                line += 1

    def add(self, content: Content) -> None:
        """A table, in as many sheets as it needs."""
        cells = [_cell(number, column, self._formats) for number, column in enumerate(content.columns)]
        sheet, line = self._begin(content), 1
        for row in content.rows():
            if line > ROWS:
                self._end(sheet, line, len(cells))
                sheet, line = self._begin(content), 1
            line += 1
            filled = zip(cells, row, strict=True)
            sheet.add_line(line, [cell(line, value) for cell, value in filled if value is not None])
        self._end(sheet, line, len(cells))

    def _begin(self, content: Content) -> PlainSheet:
        """A new sheet with its frozen header."""
        sheet = self._sheet(export_readmes.table_title(content.name, self._lang))
        sheet.freeze_panes(1, 0)
        for number, column in enumerate(content.columns):
            sheet.set_column(number, number, WIDTHS.get(column.type, 18))
            sheet.write_string(0, number, self._head(content, column), self._formats.heading)
        sheet.begin_lines()
        return sheet

    def _end(self, sheet: PlainSheet, line: int, width: int) -> None:
        sheet.end_lines(line)
        sheet.autofilter(0, 0, line - 1, width - 1)

    def _head(self, content: Content, column: Column) -> str:
        """Where codes stand beside their words, names stand beside words too."""
        in_words = self._labels == "text" or column.name.endswith("_label")
        return export_readmes.column_title(content.name, column.name, self._lang) if in_words else column.name

    def _sheet(self, title: str) -> PlainSheet:
        name, number = title[:LONGEST_NAME], 1
        while name in self._names:
            number += 1
            name = f"{title[: LONGEST_NAME - 8]} {number}"
        self._names.add(name)
        sheet: PlainSheet = self._book.add_worksheet(name, worksheet_class=PlainSheet)
        return sheet


def _formats(book: Any) -> Formats:
    return Formats(
        title=book.add_format({"bold": True, "font_size": 16}),
        heading=book.add_format({"bold": True, "bg_color": "#E9F0F9", "bottom": 1, "text_wrap": True, "valign": "top"}),
        wrapped=book.add_format({"text_wrap": True, "valign": "top"}),
        moment=book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        quoted=book.add_format({"quote_prefix": True}),
    )


def _cell(number: int, column: Column, formats: Formats) -> Cell:
    """How the values of a column are written."""
    if _is_scale(column):
        return export_sheets.numbers(number, int)
    if column.type in ("number", "integer"):
        return export_sheets.numbers(number)
    if column.type == "moment":
        return export_sheets.moments(number, formats.moment)
    return export_sheets.flags(number) if column.type == "flag" else export_sheets.texts(number, formats.quoted)


def _is_scale(column: Column) -> bool:
    """Whether the codes are steps of a scale, which may be reckoned with."""
    codes = codebook.codes(column.name) if column.type == "code" else {}
    return bool(codes) and all(code.removeprefix("-").isdecimal() for code in codes)
