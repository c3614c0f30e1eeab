"""The outline of a city as the map draws it: districts without gaps, lines without detail that no screen shows.

What is decided by geometry (is this point inside, in which district) uses the exact shapes, never these.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import shapely
from shapely.affinity import scale
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from participation.geo import METRES_PER_DEGREE, area

# A line may move by about this much: four pixels where streets are seen from close by.
TOLERANCE_M = 6
# Neighbours that were drawn one by one leave slits; wider ones are taken for real.
GAP_M = 10
# A shape that would change by more than this part of its area is left as it is: the districts overlap on purpose.
CHANGE = 0.01
# 1.1 m, less than the tolerance.
DECIMALS = 5


@dataclass(frozen=True)
class Outline:
    """GeoJSON geometry texts of the boundary and of each district, and a point (lat, lon) inside each district."""

    boundary: str
    districts: tuple[str, ...]
    points: tuple[tuple[float, float], ...]


@lru_cache(maxsize=64)
def outline(boundary: str, districts: tuple[str, ...]) -> Outline:
    """The outline of a city with these exact shapes (GeoJSON geometry texts)."""
    exact = shapely.from_geojson(boundary)
    narrow = math.cos(math.radians(exact.centroid.y)) * METRES_PER_DEGREE
    flat = _scaled([exact, *(shapely.from_geojson(text) for text in districts)], narrow, METRES_PER_DEGREE)
    border, parts = flat[0], flat[1:]
    simple = _simplified(parts)
    joined = shapely.union_all(simple) if simple else border
    # Where the districts fill the city, its boundary is theirs: one line instead of two that nearly meet.
    filled = simple and shapely.symmetric_difference(joined, border).area < border.area * CHANGE
    edge = joined if filled else shapely.simplify(border, TOLERANCE_M / 2)
    drawn = [_text(shape) for shape in _scaled([edge, *simple], 1 / narrow, 1 / METRES_PER_DEGREE)]
    centres = [area(text).centre for text in districts]
    return Outline(drawn[0], tuple(drawn[1:]), tuple((centre.lat, centre.lon) for centre in centres))


def _scaled(shapes: Sequence[BaseGeometry], east: float, north: float) -> list[BaseGeometry]:
    return [scale(shape, xfact=east, yfact=north, origin=(0, 0)) for shape in shapes]


def _simplified(parts: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """The districts with fewer corners, each border still the same line on both of its sides."""
    if not parts:
        return []
    clean = list(shapely.coverage_clean(parts, gap_width=GAP_M))
    if len(clean) != len(parts) or not all(map(_alike, parts, clean)):
        return list(parts)
    simple = list(shapely.coverage_simplify(clean, TOLERANCE_M))
    return simple if all(map(_alike, parts, simple)) else list(parts)


def _alike(before: BaseGeometry, after: BaseGeometry) -> bool:
    return shapely.symmetric_difference(before, after).area <= before.area * CHANGE


def _text(shape: BaseGeometry) -> str:
    geometry = mapping(shapely.orient_polygons(shape, exterior_cw=False))
    rounded = {"type": geometry["type"], "coordinates": _rounded(geometry["coordinates"])}
    return json.dumps(rounded, separators=(",", ":"))


def _rounded(value: Any) -> Any:
    """Positions with fewer decimals, without those that fall onto the one before."""
    if isinstance(value[0], float):
        return [round(degrees, DECIMALS) for degrees in value]
    parts = [_rounded(part) for part in value]
    if isinstance(parts[0][0], float):
        kept = [part for number, part in enumerate(parts) if number == 0 or part != parts[number - 1]]
        # A ring needs four positions, however small it is.
        return kept if len(kept) > 3 else parts
    return parts
