"""Boundaries, districts and areas: made-up shapes, and real ones where the folder of test data is there."""

import json
import math
import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from participation.geo import Point, area, read_boundary, read_districts

DATA = Path(os.environ.get("PARTICIPATION_TEST_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"the folder of real test data is absent: {DATA}")


def square(west: float, south: float, side: float = 1.0) -> dict[str, Any]:
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(geometry: object, **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features: object) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def load(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def test_a_boundary_comes_out_in_canonical_form() -> None:
    clockwise = {"type": "Polygon", "coordinates": [square(8, 49)["coordinates"][0][::-1]]}
    text = '{"type":"Polygon","coordinates":[[[8.0,49.0],[9.0,49.0],[9.0,50.0],[8.0,50.0],[8.0,49.0]]]}'
    assert read_boundary(clockwise) == text
    assert read_boundary(feature(square(8, 49))) == text
    assert read_boundary(collection(feature(square(8, 49)))) == text
    assert read_boundary(json.loads(text)) == text


def test_holes_turn_the_other_way_and_heights_are_dropped() -> None:
    hole = [[lon, lat, 120.5] for lon, lat in square(8.25, 49.25, 0.5)["coordinates"][0]]
    ringed = {"type": "Polygon", "coordinates": [*square(8, 49)["coordinates"], hole]}
    rings = json.loads(read_boundary(ringed))["coordinates"]
    assert [signed_area(ring) for ring in rings] == pytest.approx([1.0, -0.25])
    assert not area(read_boundary(ringed)).contains(Point(49.5, 8.5))


def signed_area(ring: list[list[float]]) -> float:
    """Positive where the ring turns against the clock."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) / 2


def test_neighbours_are_joined_and_islands_stay_apart() -> None:
    joined = json.loads(read_boundary(collection(feature(square(8, 49)), feature(square(9, 49)))))
    apart = json.loads(read_boundary(collection(feature(square(8, 49)), feature(square(10, 49)))))
    assert joined["type"] == "Polygon"
    assert apart["type"] == "MultiPolygon"
    assert read_boundary(apart) == json.dumps(apart, separators=(",", ":"))


def test_a_ring_that_crosses_itself_is_mended() -> None:
    bow_tie = {"type": "Polygon", "coordinates": [[[8, 49], [9, 50], [9, 49], [8, 50], [8, 49]]]}
    mended = area(read_boundary(bow_tie))
    assert mended.contains(Point(49.5, 8.1))
    assert mended.contains(Point(49.5, 8.9))
    assert not mended.contains(Point(49.1, 8.5))


FLAT = {"type": "Polygon", "coordinates": [[[8, 49], [9, 49], [8, 49], [9, 49], [8, 49]]]}
METRES = {"type": "Polygon", "coordinates": [[[4e5, 5e6], [5e5, 5e6], [5e5, 6e6], [4e5, 5e6]]]}
WORDS = {"type": "Polygon", "coordinates": [[["8", "49"], ["9", "49"], ["9", "50"], ["8", "49"]]]}
NOT_A_NUMBER = {"type": "Polygon", "coordinates": [[[math.nan, 49], [9, 49], [9, 50], [8, 49]]]}


@pytest.mark.parametrize(
    ("geojson", "line"),
    [
        (None, "expected GeoJSON"),
        ([], "expected GeoJSON"),
        ({"type": "Topology"}, "expected GeoJSON"),
        ({"type": "FeatureCollection"}, "expected GeoJSON"),
        (collection("x"), "expected GeoJSON"),
        (collection(), "encloses no area"),
        (feature(None), "not a Polygon"),
        (feature({"type": "Point", "coordinates": [8, 49]}), "not a Polygon"),
        (feature({"type": "LineString", "coordinates": [[8, 49], [9, 49]]}), "not a Polygon"),
        ({"type": "Polygon", "coordinates": []}, "not a Polygon"),
        ({"type": "MultiPolygon", "coordinates": []}, "not a Polygon"),
        ({"type": "Polygon", "coordinates": [[[8, 49], [9, 49], [8, 49]]]}, "fewer than four"),
        ({"type": "Polygon", "coordinates": [8, 49]}, "fewer than four"),
        (FLAT, "encloses no area"),
        (METRES, "WGS84"),
        (WORDS, "WGS84"),
        (NOT_A_NUMBER, "WGS84"),
    ],
)
def test_what_is_not_a_boundary_is_refused_with_a_clear_line(geojson: object, line: str) -> None:
    with pytest.raises(ValueError, match=line):
        read_boundary(geojson)


# Districts


def test_districts_carry_code_and_name() -> None:
    file = collection(
        feature(square(8, 49), nom=" Île  Saint-Symphorien ", insee=57463),
        feature(square(9, 49), nom="Großbüllesheim", insee=None),
    )
    first, second = read_districts(file, name="nom", code="insee")
    assert (first.code, first.name) == ("57463", "Île Saint-Symphorien")
    assert (second.code, second.name) == ("grossbullesheim", "Großbüllesheim")
    assert area(second.geometry_text).contains(Point(49.5, 9.5))


@pytest.mark.parametrize(
    ("features", "line"),
    [
        ([feature(square(8, 49), name="  ")], "district 1: no name"),
        ([feature(square(8, 49), name="x") | {"properties": None}], "district 1: no name"),
        ([feature(square(8, 49), name="北京")], "district 1: 北京 needs a code"),
        ([feature(square(8, 49), name="A"), feature(None, name="B")], "district 2: not a Polygon"),
        (
            [feature(square(8, 49), name="A"), feature(square(9, 49), name="a")],
            "district 2: a .a. comes twice",
        ),
        (
            [feature(square(8, 49), name="A", code="1"), feature(square(9, 49), name="A", code="2")],
            "district 2: A .2. comes twice",
        ),
    ],
)
def test_unclear_districts_are_refused(features: list[object], line: str) -> None:
    with pytest.raises(ValueError, match=line):
        read_districts(collection(*features))


# Areas


def test_the_edge_counts_as_inside() -> None:
    one = area(read_boundary(square(8, 49)))
    assert one.contains(Point(49.0, 8.0))
    assert one.contains(Point(49.5, 8.0))
    assert not one.contains(Point(49.5, 7.999999))


def test_box_and_centre_of_a_shape_whose_middle_is_outside() -> None:
    horseshoe = [[0, 0], [3, 0], [3, 3], [2, 3], [2, 1], [1, 1], [1, 3], [0, 3], [0, 0]]
    bent = area(read_boundary({"type": "Polygon", "coordinates": [horseshoe]}))
    assert bent.box == (0.0, 0.0, 3.0, 3.0)
    assert not bent.contains(Point(2.0, 1.5))
    assert bent.contains(bent.centre)


def test_distance_to_an_area() -> None:
    one = area(read_boundary(square(8, 49)))
    assert one.distance_m(Point(49.5, 8.5)) == 0
    # Straight south of the edge, and west of it, where a degree is shorter by the cosine.
    assert one.distance_m(Point(48.9, 8.5)) == pytest.approx(11_119.5, rel=0.001)
    assert one.distance_m(Point(49.5, 7.9)) == pytest.approx(11_119.5 * math.cos(math.radians(49.5)), rel=0.001)


def test_an_area_is_prepared_once() -> None:
    text = read_boundary(square(8, 49))
    assert area(text) is area(text)


# Real boundaries


@needs_data
def test_worms_holds_its_centre_but_not_osthofen() -> None:
    worms = area(read_boundary(load("boundaries/worms.geojson")))
    assert worms.contains(Point(49.6316, 8.3656))
    assert worms.contains(worms.centre)
    assert not worms.contains(Point(49.7037, 8.3277))
    assert 500 < worms.distance_m(Point(49.7037, 8.3277)) < 3000


@needs_data
def test_montigny_is_outside_of_metz_but_in_the_eurometropole() -> None:
    montigny = Point(49.1003, 6.1539)
    communes = read_districts(load("boundaries/metz_eurometropole_communes.geojson"))
    homes = [commune.name for commune in communes if area(commune.geometry_text).contains(montigny)]
    assert len(communes) == 46
    assert homes == ["Montigny-lès-Metz"]
    assert area(read_boundary(load("boundaries/metz_eurometropole.geojson"))).contains(montigny)


@needs_data
def test_the_communes_together_are_the_eurometropole() -> None:
    communes = read_boundary(load("boundaries/metz_eurometropole_communes.geojson"))
    assert communes == read_boundary(load("boundaries/metz_eurometropole.geojson"))


@needs_data
def test_amenities_of_koeln_fall_into_the_city_and_its_districts() -> None:
    koeln = area(read_boundary(load("boundaries/koeln.geojson")))
    places = [entry["geometry"]["coordinates"] for entry in load("oases/koeln_osm_amenities_de.geojson")["features"]]
    inside = [Point(lat, lon) for lon, lat in places if koeln.contains(Point(lat, lon))]
    assert (len(places), len(inside)) == (1110, 413)
    districts = [
        area(district.geometry_text) for district in read_districts(load("districts/koeln_stadtteile.geojson"))
    ]
    assert len(districts) == 86
    assert all(any(district.contains(point) for district in districts) for point in inside)


@needs_data
@pytest.mark.parametrize("name", ["worms", "metz_eurometropole", "koeln", "yarinacocha"])
def test_a_canonical_boundary_stays_as_it_is(name: str) -> None:
    text = read_boundary(load(f"boundaries/{name}.geojson"))
    assert read_boundary(json.loads(text)) == text
