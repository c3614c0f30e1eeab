"""A report is decided on the page; both sides are told, the author with a statement of reasons."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.locales import CODES
from participation.models.mails import Mail
from participation.models.notices import Notice
from participation.models.places import Place
from participation.services import followers, notices, receipts
from participation.services.notices import Report
from tests.factories import samples
from tests.factories.samples import SECRET, Sample
from tests.factories.submissions import NOW
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, parse

REPORTER, AUTHOR = "reporter@people.example", "author@people.example"


@pytest.fixture
def sample(session: Session) -> Sample:
    return samples.silent(session)


def report(session: Session, sample: Sample, lang: str = "en") -> Notice:
    said = Report(
        ground="personal_data",
        explanation="The text names my neighbour.",
        good_faith=True,
        email=REPORTER,
        lang=lang,
    )
    return notices.give(session, city=sample.city, about=sample.published, report=said, now=NOW).notice


def follow(session: Session, sample: Sample, lang: str) -> None:
    asked = followers.ask(session, submission=sample.published, email=AUTHOR, lang=lang, secret=SECRET, now=NOW)
    followers.confirm(session, follower=asked.follower, now=NOW)


def waiting(client: PageClient, session: Session, sample: Sample, lang: str) -> tuple[Notice, str]:
    """A report that a moderator has before them, on an entry whose author follows it; with the address of its page."""
    notice = report(session, sample, lang)
    follow(session, sample, lang)
    client.sign_in(sample.moderator)
    [one] = client.page("/en/staff/notices/worms").xpath("//main//h2/a/@href")
    return notice, str(one)


def mail_to(session: Session, recipient: str) -> Mail:
    session.rollback()
    [mail] = session.scalars(select(Mail).where(Mail.recipient == recipient))
    return mail


@pytest.mark.parametrize("lang", CODES)
def test_a_removal_is_told_to_both_sides_in_their_languages(
    lang: str, client: PageClient, session: Session, sample: Sample
) -> None:
    notice, one = waiting(client, session, sample, lang)
    said = {
        "outcome": "remove",
        "reason_code": "personal_data",
        "sentence": "Please write it without the name.",
        "answer": "Thank you for telling us.",
    }
    assert client.post_form(one, said, action=one).location == "/en/staff/notices/worms"
    assert (sample.published.status, notice.status) == ("removed", "upheld")
    told = mail_to(session, REPORTER)
    assert (told.lang, "Thank you for telling us." in told.body) == (lang, True)
    assert f"/{lang}/worms/notices/{notice.id}" in told.body
    reasons = mail_to(session, AUTHOR)
    assert (reasons.lang, "Please write it without the name." in reasons.body) == (lang, True)
    for word in (REPORTER, "neighbour", "Thank you for telling us."):
        assert word not in reasons.body
    # The staff read in their language that it is done.
    client.page("/en/staff/notices/worms")
    page = client.page(f"/{lang}/receipts/{sample.tokens['published']}")
    assert page.xpath("//blockquote[@lang='en']/text()") == ["Please write it without the name."]
    assert page.xpath("//a[contains(@href, '/object')]")
    assert "neighbour" not in page.text_content()
    assert client.get(f"/{lang}/worms/submissions/{sample.published.id}").status_code == 410
    outcome = client.page(f"/{lang}/worms/notices/{notice.id}")
    assert outcome.xpath("//blockquote[@lang='en']/text()") == ["Thank you for telling us."]


def test_the_statement_says_what_the_law_asks_for(client: PageClient, session: Session, sample: Sample) -> None:
    report(session, sample)
    follow(session, sample, "en")
    client.sign_in(sample.moderator)
    [one] = client.page("/en/staff/notices/worms").xpath("//main//h2/a/@href")
    client.post_form(one, {"outcome": "remove", "reason_code": "copyright"}, action=one)
    body = " ".join(mail_to(session, AUTHOR).body.split())
    page = " ".join(client.page(f"/en/receipts/{sample.tokens['published']}").text_content().split())
    for part in (
        "taken off the map of Worms",
        "Somebody has reported the entry.",
        "A person has decided.",
        "The law on copyright",
        "You can object",
        "court",
    ):
        assert part in body
        assert part in page


@sqlite_only
def test_when_everything_stays_the_reporter_reads_why_and_the_author_hears_nothing(
    client: PageClient, session: Session, sample: Sample
) -> None:
    notice = report(session, sample)
    follow(session, sample, "de")
    client.sign_in(sample.moderator)
    [one] = client.page("/en/staff/notices/worms").xpath("//main//h2/a/@href")
    silent = client.post_form(one, {"outcome": "dismiss"}, action=one)
    assert silent.status_code == 422
    assert parse(silent).xpath("//textarea[@aria-invalid='true']/@name") == ["answer"]
    client.post_form(one, {"outcome": "dismiss", "answer": "No name stands there."}, action=one)
    assert (notice.status, sample.published.status) == ("dismissed", "published")
    assert "No name stands there." in mail_to(session, REPORTER).body
    assert not session.scalars(select(Mail).where(Mail.recipient == AUTHOR, Mail.subject.contains("map"))).all()
    assert not client.page(one).xpath("//form[contains(@action, '/notices/')]")


@pytest.mark.parametrize("lang", CODES)
def test_that_something_was_changed_is_told_to_both_sides(
    lang: str, client: PageClient, session: Session, sample: Sample
) -> None:
    notice, one = waiting(client, session, sample, lang)
    said = {"outcome": "changed", "sentence": "We have taken out the name.", "answer": "Thank you for telling us."}
    client.post_form(one, said, action=one)
    assert (notice.status, sample.published.status) == ("upheld", "published")
    assert "Thank you for telling us." in mail_to(session, REPORTER).body
    told = mail_to(session, AUTHOR)
    for part in ("We have taken out the name.", f"/{lang}/worms/submissions/{sample.published.id}", "/imprint"):
        assert part in told.body
    assert told.lang == lang
    # The staff read in their language that it is done.
    client.page("/en/staff/notices/worms")
    page = client.page(f"/{lang}/receipts/{sample.tokens['published']}")
    assert page.xpath("//ol[@class='history']//blockquote[@lang='en']/text()") == ["We have taken out the name."]
    for word in (REPORTER, "neighbour", "Thank you for telling us."):
        assert word not in told.body + page.text_content()


@sqlite_only
def test_a_report_about_a_place_concerns_no_author(client: PageClient, session: Session, sample: Sample) -> None:
    said = Report(ground="untrue", explanation="That is not its name.", good_faith=True)
    place = session.get_one(Place, sample.published.place_id)
    notices.give(session, city=sample.city, about=place, report=said, now=NOW)
    follow(session, sample, "en")
    before = client.page(f"/en/receipts/{sample.tokens['published']}").xpath("count(//ol[@class='history']/li)")
    client.sign_in(sample.moderator)
    [one] = client.page("/en/staff/notices/worms").xpath("//main//h2/a/@href")
    client.post_form(one, {"outcome": "changed"}, action=one)
    session.rollback()
    assert session.scalars(select(Mail).where(Mail.recipient == AUTHOR)).all() == []
    receipt = client.page(f"/en/receipts/{sample.tokens['published']}")
    assert receipt.xpath("count(//ol[@class='history']/li)") == before
    entry = client.page(f"/en/staff/submissions/{sample.published.id}").text_content()
    for words in ("A report was right, something was changed", "The place as a whole"):
        assert words in entry


@sqlite_only
def test_what_was_decided_meanwhile_is_not_decided_again(client: PageClient, session: Session, sample: Sample) -> None:
    report(session, sample)
    client.sign_in(sample.moderator)
    [one] = client.page("/en/staff/notices/worms").xpath("//main//h2/a/@href")
    page = client.page(one)
    receipts.withdraw(session, submission=sample.published, now=NOW)
    late = client.send_form(page, one, {"outcome": "remove", "reason_code": "illegal"}, action=one)
    assert late.status_code == 422
    assert client.post_form(one, {"outcome": "settle"}, action=one).status_code == 303
    assert client.send_form(page, one, {"outcome": "settle"}, action=one, forged=True).status_code == 409


@sqlite_only
def test_the_page_shows_what_was_reported(client: PageClient, session: Session, sample: Sample) -> None:
    report(session, sample)
    client.sign_in(sample.moderator)
    [one] = client.page("/en/staff/notices/worms").xpath("//main//h2/a/@href")
    [about] = client.page(one).xpath("//section[@aria-labelledby='about']")
    said = about.text_content()
    shown = sample.published
    assert shown.text
    assert shown.text in said
    labels = shown.campaign.questionnaire
    assert labels.question_label("place_type", shown.kind, "en") in said


@sqlite_only
def test_the_list_says_who_looks_after_a_report(client: PageClient, session: Session, sample: Sample) -> None:
    notice = report(session, sample)
    client.sign_in(sample.moderator)
    [one] = client.page("/en/staff/notices/worms").xpath("//main//h2/a/@href")
    assert client.post_form(one, {}, action="/take").location == one
    assert notice.keeper == sample.moderator
    assert f"Looked after by {sample.moderator.email}" in client.page(one).text_content()
