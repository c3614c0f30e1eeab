"""Which campaign of a city is meant when nobody names one."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from participation.errors import NotFound
from participation.models.cities import City
from participation.models.partnerships import Partnership
from participation.services import campaigns
from tests.factories import campaigns as factory
from tests.factories import cities, partnerships

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
ROUNDS = {
    "last": (date(2025, 6, 1), date(2025, 9, 30)),
    "long": (date(2026, 1, 1), date(2026, 12, 31)),
    "now": (date(2026, 6, 1), date(2026, 9, 30)),
    "next": (date(2027, 6, 1), date(2027, 9, 30)),
    "far": (date(2028, 6, 1), date(2028, 9, 30)),
}


@pytest.fixture
def pair(session: Session, city: City) -> Partnership:
    return partnerships.make(session, city)


def make(session: Session, pair: Partnership, *codes: str) -> None:
    for code in codes:
        starts, ends = ROUNDS[code]
        factory.make(session, partnership=pair, code=code, starts=starts, ends=ends)


@pytest.mark.parametrize(
    ("there_are", "current"),
    [
        (["last", "long", "now", "next"], "now"),
        (["last", "long", "next"], "long"),
        (["last", "next"], "last"),
        (["far", "next"], "next"),
        ([], None),
    ],
)
def test_the_current_campaign(
    there_are: list[str], current: str | None, session: Session, city: City, pair: Partnership
) -> None:
    make(session, pair, *there_are)
    found = campaigns.current(session, city=city, now=NOW)
    assert (found.code if found else None) == current


def test_the_day_is_that_of_the_city(session: Session, city: City, pair: Partnership) -> None:
    factory.make(session, partnership=pair, starts=date(2026, 7, 1), ends=date(2026, 7, 1))
    factory.make(session, partnership=pair, code="later", starts=date(2026, 7, 2), ends=date(2026, 7, 2))
    late = NOW.replace(hour=22, minute=30)
    for zone, code in (("Europe/Berlin", "later"), ("America/Lima", "summer")):
        city.time_zone = zone
        session.flush()
        found = campaigns.current(session, city=city, now=late)
        assert found
        assert found.code == code


def test_all_campaigns_of_a_city_newest_first(session: Session, city: City, pair: Partnership) -> None:
    make(session, pair, "last", "next", "now")
    second = partnerships.make(session, city, slug="second")
    make(session, second, "long")
    stranger = cities.make(session, "metz")
    factory.make(session, stranger)
    assert [campaign.code for campaign in campaigns.of_city(session, city=city)] == ["next", "now", "long", "last"]


def test_a_campaign_is_found_by_its_code_in_its_own_cities_only(
    session: Session, city: City, pair: Partnership
) -> None:
    make(session, pair, "now")
    assert campaigns.by_code(session, city=city, code="now").code == "now"
    for where, code in ((city, "never"), (cities.make(session, "metz"), "now")):
        with pytest.raises(NotFound) as caught:
            campaigns.by_code(session, city=where, code=code)
        assert caught.value.code == "campaign_unknown"
