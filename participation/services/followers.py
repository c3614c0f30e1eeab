"""Followers: who wants news on a submission by mail. Kept apart from all else, and deleted when none can come."""

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload
from uuid_utils.compat import uuid7

from participation.errors import FormInvalid, NotFound
from participation.models.appeals import Appeal
from participation.models.cities import City
from participation.models.decisions import Decision
from participation.models.followers import Follower
from participation.models.submissions import Submission
from participation.services import mails
from participation.text import fingerprint

# A link that nobody opens ends after this.
CONFIRMED_WITHIN = timedelta(days=3)
AFTER_CAMPAIGN = timedelta(days=1)
# What is decided when the campaign is over has this long to leave.
AFTER_DECISION = timedelta(days=1)
# Another mail to confirm an address is written at the earliest after this.
AGAIN_AFTER = timedelta(minutes=10)


@dataclass(frozen=True)
class Asked:
    """Somebody asks for news: the follower, and the token of the link to confirm; empty where no mail is to be sent."""

    follower: Follower
    token: str


def ask(session: Session, *, submission: Submission, email: str, lang: str, secret: str, now: datetime) -> Asked:
    """Note an address for a submission; it gets nothing but a link to confirm it.

    A new address takes the place of another one. Raises FormInvalid where it is none, and NotFound where there will be
    no more news. An address that is confirmed already, or was asked a moment ago, gets no further mail.
    """
    address, problem = mails.address(email)
    if problem:
        raise FormInvalid({"email": problem})
    session.refresh(submission, with_for_update=True)
    if not can_follow(submission, now=now):
        raise NotFound("no_more_news")
    known = of_submission(session, submission=submission)
    if known and known.email == address:
        known.lang = lang
        if known.confirmed_at or known.created_at > now - AGAIN_AFTER:
            return Asked(known, "")
    forget(session, submission=submission)
    made = Follower(id=uuid7(), submission=submission, email=address, lang=lang, created_at=now)
    made.token_hash = fingerprint(token(made.id, secret=secret))
    session.add(made)
    session.flush()
    return Asked(made, token(made.id, secret=secret))


def can_follow(submission: Submission, *, now: datetime) -> bool:
    """Whether there may still be news: it waits for a decision, or is published and its campaign is not over."""
    running = submission.city.today(now) <= submission.campaign.ends
    return submission.status == "pending" or (running and submission.status == "published")


def of_submission(session: Session, *, submission: Submission) -> Follower | None:
    """Who follows a submission, confirmed or not."""
    return session.scalar(select(Follower).where(Follower.submission_id == submission.id))


def of_place(session: Session, *, place_id: UUID) -> list[Follower]:
    """Who wants to hear of a place's news: the confirmed followers of what is published there."""
    query = (
        select(Follower)
        .join(Submission, Submission.id == Follower.submission_id)
        .where(Submission.place_id == place_id, Submission.status == "published", Follower.confirmed_at.is_not(None))
        .order_by(Follower.id)
    )
    return list(session.scalars(query))


def news_id(*, follower_id: UUID, decision_id: int) -> UUID:
    """The id of the mail that tells a follower of a decision, so that it is written once and can be taken back."""
    return uuid5(follower_id, f"decision {decision_id}")


def take_back_news(session: Session, *, submission: Submission, decision_id: int) -> None:
    """Keep the mail about a decision from leaving, as far as it has not."""
    follower = of_submission(session, submission=submission)
    if follower:
        mails.take_back(session, mail_id=news_id(follower_id=follower.id, decision_id=decision_id))


def by_token(session: Session, *, token: str) -> Follower:
    """The follower of a link in a mail; raises NotFound."""
    follower = session.scalar(select(Follower).where(Follower.token_hash == fingerprint(token)))
    if follower is None:
        raise NotFound("follower_unknown")
    return follower


def confirm(session: Session, *, follower: Follower, now: datetime) -> None:
    """The address is right, and its owner wants news. Twice is once."""
    session.refresh(follower, with_for_update=True)
    follower.confirmed_at = follower.confirmed_at or now
    session.flush()


def forget(session: Session, *, submission: Submission) -> None:
    """Delete the address that follows a submission, and all mails to it about that."""
    follower = of_submission(session, submission=submission)
    if follower:
        end(session, follower=follower)


def end(session: Session, *, follower: Follower) -> None:
    """Delete an address, and all mails to it about the submission."""
    mails.forget_about(session, mark=mark(follower.id))
    session.delete(follower)
    session.flush()


def forget_old(session: Session, *, now: datetime) -> int:
    """Delete the addresses of campaigns that are over, and those nobody has confirmed; returns how many.

    One stays while its entry or an objection of its author waits for a decision, and until that is told.
    """
    known = [follower for city in _followed(session) for follower in _of_city(session, city)]
    ended = [follower for follower in known if _is_over(session, follower, now)]
    for follower in ended:
        end(session, follower=follower)
    return len(ended)


def mark(follower_id: UUID) -> str:
    """What stands in every mail to a follower, as the first part of the token."""
    return follower_id.hex


def token(follower_id: UUID, *, secret: str) -> str:
    """The secret of the link in every mail to a follower; made anew for each mail, because only its hash is kept."""
    digest = hmac.digest(secret.encode(), b"follower:" + follower_id.bytes, "sha256")
    return f"{mark(follower_id)}-{base64.urlsafe_b64encode(digest[:18]).decode()}"


def _followed(session: Session) -> list[City]:
    query = select(Submission.city_id).join(Follower, Follower.submission_id == Submission.id)
    return list(session.scalars(select(City).where(City.id.in_(query))))


def _of_city(session: Session, city: City) -> list[Follower]:
    query = select(Follower).join(Submission).where(Submission.city_id == city.id)
    return list(session.scalars(query.options(joinedload(Follower.submission).joinedload(Submission.campaign))))


def _is_over(session: Session, follower: Follower, now: datetime) -> bool:
    if follower.confirmed_at is None and follower.created_at < now - CONFIRMED_WITHIN:
        return True
    submission = follower.submission
    over = submission.city.today(now) > submission.campaign.ends + AFTER_CAMPAIGN
    return over and submission.status != "pending" and not _is_told(session, submission, now)


def _is_told(session: Session, submission: Submission, now: datetime) -> bool:
    """Whether an objection waits, or the mail about a decision of a moment ago may still be on its way."""
    waiting = select(Appeal.id).where(Appeal.submission_id == submission.id, Appeal.status == "received")
    recent = select(Decision.id).where(Decision.submission_id == submission.id, Decision.at > now - AFTER_DECISION)
    return session.scalar(select(or_(waiting.exists(), recent.exists()))) or False
