"""What the list says in words: so many of each kind in each district, and the reason that most of them name."""

import pytest
from sqlalchemy.orm import Session

from participation.geo import Point
from participation.models.campaigns import Campaign
from participation.models.cities import City, District
from participation.services import locations, submission_summaries
from participation.services.filters import Filter
from participation.services.submission_summaries import Line, Summary
from tests.factories import cities, submissions
from tests.factories.cities import square
from tests.fixtures.statements import Budget

EAST = Point(49.6312, 8.44)
OPEN = Point(49.55, 8.28)


@pytest.fixture
def districts(session: Session, city: City) -> tuple[District, District]:
    """One around the centre, one in the east, named so that accents matter for the order."""
    return (
        cities.district(session, city, "west", name="Österberg", half=0.04),
        cities.district(session, city, "east", name="Rheinfeld", boundary=square(EAST, 0.015)),
    )


def summaries(session: Session, city: City, chosen: Filter) -> list[Summary]:
    districts = locations.districts(session, city=city)
    return submission_summaries.by_district(session, city=city, chosen=chosen, districts=districts)


def test_every_district_has_its_lines_and_last_comes_what_lies_in_none(
    session: Session, city: City, campaign: Campaign, districts: tuple[District, District]
) -> None:
    west, east = districts
    for reasons in (("no_shade", "no_water"), ("no_water",), ("unsure",)):
        submissions.published(session, city, campaign, reasons=reasons)
    submissions.published(session, city, campaign, "climate_oasis", point=EAST)
    submissions.published(session, city, campaign, "idea", point=EAST)
    submissions.published(session, city, campaign, "feedback", point=None)
    submissions.published(session, city, campaign, point=OPEN, reasons=("other",))
    submissions.make(session, city, campaign)
    assert summaries(session, city, Filter()) == [
        Summary(west, [Line("heat_island", 3, "no_water")]),
        Summary(east, [Line("climate_oasis", 1, "tree_shade"), Line("idea", 1, None)]),
        Summary(None, [Line("heat_island", 1, None), Line("feedback", 1, None)]),
    ]


def test_of_equals_the_same_one_is_named_each_time(session: Session, city: City, campaign: Campaign) -> None:
    for reasons in (("no_water", "no_shade"), ("hot_surfaces",), ("hot_surfaces", "no_shade")):
        submissions.published(session, city, campaign, reasons=reasons)
    [found] = summaries(session, city, Filter())
    assert found.lines == [Line("heat_island", 3, "hot_surfaces")]


def test_it_speaks_of_what_is_chosen(
    session: Session, city: City, campaign: Campaign, districts: tuple[District, District]
) -> None:
    submissions.published(session, city, campaign, place_type="street")
    submissions.published(session, city, campaign, "idea", point=EAST)
    for chosen, n in (
        (Filter(kinds=("idea",)), 1),
        (Filter(place_types=("street",)), 1),
        (Filter(districts=(districts[0].id, districts[1].id)), 2),
        (Filter(place_types=("cemetery",)), 0),
    ):
        found = summaries(session, city, chosen)
        assert sum(summary.n for summary in found) == n


def test_two_statements_and_no_boundary(
    session: Session, city: City, campaign: Campaign, districts: tuple[District, District], at_most: Budget
) -> None:
    for point in (EAST, OPEN, EAST):
        submissions.published(session, city, campaign, point=point)
    session.commit()
    session.expunge_all()
    again = session.get_one(City, city.id)
    with at_most(2) as sent:
        found = summaries(session, again, Filter())
        assert [summary.district.name if summary.district else "" for summary in found] == ["Rheinfeld", ""]
    assert not any("boundary" in statement for statement in sent)
