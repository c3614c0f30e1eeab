"""Objecting by the receipt, in every language and without JavaScript; somebody else decides; the author hears of it."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.locales import CODES
from participation.models.accounts import Account
from participation.models.appeals import Appeal
from participation.models.mails import Mail
from participation.models.submissions import Submission
from participation.services import followers
from tests.factories import accounts, samples
from tests.factories.samples import SECRET, Sample
from tests.factories.submissions import NOW
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, multi, parse, the_form

SAID = "This place is open to everybody, also at night."


@pytest.fixture
def sample(session: Session) -> Sample:
    return samples.silent(session)


def receipt(sample: Sample, lang: str = "en") -> str:
    return f"/{lang}/receipts/{sample.tokens['rejected']}"


def follow(session: Session, submission: Submission, lang: str = "en") -> None:
    """The author left an address when the entry still waited."""
    submission.campaign.ends = submission.campaign.ends.replace(year=2099)
    status, submission.status = submission.status, "pending"
    session.flush()
    asked = followers.ask(session, submission=submission, email="a@b.example", lang=lang, secret=SECRET, now=NOW)
    followers.confirm(session, follower=asked.follower, now=NOW)
    submission.status = status
    session.commit()


def out_and_in(client: PageClient, account: object) -> None:
    client.delete_cookie("session")
    client.sign_in(account)  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", CODES)
def test_from_the_receipt_to_a_second_look(lang: str, client: PageClient, session: Session, sample: Sample) -> None:
    follow(session, sample.rejected, lang)
    page = client.page(receipt(sample, lang))
    [way] = page.xpath("//a[contains(@href, '/object')]/@href")
    assert client.post_form(way, {"text": SAID}, action="/object").status_code == 303
    assert not client.page(receipt(sample, lang)).xpath("//a[contains(@href, '/object')]")
    [appeal] = session.scalars(select(Appeal))
    assert (appeal.text, appeal.lang, appeal.status) == (SAID, lang, "received")
    client.sign_in(sample.lead)
    [one] = client.page("/en/staff/appeals/worms").xpath("//main//h2/a/@href")
    said = {"outcome": "reverse", "answer": "You are right."}
    assert client.post_form(one, said, action=one).location == "/en/staff/appeals/worms"
    assert (sample.rejected.status, sample.rejected.needs_second_look) == ("pending", True)
    [mail] = session.scalars(select(Mail).where(Mail.recipient == "a@b.example").order_by(Mail.id.desc()).limit(1))
    assert (mail.lang, "You are right." in mail.body) == (lang, True)
    # Where the lead reads that it is done.
    client.page("/en/staff/appeals/worms")
    told = client.page(receipt(sample, lang))
    assert told.xpath("//blockquote[@lang='en']/text()") == ["You are right."]


def test_the_decision_stays_with_a_sentence_and_both_are_told(
    client: PageClient, session: Session, sample: Sample
) -> None:
    follow(session, sample.rejected)
    client.post_form(f"{receipt(sample)}/object", {"text": SAID}, action="/object")
    client.sign_in(sample.lead)
    [one] = client.page("/en/staff/appeals/worms").xpath("//main//h2/a/@href")
    for said, wrong in ({}, "outcome"), ({"outcome": "keep"}, "answer"):
        response = client.post_form(one, said, action=one)
        assert response.status_code == 422, wrong
    assert client.post_form(one, {"outcome": "keep", "answer": "It is a yard."}, action=one).status_code == 303
    assert sample.rejected.status == "rejected"
    page = client.page(receipt(sample)).text_content()
    assert "It is a yard." in page
    assert "The decision stays as it was." in page
    [mail] = session.scalars(select(Mail).where(Mail.recipient == "a@b.example").order_by(Mail.id.desc()).limit(1))
    assert "It is a yard." in mail.body
    assert "decision stays" in mail.subject
    assert not client.page(one).xpath("//form[contains(@action, '/appeals/')]")


def hide(client: PageClient, sample: Sample, state: str = "published", **data: str) -> None:
    """The moderator hides the first word of an entry, on its page; a button is a field too."""
    client.sign_in(sample.moderator)
    form = the_form(client.page(f"/en/staff/submissions/{getattr(sample, state).id}"), "/redact")
    assert client.post(form.get("action"), data=multi(form) | {"word": ["0"]} | data).status_code == 303
    client.page("/en/staff/queue/worms")
    client.delete_cookie("session")


@pytest.mark.parametrize("lang", CODES)
def test_from_hidden_words_to_the_original_again(
    lang: str, client: PageClient, session: Session, sample: Sample
) -> None:
    follow(session, sample.published, lang)
    hide(client, sample, reason_code="insult_hate")
    address = f"/{lang}/receipts/{sample.tokens['published']}"
    page = client.page(address)
    assert len(page.xpath("//details[@class='statement']//dd")) == 5
    [told] = session.scalars(select(Mail).where(Mail.recipient == "a@b.example"))
    assert (told.lang, f"/{lang}/worms/submissions/{sample.published.id}" in told.body) == (lang, True)
    [way] = page.xpath("//a[contains(@href, '/object')]/@href")
    assert client.post_form(way, {"text": SAID}, action="/object").status_code == 303
    client.page(address)
    client.sign_in(sample.lead)
    [one] = client.page("/en/staff/appeals/worms").xpath("//main//h2/a/@href")
    shown = client.page(one)
    assert shown.xpath("//section[h2/@id='sent']//blockquote/text()")[-1] == "Nach dem Einkauf ist hier kein Schatten."
    assert "Redacted: Insult or hate" in " ".join(shown.text_content().split())
    client.post_form(one, {"outcome": "reverse", "answer": "You are right."}, action=one)
    assert (sample.published.status, sample.published.redacted_at) == ("published", None)
    client.page("/en/staff/appeals/worms")
    assert "The objection was right: the original is shown again." in client.page(one).text_content()
    [mail] = session.scalars(select(Mail).where(Mail.id != told.id))
    assert (mail.lang, "You are right." in mail.body) == (lang, True)
    page = client.page(address)
    assert page.xpath("//blockquote[@lang='en']/text()") == ["You are right."]
    assert not page.xpath("//details[@class='statement']")


@pytest.mark.parametrize("at_once", [True, False])
def test_what_is_hidden_before_publishing_is_told_with_that(
    at_once: bool, client: PageClient, session: Session, sample: Sample
) -> None:
    follow(session, sample.pending)
    address = f"/en/receipts/{sample.tokens['pending']}"
    hide(client, sample, "pending", **({"publish": "1"} if at_once else {}))
    if not at_once:
        assert not client.page(address).xpath("//details[@class='statement']")
        assert session.scalars(select(Mail)).all() == []
        client.sign_in(sample.moderator)
        client.post_form(f"/en/staff/submissions/{sample.pending.id}", {}, action="/publish")
        client.page("/en/staff/queue/worms")
    [mail] = session.scalars(select(Mail))
    assert "is published" in mail.subject
    assert "made parts of it unrecognisable" in mail.body
    assert "Reason: Contains personal data" in mail.body
    assert "as every entry is read before it is published" in mail.body
    assert "Something is hidden in: Text." in client.page(address).text_content()


@sqlite_only
def test_the_author_is_told_when_somebody_had_reported_it(client: PageClient, sample: Sample) -> None:
    hide(client, sample)
    address = f"/en/receipts/{sample.tokens['published']}"
    assert "Nobody had reported it." in client.page(address).text_content()
    report = {"ground": "personal_data", "explanation": "A name is in it.", "good_faith": "y"}
    said = client.post_form(f"/en/worms/submissions/{sample.published.id}/notice", report)
    assert said.status_code == 303
    hide(client, sample, word="1")
    assert "Somebody has reported the entry." in client.page(address).text_content()


@sqlite_only
def test_whoever_decided_before_only_reads(client: PageClient, session: Session, sample: Sample) -> None:
    client.post_form(f"{receipt(sample)}/object", {"text": SAID}, action="/object")
    client.sign_in(sample.moderator)
    [one] = client.page("/en/staff/appeals/worms").xpath("//main//h2/a/@href")
    page = client.page(one)
    assert "Somebody else has to look at it." in page.text_content()
    assert "The operator of the platform steps in" not in page.text_content()
    [token] = client.page("/en/staff/account").xpath(
        "//form[contains(@action, 'digest')]//input[@name='csrf_token']/@value"
    )
    forged = {"csrf_token": token, "outcome": "reverse", "version": sample.rejected.version}
    assert client.post(one, data=forged).status_code == 409
    assert sample.rejected.status == "rejected"
    in_the_city = Account.city_id == sample.city.id
    for colleague in session.scalars(select(Account).where(in_the_city, Account.id != sample.moderator.id)):
        colleague.active = False
    assert "The operator of the platform steps in" in client.page(one).text_content()
    out_and_in(client, accounts.make(session))
    assert client.post_form(one, {"outcome": "reverse"}, action=one).status_code == 303


@sqlite_only
def test_two_at_once_are_told_and_nothing_is_overwritten(
    client: PageClient, app: Flask, session: Session, sample: Sample
) -> None:
    client.post_form(f"{receipt(sample)}/object", {"text": SAID}, action="/object")
    client.sign_in(sample.lead)
    [one] = client.page("/en/staff/appeals/worms").xpath("//main//h2/a/@href")
    page = client.page(one)
    client.send_form(page, one, {"outcome": "keep", "answer": "It is a yard."}, action=one)
    late = client.send_form(page, one, {"outcome": "reverse"}, action=one)
    assert late.status_code == 409
    assert "in the meantime" in parse(late).xpath("string(//*[@role='alert'])")
    assert sample.rejected.status == "rejected"


@sqlite_only
def test_what_is_refused_and_what_machines_send(client: PageClient, session: Session, sample: Sample) -> None:
    address = f"{receipt(sample)}/object"
    short = client.post_form(address, {"text": "no"}, action="/object")
    assert short.status_code == 422
    assert parse(short).xpath("//textarea[@aria-invalid='true']/text()") == ["no"]
    assert client.post_form(address, {"text": SAID, "website": "x"}, action="/object").status_code == 303
    assert session.scalars(select(Appeal)).all() == []
    for state in ("pending", "published", "erased"):
        assert client.get(f"/en/receipts/{sample.tokens[state]}/object").status_code == 303
    assert client.get("/en/receipts/unknown/object").status_code == 404


@sqlite_only
def test_nobody_objects_without_end(client: PageClient, sample: Sample) -> None:
    address = f"{receipt(sample)}/object"
    page = client.page(address)
    statuses = [client.send_form(page, address, {"text": SAID}, action="/object").status_code for _ in range(11)]
    assert statuses == [303] * 10 + [429]
