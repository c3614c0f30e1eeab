"""A whole comparison of made-up entries: gates, verdicts, sentences, common days, and no cell of fewer than five."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import h3
import numpy as np
import pytest

from participation.comparing.coverage import coverage
from participation.comparing.entries import CityEntries, Inputs, dataset_version
from participation.comparing.snapshots import Run, compare, compute
from participation.comparing.taking_part import widened_ratio
from participation.comparison_figures import VERDICTS, Comparison, Row
from participation.comparison_json import from_json, to_json
from participation.comparison_result import CityMap, Snapshot
from tests.factories import made_up_entries
from tests.factories.made_up_entries import METZ, WORMS

RUN = Run(permutations=1999, resamples=99)
SQUARES = ("heat_island", "place_type", "square")
HEAT = {"heat_island": 0.6, "climate_oasis": 0.4}


@pytest.fixture(scope="module")
def inputs() -> Inputs:
    """Large enough for every test to be made, and different in one thing."""
    cities = [
        replace(METZ, people=200, kinds=HEAT, shares={SQUARES: 0.7}),
        replace(WORMS, people=120, kinds=HEAT, shares={SQUARES: 0.3}),
    ]
    return made_up_entries.inputs(np.random.default_rng(1), cities, before=True)


@pytest.fixture(scope="module")
def snapshot(inputs: Inputs) -> Snapshot:
    return compute(inputs, RUN)


def rows(comparison: Comparison) -> dict[tuple[str, str, str], Row]:
    return {(one.kind, one.question, row.code): row for one in comparison.questions for row in one.rows}


def test_the_same_entries_and_seed_give_the_same_bytes(inputs: Inputs, snapshot: Snapshot) -> None:
    assert to_json(compute(inputs, RUN)) == to_json(snapshot)
    assert from_json(to_json(snapshot)) == snapshot
    assert snapshot.method.dataset_version == dataset_version(inputs)


def test_the_planted_difference_is_said_first_with_its_numbers(snapshot: Snapshot) -> None:
    pair = snapshot.pair("metz", "worms")
    squares = rows(pair)[SQUARES]
    assert squares.verdict == "differs"
    assert squares.difference is not None
    assert squares.difference_interval is not None
    assert squares.difference_interval.low < 0.4 < (squares.difference_interval.high or 1)
    assert next(one for one in pair.sentences if one.about != "turnout").option == "square"
    said = next(one for one in pair.sentences if one.option == "square")
    assert [number.value for number in said.numbers] == [share.share for share in squares.shares]
    assert said.q == squares.q
    assert pair.questions[0].rows[0].code == "square"


def test_nothing_is_ever_said_to_be_the_same(snapshot: Snapshot) -> None:
    for comparison in (*snapshot.pairs, *(season.comparison for season in snapshot.seasons)):
        for sentence in comparison.sentences:
            assert sentence.verdict in VERDICTS
            assert (sentence.verdict == "differs") <= (sentence.p is not None)
            if sentence.verdict == "alike":
                interval = sentence.difference_interval
                assert interval is not None
                assert max(abs(interval.low), abs(interval.high or 1)) < 0.147
        for row in rows(comparison).values():
            assert (row.gate is None) == (row.p is not None) == (row.q is not None)
            assert (row.verdict == "cannot_say") == (row.gate is not None)


def test_few_people_are_described_and_not_tested() -> None:
    cities = [replace(METZ, people=29), replace(WORMS, people=200)]
    found = made_up_entries.inputs(np.random.default_rng(2), cities)
    comparison = compare(found, found.cities, RUN)
    assert comparison.tests == 0
    assert {question.gate for question in comparison.questions} <= {"few_contributors", "few_answers"}
    assert comparison.turnout is not None
    assert (comparison.turnout.gate, comparison.turnout.contributors.p) == ("few_contributors", None)
    assert {one.verdict for one in comparison.sentences} == {"cannot_say"}


def test_fewer_than_ten_answers_have_no_percentage(inputs: Inputs) -> None:
    few = replace(inputs.cities[1], entries=inputs.cities[1].entries[:9])
    comparison = compare(replace(inputs, cities=(inputs.cities[0], few)), (inputs.cities[0], few), RUN)
    for row in rows(comparison).values():
        assert row.shares[1].share is None
        assert row.difference is None
    assert {question.gate for question in comparison.questions} == {"few_answers"}


def test_entries_of_nobody_knows_whom_are_not_tested(inputs: Inputs) -> None:
    part = inputs.cities[1]
    nobodys = tuple(replace(one, contributor=None) if n % 3 else one for n, one in enumerate(part.entries))
    comparison = compare(inputs, (inputs.cities[0], replace(part, entries=nobodys)), RUN)
    assert {question.gate for question in comparison.questions} == {"unknown_contributors"}


def test_only_common_days_are_compared(inputs: Inputs) -> None:
    one, other = inputs.cities
    late = replace(other, entries=tuple(entry for entry in other.entries if entry.day >= date(2021, 8, 1)))
    comparison = compare(inputs, (one, late), RUN)
    assert comparison.first == min(entry.day for entry in late.entries).isoformat()
    assert comparison.sides[0].left_out == sum(entry.day < date(2021, 8, 1) for entry in one.entries)
    assert comparison.sides[1].left_out == 0
    never = replace(other, entries=tuple(replace(one, day=one.day + timedelta(400)) for one in other.entries))
    apart = compare(inputs, (one, never), RUN)
    assert (apart.first, apart.questions, apart.tests) == (None, (), 0)


def test_a_season_is_compared_with_the_same_days_of_the_year_before(snapshot: Snapshot) -> None:
    season = snapshot.seasons[0]
    assert [side.campaign for side in season.comparison.sides] == ["summer-2021", "summer-2020"]
    assert (season.comparison.first or "") >= "2021-06-21"
    assert season.comparison.tests > 10
    assert not any(row.verdict == "differs" for key, row in rows(season.comparison).items() if key == SQUARES)


def test_more_than_two_cities_two_by_two_and_all_together(inputs: Inputs) -> None:
    third = made_up_entries.entries_of(np.random.default_rng(4), replace(METZ, slug="koeln", people=150, kinds=HEAT))
    found = compute(replace(inputs, cities=(*inputs.cities, third), before=()), RUN)
    assert [[side.city for side in pair.sides] for pair in found.pairs] == [
        ["metz", "worms"], ["metz", "koeln"], ["worms", "koeln"],
    ]  # fmt: skip
    assert found.together is not None
    squares = rows(found.together)[SQUARES]
    assert (squares.verdict, squares.difference, len(squares.shares)) == ("differs", None, 3)


def test_the_ratio_of_entries_is_widened_by_their_clustering() -> None:
    found = widened_ratio([400, 128], [221_000, 83_000], 2.0)
    assert [round(value, 2) for value in (found.value, found.low, found.high)] == [1.17, 0.88, 1.58]


def test_a_district_is_little_known_only_where_something_was_to_be_expected(inputs: Inputs) -> None:
    part = inputs.cities[0]
    entries = tuple(one for one in part.entries if one.district not in ("d0", "d1"))[:400]
    found = {one.code: one for one in coverage(replace(part, entries=entries)).districts}
    assert (found["d0"].verdict, found["d0"].part) == ("fewer", "none")
    few = {one.code: one for one in coverage(replace(part, entries=entries[:16])).districts}
    assert {one.verdict for one in few.values()} == {"too_early"}
    nobody = replace(part.city, districts=tuple(replace(one, population=None) for one in part.city.districts))
    assert {one.verdict for one in coverage(replace(part, city=nobody)).districts} == {"no_population"}


def test_hot_spots_are_looked_for_in_cells_of_two_sizes(snapshot: Snapshot) -> None:
    for found in snapshot.maps:
        looked = {(spots.kind, spots.resolution): spots for spots in found.hot_spots}
        assert {*looked} == {(kind, size) for kind in ("heat_island", "climate_oasis") for size in (9, 8)}
        assert all(spots.found == len(spots.hot) for spots in looked.values())
        assert all(h3.get_resolution(code) == spots.resolution for spots in looked.values() for code in spots.hot)
        assert looked["heat_island", 8].cells < looked["heat_island", 9].cells


def counted(found: CityMap) -> dict[tuple[str, str], tuple[int, int]]:
    return {
        (cell.cell, kind): (count.submissions, count.contributors)
        for cell in found.cells
        for kind, count in cell.kinds.items()
    }


def days_of(part: CityEntries) -> list[CityMap]:
    """The map as it would have been after every twentieth entry."""
    order = sorted(part.entries, key=lambda entry: (entry.published_at, entry.id))
    cities = [replace(part, entries=tuple(order[:number])) for number in range(20, len(order), 20)]
    whole = Inputs("p", "c", ("heat_island",), made_up_entries.QUESTIONS, ())
    return [compute(replace(whole, cities=(one,)), RUN).maps[0] for one in cities]


def test_no_two_dates_or_filters_show_a_cell_of_fewer_than_five() -> None:
    """Lays every map beside the one of a later day, and every kind beside all kinds, and looks who is between them."""
    crowd = replace(METZ, people=260, kinds={"heat_island": 0.8, "climate_oasis": 0.2})
    part = made_up_entries.entries_of(np.random.default_rng(6), crowd)
    near = tuple(
        replace(one, lat=49.11 + (one.lat or 0) % 0.012, lon=6.17 + (one.lon or 0) % 0.012) for one in part.entries
    )
    people: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in near:
        for resolution in (8, 9):
            people[h3.latlng_to_cell(one.lat or 0, one.lon or 0, resolution), one.kind].add(one.sender)
    days = [counted(found) for found in days_of(replace(part, entries=near))]
    assert len(days[-1]) > 5
    for before, after in pairwise(days):
        for key, (submissions, contributors) in after.items():
            assert min(contributors, len(people[key])) >= 5
            earlier = before.get(key, (0, 0))
            more = contributors - earlier[1]
            assert more == 0 or more >= 5
            assert (submissions == earlier[0]) == (more == 0)
        assert {*before} <= {*after}
