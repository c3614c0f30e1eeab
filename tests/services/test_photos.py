"""Photos: stored whole with their rows, gone with them, and what is left over is swept up."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from participation import database
from participation.errors import FormInvalid, Gone, NotFound
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.photos import Photo
from participation.models.submissions import Submission
from participation.services import photos, receipts
from tests.factories import photos as factory
from tests.factories import submissions
from tests.factories.submissions import NOW

HOUR = timedelta(hours=1)


@pytest.fixture
def submission(session: Session, city: City, campaign: Campaign) -> Submission:
    return submissions.make(session, city, campaign)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "photos"


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Photo)) or 0


def age(file: Path, hours: float) -> None:
    """Make a file look as old as that at NOW."""
    then = (NOW - timedelta(hours=hours)).timestamp()
    os.utime(file, (then, then))


def test_both_versions_are_there_before_the_row_is(session: Session, folder: Path, submission: Submission) -> None:
    picture = factory.picture(800, 600)
    photo = photos.keep(session, folder=folder, picture=picture, submission=submission, now=NOW)
    session.commit()
    session.expire_all()
    assert submission.photo is photo
    assert (photo.width, photo.height, photo.created_at) == (800, 600, NOW)
    assert photos.path(folder, photo.id).read_bytes() == picture.large
    assert photos.path(folder, photo.id, small=True).read_bytes() == picture.small
    assert photos.small_size(photo) == (480, 360)
    assert len(files(folder)) == 2


def test_folders_fill_evenly(folder: Path) -> None:
    """Ids begin with the time, so their first digits are the same all year."""
    kept = {photos.path(folder, uuid7()).parent for _ in range(200)}
    assert len(kept) > 150
    assert {path.parent.parent for path in kept} == {folder}


def test_a_kept_photo_goes_to_its_submission(session: Session, folder: Path, submission: Submission) -> None:
    kept = factory.make(session, folder)
    assert photos.kept(session, photo_id=kept.id) is kept
    taken = photos.take(session, folder=folder, photo_id=kept.id, submission=submission, now=NOW)
    assert taken is kept
    assert submission.photo is kept
    assert len(files(folder)) == 2


def test_a_photo_that_went_to_another_try_is_copied(
    session: Session, folder: Path, city: City, campaign: Campaign, submission: Submission
) -> None:
    photo = factory.make(session, folder, submission)
    again = submissions.make(session, city, campaign)
    copy = photos.take(session, folder=folder, photo_id=photo.id, submission=again, now=NOW)
    assert copy.id != photo.id
    assert (submission.photo, again.photo) == (photo, copy)
    assert photos.path(folder, copy.id).read_bytes() == photos.path(folder, photo.id).read_bytes()
    photos.forget(session, folder=folder, submission=submission)
    session.commit()
    assert files(folder) == sorted(photos.path(folder, copy.id, small=small) for small in (True, False))


@pytest.mark.parametrize("lost", ["row", "file"])
def test_a_photo_that_is_not_kept_any_more_is_said_so(
    lost: str, session: Session, folder: Path, submission: Submission
) -> None:
    photo_id = uuid7()
    if lost == "file":
        photo_id = factory.make(session, folder).id
        photos.path(folder, photo_id).unlink()
    with pytest.raises(FormInvalid) as caught:
        photos.take(session, folder=folder, photo_id=photo_id, submission=submission, now=NOW)
    assert caught.value.problems["photo"].code == "photo_gone"


def test_forgetting_takes_row_and_files(session: Session, folder: Path, submission: Submission) -> None:
    factory.make(session, folder, submission)
    session.commit()
    photos.forget(session, folder=folder, submission=submission)
    # Nothing is gone as long as it could still be taken back.
    assert len(files(folder)) == 2
    session.commit()
    assert (count(session), files(folder)) == (0, [])
    session.expire_all()
    assert submission.photo is None
    photos.forget(session, folder=folder, submission=submission)


def test_what_is_taken_back_stays(session: Session, folder: Path, submission: Submission) -> None:
    factory.make(session, folder, submission)
    session.commit()
    photos.forget(session, folder=folder, submission=submission)
    session.rollback()
    session.commit()
    assert (count(session), len(files(folder))) == (1, 2)


def test_a_savepoint_is_no_commit(session: Session, folder: Path, submission: Submission) -> None:
    factory.make(session, folder, submission)
    session.commit()
    photos.forget(session, folder=folder, submission=submission)
    with session.begin_nested():
        session.flush()
    inner = session.begin_nested()
    inner.rollback()
    assert len(files(folder)) == 2
    session.commit()
    assert files(folder) == []


def test_erasing_a_submission_takes_its_photo_at_once(session: Session, folder: Path, submission: Submission) -> None:
    factory.make(session, folder, submission)
    session.commit()
    receipts.erase(session, submission=submission, now=NOW, folder=folder)
    session.commit()
    assert (count(session), files(folder)) == (0, [])


def test_erasing_without_the_folder_leaves_the_files_to_the_worker(
    session: Session, folder: Path, submission: Submission
) -> None:
    factory.make(session, folder, submission)
    receipts.erase(session, submission=submission, now=NOW)
    session.commit()
    assert (count(session), len(files(folder))) == (0, 2)
    for file in files(folder):
        age(file, 2)
    assert photos.sweep(session, folder=folder, now=NOW) == 2


def test_a_discarded_photo_is_gone_but_not_that_of_a_submission(
    session: Session, folder: Path, submission: Submission
) -> None:
    kept, taken = factory.make(session, folder), factory.make(session, folder, submission)
    for photo_id in (kept.id, taken.id, uuid7()):
        photos.discard(session, folder=folder, photo_id=photo_id)
    session.commit()
    assert session.scalars(select(Photo)).all() == [taken]
    assert len(files(folder)) == 2


@pytest.mark.parametrize("status", ["pending", "published", "withdrawn", "rejected"])
def test_only_the_photo_of_something_published_is_public(
    status: str, session: Session, folder: Path, submission: Submission
) -> None:
    photo = factory.make(session, folder, submission)
    if status in ("published", "withdrawn"):
        submissions.publish(session, submission)
    if status == "withdrawn":
        receipts.withdraw(session, submission=submission, now=NOW)
    if status == "published":
        assert photos.published(session, photo_id=photo.id) is photo
    else:
        with pytest.raises(Gone if status == "withdrawn" else NotFound):
            photos.published(session, photo_id=photo.id)


def test_nobody_sees_a_photo_that_belongs_to_nothing(session: Session, folder: Path, submission: Submission) -> None:
    for photo_id in (factory.make(session, folder).id, uuid7()):
        with pytest.raises(NotFound):
            photos.published(session, photo_id=photo_id)
    for look in (lambda: photos.kept(session, photo_id=uuid7()), lambda: photos.of(submission)):
        with pytest.raises(NotFound):
            look()


def test_photos_whose_form_never_came_go_after_a_day(
    session: Session, folder: Path, submission: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "BATCH", 2)

    def old(hours: float) -> datetime:
        return NOW - hours * HOUR

    stay = [factory.make(session, folder, now=old(23)), factory.make(session, folder, submission, now=old(100))]
    for hours in (25, 26, 100):
        factory.make(session, folder, now=old(hours))
    session.commit()
    forgotten = []
    for _ in range(3):
        forgotten.append(photos.forget_kept(session, folder=folder, now=NOW))
        session.commit()
    assert forgotten == [2, 1, 0]
    assert {*session.scalars(select(Photo.id))} == {photo.id for photo in stay}
    assert len(files(folder)) == 4


def test_files_without_a_row_are_swept_up_when_they_wait_for_nothing(
    session: Session, engine: Engine, folder: Path
) -> None:
    stays = factory.make(session, folder)
    session.commit()
    with database.writing(engine) as crashed:
        lost = factory.make(crashed, folder).id
        waiting = factory.make(crashed, folder).id
    unfinished = photos.path(folder, lost).parent / "tmp1234"
    unfinished.write_bytes(b"half a pho")
    for file in files(folder):
        age(file, 0.5 if str(waiting) in file.name else 2)
    assert photos.sweep(session, folder=folder, now=NOW) == 3
    assert {file.name.split(".")[0].removesuffix("-small") for file in files(folder)} == {str(stays.id), str(waiting)}
    assert photos.sweep(session, folder=folder, now=NOW) == 0


def test_sweeping_in_shares_covers_everything_once(session: Session, folder: Path) -> None:
    for _ in range(20):
        file = photos.path(folder, uuid7())
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")
        age(file, 2)
    swept = [photos.sweep(session, folder=folder, now=NOW, share=range(turn, photos.FOLDERS, 32)) for turn in range(32)]
    assert sum(swept) == 20
    assert max(swept) < 20


def test_sweeping_needs_no_folder(session: Session, tmp_path: Path) -> None:
    assert photos.sweep(session, folder=tmp_path / "nothing", now=NOW) == 0
