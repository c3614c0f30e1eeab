"""What is redacted is nowhere to be seen, comes back or goes for good only with two people, and ends with its time."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.errors import Conflict, FormInvalid, NotAllowed, NotFound
from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.decisions import APPEAL_TIME, Decision
from participation.models.originals import Original
from participation.models.photos import Photo
from participation.models.places import Place
from participation.models.submissions import Submission
from participation.pictures import Box
from participation.private_details import BLOCK
from participation.services import (
    appeals,
    basemaps,
    decision_record,
    decisions,
    export_lines,
    originals,
    photos,
    receipts,
    redactions,
    upkeep,
)
from participation.services.decisions import Seen
from participation.services.export_tables import SUBMISSIONS
from participation.services.exports import Export
from participation.services.filters import Filter
from participation.services.originals import Hidden
from participation.services.receipts import Correction
from tests.factories import accounts, cities, submissions
from tests.factories import photos as photo_factory
from tests.factories.decisions import act
from tests.factories.submissions import NOW, draft

TEXT = "Call Anna on 06241 853 please"
NUMBER = (13, 22)
LEFT_HALF = Box(0, 0, 500, 1000)


@pytest.fixture
def submission(session: Session, city: City, campaign: Campaign, tmp_path: Path) -> Submission:
    made = submissions.make(session, city, campaign, text=TEXT, text_lang="en", place_name="At Anna's")
    photo_factory.make(session, tmp_path, made)
    return made


def redact(
    session: Session, account: Account, submission: Submission, folder: Path, *, publish: bool = False, **hidden: Any
) -> Decision:
    do = redactions.publish_redacted if publish else redactions.redact
    values = {"seen": Seen(submission.version), "hidden": Hidden(**hidden), "folder": folder, "now": NOW}
    return do(session, account=account, submission=submission, **values)


def ask(session: Session, account: Account, submission: Submission, wish: str) -> Decision:
    seen = Seen(submission.version)
    return redactions.ask(session, account=account, submission=submission, seen=seen, wish=wish, now=NOW)


def grant(session: Session, account: Account, submission: Submission, folder: Path) -> Decision:
    seen = Seen(submission.version)
    return redactions.grant(session, account=account, submission=submission, seen=seen, folder=folder, now=NOW)


def colours(folder: Path, photo: Photo, *, small: bool = False) -> tuple[Any, Any]:
    """What is on the left and on the right of a photo."""
    with Image.open(BytesIO(photos.path(folder, photo.id, small=small).read_bytes())) as image:
        return image.getpixel((2, 2)), image.getpixel((image.width - 3, 2))


def test_published_redacted_shows_nothing_of_it_anywhere(
    session: Session, moderator: Account, city: City, submission: Submission, tmp_path: Path
) -> None:
    hidden = {"ranges": (NUMBER,), "boxes": (LEFT_HALF,), "place_name": True}
    redact(session, moderator, submission, tmp_path, publish=True, **hidden)
    session.flush()
    assert (submission.status, submission.text) == ("published", f"Call Anna on {BLOCK} please")
    assert (submission.place_name, submission.redacted_at) == (None, NOW)
    for chosen in (Filter(), Filter().for_staff()):
        export = Export(SUBMISSIONS, city, chosen, NOW)
        csv = b"".join(export_lines.csv_file(session, export=export)).decode()
        assert "853" not in csv
        assert "At Anna" not in csv
        assert BLOCK in csv
    assert basemaps.names(session, city=city) == []
    assert submission.photo
    for small in (False, True):
        left, right = colours(tmp_path, submission.photo, small=small)
        assert max(left) < 12
        assert max(right) > 100
    original = originals.photo_of(session, submission=submission)
    assert original
    assert original.id != submission.photo.id
    with pytest.raises(NotFound):
        photos.published(session, photo_id=original.id)
    assert [decision.codes for decision in decisions.history(session, submission=submission)][1] == (
        "photo",
        "place_name",
        "text",
    )
    assert decision_record.verify(session, city=city).fault is None


def test_a_published_one_is_redacted_at_once_with_its_place(
    session: Session, moderator: Account, city: City, submission: Submission, tmp_path: Path
) -> None:
    act(session, moderator, submission, "publish")
    before = city.map_version
    redact(session, moderator, submission, tmp_path, ranges=(NUMBER,), photo=True, place_name=True)
    session.flush()
    session.expire_all()
    assert (submission.photo, session.get_one(Place, submission.place_id).name) == (None, None)
    assert city.map_version > before
    # The worker does not take the original for a photo whose form never came.
    assert photos.forget_kept(session, folder=tmp_path, now=NOW + timedelta(days=30)) == 0


def test_more_can_be_hidden_later_and_the_first_original_stays(
    session: Session, moderator: Account, submission: Submission, tmp_path: Path
) -> None:
    redact(session, moderator, submission, tmp_path, publish=True, ranges=(NUMBER,), boxes=(LEFT_HALF,))
    redact(session, moderator, submission, tmp_path, ranges=((5, 9),), boxes=(Box(500, 0, 500, 1000),))
    session.commit()
    assert submission.text == f"Call {BLOCK} on {BLOCK} please"
    assert session.get_one(Original, submission.id).text == TEXT
    assert submission.photo
    assert max(max(colour) for colour in colours(tmp_path, submission.photo)) < 12
    assert len(session.scalars(select(Photo)).all()) == 2
    assert sum(1 for _ in tmp_path.rglob("*.jpg")) == 4


@pytest.mark.parametrize(
    "hidden", [{}, {"ranges": ((0, 999),)}, {"ranges": ((5, 5),)}], ids=["nothing", "beyond the text", "empty"]
)
def test_what_cannot_be_hidden(
    hidden: dict[str, Any], session: Session, moderator: Account, submission: Submission, tmp_path: Path
) -> None:
    with pytest.raises(FormInvalid) as caught:
        redact(session, moderator, submission, tmp_path, **hidden)
    assert caught.value.problems["words"].code == "nothing_marked"
    assert (submission.text, submission.version) == (TEXT, 1)


@pytest.mark.parametrize("box", [(0, 0, 0, 5), (-1, 0, 5, 5), (1000, 0, 1, 1), (990, 0, 20, 5), (0, 500, 5, 501)])
def test_a_box_lies_inside_the_photo(box: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="box"):
        Box(*box)


def test_it_is_shown_again_by_two_people(
    session: Session, moderator: Account, city: City, submission: Submission, tmp_path: Path
) -> None:
    first = submission.photo
    hidden = {"ranges": (NUMBER,), "boxes": (LEFT_HALF,), "place_name": True}
    act(session, moderator, submission, "publish")
    redact(session, moderator, submission, tmp_path, **hidden)
    with pytest.raises(Conflict):
        grant(session, moderator, submission, tmp_path)
    ask(session, moderator, submission, "restore")
    with pytest.raises(NotAllowed, match="needs_somebody_else"):
        grant(session, moderator, submission, tmp_path)
    with pytest.raises(NotAllowed, match="not_your_city"):
        grant(session, accounts.make(session, cities.make(session, "metz")), submission, tmp_path)
    with pytest.raises(Conflict):
        ask(session, moderator, submission, "drop_original")
    assert BLOCK in (submission.text or "")
    grant(session, accounts.make(session, city), submission, tmp_path)
    session.commit()
    assert (submission.text, submission.place_name, submission.redacted_at) == (TEXT, "At Anna's", None)
    assert submission.photo is first
    assert session.get_one(Place, submission.place_id).name == "At Anna's"
    assert session.scalars(select(Original)).all() == []
    assert sum(1 for _ in tmp_path.rglob("*.jpg")) == 2
    actions = [decision.action for decision in decisions.history(session, submission=submission)]
    assert actions[:3] == ["restore", "ask_restore", "redact"]


@pytest.mark.parametrize("publish", [True, False])
def test_the_record_says_why(
    publish: bool, session: Session, moderator: Account, city: City, submission: Submission, tmp_path: Path
) -> None:
    values = {"hidden": Hidden(ranges=(NUMBER,)), "folder": tmp_path, "now": NOW, "seen": Seen(1)}
    do = redactions.publish_redacted if publish else redactions.redact
    for wrong in ("off_topic", "x" * 99):
        with pytest.raises(FormInvalid) as caught:
            do(session, account=moderator, submission=submission, **values, reason_code=wrong)  # type: ignore[arg-type]
        assert caught.value.problems["reason_code"].code == "unknown_code"
    do(session, account=moderator, submission=submission, **values, reason_code="insult_hate")  # type: ignore[arg-type]
    redact(session, moderator, submission, tmp_path, ranges=((0, 4),))
    said = [one.reason_code for one in decisions.history(session, submission=submission) if one.action == "redact"]
    assert said == ["personal_data", "insult_hate"]
    assert decision_record.verify(session, city=city).fault is None


def test_the_original_is_deleted_early_by_two_people_or_not(
    session: Session, moderator: Account, city: City, submission: Submission, tmp_path: Path
) -> None:
    redact(session, moderator, submission, tmp_path, publish=True, ranges=(NUMBER,), boxes=(LEFT_HALF,))
    other = accounts.make(session, city)
    ask(session, moderator, submission, "drop_original")
    seen = Seen(submission.version)
    redactions.refuse(session, account=other, submission=submission, seen=seen, now=NOW)
    with pytest.raises(Conflict):
        grant(session, other, submission, tmp_path)
    ask(session, other, submission, "drop_original")
    grant(session, moderator, submission, tmp_path)
    session.commit()
    assert session.scalars(select(Original)).all() == []
    assert originals.photo_of(session, submission=submission) is None
    assert sum(1 for _ in tmp_path.rglob("*.jpg")) == 2
    assert (submission.text, submission.redacted_at) == (f"Call Anna on {BLOCK} please", NOW)
    assert decision_record.verify(session, city=city).fault is None


def test_while_an_objection_waits_the_original_stays(
    session: Session, moderator: Account, city: City, submission: Submission, tmp_path: Path
) -> None:
    redact(session, moderator, submission, tmp_path, publish=True, ranges=(NUMBER,))
    removed, over = NOW + timedelta(days=100), NOW + APPEAL_TIME + timedelta(days=1)
    seen = Seen(submission.version)
    decisions.remove(
        session, account=moderator, submission=submission, seen=seen, reason_code="personal_data", now=removed
    )
    appeal = appeals.give(session, submission=submission, text="There is no name in it.", lang="en", now=removed)
    assert upkeep.forget_originals(session, folder=tmp_path, now=over) == 0
    assert session.get_one(Original, submission.id).text == TEXT
    other, seen = accounts.make(session, city), Seen(submission.version)
    said = {"answer": "There is one.", "lang": "en", "now": over}
    appeals.decide(session, account=other, appeal=appeal, seen=seen, reverse=False, **said)
    assert [upkeep.forget_originals(session, folder=tmp_path, now=over) for _ in range(2)] == [1, 0]
    assert decision_record.verify(session, city=city).fault is None


def test_the_worker_deletes_it_when_nobody_can_object_any_more(
    session: Session, moderator: Account, city: City, submission: Submission, tmp_path: Path
) -> None:
    redact(session, moderator, submission, tmp_path, publish=True, ranges=(NUMBER,), boxes=(LEFT_HALF,))
    assert upkeep.forget_originals(session, folder=tmp_path, now=NOW + APPEAL_TIME) == 0
    assert upkeep.forget_originals(session, folder=tmp_path, now=NOW + APPEAL_TIME + timedelta(seconds=1)) == 1
    session.commit()
    assert session.scalars(select(Original)).all() == []
    assert len(session.scalars(select(Photo)).all()) == 1
    assert sum(1 for _ in tmp_path.rglob("*.jpg")) == 2
    last = decisions.history(session, submission=submission)[0]
    assert (last.action, last.account) == ("drop_original", None)
    assert decision_record.verify(session, city=city).fault is None


def test_taking_back_the_publishing_takes_back_the_redaction_made_with_it(
    session: Session, moderator: Account, submission: Submission, tmp_path: Path
) -> None:
    first = submission.photo
    redact(session, moderator, submission, tmp_path, publish=True, ranges=(NUMBER,), boxes=(LEFT_HALF,))
    act(session, moderator, submission, "undo")
    session.flush()
    session.expire_all()
    assert (submission.status, submission.text, submission.redacted_at) == ("pending", TEXT, None)
    assert submission.photo is first


def test_erasing_erases_the_original_too(
    session: Session, moderator: Account, submission: Submission, tmp_path: Path
) -> None:
    redact(session, moderator, submission, tmp_path, publish=True, ranges=(NUMBER,), boxes=(LEFT_HALF,))
    receipts.erase(session, submission=submission, now=NOW, folder=tmp_path)
    session.commit()
    assert session.scalars(select(Original)).all() == []
    assert session.scalars(select(Photo)).all() == []
    assert [*tmp_path.rglob("*.jpg")] == []


def test_what_its_author_says_anew_is_no_redaction_any_more(
    session: Session, moderator: Account, submission: Submission, tmp_path: Path
) -> None:
    redact(session, moderator, submission, tmp_path, ranges=(NUMBER,))
    correction = Correction(draft(), submission.version)
    receipts.correct(session, submission=submission, correction=correction, now=NOW, folder=tmp_path)
    assert (submission.redacted_at, session.scalars(select(Original)).all()) == (None, [])


def test_words_that_may_be_private_are_suggested(session: Session, city: City, campaign: Campaign) -> None:
    text = "Ask Mrs Miller or call 06241 853-1234 today"
    submission = submissions.make(session, city, campaign, text=text, text_lang="en")
    assert [text.split()[number] for number in sorted(redactions.suggested(submission))] == [
        "Mrs",
        "Miller",
        "06241",
        "853-1234",
    ]
