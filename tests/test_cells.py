"""Tiles and map cells: known places written down, and rules that must hold everywhere."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participation.cells import (
    CELL_ZOOM,
    EXTENT,
    MAX_LATITUDE,
    cell,
    cell_at,
    cell_range,
    tile_box,
    tile_cell,
    tile_of,
    tile_position,
)
from participation.geo import Point

WORMS = Point(49.6316, 8.3656)
METZ = Point(49.1203, 6.1757)
YARINACOCHA = Point(-8.3497, -74.5746)

points = st.builds(
    Point.from_micro,
    st.integers(-85_051_100, 85_051_100),
    st.integers(-180_000_000, 180_000_000),
)
zooms = st.integers(0, CELL_ZOOM)


@st.composite
def tiles(draw: st.DrawFn, deepest: int = CELL_ZOOM) -> tuple[int, int, int]:
    zoom = draw(st.integers(0, deepest))
    numbers = st.integers(0, 2**zoom - 1)
    return zoom, draw(numbers), draw(numbers)


def test_worms_is_in_the_tile_computed_by_hand() -> None:
    # x: (8.3656 + 180) / 360 * 16384 = 8572.7
    # y: tan 49.6316 = 1.17631, its asinh 1.00072, (1 - 1.00072 / pi) / 2 * 16384 = 5582.5
    assert tile_of(WORMS, 14) == (8572, 5582)
    assert cell_at(cell(WORMS), 14) == tile_cell(14, 8572, 5582)


def test_places_south_and_west_are_in_the_tile_computed_by_hand() -> None:
    # x: (-74.5746 + 180) / 360 * 1024 = 299.9
    # y: tan -8.3497 = -0.14677, its asinh -0.14625, (1 + 0.14625 / pi) / 2 * 1024 = 535.8
    assert tile_of(YARINACOCHA, 10) == (299, 535)


@pytest.mark.parametrize(
    ("tile", "code"),
    [
        ((0, 0, 0), 0),
        ((1, 1, 0), 1),
        ((1, 0, 1), 2),
        ((2, 3, 1), 0b0111),
        ((3, 0b101, 0b011), 0b011011),
        ((26, 2**26 - 1, 2**26 - 1), 2**52 - 1),
        ((26, 2**26 - 1, 0), 0x5555555555555),
    ],
)
def test_codes_take_turns_between_the_bits_of_y_and_x(tile: tuple[int, int, int], code: int) -> None:
    assert tile_cell(*tile) == code


def test_codes_agree_with_interleaving_bit_by_bit() -> None:
    for x, y in [(8572, 5582), (0x2AAAAAA, 0x1555555), (1, 2**25), (12345678, 60000000)]:
        slow = sum((x >> bit & 1) << 2 * bit | (y >> bit & 1) << 2 * bit + 1 for bit in range(26))
        assert tile_cell(26, x, y) == slow


@given(points)
def test_a_cell_fits_a_bigint(point: Point) -> None:
    assert 0 <= cell(point) < 2**52


@given(points, zooms)
def test_the_parent_cell_holds_the_child(point: Point, zoom: int) -> None:
    first, last = cell_range(cell_at(cell(point), zoom), zoom)
    assert first <= cell(point) <= last


@given(points, zooms)
def test_a_coarser_cell_is_the_tile_of_the_point(point: Point, zoom: int) -> None:
    assert cell_at(cell(point), zoom) == tile_cell(zoom, *tile_of(point, zoom))


@given(points, st.integers(0, 22))
def test_the_tile_of_a_point_contains_it(point: Point, zoom: int) -> None:
    west, south, east, north = tile_box(zoom, *tile_of(point, zoom))
    slack = 1e-9
    assert west - slack <= point.lon <= east + slack
    assert south - slack <= point.lat <= north + slack


@given(tiles(CELL_ZOOM - 1))
def test_ranges_of_the_four_children_partition_the_parent(tile: tuple[int, int, int]) -> None:
    zoom, x, y = tile
    children = sorted(tile_cell(zoom + 1, 2 * x + right, 2 * y + down) for right in (0, 1) for down in (0, 1))
    ranges = [cell_range(child, zoom + 1) for child in children]
    assert all(left[1] + 1 == right[0] for left, right in pairwise(ranges))
    assert (ranges[0][0], ranges[-1][1]) == cell_range(tile_cell(zoom, x, y), zoom)


@given(tiles(), zooms)
def test_a_range_has_one_code_per_finer_tile(tile: tuple[int, int, int], finer: int) -> None:
    zoom, x, y = tile
    code = tile_cell(zoom, x, y)
    if finer < zoom:
        with pytest.raises(ValueError, match="coarser"):
            cell_range(code, zoom, finer)
    else:
        first, last = cell_range(code, zoom, finer)
        assert last - first + 1 == 4 ** (finer - zoom)


def test_a_range_at_the_same_zoom_is_the_tile_itself() -> None:
    assert cell_range(7, 2, 2) == (7, 7)
    assert cell_range(7, 2, 3) == (28, 31)


def test_the_poles_and_the_date_line_count_as_the_edge_of_the_map() -> None:
    assert tile_of(Point(90.0, -180.0), 3) == (0, 0)
    assert tile_of(Point(-90.0, 180.0), 3) == (7, 7)
    assert cell(Point(90.0, 0.0)) == cell(Point(MAX_LATITUDE, 0.0))


def test_the_world_is_one_tile() -> None:
    west, south, east, north = tile_box(0, 0, 0)
    assert (west, east) == (-180.0, 180.0)
    assert [south, north] == pytest.approx([-85.05112878, 85.05112878])


@given(tiles(14), st.integers(0, EXTENT), st.integers(0, EXTENT))
def test_a_position_in_a_tile_leads_back_to_the_spot(tile: tuple[int, int, int], right: int, below: int) -> None:
    zoom, x, y = tile
    west, _, east, _ = tile_box(zoom, x, y)
    lon = west + (east - west) * right / EXTENT
    lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * (y + below / EXTENT) / 2**zoom))))
    spot = (round(lat * 1e6), round(lon * 1e6))
    # At zoom 14 a step is five micro-degrees wide, but at the edge of the map only half a one high.
    found = tile_position(spot, zoom, x, y)
    assert abs(found[0] - right) <= 1
    assert abs(found[1] - below) <= 2


@pytest.mark.parametrize(("point", "expected"), [(METZ, (0, 4096)), (Point(50.9, 6.9), (0, 0))])
def test_a_point_outside_of_a_tile_is_moved_to_its_edge(point: Point, expected: tuple[int, int]) -> None:
    assert tile_position((point.lat_micro, point.lon_micro), 14, 8572, 5582) == expected


def test_a_position_scales_with_the_extent() -> None:
    # The tile numbers computed by hand go on as 8572.73 and 5582.53.
    right, below = tile_position((WORMS.lat_micro, WORMS.lon_micro), 14, 8572, 5582, extent=100)
    assert (right, below) == (73, 53)


@pytest.mark.parametrize("tile", [(-1, 0, 0), (27, 0, 0), (3, 8, 0), (3, 0, 8), (3, -1, 0)])
def test_tiles_that_do_not_exist_are_refused(tile: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="zoom"):
        tile_cell(*tile)
    with pytest.raises(ValueError, match="zoom"):
        tile_box(*tile)


def test_codes_that_do_not_exist_are_refused() -> None:
    with pytest.raises(ValueError, match="no tile of zoom 2"):
        cell_range(16, 2)
