"""Two places that are one: everything moves to the other place, and it is remembered, so that it can go back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from participation.errors import Conflict, FormInvalid, NotAllowed, NotFound, Problem
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.decisions import Decision
from participation.models.notices import Notice
from participation.models.places import Place, PlaceMerge, Reply, Support
from participation.models.submissions import Submission
from participation.services import decision_record, places, roles, tiles
from participation.services.decision_record import record


def merge(session: Session, *, account: Account, city: City, place: Place, into: Place, now: datetime) -> Decision:
    """Make a place part of another one of the same city, with all that belongs to it; its address leads on.

    Raises FormInvalid where one of them is not there, and Conflict where it was merged a moment ago.
    """
    _check(session, account, city)
    if place.city_id != city.id or into.city_id != city.id:
        raise FormInvalid({"place": Problem("place_unknown")})
    if place.id == into.id:
        raise FormInvalid({"place": Problem("same_place")})
    if session.get(PlaceMerge, place.id) or session.get(PlaceMerge, into.id):
        raise Conflict("already_merged")
    return move(session, account=account, place=place, into=into, now=now)


def move(
    session: Session,
    *,
    account: Account,
    place: Place,
    into: Place,
    now: datetime,
    action: str = "merge",
    key: str = "",
) -> Decision:
    """Merge in a city that is held: each submission that moves has a decision that says so; returns the first."""
    # Whoever supports one of them at this moment waits.
    session.execute(select(Place.id).where(Place.id.in_([place.id, into.id])).order_by(Place.id).with_for_update())
    members = _members(session, place.id)
    if not members:
        raise FormInvalid({"place": Problem("place_unknown")})
    moved = {
        "submissions": [str(submission.id) for submission in members],
        "abouts": _pointed(session, Submission.about_place_id, place.id, into.id),
        "notices": _pointed(session, Notice.place_id, place.id, into.id),
        "supports": _move_supports(session, place.id, into.id),
        "replies": _move_replies(session, place.id, into.id),
    }
    session.add(PlaceMerge(place_id=place.id, into_id=into.id, at=now, moved=moved))
    return _move_members(session, members, into.id, {"action": action, "now": now, "account": account, "key": key})


def unmerge(session: Session, *, account: Account, city: City, place_id: UUID, now: datetime) -> Decision:
    """Undo a merge: what moved with it goes back, as far as it is still where it moved to.

    Raises NotFound for a place that is not merged, and Conflict where the other one was merged further or nothing of
    it is left there.
    """
    _check(session, account, city)
    known = session.get(PlaceMerge, place_id, populate_existing=True)
    place = session.get(Place, place_id)
    if known is None or place is None or place.city_id != city.id:
        raise NotFound("place_unknown")
    into_id, moved = known.into_id, known.moved
    mine = {UUID(one) for one in moved["submissions"]}
    members = [submission for submission in _members(session, into_id) if submission.id in mine]
    if session.get(PlaceMerge, into_id) or not members:
        raise Conflict("cannot_unmerge")
    session.delete(known)
    _supports_back(session, moved["supports"], place_id, into_id)
    _replies_back(session, moved["replies"], place_id, into_id)
    for column, name in ((Submission.about_place_id, "abouts"), (Notice.place_id, "notices")):
        _point(session, column, [UUID(one) for one in moved[name]], (into_id, place_id))
    step = {"action": "unmerge", "now": now, "account": account}
    decision = _move_members(session, members, place_id, step)
    places.forget_if_empty(session, place_id=into_id, last=members[0])
    return decision


def into_place(session: Session, *, place_id: UUID) -> Sequence[tuple[PlaceMerge, Place]]:
    """The places that were merged into a place and can be separated again, the newest first."""
    query = select(PlaceMerge, Place).join(Place, Place.id == PlaceMerge.place_id)
    rows = session.execute(query.where(PlaceMerge.into_id == place_id).order_by(PlaceMerge.at.desc(), Place.id))
    return [(merge, place) for merge, place in rows]


def _check(session: Session, account: Account, city: City) -> None:
    """The right, and then nobody else decides in the city until this is done."""
    if not roles.may_in(account, "decide", city):
        raise NotAllowed("not_your_city")
    decision_record.hold_city(session, city_id=city.id)


def _members(session: Session, place_id: UUID) -> Sequence[Submission]:
    query = select(Submission).where(Submission.place_id == place_id).order_by(Submission.id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).all()


def _move_members(session: Session, members: Sequence[Submission], place_id: UUID, step: dict[str, Any]) -> Decision:
    made = []
    for submission in members:
        moved = (submission.place_id, place_id)
        submission.place_id = place_id
        made.append(record(session, submission=submission, places=moved, **step))
        step = {**step, "key": ""}
    tiles.touch(session, city_id=members[0].city_id)
    return made[0]


def _pointed(session: Session, column: Any, place_id: UUID, into_id: UUID) -> list[str]:
    """Let whatever is about a place be about the other one; gives the ids of the rows."""
    ids = session.scalars(select(column.class_.id).where(column == place_id)).all()
    _point(session, column, ids, (place_id, into_id))
    return [str(one) for one in ids]


def _point(session: Session, column: Any, ids: Sequence[UUID], turned: tuple[UUID, UUID]) -> None:
    before, after = turned
    if ids:
        rows = update(column.class_).where(column.class_.id.in_(ids), column == before)
        session.execute(rows.values({column.key: after}))


def _move_supports(session: Session, place_id: UUID, into_id: UUID) -> list[dict[str, Any]]:
    """Who supports both counts once; `both` says so, because then there is one support more after undoing it."""
    there = set(session.scalars(select(Support.contributor_id).where(Support.place_id == into_id)))
    rows = session.execute(select(Support.contributor_id, Support.created_at).where(Support.place_id == place_id)).all()
    doubled = [contributor for contributor, _ in rows if contributor in there]
    session.execute(delete(Support).where(Support.place_id == place_id, Support.contributor_id.in_(doubled)))
    session.execute(update(Support).where(Support.place_id == place_id).values(place_id=into_id))
    return [{"by": str(by), "at": at.isoformat(), "both": by in doubled} for by, at in rows]


def _supports_back(session: Session, moved: Sequence[dict[str, Any]], place_id: UUID, into_id: UUID) -> None:
    """Who has taken the support back meanwhile supports neither place."""
    there = set(session.scalars(select(Support.contributor_id).where(Support.place_id == into_id)))
    left = [one for one in moved if UUID(one["by"]) in there]
    back = [UUID(one["by"]) for one in left if not one["both"]]
    session.execute(delete(Support).where(Support.place_id == into_id, Support.contributor_id.in_(back)))
    rows = [_support(one, place_id) for one in left]
    if rows:
        session.execute(insert(Support), rows)


def _support(one: dict[str, Any], place_id: UUID) -> dict[str, Any]:
    return {"place_id": place_id, "contributor_id": UUID(one["by"]), "created_at": datetime.fromisoformat(one["at"])}


def _move_replies(session: Session, place_id: UUID, into_id: UUID) -> list[dict[str, str]]:
    """The answer of the other place stands, language by language; where it has none, this one's moves there."""
    there = set(session.scalars(select(Reply.lang).where(Reply.place_id == into_id)))
    rows = session.execute(select(Reply.lang, Reply.text, Reply.created_at).where(Reply.place_id == place_id)).all()
    session.execute(delete(Reply).where(Reply.place_id == place_id, Reply.lang.in_(there)))
    session.execute(update(Reply).where(Reply.place_id == place_id).values(place_id=into_id))
    return [{"lang": lang, "text": text, "at": at.isoformat()} for lang, text, at in rows]


def _replies_back(session: Session, moved: Sequence[dict[str, str]], place_id: UUID, into_id: UUID) -> None:
    """An answer that was written anew meanwhile stays where it was written; the old one goes back all the same."""
    rows: list[dict[str, Any]] = []
    for one in moved:
        at = datetime.fromisoformat(one["at"])
        same = Reply.place_id == into_id, Reply.lang == one["lang"], Reply.text == one["text"], Reply.created_at == at
        session.execute(delete(Reply).where(*same))
        rows.append({"place_id": place_id, "lang": one["lang"], "text": one["text"], "created_at": at})
    if rows:
        session.execute(insert(Reply), rows)
