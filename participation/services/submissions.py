"""What can be done with a submission: send it once, look it up, list what is published."""

import base64
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from participation import cells, geo
from participation.answers import check
from participation.errors import Conflict, FormInvalid, Gone, Invalid, NotFound, Problem
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.submissions import ANSWERS, Submission
from participation.pictures import Picture
from participation.services import contributors, submission_checks, submission_gates
from participation.services.locations import Location, Where, locate
from participation.services.submission_gates import OPEN, Gate
from participation.text import fingerprint, is_language_tag


@dataclass(frozen=True)
class Sent:
    """The outcome of sending: the submission, the secret token of its receipt, and whether it was there already."""

    submission: Submission
    receipt_token: str
    repeated: bool = False


@dataclass(frozen=True)
class Draft:
    """What one resident wants to send, as it came from the form.

    `about_place` and `about_submission` are ids of what feedback is about. `photo` is a picture that has just arrived,
    or the id of one that was kept since an earlier try. `proof` is the solved challenge, empty without
    JavaScript. `seconds` is how long the form was open, as far as known.
    """

    kind: str
    where: Where
    answers: Mapping[str, object]
    text_lang: str
    idempotency_key: str = ""
    about_place: str = ""
    about_submission: str = ""
    photo: Picture | UUID | None = None
    proof: str = ""
    seconds: float | None = None


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
    gate: Gate = OPEN,
) -> Sent:
    """Store a draft as pending, once per idempotency key.

    Raises FormInvalid with every problem by field, Invalid for a closed campaign, and Conflict where the key was used
    for something else. After a problem roll back: it may have shown up late.
    """
    key = draft.idempotency_key or secrets.token_urlsafe(24)
    token, content_hash = _receipt_token(secret, key), _content_hash(city, draft)
    repeated = _sent_before(session, key, content_hash)
    if repeated:
        return Sent(repeated, token, repeated=True)
    if not campaign.is_open(city.today(now)):
        raise Invalid("campaign_closed", starts=campaign.starts, ends=campaign.ends)
    location, answers = checked(city, campaign, draft, partners)
    challenge = submission_gates.solved(gate, draft.proof, secret=secret, now=now)
    submission = new(city=city, campaign=campaign, kind=draft.kind, location=location, answers=answers, now=now)
    _describe(session, submission, draft, location.point)
    submission.contributor_id = contributors.by_key(session, campaign=campaign, key=contributor_key).id
    unproven = submission_gates.unproven(gate, challenge)
    submission.checks = submission_checks.of_sending(
        session, submission=submission, seconds=draft.seconds, unproven=unproven, now=now
    )
    _known_by(submission, key, token, content_hash)
    sent = _store(session, submission, key, token)
    if not sent.repeated:
        # Only now it is certain that this is no repeated form, whose proof is used and whose photo is there.
        photo = draft.photo
        submission_gates.take(session, gate=gate, submission=submission, challenge=challenge, photo=photo, now=now)
    return sent


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


def is_repeated(session: Session, *, key: str) -> bool:
    """Whether a form with this key was stored already."""
    return session.scalar(select(Submission.id).where(Submission.idempotency_hash == fingerprint(key))) is not None


def checked(
    city: City, campaign: Campaign, draft: Draft, partners: Sequence[City]
) -> tuple[Location, dict[str, object]]:
    """The place and the answers of a draft as they are stored; raises FormInvalid with every problem by field."""
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


def with_others(
    city: City, campaign: Campaign, draft: Draft, partners: Sequence[City], problems: Mapping[str, Problem]
) -> FormInvalid:
    """Problems that are known already together with those of the answers, so that all can be mended at once."""
    try:
        checked(city, campaign, draft, partners)
    except FormInvalid as invalid:
        return FormInvalid({**invalid.problems, **problems})
    return FormInvalid(problems)


def _describe(session: Session, submission: Submission, draft: Draft, point: geo.Point | None) -> None:
    """What is no answer: the point, the language of the text, and what feedback is about."""
    submission.near_home = draft.where.near_home
    place_at(submission, point)
    submission.text_lang = draft.text_lang if submission.text else None
    if draft.kind == "feedback":
        place_id, entry_id = draft.about_place, draft.about_submission
        place = submission_gates.about_place(session, city=submission.city, place_id=place_id)
        other = submission_gates.about_submission(session, city=submission.city, submission_id=entry_id)
        submission.about_place_id = place.id if place else None
        submission.about_submission_id = other.id if other else None


def _known_by(submission: Submission, key: str, token: str, content_hash: str) -> None:
    """By what a repeated form and the receipt find it."""
    submission.idempotency_hash = fingerprint(key)
    submission.content_hash = content_hash
    submission.receipt_hash = receipt_hash(token)


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
        if session.scalar(select(Submission.id).where(Submission.receipt_hash == receipt_hash(token))):
            raise Conflict("already_sent") from error
        raise
    return Sent(submission, token)


def _sent_before(session: Session, key: str, content_hash: str) -> Submission | None:
    submission = session.scalar(select(Submission).where(Submission.idempotency_hash == fingerprint(key)))
    if submission and submission.content_hash not in (content_hash, None):
        raise Conflict("already_sent")
    return submission


def receipt_hash(token: str) -> str:
    """What is kept of the secret token of a receipt."""
    return fingerprint(token)


def _content_hash(city: City, draft: Draft) -> str:
    # Without the proof: a browser makes a new one for each try.
    content = [city.slug, draft.kind, asdict(draft.where), dict(draft.answers), draft.text_lang]
    photo = draft.photo.source_hash if isinstance(draft.photo, Picture) else str(draft.photo or "")
    content += [draft.about_place, draft.about_submission, photo]
    return fingerprint(json.dumps(content, sort_keys=True, default=list))


def _receipt_token(secret: str, key: str) -> str:
    """Made from the form's key: a repeated form gets the same receipt although we keep only a hash of it."""
    digest = hmac.digest(secret.encode(), b"receipt:" + key.encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:24]).decode()
