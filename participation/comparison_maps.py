"""Maps of the comparison as SVG: the outline of a city and its cells, at a scale that all cities share; pure.

Shades go from light to dark, so that they survive a printer without colours. What is hot and what is cool differs by
a sign as well: a filled circle and an empty square.
"""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import h3

from participation.geo import METRES_PER_DEGREE

SIDE, EDGE = 480, 14
# A line of this scale is drawn in a corner: the longest of these metres that fits a quarter of the map.
STEPS_M = (200, 500, 1000, 2000, 5000, 10000, 20000)
DECIMALS = 6
# The part of a city that is shown leaves this much room around its cells, and is at least so many metres across.
ROOM, LEAST_M = 0.12, 2500
PAPER = """
text{font-family:%s;font-size:15px;fill:#1c2530}
.land{fill:#faf8f3;stroke:#8b95a1;stroke-width:1.5}.part{fill:none;stroke:#cfc8b8;stroke-width:1}
.fewer{fill:#3f4a57}.enough{fill:#dfe6ec}.early{fill:#ffffff;stroke-dasharray:4 3}
.cell{stroke:#ffffff;stroke-width:.8}.scale{stroke:#1c2530;stroke-width:2;fill:none}
.n1{fill:#d6e2f2}.n2{fill:#9dbbdf}.n3{fill:#5b88bf}.n4{fill:#1d4f91}
.heat1{fill:#f6bf9d}.heat2{fill:#b93d08}.oasis1{fill:#b4ddd6}.oasis2{fill:#0f766e}.even{fill:#ded9cc}
.ring-heat,.ring-oasis{fill:none;stroke:#1c2530;stroke-width:2}.ring-oasis{stroke-dasharray:5 4}
.sign{stroke:#1c2530;stroke-width:1.4}.sign-heat{fill:#1c2530}.sign-oasis{fill:#ffffff}
"""

Box = tuple[float, float, float, float]
"""West, south, east and north in degrees."""

_HEAT = '<circle class="sign sign-heat" cx="{x}" cy="{y}" r="2.8"/>'
_OASIS = '<rect class="sign sign-oasis" x="{x}" y="{y}" width="5.4" height="5.4" transform="translate(-2.7 -2.7)"/>'


@dataclass(frozen=True)
class Cell:
    """One H3 cell; `shade` is a class of the style sheet above, `sign` "heat", "oasis" or nothing."""

    code: str
    shade: str
    sign: str = ""


@dataclass(frozen=True)
class Ground:
    """Where a city is: boundary and districts as GeoJSON texts; the districts may have `shades`.

    `box` is the part of it that is shown, all of it by default.
    """

    boundary: str
    districts: tuple[str, ...] = ()
    shades: tuple[str, ...] = ()
    box: Box | None = None


def ring(code: str) -> list[list[float]]:
    """The corners of a cell as longitude and latitude, closed, counted against the clock as GeoJSON wants it."""
    corners = [[round(lon, DECIMALS), round(lat, DECIMALS)] for lat, lon in h3.cell_to_boundary(code)]
    return [*corners, corners[0]]


def collection(cells: Iterable[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """Cells with their figures as a GeoJSON FeatureCollection."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": code,
                "properties": figures,
                "geometry": {"type": "Polygon", "coordinates": [ring(code)]},
            }
            for code, figures in cells
        ],
    }


def around(codes: Iterable[str]) -> Box | None:
    """A box around these cells, with some room; None without cells."""
    corners = [corner for code in codes for corner in h3.cell_to_boundary(code)]
    if not corners:
        return None
    lats, lons = [lat for lat, _ in corners], [lon for _, lon in corners]
    narrow = math.cos(math.radians(sum(lats) / len(lats)))
    south, north = _widened(min(lats), max(lats), LEAST_M / METRES_PER_DEGREE)
    west, east = _widened(min(lons), max(lons), LEAST_M / METRES_PER_DEGREE / narrow)
    return west, south, east, north


def _widened(low: float, high: float, least: float) -> tuple[float, float]:
    half = max((high - low) * (1 + 2 * ROOM), least) / 2
    middle = (low + high) / 2
    return round(middle - half, DECIMALS), round(middle + half, DECIMALS)


def span_m(grounds: Sequence[Ground]) -> float:
    """How many metres the side of a map covers so that each of the cities fits on its own at the same scale."""
    return max(max(_size_m(ground)) for ground in grounds) * SIDE / (SIDE - 2 * EDGE)


def file(ground: Ground, cells: Sequence[Cell], *, span: float, title: str, scale_said: str, font: str) -> str:
    """The map of one city, `span` metres across; `scale_said` is what stands at the line of `scale_m(span)`."""
    place = _Projection(ground, span)
    bar = scale_m(span) * SIDE / span
    foot = SIDE - 6
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIDE}" height="{SIDE}" viewBox="0 0 {SIDE} {SIDE}"'
            f' role="img" aria-labelledby="title"><title id="title">{_escaped(title)}</title>'
        ),
        f'<style>{PAPER % font}</style><rect width="{SIDE}" height="{SIDE}" fill="#ffffff"/>',
        f'<path class="land" d="{place.path(ground.boundary)}"/>',
        *_cells(place, cells),
        *_districts(place, ground),
        *_signs(place, cells),
        f'<path class="scale" d="M{EDGE} {foot - 6}v6h{bar:.1f}v-6"/>',
        f'<text x="{EDGE + bar + 8:.1f}" y="{foot}">{_escaped(scale_said)}</text></svg>',
    ]
    return "".join(parts)


def key(shade: str, sign: str) -> str:
    """A shade or a sign as a small picture, for the key of a map."""
    mark = {"heat": _HEAT, "oasis": _OASIS}.get(sign, "").format(x=12, y=9)
    area = f'<rect class="{shade}" x="1" y="1" width="22" height="16" stroke="#8b95a1"/>' if shade else ""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="18" viewBox="0 0 24 18">'
        f"<style>{PAPER % 'serif'}</style>{area}{mark}</svg>"
    )


def scale_m(span: float) -> int:
    """How many metres the line of the scale stands for."""
    return max((step for step in STEPS_M if step <= span / 4), default=STEPS_M[0])


class _Projection:
    """Longitude and latitude to pixels: flat around the middle of the city, which is exact enough for one."""

    def __init__(self, ground: Ground, span: float) -> None:
        west, south, east, north = _box(ground)
        self.lon, self.lat = (west + east) / 2, (south + north) / 2
        self.down = METRES_PER_DEGREE * SIDE / span
        self.right = self.down * math.cos(math.radians(self.lat))

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        return SIDE / 2 + (lon - self.lon) * self.right, SIDE / 2 - (lat - self.lat) * self.down

    def path(self, geometry: str) -> str:
        return "".join(self.line(positions) for positions in _rings(geometry))

    def line(self, positions: Sequence[Sequence[float]]) -> str:
        points = (self.at(lon, lat) for lon, lat in (position[:2] for position in positions))
        return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z"


def _districts(place: _Projection, ground: Ground) -> Iterator[str]:
    for n, text in enumerate(ground.districts):
        shade = f" {ground.shades[n]}" if ground.shades else ""
        yield f'<path class="part{shade}" d="{place.path(text)}"/>'


def _cells(place: _Projection, cells: Sequence[Cell]) -> Iterator[str]:
    for cell in cells:
        yield f'<path class="cell {cell.shade}" d="{place.line(ring(cell.code))}"/>'


def _signs(place: _Projection, cells: Sequence[Cell]) -> Iterator[str]:
    for cell in cells:
        if cell.sign:
            lat, lon = h3.cell_to_latlng(cell.code)
            x, y = place.at(lon, lat)
            yield (_HEAT if cell.sign == "heat" else _OASIS).format(x=round(x, 1), y=round(y, 1))


def _rings(geometry: str) -> Iterator[list[list[float]]]:
    found = json.loads(geometry)
    polygons = found["coordinates"] if found["type"] == "MultiPolygon" else [found["coordinates"]]
    for polygon in polygons:
        yield from polygon


def _box(ground: Ground) -> Box:
    if ground.box:
        return ground.box
    positions = [position for positions in _rings(ground.boundary) for position in positions]
    lons, lats = [position[0] for position in positions], [position[1] for position in positions]
    return min(lons), min(lats), max(lons), max(lats)


def _size_m(ground: Ground) -> tuple[float, float]:
    west, south, east, north = _box(ground)
    narrow = math.cos(math.radians((south + north) / 2))
    return (east - west) * METRES_PER_DEGREE * narrow, (north - south) * METRES_PER_DEGREE


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
