"""By the receipt link authors correct, withdraw and erase; nobody else finds it, and no decision is overtaken."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from participation import geo
from participation.errors import Conflict, FormInvalid, NotFound
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.decisions import Decision
from participation.models.followers import Follower
from participation.models.mails import Mail
from participation.models.notices import Notice
from participation.models.places import Place, Reply, Support
from participation.models.submissions import ANSWERS, Submission
from participation.models.tiles import TileCount
from participation.services import decisions, followers, mails, notices, receipts, replies, submissions, supports
from participation.services.decisions import Seen
from participation.services.locations import Where
from participation.services.notices import Report
from participation.services.receipts import Correction
from participation.services.submissions import Draft, Sent
from tests.factories import accounts, cities
from tests.factories import submissions as factory
from tests.factories.cities import CENTRE, INSIDE, OUTSIDE
from tests.factories.decisions import act
from tests.factories.submissions import NOW, at, draft
from tests.fixtures.threads import while_first_waits

SECRET = "secret-of-the-installation"
LATER = NOW + timedelta(hours=1)
REPORT = Report(ground="untrue", explanation="They wrote: my words.", good_faith=True)


@pytest.fixture
def sent(session: Session, city: City, campaign: Campaign) -> Sent:
    cities.landmark(session, city)
    cities.district(session, city)
    return submissions.send(
        session,
        city=city,
        campaign=campaign,
        draft=draft(where=at(INSIDE, words="by my house", near_home=True), answers=EVERYTHING),
        contributor_key="browser",
        secret=SECRET,
        now=NOW,
    )


EVERYTHING: dict[str, object] = {
    "place_type": "square",
    "reasons": ["no_shade"],
    "text": "my words",
    "place_name": "my bench",
    "role": "resident",
}
OTHER: dict[str, object] = {"place_type": "street", "reasons": ["no_water"]}


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def corrected(session: Session, submission: Submission, changed: Draft, version: int = 1) -> Decision:
    correction = Correction(changed, version)
    return receipts.correct(session, submission=submission, correction=correction, now=LATER, folder=Path())


def as_shown(submission: Submission, **changed: object) -> Draft:
    """The draft of somebody who changes something and leaves the place as the page shows it."""
    return draft(where=receipts.shown_place(submission), **({"answers": OTHER} | changed))


def test_a_receipt_finds_its_submission_and_no_other_does(session: Session, sent: Sent) -> None:
    assert receipts.by_token(session, token=sent.receipt_token) is sent.submission
    for wrong in ("", "x", sent.receipt_token[:-1], str(sent.submission.id), str(sent.submission.receipt_hash)):
        with pytest.raises(NotFound):
            receipts.by_token(session, token=wrong)


def test_the_city_says_until_when_it_means_to_decide(session: Session, city: City, sent: Sent) -> None:
    city.target_hours = 72
    assert receipts.decided_by(sent.submission) == NOW + timedelta(hours=72)


def test_a_correction_replaces_what_was_sent_and_is_logged_without_it(session: Session, sent: Sent) -> None:
    submission = sent.submission
    where = Where(landmark="dom", words="other words")
    decision = corrected(session, submission, draft(where=where, answers=OTHER, text_lang="fr"))
    session.commit()
    session.expire_all()
    assert (submission.place_type, submission.reasons, submission.text) == ("street", ("no_water",), None)
    assert (submission.place_name, submission.role, submission.text_lang) == (None, None, None)
    assert (submission.point, submission.place_words, submission.near_home) == (INSIDE, "other words", False)
    assert submission.public_point == INSIDE
    assert (submission.status, submission.version) == ("pending", 2)
    assert (submission.created_at, submission.kind) == (NOW, "heat_island")
    assert (decision.action, decision.from_status, decision.to_status) == ("correct", "pending", "pending")
    assert (decision.account_id, decision.submission_version, decision.at) == (None, 1, LATER)


def test_near_a_home_the_place_left_as_shown_stays_exact(session: Session, sent: Sent) -> None:
    submission = sent.submission
    assert receipts.shown_place(submission).lat == f"{geo.snap(INSIDE).lat:.6f}"
    corrected(session, submission, as_shown(submission))
    assert (submission.point, submission.public_point) == (INSIDE, geo.snap(INSIDE))


def test_no_longer_near_a_home_only_what_was_shown_becomes_public(session: Session, sent: Sent) -> None:
    submission = sent.submission
    shown = replace(receipts.shown_place(submission), near_home=False)
    corrected(session, submission, draft(where=shown, answers=OTHER))
    assert submission.point == submission.public_point == geo.snap(INSIDE)


def test_the_place_can_become_words_only(session: Session, sent: Sent) -> None:
    submission = sent.submission
    corrected(session, submission, draft(where=Where(words="behind the station"), answers=OTHER))
    assert (submission.point, submission.public_point, submission.cell) == (None, None, None)
    assert (submission.place_words, submission.district_id) == ("behind the station", None)


def test_a_correction_is_checked_like_a_new_one(session: Session, sent: Sent) -> None:
    bad = {
        "lat": draft(where=at(OUTSIDE)),
        "landmark": draft(where=Where(landmark="moon")),
        "reasons": draft(answers={"place_type": "square"}),
        "text_lang": draft(text_lang="?"),
    }
    for field, wrong in {**bad, "untouched": draft(where=at(CENTRE))}.items():
        with pytest.raises(FormInvalid) as caught:
            corrected(session, sent.submission, wrong)
        assert list(caught.value.problems) == [field if field in bad else "lat"]
    assert (sent.submission.version, sent.submission.text, count(session, Decision)) == (1, "my words", 0)


def test_the_kind_stays_and_a_closed_campaign_is_no_obstacle(session: Session, campaign: Campaign, sent: Sent) -> None:
    campaign.ends = NOW.date() - timedelta(days=1)
    changed = replace(as_shown(sent.submission), kind="idea")
    corrected(session, sent.submission, changed)
    assert (sent.submission.kind, sent.submission.place_type) == ("heat_island", "street")


def test_the_same_correction_again_is_done_once(session: Session, sent: Sent) -> None:
    changed = as_shown(sent.submission, idempotency_key="one")
    first, second = (corrected(session, sent.submission, changed) for _ in range(2))
    assert first is second
    assert (sent.submission.version, count(session, Decision)) == (2, 1)


@pytest.mark.parametrize("action", ["publish", "reject", "set_point"])
def test_after_a_decision_a_correction_of_the_old_version_is_refused(
    action: str, session: Session, city: City, sent: Sent
) -> None:
    act(session, accounts.make(session, city), sent.submission, action)
    with pytest.raises(Conflict, match="already_decided"):
        corrected(session, sent.submission, as_shown(sent.submission))
    assert sent.submission.place_type == "square"


def test_a_moderator_who_saw_the_old_version_gets_a_conflict(session: Session, city: City, sent: Sent) -> None:
    moderator = accounts.make(session, city)
    corrected(session, sent.submission, as_shown(sent.submission))
    with pytest.raises(Conflict, match="already_decided"):
        decisions.publish(session, account=moderator, submission=sent.submission, seen=Seen(1), now=LATER)
    decisions.publish(session, account=moderator, submission=sent.submission, seen=Seen(2), now=LATER)
    assert sent.submission.status == "published"


def test_two_corrections_at_once_do_not_mix(session: Session, engine: Engine, sent: Sent) -> None:
    session.commit()
    changed = as_shown(sent.submission, idempotency_key="")
    submission_id = sent.submission.id

    def correct(own: Session) -> str:
        try:
            corrected(own, own.get_one(Submission, submission_id), changed)
        except Conflict as conflict:
            own.rollback()
            return conflict.code
        return "corrected"

    assert while_first_waits(engine, correct) == ("corrected", "already_decided")


def test_withdrawing_takes_it_off_the_map_and_keeps_it(session: Session, city: City, campaign: Campaign) -> None:
    submission = factory.published(session, city, campaign)
    receipts.withdraw(session, submission=submission, now=NOW)
    assert (submission.status, submission.place_type) == ("withdrawn", "square")
    assert count(session, TileCount) == 0
    last = session.scalars(select(Decision).order_by(Decision.id.desc())).first()
    assert last
    assert (last.action, last.from_status, last.to_status) == ("withdraw", "published", "withdrawn")
    assert last.account_id is None


def test_only_what_is_published_can_be_withdrawn(session: Session, city: City, campaign: Campaign) -> None:
    with pytest.raises(Conflict, match="not_published"):
        receipts.withdraw(session, submission=factory.make(session, city, campaign), now=NOW)


@pytest.mark.parametrize("publish", [True, False])
def test_erasing_leaves_nothing_of_the_content(publish: bool, session: Session, sent: Sent) -> None:
    submission = sent.submission
    if publish:
        factory.publish(session, submission)
    receipts.erase(session, submission=submission, now=NOW)
    session.commit()
    session.expire_all()
    gone = [*ANSWERS, "place_words", "text_lang", "lat", "lon", "public_lat", "public_lon", "cell", "contributor_id"]
    gone += ["place_id", "district_id", "content_hash", "about_place_id", "about_submission_id", "checks"]
    assert {name: getattr(submission, name) for name in gone if getattr(submission, name) not in (None, ())} == {}
    assert (submission.status, submission.near_home) == ("erased", False)
    assert count(session, Place) == count(session, TileCount) == 0
    assert session.scalars(select(Decision.to_status).order_by(Decision.id.desc())).first() == "erased"
    # The receipt still leads to the page that says so.
    assert receipts.by_token(session, token=sent.receipt_token) is submission


def test_erasing_forgets_who_followed_and_what_others_wrote_about_it(
    session: Session, city: City, campaign: Campaign, sent: Sent
) -> None:
    submission = sent.submission
    factory.publish(session, submission)
    place = session.get_one(Place, submission.place_id)
    moderator = accounts.make(session, city)
    asked = followers.ask(session, submission=submission, email="a@b.example", lang="de", secret=SECRET, now=NOW)
    mails.write(session, recipient="a@b.example", subject="x", body=f"news {asked.token}", lang="de", now=NOW)
    mails.write(session, recipient="a@b.example", subject="other", body="about another entry", lang="de", now=NOW)
    supports.give(session, city=city, place=place, contributor_key="neighbour", now=NOW)
    replies.give(session, account=moderator, city=city, place=place, lang="de", text="Danke", now=NOW)
    for about in (submission, place):
        notices.give(session, city=city, about=about, report=REPORT, now=NOW)
    comment = factory.make(session, city, campaign, "feedback", about_place_id=place.id)
    receipts.erase(session, submission=submission, now=NOW)
    session.commit()
    session.expire_all()
    assert count(session, Follower) == count(session, Place) == count(session, Support) == count(session, Reply) == 0
    assert session.scalars(select(Mail.subject)).all() == ["other"]
    left = session.execute(select(Notice.submission_id, Notice.place_id, Notice.ground)).all()
    assert left == [(submission.id, None, "untrue")] * 2
    assert session.scalars(select(Notice.explanation).order_by(Notice.id)).first() == ""
    assert comment.about_place_id is None


def test_erasing_twice_is_logged_once(session: Session, city: City, campaign: Campaign) -> None:
    submission = factory.make(session, city, campaign)
    for _ in range(2):
        receipts.erase(session, submission=submission, now=NOW)
    assert count(session, Decision) == 1


def test_a_place_and_its_support_stay_while_somebody_else_belongs_to_it(
    session: Session, city: City, campaign: Campaign
) -> None:
    first, second = (factory.published(session, city, campaign) for _ in range(2))
    second.place_id = first.place_id
    session.flush()
    kept = first.place_id
    supports.give(session, city=city, place=session.get_one(Place, kept), contributor_key="one", now=NOW)
    receipts.erase(session, submission=first, now=NOW)
    assert kept in session.scalars(select(Place.id)).all()
    assert supports.number(session, place_id=kept) == 1
    receipts.erase(session, submission=second, now=NOW)
    assert kept not in session.scalars(select(Place.id)).all()
