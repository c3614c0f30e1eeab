"""The made-up comparison with more than two cities, which have the figures of Metz and of Worms in turn."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TypeVar

from participation.comparison_figures import Comparison, Question, Row, Scale
from participation.comparison_result import Snapshot
from participation.geo import Point
from tests.factories import comparison_results

Thing = TypeVar("Thing")
Middles = Mapping[str, Point]


def make(middles: Middles) -> Snapshot:
    """The cities by their slugs with the points around which their cells lie, any two of them, and all together."""
    whole = comparison_results.make()
    [pair] = whole.pairs
    slugs = tuple(middles)
    sides = [replace(side, city=slug) for slug, side in zip(slugs, _turns(pair.sides, len(slugs)), strict=True)]
    people = _turns(whole.participants[::-1], len(slugs))
    return replace(
        whole,
        cities=slugs,
        participants=tuple(replace(each, city=slug) for slug, each in zip(slugs, people, strict=True)),
        pairs=tuple(replace(pair, sides=two) for two in combinations(sides, 2)),
        together=_together(replace(pair, sides=tuple(sides)), len(slugs)),
        maps=tuple(comparison_results.city_map(slug, (middle.lat, middle.lon)) for slug, middle in middles.items()),
        coverage=tuple(map(comparison_results.coverage, slugs)),
        seasons=(),
    )


def _turns(two: Sequence[Thing], number: int) -> tuple[Thing, ...]:
    return tuple(two[n % 2] for n in range(number))


def _together(pair: Comparison, number: int) -> Comparison:
    said = tuple(
        replace(each, numbers=_turns(each.numbers, number), difference=None, difference_interval=None)
        for each in pair.sentences
        if each.about != "turnout"
    )
    questions = tuple(_question(each, number) for each in pair.questions)
    return replace(pair, questions=questions, sentences=said, turnout=None)


def _question(question: Question, number: int) -> Question:
    return replace(
        question,
        answers=_turns(question.answers, number),
        rows=tuple(_row(row, number) for row in question.rows),
        scale=_scale(question.scale, number) if question.scale else None,
    )


def _row(row: Row, number: int) -> Row:
    parts = tuple(replace(part, shares=_turns(part.shares, number)) for part in row.parts)
    return replace(
        row, shares=_turns(row.shares, number), difference=None, difference_interval=None, parts=parts,
    )  # fmt: skip


def _scale(scale: Scale, number: int) -> Scale:
    counts, medians = _turns(scale.counts, number), _turns(scale.medians, number)
    return replace(scale, counts=counts, medians=medians, effect=None, effect_interval=None, effect_size=None)
