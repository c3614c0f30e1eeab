"""Notes and advice on the pages: the city's staff reads both, a facilitator only what the public sees and own words."""

import pytest
from sqlalchemy.orm import Session

from tests.factories import samples
from tests.factories.samples import Sample
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, parse


@pytest.fixture
def sample(session: Session) -> Sample:
    return samples.silent(session)


def test_a_facilitator_advises_from_the_public_page_and_the_city_settles_it(
    client: PageClient, session: Session, sample: Sample
) -> None:
    shown = f"/en/worms/submissions/{sample.published.id}"
    assert not client.page(shown).xpath("//a[contains(@href, '/staff/advice/')]")
    client.sign_in(sample.facilitator)
    [advise] = client.page(shown).xpath("//a[contains(@href, '/staff/advice/')]/@href")
    assert client.post_form(advise, {"text": "In Metz this is a saying."}, action=advise).location == advise
    assert "this is a saying" in client.page(advise).text_content()
    assert client.get(f"/en/staff/submissions/{sample.published.id}").status_code == 404
    client.post_form(advise, {}, action="/sign-out")
    client.sign_in(sample.moderator)
    one = client.page(f"/en/staff/submissions/{sample.published.id}")
    assert one.xpath("//blockquote[@lang='en']/text()") == ["In Metz this is a saying."]
    notes = f"/en/staff/submissions/{sample.published.id}/notes"
    assert client.post_form(notes, {}, action="/settle").location == notes
    assert "Everything is settled." in client.page("/en/staff/notes/worms").text_content()


@sqlite_only
def test_a_note_of_the_city(client: PageClient, session: Session, sample: Sample) -> None:
    client.sign_in(sample.moderator)
    address = f"/en/staff/submissions/{sample.pending.id}/notes"
    empty = client.post_form(address, {"text": " "}, action="/notes")
    assert empty.status_code == 422
    assert parse(empty).xpath("//textarea[@aria-invalid='true']")
    assert client.post_form(address, {"text": "Asked the gardeners"}, action="/notes").status_code == 303
    waits = client.page("/en/staff/notes/worms").text_content()
    assert "Asked the gardeners" in waits
    assert sample.moderator.email in waits


@sqlite_only
def test_a_facilitator_advises_on_nothing_that_waits(client: PageClient, sample: Sample) -> None:
    client.sign_in(sample.facilitator)
    for submission in (sample.pending, sample.rejected, sample.erased):
        assert client.get(f"/en/staff/advice/{submission.id}").status_code == 404
    assert client.get("/en/staff/notes/worms").status_code == 404
