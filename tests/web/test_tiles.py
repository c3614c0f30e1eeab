"""Map tiles over HTTP: unchanged ones are not sent again, filters are those of the page, nonsense is refused."""

import pytest
from sqlalchemy.orm import Session

from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.services import receipts
from tests.factories import campaigns, cities, submissions
from tests.factories.submissions import NOW
from tests.fixtures.databases import sqlite_only
from tests.fixtures.statements import Budget
from tests.page_client import PageClient

TILE = "/tiles/worms/8/133/87.json"


def test_a_published_submission_is_on_its_tile_at_once(
    client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    submission = submissions.make(session, city, campaign)
    before = client.get(TILE)
    assert (before.status_code, before.mimetype, before.json["n"]) == (200, "application/json", [])
    submissions.publish(session, submission)
    after = client.get(TILE)
    assert (after.json["n"], after.json["id"]) == ([1], [str(submission.id)])
    assert after.headers["ETag"] != before.headers["ETag"]
    receipts.erase(session, submission=submission, now=NOW)
    assert client.get(TILE).json["n"] == []


def test_an_unchanged_tile_is_not_sent_again(
    client: PageClient, session: Session, city: City, campaign: Campaign, at_most: Budget
) -> None:
    submissions.published(session, city, campaign)
    first = client.get(TILE)
    assert "no-cache" in first.headers["Cache-Control"]
    with at_most(1):
        again = client.get(TILE, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    with at_most(3):
        client.get(TILE)


@sqlite_only
def test_the_version_of_one_city_is_not_that_of_another(client: PageClient, session: Session, city: City) -> None:
    cities.make(session, "metz")
    tags = {client.get(f"/tiles/{slug}/8/133/87.json").headers["ETag"] for slug in ("worms", "metz")}
    assert len(tags) == 2


@sqlite_only
def test_a_pending_change_of_a_filter_gets_its_own_answer(
    client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    """One tag serves for all filters, because a browser keeps an answer under its whole address."""
    later = campaigns.make(session, partnership=campaign.partnership, code="later")
    submissions.published(session, city, campaign, "idea")
    submissions.published(session, city, later, "feedback")
    shown = {
        query: client.get(f"{TILE}?{query}").json["kind"]
        for query in (
            "",
            "kind=idea",
            "kind=idea&kind=feedback",
            "kind=idea,feedback",
            "campaign=later",
            "campaign=all",
            "campaign=summer&kind=feedback",
        )
    }
    assert shown == {
        "": [None],
        "kind=idea": [2],
        "kind=idea&kind=feedback": [None],
        "kind=idea,feedback": [None],
        "campaign=later": [3],
        "campaign=all": [None],
        "campaign=summer&kind=feedback": [],
    }


@sqlite_only
@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/tiles/nowhere/8/133/87.json", 404),
        ("/tiles/worms/7/66/43.json", 404),
        ("/tiles/worms/19/0/0.json", 404),
        ("/tiles/worms/8/256/0.json", 404),
        ("/tiles/worms/8/0/256.json", 404),
        ("/tiles/worms/8/-1/0.json", 404),
        ("/tiles/worms/8/133/87.png", 404),
        ("/tiles/worms/99999999999999999999/0/0.json", 404),
        (f"{TILE}?campaign=never", 404),
        (f"{TILE}?kind=volcano", 400),
        (f"{TILE}?place_type=volcano", 400),
        (f"{TILE}?place_type=square,volcano", 400),
        (f"{TILE}?district=moon", 400),
        (f"{TILE}?district=altstadt&district=moon", 400),
    ],
)
def test_what_is_no_tile_gets_the_right_error(
    address: str, status: int, client: PageClient, city: City, campaign: Campaign
) -> None:
    assert client.get(address).status_code == status


@sqlite_only
def test_what_only_the_list_knows_is_passed_over(client: PageClient, city: City, campaign: Campaign) -> None:
    """Page, list and tiles share one query string."""
    query = "sort=distance&from=dom&embed=1&bbox=8,49,9,50&page=2&utm_source=mail"
    assert client.get(f"{TILE}?{query}").json == client.get(TILE).json
