"""City files: read completely, refused with the key that is wrong, and loaded again in place."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from participation.errors import Conflict, Invalid, NotFound
from participation.geo import Point, area
from participation.models.cities import City, District, Landmark
from participation.models.submissions import Submission
from participation.models.texts import CityText
from participation.services import cities, tile_facets, tiles
from participation.services.filters import Filter
from participation.services.locations import district_of
from tests.factories import basemaps, campaigns, real_cities, submissions, toml_files
from tests.factories.cities import CENTRE, INSIDE, OUTSIDE
from tests.factories.toml_files import LANDMARK

WEST, EAST = Point(49.63, 8.30), Point(49.63, 8.42)

Load = Callable[..., City]


@pytest.fixture
def load(session: Session, tmp_path: Path) -> Load:
    """Loads the square city with some keys of its file changed."""

    def loaded(*, demo: bool = False, **changed: Any) -> City:
        file = toml_files.city(tmp_path, **changed)
        return cities.load(session, file=file, basemaps=tmp_path / "basemaps", demo=demo)

    return loaded


def basemap(folder: Path, content: bytes = b"\x1a\x00") -> dict[str, str]:
    """A table that names an archive with one vector tile of this content."""
    basemaps.vector(folder / "base.pmtiles", content=content)
    return {"type": "pmtiles", "file": "base.pmtiles", "attribution": "© somebody"}


def codes(city: City) -> list[str]:
    return [district.code for district in city.districts]


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


# What a file says


def test_everything_a_file_says_is_stored(session: Session, load: Load, tmp_path: Path) -> None:
    load(
        population_source="Statistik 2021",
        boundary_source="© GeoBasis-DE / BKG 2019, dl-de/by-2-0",
        outline_is_simple=True,
        target_hours=72,
        districts=toml_files.districts(tmp_path / "d.geojson", w=(WEST, 0.02), e=(EAST, 0.02)),
        landmarks=[LANDMARK | {"place_type": "square"}, LANDMARK | {"code": "see", "name": {"de": "See", "fr": "Lac"}}],
        basemap=basemap(tmp_path),
        texts={"about": {"de": "# Über uns", "fr": "# À propos"}, "imprint": {"de": "Wir"}},
    )
    session.expire_all()
    city = cities.by_slug(session, slug="worms")
    assert (city.name, city.country) == ({"de": "Worms", "en": "Worms am Rhein"}, "DE")
    assert (city.population, city.population_year, city.population_source) == (83_000, 2021, "Statistik 2021")
    assert city.boundary_source == "© GeoBasis-DE / BKG 2019, dl-de/by-2-0"
    assert (city.time_zone, city.languages) == ("Europe/Berlin", ["de", "fr"])
    assert city.target_hours == 72
    assert (city.centre, city.centre_zoom, city.outline_is_simple, city.demo) == (CENTRE, 13, True, False)
    assert city.area.contains(INSIDE)
    assert not city.area.contains(OUTSIDE)
    assert [(district.code, district.name) for district in city.districts] == [
        ("e", "Stadtteil e"),
        ("w", "Stadtteil w"),
    ]
    assert [(mark.code, mark.name, mark.place_type, mark.point) for mark in city.landmarks] == [
        ("dom", {"de": "Dom"}, "square", INSIDE),
        ("see", {"de": "See", "fr": "Lac"}, None, INSIDE),
    ]
    assert city.basemap
    assert {"type": "pmtiles", "tiles": "vector", "attribution": "© somebody"}.items() <= city.basemap.items()
    copy, original = tmp_path / "basemaps" / city.basemap["file"], tmp_path / "base.pmtiles"
    assert copy.read_bytes() == original.read_bytes()
    written = {(text.page, text.language): text.markdown for text in session.scalars(select(CityText))}
    assert written == {("about", "de"): "# Über uns", ("about", "fr"): "# À propos", ("imprint", "de"): "Wir"}


def test_the_smallest_file_is_enough(load: Load, tmp_path: Path) -> None:
    city = load()
    assert (city.districts, city.landmarks, city.basemap, city.population_source) == ([], [], None, "")
    assert load(basemap={"type": "none"}).basemap is None
    assert not (tmp_path / "basemaps").exists()


def test_cities_are_found_by_slug(session: Session, load: Load) -> None:
    load(slug="worms")
    load(slug="metz")
    assert [city.slug for city in cities.every(session)] == ["metz", "worms"]
    assert cities.by_slug(session, slug="metz").slug == "metz"
    with pytest.raises(NotFound):
        cities.by_slug(session, slug="paris")


OUT = {"lat": OUTSIDE.lat, "lon": OUTSIDE.lon}
MISTAKES: list[tuple[str, dict[str, Any], str]] = [
    ("slug", {"slug": "Worms"}, "lower-case"),
    ("slug", {"slug": "worms--am"}, "lower-case"),
    ("slug", {"slug": "wörms"}, "lower-case"),
    ("slug", {"slug": ""}, "empty"),
    ("slug", {"slug": "w" * 61}, "60"),
    *(("slug", {"slug": word}, "taken") for word in ("staff", "compare", "receipts")),
    *((key, {key: None}, "missing") for key in toml_files.CITY),
    ("name", {"name": 5}, "table"),
    ("name", {"name": {}}, "at least one language"),
    ("name.it", {"name": {"de": "Worms", "it": "Worms"}}, "not a key"),
    ("country", {"country": "Germany"}, "two capital letters"),
    ("population", {"population": 0}, "from 1"),
    ("population", {"population": 2**31}, "from 1"),
    ("population", {"population": "many"}, "whole number"),
    ("population", {"population": True}, "whole number"),
    ("population_year", {"population_year": 21}, "from 1900"),
    ("time_zone", {"time_zone": "Europe/Worms"}, "Europe/Berlin"),
    ("languages", {"languages": ["de", "it"]}, "'it'"),
    ("languages", {"languages": []}, "at least one"),
    ("languages", {"languages": ["de", "de"]}, "twice"),
    ("languages", {"languages": "de"}, "list"),
    ("centre.lat", {"centre": OUT | {"zoom": 13}}, "outside the boundary"),
    ("centre.lat", {"centre": {"lat": 91, "lon": 8, "zoom": 13}}, "degrees"),
    ("centre.zoom", {"centre": {"lat": CENTRE.lat, "lon": CENTRE.lon, "zoom": 30}}, "from 1 to 18"),
    ("centre.zoom", {"centre": {"lat": CENTRE.lat, "lon": CENTRE.lon}}, "missing"),
    ("boundary", {"boundary": "nowhere.geojson"}, "no file"),
    ("boundary", {"boundary": "worms.toml"}, "cannot be read"),
    ("boundary", {"boundary": "point.geojson"}, "expected GeoJSON"),
    ("outline_is_simple", {"outline_is_simple": "yes"}, "true or false"),
    ("target_hours", {"target_hours": 0}, "from 1"),
    ("colour", {"colour": "red"}, "not a key"),
    ("districts.file", {"districts": {"file": "nowhere.geojson"}}, "no file"),
    ("districts.file", {"districts": {"file": "boundary.geojson"}}, "no name"),
    ("districts.fill", {"districts": {"file": "boundary.geojson", "fill": "red"}}, "not a key"),
    ("landmarks[2].code", {"landmarks": [LANDMARK, LANDMARK]}, "twice"),
    ("landmarks[1].code", {"landmarks": [LANDMARK | {"code": "Der Dom"}]}, "lower-case"),
    ("landmarks[1].lat", {"landmarks": [LANDMARK | OUT]}, "outside the boundary"),
    ("landmarks[2].lon", {"landmarks": [LANDMARK, {"code": "see", "name": "See", "lat": 49.63}]}, "missing"),
    ("landmarks[1].place_type", {"landmarks": [LANDMARK | {"place_type": "moon"}]}, "'moon'"),
    ("landmarks[1].zoom", {"landmarks": [LANDMARK | {"zoom": 3}]}, "not a key"),
    ("landmarks[1]", {"landmarks": ["dom"]}, "table"),
    ("basemap.type", {"basemap": {"type": "raster"}}, "'raster'"),
    ("basemap.file", {"basemap": {"type": "pmtiles", "attribution": "x"}}, "missing"),
    ("basemap.file", {"basemap": {"type": "pmtiles", "attribution": "x", "file": "boundary.geojson"}}, "version 3"),
    ("basemap.attribution", {"basemap": {"type": "pmtiles", "file": "boundary.geojson"}}, "missing"),
    ("basemap.file", {"basemap": {"type": "none", "file": "boundary.geojson"}}, "not a key"),
    ("texts.contact", {"texts": {"contact": {"de": "Hallo"}}}, "not a key"),
    ("texts.about.it", {"texts": {"about": {"it": "Ciao"}}}, "not a key"),
    ("texts.about.de", {"texts": {"about": {"de": " "}}}, "empty"),
]


@pytest.mark.parametrize(("key", "changed", "why"), MISTAKES, ids=lambda part: str(part)[:40])
def test_a_mistake_is_refused_with_its_key(
    session: Session, load: Load, tmp_path: Path, key: str, changed: dict[str, Any], why: str
) -> None:
    (tmp_path / "point.geojson").write_text('{"type": "Point", "coordinates": [8, 49]}')
    with pytest.raises(Invalid) as caught:
        load(**changed)
    assert caught.value.code == "file_wrong"
    assert caught.value.details["key"] == key
    assert why in str(caught.value.details["why"])
    assert count(session, City) == 0


def test_a_district_outside_is_refused_and_one_that_sticks_out_is_not(load: Load, tmp_path: Path) -> None:
    neighbour = Point(CENTRE.lat, CENTRE.lon + 0.15)
    touching = toml_files.districts(tmp_path / "d.geojson", west=(WEST, 0.02), neighbour=(neighbour, 0.05))
    with pytest.raises(Invalid, match="file_wrong") as caught:
        load(districts=touching)
    assert "Stadtteil neighbour (neighbour) lies wholly outside" in str(caught.value.details["why"])
    sticking_out = toml_files.districts(tmp_path / "d.geojson", neighbour=(neighbour, 0.06))
    assert codes(load(districts=sticking_out)) == ["neighbour"]


@pytest.mark.parametrize("content", [b"slug = ", b"slug = 'w'\nslug = 'w'", b"\xff\xfe", b"[[["])
def test_a_file_that_is_no_toml_is_refused(session: Session, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "city.toml").write_bytes(content)
    with pytest.raises(Invalid, match="file_unreadable"):
        cities.load(session, file=tmp_path / "city.toml", basemaps=tmp_path)


# Loading again


def test_loading_twice_changes_nothing(session: Session, load: Load, tmp_path: Path) -> None:
    keys = {
        "districts": toml_files.districts(tmp_path / "d.geojson", w=(WEST, 0.02)),
        "landmarks": [LANDMARK],
        "texts": {"about": {"de": "Hallo"}},
        "basemap": basemap(tmp_path),
    }

    def state() -> tuple[object, ...]:
        session.expire_all()
        city = cities.by_slug(session, slug="worms")
        parts = [(part.id, part.code, part.name) for part in (*city.districts, *city.landmarks)]
        return city.id, city.name, city.map_version, city.boundary, parts, count(session, CityText)

    load(**keys)
    before = state()
    load(**keys)
    assert state() == before


def test_loading_again_updates_in_place(session: Session, load: Load, tmp_path: Path) -> None:
    first = load(
        districts=toml_files.districts(tmp_path / "d.geojson", w=(WEST, 0.02), e=(EAST, 0.02)),
        landmarks=[LANDMARK, LANDMARK | {"code": "see"}],
        texts={"about": {"de": "alt"}, "imprint": {"de": "Wir"}},
        basemap=basemap(tmp_path),
    )
    kept = {part.code: part.id for part in (*first.districts, *first.landmarks)}
    load(
        population=84_000,
        districts=toml_files.districts(tmp_path / "d.geojson", w=(WEST, 0.03), n=(CENTRE, 0.01)),
        landmarks=[LANDMARK | {"code": "turm"}, LANDMARK | {"code": "see", "name": "Neuer See"}],
        texts={"about": {"de": "neu"}},
        basemap=basemap(tmp_path, b"\x1a\x00" * 2),
    )
    session.expire_all()
    city = cities.by_slug(session, slug="worms")
    assert (city.id, city.population) == (first.id, 84_000)
    assert codes(city) == ["n", "w"]
    assert city.districts[1].id == kept["w"]
    assert city.districts[1].area.contains(Point(WEST.lat + 0.025, WEST.lon))
    assert [(mark.code, mark.name["de"]) for mark in city.landmarks] == [("turm", "Dom"), ("see", "Neuer See")]
    assert city.landmarks[1].id == kept["see"]
    assert (count(session, District), count(session, Landmark)) == (2, 2)
    assert [text.markdown for text in session.scalars(select(CityText))] == ["neu"]
    assert (tmp_path / "basemaps" / "worms.pmtiles").read_bytes() == (tmp_path / "base.pmtiles").read_bytes()
    assert [file.name for file in (tmp_path / "basemaps").iterdir()] == ["worms.pmtiles"]


def test_a_refused_file_leaves_everything_as_it_was(session: Session, load: Load, tmp_path: Path) -> None:
    table = basemap(tmp_path)
    load(landmarks=[LANDMARK], basemap=table)
    session.commit()
    archive = (tmp_path / "base.pmtiles").read_bytes()
    for wrong in (b"PMTiles\x02" + archive[8:], b"", b"This is an inval", archive[:-1]):
        (tmp_path / "base.pmtiles").write_bytes(wrong)
        with pytest.raises(Invalid, match="file_wrong"):
            load(population=5, basemap=table)
    session.rollback()
    city = cities.by_slug(session, slug="worms")
    assert (city.population, len(city.landmarks)) == (83_000, 1)
    assert (tmp_path / "basemaps" / "worms.pmtiles").read_bytes() == archive


def test_new_districts_get_the_submissions_that_lie_in_them(session: Session, load: Load, tmp_path: Path) -> None:
    city = load(districts=toml_files.districts(tmp_path / "d.geojson", old=(CENTRE, 0.05)))
    campaign = campaigns.make(session, city)
    inside = submissions.make(session, city, campaign, point=CENTRE)
    edge = submissions.make(session, city, campaign, point=Point(CENTRE.lat + 0.04, CENTRE.lon))
    west = submissions.make(session, city, campaign, point=WEST)
    assert (inside.district, edge.district, west.district) == (*city.districts * 2, None)
    load(districts=toml_files.districts(tmp_path / "d.geojson", new=(CENTRE, 0.01), w=(WEST, 0.02)))
    session.expire_all()
    found = [submission.district.code if submission.district else None for submission in (inside, edge, west)]
    assert found == ["new", None, "w"]
    assert codes(city) == ["new", "w"]


def test_new_districts_are_known_to_the_filters_of_the_map(session: Session, load: Load, tmp_path: Path) -> None:
    city = load(districts=toml_files.districts(tmp_path / "d.geojson", old=(CENTRE, 0.05)))
    submissions.published(session, city, campaigns.make(session, city), point=CENTRE)
    load(districts=toml_files.districts(tmp_path / "d.geojson", new=(CENTRE, 0.01)))
    assert tiles.drift(session, city=city) == 0
    [district] = city.districts
    assert tile_facets.on_map(session, city=city, chosen=Filter()).districts == {district.id: 1}


def test_a_district_that_an_author_named_stays(session: Session, load: Load, tmp_path: Path) -> None:
    city = load(districts=toml_files.districts(tmp_path / "d.geojson", old=(CENTRE, 0.05)))
    submission = submissions.make(session, city, campaigns.make(session, city), point=None)
    submission.district = city.districts[0]
    session.commit()
    with pytest.raises(Conflict, match="district_in_use") as caught:
        load(districts=toml_files.districts(tmp_path / "d.geojson", new=(CENTRE, 0.05)))
    assert caught.value.details == {"district": "Stadtteil old (old)", "submissions": 1}
    session.rollback()
    session.expire_all()
    assert (codes(city), submission.district) == (["old"], city.districts[0])


def test_a_city_is_a_demo_as_long_as_it_has_demo_submissions(session: Session, load: Load) -> None:
    city = load(demo=True)
    assert city.demo
    submission = submissions.make(session, city, campaigns.make(session, city), source="demo")
    assert load().demo
    session.delete(submission)
    session.flush()
    assert not load().demo


# Real cities


def test_real_worms(session: Session, shared_data: Path, tmp_path: Path) -> None:
    city = cities.load(session, file=real_cities.worms(tmp_path, shared_data), basemaps=tmp_path)
    assert city.area.contains(Point(49.6316, 8.3656))
    assert not city.area.contains(Point(49.7037, 8.3277))


def test_real_metz_with_its_46_communes(session: Session, shared_data: Path, tmp_path: Path) -> None:
    city = cities.load(session, file=real_cities.metz(tmp_path, shared_data), basemaps=tmp_path)
    assert len(city.districts) == 46
    for point, code in ((Point(49.1203, 6.1757), "57463"), (Point(49.1003, 6.1539), "57480")):
        assert city.area.contains(point)
        district = district_of(city.districts, point)
        assert district
        assert district.code == code


def test_real_koeln_with_86_districts_and_its_basemap(session: Session, shared_data: Path, tmp_path: Path) -> None:
    file = real_cities.koeln(tmp_path, shared_data)
    for _ in range(2):
        city = cities.load(session, file=file, basemaps=tmp_path / "basemaps")
    assert len(city.districts) == count(session, District) == 86
    # The boundary is the union of the districts: whoever is in one of them is in the city.
    assert all(city.area.contains(area(district.boundary).centre) for district in city.districts)
    copy = tmp_path / "basemaps" / "koeln.pmtiles"
    assert copy.read_bytes() == (shared_data / "basemap" / "koeln_vector_z9-14.pmtiles").read_bytes()
    assert session.scalars(select(Submission)).all() == []


def test_an_archive_that_is_none_is_refused(session: Session, shared_data: Path, tmp_path: Path) -> None:
    with pytest.raises(Invalid) as caught:
        cities.load(session, file=real_cities.koeln(tmp_path, shared_data, "invalid.pmtiles"), basemaps=tmp_path)
    assert caught.value.details["key"] == "basemap.file"
    assert caught.value.details["why"] == "invalid.pmtiles is not a PMTiles archive of version 3"
