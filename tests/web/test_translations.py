"""Translating at the desk, and what residents see of it: the original first, then the translation with its label."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from participation.locales import CODES
from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.submissions import Submission
from participation.models.translations import Translation
from participation.private_details import BLOCK
from participation.services import translations
from tests.desk_pages import QUEUE, text
from tests.factories import accounts, cities, samples, submissions
from tests.factories.submissions import NOW
from tests.fixtures.clients import client_of
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, multi, parse, the_form

FRENCH, ENGLISH = "Pas un arbre, que du béton.", "Not a tree, nothing but concrete."
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def submission(session: Session, city: City, campaign: Campaign) -> Submission:
    return submissions.make(session, city, campaign, text=FRENCH, text_lang="fr")


def page_of(submission: Submission, query: str = "", lang: str = "en") -> str:
    return f"/{lang}/staff/submissions/{submission.id}/translations{query}"


def into_english(session: Session, submission: Submission, account: Account, text: str = ENGLISH) -> None:
    seen = translations.beside(submission, session.get(Translation, (submission.id, "en")))
    step: dict[str, Any] = {"account": account, "submission": submission, "lang": "en", "now": NOW}
    translations.write(session, **step, seen=seen, text=text)


def by_machine(session: Session, submission: Submission, text: str = ENGLISH) -> None:
    made = Translation(submission_id=submission.id, lang="en", text=text, method="machine", provider="A box", at=NOW)
    session.add(made)
    session.flush()


def test_from_the_queue_and_back_to_it(desk: PageClient, session: Session, submission: Submission) -> None:
    there = f"{QUEUE}?language=fr"
    [link] = desk.page(there).xpath("//article//a[@data-key='t']")
    assert link.get("hx-boost") == "false"
    page = desk.page(link.get("href"))
    assert page.xpath("//blockquote[@lang='fr']/text()") == [FRENCH]
    assert page.xpath("//textarea[@name='text']/@lang") == ["en"]
    sent = desk.send_form(page, link.get("href"), {"text": f" {ENGLISH}\r\n"}, action="/translations")
    assert (sent.status_code, sent.location) == (303, f"{QUEUE}?entry={submission.id}&language=fr")
    back = desk.page(sent.location)
    assert "The translation is saved." in text(back)
    pair = back.xpath("//article//div[@class='words-pair']//blockquote")
    assert [(one.get("lang"), one.text) for one in pair] == [("fr", FRENCH), ("en", ENGLISH)]
    assert "Translation into English, made by the city's team · " in text(back, "//article")
    # Whoever reads French needs none.
    assert not desk.page(f"/fr/staff/queue/worms?entry={submission.id}").xpath("//*[@class='words-pair']")
    one = desk.page(f"/en/staff/submissions/{submission.id}")
    assert one.xpath("//div[@class='words-pair']//blockquote/@lang") == ["fr", "en"]
    assert one.xpath(f"//a[@href='{page_of(submission)}']")


@sqlite_only
def test_what_cannot_be_stored_is_said_beside_what_was_written(desk: PageClient, submission: Submission) -> None:
    for wrong, said in ((" ", "Please write something."), ("x" * 4001, "At most 4,000 characters. Too many: 1")):
        refused = desk.post_form(page_of(submission), {"text": wrong}, action="/translations")
        assert refused.status_code == 422
        page = parse(refused)
        assert page.xpath("//textarea[@aria-invalid='true']")
        assert said in text(page, "//*[@id='text-error']")
    for into in ("fr", "pt", "\0", "de'--"):
        forged = {"text": ENGLISH, "into": into}
        refused = desk.post_form(page_of(submission), forged, action="/translations", forged=True)
        assert refused.status_code == 422
    assert desk.page(page_of(submission, "?into=%00")).xpath("//textarea/@lang") == ["en"]
    assert desk.page(page_of(submission, "?into=es")).xpath("//textarea/@lang") == ["es"]


@sqlite_only
def test_somebody_was_faster(desk: PageClient, session: Session, submission: Submission, moderator: Account) -> None:
    page = desk.page(page_of(submission, "?desk=1&language=fr"))
    into_english(session, submission, moderator, "Theirs")
    refused = desk.send_form(page, "/", {"text": "Mine"}, action="/translations")
    assert refused.status_code == 409
    both = parse(refused)
    assert "Somebody else has changed this translation in the meantime." in text(both)
    assert both.xpath("//blockquote[@lang='en']/text()") == ["Theirs"]
    assert both.xpath("//textarea/text()") == ["Mine"]
    # Having seen both, one may decide.
    assert desk.send_form(both, "/", {}, action="/translations").status_code == 303
    stored = session.get(Translation, (submission.id, "en"))
    assert stored
    assert stored.text == "Mine"
    page = desk.page(page_of(submission))
    submission.text = "Presque pas d’arbres"
    refused = desk.send_form(page, "/", {"text": "Hardly a tree"}, action="/translations")
    assert refused.status_code == 409
    assert "The original was changed in the meantime." in text(parse(refused))


@sqlite_only
def test_a_machine_is_checked_and_a_translation_deleted(
    desk: PageClient, session: Session, submission: Submission
) -> None:
    by_machine(session, submission)
    page = desk.page(page_of(submission))
    assert "Machine translation into English, not checked · A box · " in text(page)
    stale = desk.page(page_of(submission, "?desk=1"))
    assert desk.send_form(page, "/", {}, action="/review").location == f"/en/staff/submissions/{submission.id}"
    page = desk.page(page_of(submission))
    assert "Machine translation into English, checked by the city's team · A box" in text(page)
    assert not page.xpath("//form[contains(@action, '/review')]")
    assert desk.send_form(page, "/", {}, action="/delete").status_code == 303
    assert session.get(Translation, (submission.id, "en")) is None
    gone = desk.send_form(stale, "/", {}, action="/review")
    assert gone.location == page_of(submission, "?into=en&desk=1")
    assert "You see both as they are now." in text(desk.page(gone.location))
    # Deleted twice is deleted.
    assert desk.send_form(stale, "/", {}, action="/delete").location == f"{QUEUE}?entry={submission.id}"


@sqlite_only
def test_who_may_and_what_there_is_to_translate(
    desk: PageClient, session: Session, city: City, campaign: Campaign, submission: Submission, moderator: Account
) -> None:
    form = multi(the_form(desk.page(page_of(submission)), "/translations")) | {"text": [ENGLISH]}
    metz = cities.make(session, "metz")
    foreign = client_of(desk.application, session)
    foreign.sign_in(accounts.make(session, metz))
    assert foreign.get(page_of(submission)).status_code == 404
    token = multi(the_form(foreign.page("/en/staff/account"), "/sign-out"))["csrf_token"]
    for step in ("", "/review", "/delete"):
        answer = foreign.post(page_of(submission) + step, data=form | {"csrf_token": token})
        assert answer.status_code == 404
    assert session.get(Translation, (submission.id, "en")) is None
    silent = submissions.make(session, city, campaign)
    assert desk.get(page_of(silent)).status_code == 404
    assert not desk.page(f"{QUEUE}?entry={silent.id}").xpath("//a[@data-key='t']")
    assert "t" in desk.page(QUEUE).xpath("//dialog//kbd/text()")


@sqlite_only
@pytest.mark.parametrize("lang", CODES)
def test_residents_read_the_original_and_then_its_translation(lang: str, client: PageClient, session: Session) -> None:
    sample = samples.make(session)
    shown = sample.published
    for address in (
        f"/{lang}/worms/list",
        f"/{lang}/worms/places/{shown.place_id}",
        f"/{lang}/worms/submissions/{shown.id}",
        f"/{lang}/worms/submissions/{shown.id}?fragment=1",
        f"/{lang}/receipts/{sample.tokens['published']}",
    ):
        page = client.page(address)
        found = page.xpath("//*[contains(@class, 'translation-text')]")
        assert str(samples.ANSWERS["text"]) in page.text_content()
        assert {one.get("lang") for one in found} == (set() if lang == "de" else {lang})
        for one in found:
            assert one.xpath("preceding::p[@class='entry-text' and @lang='de']")


@sqlite_only
def test_a_translation_of_a_redacted_text_is_shown_as_text(
    client: PageClient, session: Session, submission: Submission, moderator: Account
) -> None:
    submissions.publish(session, submission)
    submission.text, submission.redacted_at = f"Pas un arbre chez {BLOCK}.", NOW
    into_english(session, submission, moderator, f"Not a tree at {BLOCK}'s. {SCRIPT}")
    page = client.page(f"/en/worms/submissions/{submission.id}")
    [shown] = page.xpath("//p[@class='translation-text']")
    assert shown.text_content() == f"Not a tree at {BLOCK}(redacted)'s. {SCRIPT}"
    assert not page.xpath("//main//script")
