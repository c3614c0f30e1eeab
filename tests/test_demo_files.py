"""The city and partnership files of the demonstration hold together."""

import json
import os
import tomllib
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import shapely

from participation import locales
from participation.geo import Area, DistrictShape, Point, area, parse_point, read_boundary, read_districts

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "participation" / "demo"
DATA = Path(os.environ.get("PARTICIPATION_TEST_DATA") or ROOT.parent / "shared" / "data")

FILES = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(DEMO.glob("*.toml"))}
CITIES = {slug: file for slug, file in FILES.items() if "boundary" in file}
PARTNERSHIPS = {slug: file for slug, file in FILES.items() if "cities" in file}

REQUIRED = {
    "slug",
    "country",
    "time_zone",
    "languages",
    "centre",
    "boundary",
    "name",
    "districts",
    "landmarks",
}
POPULATION = {"population", "population_year", "population_source"}
OPTIONAL = {"population_territory", "outline_is_simple", "basemap", "texts"}
PAGES = {"about", "imprint", "privacy", "accessibility", "terms"}
PLACE_TYPES = {
    "square",
    "street",
    "pedestrian_zone",
    "car_park",
    "transit_stop",
    "cycle_foot_path",
    "playground",
    "sports_ground",
    "school_yard",
    "park_garden",
    "waterside",
    "urban_forest",
    "cemetery",
    "courtyard",
    "business_area",
    "public_building",
    "other",
}

each_city = pytest.mark.parametrize("slug", CITIES)


def geojson(name: str) -> Any:
    return json.loads((DEMO / name).read_text(encoding="utf-8"))


def outline(slug: str) -> Area:
    return area(read_boundary(geojson(CITIES[slug]["boundary"])))


def shape(slug: str) -> Any:
    """The outline as a shapely geometry, in degrees."""
    return shapely.from_geojson(read_boundary(geojson(CITIES[slug]["boundary"])))


def districts(slug: str) -> list[DistrictShape]:
    table = CITIES[slug]["districts"]
    return read_districts(geojson(table["file"]), name=table["name"], code=table["code"])


def has_all_languages(names: object) -> bool:
    return (
        isinstance(names, dict)
        and set(names) == set(locales.CODES)
        and all(isinstance(text, str) and text.strip() for text in names.values())
    )


def test_the_demonstration_has_two_pairs_of_cities() -> None:
    assert set(CITIES) == {"worms", "metz", "koeln", "yarinacocha"}
    assert {slug: file["cities"] for slug, file in PARTNERSHIPS.items()} == {
        "worms-metz": ["worms", "metz"],
        "koeln-yarinacocha": ["koeln", "yarinacocha"],
    }


@pytest.mark.parametrize("slug", FILES)
def test_slug_and_name(slug: str) -> None:
    assert FILES[slug]["slug"] == slug
    assert has_all_languages(FILES[slug]["name"])


@each_city
def test_a_city_file_has_only_known_entries(slug: str) -> None:
    assert set(CITIES[slug]) >= REQUIRED | POPULATION
    assert set(CITIES[slug]) <= REQUIRED | POPULATION | OPTIONAL


@each_city
def test_facts_about_the_city(slug: str) -> None:
    city = CITIES[slug]
    assert city["country"] in {"DE", "FR", "PE"}
    assert ZoneInfo(city["time_zone"]).key == city["time_zone"]
    assert sorted(city["languages"]) == sorted(locales.CODES)
    assert city["languages"][0] == {"DE": "de", "FR": "fr", "PE": "es"}[city["country"]]
    # Pages say the year beside the source.
    assert str(city["population_year"]) not in city["population_source"]
    assert city["outline_is_simple"] is True
    assert city["basemap"] == {"type": "none"}


def test_population_figures_are_the_reference_ones() -> None:
    figures = {slug: (city["population"], city["population_year"]) for slug, city in CITIES.items()}
    assert figures == {
        "worms": (83_000, 2021),
        "metz": (221_000, 2021),
        "koeln": (1_080_000, 2021),
        "yarinacocha": (100_000, 2017),
    }
    # The figure of Metz is that of all 46 municipalities, and must not be read as that of the city alone.
    assert "Eurométropole" in CITIES["metz"]["population_territory"]


@each_city
def test_the_map_opens_inside_the_city(slug: str) -> None:
    centre = CITIES[slug]["centre"]
    assert outline(slug).contains(Point(centre["lat"], centre["lon"]))
    assert 11 <= centre["zoom"] <= 16


@each_city
def test_an_outline_is_one_simple_polygon(slug: str) -> None:
    polygon = shape(slug)
    assert polygon.geom_type == "Polygon"
    assert 12 <= len(polygon.exterior.coords) - 1 <= 25
    assert not polygon.interiors


@each_city
def test_landmarks_are_in_the_outline(slug: str) -> None:
    for landmark in CITIES[slug]["landmarks"]:
        point = parse_point(str(landmark["lat"]), str(landmark["lon"]))
        assert outline(slug).contains(point), landmark["code"]


@each_city
def test_landmarks_are_in_one_district(slug: str) -> None:
    shapes = districts(slug)
    for landmark in CITIES[slug]["landmarks"]:
        point = Point(landmark["lat"], landmark["lon"])
        homes = [district.code for district in shapes if area(district.geometry_text).contains(point)]
        assert len(homes) == 1, landmark["code"]


@each_city
def test_landmarks_are_complete(slug: str) -> None:
    landmarks = CITIES[slug]["landmarks"]
    codes = [landmark["code"] for landmark in landmarks]
    own_language = CITIES[slug]["languages"][0]
    own_names = [
        landmark["name"] if isinstance(landmark["name"], str) else landmark["name"][own_language]
        for landmark in landmarks
    ]
    assert len(landmarks) >= {"worms": 15, "metz": 18, "koeln": 18, "yarinacocha": 8}[slug]
    assert len(set(codes)) == len(codes)
    assert len(set(own_names)) == len(own_names)
    for landmark in landmarks:
        assert set(landmark) == {"code", "lat", "lon", "place_type", "name"}
        assert landmark["place_type"] in PLACE_TYPES
        assert isinstance(landmark["name"], str) or has_all_languages(landmark["name"])
        assert all(len(name) <= 80 for name in names_of(landmark))


@each_city
def test_the_local_name_of_a_landmark_is_kept_in_every_language(slug: str) -> None:
    own_language = CITIES[slug]["languages"][0]
    for landmark in CITIES[slug]["landmarks"]:
        if isinstance(landmark["name"], dict):
            first_word = landmark["name"][own_language].split()[0]
            assert all(first_word in name for name in landmark["name"].values()), landmark["code"]


def names_of(landmark: dict[str, Any]) -> list[str]:
    return [landmark["name"]] if isinstance(landmark["name"], str) else list(landmark["name"].values())


@each_city
def test_districts_lie_inside_the_outline(slug: str) -> None:
    # Rounding may put a corner beside an edge: five metres are about 0.00005 degrees.
    roomy = shape(slug).buffer(0.00005)
    for district in districts(slug):
        assert roomy.covers(shapely.from_geojson(district.geometry_text)), district.name


@each_city
def test_districts_do_not_overlap(slug: str) -> None:
    shapes = [shapely.from_geojson(district.geometry_text) for district in districts(slug)]
    together = shapely.union_all(shapes).area
    assert len(shapes) >= 5
    assert sum(one.area for one in shapes) <= together * 1.01


@each_city
def test_districts_say_their_own_code(slug: str) -> None:
    table = CITIES[slug]["districts"]
    features = geojson(table["file"])["features"]
    codes = [feature["properties"][table["code"]] for feature in features]
    assert [district.code for district in districts(slug)] == codes


@each_city
def test_districts_have_residents_that_are_said_to_be_made_up(slug: str) -> None:
    table = CITIES[slug]["districts"]
    found = geojson(table["file"])
    residents = [feature["properties"][table["population"]] for feature in found["features"]]
    assert "made up" in found["note"]
    assert all(number % 100 == 0 for number in residents)
    # The districts of Metz are those of its middle only.
    whole = CITIES[slug]["population"]
    assert sum(residents) == whole or (slug == "metz" and sum(residents) < whole)


@each_city
def test_the_about_page_is_there_in_every_language_and_says_what_it_is(slug: str) -> None:
    texts = CITIES[slug]["texts"]
    says = {
        "de": "Demoversion",
        "fr": "version de démonstration",
        "es": "versión de demostración",
        "en": "demo version",
    }
    assert set(texts) <= PAGES
    assert has_all_languages(texts["about"])
    assert all(word in texts["about"][language] for language, word in says.items())


@pytest.mark.skipif(not DATA.is_dir(), reason=f"the folder of real test data is absent: {DATA}")
@pytest.mark.parametrize(
    ("slug", "official"),
    [
        ("worms", "worms"),
        ("metz", "metz_eurometropole"),
        ("koeln", "koeln"),
        ("yarinacocha", "yarinacocha"),
    ],
)
def test_a_simple_outline_resembles_the_official_one(slug: str, official: str) -> None:
    real = json.loads((DATA / "boundaries" / f"{official}.geojson").read_text(encoding="utf-8"))
    border = shapely.from_geojson(read_boundary(real))
    simple = shape(slug)
    assert simple.intersection(border).area / simple.union(border).area > 0.75
    for landmark in CITIES[slug]["landmarks"]:
        # The border of Yarinacocha is a coarse one, so a landmark may lie a few hundred metres beyond it.
        away = area(read_boundary(real)).distance_m(Point(landmark["lat"], landmark["lon"]))
        assert away < 500, landmark["code"]
