"""Web-Mercator tiles and the integer map cell of a point; pure.

The cell of a point is the Morton code of the zoom 26 tile that holds it: 52 bits, so it fits a BIGINT. The
cells of a coarser tile are one unbroken range of codes, which makes a map tile one BETWEEN in the database.
"""

import math

from participation.geo import Point

CELL_ZOOM = 26
"""The zoom of a cell; its tile is 0.6 m wide at the equator."""
EXTENT = 4096
"""Steps across a map tile, for positions inside it."""
MAX_LATITUDE = math.degrees(math.atan(math.sinh(math.pi)))
"""Web Mercator ends here, at about 85.0511 degrees."""


def cell(point: Point) -> int:
    """The cell of a point; latitudes beyond the edge of the map count as the edge."""
    return _interleave(*tile_of(point, CELL_ZOOM))


def cell_at(cell: int, zoom: int) -> int:
    """The Morton code of the tile at `zoom` that holds this cell."""
    return cell >> 2 * (CELL_ZOOM - _checked_zoom(zoom))


def cell_range(code: int, zoom: int, at_zoom: int = CELL_ZOOM) -> tuple[int, int]:
    """First and last code, both included, that the tile `code` of `zoom` covers at a finer or equal zoom."""
    if _checked_zoom(at_zoom) < _checked_zoom(zoom):
        raise ValueError(f"zoom {at_zoom} is coarser than zoom {zoom}")
    if not 0 <= code < 1 << 2 * zoom:
        raise ValueError(f"no tile of zoom {zoom} has the code {code}")
    shift = 2 * (at_zoom - zoom)
    return code << shift, ((code + 1) << shift) - 1


def tile_cell(z: int, x: int, y: int) -> int:
    """The Morton code of a tile; ValueError where there is no such tile."""
    return _interleave(*_checked_tile(z, x, y))


def tile_of(point: Point, zoom: int) -> tuple[int, int]:
    """The x and y of the tile that holds a point."""
    tiles = 1 << _checked_zoom(zoom)
    x, y = _project(point.lat, point.lon)
    return min(int(x * tiles), tiles - 1), min(int(y * tiles), tiles - 1)


def tile_position(point_micro: tuple[int, int], z: int, x: int, y: int, extent: int = EXTENT) -> tuple[int, int]:
    """Where (latitude, longitude) in micro-degrees lies in a tile: steps right and down, each 0 to `extent`.

    A point outside of the tile is moved to its nearest edge.
    """
    tiles = 1 << z
    across, down = _project(point_micro[0] / 1_000_000, point_micro[1] / 1_000_000)
    right = round((across * tiles - x) * extent)
    below = round((down * tiles - y) * extent)
    return max(0, min(extent, right)), max(0, min(extent, below))


def tile_box(z: int, x: int, y: int) -> tuple[float, float, float, float]:
    """West, south, east and north edge of a tile in degrees; ValueError where there is no such tile."""
    x, y = _checked_tile(z, x, y)
    tiles = 1 << z
    west, east = x / tiles * 360 - 180, (x + 1) / tiles * 360 - 180
    return west, _latitude((y + 1) / tiles), east, _latitude(y / tiles)


def _project(lat: float, lon: float) -> tuple[float, float]:
    """Web Mercator as parts of the whole map: 0 is west and north, 1 is east and south."""
    sine = math.sin(math.radians(max(-MAX_LATITUDE, min(MAX_LATITUDE, lat))))
    across = lon / 360 + 0.5
    down = 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)
    return max(0.0, min(1.0, across)), max(0.0, min(1.0, down))


def _latitude(down: float) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * down))))


def _interleave(x: int, y: int) -> int:
    return _spread(x) | _spread(y) << 1


def _spread(number: int) -> int:
    """Put a zero between each two bits of a number of at most 32, in five steps instead of one per bit."""
    number = (number | number << 16) & 0x0000FFFF0000FFFF
    number = (number | number << 8) & 0x00FF00FF00FF00FF
    number = (number | number << 4) & 0x0F0F0F0F0F0F0F0F
    number = (number | number << 2) & 0x3333333333333333
    return (number | number << 1) & 0x5555555555555555


def _checked_zoom(zoom: int) -> int:
    if not 0 <= zoom <= CELL_ZOOM:
        raise ValueError(f"zoom {zoom} is not between 0 and {CELL_ZOOM}")
    return zoom


def _checked_tile(z: int, x: int, y: int) -> tuple[int, int]:
    tiles = 1 << _checked_zoom(z)
    if not (0 <= x < tiles and 0 <= y < tiles):
        raise ValueError(f"there is no tile {x}/{y} at zoom {z}")
    return x, y
