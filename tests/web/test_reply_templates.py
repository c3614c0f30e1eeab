"""Templates of answers on the page: kept there, chosen when answering, never public with a gap."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.models.places import Reply
from participation.models.reply_templates import ReplyTemplate
from tests.factories import samples
from tests.factories.samples import Sample
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, parse

ALL = "/en/staff/replies/worms"


@pytest.fixture
def sample(session: Session) -> Sample:
    return samples.silent(session)


def test_kept_chosen_filled_in_and_sent(client: PageClient, session: Session, sample: Sample) -> None:
    client.sign_in(sample.moderator)
    said = {"name": "Gardens", "text_de": "Wir prüfen {place} in {district}."}
    assert client.post_form(ALL, said, action="/replies/worms").location == ALL
    [template] = session.scalars(select(ReplyTemplate))
    address = f"/en/staff/places/{sample.published.place_id}/reply"
    page = client.page(f"{address}?template={template.id}")
    [written] = page.xpath("//textarea[@name='text_de']/text()")
    assert written == "Wir prüfen Am Brunnen in Altstadt."
    assert client.send_form(page, address, {}, action="/reply").status_code == 303
    assert session.scalars(select(Reply.text)).all() == [written]


@sqlite_only
def test_a_variable_that_nobody_filled_in_does_not_become_public(
    client: PageClient, session: Session, sample: Sample
) -> None:
    client.sign_in(sample.moderator)
    address = f"/en/staff/places/{sample.published.place_id}/reply"
    response = client.post_form(address, {"text_de": "Zu {place}"}, action="/reply")
    assert response.status_code == 422
    assert "{place}" in parse(response).xpath("string(//*[@role='alert'])")
    assert session.scalars(select(Reply)).all() == []


@sqlite_only
def test_a_refused_one_keeps_what_was_written(client: PageClient, session: Session, sample: Sample) -> None:
    client.sign_in(sample.moderator)
    response = client.post_form(ALL, {"text_de": "Liebe {frau}"}, action="/replies/worms")
    page = parse(response)
    assert response.status_code == 422
    assert page.xpath("//*[@aria-invalid='true']/@name") == ["name", "text_de"]
    assert page.xpath("string(//textarea[@name='text_de'])").strip() == "Liebe {frau}"
    assert session.scalars(select(ReplyTemplate)).all() == []


@sqlite_only
def test_changed_and_thrown_away(client: PageClient, session: Session, sample: Sample) -> None:
    client.sign_in(sample.moderator)
    client.post_form(ALL, {"name": "Gardens", "text_de": "Danke"}, action="/replies/worms")
    [link] = client.page(ALL).xpath("//main//h2/a/@href")
    client.post_form(link, {"name": "Trees"}, action=link)
    assert [one.name for one in session.scalars(select(ReplyTemplate))] == ["Trees"]
    assert client.post_form(ALL, {}, action="/delete").location == ALL
    assert client.get(link).status_code == 404
