"""The desk: one decision after the other, second thoughts, and many at once, with and without a script."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.claims import Claim
from participation.models.decision_sentences import DecisionSentence
from participation.models.decisions import Decision
from participation.models.mails import Mail
from participation.models.proposals import Proposal
from participation.models.submissions import Submission
from participation.services import followers
from participation.services.queue_decisions import MANY
from tests.desk_pages import QUEUE, decide, opened, press, said, text
from tests.factories import accounts, submissions
from tests.factories.submissions import NOW
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, parse

SCRIPT = {"HX-Request": "true"}


@pytest.fixture
def three(session: Session, city: City, campaign: Campaign) -> list[Submission]:
    """They wait, the oldest first."""
    return [submissions.make(session, city, campaign, place_name=name) for name in ("first", "second", "third")]


def test_one_decision_after_the_other(
    desk: PageClient, session: Session, moderator: Account, three: list[Submission]
) -> None:
    response = decide(desk, three[0], "publish")
    assert (response.status_code, response.location) == (303, f"{QUEUE}?next={three[0].id}")
    page = desk.page(response.location)
    assert (said(page), opened(page)) == ("The entry is published.", str(three[1].id))
    response = decide(desk, three[1], "second_look", response.location)
    page = desk.page(response.location)
    assert opened(page) == str(three[2].id)
    response = decide(desk, three[2], "reject", response.location, reason_code="unclear")
    assert said(desk.page(response.location)) == "The entry is rejected."
    assert [one.status for one in three] == ["published", "pending", "rejected"]
    found = session.scalars(select(Decision).order_by(Decision.id)).all()
    assert [(one.action, one.reason_code, one.account_id) for one in found] == [
        ("publish", None, moderator.id),
        ("second_look", None, moderator.id),
        ("reject", "unclear", moderator.id),
    ]
    [waits] = desk.page(f"{QUEUE}?queue=second_look").xpath("//article/@data-entry")
    assert waits == str(three[1].id)


def test_the_same_with_a_script_brings_only_what_changes(desk: PageClient, three: list[Submission]) -> None:
    response = desk.get(QUEUE, headers=SCRIPT)
    assert "<html" not in response.text
    assert 'id="queue-changes"' in response.text
    assert response.cache_control.no_store
    assert "HX-Request" in response.vary
    whole = desk.get(QUEUE)
    assert "<html" in whole.text
    assert "HX-Request" in whole.vary


def test_the_last_decision_leads_back_to_what_was_left_out(desk: PageClient, three: list[Submission]) -> None:
    response = decide(desk, three[2], "publish", f"{QUEUE}?entry={three[2].id}")
    assert opened(desk.page(response.location)) == str(three[0].id)


def test_who_comes_second_sees_both(desk: PageClient, session: Session, city: City, three: list[Submission]) -> None:
    page, other = desk.page(QUEUE), accounts.make(session, city)
    three[0].version += 1
    session.add(a_rejection(three[0], other))
    three[0].status = "rejected"
    response = press(desk, page, three[0], "publish")
    assert response.status_code == 409
    refused = text(parse(response), "//div[@role='alert']")
    assert all(part in refused for part in ("You wanted", "Publish", "There is now", "Rejected", other.email))
    assert three[0].status == "rejected"
    assert desk.get(response.request.path).location == f"{QUEUE}?entry={three[0].id}"


def a_rejection(submission: Submission, account: Account) -> Decision:
    return Decision(
        submission_id=submission.id,
        account_id=account.id,
        action="reject",
        reason_code="unclear",
        from_status="pending",
        to_status="rejected",
        submission_version=1,
        at=datetime.now(UTC),
        city_id=submission.city_id,
        previous_hash="a",
        hash="b",
    )


def test_nobody_decides_on_what_somebody_else_took_over(
    desk: PageClient, session: Session, city: City, three: list[Submission]
) -> None:
    page, other = desk.page(QUEUE), accounts.make(session, city)
    session.get_one(Claim, three[0].id).account_id = other.id
    response = press(desk, page, three[0], "publish")
    assert response.status_code == 409
    # Whose it is stands beside what was wanted, and once; the list says it of its row.
    refused = parse(response)
    assert text(refused, "//article").count(other.email) == 1
    assert other.email in text(refused, "//div[@role='alert']")
    assert three[0].status == "pending"


def test_a_rejection_without_a_reason_asks_for_it(desk: PageClient, three: list[Submission]) -> None:
    response = decide(desk, three[0], "reject", reason_code="")
    assert response.status_code == 422
    assert parse(response).xpath("//details[contains(@class, 'reject')]/@open")
    assert three[0].status == "pending"


def test_a_double_click_decides_once(desk: PageClient, session: Session, three: list[Submission]) -> None:
    page = desk.page(QUEUE)
    answers = [press(desk, page, three[0], "publish") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(session.scalars(select(Decision)).all()) == 1


def test_undoing_for_a_moment(desk: PageClient, session: Session, three: list[Submission]) -> None:
    response = decide(desk, three[0], "publish")
    page = desk.page(response.location)
    response = desk.send_form(page, QUEUE, {}, action="/undo")
    assert response.location == f"{QUEUE}?entry={three[0].id}"
    page = desk.page(response.location)
    assert (three[0].status, opened(page)) == ("pending", str(three[0].id))
    assert not page.xpath("//form[contains(@action, '/undo')]")
    assert desk.get(f"/en/staff/queue/worms/entries/{three[0].id}/undo").status_code == 302


def test_too_late_to_undo(desk: PageClient, session: Session, three: list[Submission]) -> None:
    page = desk.page(decide(desk, three[0], "publish").location)
    submissions_version = three[0].version
    three[0].version += 1
    response = desk.send_form(page, QUEUE, {}, action="/undo")
    assert response.status_code == 409
    assert "Undo" in text(parse(response), "//div[@role='alert']")
    assert (three[0].status, three[0].version) == ("published", submissions_version + 1)


def test_a_second_look_is_not_offered_to_be_undone(desk: PageClient, three: list[Submission]) -> None:
    page = desk.page(decide(desk, three[0], "second_look").location)
    assert not page.xpath("//form[contains(@action, '/undo')]")


def test_many_at_once(desk: PageClient, session: Session, three: list[Submission]) -> None:
    page = desk.page(QUEUE)
    chosen = [f"{one.id}:{one.version}" for one in three[:2]] + [f"{three[2].id}:7", "nonsense", "x:y"]
    data = {"chosen": chosen, "action": "reject", "reason_code": "off_topic"}
    response = desk.send_form(page, QUEUE, data, action="/many", forged=True)
    assert (response.status_code, response.location) == (303, QUEUE)
    assert [one.status for one in three] == ["rejected", "rejected", "pending"]
    told = said(desk.page(QUEUE))
    assert "2 entries are decided." in told
    assert "1 entry was left" in told


@sqlite_only
def test_many_at_once_need_a_choice_and_a_reason(desk: PageClient, three: list[Submission]) -> None:
    page = desk.page(QUEUE)
    for data in ({"action": "publish"}, {"action": "reject", "chosen": f"{three[0].id}:1"}):
        response = desk.send_form(page, QUEUE, data, action="/many", forged=True)
        assert response.status_code == 303
        assert said(desk.page(QUEUE))
    assert {one.status for one in three} == {"pending"}
    assert desk.get(f"{QUEUE}/many").location == QUEUE


def test_a_great_many_rejections_wait_for_a_second_person(
    desk: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    made = [submissions.make(session, city, campaign) for _ in range(MANY)]
    page = desk.page(QUEUE)
    data = {"chosen": [f"{one.id}:1" for one in made], "action": "reject", "reason_code": "advertising_spam"}
    response = desk.send_form(page, QUEUE, data, action="/many", forged=True)
    [proposal] = session.scalars(select(Proposal))
    assert response.location == f"{QUEUE}/proposals/{proposal.id}"
    assert {one.status for one in made} == {"pending"}
    assert desk.page(QUEUE).xpath("//a[contains(@href, '/proposals')]")


def test_a_sentence_to_the_author_and_what_was_written_comes_back(
    desk: PageClient, session: Session, three: list[Submission]
) -> None:
    response = decide(desk, three[0], "reject", reason_code="unclear", sentence="x" * 501)
    assert response.status_code == 422
    assert parse(response).xpath("string(//*[@id='sentence-entry'])").strip() == "x" * 501
    decide(desk, three[0], "reject", reason_code="unclear", sentence="Please name the street.")
    [said] = session.scalars(select(DecisionSentence))
    assert (said.text, said.lang) == ("Please name the street.", "en")
    assert "Please name the street." in text(desk.page(f"{QUEUE}?entry={three[0].id}"), "//article")
    # A word too much in the form of something that is published says nothing to anybody.
    decide(desk, three[1], "publish", sentence="Not meant")
    assert len(session.scalars(select(DecisionSentence)).all()) == 1


def test_the_mail_about_a_rejection_has_the_sentence(
    desk: PageClient, session: Session, three: list[Submission]
) -> None:
    known = {"email": "news@people.example", "lang": "de", "secret": "x" * 40, "now": NOW}
    for submission in three[:2]:
        asked = followers.ask(session, submission=submission, **known)
        asked.follower.confirmed_at = NOW
    session.commit()
    decide(desk, three[0], "reject", reason_code="unclear", sentence="Please name the street.")
    data = {"chosen": f"{three[1].id}:1", "action": "reject", "reason_code": "unclear", "sentence": "Where is it?"}
    desk.send_form(desk.page(QUEUE), QUEUE, data, action="/many", forged=True)
    bodies = [mail.body for mail in session.scalars(select(Mail).order_by(Mail.id))]
    assert ["Please name the street." in body for body in bodies].count(True) == 1
    assert ["Where is it?" in body for body in bodies].count(True) == 1
