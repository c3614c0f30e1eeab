"""What a city's TOML file says, read and checked completely; README has an example."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import shapely

from participation import geo, questionnaire
from participation.geo import DistrictShape, Point
from participation.locales import CODES
from participation.models.texts import PAGES
from participation.services import basemap_files
from participation.services.addresses import read as read_address_search
from participation.services.basemap_files import BasemapEntry
from participation.services.toml_tables import CODE_MAX, NAME_MAX, Table

# First words of addresses that stand where a city's slug would.
RESERVED = ("staff", "compare", "receipts")
TEXT_MAX = 100_000
LARGEST = 2**31 - 1
# Within how many hours a city means to decide: without a word of its own, and at the most, a year.
HOURS, HOURS_MOST = 48, 24 * 365


@dataclass(frozen=True)
class LandmarkEntry:
    """A landmark as the file has it."""

    code: str
    name: dict[str, str]
    point: Point
    place_type: str | None


@dataclass(frozen=True)
class CityFile:
    """A city as its file has it; `boundary` is canonical GeoJSON, `texts` is Markdown by page and language."""

    slug: str
    name: dict[str, str]
    country: str
    population: int
    population_year: int
    population_source: str
    population_territory: str
    time_zone: str
    languages: list[str]
    centre: Point
    zoom: int
    boundary: str
    boundary_source: str
    outline_is_simple: bool
    districts: tuple[DistrictShape, ...]
    residents: Mapping[str, int]
    landmarks: tuple[LandmarkEntry, ...]
    basemap: BasemapEntry | None
    address_search: dict[str, str] | None
    target_hours: int
    texts: Mapping[tuple[str, str], str]


def read(file: Path) -> CityFile:
    """Read and check a file with all files it names; raises Invalid for the first mistake."""
    top = Table.of_file(file)
    languages = top.some_of("languages", CODES)
    boundary = _boundary(top)
    centre, zoom = _centre(top, boundary)
    country = _country(top)
    districts, residents = _districts(top, boundary)
    city = CityFile(
        slug=top.slug("slug", reserved=RESERVED),
        name=top.names("name", languages[0]),
        country=country,
        population=top.whole("population", 1, LARGEST),
        population_year=top.whole("population_year", 1900, 2100),
        population_source=_source(top, "population_source"),
        population_territory=top.text("population_territory", longest=120) if "population_territory" in top else "",
        time_zone=_time_zone(top),
        languages=languages,
        centre=centre,
        zoom=zoom,
        boundary=boundary,
        boundary_source=_source(top, "boundary_source"),
        outline_is_simple=top.flag("outline_is_simple"),
        districts=districts,
        residents=residents,
        landmarks=_landmarks(top, boundary, languages[0]),
        basemap=basemap_files.read(top, country=country, box=geo.area(boundary).box),
        address_search=read_address_search(top),
        target_hours=top.whole("target_hours", 1, HOURS_MOST) if "target_hours" in top else HOURS,
        texts=_texts(top),
    )
    top.done()
    return city


def _source(top: Table, key: str) -> str:
    return top.text(key, longest=300) if key in top else ""


def _country(top: Table) -> str:
    country = top.text("country")
    if not (len(country) == 2 and country.isascii() and country.isalpha() and country.isupper()):
        top.fail("country", f"must be two capital letters as in ISO 3166, not {country!r}")
    return country


def _time_zone(top: Table) -> str:
    zone = top.text("time_zone", longest=CODE_MAX)
    if zone not in available_timezones():
        top.fail("time_zone", f"must be a name such as Europe/Berlin, not {zone!r}")
    return zone


def _geojson(table: Table, key: str) -> object:
    path = table.file(key)
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        table.fail(key, f"{path.name} cannot be read: {error}")


def _boundary(top: Table) -> str:
    document = _geojson(top, "boundary")
    try:
        return geo.read_boundary(document)
    except ValueError as error:
        top.fail("boundary", str(error))


def _centre(top: Table, boundary: str) -> tuple[Point, int]:
    table = top.table("centre")
    point = _point(table, boundary)
    zoom = table.whole("zoom", 1, 18)
    table.done()
    return point, zoom


def _point(table: Table, boundary: str) -> Point:
    point = Point(table.degrees("lat", 90), table.degrees("lon", 180))
    if not geo.area(boundary).contains(point):
        table.fail("lat", f"lies outside the boundary ({point.lat}, {point.lon})")
    return point


def _districts(top: Table, boundary: str) -> tuple[tuple[DistrictShape, ...], Mapping[str, int]]:
    """The districts, and by code how many live in those of which the file says so."""
    if "districts" not in top:
        return (), {}
    table = top.table("districts")
    document = _geojson(table, "file")
    properties = {key: table.text(key) for key in ("name", "code") if key in table}
    population = table.text("population") if "population" in table else ""
    table.done()
    try:
        districts = geo.read_districts(document, **properties)
    except ValueError as error:
        top.fail("districts.file", str(error))
    territory = shapely.from_geojson(boundary)
    shapely.prepare(territory)
    for district in districts:
        if len(district.code) > CODE_MAX or len(district.name) > NAME_MAX:
            top.fail("districts.file", f"{district.name[:CODE_MAX]}: the code or name is too long")
        # Neighbours that only share an edge with the city are outside as well.
        shape = shapely.from_geojson(district.geometry_text)
        if not territory.intersects(shape) or territory.touches(shape):
            top.fail("districts.file", f"{district.name} ({district.code}) lies wholly outside the boundary")
    return tuple(districts), _residents(top, document, districts, population) if population else {}


def _residents(top: Table, document: Any, districts: Sequence[DistrictShape], key: str) -> dict[str, int]:
    """One feature is one district, in the same order."""
    found = {}
    for district, feature in zip(districts, document.get("features", [document]), strict=True):
        value = (feature.get("properties") or {}).get(key)
        if value is None:
            continue
        if type(value) is not int or not 0 <= value <= LARGEST:
            top.fail("districts.population", f"{district.name}: must be a whole number, not {value!r}"[:200])
        found[district.code] = value
    return found


def _landmarks(top: Table, boundary: str, language: str) -> tuple[LandmarkEntry, ...]:
    landmarks: dict[str, LandmarkEntry] = {}
    for table in top.tables("landmarks"):
        code = table.slug("code")
        if code in landmarks:
            table.fail("code", f"comes twice: {code!r}")
        landmarks[code] = LandmarkEntry(
            code=code,
            name=table.names("name", language),
            point=_point(table, boundary),
            place_type=table.one_of("place_type", place_types()) if "place_type" in table else None,
        )
        table.done()
    return tuple(landmarks.values())


@cache
def place_types() -> tuple[str, ...]:
    """The codes of all kinds of places that any questionnaire knows."""
    sheets = [questionnaire.load(version) for version in questionnaire.versions()]
    codes = (option.code for sheet in sheets for option in sheet.question("place_type").options)
    return tuple(dict.fromkeys(codes))


def _texts(top: Table) -> dict[tuple[str, str], str]:
    texts: dict[tuple[str, str], str] = {}
    if "texts" not in top:
        return texts
    pages = top.table("texts")
    for page in PAGES:
        if page in pages:
            table = pages.table(page)
            texts |= {(page, code): table.prose(code, longest=TEXT_MAX) for code in CODES if code in table}
            table.done()
    pages.done()
    return texts
