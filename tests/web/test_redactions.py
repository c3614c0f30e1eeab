"""Redacting on the page of one entry, without a script, and what everybody sees of it afterwards."""

from typing import Any

import pytest
from flask import Flask
from lxml.html import HtmlElement
from sqlalchemy.orm import Session

from participation.locales import CODES
from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.submissions import Submission
from participation.private_details import BLOCK
from tests.factories import accounts, cities, submissions
from tests.factories import photos as photo_factory
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, multi, parse, the_form

TEXT = "Call Anna on 06241 853-1234 please"

pytestmark = sqlite_only


@pytest.fixture
def submission(app: Flask, session: Session, city: City, campaign: Campaign) -> Submission:
    made = submissions.make(session, city, campaign, text=TEXT, text_lang="en", place_name="At Anna's")
    photo_factory.make(session, app.extensions["participation_settings"].photos, made)
    return made


def one(submission: Submission, lang: str = "en") -> str:
    return f"/{lang}/staff/submissions/{submission.id}"


def send(desk: PageClient, submission: Submission, action: str, **data: Any) -> Any:
    """The form of the page that leads there, with some of its fields changed; a button is a field too."""
    form = the_form(desk.page(one(submission)), f"/{action}")
    return desk.post(form.get("action"), data=multi(form) | data)


def ticked(page: HtmlElement) -> list[str]:
    return page.xpath("//input[@name='word' and @checked]/../span/text()")


@pytest.mark.parametrize("lang", CODES)
def test_the_page_in_each_language(desk: PageClient, submission: Submission, session: Session, lang: str) -> None:
    assert ticked(desk.page(one(submission, lang))) == ["06241", "853-1234"]
    send(desk, submission, "redact", box=["0,0,125,167"])
    # That it is done is said in the language in which it was done.
    desk.page(one(submission))
    page = desk.page(one(submission, lang))
    assert page.xpath("//h2[@id='original']")
    assert page.xpath("//section[h2/@id='original']//blockquote/text()") == [TEXT]


def test_the_photo_is_blurred_until_somebody_wants_to_see_it(desk: PageClient, submission: Submission) -> None:
    for path in (one(submission), f"/en/staff/queue/worms?entry={submission.id}&tool=redact"):
        page = desk.page(path)
        assert len(page.xpath("//div[@data-boxes]")) == 1
        photos = page.xpath("//img[contains(@src, '/photo.jpg')]")
        assert photos
        # In a summary it is blurred, and what is in its details is not there before they are open.
        assert all(photo.xpath("ancestor::details[contains(@class, 'photo-veiled')][not(@open)]") for photo in photos)


def test_publish_redacted_from_the_page(desk: PageClient, submission: Submission) -> None:
    response = send(desk, submission, "redact", box=["0,0,125,167"], hide_name="1", publish="1")
    assert (response.status_code, response.location) == (303, "/en/staff/queue/worms")
    assert (submission.status, submission.text) == ("published", f"Call Anna on {BLOCK} please")
    for path in (
        f"/en/worms/submissions/{submission.id}",
        f"/en/worms/submissions/{submission.id}?fragment=1",
        "/en/worms/list",
        f"/en/worms/places/{submission.place_id}",
        "/exports/worms/submissions.csv",
        "/basemap/worms/names.json",
    ):
        shown = desk.get(path).text
        assert "853" not in shown, path
        assert "At Anna" not in shown, path
        if path.startswith("/en/"):
            assert "Redacted by the moderation" in shown, path
            assert "(redacted)" in shown, path
    assert submission.photo
    assert desk.get(f"/photos/{submission.photo.id}.jpg").status_code == 200


def test_nothing_marked_is_said_beside_the_form(desk: PageClient, submission: Submission) -> None:
    for data in ({"word": []}, {"word": ["99"]}, {"word": ["x"]}, {"box": ["0,0,2000,1"]}, {"box": ["half"]}):
        response = send(desk, submission, "redact", **data)
        assert response.status_code == 422
        page = parse(response)
        assert page.xpath("//details[contains(@class, 'redact')]/@open")
    assert (submission.text, submission.version) == (TEXT, 1)


def test_two_people_bring_it_back(
    app: Flask, desk: PageClient, session: Session, city: City, submission: Submission
) -> None:
    send(desk, submission, "redact", box=["0,0,125,167"])
    assert desk.get(f"{one(submission)}/original.jpg").status_code == 200
    page = desk.page(one(submission))
    form = next(form for form in page.forms if form.xpath(".//button[@value='restore']"))
    desk.post(form.get("action"), data=multi(form) | {"wish": "restore"})
    page = desk.page(one(submission))
    assert not [form for form in page.forms if (form.get("action") or "").endswith("/grant")]
    grant = {"csrf_token": form.fields["csrf_token"], "version": submission.version}
    assert desk.post(f"{one(submission)}/grant", data=grant).status_code == 409
    other = app.test_client()
    other.session = session  # type: ignore[attr-defined]
    other.sign_in(accounts.make(session, city))  # type: ignore[attr-defined]
    assert send(other, submission, "grant").status_code == 303  # type: ignore[arg-type]
    assert (submission.text, submission.redacted_at) == (TEXT, None)


def test_only_the_own_city_sees_the_original(client: PageClient, session: Session, submission: Submission) -> None:
    stranger: Account = accounts.make(session, cities.make(session, "metz"))
    client.sign_in(stranger)
    assert client.get(f"{one(submission)}/original.jpg").status_code == 404
    assert client.get(one(submission)).status_code == 404


@pytest.mark.parametrize("path", ["submissions/{0.id}", "places/{0.place_id}"])
def test_from_a_published_page_a_moderator_of_the_city_decides_at_once(
    client: PageClient, session: Session, city: City, submission: Submission, path: str
) -> None:
    submissions.publish(session, submission)
    address = f"/en/worms/{path.format(submission)}"
    before = client.get(address)
    assert "/staff/submissions/" not in before.text
    assert "Set-Cookie" not in before.headers
    client.sign_in(accounts.make(session, cities.make(session, "metz")))
    assert "/staff/submissions/" not in client.get(address).text
    send_out = the_form(client.page("/en/staff/account"), "/staff/sign-out")
    client.post(send_out.get("action"), data=multi(send_out))
    client.sign_in(accounts.make(session, city))
    response = client.get(address)
    assert f"{one(submission)}#redact" in response.text
    assert f"/en/staff/places/{submission.place_id}/reply" in response.text
    assert "private" in response.headers["Cache-Control"]
    assert "Cookie" in response.headers["Vary"]


def test_hiding_from_the_public_page(desk: PageClient, session: Session, submission: Submission) -> None:
    submissions.publish(session, submission)
    path = f"/en/worms/submissions/{submission.id}"
    response = desk.post_form(path, {"reason_code": "people_in_photo"}, action="/remove")
    assert (response.status_code, response.location) == (303, one(submission))
    assert submission.status == "removed"
    assert desk.get(path).status_code == 410
