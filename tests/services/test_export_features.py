"""GeoJSON as RFC 7946 has it: longitude first, one feature a row, and never a half file that can be read."""

import json
from itertools import islice
from typing import Any

import h3
import pytest
import shapely

from participation.services import export_features
from participation.services.export_contents import Content
from participation.services.export_tables import Column
from tests.factories.export_contents import COLUMNS, EMPTY, FULL, content, stamp

CELL = h3.latlng_to_cell(49.63, 8.36, 9)
AREAS = (Column("kind"), Column("cell"), Column("submissions", "integer"))


def read(found: Content) -> Any:
    return json.loads(b"".join(export_features.geojson(found, stamp=stamp())))


def test_a_row_is_a_feature() -> None:
    document = read(content(FULL, EMPTY))
    assert document["type"] == "FeatureCollection"
    assert "crs" not in document
    full, empty = document["features"]
    assert full == {
        "type": "Feature",
        "id": "a",
        "geometry": {"type": "Point", "coordinates": [-8.3655, 49.6312]},
        "properties": {
            "id": "a",
            "kind": "heat_island",
            "reasons": ["no_shade", "no_water"],
            "comfort": "4",
            "text": "Zu heiß",
            "supports": 3,
            "created_at": "2026-07-01T12:00:05Z",
        },
    }
    assert (empty["geometry"], empty["properties"]["reasons"], empty["properties"]["text"]) == (None, [], None)


def test_the_file_says_what_it_is() -> None:
    about = read(content())["about"]
    assert about["dataset_version"] == "2026-07-02.7"
    assert (about["city"], about["profile"], about["filter"]) == ("worms", "public", "")
    assert about["licence"] == "DL-DE-BY-2.0"


def test_a_cell_is_drawn_against_the_clock_and_closed() -> None:
    [feature] = read(content(("idea", CELL, 7), columns=AREAS, name="bins"))["features"]
    [ring] = feature["geometry"]["coordinates"]
    assert (feature["properties"]["cell"], ring[0]) == (CELL, ring[-1])
    polygon = shapely.Polygon(ring)
    assert polygon.is_valid
    assert polygon.exterior.is_ccw
    assert polygon.contains(shapely.Point(*reversed(h3.cell_to_latlng(CELL))))


def test_positions_have_six_decimals() -> None:
    row = ("a", "idea", 49.12345678, 8.1, *[None] * 5)
    [feature] = read(content(row))["features"]
    assert feature["geometry"]["coordinates"] == [8.1, 49.123457]


def test_rows_are_read_as_the_file_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_features, "BLOCK", 2)
    taken = []

    def rows() -> Any:
        for number in range(5):
            taken.append(number)
            yield (str(number), *FULL[1:])

    blocks = export_features.geojson(Content("submissions", COLUMNS, rows), stamp=stamp())
    assert b"FeatureCollection" in next(blocks)
    assert taken == []
    next(blocks)
    assert taken == [0, 1]
    assert [block.count(b'"Feature"') for block in blocks] == [2, 1, 0]


def test_a_file_that_was_cut_off_cannot_be_read() -> None:
    blocks = list(export_features.geojson(content(FULL, EMPTY), stamp=stamp()))
    for kept in range(len(blocks)):
        with pytest.raises(json.JSONDecodeError):
            json.loads(b"".join(islice(blocks, kept)))
