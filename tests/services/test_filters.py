"""One filter for the map, the list, the counts and the downloads."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.geo import Point
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.submissions import Submission
from participation.services.filters import Filter
from tests.factories import campaigns, cities, submissions
from tests.factories.cities import INSIDE


def chosen(session: Session, city: City, wanted: Filter) -> list[Submission]:
    query = wanted.apply(select(Submission), city).order_by(Submission.id)
    return list(session.scalars(query))


def test_without_a_wish_everything_published_of_the_city(session: Session, city: City, campaign: Campaign) -> None:
    shown = submissions.published(session, city, campaign)
    submissions.make(session, city, campaign)
    submissions.published(session, cities.make(session, "metz"), campaign)
    assert chosen(session, city, Filter()) == [shown]


def test_staff_see_every_state(session: Session, city: City, campaign: Campaign) -> None:
    both = [submissions.published(session, city, campaign), submissions.make(session, city, campaign)]
    submissions.make(session, cities.make(session, "metz"), campaign)
    assert chosen(session, city, Filter().for_staff()) == both


def test_by_kind_and_campaign(session: Session, city: City, campaign: Campaign) -> None:
    later = campaigns.make(session, partnership=campaign.partnership, code="later")
    idea = submissions.published(session, city, campaign, "idea")
    feedback = submissions.published(session, city, later, "feedback")
    assert chosen(session, city, Filter(kinds=("idea", "heat_island"))) == [idea]
    assert chosen(session, city, Filter(campaign_id=later.id)) == [feedback]
    assert chosen(session, city, Filter(kinds=("idea",), campaign_id=later.id)) == []


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (None, date(2026, 6, 30), ["before"]),
        (date(2026, 7, 1), date(2026, 7, 1), ["first second", "last second"]),
        (date(2026, 7, 2), None, ["after"]),
        (date(2026, 7, 2), date(2026, 7, 1), []),
    ],
)
def test_days_begin_and_end_at_midnight_in_the_city(
    first: date | None, last: date | None, found: list[str], session: Session, city: City, campaign: Campaign
) -> None:
    """Worms is two hours ahead of UTC in summer."""
    moments = {
        "before": datetime(2026, 6, 30, 21, 59, 59, tzinfo=UTC),
        "first second": datetime(2026, 6, 30, 22, 0, tzinfo=UTC),
        "last second": datetime(2026, 7, 1, 21, 59, 59, tzinfo=UTC),
        "after": datetime(2026, 7, 1, 22, 0, tzinfo=UTC),
    }
    names = {submissions.published(session, city, campaign, now=now).id: name for name, now in moments.items()}
    wanted = Filter(first_day=first, last_day=last)
    assert [names[submission.id] for submission in chosen(session, city, wanted)] == found


def test_a_box_holds_its_edges_and_sees_public_points_only(session: Session, city: City, campaign: Campaign) -> None:
    submission = submissions.published(session, city, campaign)
    hidden = submissions.published(session, city, campaign, near_home=True)
    submissions.published(session, city, campaign, "idea", point=None)
    submissions.published(session, city, campaign, point=Point(49.7, 8.3))
    here = (INSIDE.lon, INSIDE.lat, INSIDE.lon, INSIDE.lat)
    assert chosen(session, city, Filter(box=here)) == [submission]
    assert hidden.public_point
    around = (hidden.public_point.lon, hidden.public_point.lat) * 2
    assert chosen(session, city, Filter(box=around)) == [hidden]


def test_by_place_type_and_district(session: Session, city: City, campaign: Campaign) -> None:
    district = cities.district(session, city)
    square = submissions.published(session, city, campaign, place_type="square")
    street = submissions.published(session, city, campaign, place_type="street", point=Point(49.7, 8.3))
    idea = submissions.published(session, city, campaign, "idea")
    assert chosen(session, city, Filter(place_types=("square", "cemetery"))) == [square]
    assert chosen(session, city, Filter(place_types=("square", "street"))) == [square, street]
    assert chosen(session, city, Filter(districts=(district.id,))) == [square, idea]
    assert chosen(session, city, Filter(districts=(district.id,), place_types=("street",))) == []


def test_the_map_knows_neither_days_nor_a_box(session: Session, city: City, campaign: Campaign) -> None:
    wanted = Filter(kinds=("idea",), place_types=("square",), districts=(7,), campaign_id=3)
    narrowed = replace(wanted, box=(1, 2, 3, 4), first_day=date(2026, 1, 1), last_day=date(2026, 1, 2), internal=True)
    assert narrowed.on_map() == wanted
