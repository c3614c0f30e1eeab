"""The outline that the map draws: smaller, without gaps between neighbours, and never far from the exact one."""

import json
import math
from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.affinity import scale

from participation import geo
from participation.geo import METRES_PER_DEGREE
from participation.services.city_outlines import TOLERANCE_M, Outline, outline

WEST, SOUTH = 8.3, 49.6
# Rounding to five decimals moves a corner by less than a metre.
SLACK_M = 1.0


def polygon(*corners: tuple[float, float]) -> str:
    return geo.read_boundary({"type": "Polygon", "coordinates": [[*corners, corners[0]]]})


def box(left: float, bottom: float, right: float, top: float) -> str:
    return polygon((left, bottom), (right, bottom), (right, top), (left, top))


def metric(text: str) -> shapely.Geometry:
    narrow = math.cos(math.radians(SOUTH)) * METRES_PER_DEGREE
    return scale(shapely.from_geojson(text), xfact=narrow, yfact=METRES_PER_DEGREE, origin=(0, 0))


def apart(before: str, after: str) -> float:
    """By how many metres the edges differ at most."""
    return float(shapely.hausdorff_distance(metric(before).boundary, metric(after).boundary))


def differ(before: str, after: str, metres: float) -> bool:
    """Whether the shapes differ by a strip that is wider than this anywhere."""
    return not shapely.symmetric_difference(metric(before), metric(after)).buffer(-metres / 2).is_empty


def gaps(drawn: Outline) -> float:
    """The square metres between the districts and within their hull, that belong to none or to two."""
    parts = [metric(text) for text in drawn.districts]
    joined = shapely.union_all(parts)
    holes = sum(shapely.Polygon(ring).area for part in shapely.get_parts(joined) for ring in part.interiors)
    return holes + sum(part.area for part in parts) - joined.area


def zigzag(metres: float, steps: int) -> list[tuple[float, float]]:
    """A border from south to north that swings from side to side."""
    swing = metres / METRES_PER_DEGREE
    return [(WEST + 0.05 + swing * (step % 2), SOUTH + 0.1 * step / steps) for step in range(steps + 1)]


def halves(border: list[tuple[float, float]], shift: float = 0.0) -> tuple[str, str]:
    """Two districts that share a border; between its ends the second one may begin a little further east."""
    moved = [*border[:2], *((lon + shift, lat) for lon, lat in border[2:-2]), *border[-2:]]
    left = polygon((WEST, SOUTH), *border, (WEST, SOUTH + 0.1))
    right = polygon(*moved, (WEST + 0.1, SOUTH + 0.1), (WEST + 0.1, SOUTH))
    return left, right


CITY = box(WEST, SOUTH, WEST + 0.1, SOUTH + 0.1)


def test_detail_that_nobody_sees_goes_and_neighbours_still_share_their_border() -> None:
    districts = halves(zigzag(2, 1000))
    drawn = outline(CITY, districts)
    assert sum(map(len, drawn.districts)) < sum(map(len, districts)) / 3
    assert gaps(drawn) < 1
    for before, after in zip(districts, drawn.districts, strict=True):
        assert apart(before, after) < TOLERANCE_M


def test_what_can_be_seen_stays() -> None:
    districts = halves(zigzag(60, 60))
    drawn = outline(CITY, districts)
    corners = [len(shapely.get_coordinates(shapely.from_geojson(text))) for text in drawn.districts]
    assert min(corners) >= 60


def test_slits_between_districts_that_were_drawn_one_by_one_are_closed() -> None:
    districts = halves(zigzag(40, 60), shift=0.00004)
    assert gaps(Outline(CITY, districts, ())) > 10_000
    drawn = outline(CITY, districts)
    joined = shapely.union_all([metric(text) for text in drawn.districts])
    assert joined.geom_type == "Polygon"
    assert gaps(drawn) < 20


def test_where_districts_fill_the_city_its_boundary_is_theirs() -> None:
    districts = halves(zigzag(2, 1000))
    drawn = outline(box(WEST + 0.00001, SOUTH, WEST + 0.1, SOUTH + 0.1), districts)
    joined = shapely.union_all([metric(text) for text in drawn.districts])
    assert shapely.hausdorff_distance(joined.boundary, metric(drawn.boundary).boundary) < SLACK_M


def test_districts_that_overlap_or_leave_much_open_are_left_as_they_are() -> None:
    inner, outer = box(8.34, 49.64, 8.36, 49.66), box(8.32, 49.62, 8.38, 49.68)
    drawn = outline(CITY, (inner, outer))
    assert [json.loads(text) for text in drawn.districts] == [json.loads(text) for text in (inner, outer)]
    assert json.loads(drawn.boundary) == json.loads(CITY)


def test_a_city_without_districts_has_its_boundary() -> None:
    assert outline(CITY, ()) == Outline(outline(CITY, ()).boundary, (), ())
    assert apart(CITY, outline(CITY, ()).boundary) < SLACK_M


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 4), st.integers(1, 4)), min_size=1, max_size=6
    )
)
def test_every_point_lies_in_its_district_and_every_shape_near_its_own(boxes: list[tuple[int, int, int, int]]) -> None:
    districts = tuple(
        box(WEST + x / 100, SOUTH + y / 100, WEST + (x + width) / 100, SOUTH + (y + height) / 100)
        for x, y, width, height in boxes
    )
    drawn = outline(CITY, districts)
    for before, after, (lat, lon) in zip(districts, drawn.districts, drawn.points, strict=True):
        assert shapely.from_geojson(after).is_valid
        assert apart(before, after) < TOLERANCE_M + 25
        assert geo.area(before).contains(geo.Point(lat, lon))


@pytest.mark.parametrize(
    ("city", "parts", "most"),
    [
        ("boundaries/koeln.geojson", "districts/koeln_stadtteile.geojson", 0.90),
        ("boundaries/metz_eurometropole.geojson", "boundaries/metz_eurometropole_communes.geojson", 1.01),
    ],
)
def test_real_districts_do_not_gape_and_get_smaller_where_they_can(
    city: str, parts: str, most: float, shared_data: Path
) -> None:
    boundary = geo.read_boundary(json.loads((shared_data / city).read_text()))
    shapes = geo.read_districts(json.loads((shared_data / parts).read_text()))
    districts = tuple(shape.geometry_text for shape in shapes)
    drawn = outline(boundary, districts)
    before, after = (
        len("".join([one, *many])) for one, many in ((boundary, districts), (drawn.boundary, drawn.districts))
    )
    assert after < before * most
    assert gaps(drawn) < 100
    assert not any(differ(*pair, 2 * TOLERANCE_M) for pair in zip(districts, drawn.districts, strict=True))
