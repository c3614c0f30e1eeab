"""Name and address of a reporter are on no list: whoever wants them says what for, and the lead sees that."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.models.contacts import ContactReading
from tests.factories import samples
from tests.factories.samples import Sample
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient

EMAIL = "a@b.example"


@pytest.fixture
def sample(session: Session) -> Sample:
    return samples.make(session)


def test_a_look_is_noted_and_the_lead_reads_it(client: PageClient, session: Session, sample: Sample) -> None:
    client.sign_in(sample.moderator)
    listed = client.page("/en/staff/notices/worms")
    assert EMAIL not in listed.text_content()
    [link] = listed.xpath("//a[contains(@href, '/contact')]/@href")
    assert EMAIL not in client.page(link).text_content()
    response = client.post_form(link, {"purpose": "authority"}, action="/contact")
    assert response.status_code == 200
    assert EMAIL in response.text
    assert "no-store" in response.headers.get("Cache-Control", "")
    [reading] = session.scalars(select(ContactReading))
    assert (reading.account_id, reading.notice_id, reading.purpose) == (
        sample.moderator.id,
        sample.notice.id,
        "authority",
    )
    assert client.get("/en/staff/contacts/worms").status_code == 404
    client.post_form("/en/staff/account", {}, action="/sign-out")
    client.sign_in(sample.lead)
    page = client.page("/en/staff/contacts/worms").text_content()
    assert sample.moderator.email in page
    assert EMAIL not in page


@sqlite_only
def test_without_a_purpose_nothing_is_shown(client: PageClient, session: Session, sample: Sample) -> None:
    client.sign_in(sample.moderator)
    address = f"/en/staff/notices/worms/{sample.notice.id}/contact"
    response = client.post_form(address, {}, action="/contact")
    assert response.status_code == 422
    assert EMAIL not in response.text
    assert session.scalars(select(ContactReading)).all() == []
