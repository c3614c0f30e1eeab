"""A made-up comparison with the sizes of 2021: Metz 400 entries of 180 people, Worms 128 of 39."""

from collections.abc import Sequence
from dataclasses import replace

import h3

from participation.comparison_figures import (
    Answers,
    Comparison,
    Interval,
    Number,
    Part,
    Question,
    Rate,
    RateRatio,
    Row,
    Scale,
    Sentence,
    Share,
    Side,
    Turnout,
)
from participation.comparison_result import (
    SCHEMA,
    Cell,
    CellCount,
    CityMap,
    Coverage,
    DistrictCoverage,
    HotSpots,
    MatchedPlaces,
    Method,
    Participants,
    Season,
    Snapshot,
    Theme,
    Unanswered,
    Voice,
)

METZ = Side("metz", "summer", 400, 180, 0)
WORMS = Side("worms", "summer", 128, 39, 0)
MIDDLES = {"metz": (49.1193, 6.1757), "worms": (49.6316, 8.3625)}
METHOD = Method("d41d8cd98f00", 42, 9999, 2000, 0.05, 0.05, 0.1, {"numpy": "2.4.0", "scipy": "1.17.1"})


def share(count: int, n: int, width: float = 0.07) -> Share:
    """A share with an interval of this half width, or none below ten answers."""
    if n < 10:
        return Share(count, n, min(count, n), None, None)
    value = count / n
    return Share(count, n, max(1, count // 2), value, Interval(max(0, value - width), min(1, value + width)))


def row(code: str, one: Share, other: Share, verdict: str = "not_shown", *, gate: str | None = None) -> Row:
    """An answer side by side; where both have a share, with a test."""
    tested = one.share is not None and other.share is not None and gate is None
    difference = one.share - other.share if one.share is not None and other.share is not None else None
    return Row(
        code,
        (one, other),
        gate,
        verdict if tested else "cannot_say",
        *(
            (0.002 if verdict == "differs" else 0.2, 0.011 if verdict == "differs" else 0.34)
            if tested
            else (None, None)
        ),
        p_independent=0.009 if tested else None,
        test_independent="fisher" if tested else None,
        difference=difference,
        difference_interval=Interval(difference - 0.1, difference + 0.1) if difference is not None else None,
        effect=0.17 if tested else None,
        effect_size="small" if tested else None,
        parts=(),
    )


def questions() -> tuple[Question, ...]:
    """One of each sort: chosen once, chosen several times, in groups, with an order, and too small."""
    types = (
        row("square", share(120, 200), share(26, 64, 0.12), "differs"),
        row("street", share(40, 200), share(20, 64, 0.12)),
        row("car_park", share(22, 200), share(8, 64, 0.08), "alike"),
        row("transit_stop", share(18, 200), share(10, 64, 0.09)),
    )
    reasons = (
        row("no_shade", share(140, 200), share(40, 64, 0.12)),
        row("facade_reflection", share(31, 200), share(14, 64, 0.1)),
        row("sealed_ground", share(60, 200), share(3, 8)),
    )
    parts = (Part("plant_trees", (share(70, 120), share(21, 50, 0.13))), Part("unseal", (share(20, 120), share(9, 50))))
    measures = (replace(row("green", share(80, 120), share(28, 50, 0.13)), parts=parts),)
    steps = ("0", "1", "2", "3", "4")
    counts = ((4, 20, 60, 70, 26), (3, 9, 19, 17, 8))
    scale = Scale(
        steps, counts, ("3", "2"), None, "not_shown", 0.2, 0.34, 0.18, "mann_whitney", 0.12, Interval(-0.05, 0.29),
        "negligible", False,
    )  # fmt: skip
    many, few = Answers(210, 200, 95, 1.2), Answers(70, 64, 31, 1.7)
    oases = (row("park_garden", share(60, 110), share(5, 8), gate="few_contributors"),)
    return (
        Question("heat_island", "place_type", "single", (many, few), None, types, None),
        Question("heat_island", "reasons", "multi", (many, few), None, reasons, None),
        Question("heat_island", "measures", "multi", (many, few), None, measures, None),
        Question("heat_island", "comfort", "single", (many, few), None, (), scale),
        Question("climate_oasis", "place_type", "single", (many, few), "few_contributors", oases, None),
    )


def number(of: Share) -> Number:
    return Number(of.count, of.n, of.contributors, of.share, None)


def sentences(asked: Sequence[Question]) -> tuple[Sentence, ...]:
    """What the rules would choose: the turnout, each answer, the scale, and what is too small as a whole."""
    said = [
        Sentence(
            "differs", "turnout", None, None, None, None,
            (Number(180, 0, 180, 8.14, None), Number(39, 0, 39, 4.7, None)), 0.001, None, None, None,
        )
    ]  # fmt: skip
    for one in asked:
        if one.gate:
            numbers = tuple(Number(0, each.n, each.contributors, None, None) for each in one.answers)
            said.append(
                Sentence("cannot_say", "question", one.kind, one.question, None, one.gate, numbers, *[None] * 4)
            )
            continue
        for each in one.rows:
            said.append(
                Sentence(
                    each.verdict, "option", one.kind, one.question, each.code, each.gate,
                    tuple(map(number, each.shares)), each.p, each.q, each.difference, each.difference_interval,
                )
            )  # fmt: skip
        if one.scale:
            numbers = tuple(
                Number(0, answers.n, answers.contributors, None, median)
                for answers, median in zip(one.answers, one.scale.medians, strict=True)
            )
            said.append(
                Sentence(
                    one.scale.verdict, "scale", one.kind, one.question, None, None, numbers, one.scale.p, one.scale.q,
                    None, None,
                )
            )  # fmt: skip
    return tuple(said)


def comparison(one: Side = METZ, other: Side = WORMS, *, turnout: bool = True) -> Comparison:
    """Two sides, everything asked."""
    asked = questions()
    rates = Turnout(
        None,
        (Rate(180, 221_000, 8.14, Interval(7.0, 9.43)), Rate(39, 83_000, 4.7, Interval(3.34, 6.42))),
        RateRatio(1.73, Interval(1.22, 2.52), 0.001, "differs"),
        RateRatio(1.17, Interval(0.88, 1.58), None, "cannot_say"),
        1.3,
    )
    said = sentences(asked)
    return Comparison(
        (one, other), "2026-06-01", "2026-08-31", 11, rates if turnout else None, asked,
        said if turnout else said[1:],
    )  # fmt: skip


def participants(side: Side, population: int, per_10000: tuple[float, float], places: int) -> Participants:
    """A city as it took part."""
    return Participants(
        city=side.city,
        campaign=side.campaign,
        submissions=side.submissions,
        contributors=side.contributors,
        without_key=0,
        places=places,
        kinds={"heat_island": 200, "climate_oasis": 110, "idea": 60, "feedback": 30},
        first="2026-06-03",
        last="2026-08-29",
        hot_days=7,
        hot_days_source="Météo-France",
        population=population,
        population_year=2021,
        population_source="Insee",
        territory=side.city.title(),
        submissions_rate=Rate(side.submissions, population, per_10000[0], Interval(per_10000[0] - 2, per_10000[0] + 2)),
        contributors_rate=Rate(
            side.contributors, population, per_10000[1], Interval(per_10000[1] - 1.2, per_10000[1] + 1.4)
        ),
        design_effect=1.3,
        languages={"fr": 300, "de": 60, "en": 10},
        unanswered=(Unanswered("role", side.submissions, 120), Unanswered("age_band", side.submissions, 100)),
    )


def city_map(city: str, middle: tuple[float, float] | None = None) -> CityMap:
    """Nineteen cells around the middle of the city, in all classes."""
    cells = []
    for n, code in enumerate(sorted(h3.grid_disk(h3.latlng_to_cell(*(middle or MIDDLES[city]), 9), 2))):
        heat = (None, 0.9, 0.65, 0.5, 0.3, 0.1)[n % 6]
        between = Interval(max(0, heat - 0.2), min(1, heat + 0.2)) if heat is not None else None
        hot = ("heat_island",) if n % 7 == 1 else ()
        counted = {"heat_island": CellCount(4 + 3 * n, 5 + n)}
        if heat is not None:
            counted["climate_oasis"] = CellCount(6, 5)
        cells.append(Cell(code, 9, counted, heat, between, hot))
    spots = (
        HotSpots("heat_island", 9, tuple(one.cell for one in cells if one.hot), 200, 271, 3, 0.002, None),
        HotSpots("climate_oasis", 9, (), 30, 271, 0, None, "few_pins"),
        HotSpots("heat_island", 8, (h3.cell_to_parent(cells[1].cell, 8),), 200, 60, 1, 0.004, None),
        HotSpots("climate_oasis", 8, (), 30, 60, 0, None, "few_pins"),
    )
    return CityMap(city, tuple(cells), {"heat_island": 15, "idea": 6}, spots)


def coverage(city: str) -> Coverage:
    """A district of each verdict."""
    return Coverage(
        city,
        120,
        (
            DistrictCoverage("nord", "Nordend", 9000, 13.9, "under_half", "fewer"),
            DistrictCoverage("mitte", "Altstadt", 12000, 18.0, "reached", "as_expected"),
            DistrictCoverage("dorf", "Dorf", 900, 1.4, "none", "too_early"),
            DistrictCoverage("neu", "Neustadt", None, None, None, "no_population"),
        ),
    )


def make(*, voices: tuple[Theme, ...] = ()) -> Snapshot:
    """The whole of it."""
    before = replace(METZ, campaign="before", submissions=210, contributors=90)
    return Snapshot(
        schema=SCHEMA,
        partnership="worms-metz",
        campaign="summer",
        questionnaire="heat-1",
        cities=("worms", "metz"),
        method=METHOD,
        participants=(
            participants(WORMS, 83_000, (15.4, 4.7), 58),
            participants(METZ, 221_000, (18.1, 8.14), 240),
        ),
        pairs=(comparison(),),
        together=None,
        maps=(city_map("worms"), city_map("metz")),
        coverage=(coverage("worms"), coverage("metz")),
        seasons=(Season("metz", comparison(METZ, before, turnout=False), MatchedPlaces(20, 220, 100)),),
        themes=voices,
    )


def theme(worms: Sequence[str], metz: Sequence[str]) -> Theme:
    """Published texts on heat islands in squares."""
    return Theme("heat_island", "place_type", "square", (Voice("worms", tuple(worms)), Voice("metz", tuple(metz))))
