"""Points, distances and the snapping grid."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participation.geo import (
    Point,
    distance_m,
    parse_point,
    snap,
    snap_error_m,
)

WORMS = Point(49.6316, 8.3656)
METZ = Point(49.1203, 6.1757)

everywhere = st.builds(Point.from_micro, st.integers(-90_000_000, 90_000_000), st.integers(-180_000_000, 180_000_000))


# Points


@pytest.mark.parametrize(
    ("lat", "lon", "expected"),
    [
        ("49.6316", "8.3656", WORMS),
        (" 49,6316 ", "8,3656", WORMS),
        ("49.63160049", "8.36559951", WORMS),
        ("\N{MINUS SIGN}8.3497", "-74.5746", Point(-8.3497, -74.5746)),
        ("90", "-180.000000", Point(90.0, -180.0)),
        ("1e-05", "-0.0000001", Point(0.00001, 0.0)),
    ],
)
def test_points_are_read_as_people_and_browsers_write_them(lat: str, lon: str, expected: Point) -> None:
    assert parse_point(lat, lon) == expected
    assert math.copysign(1, parse_point(lat, lon).lon) == math.copysign(1, expected.lon)


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        ("", "8"),
        ("49.6", ""),
        ("nan", "8"),
        ("49", "inf"),
        ("49", "1e400"),
        ("90.0001", "8"),
        ("49", "180.5"),
        ("49.6.3", "8"),
        ("1_0", "8"),
        ("49 6", "8"),
        ("\N{ARABIC-INDIC DIGIT FOUR}9", "8"),
        ("49\x00", "8"),
        ("49°37'", "8"),
    ],
)
def test_what_is_not_a_point_is_refused(lat: str, lon: str) -> None:
    with pytest.raises(ValueError, match=r"not a coordinate|latitude goes"):
        parse_point(lat, lon)


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_gives_a_point_or_a_value_error(lat: str, lon: str) -> None:
    try:
        point = parse_point(lat, lon)
    except ValueError:
        return
    assert -90 <= point.lat <= 90
    assert -180 <= point.lon <= 180


@given(everywhere)
def test_a_point_survives_micro_degrees_and_text(point: Point) -> None:
    assert Point.from_micro(point.lat_micro, point.lon_micro) == point
    assert parse_point(str(point.lat), f"{point.lon:.6f}") == point


def test_known_distances() -> None:
    # One degree of a great circle on a sphere of 6,371.0088 km.
    assert distance_m(Point(0.0, 0.0), Point(0.0, 1.0)) == pytest.approx(111_195.08, abs=0.01)
    assert distance_m(Point(90.0, 0.0), Point(-90.0, 77.0)) == pytest.approx(math.pi * 6_371_008.8)
    # Across the date line, not around the globe.
    assert distance_m(Point(0.0, 179.5), Point(0.0, -179.5)) == pytest.approx(111_195.08, abs=0.01)
    # Worms and Metz are neighbours across a border, some 168 km as the crow flies.
    assert distance_m(WORMS, METZ) == pytest.approx(168_000, rel=0.01)


# Snapping


@given(everywhere, st.sampled_from([1, 25, 150, 500, 1000]))
def test_a_snapped_point_is_within_the_stated_bound(point: Point, metres: int) -> None:
    assert distance_m(point, snap(point, metres)) <= snap_error_m(metres)


@given(everywhere, st.sampled_from([1, 25, 150, 1000]))
def test_snapping_twice_changes_nothing(point: Point, metres: int) -> None:
    assert snap(snap(point, metres), metres) == snap(point, metres)


def test_the_bound_is_half_the_diagonal() -> None:
    assert snap_error_m() == snap_error_m(150) == 107


def test_neighbours_are_snapped_to_one_point_and_the_next_block_is_not() -> None:
    centre = snap(WORMS)
    around = [Point(centre.lat + north, centre.lon + east) for north in (-6e-4, 6e-4) for east in (-9e-4, 9e-4)]
    assert {snap(point) for point in around} == {centre}
    assert snap(Point(centre.lat + 0.00135, centre.lon)) != centre


@pytest.mark.parametrize("lat", [-8.35, 49.63, 69.0])
def test_a_square_is_about_as_wide_as_high_at_every_latitude(lat: float) -> None:
    street = {snap(Point(lat, 8.0 + step / 5000)).lon for step in range(5000)}
    length = distance_m(Point(lat, 8.0), Point(lat, 9.0))
    assert length / len(street) == pytest.approx(150, rel=0.01)


def test_a_grid_below_one_metre_is_refused() -> None:
    with pytest.raises(ValueError, match="one metre"):
        snap(WORMS, 0)
