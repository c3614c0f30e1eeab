"""From what a resident said about the place to a point, a district and words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from participation.errors import Problem
from participation.geo import Point, distance_m, parse_point
from participation.models.cities import City, District, Landmark
from participation.models.submissions import PLACE_WORDS_MAX, Submission
from participation.text import clean_text

Chosen = TypeVar("Chosen", Landmark, District)
NEEDS_PLACE = ("heat_island", "climate_oasis")


@dataclass(frozen=True)
class Where:
    """The place as sent: a point, or the code of a landmark or district, or words. Empty means not given."""

    lat: str = ""
    lon: str = ""
    landmark: str = ""
    district: str = ""
    words: str = ""
    near_home: bool = False


@dataclass(frozen=True)
class Location:
    """The place as understood; without a point a moderator sets it."""

    point: Point | None = None
    district: District | None = None
    landmark: Landmark | None = None
    words: str | None = None


def locate(
    city: City, where: Where, *, kind: str, partners: Sequence[City] = (), from_map: bool = True
) -> tuple[Location, dict[str, Problem]]:
    """What was meant, and what is wrong with it by form field.

    `partners` are cities to offer for a point outside. A point `from_map` may not be the one at which the map opens,
    because then nobody has chosen it.
    """
    problems: dict[str, Problem] = {}
    landmark = _chosen(city.landmarks, where.landmark, "landmark", problems)
    district = _chosen(city.districts, where.district, "district", problems)
    words = _words(where.words, problems)
    point = _point(city, where, partners, problems)
    if from_map and point == city.centre and (landmark is None or landmark.point != point):
        problems["lat"] = Problem("untouched")
    if point is None and landmark is not None and "lat" not in problems:
        point = landmark.point
    if point is not None:
        district = district_of(city.districts, point)
    if kind in NEEDS_PLACE and not problems and not (point or district or words):
        problems["lat"] = Problem("where_required")
    return Location(point, district, landmark, words), problems


def districts(session: Session, *, city: City) -> Sequence[District]:
    """The districts of a city by name, without their boundaries, which are large and seldom needed."""
    names = load_only(District.code, District.name)
    return session.scalars(
        select(District).where(District.city_id == city.id).options(names).order_by(District.name)
    ).all()


def district_of(districts: Sequence[District], point: Point) -> District | None:
    """The first district that holds the point."""
    return next((district for district in districts if _holds(district, point)), None)


def _holds(district: District, point: Point) -> bool:
    """The box first: of a hundred districts it leaves two or three to look at closely."""
    west, south, east, north = district.area.box
    return west <= point.lon <= east and south <= point.lat <= north and district.area.contains(point)


def needs_point(kind: str) -> bool:
    """Whether entries of this kind are about a spot and nothing without one."""
    return kind in NEEDS_PLACE


def lacks_point(submission: Submission) -> bool:
    """Whether it cannot be published yet because nobody has said exactly where it is."""
    return submission.kind in NEEDS_PLACE and submission.point is None


def nearest_landmark(submission: Submission) -> tuple[Landmark, float] | None:
    """The landmark of the city that is nearest to the point, and how many metres away it is."""
    point = submission.point
    landmarks = submission.city.landmarks
    if point is None or not landmarks:
        return None
    nearest = min(landmarks, key=lambda landmark: distance_m(point, landmark.point))
    return nearest, distance_m(point, nearest.point)


def outside(city: City, point: Point, partners: Sequence[City] = ()) -> Problem | None:
    """The problem of a point outside the boundary, with the partner city it lies in."""
    if city.area.contains(point):
        return None
    return Problem("outside", {"partner": next((other for other in partners if other.area.contains(point)), None)})


def _point(city: City, where: Where, partners: Sequence[City], problems: dict[str, Problem]) -> Point | None:
    if not where.lat.strip() and not where.lon.strip():
        return None
    try:
        point = parse_point(where.lat, where.lon)
    except ValueError:
        problems["lat"] = Problem("not_a_point")
        return None
    beyond = outside(city, point, partners)
    if beyond:
        problems["lat"] = beyond
        return None
    return point


def _chosen(choices: Sequence[Chosen], code: str, field: str, problems: dict[str, Problem]) -> Chosen | None:
    if not code:
        return None
    found = next((choice for choice in choices if choice.code == code), None)
    if found is None:
        problems[field] = Problem("unknown_code", {"value": code[:60]})
    return found


def _words(words: str, problems: dict[str, Problem]) -> str | None:
    cleaned = " ".join(clean_text(words).split())
    if len(cleaned) > PLACE_WORDS_MAX:
        problems["place_words"] = Problem("too_long", {"max": PLACE_WORDS_MAX, "length": len(cleaned)})
    return cleaned or None
