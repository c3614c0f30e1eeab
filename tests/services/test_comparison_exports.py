"""Every number of a comparison as a line."""

import csv
import io

import pytest

from participation.services import comparison_exports
from participation.services.comparison_exports import COLUMNS
from tests.factories import comparison_results

Lines = list[dict[str, str]]


@pytest.fixture(scope="module")
def lines() -> Lines:
    written = comparison_exports.write(comparison_exports.lines(comparison_results.make()))
    assert written.count("\r\n") == written.count("\n")
    return list(csv.DictReader(io.StringIO(written)))


def find(lines: Lines, **wanted: str) -> Lines:
    return [line for line in lines if all(line[name] == value for name, value in wanted.items())]


def test_a_share_has_its_interval_and_what_it_is_a_share_of(lines: Lines) -> None:
    [metz, worms] = find(lines, figure="heat_island-place_type", answer="square", measure="share")
    assert (metz["city"], metz["value"], metz["count"], metz["n"]) == ("metz", "0.6", "120", "200")
    assert float(metz["low"]) < 0.6 < float(metz["high"])
    assert (worms["count"], worms["n"]) == ("26", "64")


def test_a_difference_has_its_test_p_q_and_effect(lines: Lines) -> None:
    [found] = find(lines, figure="heat_island-place_type", answer="square", measure="difference")
    names = ("city", "test", "p", "q", "test_independent", "p_independent", "effect", "verdict")
    assert [found[name] for name in names] == [
        "metz+worms", "exchange_of_contributors", "0.002", "0.011", "fisher", "0.009", "0.17", "differs",
    ]  # fmt: skip


def test_taking_part_has_rates_and_their_ratio(lines: Lines) -> None:
    [metz] = find(lines, measure="contributors_per_10000", city="metz")
    assert (metz["value"], metz["count"]) == ("8.14", "180")
    [ratio] = find(lines, measure="contributors_rate_ratio")
    assert (ratio["value"], ratio["low"], ratio["high"], ratio["p"]) == ("1.73", "1.22", "2.52", "0.001")


def test_groups_scales_maps_districts_and_seasons_are_there(lines: Lines) -> None:
    assert find(lines, answer="plant_trees", part_of="green", measure="share")
    assert find(lines, question="comfort", measure="cliffs_delta", test_independent="mann_whitney")
    [answers, _] = find(lines, figure="heat_island-place_type", measure="answers")
    assert [answers[name] for name in ("city", "value", "n", "contributors")] == ["metz", "200", "210", "95"]
    assert find(lines, figure="map-metz", measure="submissions")
    assert find(lines, figure="coverage-worms", answer="nord", measure="population", value="9000")
    assert len(find(lines, figure="map-metz", measure="hot_spot")) == 4
    assert find(lines, figure="coverage-worms", verdict="fewer")
    assert find(lines, figure="season-metz-heat_island-place_type", measure="share")


def test_too_few_answers_have_a_count_and_no_share(lines: Lines) -> None:
    [found] = find(lines, figure="heat_island-reasons", answer="sealed_ground", measure="share", city="worms")
    assert (found["count"], found["n"], found["value"]) == ("3", "8", "")


def test_every_line_says_from_which_data_and_seed(lines: Lines) -> None:
    assert {(line["seed"], line["dataset_version"]) for line in lines} == {("42", "d41d8cd98f00")}
    assert all({*line} == {*COLUMNS} for line in lines)
