"""GeoPackage: a layer for each kind of entry and for every other table, with styles that QGIS picks up."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC
from functools import cache
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from participation.services import export_styles
from participation.services.export_contents import Content, Row, Stamp
from participation.services.export_features import columns_beside, has_places, is_areas, positions
from participation.services.export_tables import Column

BLOCK = 5000
# What GDAL calls UTC in its offsets of time zones.
UTC_OFFSET = 100
DTYPES = {"number": "float64", "integer": "int64", "flag": "bool"}


@dataclass(frozen=True)
class Layer:
    """The name of a layer, what it is called for people, and its rows."""

    name: str
    title: str
    content: Content


def geopackage(path: Path, *, layers: Iterable[Layer], stamp: Stamp, lang: str) -> None:
    """Write the file; it grows by blocks of rows, so that the memory it takes does not."""
    styles = []
    for layer in layers:
        _write_layer(path, layer, stamp)
        if style := export_styles.style(layer.name, layer.content, lang=lang):
            styles.append((layer.name, layer.title, style))
    with closing(sqlite3.connect(path)) as connection, connection:
        # A moment in a GeoPackage has thousandths of a second.
        export_styles.store(connection, styles, moment=f"{stamp.made_at:%Y-%m-%dT%H:%M:%S}.000Z")


@cache
def _gdal() -> Any:
    """GDAL is loaded by the first who needs it: that takes time and memory which no other page should wait for."""
    return import_module("pyogrio.raw")


def _write_layer(path: Path, layer: Layer, stamp: Stamp) -> None:
    """The first block makes the layer, also where it has no row."""
    rows = layer.content.rows()
    told: dict[str, Any] = {
        "dataset_metadata": stamp.facts(),
        "layer_options": {"IDENTIFIER": layer.title, "DESCRIPTION": stamp.chosen},
    }
    while (block := list(islice(rows, BLOCK))) or told:
        _write_block(path, layer, block, append=not told, **told)
        told = {}


def _write_block(path: Path, layer: Layer, block: list[Row], **options: Any) -> None:
    content = layer.content
    kept = columns_beside(content)
    arrays = [_array(column, [row[number] for row in block]) for number, column in kept]
    drawn: dict[str, Any] = {"geometry": None, "geometry_type": None}
    if has_places(content):
        drawn = _drawn(content, block)
    _gdal().write(
        path,
        field_data=[array for array, _ in arrays],
        fields=np.array([column.name for _, column in kept], dtype=object),
        field_mask=[mask for _, mask in arrays],
        layer=layer.name,
        driver="GPKG",
        gdal_tz_offsets={column.name: np.full(len(block), UTC_OFFSET) for _, column in kept if column.type == "moment"},
        **drawn,
        **options,
    )


def _array(column: Column, values: list[Any]) -> tuple[Any, Any]:
    """The values of a column as GDAL takes them, and where none is."""
    if column.type == "moment":
        stamps = [None if value is None else value.astimezone(UTC).replace(tzinfo=None) for value in values]
        return np.array(stamps, dtype="datetime64[ms]"), None
    if dtype := DTYPES.get(column.type):
        mask = np.array([value is None for value in values], dtype=bool)
        return np.array([0 if value is None else value for value in values], dtype=dtype), mask
    return np.array(values, dtype=object), None


def _drawn(content: Content, block: list[Row]) -> dict[str, Any]:
    """The shapes of the rows, none where there is no place."""
    find, areas = positions(content), is_areas(content)
    found = {number: one for number, row in enumerate(block) if (one := find(row))}
    shapes = np.full(len(block), None, dtype=object)
    if found and areas:
        shapes[[*found]] = [shapely.Polygon(one) for one in found.values()]
    elif found:
        shapes[[*found]] = shapely.points([one[0] for one in found.values()])
    kind = "Polygon" if areas else "Point"
    return {"geometry": shapely.to_wkb(shapes), "geometry_type": kind, "crs": "EPSG:4326"}
