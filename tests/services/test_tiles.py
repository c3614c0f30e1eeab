"""The tables of counts always equal a recount, whatever is decided and whatever changed before."""

from collections import Counter
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from participation import cells
from participation.geo import Point
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.submissions import Submission
from participation.models.tiles import TileCount, TileFacet
from participation.questionnaire import KINDS
from participation.services import receipts, tile_items, tiles
from participation.services.filters import Filter
from participation.services.tiles import FINER, ZOOMS
from tests.factories import campaigns, cities, submissions
from tests.factories.cities import CENTRE, INSIDE
from tests.factories.submissions import NOW
from tests.fixtures.statements import Budget
from tests.fixtures.threads import while_first_waits

Table = dict[tuple[object, ...], tuple[int, int, int]]
# Few spots, so that submissions share them, and cells next to each other.
SPOTS = [INSIDE, Point(INSIDE.lat, INSIDE.lon + 0.000002), Point(49.5501, 8.4501), Point(49.7, 8.3)]
ANYWHERE = st.builds(
    lambda lat, lon: Point.from_micro(CENTRE.lat_micro + lat, CENTRE.lon_micro + lon),
    st.integers(-99_000, 99_000),
    st.integers(-99_000, 99_000),
)
PLACE_TYPES = [None, "square", "street"]
SENT = st.fixed_dictionaries(
    {
        "point": st.sampled_from(SPOTS) | ANYWHERE,
        "kind": st.sampled_from(KINDS),
        "place_type": st.sampled_from(PLACE_TYPES),
        "near_home": st.booleans(),
        "later": st.booleans(),
    }
)
# `change` is what no page can do to a published submission today.
STEPS = st.lists(
    st.tuples(st.integers(0, 7), st.sampled_from(["publish", "publish", "withdraw", "erase", "change"])), max_size=24
)


@pytest.fixture
def city(session: Session) -> City:
    made = cities.make(session)
    cities.district(session, made)
    return made


@pytest.fixture
def campaign(session: Session, city: City) -> Campaign:
    made = campaigns.make(session, city)
    session.commit()
    return made


def stored(session: Session, model: type[TileCount] | type[TileFacet]) -> Table:
    """A table of counts as it is: n and the two sums by key."""
    rows = session.scalars(select(model).execution_options(populate_existing=True)).all()
    names = [column.name for column in model.__table__.primary_key]
    return {tuple(getattr(row, name) for name in names): (row.n, row.sum_lat, row.sum_lon) for row in rows}


def recounted(published: Sequence[Submission], model: type[TileCount] | type[TileFacet]) -> Table:
    """What the table should hold, from the submissions alone."""
    table: Table = {}
    for submission in published:
        point = submission.public_point
        for zoom in ZOOMS if point else ():
            assert point
            key: tuple[object, ...] = (
                submission.city_id,
                zoom,
                cells.cell_at(cells.cell(point), zoom + FINER),
                submission.campaign_id,
                submission.kind,
            )
            if model is TileFacet:
                key += (submission.place_type or "", submission.district_id or 0)
            n, lat, lon = table.get(key, (0, 0, 0))
            table[key] = (n + 1, lat + point.lat_micro, lon + point.lon_micro)
    return table


def drawn(session: Session, city: City, published: Iterable[Submission], zoom: int, chosen: Filter) -> int:
    """How many the tiles of a zoom show in all."""
    covered = {cells.tile_of(submission.public_point, zoom) for submission in published if submission.public_point}
    shown = [tile_items.read(session, city=city, z=zoom, x=x, y=y, chosen=chosen) for x, y in covered]
    return sum(sum(one["n"]) for one in shown)  # type: ignore[arg-type, misc]


def perform(session: Session, submission: Submission, step: str) -> None:
    if step == "publish" and submission.status == "pending":
        submissions.publish(session, submission)
    elif step == "withdraw" and submission.status == "published":
        receipts.withdraw(session, submission=submission, now=NOW)
    elif step == "erase":
        receipts.erase(session, submission=submission, now=NOW)
    elif step == "change" and submission.status == "pending":
        submission.place_type = "cemetery"
        session.flush()


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(sent=st.lists(SENT, min_size=1, max_size=8), steps=STEPS)
def test_after_any_decisions_both_tables_equal_a_recount(
    session: Session,
    city: City,
    campaign: Campaign,
    sent: list[dict[str, object]],
    steps: list[tuple[int, str]],
) -> None:
    session.rollback()
    second = campaigns.make(session, partnership=campaign.partnership, code="second")
    made = [
        submissions.make(session, city, second if one.pop("later") else campaign, one.pop("kind"), **one)  # type: ignore[arg-type]
        for one in map(dict, sent)
    ]
    for number, step in steps:
        perform(session, made[number % len(made)], step)
    published = [submission for submission in made if submission.status == "published"]

    for model in (TileCount, TileFacet):
        assert stored(session, model) == recounted(published, model)
    for zoom in ZOOMS:
        assert drawn(session, city, published, zoom, Filter()) == len(published)
        square = Filter(place_types=("square",))
        squares = [submission for submission in published if submission.place_type == "square"]
        assert drawn(session, city, published, zoom, square) == len(squares)
    assert tiles.drift(session, city=city) == 0
    version = session.get_one(City, city.id, populate_existing=True).map_version
    tiles.rebuild(session, city=city)
    for model in (TileCount, TileFacet):
        assert stored(session, model) == recounted(published, model)
    assert session.get_one(City, city.id, populate_existing=True).map_version == version + 1


CHANGES = {
    "its place type": {"place_type": "cemetery"},
    "its district": {"district_id": None},
    "its kind": {"kind": "idea"},
    "its cell": {"cell": cells.cell(SPOTS[3]), "public_lat": SPOTS[3].lat, "public_lon": SPOTS[3].lon},
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_changed_after_it_was_counted_is_taken_out_all_the_same(
    what: str, session: Session, city: City, campaign: Campaign
) -> None:
    stays = submissions.published(session, city, campaign, point=SPOTS[2])
    changed = submissions.published(session, city, campaign)
    session.execute(update(Submission).where(Submission.id == changed.id).values(CHANGES[what]))
    session.refresh(changed)
    assert tiles.drift(session, city=city) == (0 if what == "its cell" else 1)
    receipts.withdraw(session, submission=changed, now=NOW)
    for model in (TileCount, TileFacet):
        assert stored(session, model) == recounted([stays], model)
    assert tiles.drift(session, city=city) == 0


def test_facets_without_counts_and_counts_without_facets_are_a_drift(
    session: Session, city: City, campaign: Campaign
) -> None:
    for _ in range(3):
        submissions.published(session, city, campaign)
    for model in (TileCount, TileFacet):
        session.execute(delete(model).where(model.zoom == ZOOMS[-1]))
        assert tiles.drift(session, city=city) == 3
        tiles.rebuild(session, city=city)
        assert tiles.drift(session, city=city) == 0


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


def test_two_published_at_once_are_both_counted(
    session: Session, engine: Engine, city: City, campaign: Campaign
) -> None:
    made = [submissions.make(session, city, campaign).id for _ in range(2)]
    submissions.operator(session)
    session.commit()
    while_first_waits(engine, lambda own: submissions.publish(own, own.get_one(Submission, made.pop())))
    for model in (TileCount, TileFacet):
        assert {n for n, _, _ in stored(session, model).values()} == {2}
    session.refresh(city)
    assert city.map_version == 2


def test_a_decision_costs_few_statements(session: Session, city: City, campaign: Campaign, at_most: Budget) -> None:
    first = submissions.published(session, city, campaign)
    for _ in range(3):
        submissions.published(session, city, campaign)
    with at_most(3):
        tiles.add(session, submission=first)
    with at_most(5):
        tiles.subtract(session, submission=first)


def test_rows_that_hold_nothing_are_gone(session: Session, city: City, campaign: Campaign) -> None:
    both = [submissions.published(session, city, campaign) for _ in range(2)]
    for left, submission in zip((1, 0), both, strict=True):
        receipts.withdraw(session, submission=submission, now=NOW)
        for model in (TileCount, TileFacet):
            assert Counter(n for n, _, _ in stored(session, model).values()) == ({1: len(ZOOMS)} if left else {})
