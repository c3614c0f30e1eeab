"""The figures on the chips: what each choice would leave, on the map and on the list, after whatever happened."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from participation.geo import Point
from participation.models.campaigns import Campaign
from participation.models.cities import City, District
from participation.models.submissions import Submission
from participation.models.tiles import TileCount, TileFacet
from participation.questionnaire import KINDS
from participation.services import receipts, tile_facets
from participation.services.filters import Filter
from participation.services.tile_facets import Facets
from tests.factories import campaigns, cities, submissions
from tests.factories.cities import INSIDE
from tests.factories.submissions import NOW
from tests.fixtures.statements import Budget

FAR = Point(49.55, 8.45)
BOX = (INSIDE.lon - 0.01, INSIDE.lat - 0.01, INSIDE.lon + 0.01, INSIDE.lat + 0.01)
PLACE_TYPES = [None, "square", "street", "cemetery"]
SENT = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(KINDS),
        "point": st.sampled_from([INSIDE, FAR, None]),
        "place_type": st.sampled_from(PLACE_TYPES),
        "later": st.booleans(),
        "end": st.sampled_from(["published", "published", "withdrawn", "erased"]),
    }
)
WANTED = st.fixed_dictionaries(
    {
        "kinds": st.sampled_from([KINDS, ("idea",), ("heat_island", "feedback")]),
        "later": st.sampled_from([None, False, True]),
        "place_types": st.sampled_from([(), ("square",), ("square", "street")]),
        "district": st.booleans(),
        "box": st.sampled_from([None, BOX]),
    }
)


@pytest.fixture
def district(session: Session, city: City) -> District:
    return cities.district(session, city)


@pytest.fixture
def campaign(session: Session, city: City, district: District) -> Campaign:
    made = campaigns.make(session, city)
    session.commit()
    return made


def figures(facets: Facets) -> list[dict[Any, int]]:
    """Without what has nothing."""
    parts = (facets.campaigns, facets.kinds, facets.place_types, facets.districts)
    return [{key: n for key, n in part.items() if n} for part in parts]


def counted(shown: Sequence[Submission], wanted: Filter) -> list[dict[Any, int]]:
    """The same from the submissions alone: each facet under the filters of the others."""
    rows = [(one.campaign_id, one.kind, one.place_type or "", one.district_id or 0) for one in shown]
    filters = (
        (wanted.campaign_id,) if wanted.campaign_id else None,
        wanted.kinds,
        wanted.place_types or None,
        wanted.districts or None,
    )
    return [
        dict(
            Counter(
                row[facet]
                for row in rows
                if all(
                    allowed is None or other == facet or row[other] in allowed for other, allowed in enumerate(filters)
                )
            )
        )
        for facet in range(4)
    ]


def on_list(session: Session, city: City, chosen: Filter) -> list[Submission]:
    return list(session.scalars(chosen.apply(select(Submission), city)))


def make(session: Session, city: City, campaign: Campaign, sent: dict[str, Any]) -> Submission:
    end = sent.pop("end")
    if sent["point"] is None and sent["kind"] in ("heat_island", "climate_oasis"):
        sent["point"] = INSIDE
    made = submissions.published(session, city, campaign, **sent)
    if end == "withdrawn":
        receipts.withdraw(session, submission=made, now=NOW)
    elif end == "erased":
        receipts.erase(session, submission=made, now=NOW)
    return made


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(sent=st.lists(SENT, max_size=10), wanted=WANTED)
def test_after_any_changes_the_figures_are_those_of_what_is_shown(
    session: Session,
    city: City,
    district: District,
    campaign: Campaign,
    sent: list[dict[str, Any]],
    wanted: dict[str, Any],
) -> None:
    session.rollback()
    later = campaigns.make(session, partnership=campaign.partnership, code="later")
    for one in map(dict, sent):
        make(session, city, later if one.pop("later") else campaign, one)
    chosen = Filter(
        kinds=wanted["kinds"],
        campaign_id={None: None, False: campaign.id, True: later.id}[wanted["later"]],
        place_types=wanted["place_types"],
        districts=(district.id,) if wanted["district"] else (),
        box=wanted["box"],
    )
    everything = on_list(session, city, Filter())
    with_point = [one for one in everything if one.public_point]
    mapped = tile_facets.on_map(session, city=city, chosen=chosen)
    assert figures(mapped) == counted(with_point, chosen)
    in_box = on_list(session, city, Filter(box=wanted["box"]))
    listed = tile_facets.on_list(session, city=city, chosen=chosen)
    assert figures(listed) == counted(in_box, chosen)
    assert sum(listed.kinds[kind] for kind in chosen.kinds) == len(on_list(session, city, chosen))
    assert (listed.in_file, listed.of_all) == (len(on_list(session, city, chosen)), len(everything))
    # The map has no box, and its file also holds what has no point.
    assert (mapped.in_file, mapped.of_all) == (len(on_list(session, city, chosen.on_map())), len(everything))
    sums = [session.execute(_sums(model)).all() for model in (TileCount, TileFacet)]
    assert sums[0] == sums[1]


def _sums(model: type[TileCount] | type[TileFacet]) -> Any:
    key = (model.zoom, model.cell, model.campaign_id, model.kind)
    return (
        select(*key, *(func.sum(column) for column in (model.n, model.sum_lat, model.sum_lon)))
        .group_by(*key)
        .order_by(*key)
    )


def test_without_anything_the_figures_are_zero(session: Session, city: City, campaign: Campaign) -> None:
    for read in (tile_facets.on_map, tile_facets.on_list):
        found = read(session, city=city, chosen=Filter())
        assert found.kinds == dict.fromkeys(KINDS, 0)
        assert (found.campaigns, found.place_types, found.districts) == ({}, {}, {})


def test_one_statement_however_much_there_is(session: Session, city: City, campaign: Campaign, at_most: Budget) -> None:
    for number in range(9):
        submissions.published(session, city, campaign, "idea", place_type=PLACE_TYPES[number % 4])
    session.flush()
    for chosen in (Filter(), Filter(place_types=("square",)), Filter(box=BOX)):
        for read in (tile_facets.on_map, tile_facets.on_list):
            with at_most(1):
                read(session, city=city, chosen=chosen)


def test_days_and_what_is_not_published_count_for_downloads(session: Session, city: City, campaign: Campaign) -> None:
    submissions.published(session, city, campaign)
    submissions.make(session, city, campaign, "idea")
    day = NOW.date()
    for chosen, expected in (
        (Filter(first_day=day, last_day=day), (1, 1)),
        (Filter(first_day=day + timedelta(days=1)), (0, 1)),
        (Filter(last_day=day - timedelta(days=1), internal=True), (0, 2)),
        (Filter(internal=True), (2, 2)),
        (Filter(internal=True, kinds=("idea",)), (1, 2)),
    ):
        found = tile_facets.on_list(session, city=city, chosen=chosen)
        assert (found.in_file, found.of_all) == expected, chosen
        assert sum(found.kinds[kind] for kind in chosen.kinds) == found.in_file
