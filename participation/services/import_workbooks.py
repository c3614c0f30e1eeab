"""The rows of an Excel workbook, read without its formulas and without unpacking more than a table needs."""

import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.escape import unescape

from participation.errors import Invalid
from participation.services import import_words
from participation.services.import_features import MAX_COLUMNS, Cells

# What all parts together, and the list of shared texts, which is held in memory, may have when unpacked.
MAX_UNPACKED, MAX_TEXTS = 600 * 1024**2, 60 * 1024**2
MAX_PARTS = 1000
# So many empty rows in a row are the end: a stray mark far below is no table.
MOST_EMPTY = 1000


def columns(path: Path) -> tuple[str, ...]:
    """The names in the first row of the sheet with the entries, or of the first sheet."""
    _check_archive(path)
    with _sheet(path) as sheet:
        return _header(sheet)


def rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, Cells]]:
    """Each row that holds something, with its number."""
    with _sheet(path) as sheet:
        empty = 0
        found = sheet.iter_rows(min_row=2, max_col=len(columns), values_only=True)
        for number, values in enumerate(found, start=2):
            cells = {column: _text(value) for column, value in zip(columns, values, strict=False)}
            empty = 0 if any(cells.values()) else empty + 1
            if empty > MOST_EMPTY:
                return
            if not empty:
                yield number, cells


def _check_archive(path: Path) -> None:
    """Refuse what would unpack to far more than a table has, and declarations that make text out of nothing."""
    with _explained(), zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        texts = sum(part.file_size for part in parts if "sharedstrings" in part.filename.lower())
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED or texts > MAX_TEXTS:
            raise Invalid("workbook_too_large", megabytes=MAX_UNPACKED // 1024**2)
        for part in parts:
            if part.filename.lower().endswith((".xml", ".rels")):
                with archive.open(part) as opened:
                    declared = b"<!DOCTYPE" in opened.read(4096)
                if declared:
                    raise Invalid("file_not_workbook")


@contextmanager
def _explained() -> Iterator[None]:
    """Whatever the libraries stumble over in a broken file is one refusal."""
    try:
        yield
    except Invalid:
        raise
    except Exception as error:
        # They have no error of their own: a hostile file raises anything from KeyError to zlib.error.
        raise Invalid("file_not_workbook") from error


@contextmanager
def _sheet(path: Path) -> Iterator[Any]:
    """The sheet with the entries; our own workbooks have several."""
    with (
        _explained(),
        closing(openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)) as workbook,
    ):
        sheets = list(workbook.worksheets)
        for sheet in sheets:
            # What a file says of its own size may be wrong.
            sheet.reset_dimensions()
        yield next((sheet for sheet in sheets if set(_header(sheet)) >= import_words.OWN), sheets[0])


def _header(sheet: Any) -> tuple[str, ...]:
    first = next(sheet.iter_rows(max_row=1, max_col=MAX_COLUMNS + 1, values_only=True), ())
    names = [_text(value) for value in first]
    while names and not names[-1]:
        names.pop()
    return import_words.names(tuple(names))


def _text(value: object) -> str:
    """A cell as the CSV would have it: numbers with a point, moments in UTC."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    # What XML cannot hold is written as a code of four digits in a workbook.
    return unescape(str(value)).strip()
