"""Places: the spots that published submissions belong to."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from participation.errors import NotFound
from participation.models.cities import City
from participation.models.places import Place, Support
from participation.models.submissions import Submission


def published(session: Session, *, city: City, place_id: UUID) -> tuple[Place, Sequence[Submission]]:
    """A place of the city with its published submissions, oldest first; NotFound where none is published."""
    place = session.get(Place, place_id)
    if place is None or place.city_id != city.id:
        raise NotFound("place_unknown")
    submissions = session.scalars(
        select(Submission)
        .where(Submission.place_id == place.id, Submission.status == "published")
        .order_by(Submission.id)
    ).all()
    if not submissions:
        raise NotFound("place_unknown")
    return place, submissions


def give(session: Session, *, submission: Submission, now: datetime) -> None:
    """Give a submission that is about to be published its own place, unless it has one or nobody knows where it is."""
    point = submission.public_point
    if submission.place_id or point is None:
        return
    place = Place(city_id=submission.city_id, name=submission.place_name, lat=point.lat, lon=point.lon, created_at=now)
    session.add(place)
    session.flush()
    submission.place_id = place.id


def forget_if_empty(session: Session, *, place_id: UUID) -> None:
    """Delete a place that nothing belongs to any more: its name was somebody's words."""
    if session.scalar(select(Submission.id).where(Submission.place_id == place_id).limit(1)) is None:
        session.execute(delete(Support).where(Support.place_id == place_id))
        session.execute(delete(Place).where(Place.id == place_id))
