"""Tiles show every published submission exactly once: lonely ones as pins, neighbours as clusters."""

import random
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from participation import cells
from participation.geo import Point
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.questionnaire import KINDS
from participation.services import receipts, tile_items
from participation.services.filters import Filter
from participation.services.tiles import FINER, ZOOMS
from tests.factories import campaigns, cities, submissions
from tests.factories.cities import CENTRE, INSIDE
from tests.factories.submissions import NOW
from tests.fixtures.statements import Budget

NARROW = Filter(place_types=("square",))


def tile(session: Session, city: City, z: int, point: Point, chosen: Filter = Filter()) -> dict[str, list]:  # noqa: B008
    """The tile at a zoom that holds a point."""
    x, y = cells.tile_of(point, z)
    return tile_items.read(session, city=city, z=z, x=x, y=y, chosen=chosen)  # type: ignore[return-value]


@pytest.mark.parametrize("chosen", [Filter(), Filter(place_types=("other",))])
def test_a_lonely_submission_is_a_pin_at_every_zoom(
    chosen: Filter, session: Session, city: City, campaign: Campaign
) -> None:
    submission = submissions.published(session, city, campaign, "idea", place_type="other")
    for z in ZOOMS:
        shown = tile(session, city, z, INSIDE, chosen)
        assert (shown["n"], shown["kind"], shown["kinds"]) == ([1], [KINDS.index("idea")], [None])
        assert shown["id"] == [str(submission.id)]
        x, y = cells.tile_of(INSIDE, z)
        position = cells.tile_position((INSIDE.lat_micro, INSIDE.lon_micro), z, x, y)
        assert (shown["x"], shown["y"]) == ([position[0]], [position[1]])


def test_a_tile_says_which_version_of_the_map_it_shows(session: Session, city: City, campaign: Campaign) -> None:
    before = city.map_version
    submission = submissions.published(session, city, campaign)
    session.refresh(city)
    assert tile(session, city, 8, INSIDE)["v"] == city.map_version == before + 1
    receipts.withdraw(session, submission=submission, now=NOW)
    session.refresh(city)
    assert tile(session, city, 8, INSIDE) == {
        "v": before + 2,
        "extent": 4096,
        **{name: [] for name in ("x", "y", "n", "kind", "kinds", "id")},
    }


def test_several_in_a_cell_are_a_cluster_in_their_middle(session: Session, city: City, campaign: Campaign) -> None:
    east = Point(INSIDE.lat, INSIDE.lon + 0.0002)
    for kind, point in (("heat_island", INSIDE), ("idea", east), ("idea", east)):
        submissions.published(session, city, campaign, kind, point=point)
    shown = tile(session, city, 10, INSIDE)
    assert (shown["n"], shown["kind"], shown["kinds"], shown["id"]) == ([3], [None], [[1, 0, 2, 0]], [None])
    x, y = cells.tile_of(INSIDE, 10)
    middle = (INSIDE.lat_micro, (INSIDE.lon_micro + 2 * east.lon_micro) // 3)
    assert [shown["x"][0], shown["y"][0]] == list(cells.tile_position(middle, 10, x, y))


def test_a_cluster_of_one_kind_has_that_kind(session: Session, city: City, campaign: Campaign) -> None:
    for _ in range(2):
        submissions.published(session, city, campaign, "feedback")
    shown = tile(session, city, 10, INSIDE)
    assert (shown["n"], shown["kind"], shown["kinds"]) == ([2], [3], [[0, 0, 0, 2]])


def test_a_tile_has_eight_by_eight_cells(session: Session, city: City, campaign: Campaign) -> None:
    x, y = cells.tile_of(INSIDE, 14)
    west, south, east, north = cells.tile_box(14, x, y)
    middles = [
        Point(round(south + (north - south) * (down + 0.5) / 8, 6), round(west + (east - west) * (right + 0.5) / 8, 6))
        for down in range(8)
        for right in range(8)
    ]
    for point in middles:
        for _ in range(2):
            submissions.published(session, city, campaign, point=point)
    shown = tile(session, city, 14, INSIDE)
    assert shown["n"] == [2] * 64
    assert {(right * 8 // 4096, down * 8 // 4096) for right, down in zip(shown["x"], shown["y"], strict=True)} == {
        (right, down) for right in range(8) for down in range(8)
    }


@pytest.mark.parametrize("z", [16, 17, 18])
@pytest.mark.parametrize("chosen", [Filter(), NARROW])
def test_in_the_street_neighbours_are_pins_and_those_at_the_same_spot_one_item(
    chosen: Filter, z: int, session: Session, city: City, campaign: Campaign
) -> None:
    """A landmark can be chosen by many: pins on top of each other could not be tapped."""
    for _ in range(2):
        submissions.published(session, city, campaign)
    spot = Point(INSIDE.lat, INSIDE.lon + 0.00003)
    beside = submissions.published(session, city, campaign, "idea", point=spot, place_type="square")
    shown = tile(session, city, z, INSIDE, chosen)
    assert sorted(zip(shown["n"], shown["id"], shown["kinds"], strict=True), key=lambda item: item[0]) == [
        (1, str(beside.id), None),
        (2, None, [2, 0, 0, 0]),
    ]


def test_further_out_they_are_a_cluster(session: Session, city: City, campaign: Campaign) -> None:
    for step in range(2):
        submissions.published(session, city, campaign, point=Point(INSIDE.lat, INSIDE.lon + step * 0.00003))
    assert tile(session, city, 15, INSIDE)["n"] == [2]


def test_a_crowded_street_is_drawn_as_clusters(
    session: Session, city: City, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tile_items, "PINS_PER_TILE", 3)
    for step in range(4):
        submissions.published(session, city, campaign, point=Point(INSIDE.lat, INSIDE.lon + step * 0.000003))
    shown = tile(session, city, 17, INSIDE)
    assert (shown["n"], shown["id"]) == ([4], [None])


def test_a_tile_of_pins_is_asked_for_as_one_range(
    session: Session, city: City, campaign: Campaign, at_most: Budget
) -> None:
    for step in range(5):
        submissions.published(session, city, campaign, point=Point(INSIDE.lat, INSIDE.lon + step * 0.00003))
    session.refresh(city)
    with at_most(2) as sent:
        assert tile(session, city, 16, INSIDE)["n"] == [1] * 5
    assert sent[-1].count("BETWEEN") == 1


def test_tiles_can_be_filtered_by_everything(session: Session, city: City, campaign: Campaign) -> None:
    later = campaigns.make(session, partnership=campaign.partnership, code="later")
    district = cities.district(session, city, half=0.05)
    submissions.published(session, city, campaign, "idea", place_type="square")
    submissions.published(session, city, later, "feedback", place_type="street", district=None)
    for z in (10, 16, 18):
        assert tile(session, city, z, INSIDE)["n"] == [2]
        for wanted, kinds in (
            (Filter(kinds=("idea", "heat_island")), [2]),
            (Filter(campaign_id=later.id), [3]),
            (Filter(campaign_id=later.id, kinds=("idea",)), []),
            (Filter(place_types=("square",)), [2]),
            (Filter(place_types=("street",)), [3]),
            (Filter(place_types=("street", "square")), [None]),
            (Filter(place_types=("cemetery",)), []),
            (Filter(districts=(district.id,)), [2]),
            (Filter(districts=(district.id,), place_types=("street",)), []),
        ):
            assert tile(session, city, z, INSIDE, wanted)["kind"] == kinds


@pytest.mark.parametrize("chosen", [Filter(), NARROW])
def test_a_full_tile_looks_up_its_lonely_pins_one_by_one_and_shows_the_same(
    chosen: Filter, session: Session, city: City, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(7)
    for _ in range(40):
        point = Point(round(INSIDE.lat + chance.uniform(0, 0.02), 6), round(INSIDE.lon + chance.uniform(0, 0.02), 6))
        submissions.published(session, city, campaign, chance.choice(("heat_island", "climate_oasis")), point=point)
    wanted = [(z, INSIDE) for z in ZOOMS]
    at_once = [tile(session, city, z, point, chosen) for z, point in wanted]
    assert {n == 1 for shown in at_once for n in shown["n"]} == {True, False}
    monkeypatch.setattr(tile_items, "READ_AT_ONCE", 0)
    assert [tile(session, city, z, point, chosen) for z, point in wanted] == at_once


def test_near_a_home_the_tile_shows_the_snapped_point(session: Session, city: City, campaign: Campaign) -> None:
    submission = submissions.published(session, city, campaign, near_home=True)
    public = submission.public_point
    assert public
    x, y = cells.tile_of(public, 18)
    shown = tile(session, city, 18, public)
    position, exact = (cells.tile_position((point.lat_micro, point.lon_micro), 18, x, y) for point in (public, INSIDE))
    assert [(shown["x"][0], shown["y"][0])] == [position] != [exact]


@pytest.mark.parametrize("chosen", [Filter(), NARROW])
def test_a_tile_costs_two_statements_however_much_it_shows(
    chosen: Filter, session: Session, city: City, campaign: Campaign, at_most: Budget
) -> None:
    for step in range(12):
        submissions.published(session, city, campaign, point=Point(INSIDE.lat, INSIDE.lon + step * 0.005))
    session.refresh(city)
    for z in ZOOMS:
        with at_most(2) as sent:
            tile(session, city, z, INSIDE, chosen)
        assert ("tile_facets" in sent[0]) is (chosen is NARROW)
        assert ("tile_counts" in sent[0]) is not (chosen is NARROW)


def test_both_databases_draw_the_same_tiles(both_sessions: tuple[Session, Session]) -> None:
    drawn = []
    for session in both_sessions:
        chance = random.Random(2021)
        city = cities.make(session)
        campaign = campaigns.make(session, city)
        points = [
            Point.from_micro(
                CENTRE.lat_micro + chance.randint(-9999, 9999), CENTRE.lon_micro + chance.randint(-9999, 9999)
            )
            for _ in range(60)
        ]
        for number, point in enumerate(points):
            submissions.published(session, city, campaign, KINDS[number % 4], point=point, id=UUID(int=number))
        wanted = {(z, *cells.tile_of(point, z)) for point in points for z in ZOOMS}
        drawn.append(
            {
                (z, x, y, chosen): tile_items.read(session, city=city, z=z, x=x, y=y, chosen=chosen)
                for z, x, y in sorted(wanted)
                for chosen in (Filter(), NARROW)
            }
        )
    assert drawn[0] == drawn[1]
    assert FINER == 3
