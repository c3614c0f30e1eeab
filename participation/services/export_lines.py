"""CSV files: lines that the database writes itself, and how a reader knows that none is missing.

A file is RFC 4180: a header, CRLF at the end of every line, text in quotes, and nothing in quotes that is no text. Its
last column, `file_rows`, is empty in all lines but the last one, which holds the number of lines below the header. A
file that was cut off, wherever that was, does not end in this number: the last line tells. (The connection tells too:
what is sent in chunks is broken off without the last chunk, and a short file has its length in its head. Proxies and
disks may lose both.) A table without a row is its header; that one is always sent with its length.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Uuid, func, literal_column, null, select
from sqlalchemy.orm import Session

from participation.services import export_copies, export_sql
from participation.services.export_tables import Column
from participation.services.exports import Export, ordered, rows, source_of
from participation.text import neutral

LAYOUTS = ("machine", "excel")
# Where a comma stands in numbers, semicolons stand between the cells.
WITH_COMMAS = ("de", "fr", "es")
FILE_ROWS = "file_rows"
NEW_LINE = "\r\n"
BATCH = 1000


@dataclass(frozen=True)
class Layout:
    """How cells are written: for programs, or so that a spreadsheet in a language opens the file at the first try."""

    separator: str = ","
    decimal: str = "."
    for_people: bool = False

    @property
    def mark(self) -> str:
        """What the file begins with; by it spreadsheets know UTF-8."""
        return "\ufeff" if self.for_people else ""


MACHINE = Layout()


def layout(name: str, lang: str) -> Layout:
    """The layout of this name in a language."""
    if name == "machine":
        return MACHINE
    return Layout(";", ",", for_people=True) if lang in WITH_COMMAS else Layout(for_people=True)


def csv_file(session: Session, *, export: Export, how: Layout = MACHINE) -> Generator[bytes, None, None]:
    """A whole file in blocks of UTF-8, each of which is read only when the one before it has been taken."""
    names = [*(column.name for column in export.columns), FILE_ROWS]
    yield (how.mark + how.separator.join(names)).encode()
    number, line_end = 0, NEW_LINE.encode()
    with closing(_blocks(session, export, how)) as blocks:
        for block in blocks:
            number += len(block)
            yield line_end + line_end.join(block)
    yield f"{number or ''}{NEW_LINE}".encode()


def _blocks(session: Session, export: Export, how: Layout) -> Generator[Sequence[bytes], None, None]:
    """Lines, many at a time, which end with the separator before the last cell."""
    source = source_of(export)
    if source is None:
        yield from _together(_lines(session, export, how))
        return
    # With an offset the values are not put into the cells as they are, which would make them several times over.
    values = ordered(export, source).offset(0).subquery()
    by_copy = session.get_bind().dialect.name == "postgresql"
    text = export_sql.harmless if by_copy else export_sql.quoted
    written = [_written(value, column, how, text) for value, column in zip(values.c, export.columns, strict=True)]
    if by_copy:
        named = [*(cell.label(f"c{number}") for number, cell in enumerate(written)), null().label(FILE_ROWS)]
        texts = [f"c{number}" for number, column in enumerate(export.columns) if column.type == "text"]
        query = select(*named).select_from(values)
        with closing(export_copies.lines(session, query=query, texts=texts, separator=how.separator)) as copied:
            yield from _together(copied)
        return
    separator: ColumnElement[str] = literal_column(f"'{how.separator}'")
    found = session.connection().execute(select(export_sql.line(separator, *written)).select_from(values))
    with closing(found):
        # From the driver itself: a row of SQLAlchemy's around each line costs a tenth of the time.
        while block := found.cursor.fetchmany(BATCH):
            yield [line for (line,) in block]


def _lines(session: Session, export: Export, how: Layout) -> Iterator[bytes]:
    for row in rows(session, export=export):
        cells = [_cell(value, column, how) for value, column in zip(row, export.columns, strict=True)]
        yield how.separator.join([*cells, ""]).encode()


def _together(lines: Iterator[bytes]) -> Iterator[Sequence[bytes]]:
    while block := list(islice(lines, BATCH)):
        yield block


def _written(
    value: ColumnElement[Any], column: Column, how: Layout, text: Callable[[ColumnElement[Any]], ColumnElement[Any]]
) -> ColumnElement[Any]:
    """A cell as the database writes it; NULL is an empty one."""
    if column.type == "text":
        return text(value)
    if column.type == "number":
        number = export_sql.number_text(value)
        return number if how.decimal == "." else func.replace(number, ".", how.decimal)
    if column.type == "moment":
        return export_sql.moment_for_people(value) if how.for_people else export_sql.moment_text(value)
    if column.type == "flag":
        return export_sql.flag_text(value)
    return export_sql.uuid_text(value) if isinstance(value.type, Uuid) else value


def _cell(value: Any, column: Column, how: Layout) -> str:
    """The same for a value in Python."""
    if value is None:
        return ""
    if column.type == "text":
        return '"' + neutral(value).replace('"', '""') + '"'
    if column.type == "number":
        return f"{value:.6f}".replace(".", how.decimal)
    if column.type == "moment":
        return f"{value:%Y-%m-%d %H:%M:%S}" if how.for_people else f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return str(value)
