"""The hand-over on the pages: a lead for others, moderators for themselves, nobody for strangers."""

import pytest
from sqlalchemy.orm import Session

from participation.models.accounts import Account
from tests.factories import accounts, cities, samples
from tests.factories.samples import Sample
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, parse


@pytest.fixture
def sample(session: Session) -> Sample:
    return samples.make(session)


def address(account: Account) -> str:
    return f"/en/staff/accounts/{account.id}/hand-over"


def test_the_lead_hands_over_and_switches_off(client: PageClient, session: Session, sample: Sample) -> None:
    client.sign_in(sample.lead)
    assert client.page("/en/staff/accounts").xpath(f"//a[@href='{address(sample.moderator)}']")
    said = {"receiver": str(sample.lead.id), "switch_off": "1"}
    response = client.post_form(address(sample.moderator), said, action="/hand-over")
    assert response.location == "/en/staff/accounts"
    assert (sample.note.keeper, sample.moderator.active) == (sample.lead, False)
    page = client.page(response.location).text_content()
    assert f"1 open task is with {sample.lead.email} now." in page
    assert f"{sample.moderator.email} can no longer sign in." in page


@sqlite_only
def test_moderators_hand_over_for_themselves_and_stay_on(client: PageClient, session: Session, sample: Sample) -> None:
    client.sign_in(sample.moderator)
    nobody = client.post_form(address(sample.moderator), {}, action="/hand-over")
    assert nobody.status_code == 422
    assert parse(nobody).xpath("//*[@role='alert']")
    said = {"receiver": str(sample.lead.id), "switch_off": "1"}
    done = client.post_form(address(sample.moderator), said, action="/hand-over", forged=True)
    assert done.location == "/en/staff/account"
    assert (sample.note.keeper, sample.moderator.active) == (sample.lead, True)
    assert client.get(address(sample.lead)).status_code == 404


@sqlite_only
def test_where_there_is_nobody_else_it_says_so(client: PageClient, session: Session) -> None:
    account = accounts.make(session, cities.make(session))
    client.sign_in(account)
    page = client.page(address(account))
    assert not page.xpath("//select[@name='receiver']")
