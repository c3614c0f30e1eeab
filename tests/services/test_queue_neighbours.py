"""What lies close to an entry: published places and other entries that wait, nearest first."""

from sqlalchemy.orm import Session

from participation.geo import Point
from participation.services import queue_neighbours
from participation.services.places import NEAR_M
from tests.factories import campaigns, cities, submissions
from tests.factories.cities import INSIDE
from tests.fixtures.statements import Budget

# About 11 metres to the north each.
STEP = 0.0001


def north(steps: float) -> Point:
    return Point(round(INSIDE.lat + steps * STEP, 6), INSIDE.lon)


def test_published_places_and_waiting_entries_within_sixty_metres(session: Session, at_most: Budget) -> None:
    city = cities.make(session)
    campaign = campaigns.make(session, city)
    entry = submissions.make(session, city, campaign)
    waits = submissions.make(session, city, campaign, "idea", point=north(1), place_name="Bank")
    shown = submissions.published(session, city, campaign, "climate_oasis", point=north(3), place_name="Brunnen")
    again = submissions.make(session, city, campaign, "climate_oasis", point=north(3), place_id=shown.place_id)
    submissions.publish(session, again)
    submissions.make(session, city, campaign, point=north(7))
    submissions.make(session, city, campaign, point=north(2), status="rejected")
    submissions.make(session, cities.make(session, "metz"), campaign, point=north(2))
    session.flush()
    with at_most(1):
        near = queue_neighbours.of(session, submission=entry)
    assert [(one.submission_id, one.place_id, one.name, one.kind) for one in near] == [
        (waits.id, None, "Bank", "idea"),
        (None, shown.place_id, "Brunnen", "climate_oasis"),
    ]
    assert near[1].kinds == {"climate_oasis": 2}
    assert 10 < near[0].metres < 12 < near[1].metres < NEAR_M


def test_nothing_is_close_to_what_has_no_point(session: Session) -> None:
    city = cities.make(session)
    campaign = campaigns.make(session, city)
    submissions.make(session, city, campaign)
    entry = submissions.make(session, city, campaign, point=None)
    assert queue_neighbours.of(session, submission=entry) == []
