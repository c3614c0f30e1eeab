"""What places are called: by the city, or else as somebody called them who wrote about them."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from participation.models.decisions import Decision
from participation.models.places import Place, PlaceMerge
from participation.models.submissions import Submission
from participation.services import tiles


def take(session: Session, *, submission: Submission) -> None:
    """Call a place that nobody has named as a submission does that is about to be public."""
    place = session.get(Place, submission.place_id) if submission.place_id and submission.place_name else None
    if place and place.name is None and not _is_of_city(session, place):
        place.name = submission.place_name


def leave(session: Session, *, submission: Submission) -> None:
    """Take a submission's name from its place, because it is not public any longer; another one's takes its place.

    So from the places that were merged into that one: they may be apart again some day. What the city called a place
    stays.
    """
    if submission.place_id is None or submission.place_name is None:
        return
    merged = select(PlaceMerge.place_id).where(PlaceMerge.into_id == submission.place_id)
    here = select(Place).where((Place.id == submission.place_id) | Place.id.in_(merged))
    for place in session.scalars(here.where(Place.name == submission.place_name)).all():
        if not _is_of_city(session, place):
            tiles.touch(session, city_id=submission.city_id)
            place.name = _other_name(session, place, submission)


def _is_of_city(session: Session, place: Place) -> bool:
    named = exists().where(Decision.action == "name_place", Decision.to_place_id == place.id)
    return bool(session.scalar(select(named)))


def _other_name(session: Session, place: Place, submission: Submission) -> str | None:
    """What the oldest of the other public ones there calls it, and rather the same as now."""
    here = Submission.place_id == place.id, Submission.status == "published", Submission.id != submission.id
    names = select(Submission.place_name).where(*here, Submission.place_name.is_not(None))
    return session.scalar(names.order_by(Submission.place_name != place.name, Submission.id).limit(1))
