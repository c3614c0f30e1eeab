"""What can be done with a submission: send it once, look it up, let its author withdraw or erase it."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from participation import cells, geo
from participation.answers import check
from participation.errors import Conflict, FormInvalid, Gone, Invalid, NotFound, Problem
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.decisions import Decision
from participation.models.submissions import ANSWERS, Submission
from participation.services import contributors, places, tiles
from participation.services.filters import Filter
from participation.services.locations import Location, Where, locate
from participation.text import is_language_tag

PAGE = 20


@dataclass(frozen=True)
class Sent:
    """The outcome of sending: the submission, the secret token of its receipt, and whether it was there already."""

    submission: Submission
    receipt_token: str
    repeated: bool = False


@dataclass(frozen=True)
class Draft:
    """What one resident wants to send, as it came from the form."""

    kind: str
    where: Where
    answers: Mapping[str, object]
    text_lang: str
    idempotency_key: str = ""


def send(
    session: Session,
    *,
    city: City,
    campaign: Campaign,
    draft: Draft,
    contributor_key: str,
    secret: str,
    now: datetime,
    partners: Sequence[City] = (),
) -> Sent:
    """Store a draft as pending, once per idempotency key.

    Raises FormInvalid with every problem by field, Invalid for a closed campaign, and Conflict where the key was used
    for something else.
    """
    key = draft.idempotency_key or secrets.token_urlsafe(24)
    token = _receipt_token(secret, key)
    repeated = _sent_before(session, key, _content_hash(city, draft))
    if repeated:
        return Sent(repeated, token, repeated=True)
    location, answers = _checked(city, campaign, draft, partners, now)
    submission = new(city=city, campaign=campaign, kind=draft.kind, location=location, answers=answers, now=now)
    submission.near_home = draft.where.near_home
    place_at(submission, location.point)
    submission.text_lang = draft.text_lang if submission.text else None
    submission.contributor_id = contributors.by_key(session, campaign=campaign, key=contributor_key).id
    submission.idempotency_hash = _hash(key)
    submission.content_hash = _content_hash(city, draft)
    submission.receipt_hash = _hash(token)
    return _store(session, submission, key, token)


def new(
    *, city: City, campaign: Campaign, kind: str, location: Location, answers: Mapping[str, object], now: datetime
) -> Submission:
    """A submission in its first state; the session does not know it yet."""
    return Submission(
        city=city,
        campaign=campaign,
        kind=kind,
        district=location.district,
        place_words=location.words,
        questionnaire_version=campaign.questionnaire_version,
        created_at=now,
        **{code: answers.get(code) for code in ANSWERS},
    )


def place_at(submission: Submission, point: geo.Point | None) -> None:
    """Set the exact point and, from it, the public one and its map cell; near a home the public one is snapped."""
    if point is None:
        return
    public = geo.snap(point) if submission.near_home else point
    submission.lat, submission.lon = point.lat, point.lon
    submission.public_lat, submission.public_lon = public.lat, public.lon
    submission.cell = cells.cell(public)


def published(session: Session, *, city: City, submission_id: UUID) -> Submission:
    """One published submission of a city; raises Gone for one that was published, and NotFound for all others."""
    submission = session.get(Submission, submission_id)
    if submission is None or submission.city_id != city.id or submission.published_at is None:
        raise NotFound("submission_unknown")
    if submission.status != "published":
        raise Gone("submission_gone", status=submission.status)
    return submission


def listing(session: Session, *, city: City, chosen: Filter, page: int = 1) -> tuple[Sequence[Submission], int]:
    """One page of the published submissions, newest first, and how many there are in all."""
    total = session.scalar(chosen.apply(select(func.count()).select_from(Submission), city)) or 0
    query = chosen.apply(select(Submission), city).order_by(Submission.published_at.desc(), Submission.id.desc())
    return session.scalars(query.offset((page - 1) * PAGE).limit(PAGE)).all(), total


def by_receipt(session: Session, *, token: str) -> Submission:
    """The submission of a receipt link; raises NotFound."""
    submission = session.scalar(select(Submission).where(Submission.receipt_hash == _hash(token)))
    if submission is None:
        raise NotFound("receipt_unknown")
    return submission


def withdraw(session: Session, *, submission: Submission, now: datetime) -> None:
    """The author takes a published submission back from the public; raises Conflict in any other state."""
    _keep_from_others(session, submission)
    if submission.status != "published":
        raise Conflict("not_published")
    _by_author(session, submission, "withdraw", "withdrawn", now)


def erase(session: Session, *, submission: Submission, now: datetime) -> None:
    """The author erases a submission: all content goes at once, the log keeps that it happened. Twice is once."""
    _keep_from_others(session, submission)
    if submission.status == "erased":
        return
    _by_author(session, submission, "erase", "erased", now)
    for column in (*ANSWERS, "place_words", "text_lang", "lat", "lon", "public_lat", "public_lon", "cell"):
        setattr(submission, column, None)
    submission.near_home = False
    place_id = submission.place_id
    submission.contributor_id = submission.place_id = submission.district_id = submission.content_hash = None
    session.flush()
    if place_id:
        places.forget_if_empty(session, place_id=place_id)


def _keep_from_others(session: Session, submission: Submission) -> None:
    """A moderator may be deciding at this moment: wait for that and see its outcome."""
    session.refresh(submission, with_for_update=True)


def _by_author(session: Session, submission: Submission, action: str, status: str, now: datetime) -> None:
    if submission.status == "published":
        tiles.subtract(session, submission=submission)
    decision = Decision(
        submission_id=submission.id,
        action=action,
        from_status=submission.status,
        to_status=status,
        submission_version=submission.version,
        at=now,
    )
    submission.status = status
    submission.version += 1
    session.add(decision)
    session.flush()


def _checked(
    city: City, campaign: Campaign, draft: Draft, partners: Sequence[City], now: datetime
) -> tuple[Location, dict[str, object]]:
    if not campaign.is_open(city.today(now)):
        raise Invalid("campaign_closed", starts=campaign.starts, ends=campaign.ends)
    if draft.kind not in campaign.kinds:
        raise FormInvalid({"kind": Problem("unknown_code", {"value": draft.kind[:60]})})
    location, problems = locate(city, draft.where, kind=draft.kind, partners=partners)
    answers: dict[str, object] = {}
    try:
        answers = check(campaign.questionnaire, draft.kind, draft.answers)
    except FormInvalid as invalid:
        problems |= invalid.problems
    if not is_language_tag(draft.text_lang):
        problems["text_lang"] = Problem("unknown_code", {"value": draft.text_lang[:60]})
    if problems:
        raise FormInvalid(problems)
    return location, answers


def _store(session: Session, submission: Submission, key: str, token: str) -> Sent:
    try:
        with session.begin_nested():
            session.add(submission)
    except IntegrityError as error:
        # A double click: the other request stored it a moment ago.
        repeated = _sent_before(session, key, submission.content_hash or "")
        if repeated:
            return Sent(repeated, token, repeated=True)
        # A form of days ago: its key is forgotten, but not the receipt that was made from it.
        if session.scalar(select(Submission.id).where(Submission.receipt_hash == _hash(token))):
            raise Conflict("already_sent") from error
        raise
    return Sent(submission, token)


def _sent_before(session: Session, key: str, content_hash: str) -> Submission | None:
    submission = session.scalar(select(Submission).where(Submission.idempotency_hash == _hash(key)))
    if submission and submission.content_hash not in (content_hash, None):
        raise Conflict("already_sent")
    return submission


def _content_hash(city: City, draft: Draft) -> str:
    content = [city.slug, draft.kind, asdict(draft.where), dict(draft.answers), draft.text_lang]
    return _hash(json.dumps(content, sort_keys=True, default=list))


def _receipt_token(secret: str, key: str) -> str:
    """Made from the form's key: a repeated form gets the same receipt although we keep only a hash of it."""
    digest = hmac.digest(secret.encode(), b"receipt:" + key.encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:24]).decode()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
