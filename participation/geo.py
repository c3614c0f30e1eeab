"""Points, boundaries, districts and distances on the globe (WGS84); pure.

Tiles and map cells live in cells.py.
"""

import json
import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

import shapely
from shapely.affinity import scale
from shapely.geometry import Polygon, mapping
from shapely.ops import nearest_points

MICRO = 1_000_000
"""Micro-degrees in a degree; one of them is at most 11 cm."""
EARTH_RADIUS_M = 6_371_008.8
METRES_PER_DEGREE = math.radians(EARTH_RADIUS_M)
SNAP_M = 150
"""Side of the grid squares that hide a home, in metres."""

_NUMBER = re.compile(r"[+-]?[0-9]{1,3}([.,][0-9]{0,40})?([eE][+-]?[0-9]{1,3})?")
_NOT_IN_A_CODE = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Point:
    """A place on the globe in degrees."""

    lat: float
    lon: float

    @classmethod
    def from_micro(cls, lat_micro: int, lon_micro: int) -> Self:
        """The point stored as whole micro-degrees."""
        return cls(lat_micro / MICRO, lon_micro / MICRO)

    @property
    def lat_micro(self) -> int:
        """Latitude in whole micro-degrees."""
        return round(self.lat * MICRO)

    @property
    def lon_micro(self) -> int:
        """Longitude in whole micro-degrees."""
        return round(self.lon * MICRO)


def parse_point(lat_text: str, lon_text: str) -> Point:
    """Read a point as typed or sent, decimals by comma or point, to six of them; ValueError otherwise."""
    lat, lon = _number(lat_text), _number(lon_text)
    if not _on_the_globe(lon, lat):
        raise ValueError("latitude goes from -90 to 90 and longitude from -180 to 180")
    return Point(_six(lat), _six(lon))


def distance_m(a: Point, b: Point) -> float:
    """Metres along the globe (haversine); within 0.6 % of the truth, which is not quite a sphere."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    north, east = (lat_b - lat_a) / 2, math.radians(b.lon - a.lon) / 2
    part = math.sin(north) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(east) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, part)))


def snap(point: Point, metres: int = SNAP_M) -> Point:
    """The centre of the grid square that holds the point: what is published instead of a home.

    The grid is fixed to the globe: the same home always gives the same centre, repeated entries do not
    narrow it down, and snapping twice changes nothing. No side of a square is longer than `metres`;
    `snap_error_m` says how far away the centre can be. ValueError below one metre.
    """
    if metres < 1:
        raise ValueError("a grid square is at least one metre wide")
    rows = math.ceil(180 * METRES_PER_DEGREE / metres)
    row = min(int((point.lat + 90) / 180 * rows), rows - 1)
    south, north = row * 180 / rows - 90, (row + 1) * 180 / rows - 90
    # The edge nearer to the equator is the longer one, so no square gets wider than `metres`.
    longest = 0.0 if south < 0 < north else min(abs(south), abs(north))
    columns = math.ceil(360 * METRES_PER_DEGREE * math.cos(math.radians(longest)) / metres)
    column = int((point.lon + 180) / 360 * columns) % columns
    return Point(_six((south + north) / 2), _six((column + 0.5) * 360 / columns - 180))


def snap_error_m(metres: int = SNAP_M) -> int:
    """Radius in metres around a snapped point that surely holds the true one.

    Half the diagonal of a square, and 10 cm for rounding: 107 m for a square of 150 m.
    """
    return math.ceil(metres * math.sqrt(0.5) + 0.1)


def read_boundary(geojson: object) -> str:
    """Join a parsed GeoJSON (feature collection, feature or geometry) into one canonical boundary.

    Returns GeoJSON geometry text (RFC 7946: WGS84, right-hand rings, six decimals); reading that text gives
    it again. ValueError with a line for the maker of the file, if it holds anything but usable polygons.
    """
    polygons = [polygon for feature in _features(geojson) for polygon in _polygons(feature.get("geometry"))]
    return _canonical_text(polygons)


@dataclass(frozen=True)
class DistrictShape:
    """A district as a file has it; `geometry_text` is canonical like that of `read_boundary`."""

    code: str
    name: str
    geometry_text: str


def read_districts(geojson: object, *, name: str = "name", code: str = "code") -> list[DistrictShape]:
    """Read each feature as a district; `name` and `code` say which properties to take.

    Where a feature has no code it is made from the name. ValueError if a name is missing, a name or code
    comes twice, or a geometry is not usable.
    """
    districts: list[DistrictShape] = []
    for number, feature in enumerate(_features(geojson), start=1):
        try:
            district = _district(feature, name, code)
        except ValueError as error:
            raise ValueError(f"district {number}: {error}") from error
        if any(district.code == other.code or district.name == other.name for other in districts):
            raise ValueError(f"district {number}: {district.name} ({district.code}) comes twice")
        districts.append(district)
    return districts


class Area:
    """A boundary or district, ready for many questions; `area()` keeps the latest ones at hand."""

    def __init__(self, geometry_text: str) -> None:
        self._geometry = shapely.from_geojson(geometry_text)
        self.box: tuple[float, float, float, float] = tuple(self._geometry.bounds)
        """West, south, east and north edge in degrees."""
        inside = self._geometry.representative_point()
        self.centre = Point(_six(inside.y), _six(inside.x))
        """A point that is surely inside, whatever the shape."""
        shapely.prepare(self._geometry)
        # The first question builds the index behind a prepared geometry; asked here, threads only read it.
        self.contains(self.centre)

    def contains(self, point: Point) -> bool:
        """Whether the point is inside or exactly on the edge."""
        return bool(self._geometry.covers(shapely.Point(point.lon, point.lat)))

    def distance_m(self, point: Point) -> float:
        """Metres to the nearest spot of the area, 0 inside; for distances of a region, not of continents."""
        # Nearest is judged on a flat map that is true to scale at the point.
        narrow = max(math.cos(math.radians(point.lat)), 1e-6)
        flat = scale(self._geometry, xfact=narrow, yfact=1, origin=(0, 0))
        nearest, _ = nearest_points(flat, shapely.Point(point.lon * narrow, point.lat))
        return 0.0 if self.contains(point) else distance_m(point, Point(nearest.y, nearest.x / narrow))


@lru_cache(maxsize=1024)
def area(geometry_text: str) -> Area:
    """The prepared area of a canonical geometry text."""
    return Area(geometry_text)


def _number(text: str) -> float:
    cleaned = text.strip().replace("\N{MINUS SIGN}", "-")
    if not _NUMBER.fullmatch(cleaned):
        raise ValueError(f"not a coordinate: {text[:40]!r}")
    return float(cleaned.replace(",", "."))


def _six(degrees: float) -> float:
    """Six decimals, and no minus zero."""
    return round(degrees, 6) + 0.0


def _on_the_globe(lon: float, lat: float) -> bool:
    return -180 <= lon <= 180 and -90 <= lat <= 90


def _features(geojson: object) -> list[dict[str, Any]]:
    match geojson:
        case {"type": "FeatureCollection", "features": [*features]} if set(map(type, features)) <= {dict}:
            return features
        case {"type": "Feature"} if isinstance(geojson, dict):
            return [geojson]
        case {"type": "Polygon" | "MultiPolygon"}:
            return [{"type": "Feature", "geometry": geojson}]
    raise ValueError("expected GeoJSON: a FeatureCollection, Feature, Polygon or MultiPolygon")


def _polygons(geometry: object) -> Iterator[Polygon]:
    match geometry:
        case {"type": "Polygon", "coordinates": [outer, *holes]}:
            yield Polygon(_ring(outer), [_ring(hole) for hole in holes])
        case {"type": "MultiPolygon", "coordinates": [_, *_] as parts}:
            for part in parts:
                yield from _polygons({"type": "Polygon", "coordinates": part})
        case _:
            raise ValueError(f"not a Polygon or MultiPolygon with coordinates: {str(geometry)[:60]}")


def _ring(positions: object) -> list[tuple[float, float]]:
    match positions:
        case [_, _, _, _, *_]:
            return [_position(position) for position in positions]
    raise ValueError("a ring has fewer than four positions")


def _position(position: object) -> tuple[float, float]:
    match position:
        case [int() | float() as lon, int() | float() as lat, *_] if _on_the_globe(lon, lat):
            return float(lon), float(lat)
    raise ValueError(f"not a longitude and latitude in degrees (WGS84): {str(position)[:60]}")


def _canonical_text(polygons: list[Polygon]) -> str:
    """Mend, join and round; lines and points left over by mending are dropped."""
    mended = [shapely.make_valid(polygon, method="structure", keep_collapsed=False) for polygon in polygons]
    joined = shapely.set_precision(shapely.union_all(mended), 1 / MICRO)
    if joined.is_empty or joined.geom_type not in {"Polygon", "MultiPolygon"}:
        raise ValueError("the shape encloses no area")
    shape = mapping(shapely.orient_polygons(shapely.normalize(joined), exterior_cw=False))
    geometry = {"type": shape["type"], "coordinates": _rounded(shape["coordinates"])}
    return json.dumps(geometry, separators=(",", ":"))


def _rounded(value: Any) -> Any:
    return _six(value) if isinstance(value, float) else [_rounded(part) for part in value]


def _district(feature: dict[str, Any], name_property: str, code_property: str) -> DistrictShape:
    properties = feature.get("properties")
    read = properties.get if isinstance(properties, dict) else {}.get
    name, code = (" ".join(str(read(key) or "").split()) for key in (name_property, code_property))
    if not name:
        raise ValueError(f"no name in the property {name_property!r}")
    code = code or _code_of(name)
    if not code:
        raise ValueError(f"{name} needs a code in the property {code_property!r}")
    return DistrictShape(code, name, _canonical_text(list(_polygons(feature.get("geometry")))))


def _code_of(name: str) -> str:
    """Lower-case letters, digits and hyphens: "Île Saint-Symphorien" gives "ile-saint-symphorien"."""
    plain = unicodedata.normalize("NFKD", name.lower().replace("ß", "ss")).encode("ascii", "ignore").decode()
    return _NOT_IN_A_CODE.sub("-", plain).strip("-")
