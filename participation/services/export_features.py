"""GeoJSON (RFC 7946): one feature for each row, written as the rows are read."""

from collections.abc import Callable, Generator
from datetime import UTC
from itertools import islice
from typing import Any

import h3
import orjson

from participation.services.export_contents import Content, Row, Stamp
from participation.services.export_tables import Column

BLOCK = 500
DECIMALS = 6

Position = tuple[float, float]
"""Longitude, latitude."""


def geojson(content: Content, *, stamp: Stamp) -> Generator[bytes, None, None]:
    """A feature collection in blocks. It is whole only with its last line, `]}`, without which no program reads it."""
    head = {"type": "FeatureCollection", "name": content.name, "about": stamp.facts()}
    yield orjson.dumps(head)[:-1] + b',"features":[\n'
    feature = _feature(content)
    rows = content.rows()
    before = b""
    while block := list(islice(rows, BLOCK)):
        yield before + b",\n".join(feature(row) for row in block)
        before = b",\n"
    yield b"\n]}\n"


def has_places(content: Content) -> bool:
    """Whether its rows can be drawn on a map."""
    return not {"lat", "cell"}.isdisjoint(content.names)


def is_areas(content: Content) -> bool:
    """Whether its rows are areas and not points."""
    return "cell" in content.names


def columns_beside(content: Content) -> list[tuple[int, Column]]:
    """The columns with their numbers, without those that the geometry says already."""
    said = () if is_areas(content) else ("lat", "lon")
    return [(number, column) for number, column in enumerate(content.columns) if column.name not in said]


def positions(content: Content) -> Callable[[Row], list[Position] | None]:
    """How the point or the corners of a row are found; None for a row without a place.

    The first corner comes again at the end, and the inside is on the left.
    """
    if is_areas(content):
        cell = content.names.index("cell")
        return lambda row: _corners(row[cell]) if row[cell] else None
    lat, lon = content.names.index("lat"), content.names.index("lon")
    return lambda row: None if row[lat] is None else [(round(row[lon], DECIMALS), round(row[lat], DECIMALS))]


def _corners(cell: str) -> list[Position]:
    around = [(round(lon, DECIMALS), round(lat, DECIMALS)) for lat, lon in h3.cell_to_boundary(cell)]
    return [*around, around[0]]


def _feature(content: Content) -> Callable[[Row], bytes]:
    """How a row becomes a feature; what the geometry says is not said again."""
    find, areas = positions(content), is_areas(content)
    said = columns_beside(content)
    ids = content.names.index("id") if "id" in content.names else None

    def feature(row: Row) -> bytes:
        found = find(row)
        kind, drawn = ("Polygon", [found]) if areas else ("Point", found and found[0])
        return orjson.dumps(
            {
                "type": "Feature",
                **({} if ids is None else {"id": row[ids]}),
                "geometry": {"type": kind, "coordinates": drawn} if found else None,
                "properties": {column.name: _value(column, row[number]) for number, column in said},
            }
        )

    return feature


def _value(column: Column, value: Any) -> Any:
    if column.type == "moment" and value is not None:
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if column.type == "codes":
        return value.split("|") if value else []
    return value
