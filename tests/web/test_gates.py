"""What keeps machines off without anybody noticing: a field that stays empty, and the time that reading takes."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from participation.locales import CODES
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.submissions import Submission
from participation.services import receipts
from participation.web.plumbing import tokens
from tests.factories import cities, submissions
from tests.factories.submissions import NOW
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, multi, opened_before, parse, the_form

pytestmark = pytest.mark.usefixtures("campaign")

IDEA = {"text": "Bitte mehr Bäume und Bänke"}
ADD = "/en/worms/add?kind=idea"


def stored(session: Session) -> list[Submission]:
    return list(session.scalars(select(Submission).order_by(Submission.id)))


def send(client: PageClient, *, lang: str = "en", **data: Any) -> TestResponse:
    return client.post_form(ADD.replace("/en/", f"/{lang}/"), {**IDEA, **data}, forged=True)


@pytest.mark.parametrize("lang", CODES)
def test_a_field_that_people_do_not_see_catches_machines(lang: str, client: PageClient, session: Session) -> None:
    response = send(client, lang=lang, website="https://spam.example")
    assert response.status_code == 422
    page = parse(response)
    assert page.get("lang") == lang
    assert not page.xpath("//main//form")
    # A person whose browser filled it in can mend that.
    assert len(page.xpath("string(//main//p)").split()) > 20
    assert stored(session) == []


@sqlite_only
def test_the_field_is_hidden_from_everybody(client: PageClient) -> None:
    [field] = client.page(ADD).xpath("//input[@name='website']")
    assert (field.get("tabindex"), field.get("autocomplete"), field.get("value") or "") == ("-1", "off", "")
    assert field.xpath("ancestor::*[@aria-hidden='true']")


@pytest.mark.parametrize("lang", CODES)
def test_faster_than_anybody_can_read_comes_back_with_everything(
    lang: str, client: PageClient, session: Session
) -> None:
    page = client.page(ADD.replace("/en/", f"/{lang}/"))
    response = client.send_form(page, ADD, IDEA, after=1)
    assert response.status_code == 422
    again = parse(response)
    assert again.xpath("//*[@id='errors'][not(@hidden)]//h2")[0].text_content().strip()
    assert multi(the_form(again))["text"] == [IDEA["text"]]
    assert stored(session) == []
    # Who looks once more and sends again is not asked to wait anew.
    assert client.send_form(again, ADD, {}, after=4).status_code == 303


@sqlite_only
def test_the_time_begins_when_the_form_is_opened_first(client: PageClient, app: Flask) -> None:
    page = client.page(ADD)
    [opened] = multi(the_form(page))["opened"]
    refused = parse(client.send_form(page, ADD, {"text": "kurz", "opened": opened}, forged=True))
    assert multi(the_form(refused))["opened"] == [opened]


@sqlite_only
@pytest.mark.parametrize("what", ["missing", "forged", "of another purpose", "of yesterday", "of a week ago"])
def test_nobody_is_locked_out_by_the_time(
    what: str, client: PageClient, app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = opened_before(app, 1)
    if what == "missing":
        opened = ""
    if what == "forged":
        opened = opened[:-3] + "abc"
    if what == "of another purpose":
        with app.app_context():
            opened = tokens.sign("something else", "1")
    if what == "of yesterday":
        monkeypatch.setattr("participation.web.forms.proofs.DAY", -1)
    if what == "of a week ago":
        opened = opened_before(app, 7 * 24 * 3600)
    assert send(client, opened=opened).status_code == 303
    assert len(stored(session)) == 1


FEEDBACK = {"topic": "place", "text": "Hier wurde ein Baum gepflanzt"}


def tell(client: PageClient, lang: str = "en", **about: str) -> TestResponse:
    """Send feedback from the form that a link about something leads to."""
    page = client.page(f"/{lang}/worms/add?kind=feedback&" + "&".join(f"{key}={value}" for key, value in about.items()))
    assert {name: multi(the_form(page))[name] for name in about} == {name: [value] for name, value in about.items()}
    return client.send_form(page, ADD, {**FEEDBACK, **about}, forged=True)


@pytest.fixture
def topic(campaign: Campaign) -> None:
    """Whatever the questionnaire calls its first topic."""
    FEEDBACK["topic"] = campaign.questionnaire.options_for("topic", "feedback")[0].code


@pytest.mark.parametrize("lang", CODES)
def test_feedback_may_be_about_a_place_or_an_entry(
    lang: str, topic: None, client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    shown = submissions.published(session, city, campaign)
    session.commit()
    assert tell(client, lang, about_place=str(shown.place_id)).status_code == 303
    assert tell(client, lang, about_submission=str(shown.id)).status_code == 303
    about = {(one.about_place_id, one.about_submission_id) for one in stored(session) if one.kind == "feedback"}
    assert about == {(shown.place_id, None), (None, shown.id)}


@sqlite_only
@pytest.mark.parametrize("gone", ["withdrawn", "pending", "of another city"])
def test_what_feedback_was_about_may_be_gone_meanwhile(
    gone: str, topic: None, client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    where = cities.make(session, "metz") if gone == "of another city" else city
    entry = submissions.make(session, where, campaign)
    if gone != "pending":
        submissions.publish(session, entry)
    if gone == "withdrawn":
        receipts.withdraw(session, submission=entry, now=NOW)
    session.commit()
    # A link to it is passed over.
    page = client.page(f"/en/worms/add?kind=feedback&about_submission={entry.id}")
    assert multi(the_form(page))["about_submission"] == [""]
    # A form that was open for longer says so once, and goes without it then.
    response = client.send_form(page, ADD, {**FEEDBACK, "about_submission": str(entry.id)}, forged=True)
    assert response.status_code == 422
    again = parse(response)
    assert multi(the_form(again))["text"] == [FEEDBACK["text"]]
    assert client.send_form(again, ADD, {}).status_code == 303
    assert [one.about_submission_id for one in stored(session) if one.kind == "feedback"] == [None]


@sqlite_only
@pytest.mark.parametrize("about", [{"about_place": "moon"}, {"about_submission": "moon"}])
def test_what_is_no_id_is_refused_once(
    about: dict[str, str], topic: None, client: PageClient, session: Session
) -> None:
    response = client.post_form("/en/worms/add?kind=feedback", {**FEEDBACK, **about}, forged=True)
    assert response.status_code == 422
    assert client.send_form(parse(response), ADD, {}).status_code == 303


@sqlite_only
def test_only_feedback_is_about_something(client: PageClient, session: Session, city: City, campaign: Campaign) -> None:
    shown = submissions.published(session, city, campaign)
    session.commit()
    assert send(client, about_place=str(shown.place_id), about_submission="moon").status_code == 303
    [idea] = [one for one in stored(session) if one.kind == "idea"]
    assert (idea.about_place_id, idea.about_submission_id) == (None, None)
