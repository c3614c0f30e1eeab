"""A proof is used up and a photo is taken with the entry that is stored, once, and with no other."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from participation.errors import Conflict, FormInvalid
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.limits import UsedProof
from participation.models.photos import Photo
from participation.models.submissions import Submission
from participation.services import submissions
from participation.services.submission_gates import Gate
from participation.services.submissions import Draft, Sent
from tests.factories import photos as photo_factory
from tests.factories import submissions as factory
from tests.factories.proofs import make
from tests.factories.submissions import NOW, draft
from tests.fixtures.threads import while_first_waits

pytestmark = pytest.mark.usefixtures("campaign")

SECRET = "secret-of-the-installation"


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(photos=tmp_path / "photos", asks_for_proof=True)


def send(session: Session, sent: Draft, gate: Gate) -> Sent:
    """Send to the only city and campaign."""
    city, campaign = session.scalars(select(City)).one(), session.scalars(select(Campaign)).one()
    values = {"city": city, "campaign": campaign, "contributor_key": "browser", "secret": SECRET, "now": NOW}
    return submissions.send(session, draft=sent, gate=gate, **values)  # type: ignore[arg-type]


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def complete(**changed: object) -> Draft:
    """A draft with a proof and a photo that has just arrived."""
    return draft("idea", **{"proof": make(SECRET, NOW), "photo": photo_factory.picture()} | changed)


def test_proof_and_photo_are_taken_together(session: Session, gate: Gate) -> None:
    submission = send(session, complete(), gate).submission
    assert submission.checks == ()
    assert submission.photo
    assert (count(session, UsedProof), count(session, Photo)) == (1, 1)


def test_without_a_proof_there_is_a_mark(session: Session, gate: Gate) -> None:
    assert send(session, complete(proof=""), gate).submission.checks == ("no_proof",)


@pytest.mark.parametrize("changed", [{}, {"proof": ""}, {"proof": "nonsense"}])
def test_the_same_form_again_needs_neither(changed: dict[str, object], session: Session, gate: Gate) -> None:
    first = complete(idempotency_key="one")
    sent = send(session, first, gate)
    again = send(session, complete(**{"idempotency_key": "one", "proof": first.proof} | changed), gate)
    assert again.repeated
    assert again.submission is sent.submission
    assert (count(session, UsedProof), count(session, Photo), count(session, Submission)) == (1, 1, 1)


@pytest.mark.parametrize("kept", [True, False])
def test_another_photo_is_other_content(kept: bool, session: Session, gate: Gate) -> None:
    send(session, complete(idempotency_key="one"), gate)
    other: object = uuid7() if kept else photo_factory.picture(100, 80)
    for photo in (other, None):
        with pytest.raises(Conflict, match="already_sent"):
            send(session, complete(idempotency_key="one", photo=photo), gate)


@pytest.mark.parametrize("first_commits", [True, False])
@pytest.mark.parametrize("kept", [True, False])
def test_a_double_click_with_proof_and_photo_is_stored_once(
    kept: bool, first_commits: bool, session: Session, engine: Engine, gate: Gate
) -> None:
    photo: object = photo_factory.make(session, gate.photos).id if kept else photo_factory.picture()
    session.commit()
    twice = complete(idempotency_key="double", photo=photo)
    first, second = while_first_waits(engine, lambda own: send(own, twice, gate), commit=first_commits)
    assert second.repeated is first_commits
    assert second.receipt_token == first.receipt_token
    assert (count(session, UsedProof), count(session, Submission)) == (1, 1)
    [stored] = session.scalars(select(Submission))
    assert stored.photo


def test_two_entries_with_one_proof_are_not_both_stored(session: Session, gate: Gate) -> None:
    proof = make(SECRET, NOW)
    send(session, complete(proof=proof), gate)
    session.commit()
    with pytest.raises(FormInvalid) as caught:
        send(session, complete(proof=proof), gate)
    assert caught.value.problems["proof"].code == "proof_used"
    session.rollback()
    assert (count(session, Submission), count(session, Photo)) == (1, 1)


def test_a_photo_that_is_gone_stops_the_entry(session: Session, gate: Gate) -> None:
    session.commit()
    with pytest.raises(FormInvalid) as caught:
        send(session, complete(photo=uuid7()), gate)
    assert caught.value.problems["photo"].code == "photo_gone"
    session.rollback()
    # The proof is still good for the next try.
    assert (count(session, Submission), count(session, UsedProof)) == (0, 0)


def test_feedback_about_a_place_and_about_an_entry(
    session: Session, gate: Gate, city: City, campaign: Campaign
) -> None:
    shown = factory.published(session, city, campaign)
    sent = send(session, draft("feedback", about_place=str(shown.place_id), about_submission=str(shown.id)), gate)
    assert (sent.submission.about_place, sent.submission.about_submission) == (shown.place, shown)


@pytest.mark.parametrize("field", ["about_place", "about_submission"])
@pytest.mark.parametrize("value", ["moon", str(UUID(int=1)), "' or 1=1 --"])
def test_feedback_about_nothing_is_said_so(field: str, value: str, session: Session, gate: Gate) -> None:
    with pytest.raises(FormInvalid) as caught:
        send(session, draft("feedback", **{field: value}), gate)
    assert {name: problem.code for name, problem in caught.value.problems.items()} == {field: "about_unknown"}


def test_what_it_is_about_is_a_part_of_the_content(
    session: Session, gate: Gate, city: City, campaign: Campaign
) -> None:
    shown = factory.published(session, city, campaign)
    send(session, draft("feedback", idempotency_key="one"), gate)
    with pytest.raises(Conflict):
        send(session, draft("feedback", idempotency_key="one", about_submission=str(shown.id)), gate)
