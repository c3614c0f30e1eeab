"""The city answers at its own places: everybody reads it, followers are told once, other staff find nothing."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.models.mails import Mail
from participation.models.places import REPLY_MAX, Reply
from participation.services import followers
from tests.factories import accounts, samples
from tests.factories.samples import SECRET, Sample
from tests.factories.submissions import NOW
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, parse


@pytest.fixture
def sample(session: Session) -> Sample:
    return samples.silent(session)


def address(sample: Sample) -> str:
    return f"/en/staff/places/{sample.published.place_id}/reply"


def test_the_first_answer_is_public_and_told_what_follows_is_public_only(
    client: PageClient, session: Session, sample: Sample
) -> None:
    asked = followers.ask(session, submission=sample.published, email="a@b.example", lang="en", secret=SECRET, now=NOW)
    followers.confirm(session, follower=asked.follower, now=NOW)
    client.sign_in(sample.moderator)
    assert client.post_form(address(sample), {"text_de": "Wir pflanzen Bäume."}, action="/reply").status_code == 303
    assert (
        client.post_form(address(sample), {"text_de": "Wir pflanzen vier Bäume."}, action="/reply").status_code == 303
    )
    page = client.page(f"/en/worms/places/{sample.published.place_id}")
    assert page.xpath("//*[@class='reply-text']/p[@lang='de']/text()") == ["Wir pflanzen vier Bäume."]
    [mail] = session.scalars(select(Mail))
    assert (mail.recipient, mail.lang) == ("a@b.example", "en")
    assert "Wir pflanzen Bäume." in mail.body
    history = client.page(f"/en/staff/submissions/{sample.published.id}").xpath("//ol[contains(@class, 'history')]")
    assert [" ".join(one.text_content().split()) for one in history[0].xpath("./li[position() < 3]/*[2]")] == [
        "German"
    ] * 2
    client.post_form(address(sample), {"text_de": " "}, action="/reply")
    assert not client.page(f"/en/worms/places/{sample.published.place_id}").xpath("//*[@class='reply-text']")


@pytest.mark.parametrize(("lang", "text"), [("fr", "Nous plantons."), ("en", "Wir pflanzen.")])
def test_the_author_reads_it_in_their_language_or_is_told_in_which_it_is(
    lang: str, text: str, client: PageClient, session: Session, sample: Sample
) -> None:
    sample.city.languages = ["de", "fr"]
    receipt = f"/{lang}/receipts/{sample.tokens['published']}"
    assert not client.page(receipt).xpath("//*[@class='reply-text']")
    asked = followers.ask(session, submission=sample.published, email="a@b.example", lang=lang, secret=SECRET, now=NOW)
    followers.confirm(session, follower=asked.follower, now=NOW)
    client.sign_in(sample.moderator)
    texts = {"text_de": "Wir pflanzen.", "text_fr": "Nous plantons."}
    assert client.post_form(address(sample), texts, action="/reply").status_code == 303
    [mail] = session.scalars(select(Mail))
    assert text in mail.body
    named = "Written by the city in: German"
    assert (named in mail.body) == (lang == "en")
    client.page(address(sample))
    [shown] = client.page(receipt).xpath("//*[@class='reply-text']")
    assert shown.xpath("p/text()") == [text]
    assert (named in shown.text_content()) == (lang == "en")
    texts["text_fr"] = "Nous plantons deux arbres."
    client.post_form(address(sample), texts, action="/reply")
    client.page(address(sample))
    assert len(session.scalars(select(Mail)).all()) == 1
    assert ("deux arbres" in client.page(receipt).text_content()) == (lang == "fr")


@sqlite_only
def test_a_long_answer_is_refused_and_kept(client: PageClient, session: Session, sample: Sample) -> None:
    client.sign_in(sample.moderator)
    response = client.post_form(address(sample), {"text_de": "x" * (REPLY_MAX + 1)}, action="/reply")
    assert response.status_code == 422
    assert parse(response).xpath("string(//textarea[@name='text_de'])").strip() == "x" * (REPLY_MAX + 1)
    assert session.scalars(select(Reply)).all() == []


@sqlite_only
def test_other_staff_and_nobody_find_nothing(client: PageClient, session: Session, sample: Sample) -> None:
    assert client.get(address(sample)).status_code == 302
    assert not client.page(f"/en/worms/places/{sample.published.place_id}").xpath(
        "//a[contains(@href, '/staff/places')]"
    )
    for account in (accounts.make(session, sample.partner), accounts.make(session, sample.campaign.partnership)):
        client.sign_in(account)
        assert client.get(address(sample)).status_code == 404
        client.delete_cookie("session")
