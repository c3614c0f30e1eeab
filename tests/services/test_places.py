"""A place is public while something published belongs to it; near ones are found, and answers are counted."""

from collections import Counter

import pytest
from sqlalchemy.orm import Session

from participation.errors import NotFound
from participation.geo import METRES_PER_DEGREE, Point
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.places import Place
from participation.models.submissions import Submission
from participation.services import places, receipts
from tests.factories import cities, submissions
from tests.factories.cities import INSIDE
from tests.factories.submissions import NOW
from tests.fixtures.statements import Budget


def north(metres: float) -> Point:
    return Point(round(INSIDE.lat + metres / METRES_PER_DEGREE, 6), INSIDE.lon)


def published(session: Session, city: City, campaign: Campaign, *args: str, **changed: object) -> Submission:
    return submissions.published(session, city, campaign, *args, **changed)


def test_a_place_is_public_while_something_published_belongs_to_it(
    session: Session, city: City, campaign: Campaign
) -> None:
    submission = published(session, city, campaign)
    place = session.get_one(Place, submission.place_id)
    assert places.published(session, city=city, place_id=place.id) == (place, [submission])
    assert places.public(session, city=city, place_id=place.id) is place
    other = cities.make(session, "metz")
    for found in (places.public, places.published):
        with pytest.raises(NotFound):
            found(session, city=other, place_id=place.id)
    receipts.withdraw(session, submission=submission, now=NOW)
    for found in (places.public, places.published):
        with pytest.raises(NotFound):
            found(session, city=city, place_id=place.id)


def test_near_places_of_the_kind_come_nearest_first(session: Session, city: City, campaign: Campaign) -> None:
    made = {metres: published(session, city, campaign, point=north(metres)) for metres in (55, -20, 5, 65)}
    published(session, city, campaign, "climate_oasis", point=north(10))
    submissions.make(session, city, campaign, point=north(1))
    published(session, cities.make(session, "metz"), campaign, point=north(2))
    published(session, city, campaign, "idea", place_id=made[5].place_id)
    found = places.near(session, city=city, point=INSIDE, kind="heat_island")
    assert [near.place.id for near in found] == [made[metres].place_id for metres in (5, -20, 55)]
    assert [round(near.metres) for near in found] == [5, 20, 55]
    assert found[0].kinds == Counter(heat_island=1, idea=1)
    assert found[1].kinds == Counter(heat_island=1)
    assert places.near(session, city=city, point=INSIDE, kind="feedback") == []


def test_at_most_five_are_offered_with_few_statements(
    session: Session, city: City, campaign: Campaign, at_most: Budget
) -> None:
    for metres in range(8):
        published(session, city, campaign, point=north(metres))
    session.expire_all()
    city.slug  # noqa: B018  # read again outside of the budget
    with at_most(2):
        found = places.near(session, city=city, point=INSIDE, kind="heat_island")
    assert [round(near.metres) for near in found] == [0, 1, 2, 3, 4]


def test_what_was_withdrawn_is_not_near(session: Session, city: City, campaign: Campaign) -> None:
    submission = published(session, city, campaign)
    receipts.withdraw(session, submission=submission, now=NOW)
    assert places.near(session, city=city, point=INSIDE, kind="heat_island") == []


@pytest.mark.parametrize("point", [Point(90, 180), Point(-90, -180), Point(0, 179.9999)])
def test_the_ends_of_the_earth_are_no_problem(point: Point, session: Session, city: City) -> None:
    assert places.near(session, city=city, point=point, kind="heat_island") == []


def test_answers_are_counted_by_kind_and_question(session: Session, city: City, campaign: Campaign) -> None:
    made = [
        published(session, city, campaign, reasons=("no_shade", "no_water"), comfort="3", times_of_day=("midday",)),
        published(session, city, campaign, reasons=("no_shade",), comfort="3", times_of_day=()),
        published(session, city, campaign, "climate_oasis", reasons=("tree_shade",)),
        published(session, city, campaign, "feedback"),
    ]
    tallies = {(tally.kind, tally.question): tally for tally in places.tallies(made)}
    assert list(tallies) == [
        ("heat_island", "reasons"),
        ("heat_island", "times_of_day"),
        ("heat_island", "comfort"),
        ("climate_oasis", "reasons"),
    ]
    reasons = tallies["heat_island", "reasons"]
    assert (reasons.counts, reasons.answered) == (Counter(no_shade=2, no_water=1), 2)
    assert tallies["heat_island", "times_of_day"].answered == 1
    assert tallies["heat_island", "comfort"].counts == Counter({"3": 2})
