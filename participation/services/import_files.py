"""Rows of CSV and GeoJSON files, as texts by column."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from participation.errors import Invalid, Problem

MAX_BYTES = 200 * 1024 * 1024
DELIMITERS = ",;\t"


@dataclass(frozen=True)
class Row:
    """One row; `number` is the line it begins in, or the number of the feature. With a `problem` it has no cells."""

    number: int
    cells: dict[str, str]
    problem: Problem | None = None


@dataclass(frozen=True)
class Source:
    """The rows of a file, the columns it has, and whether they are `line`s or `feature`s."""

    rows: list[Row]
    columns: tuple[str, ...]
    unit: str


def read(path: Path) -> Source:
    """The rows of a CSV or GeoJSON file; raises Invalid where the file as a whole cannot be read."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Invalid("file_too_large", file=path.name, megabytes=MAX_BYTES // 1024**2)
        text = path.read_text(encoding="utf-8-sig")
        return _geojson(text) if path.suffix.lower() in (".geojson", ".json") else _csv(text)
    except (OSError, ValueError, RecursionError, csv.Error) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise Invalid("file_unreadable", file=path.name, why=why) from error


def _csv(text: str) -> Source:
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    columns = tuple(column.strip() for column in next(reader, ()))
    if not any(columns) or len(set(columns)) < len(columns):
        raise ValueError("the first line must name the columns, each one differently")
    return Source(list(_lines(reader, columns)), columns, "line")


def _lines(reader: Any, columns: tuple[str, ...]) -> Iterator[Row]:
    end = reader.line_num
    for cells in reader:
        start, end = end + 1, reader.line_num
        if len(cells) == len(columns):
            yield Row(start, {column: cell.strip() for column, cell in zip(columns, cells, strict=True)})
        elif cells:
            yield Row(start, {}, Problem("cells", {"expected": len(columns), "count": len(cells)}))


def _geojson(text: str) -> Source:
    document = json.loads(text)
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise ValueError("expected a GeoJSON FeatureCollection")
    rows = [_feature(number, feature) for number, feature in enumerate(features, start=1)]
    columns = dict.fromkeys(column for row in rows for column in row.cells)
    return Source(rows, tuple(columns), "feature")


def _feature(number: int, feature: object) -> Row:
    match feature:
        case {"geometry": {"type": "Point", "coordinates": [float() | int() as lon, float() | int() as lat, *_]}}:
            properties = feature.get("properties") if isinstance(feature, dict) else None
            cells = (
                {str(key): _text(value) for key, value in properties.items()} if isinstance(properties, dict) else {}
            )
            return Row(number, cells | {"lat": str(lat), "lon": str(lon)})
    return Row(number, {}, Problem("no_point"))


def _text(value: object) -> str:
    """A property as the cell of a CSV would have it; a list of codes is joined as in our own files."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "|".join(value)
    return json.dumps(value, ensure_ascii=False)
