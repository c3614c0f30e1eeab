"""Notes on the comparison, on their page and on that of everybody."""

import pytest
from sqlalchemy.orm import Session

from participation.models.campaigns import Campaign
from tests.factories import accounts, campaigns, cities, comparisons, partnerships
from tests.factories.cities import OUTSIDE
from tests.page_client import PageClient, parse

PAGE = "/de/staff/compare/worms-metz/notes"
FIGURE = "heat_island-place_type"


@pytest.fixture
def campaign(session: Session) -> Campaign:
    pair = partnerships.make(session, cities.make(session), cities.make(session, "metz", centre=OUTSIDE))
    return campaigns.make(session, partnership=pair)


def shown(client: PageClient, path: str = "/en/compare/worms-metz") -> str:
    return " ".join(client.page(path).xpath("string(//section[@aria-labelledby='notes'])").split())


def test_a_note_is_for_the_teams_until_it_is_meant_for_everybody(
    client: PageClient, session: Session, campaign: Campaign
) -> None:
    stored = comparisons.store(session, campaign)
    client.sign_in(accounts.make(session, campaign.partnership))
    for text, public in (("Darüber reden wir.", {}), ("Plätze zuerst.", {"public": "1"})):
        client.post_form(f"{PAGE}?figure={FIGURE}", {"text": text, "figure": FIGURE, **public}, action="/notes")
    page = client.page(PAGE)
    assert page.xpath("//article/blockquote/@lang") == ["de", "de"]
    assert "Darüber reden wir." in shown(client)
    stored.version = "newer"
    session.commit()
    assert "the figures have changed since" in shown(client)
    client.post_form("/en/staff/account", {}, action="/sign-out")
    assert "Plätze zuerst." in shown(client)
    assert "Darüber reden wir." not in shown(client)


def test_a_note_without_words_is_sent_back_and_one_is_taken_away(
    client: PageClient, session: Session, campaign: Campaign
) -> None:
    comparisons.store(session, campaign)
    client.sign_in(accounts.make(session, campaign.partnership.cities[1]))
    refused = client.post_form(PAGE, {"text": " "}, action="/notes")
    assert refused.status_code == 422
    assert parse(refused).xpath("//textarea[@aria-invalid='true']")
    client.post_form(PAGE, {"text": "Kurz."}, action="/notes")
    assert client.post_form(PAGE, {}, action="/remove").status_code == 303
    assert not client.page(PAGE).xpath("//article/blockquote")


def test_before_there_is_a_result_there_is_nothing_to_write_about(
    client: PageClient, session: Session, campaign: Campaign
) -> None:
    client.sign_in(accounts.make(session, campaign.partnership))
    assert not client.page(PAGE).xpath("//textarea")
