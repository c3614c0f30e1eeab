"""Published entries as service requests: open until the city has answered at their place."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from participation.models.cities import City
from participation.models.places import Reply
from participation.models.submissions import Submission
from participation.questionnaire import KINDS

OPEN, CLOSED = "open", "closed"
MOST = 1000


@dataclass(frozen=True)
class Wanted:
    """Which requests: by id, kind, time of sending and state. What is empty is not asked for."""

    ids: tuple[UUID, ...] = ()
    kinds: tuple[str, ...] = KINDS
    first: datetime | None = None
    last: datetime | None = None
    states: tuple[str, ...] = (OPEN, CLOSED)


@dataclass(frozen=True)
class ServiceRequest:
    """A published entry, and the city's answer at its place in the language of the city, if there is one."""

    submission: Submission
    reply: Reply | None = field(default=None)

    @property
    def status(self) -> str:
        """Closed once the city has answered."""
        return CLOSED if self.reply else OPEN

    @property
    def updated_at(self) -> datetime:
        """When something about it changed for the last time."""
        known = (self.submission.published_at, self.submission.redacted_at, self.reply and self.reply.created_at)
        return max((at for at in known if at), default=self.submission.created_at)


def requests(session: Session, *, city: City, wanted: Wanted) -> list[ServiceRequest]:
    """The published entries that are wanted, the newest first, at most MOST; in a constant number of statements."""
    query = (
        select(Submission)
        .where(Submission.city_id == city.id, Submission.status == "published", Submission.kind.in_(wanted.kinds))
        .options(joinedload(Submission.campaign), joinedload(Submission.place), joinedload(Submission.photo))
        .order_by(Submission.created_at.desc(), Submission.id.desc())
        .limit(MOST)
    )
    if wanted.ids:
        query = query.where(Submission.id.in_(wanted.ids))
    if wanted.first:
        query = query.where(Submission.created_at >= wanted.first)
    if wanted.last:
        query = query.where(Submission.created_at <= wanted.last)
    if set(wanted.states) != {OPEN, CLOSED}:
        answered = exists().where(Reply.place_id == Submission.place_id)
        query = query.where(answered if CLOSED in wanted.states else ~answered)
    found = session.scalars(query).all()
    replies = _replies(session, city, found)
    return [ServiceRequest(submission, replies.get(submission.place_id)) for submission in found]


def _replies(session: Session, city: City, submissions: Sequence[Submission]) -> dict[UUID | None, Reply]:
    """One answer for each place: in the first language of the city that it was given in."""
    places = {submission.place_id for submission in submissions if submission.place_id}
    if not places:
        return {}
    order = {lang: position for position, lang in enumerate(city.languages)}
    replies = session.scalars(select(Reply).where(Reply.place_id.in_(places))).all()
    last_first = sorted(replies, key=lambda reply: (order.get(reply.lang, len(order)), reply.lang), reverse=True)
    return {reply.place_id: reply for reply in last_first}
