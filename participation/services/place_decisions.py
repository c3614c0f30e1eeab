"""To which place a submission belongs, and what the place is called: decided by moderators, and logged."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.errors import FormInvalid, Problem
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.decisions import Decision
from participation.models.places import NAME_MAX, Place, PlaceMerge
from participation.models.submissions import Submission
from participation.services import place_merges, places, tiles
from participation.services.decision_record import record
from participation.services.decisions import Seen, held
from participation.services.places import Near
from participation.text import clean_text

STATES = ("pending", "published")


def join(
    session: Session, *, account: Account, submission: Submission, seen: Seen, place_id: UUID, now: datetime
) -> Decision:
    """Let a submission belong to a place of its city.

    Where nothing else belongs to the place it had, that one is merged, with its support and the city's answers.
    Raises FormInvalid for a place that is not there.
    """
    before = held(session, account=account, submission=submission, seen=seen, now=now, action="join", states=STATES)
    if before:
        return before
    place = there(session, city=submission.city, place_id=place_id)
    had, key = submission.place_id, seen.idempotency_key
    if had == place.id:
        raise FormInvalid({"place": Problem("same_place")})
    if had and is_alone(session, submission=submission):
        own = session.get_one(Place, had)
        return place_merges.move(session, account=account, place=own, into=place, now=now, action="join", key=key)
    submission.place_id = place.id
    tiles.touch(session, city_id=submission.city_id)
    moved = (had, place.id)
    return record(session, submission=submission, action="join", now=now, account=account, key=key, places=moved)


def split(session: Session, *, account: Account, submission: Submission, seen: Seen, now: datetime) -> Decision:
    """Take a submission out of its place; a published one with a point gets a place of its own.

    The support and the answers stay where they are. Raises FormInvalid where nothing else belongs to the place.
    """
    before = held(session, account=account, submission=submission, seen=seen, now=now, action="split", states=STATES)
    if before:
        return before
    had = submission.place_id
    if had is None or is_alone(session, submission=submission):
        raise FormInvalid({"place": Problem("alone_at_place")})
    submission.place_id = None
    if submission.status == "published":
        places.give(session, submission=submission, now=now)
    tiles.touch(session, city_id=submission.city_id)
    moved, key = (had, submission.place_id), seen.idempotency_key
    return record(session, submission=submission, action="split", now=now, account=account, key=key, places=moved)


def name(
    session: Session, *, account: Account, submission: Submission, seen: Seen, name: str, now: datetime
) -> Decision:
    """Name the place of a submission, or take its name away; raises FormInvalid for a name that cannot be stored."""
    states = (*STATES, "withdrawn", "removed")
    before = held(
        session, account=account, submission=submission, seen=seen, now=now, action="name_place", states=states
    )
    if before:
        return before
    wanted = " ".join(clean_text(name).split())
    if submission.place_id is None:
        raise FormInvalid({"place": Problem("place_unknown")})
    if len(wanted) > NAME_MAX:
        raise FormInvalid({"name": Problem("too_long", {"max": NAME_MAX, "length": len(wanted)})})
    place = session.get_one(Place, submission.place_id)
    if (place.name or "") == wanted:
        raise FormInvalid({"name": Problem("nothing_changed")})
    place.name = wanted or None
    tiles.touch(session, city_id=submission.city_id)
    here, key = (place.id, place.id), seen.idempotency_key
    return record(session, submission=submission, action="name_place", now=now, account=account, key=key, places=here)


def there(session: Session, *, city: City, place_id: UUID) -> Place:
    """A place of the city that something belongs to; raises FormInvalid."""
    place = session.get(Place, place_id)
    if place is None or place.city_id != city.id or session.get(PlaceMerge, place.id) is not None:
        raise FormInvalid({"place": Problem("place_unknown")})
    return place


def candidates(session: Session, *, submission: Submission) -> list[Near]:
    """The public places around a submission that it may belong to instead of its own, the nearest first."""
    point = submission.public_point
    if point is None:
        return []
    found = places.around(session, city=submission.city, point=point)
    return [near for near in found if near.place.id != submission.place_id]


def is_alone(session: Session, *, submission: Submission) -> bool:
    """Whether nothing else belongs to the place of a submission."""
    others = select(Submission.id).where(Submission.place_id == submission.place_id, Submission.id != submission.id)
    return session.scalar(others.limit(1)) is None
