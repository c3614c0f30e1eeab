"""A square city with a centre, and its parts."""

from typing import Any

from sqlalchemy.orm import Session

from participation.geo import Point, read_boundary
from participation.models.cities import City, District, Landmark
from participation.models.texts import CityText

CENTRE = Point(49.63, 8.36)
INSIDE = Point(49.6312, 8.3655)
OUTSIDE = Point(50.5, 9.5)


def square(centre: Point = CENTRE, half: float = 0.1) -> str:
    """The canonical boundary of a square; `half` of its side is in degrees."""
    west, south, east, north = centre.lon - half, centre.lat - half, centre.lon + half, centre.lat + half
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return read_boundary({"type": "Polygon", "coordinates": [ring]})


def make(session: Session, slug: str = "worms", *, centre: Point = CENTRE, **columns: Any) -> City:
    """A city whose boundary is a square around its centre."""
    values: dict[str, Any] = {
        "name": {"en": slug.capitalize()},
        "country": "DE",
        "population": 83_000,
        "population_year": 2021,
        "time_zone": "Europe/Berlin",
        "languages": ["de"],
        "centre_lat": centre.lat,
        "centre_lon": centre.lon,
        "centre_zoom": 13,
        "boundary": square(centre),
    }
    city = City(slug=slug, **(values | columns))
    session.add(city)
    session.flush()
    return city


def district(session: Session, city: City, code: str = "altstadt", *, half: float = 0.05, **columns: Any) -> District:
    """A district: a square around the centre of its city."""
    values = {"name": code.capitalize(), "boundary": square(city.centre, half)}
    made = District(code=code, **(values | columns))
    city.districts.append(made)
    session.flush()
    return made


def landmark(session: Session, city: City, code: str = "dom", *, point: Point = INSIDE, **columns: Any) -> Landmark:
    """A landmark of the city."""
    values: dict[str, Any] = {"name": {"en": code.capitalize()}, "position": len(city.landmarks)}
    made = Landmark(code=code, lat=point.lat, lon=point.lon, **(values | columns))
    city.landmarks.append(made)
    session.flush()
    return made


def text(
    session: Session, city: City, page: str = "imprint", *, language: str = "de", markdown: str = "Hallo"
) -> CityText:
    """A page that the city has written."""
    made = CityText(city_id=city.id, page=page, language=language, markdown=markdown)
    session.add(made)
    session.flush()
    return made
