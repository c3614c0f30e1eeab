"""The desk: reading the queue, publishing, rejecting and setting the point, on pages that work without JavaScript."""

from typing import Any

import pytest
from lxml.html import HtmlElement
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.locales import CODES
from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.decisions import ACTIONS, REASON_CODES, Decision
from participation.models.submissions import SOURCES, STATUSES, Submission
from participation.web.forms import decisions as words
from tests.factories import accounts, cities, submissions
from tests.factories.cities import INSIDE, OUTSIDE
from tests.factories.submissions import NOW
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, parse

QUEUE = "/en/staff/queue/worms"


@pytest.fixture
def submission(session: Session, city: City, campaign: Campaign) -> Submission:
    return submissions.make(session, city, campaign)


def one(submission: Submission, lang: str = "en") -> str:
    return f"/{lang}/staff/submissions/{submission.id}"


def text(tree: HtmlElement, xpath: str = "//main") -> str:
    [found] = tree.xpath(xpath)
    return " ".join(found.text_content().split())


def cards(tree: HtmlElement) -> list[str]:
    return [" ".join(card.text_content().split()) for card in tree.xpath("//article")]


def press(desk: PageClient, path: str, action: str, **data: Any) -> Any:
    """Fill in and send the form of a page whose address ends in this action."""
    return desk.post_form(path, data, action=action)


def test_publishing(desk: PageClient, session: Session, moderator: Account, submission: Submission) -> None:
    public = f"/en/worms/submissions/{submission.id}"
    assert desk.get(public).status_code == 404
    response = press(desk, one(submission), "/publish")
    assert (response.status_code, response.location) == (303, QUEUE)
    assert submission.status == "published"
    assert text(desk.page(QUEUE), "//*[@role='status']") == "The entry is published."
    assert desk.get(public).status_code == 200
    [decision] = session.scalars(select(Decision))
    assert (decision.account_id, decision.action, decision.submission_id) == (moderator.id, "publish", submission.id)


def test_rejecting_with_a_reason_for_the_author(desk: PageClient, session: Session, submission: Submission) -> None:
    response = press(desk, one(submission), "/reject", reason_code="personal_data")
    assert (response.status_code, response.location) == (303, QUEUE)
    [decision] = session.scalars(select(Decision))
    assert (submission.status, decision.reason_code) == ("rejected", "personal_data")
    assert text(desk.page(QUEUE), "//*[@role='status']") == "The entry is rejected."


@pytest.mark.parametrize(("reason", "forged"), [("", False), ("because", True)])
@sqlite_only
def test_a_rejection_needs_a_reason(desk: PageClient, submission: Submission, reason: str, forged: bool) -> None:
    response = desk.post_form(one(submission), {"reason_code": reason}, action="/reject", forged=forged)
    assert response.status_code == 422
    page = parse(response)
    assert page.xpath("//select[@name='reason_code']/@aria-invalid") == ["true"]
    assert page.xpath("//details[contains(@class, 'reject')]/@open")
    assert submission.status == "pending"


@sqlite_only
def test_every_reason_can_be_chosen_and_has_words(desk: PageClient, submission: Submission) -> None:
    options = desk.page(one(submission)).xpath("//select[@name='reason_code']/option/@value")
    assert options == ["", *REASON_CODES]


@sqlite_only
def test_every_code_that_is_stored_has_words(desk: PageClient) -> None:
    with desk.application.test_request_context("/en/"):
        assert tuple(words.reason_labels()) == REASON_CODES
        assert tuple(words.status_labels()) == STATUSES
        assert tuple(words.action_labels()) == ACTIONS
        assert tuple(words.source_labels()) == SOURCES


@pytest.mark.parametrize("lang", CODES)
@sqlite_only
def test_everything_about_one_entry_in_each_language(
    desk: PageClient, session: Session, city: City, campaign: Campaign, moderator: Account, lang: str
) -> None:
    cities.landmark(session, city)
    columns: dict[str, Any] = {"place_name": "Am Brunnen", "role": "resident", "age_band": "u16"}
    submission = submissions.make(session, city, campaign, near_home=True, **columns)
    page = desk.page(one(submission, lang))
    assert f"{submission.lat:.6f}, {submission.lon:.6f}" in text(page)
    assert f"{submission.public_lat:.6f}, {submission.public_lon:.6f}" in text(page)
    for code in ("role", "age_band"):
        assert campaign.questionnaire.label(code, getattr(submission, code), lang) in text(page)
    for status, decided in (("published", "publish"), ("rejected", "reject")):
        submission.status = status
        reason = "unclear" if decided == "reject" else None
        session.add(a_decision(submission, moderator, decided, status, reason))
        page = desk.page(one(submission, lang))
        assert moderator.email in text(page)
        # What is published can still be put right.
        assert bool(page.xpath("//main//form")) is (status == "published")


def a_decision(submission: Submission, account: Account, action: str, status: str, reason: str | None) -> Decision:
    return Decision(
        submission_id=submission.id,
        account_id=account.id,
        action=action,
        reason_code=reason,
        from_status="pending",
        to_status=status,
        submission_version=1,
        at=NOW,
        city_id=submission.city_id,
        previous_hash=action,
        hash=action,
    )


def test_without_a_point_the_place_comes_first(
    desk: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    landmark = cities.landmark(session, city)
    submission = submissions.make(session, city, campaign, point=None)
    page = desk.page(one(submission))
    assert "by the fountain" in text(page)
    assert not page.xpath("//form[contains(@action, '/publish')]")
    response = send_point(desk, submission, landmark=landmark.code)
    assert (response.status_code, response.location) == (303, one(submission))
    assert (submission.lat, submission.lon) == (INSIDE.lat, INSIDE.lon)
    press(desk, one(submission), "/publish")
    assert submission.status == "published"
    actions = [decision.action for decision in session.scalars(select(Decision).order_by(Decision.id))]
    assert actions == ["set_point", "publish"]


@sqlite_only
def test_an_idea_needs_no_point(desk: PageClient, session: Session, city: City, campaign: Campaign) -> None:
    idea = submissions.make(session, city, campaign, "idea", point=None)
    press(desk, one(idea), "/publish")
    assert idea.status == "published"


def test_moving_the_point_also_moves_the_rough_one(
    desk: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    district = cities.district(session, city)
    submission = submissions.make(session, city, campaign, near_home=True)
    rough = (submission.public_lat, submission.public_lon)
    assert send_point(desk, submission, lat="49,64", lon=" 8.37 ").status_code == 303
    assert (submission.lat, submission.lon, submission.district_id) == (49.64, 8.37, district.id)
    assert (submission.public_lat, submission.public_lon) not in (rough, (49.64, 8.37))


@pytest.mark.parametrize(
    ("lat", "lon"), [("", ""), ("here", "there"), ("49.64", ""), ("95", "8.37"), (f"{OUTSIDE.lat}", f"{OUTSIDE.lon}")]
)
@sqlite_only
def test_a_position_that_cannot_be_stays_to_be_mended(
    desk: PageClient, submission: Submission, lat: str, lon: str
) -> None:
    response = send_point(desk, submission, lat=lat, lon=lon)
    assert response.status_code == 422
    page = parse(response)
    assert page.xpath("//input[@name='lat']/@aria-invalid") == ["true"]
    if lat and lon:
        assert page.xpath("//input[@name='lat' or @name='lon']/@value") == [lat, lon]
    assert (submission.lat, submission.lon, submission.version) == (INSIDE.lat, INSIDE.lon, 1)


def send_point(desk: PageClient, submission: Submission, **data: str) -> Any:
    """Send the form for the landmark or the one for the position, whichever has the fields."""
    page = desk.page(one(submission))
    [field] = page.xpath(f"//form[contains(@action, '/point')]//*[@name='{next(iter(data))}']")
    form = next(field.iterancestors("form"))
    for name, value in data.items():
        form.fields[name] = value
    return desk.post(form.get("action"), data=dict(form.form_values()))


def test_who_comes_second_sees_what_happened(
    desk: PageClient, session: Session, city: City, submission: Submission
) -> None:
    page = desk.page(one(submission))
    other = accounts.make(session, city)
    session.add(a_decision(submission, other, "reject", "rejected", "unclear"))
    submission.status, submission.version = "rejected", 2
    response = desk.send_form(page, one(submission), {}, action="/publish")
    assert response.status_code == 409
    assert other.email in response.text
    assert submission.status == "rejected"


@sqlite_only
def test_nobody_decides_on_what_they_have_not_seen(desk: PageClient, submission: Submission) -> None:
    page = desk.page(one(submission))
    send_point(desk, submission, lat="49.64", lon="8.37")
    assert desk.send_form(page, one(submission), {}, action="/publish").status_code == 409
    assert submission.status == "pending"
    # What is shown then can be decided on.
    press(desk, one(submission), "/publish")
    assert submission.status == "published"


def test_a_double_click_decides_once(desk: PageClient, session: Session, submission: Submission) -> None:
    page = desk.page(one(submission))
    answers = [desk.send_form(page, QUEUE, {}, action="/publish") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(session.scalars(select(Decision)).all()) == 1


@pytest.mark.parametrize("version", ["", "x", "0", "99"])
@sqlite_only
def test_a_form_without_what_was_seen_decides_nothing(desk: PageClient, submission: Submission, version: str) -> None:
    response = desk.post_form(one(submission), {"version": version}, action="/publish", forged=True)
    assert response.status_code == 409
    assert submission.status == "pending"


@pytest.mark.parametrize("step", ["publish", "reject", "point"])
@sqlite_only
def test_an_answer_to_a_refused_form_can_be_reloaded_and_read_in_another_language(
    desk: PageClient, submission: Submission, step: str
) -> None:
    assert desk.get(f"{one(submission, 'de')}/{step}").location == one(submission, "de")


@sqlite_only
def test_an_erased_entry_is_gone_from_the_desk(desk: PageClient, submission: Submission) -> None:
    submission.status = "erased"
    assert desk.get(one(submission)).status_code == 404


@sqlite_only
def test_who_is_signed_in_and_the_way_out_are_on_every_page(
    desk: PageClient, moderator: Account, submission: Submission
) -> None:
    for path in (QUEUE, one(submission)):
        page = desk.page(path)
        assert moderator.email in text(page, "//body/header")
        assert "Worms" in text(page, "//body/header")
        assert page.xpath("//body/header//form/@action") == ["/en/staff/sign-out"]
        assert "/en/staff/worms/exports" in page.xpath("//header//a/@href")
