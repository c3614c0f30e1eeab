"""The list comes sorted as wished, in pages, with what its cards show, for the price of a few statements."""

import pytest
from sqlalchemy.orm import Session

from participation.geo import Point, distance_m
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.contributors import Contributor
from participation.models.places import Support
from participation.models.submissions import Submission
from participation.services import submission_lists
from participation.services.filters import Filter
from participation.services.submission_lists import PAGE, Listing, Order
from tests.factories import campaigns, cities, submissions
from tests.factories.cities import CENTRE, INSIDE
from tests.factories.submissions import NOW
from tests.fixtures.statements import Budget


def listing(session: Session, city: City, order: Order = submission_lists.NEWEST, **changed: object) -> Listing:
    values = {"chosen": Filter(), **changed}
    return submission_lists.listing(session, city=city, order=order, **values)  # type: ignore[arg-type]


def shown(found: Listing) -> list[Submission]:
    return [entry.submission for entry in found.entries]


def publish(session: Session, city: City, campaign: Campaign, day: int, **changed: object) -> Submission:
    """Sent on this day of July; published in August, the last one first."""
    made = submissions.make(session, city, campaign, now=NOW.replace(day=day), **changed)  # type: ignore[arg-type]
    submissions.publish(session, made, now=NOW.replace(month=8, day=31 - day))
    return made


def support(session: Session, submission: Submission, times: int) -> None:
    for number in range(times):
        who = Contributor(campaign_id=submission.campaign_id, key_hash=f"{submission.id}-{number}")
        session.add(who)
        session.flush()
        session.add(Support(place_id=submission.place_id, contributor_id=who.id, created_at=NOW))
    session.flush()


def test_only_what_is_published_in_the_city(session: Session, city: City, campaign: Campaign) -> None:
    mine = submissions.published(session, city, campaign)
    submissions.make(session, city, campaign)
    submissions.published(session, cities.make(session, "metz"), campaign)
    found = listing(session, city)
    assert (shown(found), found.total, found.page, found.pages) == ([mine], 1, 1, 1)
    assert listing(session, city, chosen=Filter(kinds=("idea",))) == Listing([], 0, 1, 1)


def test_it_comes_in_pages_and_a_page_too_many_is_the_last(session: Session, city: City, campaign: Campaign) -> None:
    made = [publish(session, city, campaign, day) for day in range(1, PAGE + 3)]
    first, second, beyond = (listing(session, city, page=page) for page in (1, 2, 99))
    assert (first.total, first.pages) == (len(made), 2)
    assert [*shown(first), *shown(second)] == made[::-1]
    assert (beyond.page, shown(beyond)) == (2, shown(second))


def test_newest_and_oldest_are_by_the_day_they_were_sent(session: Session, city: City, campaign: Campaign) -> None:
    made = [publish(session, city, campaign, day) for day in (3, 1, 2, 2)]
    in_time = sorted(made, key=lambda one: (one.created_at, one.id))
    assert shown(listing(session, city, Order("oldest"))) == in_time
    assert shown(listing(session, city)) == in_time[::-1]


def test_most_supported_first_then_newest(session: Session, city: City, campaign: Campaign) -> None:
    some, none, many, pointless = (
        publish(session, city, campaign, day, **more)  # type: ignore[arg-type]
        for day, more in ((1, {}), (2, {}), (3, {}), (4, {"kind": "idea", "point": None}))
    )
    support(session, some, 2)
    support(session, many, 5)
    found = listing(session, city, Order("support"))
    assert [(entry.submission, entry.supports) for entry in found.entries] == [
        (many, 5),
        (some, 2),
        (pointless, 0),
        (none, 0),
    ]
    # A place of several submissions lends its support to each of them, and none is listed twice.
    none.place_id = many.place_id
    session.flush()
    assert [entry.supports for entry in listing(session, city, Order("support")).entries] == [5, 5, 2, 0]


def test_nearest_first_by_the_public_point_and_last_what_has_none(
    session: Session, city: City, campaign: Campaign
) -> None:
    spots = [Point(49.70, 8.36), Point(49.63, 8.44), INSIDE, Point(49.6, 8.3)]
    made = [publish(session, city, campaign, 5, point=spot) for spot in spots]
    home = publish(session, city, campaign, 6, near_home=True)
    pointless = publish(session, city, campaign, 7, kind="idea", point=None)
    found = listing(session, city, Order("distance", CENTRE))
    assert shown(found)[-1] is pointless
    assert found.entries[-1].metres is None
    metres = [entry.metres for entry in found.entries[:-1]]
    assert metres == sorted(metres)  # type: ignore[type-var]
    assert {*shown(found)} == {*made, home, pointless}
    [near_home] = [entry for entry in found.entries if entry.submission is home]
    assert home.public_point
    assert near_home.metres == distance_m(CENTRE, home.public_point) != distance_m(CENTRE, INSIDE)


def test_distances_are_told_in_every_order_and_none_without_an_origin(
    session: Session, city: City, campaign: Campaign
) -> None:
    first, second = (publish(session, city, campaign, day) for day in (1, 2))
    assert [entry.metres for entry in listing(session, city).entries] == [None, None]
    found = listing(session, city, Order("newest", INSIDE))
    assert [(entry.submission, entry.metres) for entry in found.entries] == [(second, 0.0), (first, 0.0)]
    # Without an origin there is nothing to measure from.
    assert shown(listing(session, city, Order("distance"))) == [second, first]


@pytest.mark.parametrize("sort", submission_lists.SORTS)
def test_a_page_costs_three_statements_however_much_it_shows(
    sort: str, session: Session, city: City, campaign: Campaign, at_most: Budget
) -> None:
    cities.district(session, city)
    for number in range(PAGE):
        support(session, publish(session, city, campaign, 1 + number), 1)
    session.commit()
    session.expunge_all()
    with at_most(3):
        again = session.get_one(City, city.id)
        found = listing(session, again, Order(sort, INSIDE))
        for entry in found.entries:
            one = entry.submission
            assert one.place
            assert one.district
            assert (one.campaign.code, one.district.name, one.photo) == ("summer", "Altstadt", None)


def test_both_databases_sort_alike(both_sessions: tuple[Session, Session]) -> None:
    sorted_alike = []
    for session in both_sessions:
        city = cities.make(session)
        campaign = campaigns.make(session, city)
        made = [
            publish(
                session, city, campaign, 1 + number % 3, point=Point(49.55 + number * 7 % 11 / 100, 8.3 + number / 100)
            )
            for number in range(11)
        ]
        for number, submission in enumerate(made):
            support(session, submission, number % 3)
        numbers = {submission.id: number for number, submission in enumerate(made)}
        sorted_alike.append(
            [
                [numbers[one.id] for one in shown(listing(session, city, Order(sort, CENTRE)))]
                for sort in submission_lists.SORTS
            ]
        )
    assert sorted_alike[0] == sorted_alike[1]
