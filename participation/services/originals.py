"""The originals of what was redacted: set aside, put back, deleted. Who may do that is said by `redactions`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from participation import private_details
from participation.models.appeals import Appeal
from participation.models.decisions import APPEAL_TIME
from participation.models.originals import Original
from participation.models.photos import Photo
from participation.models.places import Place
from participation.models.submissions import Submission
from participation.pictures import Box
from participation.services import decision_record, photos, submission_checks, translations

BATCH = 20
# The author has objected to a decision, and nobody has answered yet: what was hidden may be shown again.
OBJECTED = exists().where(Appeal.submission_id == Original.submission_id, Appeal.status == "received")


@dataclass(frozen=True)
class Hidden:
    """What nobody shall see: ranges of the text, boxes on the photo or all of it, the author's name of the place."""

    ranges: tuple[tuple[int, int], ...] = ()
    boxes: tuple[Box, ...] = ()
    photo: bool = False
    place_name: bool = False

    def parts(self, submission: Submission) -> list[str]:
        """The columns of a submission that this changes."""
        changed = {
            "text": bool(self.ranges and submission.text),
            "photo": bool((self.photo or self.boxes) and submission.photo),
            "place_name": bool(self.place_name and submission.place_name),
        }
        return [name for name, is_changed in changed.items() if is_changed]


def of(session: Session, *, submission: Submission) -> Original | None:
    """What a redaction has hidden in a submission, while it is kept."""
    return session.get(Original, submission.id)


def is_objected(session: Session, *, submission: Submission) -> bool:
    """Whether an original has to stay, because an objection of the author waits for a decision."""
    query = select(Original.submission_id).where(Original.submission_id == submission.id, OBJECTED)
    return session.scalar(query) is not None


def photo_of(session: Session, *, submission: Submission) -> Photo | None:
    """The photo that a redaction has set aside."""
    return session.scalar(select(Photo).where(Photo.original_of_id == submission.id))


def hide(session: Session, *, submission: Submission, hidden: Hidden, folder: Path, now: datetime) -> None:
    """Let a submission say only what may be seen, and set aside what it said at first; ValueError for a wrong range."""
    original = of(session, submission=submission)
    if original is None:
        original = Original(submission_id=submission.id, text=submission.text, place_name=submission.place_name)
        session.add(original)
    original.ends_at = now + APPEAL_TIME
    if submission.text and hidden.ranges:
        translations.forget(session, submission=submission)
        submission.text = private_details.redacted(submission.text, list(hidden.ranges))
    if submission.place_name and hidden.place_name:
        original.named_place = _take_name(session, submission) or bool(original.named_place)
        submission.place_name = None
    if submission.photo and (hidden.photo or hidden.boxes):
        boxes = () if hidden.photo else hidden.boxes
        photos.hide(session, folder=folder, submission=submission, boxes=boxes, now=now)
    submission.redacted_at = now
    submission.checks = submission_checks.anew(submission)
    session.flush()


def put_back(session: Session, *, submission: Submission, folder: Path | None) -> None:
    """Let a submission say again what its author sent; without `folder` the worker removes the redacted photo."""
    original = of(session, submission=submission)
    if original is None:
        return
    if submission.text != original.text:
        translations.forget(session, submission=submission)
    submission.text, submission.redacted_at = original.text, None
    submission.place_name = submission.place_name or original.place_name
    submission.checks = submission_checks.anew(submission)
    place = session.get(Place, submission.place_id) if submission.place_id and original.named_place else None
    if place and place.name is None:
        place.name = original.place_name
    photos.show_again(session, folder=folder, submission=submission)
    session.delete(original)
    session.flush()


def forget(session: Session, *, submission: Submission, folder: Path | None) -> None:
    """Delete the original for good; without `folder` the worker removes the files of its photo."""
    original = of(session, submission=submission)
    if original:
        session.delete(original)
    photos.forget_original(session, folder=folder, submission=submission)
    session.flush()


def forget_old(session: Session, *, folder: Path, now: datetime) -> int:
    """Delete the originals against whose redaction nobody can object any more; takes at most BATCH, returns how many.

    While an objection waits, whoever decides on it needs to see what the author wrote. The record says what is
    deleted, without an account: it was time.
    """
    over = select(Original.submission_id).where(Original.ends_at < now, ~OBJECTED)
    ids: Sequence[UUID] = session.scalars(over.order_by(Original.ends_at).limit(BATCH)).all()
    forgotten = 0
    for submission_id in ids:
        submission = session.get_one(Submission, submission_id)
        decision_record.hold(session, submission=submission)
        # A moment ago somebody may have put it back, hidden more of it, or objected.
        if session.scalar(over.where(Original.submission_id == submission_id)) is None:
            continue
        forget(session, submission=submission, folder=folder)
        decision_record.record(session, submission=submission, action="drop_original", now=now)
        forgotten += 1
    return forgotten


def _take_name(session: Session, submission: Submission) -> bool:
    """Take the hidden name from the place as well, if it has it from this submission; says whether it did."""
    place = session.get(Place, submission.place_id) if submission.place_id else None
    if place is None or place.name != submission.place_name:
        return False
    place.name = None
    return True
