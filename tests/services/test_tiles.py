"""The table of counts always equals a recount, and tiles show every published submission exactly once."""

import random
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from participation import cells
from participation.geo import Point
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.submissions import Submission
from participation.models.tiles import TileCount
from participation.questionnaire import KINDS
from participation.services import submissions as service
from participation.services import tiles
from participation.services.tiles import FINER, ZOOMS
from tests.factories import campaigns, cities, submissions
from tests.factories.cities import CENTRE, INSIDE
from tests.factories.submissions import NOW
from tests.fixtures.statements import Budget
from tests.fixtures.threads import while_first_waits

Counts = Counter[tuple[int, int, int, str]]
Sums = dict[tuple[int, int, int, str], tuple[int, int]]
# Few spots, so that submissions share them, and cells next to each other.
SPOTS = [INSIDE, Point(INSIDE.lat, INSIDE.lon + 0.000002), Point(49.5501, 8.4501), Point(49.7, 8.3)]
ANYWHERE = st.builds(
    lambda lat, lon: Point.from_micro(CENTRE.lat_micro + lat, CENTRE.lon_micro + lon),
    st.integers(-99_000, 99_000),
    st.integers(-99_000, 99_000),
)
SENT = st.tuples(st.sampled_from(SPOTS) | ANYWHERE, st.sampled_from(KINDS), st.booleans(), st.booleans())
STEPS = st.lists(st.tuples(st.integers(0, 7), st.sampled_from(["publish", "withdraw", "erase"])), max_size=24)


@pytest.fixture
def city(session: Session) -> City:
    return cities.make(session)


@pytest.fixture
def campaign(session: Session, city: City) -> Campaign:
    made = campaigns.make(session, city)
    session.commit()
    return made


def stored(session: Session) -> tuple[Counts, Sums]:
    """The table of counts as it is."""
    rows = session.scalars(select(TileCount).execution_options(populate_existing=True)).all()
    keys = {(row.campaign_id, row.zoom, row.cell, row.kind): row for row in rows}
    return Counter({key: row.n for key, row in keys.items()}), {
        key: (row.sum_lat, row.sum_lon) for key, row in keys.items()
    }


def recounted(published: Sequence[Submission]) -> tuple[Counts, Sums]:
    """What the table should hold, from the submissions alone."""
    counts: Counts = Counter()
    sums: Sums = {}
    for submission in published:
        point = submission.public_point
        for zoom in ZOOMS if point else ():
            assert point
            key = (submission.campaign_id, zoom, cells.cell_at(cells.cell(point), zoom + FINER), submission.kind)
            counts[key] += 1
            before = sums.get(key, (0, 0))
            sums[key] = (before[0] + point.lat_micro, before[1] + point.lon_micro)
    return counts, sums


def tile(session: Session, city: City, z: int, point: Point, **chosen: object) -> dict[str, list]:
    """The tile at a zoom that holds a point."""
    x, y = cells.tile_of(point, z)
    values = {"kinds": KINDS, "campaign_id": None, **chosen}
    return tiles.read(session, city=city, z=z, x=x, y=y, **values)  # type: ignore[arg-type, return-value]


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(sent=st.lists(SENT, min_size=1, max_size=8), steps=STEPS)
def test_after_any_decisions_the_counts_equal_a_recount(
    session: Session,
    city: City,
    campaign: Campaign,
    sent: list[tuple[Point, str, bool, bool]],
    steps: list[tuple[int, str]],
) -> None:
    session.rollback()
    second = campaigns.make(session, partnership=campaign.partnership, code="second")
    made = [
        submissions.make(session, city, second if later else campaign, kind, point=point, near_home=near_home)
        for point, kind, later, near_home in sent
    ]
    for number, step in steps:
        submission = made[number % len(made)]
        if step == "publish" and submission.status == "pending":
            submissions.publish(session, submission)
        elif step == "withdraw" and submission.status == "published":
            service.withdraw(session, submission=submission, now=NOW)
        elif step == "erase":
            service.erase(session, submission=submission, now=NOW)
    published = [submission for submission in made if submission.status == "published"]

    assert stored(session) == recounted(published)
    for zoom in ZOOMS:
        covered = {cells.tile_of(submission.public_point, zoom) for submission in published if submission.public_point}
        shown = [tiles.read(session, city=city, z=zoom, x=x, y=y, kinds=KINDS, campaign_id=None) for x, y in covered]
        assert sum(sum(one["n"]) for one in shown) == len(published)  # type: ignore[arg-type]
    version = session.get_one(City, city.id, populate_existing=True).map_version
    tiles.rebuild(session, city=city)
    assert stored(session) == recounted(published)
    assert session.get_one(City, city.id, populate_existing=True).map_version == version + 1


def test_a_lonely_submission_is_a_pin_at_every_zoom(session: Session, city: City, campaign: Campaign) -> None:
    submission = submissions.published(session, city, campaign, "idea")
    for z in ZOOMS:
        shown = tile(session, city, z, INSIDE)
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
    service.withdraw(session, submission=submission, now=NOW)
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


@pytest.mark.parametrize("z", [17, 18])
def test_in_the_street_neighbours_are_pins_and_those_at_the_same_spot_one_item(
    z: int, session: Session, city: City, campaign: Campaign
) -> None:
    """A landmark can be chosen by many: pins on top of each other could not be tapped."""
    for _ in range(2):
        submissions.published(session, city, campaign)
    beside = submissions.published(session, city, campaign, "idea", point=Point(INSIDE.lat, INSIDE.lon + 0.00003))
    shown = tile(session, city, z, INSIDE)
    assert sorted(zip(shown["n"], shown["id"], shown["kinds"], strict=True), key=lambda item: item[0]) == [
        (1, str(beside.id), None),
        (2, None, [2, 0, 0, 0]),
    ]


def test_a_crowded_street_is_drawn_as_clusters(
    session: Session, city: City, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiles, "PINS_PER_TILE", 3)
    for step in range(4):
        submissions.published(session, city, campaign, point=Point(INSIDE.lat, INSIDE.lon + step * 0.000003))
    shown = tile(session, city, 17, INSIDE)
    assert (shown["n"], shown["id"]) == ([4], [None])


def test_tiles_can_be_of_some_kinds_and_of_one_campaign(session: Session, city: City, campaign: Campaign) -> None:
    later = campaigns.make(session, partnership=campaign.partnership, code="later")
    submissions.published(session, city, campaign, "idea")
    submissions.published(session, city, later, "feedback")
    for z in (10, 18):
        assert tile(session, city, z, INSIDE)["n"] == [2]
        assert tile(session, city, z, INSIDE, kinds=("idea", "heat_island"))["kind"] == [2]
        assert tile(session, city, z, INSIDE, campaign_id=later.id)["kind"] == [3]
        assert tile(session, city, z, INSIDE, campaign_id=later.id, kinds=("idea",))["n"] == []


def test_totals_count_every_kind(session: Session, city: City, campaign: Campaign) -> None:
    later = campaigns.make(session, partnership=campaign.partnership, code="later")
    for kind in ("idea", "idea", "heat_island"):
        submissions.published(session, city, campaign, kind)
    submissions.published(session, city, later, "feedback")
    submissions.make(session, city, campaign, "climate_oasis")
    everything = {"heat_island": 1, "climate_oasis": 0, "idea": 2, "feedback": 1}
    assert tiles.totals(session, city=city, campaign_id=None) == everything
    assert tiles.totals(session, city=city, campaign_id=campaign.id) == everything | {"feedback": 0}
    other = cities.make(session, "metz")
    assert set(tiles.totals(session, city=other, campaign_id=None).values()) == {0}


def test_near_a_home_the_tile_shows_the_snapped_point(session: Session, city: City, campaign: Campaign) -> None:
    submission = submissions.published(session, city, campaign, near_home=True)
    public = submission.public_point
    assert public
    x, y = cells.tile_of(public, 18)
    shown = tile(session, city, 18, public)
    position, exact = (cells.tile_position((point.lat_micro, point.lon_micro), 18, x, y) for point in (public, INSIDE))
    assert [(shown["x"][0], shown["y"][0])] == [position] != [exact]


def test_a_tile_costs_two_statements_however_much_it_shows(
    session: Session, city: City, campaign: Campaign, at_most: Budget
) -> None:
    for step in range(12):
        submissions.published(session, city, campaign, point=Point(INSIDE.lat, INSIDE.lon + step * 0.005))
    session.refresh(city)
    for z in ZOOMS:
        with at_most(2):
            tile(session, city, z, INSIDE)


def test_two_published_at_once_are_both_counted(
    session: Session, engine: Engine, city: City, campaign: Campaign
) -> None:
    made = [submissions.make(session, city, campaign).id for _ in range(2)]
    submissions.operator(session)
    session.commit()
    while_first_waits(engine, lambda own: submissions.publish(own, own.get_one(Submission, made.pop())))
    assert tile(session, city, 12, INSIDE)["n"] == [2]
    session.refresh(city)
    assert city.map_version == 2


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
                (z, x, y): tiles.read(session, city=city, z=z, x=x, y=y, kinds=KINDS, campaign_id=None)
                for z, x, y in sorted(wanted)
            }
        )
    assert drawn[0] == drawn[1]
