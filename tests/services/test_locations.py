"""What residents say about the place becomes a point, a district and words."""

import pytest
from sqlalchemy.orm import Session

from participation.geo import Point
from participation.models.cities import City
from participation.services.locations import Location, Where, district_of, locate, outside
from tests.factories import cities
from tests.factories.cities import CENTRE, INSIDE, OUTSIDE
from tests.factories.submissions import at

NORTH_EAST = Point(49.71, 8.44)


@pytest.fixture
def city(session: Session) -> City:
    made = cities.make(session)
    cities.district(session, made, "altstadt", half=0.05)
    cities.landmark(session, made, "dom", point=INSIDE)
    return made


def found(city: City, where: Where, **changed: object) -> Location:
    location, problems = locate(city, where, **({"kind": "heat_island"} | changed))  # type: ignore[arg-type]
    assert problems == {}
    return location


def codes(city: City, where: Where, **changed: object) -> dict[str, str]:
    _, problems = locate(city, where, **({"kind": "heat_island"} | changed))  # type: ignore[arg-type]
    return {field: problem.code for field, problem in problems.items()}


def test_a_point_knows_its_district(city: City) -> None:
    location = found(city, at(INSIDE))
    assert (location.point, location.district, location.landmark) == (INSIDE, city.districts[0], None)
    assert found(city, at(NORTH_EAST)).district is None


def test_decimals_may_be_written_with_a_comma(city: City) -> None:
    assert found(city, Where(lat="49,6312", lon=" 8,3655 ")).point == INSIDE


def test_a_point_outweighs_the_district_and_landmark_chosen_before(session: Session, city: City) -> None:
    cities.district(session, city, "nord", half=0.01)
    location = found(city, at(NORTH_EAST, district="nord", landmark="dom"))
    assert (location.point, location.district, location.landmark) == (NORTH_EAST, None, city.landmarks[0])


def test_a_landmark_gives_point_and_district(city: City) -> None:
    location = found(city, Where(landmark="dom"))
    assert (location.point, location.district, location.landmark) == (INSIDE, city.districts[0], city.landmarks[0])


def test_a_district_alone_is_a_place_without_a_point(city: City) -> None:
    location = found(city, Where(district="altstadt"))
    assert (location.point, location.district, location.words) == (None, city.districts[0], None)


def test_words_are_cleaned(city: City) -> None:
    assert found(city, Where(words="\x00 by\tthe\r\n fountain ")).words == "by the fountain"


@pytest.mark.parametrize("kind", ["heat_island", "climate_oasis"])
@pytest.mark.parametrize("words", ["", " \t", "\x00"])
def test_a_spot_needs_a_place(kind: str, words: str, city: City) -> None:
    assert codes(city, Where(words=words), kind=kind) == {"lat": "where_required"}


@pytest.mark.parametrize("kind", ["idea", "feedback"])
def test_ideas_and_feedback_need_none(kind: str, city: City) -> None:
    assert found(city, Where(), kind=kind) == Location()


def test_the_untouched_position_of_the_map_is_not_a_place(session: Session, city: City) -> None:
    assert codes(city, at(CENTRE)) == {"lat": "untouched"}
    assert found(city, at(CENTRE), from_map=False).point == CENTRE
    # Somebody who chose the landmark at the centre has meant it.
    cities.landmark(session, city, "market", point=CENTRE)
    assert found(city, at(CENTRE, landmark="market")).point == CENTRE
    assert found(city, Where(landmark="market")).point == CENTRE


def test_another_landmark_does_not_excuse_the_untouched_position(city: City) -> None:
    assert codes(city, at(CENTRE, landmark="dom")) == {"lat": "untouched"}


def test_the_edge_is_inside_and_beyond_it_is_outside(city: City) -> None:
    west, south, _, _ = city.area.box
    assert found(city, at(Point(south, west))).point == Point(south, west)
    assert codes(city, at(Point(south - 0.00001, west))) == {"lat": "outside"}


def test_outside_names_the_partner_that_holds_the_point(session: Session, city: City) -> None:
    metz, lima = cities.make(session, "metz", centre=OUTSIDE), cities.make(session, "lima", centre=Point(-8.3, -74.5))
    problem = outside(city, OUTSIDE, partners=[lima, metz])
    assert problem
    assert problem.details == {"partner": metz}
    problem = outside(city, Point(0, 0), partners=[lima, metz])
    assert problem
    assert problem.details == {"partner": None}
    assert outside(city, INSIDE, partners=[metz]) is None


@pytest.mark.parametrize(
    "where", [Where(lat="49.6"), Where(lon="8.3"), Where(lat="x", lon="8.3"), Where(lat="95", lon="8.3")]
)
def test_half_a_point_is_none(where: Where, city: City) -> None:
    assert codes(city, where) == {"lat": "not_a_point"}


def test_a_bad_point_does_not_fall_back_on_the_landmark(city: City) -> None:
    assert codes(city, Where(lat="x", lon="y", landmark="dom")) == {"lat": "not_a_point"}


def test_unknown_codes_are_told_with_their_field(city: City) -> None:
    expected = {"landmark": "unknown_code", "district": "unknown_code"}
    assert codes(city, at(INSIDE, landmark="moon", district="mars")) == expected


def test_the_first_district_of_the_list_wins_where_two_touch(session: Session, city: City) -> None:
    second = cities.district(session, city, "beta", half=0.05)
    assert district_of(city.districts, INSIDE) is city.districts[0]
    assert district_of([second], INSIDE) is second
    assert district_of([], INSIDE) is None
