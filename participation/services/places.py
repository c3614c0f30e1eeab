"""Places: the spots that published submissions belong to."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from participation import cells
from participation.errors import NotFound
from participation.geo import METRES_PER_DEGREE, Point, distance_m
from participation.models.cities import City, District
from participation.models.notices import Notice
from participation.models.places import Place, PlaceMerge, Reply, Support
from participation.models.submissions import Submission
from participation.questionnaire import KINDS

NEAR_M = 60
NEAR_MOST = 5
# What a moderator may join or merge without knowing its address.
AROUND_M = 150
AROUND_MOST = 12
# What people answer about a place, as far as it is worth counting.
COUNTED = ("reasons", "times_of_day", "comfort", "people_affected")
# Two or three tiles of this zoom hold everything that is near a point.
NEAR_ZOOM = 16
# A pin may lie this far from the place it belongs to.
PIN_M = 60


@dataclass(frozen=True)
class Near:
    """A published place near a point: how far away in metres, and how many entries of each kind it has."""

    place: Place
    metres: float
    kinds: Counter[str]


@dataclass(frozen=True)
class Tally:
    """How often each answer to one question was given for a kind, and how many people answered the question at all."""

    kind: str
    question: str
    counts: Counter[str]
    answered: int


def public(session: Session, *, city: City, place_id: UUID) -> Place:
    """A place of the city that something published belongs to; NotFound for all others."""
    place = session.get(Place, place_id)
    if place is None or place.city_id != city.id or not session.scalar(select(_is_public(place_id))):
        raise NotFound("place_unknown")
    return place


def published(session: Session, *, city: City, place_id: UUID) -> tuple[Place, Sequence[Submission]]:
    """A place of the city with its published submissions, oldest first; NotFound where none is published."""
    place = session.get(Place, place_id)
    if place is None or place.city_id != city.id:
        raise NotFound("place_unknown")
    submissions = session.scalars(
        select(Submission)
        .where(Submission.place_id == place.id, Submission.status == "published")
        # A district's boundary may be as large as all the rest of the page.
        .options(joinedload(Submission.campaign), joinedload(Submission.district).load_only(District.name))
        .options(joinedload(Submission.photo))
        .order_by(Submission.id)
    ).all()
    if not submissions:
        raise NotFound("place_unknown")
    return place, submissions


def near(session: Session, *, city: City, point: Point, kind: str) -> list[Near]:
    """The published places with an entry of this kind within NEAR_M metres, nearest first, at most NEAR_MOST."""
    return _near(session, city, point, Submission.kind == kind, most=NEAR_MOST)


def around(session: Session, *, city: City, point: Point) -> list[Near]:
    """The published places with an entry of any kind around a point, nearest first, at most AROUND_MOST."""
    return _near(session, city, point, Submission.kind.in_(KINDS), most=AROUND_MOST, metres=AROUND_M)


def tallies(submissions: Sequence[Submission]) -> list[Tally]:
    """What people say about a place: the counted questions by kind, as far as anybody answered them."""
    kinds = dict.fromkeys(submission.kind for submission in submissions)
    found = [_tally(kind, question, submissions) for kind in kinds for question in COUNTED]
    return [tally for tally in found if tally.answered]


def kinds(submissions: Sequence[Submission]) -> Counter[str]:
    """How many entries of each kind there are, most of them first."""
    return Counter(dict(Counter(submission.kind for submission in submissions).most_common()))


def give(session: Session, *, submission: Submission, now: datetime) -> None:
    """Give a submission that is about to be published its own place, unless it has one or nobody knows where it is."""
    point = submission.public_point
    if submission.place_id or point is None:
        return
    place = Place(city_id=submission.city_id, name=submission.place_name, lat=point.lat, lon=point.lon, created_at=now)
    session.add(place)
    session.flush()
    submission.place_id = place.id


def follow(session: Session, *, submission: Submission, now: datetime) -> None:
    """Let the place of a submission follow its point, which was set anew, unless others belong to the place too."""
    point = submission.public_point
    if point is None:
        return
    if submission.place_id is None:
        if submission.status == "published":
            give(session, submission=submission, now=now)
        return
    others = select(Submission.id).where(Submission.place_id == submission.place_id, Submission.id != submission.id)
    if session.scalar(others.limit(1)) is None:
        place = session.get_one(Place, submission.place_id)
        place.lat, place.lon = point.lat, point.lon


def forget_if_empty(session: Session, *, place_id: UUID, last: Submission) -> None:
    """Delete a place that nothing belongs to any more: its name was somebody's words.

    What was reported about it is from now on about the `last` submission that belonged to it, without what was quoted.
    The same goes for places that were merged, when nothing is left that could go back to them.
    """
    # Whoever supports it at this moment waits, and finds it gone.
    session.execute(select(Place.id).where(Place.id == place_id).with_for_update())
    here = select(PlaceMerge).join(Place, Place.id == PlaceMerge.place_id).where(Place.city_id == last.city_id)
    for merge in session.scalars(here).all():
        if str(last.id) in merge.moved["submissions"] and not _has_members(session, merge.moved["submissions"]):
            _delete(session, merge.place_id, last)
    if session.scalar(select(Submission.id).where(Submission.place_id == place_id).limit(1)) is None:
        _delete(session, place_id, last)


def merged_into(session: Session, *, city: City, place_id: UUID) -> UUID | None:
    """The place that a merged place has become a part of; None for one that was not merged."""
    place, found = session.get(Place, place_id), None
    if place is None or place.city_id != city.id:
        return None
    while merge := session.get(PlaceMerge, found or place_id):
        found = merge.into_id
    return found


def _has_members(session: Session, ids: Sequence[str]) -> bool:
    """Whether one of these submissions still belongs anywhere; what is erased does not."""
    mine = Submission.id.in_([UUID(one) for one in ids]), Submission.place_id.is_not(None)
    return session.scalar(select(Submission.id).where(*mine).limit(1)) is not None


def _delete(session: Session, place_id: UUID, last: Submission) -> None:
    for merged in session.scalars(select(PlaceMerge.place_id).where(PlaceMerge.into_id == place_id)).all():
        _delete(session, merged, last)
    about = update(Notice).where(Notice.place_id == place_id)
    session.execute(about.values(place_id=None, submission_id=last.id, explanation=""))
    session.execute(update(Submission).where(Submission.about_place_id == place_id).values(about_place_id=None))
    for table in (Support, Reply, PlaceMerge):
        session.execute(delete(table).where(table.place_id == place_id))
    session.execute(delete(Place).where(Place.id == place_id))


def _is_public(place_id: UUID) -> ColumnElement[bool]:
    return exists().where(Submission.place_id == place_id, Submission.status == "published")


def cell_ranges_around(point: Point, metres: int = NEAR_M) -> list[tuple[int, int]]:
    """The first and last cells of the tiles that hold every pin of a place near the point."""
    north = (metres + PIN_M) / METRES_PER_DEGREE
    east = north / max(math.cos(math.radians(point.lat)), 0.01)
    corners = [(point.lat + up * north, point.lon + right * east) for up in (-1, 1) for right in (-1, 1)]
    tiles = {
        cells.tile_of(Point(max(-90.0, min(90.0, lat)), max(-180.0, min(180.0, lon))), NEAR_ZOOM)
        for lat, lon in corners
    }
    return [cells.cell_range(cells.tile_cell(NEAR_ZOOM, *tile), NEAR_ZOOM) for tile in sorted(tiles)]


def _near(
    session: Session, city: City, point: Point, wanted: ColumnElement[bool], *, most: int, metres: int = NEAR_M
) -> list[Near]:
    query = select(Submission.place_id).where(
        Submission.city_id == city.id,
        Submission.status == "published",
        or_(*(Submission.cell.between(first, last) for first, last in cell_ranges_around(point, metres))),
        wanted,
        Submission.place_id.is_not(None),
    )
    places = session.scalars(select(Place).where(Place.id.in_(query))).all()
    away = [(distance_m(point, Point(place.lat, place.lon)), place) for place in places]
    nearest = sorted((pair for pair in away if pair[0] <= metres), key=lambda pair: (pair[0], pair[1].id))[:most]
    kinds = _kinds(session, [place.id for _, place in nearest])
    return [Near(place, distance, kinds[place.id]) for distance, place in nearest]


def _kinds(session: Session, ids: Sequence[UUID]) -> dict[UUID, Counter[str]]:
    query = (
        select(Submission.place_id, Submission.kind, func.count())
        .where(Submission.place_id.in_(ids), Submission.status == "published")
        .group_by(Submission.place_id, Submission.kind)
    )
    counts: dict[UUID, Counter[str]] = {place_id: Counter() for place_id in ids}
    for place_id, kind, number in session.execute(query) if ids else ():
        if place_id:
            counts[place_id][kind] = number
    return counts


def _tally(kind: str, question: str, submissions: Sequence[Submission]) -> Tally:
    given = [getattr(submission, question) for submission in submissions if submission.kind == kind]
    answers = [(answer,) if isinstance(answer, str) else answer for answer in given if answer]
    return Tally(kind, question, Counter(code for answer in answers for code in answer), len(answers))
