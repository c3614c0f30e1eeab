"""News by e-mail: asked for on the receipt, confirmed by a button, told once, ended by the same link."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.locales import CODES
from participation.models.decisions import REASON_CODES
from participation.models.followers import Follower
from participation.models.mails import Mail
from participation.models.places import Place
from participation.services import followers, receipts, replies
from participation.services import mails as outbox
from participation.web.forms.decisions import reason_labels
from participation.web.forms.receipts import reason_advice
from participation.web.plumbing import mails
from tests.factories import accounts, samples
from tests.factories.samples import SECRET, Sample
from tests.factories.submissions import NOW
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, parse


@pytest.fixture
def sample(session: Session) -> Sample:
    return samples.silent(session)


def follow(client: PageClient, sample: Sample, email: str = "a@b.example", state: str = "pending") -> str:
    """Ask for news on an entry; gives the address in the mail, empty where none was written."""
    before = _newest(client)
    response = client.post_form(f"/en/receipts/{sample.tokens[state]}", {"email": email}, action="/follow")
    assert response.status_code == 303
    mail = _newest(client)
    return "" if mail is before or mail is None else link_in(mail)


def confirmed(client: PageClient, sample: Sample, state: str = "pending") -> str:
    link = follow(client, sample, state=state)
    assert press(client, link, "confirm") == 303
    return link


def press(client: PageClient, link: str, action: str) -> int:
    token = client.page(link).xpath("//input[@name='csrf_token']/@value")[0]
    return client.post(link, data={"csrf_token": token, "action": action}).status_code


def link_in(mail: Mail) -> str:
    [link] = re.findall(r"http://localhost(/\w+/followers/\S+)", mail.body)
    return str(link)


def _newest(client: PageClient) -> Mail | None:
    assert client.session
    client.session.commit()
    client.session.expire_all()
    return client.session.scalars(select(Mail).order_by(Mail.created_at.desc(), Mail.id.desc())).first()


def decide(client: PageClient, sample: Sample, action: str, **data: str) -> None:
    client.sign_in(sample.moderator)
    page = client.page(f"/en/staff/submissions/{sample.pending.id}")
    for _ in range(2):
        assert client.send_form(page, "/", data, action=f"/{action}").status_code == 303


def test_looking_at_the_link_changes_nothing_the_button_does(
    client: PageClient, session: Session, sample: Sample
) -> None:
    link = follow(client, sample)
    for _ in range(3):
        client.page(link)
    [follower] = session.scalars(select(Follower))
    assert follower.confirmed_at is None
    assert press(client, link, "confirm") == 303
    assert follower.confirmed_at is not None
    assert client.page(link).xpath("//button/@value") == ["end"]


def test_the_same_link_ends_it_and_says_so_for_ever(client: PageClient, session: Session, sample: Sample) -> None:
    link = confirmed(client, sample)
    token = client.page(link).xpath("//input[@name='csrf_token']/@value")[0]
    first = client.post(link, data={"csrf_token": token, "action": "end"})
    again = client.post(link, data={"csrf_token": token, "action": "end"})
    assert (first.status_code, again.status_code, client.get(link).status_code) == (200, 404, 404)
    assert "a@b.example" not in first.text
    assert session.scalars(select(Follower)).all() == session.scalars(select(Mail)).all() == []


def test_the_answer_is_the_same_whether_or_not_the_address_is_known(client: PageClient, sample: Sample) -> None:
    said = []
    for email in ("a@b.example", "a@b.example", "other@b.example"):
        follow(client, sample, email)
        page = client.page(f"/en/receipts/{sample.tokens['pending']}")
        said.append(page.xpath("string(//*[@aria-labelledby='news-title']//*[@role='status'])"))
        # It stands where it was asked for, in the place of the form, and nowhere else.
        assert page.xpath("//form[@class='follow']") == []
        assert page.text_content().count(said[-1].strip()) == 1
    assert len({*said}) == 1
    assert said[0].strip()
    assert client.page(f"/en/receipts/{sample.tokens['pending']}").xpath("//form[@class='follow']")


@sqlite_only
def test_what_is_no_address_keeps_the_words_and_stores_nothing(
    client: PageClient, session: Session, sample: Sample
) -> None:
    response = client.post_form(f"/en/receipts/{sample.tokens['pending']}", {"email": "nobody"}, action="/follow")
    assert response.status_code == 422
    page = parse(response)
    assert page.xpath("//input[@name='email'][@aria-invalid='true']/@value") == ["nobody"]
    assert session.scalars(select(Follower)).all() == []
    assert client.get(f"/en/receipts/{sample.tokens['pending']}/follow").status_code == 302


@sqlite_only
def test_a_machine_gets_no_mail_sent(client: PageClient, session: Session, sample: Sample) -> None:
    said = {"email": "a@b.example", "website": "https://x.example"}
    response = client.post_form(f"/en/receipts/{sample.tokens['pending']}", said, action="/follow")
    assert response.status_code == 303
    assert session.scalars(select(Mail)).all() == []


@sqlite_only
def test_where_no_news_can_come_none_are_offered(client: PageClient, sample: Sample) -> None:
    offered = {
        state: bool(client.page(f"/en/receipts/{token}").xpath("//form[contains(@action, '/follow')]"))
        for state, token in sample.tokens.items()
    }
    assert offered == {
        "published": True,
        "pending": True,
        "in_words": True,
        "rejected": False,
        "objected": False,
        "erased": False,
    }


@pytest.mark.parametrize("state", ["confirmed", "unconfirmed"])
def test_publishing_is_told_once_and_only_to_a_confirmed_address(
    state: str, client: PageClient, session: Session, sample: Sample
) -> None:
    link = confirmed(client, sample) if state == "confirmed" else follow(client, sample)
    decide(client, sample, "publish")
    news = [mail for mail in session.scalars(select(Mail)) if "is published" in mail.subject]
    assert len(news) == (state == "confirmed")
    for mail in news:
        assert f"/en/worms/submissions/{sample.pending.id}" in mail.body
        assert link_in(mail) == link
        assert "Einkauf" not in mail.body


def test_a_rejection_is_told_with_its_reason_and_what_to_do(
    client: PageClient, session: Session, sample: Sample
) -> None:
    confirmed(client, sample)
    decide(client, sample, "reject", reason_code="personal_data")
    [mail] = [mail for mail in session.scalars(select(Mail)) if "not published" in mail.subject]
    assert "Reason: Contains personal data" in mail.body
    assert "without names" in mail.body


@sqlite_only
def test_an_answer_of_the_city_is_told(app: Flask, client: PageClient, session: Session, sample: Sample) -> None:
    confirmed(client, sample, "published")
    place = session.get_one(Place, sample.published.place_id)
    reply = replies.give(
        session, account=sample.moderator, city=sample.city, place=place, lang="en", text="We plant trees.", now=NOW
    )
    assert reply
    session.commit()
    with app.test_request_context("/de/staff/", method="POST"):
        mails.tell_reply(place)
        mails.db.commit()
    mail = _newest(client)
    assert mail
    assert mail.lang == "en"
    assert "We plant trees." in mail.body


@sqlite_only
def test_erasing_ends_it_at_once(client: PageClient, session: Session, sample: Sample) -> None:
    link = confirmed(client, sample)
    receipts.erase(session, submission=sample.pending, now=NOW)
    assert client.get(link).status_code == 404
    assert session.scalars(select(Mail)).all() == []


@sqlite_only
def test_no_download_knows_the_address(client: PageClient, sample: Sample) -> None:
    confirmed(client, sample)
    client.sign_in(sample.moderator)
    assert "a@b.example" not in client.get("/exports/worms/submissions.csv?profile=internal").text


@sqlite_only
@pytest.mark.parametrize("lang", CODES)
def test_each_reason_has_its_words_and_its_advice(lang: str, app: Flask) -> None:
    with app.test_request_context(f"/{lang}/"):
        labels, advice = reason_labels(), reason_advice()
    for words in (labels, advice):
        assert tuple(words) == REASON_CODES
        assert len(set(words.values())) == len(REASON_CODES)


@pytest.mark.parametrize("lang", CODES)
def test_the_lead_sees_that_mails_to_authors_failed_but_no_address(
    lang: str, client: PageClient, session: Session, sample: Sample
) -> None:
    address, marked = f"/{lang}/staff/accounts", "//section[h2/@id='undelivered']"
    client.sign_in(sample.lead)
    assert not client.page(address).xpath(marked)
    asked = followers.ask(session, submission=sample.pending, email="a@b.example", lang="de", secret=SECRET, now=NOW)
    for number in (1, 2):
        body = f"link {asked.token}"
        mail = outbox.write(session, recipient="a@b.example", subject="x", body=body, lang="de", now=NOW)
        outbox.failed(session, mail_id=mail.id, error="x", final=True, now=NOW + timedelta(days=number - 1))
        [section] = client.page(address).xpath(marked)
        assert str(number) in section.xpath("string(p[1])")
    if lang == "en":
        # The later of the two, in the time of the city.
        assert "the last one on 2 July 2026, 14:00" in section.text_content()
    assert "b.example" not in client.get(address).text
    client.delete_cookie("session")
    client.sign_in(accounts.make(session))
    [section] = client.page(address).xpath(marked)
    assert "To an address at b.example" in section.text_content() or lang != "en"
