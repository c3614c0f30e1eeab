"""Cities: looked up by slug, and loaded from the files in which they describe themselves."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from participation.errors import Conflict, NotFound
from participation.geo import Point
from participation.models.cities import City, District, Landmark
from participation.models.submissions import Submission
from participation.models.texts import CityText
from participation.services import basemap_files, city_files, tiles
from participation.services.basemaps import wide_box
from participation.services.city_files import CityFile
from participation.services.locations import district_of


def every(session: Session) -> Sequence[City]:
    """All cities by slug."""
    return session.scalars(select(City).order_by(City.slug)).all()


def by_slug(session: Session, *, slug: str) -> City:
    """The city with this slug; raises NotFound."""
    city = session.scalar(select(City).where(City.slug == slug))
    if city is None:
        raise NotFound("city_unknown", slug=slug)
    return city


def numbers(session: Session, *, cities: Sequence[City], of: type[Any], status: str) -> dict[int, int]:
    """How many entries, notices or the like (`of`) stand so in each of the cities, by the id of the city."""
    query = (
        select(of.city_id, func.count())
        .where(of.city_id.in_([city.id for city in cities]), of.status == status)
        .group_by(of.city_id)
    )
    counted: dict[int, int] = dict(session.execute(query).all())
    return {city.id: counted.get(city.id, 0) for city in cities}


def load(session: Session, *, file: Path, basemaps: Path, demo: bool = False) -> City:
    """Make a city from its TOML file, or bring the city with its slug up to date with it.

    The basemap is copied into `basemaps`. A city stays marked as demo while it holds demo submissions. Raises
    Invalid for a mistake in the file and Conflict where a district would vanish that submissions need.
    """
    found = city_files.read(file)
    city = session.scalar(select(City).where(City.slug == found.slug)) or City(slug=found.slug)
    city.demo = demo or _has_demo_submissions(session, city)
    _describe(city, found)
    city.changed_at = datetime.now(UTC)
    session.add(city)
    _set_landmarks(session, city, found)
    _set_districts(session, city, found)
    _set_texts(session, city, found)
    session.flush()
    # Last, so that a refused file leaves the archive that is there alone.
    city.basemap = basemap_files.install(found.basemap, folder=basemaps, slug=city.slug, wide=wide_box(city))
    session.flush()
    return city


def _has_demo_submissions(session: Session, city: City) -> bool:
    query = select(Submission.id).where(Submission.city_id == city.id, Submission.source == "demo").limit(1)
    return session.scalar(query) is not None


def _describe(city: City, found: CityFile) -> None:
    city.name, city.country, city.time_zone, city.languages = (
        found.name,
        found.country,
        found.time_zone,
        found.languages,
    )
    city.population, city.population_year = found.population, found.population_year
    city.population_source, city.population_territory = found.population_source, found.population_territory
    city.centre_lat, city.centre_lon, city.centre_zoom = found.centre.lat, found.centre.lon, found.zoom
    city.boundary, city.outline_is_simple = found.boundary, found.outline_is_simple
    city.boundary_source = found.boundary_source
    city.address_search, city.target_hours = found.address_search, found.target_hours


def _set_landmarks(session: Session, city: City, found: CityFile) -> None:
    present = {landmark.code: landmark for landmark in city.landmarks}
    landmarks = []
    for position, entry in enumerate(found.landmarks):
        landmark = present.get(entry.code) or Landmark(code=entry.code)
        landmark.name, landmark.place_type, landmark.position = entry.name, entry.place_type, position
        landmark.lat, landmark.lon = entry.point.lat, entry.point.lon
        landmarks.append(landmark)
    city.landmarks = landmarks
    session.flush()


def _set_districts(session: Session, city: City, found: CityFile) -> None:
    """Submissions with a point move to the district that now holds them; the others keep the one that was chosen."""
    present = {district.code: district for district in city.districts}
    before = {district.code: district.boundary for district in city.districts}
    districts = []
    for shape in found.districts:
        district = present.pop(shape.code, None) or District(code=shape.code)
        district.name, district.boundary = shape.name, shape.geometry_text
        district.population = found.residents.get(shape.code)
        districts.append(district)
    added = [district for district in districts if district.code not in before]
    city.districts.extend(added)
    session.flush()
    if before != {shape.code: shape.geometry_text for shape in found.districts}:
        _move_submissions(session, city, sorted(districts, key=lambda district: district.name))
    for gone in present.values():
        _refuse_if_used(session, gone)
        city.districts.remove(gone)
    session.flush()
    session.expire(city, ["districts"])


def _move_submissions(session: Session, city: City, districts: Sequence[District]) -> None:
    query = select(Submission.id, Submission.lat, Submission.lon, Submission.district_id)
    moved = []
    for submission_id, lat, lon, old in session.execute(query.where(Submission.city_id == city.id)):
        if lat is None or lon is None:
            continue
        district = district_of(districts, Point(lat, lon))
        new = district.id if district else None
        if new != old:
            moved.append({"id": submission_id, "district_id": new})
    if moved:
        session.execute(update(Submission), moved)
        # The map's counts know districts too.
        tiles.rebuild(session, city=city)


def _refuse_if_used(session: Session, district: District) -> None:
    used = session.scalar(select(func.count()).select_from(Submission).where(Submission.district_id == district.id))
    if used:
        raise Conflict("district_in_use", district=f"{district.name} ({district.code})", submissions=used)


def _set_texts(session: Session, city: City, found: CityFile) -> None:
    session.execute(delete(CityText).where(CityText.city_id == city.id))
    session.add_all(
        CityText(city_id=city.id, page=page, language=language, markdown=markdown)
        for (page, language), markdown in found.texts.items()
    )
