"""What authors can do by the secret link of their receipt: look up, correct, withdraw, erase."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.orm import Session

from participation.errors import Conflict, NotFound
from participation.geo import Point
from participation.models.appeals import Appeal
from participation.models.cities import City
from participation.models.decisions import APPEAL_TIME, Decision
from participation.models.notices import Notice
from participation.models.submissions import ANSWERS, Submission
from participation.services import (
    appeals,
    decision_record,
    decision_sentences,
    followers,
    notes,
    originals,
    photos,
    place_names,
    places,
    submission_checks,
    submissions,
    tiles,
    translations,
)
from participation.services.decision_record import record
from participation.services.locations import Where
from participation.services.submissions import Draft, receipt_hash

BATCH = 100


@dataclass(frozen=True)
class Correction:
    """What an author wants their submission to say, the version of it that they saw, and whether its photo goes.

    A photo of the draft takes the place of the one there is.
    """

    draft: Draft
    version: int
    drop_photo: bool = False


def by_token(session: Session, *, token: str) -> Submission:
    """The submission of a receipt link; raises NotFound."""
    submission = session.scalar(select(Submission).where(Submission.receipt_hash == receipt_hash(token)))
    if submission is None:
        raise NotFound("receipt_unknown")
    return submission


def decided_by(submission: Submission) -> datetime:
    """When the city means to have decided on a submission."""
    return submission.created_at + timedelta(hours=submission.city.target_hours)


def shown_place(submission: Submission) -> Where:
    """The place as the author may see it on a page that others may look at: near a home only the public point."""
    point = submission.public_point
    return Where(
        lat=f"{point.lat:.6f}" if point else "",
        lon=f"{point.lon:.6f}" if point else "",
        district=submission.district.code if submission.district and not point else "",
        words=submission.place_words or "",
        near_home=submission.near_home,
    )


def correct(
    session: Session,
    *,
    submission: Submission,
    correction: Correction,
    now: datetime,
    folder: Path,
    partners: Sequence[City] = (),
) -> Decision:
    """Change a pending submission to what its author meant; `folder` is where photos lie.

    Raises FormInvalid with every problem by field, and Conflict where it was decided on or changed in the meantime.
    """
    decision_record.hold(session, submission=submission)
    key = correction.draft.idempotency_key
    repeated = decision_record.made_by(session, submission=submission, action="correct", key=key)
    if repeated:
        return repeated
    if submission.status != "pending" or submission.version != correction.version:
        raise Conflict("already_decided", status=submission.status)
    draft = replace(correction.draft, kind=submission.kind)
    kept = _kept_point(submission, draft.where)
    location, answers = submissions.checked(submission.city, submission.campaign, draft, partners)
    for code in ANSWERS:
        setattr(submission, code, answers.get(code))
    submission.text_lang = draft.text_lang if submission.text else None
    submission.district = location.district
    submission.place_words = location.words
    submission.near_home = draft.where.near_home
    submissions.place_at(submission, kept or location.point)
    if location.point is None:
        _without_point(submission)
    submission.checks = submission_checks.anew(submission)
    _forget_former(session, submission, folder)
    if correction.drop_photo or draft.photo:
        photos.forget(session, folder=folder, submission=submission)
        session.flush()
    photos.give(session, folder=folder, photo=draft.photo, submission=submission, now=now)
    return record(session, submission=submission, action="correct", now=now, key=key)


def withdraw(session: Session, *, submission: Submission, now: datetime) -> None:
    """The author takes a published submission back from the public; raises Conflict in any other state."""
    decision_record.hold(session, submission=submission)
    if submission.status != "published":
        raise Conflict("not_published")
    tiles.subtract(session, submission=submission)
    place_names.leave(session, submission=submission)
    record(session, submission=submission, action="withdraw", now=now)


def erase(session: Session, *, submission: Submission, now: datetime, folder: Path | None = None) -> None:
    """The author erases a submission: all content goes at once, the log keeps that it happened. Twice is once.

    The support of its place stays as long as something else belongs to the place. `folder` is where photos lie; without
    it the worker removes the files of the photo.
    """
    decision_record.hold(session, submission=submission)
    if submission.status == "erased":
        return
    if submission.status == "published":
        tiles.subtract(session, submission=submission)
    record(session, submission=submission, action="erase", now=now)
    followers.forget(session, submission=submission)
    _clear(session, submission, folder)


def forget_refused(session: Session, *, now: datetime, folder: Path | None = None) -> int:
    """Erase the content of what was rejected or removed, once nobody can object any more and no objection waits.

    That it was refused, when and why stays. At most BATCH, returns how many; `folder` is where photos lie.
    """
    before = now - APPEAL_TIME
    refused = select(func.max(Decision.at)).where(
        Decision.submission_id == Submission.id, Decision.action.in_(("reject", "remove"))
    )
    objected = exists().where(
        Appeal.submission_id == Submission.id, or_(Appeal.status == "received", Appeal.decided_at > before)
    )
    query = select(Submission).where(
        Submission.status.in_(("rejected", "removed")),
        Submission.created_at < before,
        refused.correlate(Submission).scalar_subquery() < before,
        ~objected,
        or_(*(getattr(Submission, column).is_not(None) for column in (*ANSWERS, "place_words", "lat"))),
    )
    forgotten = 0
    for submission in session.scalars(query.order_by(Submission.city_id, Submission.id).limit(BATCH)).all():
        decision_record.hold(session, submission=submission)
        # A moment ago somebody may have objected, and somebody else have decided on that.
        if submission.status in ("rejected", "removed") and not appeals.is_waiting(session, submission=submission):
            _clear(session, submission, folder)
            forgotten += 1
    return forgotten


def _forget_former(session: Session, submission: Submission, folder: Path | None) -> None:
    """What the author says now takes the place of what was redacted, of what that hid, and of its translations."""
    translations.forget(session, submission=submission)
    if submission.redacted_at:
        originals.forget(session, submission=submission, folder=folder)
        submission.redacted_at = None


def _clear(session: Session, submission: Submission, folder: Path | None) -> None:
    """Delete the content of a submission, and what others may have quoted of it."""
    place_names.leave(session, submission=submission)
    _without_content(submission)
    place_id = submission.place_id
    submission.contributor_id = submission.place_id = submission.content_hash = None
    for forget in (notes.forget, decision_sentences.forget, appeals.forget, translations.forget):
        forget(session, submission=submission)
    originals.forget(session, submission=submission, folder=folder)
    photos.forget(session, folder=folder, submission=submission)
    # Whoever reported it may have quoted it.
    quoted = update(Notice).where(Notice.submission_id == submission.id)
    session.execute(quoted.values(explanation="", answer=None, answer_lang=None))
    session.flush()
    if place_id:
        places.forget_if_empty(session, place_id=place_id, last=submission)


def _kept_point(submission: Submission, where: Where) -> Point | None:
    """The exact point, where the author left the public one of it as it was shown, still near their home."""
    shown = shown_place(submission)
    same = shown.lat and (where.lat.strip(), where.lon.strip()) == (shown.lat, shown.lon)
    return submission.point if same and where.near_home == submission.near_home else None


def _without_point(submission: Submission) -> None:
    submission.lat = submission.lon = submission.public_lat = submission.public_lon = submission.cell = None


def _without_content(submission: Submission) -> None:
    for column in (*ANSWERS, "place_words", "text_lang", "about_place_id", "about_submission_id", "district_id"):
        setattr(submission, column, None)
    submission.near_home = False
    submission.checks = ()
    _without_point(submission)
