"""Files with rows: CSV in the layouts of all countries, GeoJSON and Excel workbooks, as texts by column.

A file is read row by row, as often as wanted, and whatever is wrong with it as a whole is an Invalid with a code.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from participation.errors import Invalid, Problem
from participation.services import import_features, import_workbooks
from participation.services.import_features import MAX_COLUMNS, Cells

MAX_BYTES = 200 * 1024 * 1024
MAX_ROWS = 250_000
# A line of our own files has some thousand characters.
MAX_LINE = 1_000_000
MAX_CELL = 128 * 1024
DELIMITERS = ",;\t"
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """One row; `number` is the line it begins in, or the number of the feature. With a `problem` it has no cells."""

    number: int
    cells: Cells
    problem: Problem | None = None


@dataclass(frozen=True)
class Source:
    """A file: the columns it has, whether its rows are a `line`, `feature` or `row` each, and how to read them."""

    columns: tuple[str, ...]
    unit: str
    read: Callable[[], Iterator[Row]]

    def rows(self) -> Iterator[Row]:
        """All rows, from the first one; raises Invalid where the file breaks off or has too many of them."""
        for count, row in enumerate(self.read(), start=1):
            if count > MAX_ROWS:
                raise Invalid("file_too_many_rows", most=MAX_ROWS)
            yield row


def read(path: Path, *, name: str = "") -> Source:
    """A CSV, GeoJSON or XLSX file, known by what is in it; raises Invalid where it cannot be read as a whole.

    `name` is what people call the file, where it lies under another name.
    """
    with _explained(name or path.name):
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise Invalid("file_too_large", file=name or path.name, megabytes=MAX_BYTES // 1024**2)
        with path.open("rb") as opened:
            start = opened.read(4096)
        if not start.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
            raise Invalid("file_empty")
        if start.startswith(OLD_WORKBOOK):
            raise Invalid("file_old_workbook")
        if start.startswith(b"PK\x03\x04"):
            return _workbook(path)
        suffix = Path(name or path.name).suffix.lower()
        if suffix in (".geojson", ".json") or start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            return _features(path)
        if b"\0" in start and not start.startswith(UTF_16):
            raise Invalid("file_not_text")
        return _lines(path, "utf-16" if start.startswith(UTF_16) else "utf-8-sig")


def in_batches(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """The same things in their order, so many at a time."""
    rest = iter(things)
    while batch := list(islice(rest, size)):
        yield batch


@contextmanager
def _explained(name: str) -> Iterator[None]:
    try:
        yield
    except UnicodeError as error:
        raise Invalid("file_not_utf8") from error
    except OSError as error:
        raise Invalid("file_unreadable", file=name, why=error.strerror) from error


def _workbook(path: Path) -> Source:
    columns = import_workbooks.columns(path)
    _check_columns(columns)

    def rows() -> Iterator[Row]:
        for number, cells in import_workbooks.rows(path, columns):
            yield Row(number, cells)

    return Source(columns, "row", rows)


def _features(path: Path) -> Source:
    def rows() -> Iterator[Row]:
        with _explained(path.name):
            for number, cells in enumerate(import_features.read(path), start=1):
                yield Row(number, cells or {}, None if cells is not None else Problem("no_point"))

    columns: dict[str, None] = {}
    for row in rows():
        columns |= dict.fromkeys(row.cells)
        if len(columns) > MAX_COLUMNS:
            raise Invalid("file_too_many_columns", most=MAX_COLUMNS)
    return Source(tuple(columns), "feature", rows)


def _lines(path: Path, encoding: str) -> Source:
    with _opened(path, encoding) as (first, _):
        columns = tuple(column.strip() for column in first)
    _check_columns(columns)

    def rows() -> Iterator[Row]:
        with _explained(path.name), _opened(path, encoding) as (_, reader):
            yield from _cells(reader, columns)

    return Source(columns, "line", rows)


@contextmanager
def _opened(path: Path, encoding: str) -> Iterator[tuple[list[str], Any]]:
    """The first line of a CSV file, and the reader of all others."""
    with path.open(encoding=encoding, newline="") as opened:
        start = opened.readline(MAX_LINE)
        opened.seek(0)
        delimiter = max(DELIMITERS, key=start.count)
        lines = iter(lambda: opened.readline(MAX_LINE + 1), "")
        # For the whole process: another library may have taken the limit away.
        csv.field_size_limit(MAX_CELL)
        reader = csv.reader(_short(lines), strict=True, delimiter=delimiter)
        try:
            yield next(reader, []), reader
        except csv.Error as error:
            raise Invalid("file_broken", line=max(reader.line_num, 1)) from error


def _short(lines: Iterator[str]) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        if len(line) > MAX_LINE:
            raise Invalid("file_long_line", line=number, most=MAX_LINE)
        yield line


def _cells(reader: Any, columns: tuple[str, ...]) -> Iterator[Row]:
    end = reader.line_num
    for cells in reader:
        start, end = end + 1, reader.line_num
        if len(cells) == len(columns):
            yield Row(start, {column: cell.strip() for column, cell in zip(columns, cells, strict=True)})
        elif cells:
            yield Row(start, {}, Problem("cells", {"expected": len(columns), "count": len(cells)}))


def _check_columns(columns: tuple[str, ...]) -> None:
    if len(columns) > MAX_COLUMNS:
        raise Invalid("file_too_many_columns", most=MAX_COLUMNS)
    if not any(columns) or len(set(columns)) < len(columns):
        raise Invalid("file_no_header")
