"""Comparisons on a database: read, computed, stored; the same data give the same bytes; when one is due."""

from datetime import date, timedelta
from uuid import UUID, uuid5

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.comparing.entries import dataset_version
from participation.comparing.snapshots import Run, compute
from participation.comparison_json import from_json, to_json
from participation.errors import Invalid, NotFound
from participation.models.campaigns import Campaign
from participation.models.cities import City, District
from participation.models.comparisons import StoredComparison
from participation.models.contributors import Contributor
from participation.models.submissions import Submission
from participation.services import comparison_inputs, comparisons
from tests.factories import campaigns, cities, partnerships, submissions
from tests.factories.submissions import NOW

QUICK = Run(permutations=99, resamples=99)
HERE = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")


@pytest.fixture
def pair(session: Session) -> list[City]:
    return [cities.make(session, slug) for slug in ("worms", "metz")]


@pytest.fixture
def campaign(session: Session, pair: list[City]) -> Campaign:
    partnership = partnerships.make(session, *pair)
    campaigns.make(session, partnership=partnership, code="before", starts=date(2019, 1, 1), ends=date(2019, 12, 31))
    return campaigns.make(session, partnership=partnership)


def fill(session: Session, city: City, campaign: Campaign, people: int) -> None:
    """Each of them has one square or street too hot, three in one of the cities."""
    for number in range(people):
        key = uuid5(HERE, f"{city.slug} {campaign.code} {number}")
        session.add(Contributor(id=key, campaign_id=campaign.id, key_hash=key.hex * 2))
        session.flush()
        for again in range(2):
            submissions.make(
                session,
                city,
                campaign,
                id=uuid5(key, str(again)),
                contributor_id=key,
                status="published",
                published_at=NOW,
                place_type="square" if number % (3 if city.slug == "metz" else 2) else "street",
                reasons=("no_shade",),
            )


def computed(session: Session, campaign: Campaign) -> bytes:
    return to_json(compute(comparison_inputs.read(session, campaign=campaign, now=NOW), QUICK))


def test_the_same_data_and_seed_give_the_same_bytes(session: Session, pair: list[City], campaign: Campaign) -> None:
    for city in pair:
        fill(session, city, campaign, 31)
    first = computed(session, campaign)
    session.expire_all()
    assert computed(session, campaign) == first
    snapshot = from_json(first)
    assert snapshot.cities == ("worms", "metz")
    assert [one.contributors for one in snapshot.participants] == [31, 31]
    assert [one.submissions for one in snapshot.participants] == [62, 62]
    found = {question.question: question for question in snapshot.pair("worms", "metz").questions}
    squares = next(row for row in found["place_type"].rows if row.code == "square")
    assert [share.count for share in squares.shares] == [30, 40]
    assert squares.p is not None
    assert sum(cell.kinds["heat_island"].contributors for cell in snapshot.maps[0].cells) >= 30


def test_only_what_is_published_counts(session: Session, pair: list[City], campaign: Campaign) -> None:
    fill(session, pair[0], campaign, 2)
    before = dataset_version(comparison_inputs.read(session, campaign=campaign, now=NOW))
    submissions.make(session, pair[0], campaign)
    session.flush()
    assert dataset_version(comparison_inputs.read(session, campaign=campaign, now=NOW)) == before
    for one in session.scalars(select(Submission).where(Submission.status == "published").limit(1)):
        one.place_type = "car_park"
    session.flush()
    assert dataset_version(comparison_inputs.read(session, campaign=campaign, now=NOW)) != before


def test_the_campaign_before_and_what_cities_say_of_themselves(
    session: Session, pair: list[City], campaign: Campaign
) -> None:
    earlier = comparisons.previous(campaign)
    assert earlier is not None
    assert comparisons.previous(earlier) is None
    fill(session, pair[0], earlier, 3)
    pair[0].population_territory = "Stadt Worms"
    session.add(District(city_id=pair[0].id, code="x1", name="Mitte", boundary=pair[0].boundary, population=900))
    comparisons.set_hot_days(session, city=pair[0], campaign=campaign, days=14, source="DWD")
    inputs = comparison_inputs.read(session, campaign=campaign, now=NOW)
    assert [len(part.entries) for part in inputs.before] == [6, 0]
    facts = inputs.cities[0].city
    assert (facts.territory, facts.districts[-1].population) == ("Stadt Worms", 900)
    assert inputs.cities[0].hot_days == 14
    assert inputs.cities[1].city.territory == "metz"


def test_a_result_is_due_when_something_has_changed(session: Session, pair: list[City], campaign: Campaign) -> None:
    later = NOW + timedelta(minutes=11)
    assert campaign in comparisons.due(session, now=NOW)
    for one in campaign.partnership.campaigns:
        keep(session, one)
    assert comparisons.due(session, now=later) == []
    fill(session, pair[0], campaign, 1)
    assert comparisons.due(session, now=NOW + timedelta(minutes=9)) == []
    assert comparisons.due(session, now=later) == [campaign]
    keep(session, campaign)
    assert len(session.scalars(select(StoredComparison).where(StoredComparison.campaign_id == campaign.id)).all()) == 1
    session.scalars(select(Submission)).first().version += 1  # type: ignore[union-attr]
    session.flush()
    assert comparisons.due(session, now=later) == [campaign]


def keep(session: Session, campaign: Campaign) -> None:
    changes = comparisons.changes_of(session, campaign=campaign, now=NOW)
    snapshot = compute(comparison_inputs.read(session, campaign=campaign, now=NOW), QUICK)
    stored = comparisons.store(session, campaign=campaign, snapshot=snapshot, changes=changes, now=NOW)
    assert comparisons.latest(session, campaign=campaign) is stored


def test_a_single_city_has_nothing_to_compare(session: Session) -> None:
    campaigns.make(session, cities.make(session, "worms"))
    assert comparisons.due(session, now=NOW) == []


def test_hot_days_that_cannot_be_are_refused(session: Session, pair: list[City], campaign: Campaign) -> None:
    for days, source in ((-1, ""), (367, ""), (3, "x" * 201)):
        with pytest.raises(Invalid):
            comparisons.set_hot_days(session, city=pair[0], campaign=campaign, days=days, source=source)
    stranger = cities.make(session, "koeln")
    with pytest.raises(NotFound):
        comparisons.set_hot_days(session, city=stranger, campaign=campaign, days=3, source="")
    with pytest.raises(NotFound):
        comparisons.chosen(session, partnership="worms-metz", campaign="nowhere")
    assert comparisons.chosen(session, partnership=None, campaign="summer") == [campaign]
