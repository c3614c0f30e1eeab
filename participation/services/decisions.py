"""The moderators' decisions: what becomes of a submission; each one is logged, none happens twice."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from participation.errors import Conflict, FormInvalid, NotAllowed, NotFound, Problem
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.decisions import REASON_CODES, Decision
from participation.models.submissions import Submission
from participation.services import (
    claims,
    decision_makers,
    decision_record,
    followers,
    locations,
    originals,
    place_names,
    places,
    roles,
    tiles,
)
from participation.services.decision_record import record

# For so long whoever published or rejected can take it back. The page offers it for a shorter while.
UNDO_WITHIN = timedelta(seconds=30)
SECOND_LOOK, PROPOSED = "second_look", "proposed"


@dataclass(frozen=True)
class Seen:
    """What the moderator looked at: the version of the submission, and the key of the form they used."""

    version: int
    idempotency_key: str = ""


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


def can_undo(history: Sequence[Decision], *, account: Account, now: datetime) -> bool:
    """Whether the newest decision of a history is one that the account may still take back."""
    last = history[0] if history else None
    own = last is not None and last.action in ("publish", "reject") and last.account_id == account.id
    return last is not None and own and now - last.at <= UNDO_WITHIN


def publish(session: Session, *, account: Account, submission: Submission, seen: Seen, now: datetime) -> Decision:
    """Make a pending submission public; it is on the map in the same transaction."""
    before = held(session, account=account, submission=submission, seen=seen, now=now, action="publish")
    if before:
        return before
    if locations.lacks_point(submission):
        raise FormInvalid({"lat": Problem("where_required")})
    places.give(session, submission=submission, now=now)
    place_names.take(session, submission=submission)
    submission.published_at = now
    decision = _verdict(session, account=account, submission=submission, seen=seen, now=now, action="publish")
    tiles.add(session, submission=submission)
    return decision


def reject(
    session: Session,
    *,
    account: Account,
    submission: Submission,
    seen: Seen,
    reason_code: str,
    now: datetime,
    proposed: bool = False,
) -> Decision:
    """Refuse a pending submission for a reason that its author can read; `proposed` is what somebody else asked for."""
    before = held(session, account=account, submission=submission, seen=seen, now=now, action="reject")
    if before:
        return before
    _check_reason(reason_code)
    step: dict[str, Any] = {"action": "reject", "reason_code": reason_code, "details": (PROPOSED,) if proposed else ()}
    return _verdict(session, account=account, submission=submission, seen=seen, now=now, **step)


def remove(
    session: Session, *, account: Account, submission: Submission, seen: Seen, reason_code: str, now: datetime
) -> Decision:
    """Take a published submission from the public, for a reason that its author can read."""
    states = ("published",)
    before = held(session, account=account, submission=submission, seen=seen, now=now, action="remove", states=states)
    if before:
        return before
    _check_reason(reason_code)
    tiles.subtract(session, submission=submission)
    place_names.leave(session, submission=submission)
    step: dict[str, Any] = {"action": "remove", "reason_code": reason_code}
    return _verdict(session, account=account, submission=submission, seen=seen, now=now, **step)


def undo(session: Session, *, account: Account, submission: Submission, seen: Seen, now: datetime) -> Decision:
    """Take back one's own publishing or rejecting of a moment ago, and the mail about it that has not left yet.

    Raises Conflict where it was somebody else's, not the last thing that happened, or longer than UNDO_WITHIN ago.
    """
    states = ("published", "rejected")
    before = held(session, account=account, submission=submission, seen=seen, now=now, action="undo", states=states)
    if before:
        return before
    last, *earlier = history(session, submission=submission)
    if last.action not in ("publish", "reject") or last.account_id != account.id:
        raise Conflict("already_decided", status=submission.status)
    if now - last.at > UNDO_WITHIN:
        raise Conflict("too_late_to_undo", status=submission.status)
    if submission.status == "published":
        tiles.subtract(session, submission=submission)
        submission.published_at = None
    if [decision.at for decision in earlier if decision.action == "redact"] == [last.at]:
        # It was redacted in the same step, and by nobody before.
        originals.put_back(session, submission=submission, folder=None)
    submission.needs_second_look = SECOND_LOOK in last.codes
    followers.take_back_news(session, submission=submission, decision_id=last.id)
    return record(session, submission=submission, action="undo", now=now, account=account, key=seen.idempotency_key)


def reopen(session: Session, *, account: Account, submission: Submission, seen: Seen, now: datetime) -> Decision:
    """Let a rejected or removed submission wait again, after an objection that was granted.

    Raises NotAllowed for the account whose decision that was.
    """
    states = ("rejected", "removed")
    before = held(session, account=account, submission=submission, seen=seen, now=now, action="reopen", states=states)
    if before:
        return before
    if account.id in decision_makers.of(session, submission=submission):
        raise NotAllowed("decided_it_yourself")
    return record(session, submission=submission, action="reopen", now=now, account=account, key=seen.idempotency_key)


def second_look(session: Session, *, account: Account, submission: Submission, seen: Seen, now: datetime) -> Decision:
    """Leave a pending submission to somebody else; whoever publishes or rejects it has taken that look."""
    before = held(session, account=account, submission=submission, seen=seen, now=now, action=SECOND_LOOK)
    if before:
        return before
    submission.needs_second_look = True
    claims.release(session, submission_ids=[submission.id])
    key = seen.idempotency_key
    return record(session, submission=submission, action=SECOND_LOOK, now=now, account=account, key=key)


def keep(session: Session, *, account: Account, submission: Submission, seen: Seen, now: datetime) -> Decision:
    """Somebody reported or objected, and what was decided stands."""
    states = ("published", "rejected", "removed")
    before = held(session, account=account, submission=submission, seen=seen, now=now, action="keep", states=states)
    if before:
        return before
    return record(session, submission=submission, action="keep", now=now, account=account, key=seen.idempotency_key)


def held(
    session: Session,
    *,
    account: Account,
    submission: Submission,
    seen: Seen,
    now: datetime,
    action: str,
    states: Collection[str] = ("pending",),
) -> Decision | None:
    """Hold a submission for a decision: check the right, the state, the version, and that nobody else has it open.

    A repeated form gets the decision that it made the first time.
    """
    if not may_decide(account, submission.city):
        raise NotAllowed("not_your_city")
    decision_record.hold(session, submission=submission)
    repeated = decision_record.made_by(session, submission=submission, action=action, key=seen.idempotency_key)
    if repeated:
        return repeated
    if submission.status not in states or submission.version != seen.version:
        raise Conflict("already_decided", status=submission.status)
    claims.heed(session, account=account, submission=submission, now=now)
    return None


def _verdict(
    session: Session,
    *,
    account: Account,
    submission: Submission,
    seen: Seen,
    now: datetime,
    details: tuple[str, ...] = (),
    **step: Any,
) -> Decision:
    """The decision that ends the waiting or the publicity of a submission; it remembers a second look that was due."""
    if submission.needs_second_look:
        details = (*details, SECOND_LOOK)
    submission.needs_second_look = False
    claims.release(session, submission_ids=[submission.id])
    key = seen.idempotency_key
    return record(session, submission=submission, now=now, account=account, key=key, details=details, **step)


def _check_reason(reason_code: str) -> None:
    if reason_code not in REASON_CODES:
        problem = Problem("unknown_code" if reason_code else "required", {"value": reason_code[:60]})
        raise FormInvalid({"reason_code": problem})
