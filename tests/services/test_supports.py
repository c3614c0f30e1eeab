"""Support counts once per contributor and place, can be taken back, and needs an open campaign."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from participation.errors import Invalid, NotFound
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.contributors import Contributor
from participation.models.places import Place, Support
from participation.models.submissions import Submission
from participation.services import receipts, supports
from tests.factories import submissions
from tests.factories.submissions import NOW
from tests.fixtures.threads import while_first_waits


@pytest.fixture
def place(session: Session, city: City, campaign: Campaign) -> Place:
    return session.get_one(Place, submissions.published(session, city, campaign).place_id)


def give(session: Session, city: City, place: Place, key: str = "browser") -> Campaign:
    return supports.give(session, city=city, place=place, contributor_key=key, now=NOW)


def test_each_contributor_counts_once(session: Session, city: City, campaign: Campaign, place: Place) -> None:
    assert [give(session, city, place, key) for key in ("a", "a", "b")] == [campaign] * 3
    assert supports.number(session, place_id=place.id) == 2
    assert supports.number(session, place_id=None) == 0
    seen = {"campaign": campaign, "place_ids": [place.id]}
    assert supports.of_contributor(session, contributor_key="a", **seen) == {place.id}
    assert supports.of_contributor(session, contributor_key="c", **seen) == set()
    assert supports.of_contributor(session, contributor_key="", **seen) == set()


def test_it_can_be_taken_back_and_given_again(session: Session, city: City, campaign: Campaign, place: Place) -> None:
    give(session, city, place, "a")
    give(session, city, place, "b")
    for _ in range(2):
        supports.take_back(session, place=place, campaign=campaign, contributor_key="a")
        assert supports.number(session, place_id=place.id) == 1
    supports.take_back(session, place=place, campaign=campaign, contributor_key="stranger")
    assert session.scalar(select(func.count()).select_from(Contributor)) == 2
    give(session, city, place, "a")
    assert supports.number(session, place_id=place.id) == 2


def test_only_an_open_campaign_counts_but_taking_back_is_always_possible(
    session: Session, city: City, campaign: Campaign, place: Place
) -> None:
    give(session, city, place)
    campaign.ends = NOW.date() - timedelta(days=1)
    assert supports.open_campaign(session, city=city, now=NOW) is None
    with pytest.raises(Invalid, match="campaign_closed"):
        give(session, city, place, "other")
    supports.take_back(session, place=place, campaign=campaign, contributor_key="browser")
    assert supports.number(session, place_id=place.id) == 0


def test_the_numbers_of_many_places_come_at_once(
    session: Session, city: City, campaign: Campaign, place: Place
) -> None:
    other = session.get_one(Place, submissions.published(session, city, campaign).place_id)
    give(session, city, place)
    assert supports.numbers(session, place_ids=[place.id, other.id]) == {place.id: 1, other.id: 0}
    assert supports.numbers(session, place_ids=[]) == {}


@pytest.mark.parametrize("first_commits", [True, False])
def test_two_taps_at_once_count_once(
    first_commits: bool, session: Session, engine: Engine, city: City, campaign: Campaign, place: Place
) -> None:
    session.commit()

    def tap(own: Session) -> None:
        give(own, own.get_one(City, city.id), own.get_one(Place, place.id))

    while_first_waits(engine, tap, commit=first_commits)
    assert supports.number(session, place_id=place.id) == 1
    assert session.scalar(select(func.count()).select_from(Contributor)) == 1


def test_support_for_a_place_that_is_erased_at_the_same_time_finds_nothing(
    session: Session, engine: Engine, city: City, campaign: Campaign, place: Place
) -> None:
    session.commit()
    place_id, turns = place.id, []

    def erase_then_support(own: Session) -> str:
        turns.append(own)
        if len(turns) == 1:
            [submission] = own.scalars(select(Submission))
            receipts.erase(own, submission=submission, now=NOW)
            return "erased"
        found = own.get(Place, place_id)
        if found is None:
            return "not_there"
        try:
            give(own, own.get_one(City, city.id), found)
        except NotFound as gone:
            return gone.code
        return "counted"

    outcome = while_first_waits(engine, erase_then_support)
    assert outcome[0] == "erased"
    assert outcome[1] in ("place_unknown", "not_there")
    assert session.scalar(select(func.count()).select_from(Support)) == 0
