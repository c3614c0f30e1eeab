"""The photos of submissions: files in a folder, each with a row that says whose it is.

A file is written before its row is committed, and goes after its row is gone. What a crash leaves between the two has
no row, so nobody sees it, and the worker removes it.
"""

import os
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import event, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from participation.errors import FormInvalid, Gone, NotFound, Problem
from participation.models.photos import Photo
from participation.models.submissions import Submission
from participation.pictures import SMALL, Box, Picture, covered, fitted

KEPT = timedelta(hours=24)
# A file without a row may be waiting for the commit of its row.
WAITING = timedelta(hours=1)
BATCH = 200
FOLDERS = 256
_VANISHING = "photos_vanishing"


def keep(
    session: Session, *, folder: Path, picture: Picture, now: datetime, submission: Submission | None = None
) -> Photo:
    """Store a picture, for a submission or until its form is sent; nothing else writes a photo."""
    photo = Photo(id=uuid7(), submission=submission, width=picture.width, height=picture.height, created_at=now)
    _write(path(folder, photo.id), picture.large)
    _write(path(folder, photo.id, small=True), picture.small)
    session.add(photo)
    session.flush()
    return photo


def give(
    session: Session, *, folder: Path, photo: Picture | UUID | None, submission: Submission, now: datetime
) -> None:
    """Let a submission have what its form brought: a picture that has just arrived, a kept one, or none.

    Raises FormInvalid where the kept one is gone.
    """
    if isinstance(photo, Picture):
        keep(session, folder=folder, picture=photo, submission=submission, now=now)
    elif photo:
        take(session, folder=folder, photo_id=photo, submission=submission, now=now)


def take(session: Session, *, folder: Path, photo_id: UUID, submission: Submission, now: datetime) -> Photo:
    """Give a kept photo to its submission; raises FormInvalid where it is not kept any more.

    One that an earlier try has given to a submission is copied: the form was sent again with other answers.
    """
    photo = session.get(Photo, photo_id, with_for_update=True)
    if photo is None or not path(folder, photo_id).is_file():
        raise FormInvalid({"photo": Problem("photo_gone")})
    if photo.submission_id is None and photo.original_of_id is None:
        photo.submission = submission
        session.flush()
        return photo
    copy = Photo(id=uuid7(), submission=submission, width=photo.width, height=photo.height, created_at=now)
    for small in (False, True):
        _write(path(folder, copy.id, small=small), path(folder, photo_id, small=small).read_bytes())
    session.add(copy)
    session.flush()
    return copy


def forget(session: Session, *, submission: Submission, folder: Path | None) -> None:
    """Delete the photo of a submission; its files vanish with the commit, without `folder` when the worker sweeps."""
    if submission.photo:
        _delete(session, folder, submission.photo)
        submission.photo = None


def hide(
    session: Session, *, folder: Path, submission: Submission, boxes: Sequence[Box], now: datetime
) -> Photo | None:
    """Show a photo with boxes over parts of it, without any box none at all; the first one is set aside."""
    shown = submission.photo
    if shown is None:
        return None
    picture = covered(path(folder, shown.id).read_bytes(), boxes) if boxes else None
    submission.photo = None
    if _original(session, submission):
        _delete(session, folder, shown)
    else:
        shown.original_of_id = submission.id
    session.flush()
    return keep(session, folder=folder, picture=picture, submission=submission, now=now) if picture else None


def show_again(session: Session, *, folder: Path | None, submission: Submission) -> None:
    """Make the photo that was set aside the photo of its submission again."""
    original = _original(session, submission)
    if original is None:
        return
    forget(session, submission=submission, folder=folder)
    session.flush()
    original.original_of_id = None
    submission.photo = original
    session.flush()


def forget_original(session: Session, *, folder: Path | None, submission: Submission) -> None:
    """Delete the photo that was set aside."""
    original = _original(session, submission)
    if original:
        _delete(session, folder, original)


def discard(session: Session, *, folder: Path, photo_id: UUID) -> None:
    """Delete a kept photo that its author removed from the form, unless it belongs to a submission by now."""
    photo = session.get(Photo, photo_id)
    if photo and photo.submission_id is None and photo.original_of_id is None:
        _delete(session, folder, photo)


def published(session: Session, *, photo_id: UUID) -> Photo:
    """A photo whose submission is public; raises Gone where it was, and NotFound for all others."""
    photo = session.get(Photo, photo_id)
    submission = photo.submission if photo else None
    if photo is None or submission is None or submission.published_at is None:
        raise NotFound("photo_unknown")
    if submission.status != "published":
        raise Gone("photo_gone")
    return photo


def kept(session: Session, *, photo_id: UUID) -> Photo:
    """A photo that a form may still bring; raises NotFound."""
    photo = session.get(Photo, photo_id)
    if photo is None:
        raise NotFound("photo_unknown")
    return photo


def of(submission: Submission) -> Photo:
    """The photo of a submission; raises NotFound."""
    if submission.photo is None:
        raise NotFound("photo_unknown")
    return submission.photo


def small_size(photo: Photo) -> tuple[int, int]:
    """Width and height of the small version."""
    return fitted((photo.width, photo.height), SMALL)


def path(folder: Path, photo_id: UUID, *, small: bool = False) -> Path:
    """Where a photo lies; the last digits of the id are random, so the folders fill evenly."""
    digits = photo_id.hex
    return folder / digits[-2:] / digits[-4:-2] / f"{photo_id}{'-small' if small else ''}.jpg"


def forget_kept(session: Session, *, folder: Path, now: datetime) -> int:
    """Delete photos whose form never came, a day after they were sent; at most BATCH, returns how many."""
    waiting = Photo.submission_id.is_(None), Photo.original_of_id.is_(None)
    query = select(Photo).where(*waiting, Photo.created_at < now - KEPT)
    old = session.scalars(query.limit(BATCH).with_for_update(skip_locked=True)).all()
    for photo in old:
        _delete(session, folder, photo)
    session.flush()
    return len(old)


def sweep(session: Session, *, folder: Path, now: datetime, share: Iterable[int] = range(FOLDERS)) -> int:
    """Remove files without a row in a share of the folders, counted from 0 to FOLDERS - 1; returns how many."""
    until = (now - WAITING).timestamp()
    found = [file for number in share for file in (folder / f"{number:02x}").glob("*/*")]
    old = {file: _id_in(file) for file in found if _age(file) < until}
    ids = {photo_id for photo_id in old.values() if photo_id}
    there = set(session.scalars(select(Photo.id).where(Photo.id.in_(ids)))) if ids else set()
    lost = [file for file, photo_id in old.items() if photo_id not in there]
    for file in lost:
        file.unlink(missing_ok=True)
    return len(lost)


def _original(session: Session, submission: Submission) -> Photo | None:
    return session.scalar(select(Photo).where(Photo.original_of_id == submission.id))


def _id_in(file: Path) -> UUID | None:
    """The id in the name of a file; None for what was left behind while it was being written."""
    try:
        return UUID(file.name.removesuffix(".jpg").removesuffix("-small"))
    except ValueError:
        return None


def _age(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=file.parent)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    Path(draft).replace(file)


def _delete(session: Session, folder: Path | None, photo: Photo) -> None:
    session.delete(photo)
    if folder is None:
        return
    if _VANISHING not in session.info:
        session.info[_VANISHING] = []
        event.listen(session, "after_commit", _vanish)
        event.listen(session, "after_rollback", _stay)
    session.info[_VANISHING] += [path(folder, photo.id), path(folder, photo.id, small=True)]


def _stay(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info[_VANISHING].clear()


def _vanish(session: Session) -> None:
    # The end of a savepoint is called a commit too.
    if session.in_nested_transaction():
        return
    files: list[Path] = session.info[_VANISHING]
    while files:
        try:
            files.pop().unlink(missing_ok=True)
        except OSError:
            # The row is gone, so nobody sees it; the worker tries again.
            continue
