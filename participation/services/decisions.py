"""The moderators' decisions: publish, reject, set the point; each one is logged, none happens twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from participation.errors import Conflict, FormInvalid, NotAllowed, NotFound, Problem
from participation.geo import distance_m
from participation.models.accounts import Account
from participation.models.cities import City, District, Landmark
from participation.models.decisions import REASON_CODES, Decision
from participation.models.submissions import Submission
from participation.services import decision_record, places, roles, submissions, tiles
from participation.services.decision_record import record
from participation.services.locations import NEEDS_PLACE, Where, locate

PAGE = 25


@dataclass(frozen=True)
class Seen:
    """What the moderator looked at: the version of the submission, and the key of the form they used."""

    version: int
    idempotency_key: str = ""


@dataclass(frozen=True)
class Queue:
    """One page of a city's queue: the submissions, how many wait in all, and which page of how many this is."""

    submissions: Sequence[Submission]
    total: int
    page: int
    pages: int


def cities_of(session: Session, *, account: Account) -> list[City]:
    """The cities whose queue length the account may see: its own, its partnership's, or all."""
    seen = roles.reach(account.role, "see_queue_lengths") if account.active else None
    if seen == "city" and account.city:
        return [account.city]
    if seen == "partnership" and account.partnership:
        return account.partnership.cities
    return list(session.scalars(select(City).order_by(City.slug))) if seen == "all" else []


def may_decide(account: Account, city: City) -> bool:
    """Only the owning city decides; the operator of the platform can step in."""
    return roles.may_in(account, "decide", city)


def may_take_record(account: Account, city: City) -> bool:
    """The record shows what each moderator did: it is for the lead of the city, and the operator of the platform."""
    return roles.may_in(account, "take_record", city)


def queue_lengths(session: Session, *, cities: Sequence[City]) -> list[tuple[City, int]]:
    """How many submissions wait for a decision in each of the cities."""
    query = (
        select(Submission.city_id, func.count())
        .where(Submission.city_id.in_([city.id for city in cities]), Submission.status == "pending")
        .group_by(Submission.city_id)
    )
    waiting = dict(session.execute(query).all())
    return [(city, waiting.get(city.id, 0)) for city in cities]


def queue(session: Session, *, account: Account, city: City, page: int = 1) -> Queue:
    """A page of what waits in a city, oldest first; the last one where there are fewer.

    For an account that may not decide there it is NotFound, so that nothing is given away.
    """
    if not may_decide(account, city):
        raise NotFound("city_unknown", slug=city.slug)
    [(_, total)] = queue_lengths(session, cities=[city])
    pages = max(1, -(-total // PAGE))
    page = max(1, min(page, pages))
    query = (
        select(Submission)
        .where(Submission.city_id == city.id, Submission.status == "pending")
        # A district's boundary may be as large as all the rest of the page.
        .options(joinedload(Submission.campaign), joinedload(Submission.district).load_only(District.name))
        .options(joinedload(Submission.photo))
        .order_by(Submission.id)
        .offset((page - 1) * PAGE)
        .limit(PAGE)
    )
    return Queue(session.scalars(query).all(), total, page, pages)


def submission_for(session: Session, *, account: Account, submission_id: UUID) -> Submission:
    """A submission the account may decide on; for all others NotFound, so that nothing is given away."""
    submission = session.get(Submission, submission_id)
    if submission is None or submission.status == "erased" or not may_decide(account, submission.city):
        raise NotFound("submission_unknown")
    return submission


def history(session: Session, *, submission: Submission) -> Sequence[Decision]:
    """What was decided on a submission and by whom, the newest first."""
    query = select(Decision).where(Decision.submission_id == submission.id).order_by(Decision.id.desc())
    return session.scalars(query.options(joinedload(Decision.account))).all()


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


def publish(session: Session, *, account: Account, submission: Submission, seen: Seen, now: datetime) -> Decision:
    """Make a pending submission public; it is on the map in the same transaction."""
    before = _before(session, account, submission, seen, "publish")
    if before:
        return before
    if lacks_point(submission):
        raise FormInvalid({"lat": Problem("where_required")})
    places.give(session, submission=submission, now=now)
    submission.published_at = now
    key = seen.idempotency_key
    decision = record(session, submission=submission, action="publish", now=now, account=account, key=key)
    tiles.add(session, submission=submission)
    return decision


def reject(
    session: Session, *, account: Account, submission: Submission, seen: Seen, reason_code: str, now: datetime
) -> Decision:
    """Refuse a pending submission for a reason that its author can read."""
    before = _before(session, account, submission, seen, "reject")
    if before:
        return before
    if reason_code not in REASON_CODES:
        raise FormInvalid(
            {"reason_code": Problem("unknown_code" if reason_code else "required", {"value": reason_code[:60]})}
        )
    key = seen.idempotency_key
    return record(
        session, submission=submission, action="reject", now=now, account=account, reason_code=reason_code, key=key
    )


def set_point(
    session: Session, *, account: Account, submission: Submission, seen: Seen, where: Where, now: datetime
) -> Decision:
    """Set or move the point of a pending submission to where the author meant it to be."""
    before = _before(session, account, submission, seen, "set_point")
    if before:
        return before
    location, problems = locate(submission.city, where, kind=submission.kind, from_map=False)
    if location.point is None and not problems:
        problems["lat"] = Problem("where_required")
    if problems:
        raise FormInvalid(problems)
    submissions.place_at(submission, location.point)
    submission.district_id = location.district.id if location.district else None
    key = seen.idempotency_key
    return record(session, submission=submission, action="set_point", now=now, account=account, key=key)


def _before(session: Session, account: Account, submission: Submission, seen: Seen, action: str) -> Decision | None:
    """Check the right and the version; a repeated form gets the decision it made the first time."""
    if not may_decide(account, submission.city):
        raise NotAllowed("not_your_city")
    decision_record.hold(session, submission=submission)
    repeated = decision_record.made_by(session, submission=submission, action=action, key=seen.idempotency_key)
    if repeated:
        return repeated
    if submission.status != "pending" or submission.version != seen.version:
        raise Conflict("already_decided", status=submission.status)
    return None
