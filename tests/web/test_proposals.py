"""Rejecting many: one proposes, another one confirms, both see what it is about."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from participation.locales import CODES
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.proposals import Proposal
from participation.models.submissions import Submission
from participation.services import proposals
from tests.factories import accounts, campaigns, cities, submissions
from tests.factories.submissions import NOW
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient

ALL = "/en/staff/queue/worms/proposals"


@pytest.fixture
def entries(session: Session, city: City) -> list[Submission]:
    campaign = campaigns.make(session, city)
    return [submissions.make(session, city, campaign, text=f"Text {number}") for number in range(3)]


@pytest.fixture
def author(session: Session, city: City) -> Account:
    return accounts.make(session, city)


@pytest.fixture
def proposal(session: Session, city: City, author: Account, entries: list[Submission]) -> Proposal:
    versions = {entry.id: 1 for entry in entries}
    return proposals.make(session, account=author, city=city, versions=versions, reason_code="unclear", key="", now=NOW)


@pytest.fixture
def second(client: PageClient, session: Session, city: City) -> PageClient:
    """Somebody else of the city, signed in."""
    client.sign_in(accounts.make(session, city))
    return client


@pytest.mark.parametrize("lang", CODES)
@sqlite_only
def test_the_pages_in_each_language(second: PageClient, proposal: Proposal, author: Account, lang: str) -> None:
    listed = second.page(ALL.replace("/en/", f"/{lang}/"))
    [link] = listed.xpath("//main//h2/a/@href")
    page = second.page(link)
    assert author.email in page.text_content()
    assert all(f"Text {number}" in page.text_content() for number in range(3))


def test_a_second_person_confirms(second: PageClient, proposal: Proposal, entries: list[Submission]) -> None:
    response = second.post_form(f"{ALL}/{proposal.id}", {}, action="/confirm")
    assert (response.status_code, response.location) == (303, "/en/staff/queue/worms")
    assert {entry.status for entry in entries} == {"rejected"}
    assert "3 entries are rejected." in second.page(response.location).text_content()
    page = second.page(f"{ALL}/{proposal.id}")
    assert not page.xpath("//main//form")
    assert not second.page(ALL).xpath("//main//li")


def test_or_drops_it(second: PageClient, session: Session, proposal: Proposal, entries: list[Submission]) -> None:
    page = second.page(f"{ALL}/{proposal.id}")
    second.send_form(page, "", {}, action="/drop")
    assert {entry.status for entry in entries} == {"pending"}
    # Who comes with an old page is told that it is over.
    assert second.send_form(page, "", {}, action="/confirm").status_code == 409
    assert second.get(f"{ALL}/{proposal.id}/confirm").location == f"{ALL}/{proposal.id}"


def test_who_proposes_is_not_the_second_person(
    client: PageClient, proposal: Proposal, author: Account, entries: list[Submission]
) -> None:
    client.sign_in(author)
    page = client.page(f"{ALL}/{proposal.id}")
    actions = [form.get("action") for form in page.xpath("//main//form")]
    assert actions == [f"{ALL}/{proposal.id}/drop"]
    data: dict[str, Any] = {"csrf_token": page.xpath("//main//input[@name='csrf_token']/@value")[0]}
    assert client.post(f"{ALL}/{proposal.id}/confirm", data=data).status_code == 404
    assert {entry.status for entry in entries} == {"pending"}


@sqlite_only
def test_other_cities_do_not_see_it(client: PageClient, session: Session, proposal: Proposal) -> None:
    metz = cities.make(session, "metz")
    client.sign_in(accounts.make(session, metz))
    assert client.get(ALL).status_code == 404
    assert client.get(f"{ALL}/{proposal.id}").status_code == 404
    assert client.get(f"/en/staff/queue/metz/proposals/{proposal.id}").status_code == 404
