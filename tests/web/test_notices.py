"""Reporting without an account: clear errors, nothing lost, stored once, acknowledged; staff read what waits."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from participation.models.mails import Mail
from participation.models.notices import Notice
from participation.services import receipts
from tests.factories import accounts, samples
from tests.factories.samples import Sample
from tests.factories.submissions import NOW
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, parse

SAID = {"ground": "personal_data", "explanation": "The text names my neighbour.", "good_faith": "y"}


@pytest.fixture
def sample(session: Session) -> Sample:
    return samples.silent(session)


def address(sample: Sample, what: str = "submission") -> str:
    about = {"submission": f"submissions/{sample.published.id}", "place": f"places/{sample.published.place_id}"}[what]
    return f"/en/worms/{about}/notice"


def count(session: Session, model: type = Notice) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize("what", ["submission", "place"])
def test_a_report_is_stored_thanked_for_and_acknowledged(
    what: str, client: PageClient, session: Session, sample: Sample
) -> None:
    said = SAID | {"name": "A. Neighbour", "email": "a@b.example"}
    response = client.post_form(address(sample, what), said)
    assert response.status_code == 303
    [notice] = session.scalars(select(Notice))
    assert response.location == f"/en/worms/notices/{notice.id}"
    assert (notice.ground, notice.name, notice.email, notice.lang) == (
        "personal_data",
        "A. Neighbour",
        "a@b.example",
        "en",
    )
    thanks = client.page(response.location)
    assert "neighbour" not in thanks.text_content()
    assert "noindex" in thanks.xpath("string(//meta[@name='robots']/@content)")
    [mail] = session.scalars(select(Mail))
    assert mail.recipient == "a@b.example"
    assert address(sample, what).removesuffix("/notice") in mail.body
    assert f"http://localhost{response.location}" in mail.body
    assert "neighbour" not in mail.body + mail.subject


def test_without_an_address_no_mail_is_written(client: PageClient, session: Session, sample: Sample) -> None:
    response = client.post_form(address(sample), SAID)
    assert (count(session), count(session, Mail)) == (1, 0)
    assert response.location in client.page(response.location).text_content()


@sqlite_only
def test_the_page_shows_what_is_reported_and_says_why_it_asks(client: PageClient, sample: Sample) -> None:
    page = client.page(address(sample))
    assert f"http://localhost/en/worms/submissions/{sample.published.id}" in page.text_content()
    assert not page.xpath("//input[@type='checkbox' or @type='radio'][@checked]")


@sqlite_only
def test_a_refused_report_keeps_everything_and_names_each_problem(
    client: PageClient, session: Session, sample: Sample
) -> None:
    said = {"explanation": "short", "name": "Me <b>", "email": "nowhere"}
    response = client.post_form(address(sample), said)
    assert response.status_code == 422
    page = parse(response)
    links = page.xpath("//*[@id='errors']//a/@href")
    assert links == ["#ground-0", "#explanation", "#email", "#good_faith"]
    assert page.xpath("string(//textarea[@name='explanation'])").strip() == "short"
    assert page.xpath("//input[@name='name']/@value") == ["Me <b>"]
    assert page.xpath("//input[@name='email'][@aria-invalid='true']/@value") == ["nowhere"]
    assert count(session) == 0
    mended = client.send_form(page, address(sample), SAID | {"email": ""})
    assert (mended.status_code, count(session)) == (303, 1)


def test_the_same_form_twice_is_one_report(client: PageClient, session: Session, sample: Sample) -> None:
    page = client.page(address(sample))
    said = SAID | {"email": "a@b.example"}
    first, second = (client.send_form(page, address(sample), said) for _ in range(2))
    assert first.location == second.location
    assert (count(session), count(session, Mail)) == (1, 1)
    other = client.send_form(page, address(sample), SAID | {"explanation": "Something else is wrong here."})
    assert other.status_code == 409
    again = client.send_form(parse(other), address(sample), {})
    assert (again.status_code, count(session)) == (303, 2)


@sqlite_only
def test_a_machine_that_fills_in_everything_gets_no_report_in(
    client: PageClient, session: Session, sample: Sample
) -> None:
    response = client.post_form(address(sample), SAID | {"website": "https://x.example"})
    assert (response.status_code, count(session)) == (303, 0)


@sqlite_only
def test_only_what_is_public_can_be_reported(client: PageClient, session: Session, sample: Sample) -> None:
    page = client.page(address(sample))
    assert client.get(f"/en/worms/submissions/{sample.pending.id}/notice").status_code == 404
    assert client.get(f"/en/metz/submissions/{sample.published.id}/notice").status_code == 404
    receipts.withdraw(session, submission=sample.published, now=NOW)
    assert client.send_form(page, address(sample), SAID).status_code == 410
    assert client.get(address(sample, "place")).status_code == 404
    assert count(session) == 0


@sqlite_only
def test_mistyped_forms_are_no_server_error(client: PageClient, session: Session, sample: Sample) -> None:
    bad: list[dict[str, Any]] = [
        {"ground": "moon"},
        {"explanation": "x" * 5000},
        {"email": "a@b.example\r\nBcc: c@d.example"},
        {"name": "\x00" * 200, "explanation": "\u202e" * 20},
    ]
    for said in bad:
        response = client.post_form(address(sample), SAID | said, forged=True)
        assert response.status_code in (303, 422)
    assert all("\x00" not in (notice.name or "") for notice in session.scalars(select(Notice)))


@sqlite_only
def test_those_who_may_decide_see_what_was_reported(client: PageClient, session: Session, sample: Sample) -> None:
    client.post_form(address(sample), SAID | {"name": "A. Reporter", "explanation": "<script>alert(1)</script> bad"})
    client.post_form(address(sample, "place"), SAID)
    assert client.get("/en/staff/notices/worms").status_code == 302
    client.sign_in(sample.moderator)
    queue = client.page("/en/staff/queue/worms")
    [reports] = queue.xpath("//nav[@class='queue-tabs']//a[@href='/en/staff/notices/worms']/span/text()")
    assert reports == "2"
    page = client.page("/en/staff/notices/worms")
    texts = [quote.text_content() for quote in page.xpath("//blockquote")]
    assert texts == ["<script>alert(1)</script> bad", SAID["explanation"]]
    assert client.get("/en/staff/notices/metz").status_code == 404
    receipts.erase(session, submission=sample.published, now=NOW)
    erased = client.page("/en/staff/notices/worms")
    assert not erased.xpath("//blockquote[contains(., 'script')]")


@sqlite_only
def test_the_facilitator_sees_numbers_only(client: PageClient, session: Session, sample: Sample) -> None:
    client.post_form(address(sample), SAID)
    client.sign_in(accounts.make(session, sample.campaign.partnership))
    home = client.page("/en/staff/")
    assert "1 report waits" in home.text_content()
    assert not home.xpath("//a[contains(@href, '/staff/notices/')]")
    assert client.get("/en/staff/notices/worms").status_code == 404
