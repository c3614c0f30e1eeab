"""Maps of the comparison: closed rings, one scale for all cities, signs beside colours."""

import json
from xml.etree import ElementTree as ET

import h3
from shapely.geometry import Polygon, shape

from participation.comparison_maps import (
    LEAST_M,
    SIDE,
    Cell,
    Ground,
    around,
    collection,
    file,
    key,
    ring,
    scale_m,
    span_m,
)

METZ = h3.latlng_to_cell(49.1193, 6.1757, 9)


def square(lon: float, lat: float, half: float) -> str:
    west, east, south, north = lon - half, lon + half, lat - half, lat + half
    corners = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return json.dumps({"type": "Polygon", "coordinates": [corners]})


SMALL, LARGE = Ground(square(8.36, 49.63, 0.02)), Ground(square(6.17, 49.12, 0.08), (square(6.17, 49.12, 0.03),))


def test_a_ring_is_closed_runs_against_the_clock_and_lies_around_its_cell() -> None:
    corners = ring(METZ)
    assert corners[0] == corners[-1]
    polygon = Polygon(corners)
    assert polygon.exterior.is_ccw
    lat, lon = h3.cell_to_latlng(METZ)
    assert abs(polygon.centroid.x - lon) < 1e-4
    assert abs(polygon.centroid.y - lat) < 1e-4


def test_the_collection_is_geojson() -> None:
    [feature] = collection([(METZ, {"n": 7})])["features"]
    assert (feature["id"], feature["properties"]) == (METZ, {"n": 7})
    assert shape(feature["geometry"]).is_valid


def test_all_cities_have_the_scale_of_the_largest() -> None:
    both = span_m([SMALL, LARGE])
    assert both == span_m([LARGE]) > span_m([SMALL])
    assert scale_m(both) <= both / 4

    def width(ground: Ground) -> float:
        drawn = ET.fromstring(file(ground, (), span=both, title="x", scale_said="1 km", font="serif"))
        [land, *_] = [each for each in drawn if each.get("class") == "land"]
        xs = [float(pair.split()[0]) for pair in land.get("d", "")[1:-1].split("L")]
        return max(xs) - min(xs)

    assert width(LARGE) < SIDE
    # 0.04 degrees beside 0.16, at nearly the same latitude.
    assert abs(width(SMALL) / width(LARGE) - 0.25) < 0.01


def test_a_map_is_as_close_as_its_cells_allow() -> None:
    assert around([]) is None
    box = around([METZ])
    assert box is not None
    near = Ground(LARGE.boundary, box=box)
    # One cell of some 400 metres does not fill the map.
    assert LEAST_M <= span_m([near]) < 1.1 * LEAST_M < span_m([LARGE])
    drawn = ET.fromstring(file(near, [Cell(METZ, "n1")], span=span_m([near]), title="x", scale_said="", font="serif"))
    [cell] = [each for each in drawn if each.get("class") == "cell n1"]
    places = [pair.split() for pair in cell.get("d", "")[1:-1].split("L")]
    for axis in (0, 1):
        assert abs(sum(float(place[axis]) for place in places) / len(places) - SIDE / 2) < SIDE / 20


def test_heat_and_oasis_differ_by_shape() -> None:
    cells = [Cell(METZ, "heat2", "heat"), Cell(h3.grid_ring(METZ, 1)[0], "oasis2", "oasis")]
    drawn = file(LARGE, cells, span=span_m([LARGE]), title="<b>", scale_said="1 km", font="serif")
    assert drawn.count("<circle") == drawn.count('class="sign sign-oasis"') == 1
    assert "<b>" not in drawn
    assert "<circle" in key("heat2", "heat")
    assert "<circle" not in key("oasis2", "oasis")


def test_districts_may_have_a_shade() -> None:
    shaded = Ground(LARGE.boundary, LARGE.districts, ("fewer",))
    assert 'class="part fewer"' in file(shaded, (), span=span_m([LARGE]), title="x", scale_said="", font="serif")
