"""The shape of a computed comparison; pure.

One snapshot belongs to one campaign of a partnership and holds all its cities, every pair of them, all of them in one
table where there are more than two, and each city beside itself in the campaign before. It speaks in codes and numbers:
the sentences are written where the language is known. Shares, differences and effects are fractions (0.6, not 60),
dates are ISO 8601, intervals are of 95 %.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from participation.comparison_figures import Comparison, Interval, Rate

SCHEMA = 2
"""Grows when the shape changes; a snapshot of another shape is computed anew."""


@dataclass(frozen=True)
class Unanswered:
    """How many of the entries for which a question was asked left it out."""

    question: str
    asked: int
    missing: int


@dataclass(frozen=True)
class Participants:
    """Who took part in one city: counts, period, reference population, languages, what was left unanswered.

    `without_key` counts the entries of which nobody knows whether one person sent several; each of them is one of the
    `contributors`. `kinds` counts entries by kind, `languages` texts by their language (BCP 47).
    """

    city: str
    campaign: str
    submissions: int
    contributors: int
    without_key: int
    places: int
    kinds: Mapping[str, int]
    first: str | None
    last: str | None
    hot_days: int | None
    hot_days_source: str
    population: int
    population_year: int
    population_source: str
    territory: str
    submissions_rate: Rate
    contributors_rate: Rate
    design_effect: float
    languages: Mapping[str, int]
    unanswered: tuple[Unanswered, ...]


@dataclass(frozen=True)
class CellCount:
    """Entries of one kind in a cell, and how many contributors are behind them: at least five."""

    submissions: int
    contributors: int


@dataclass(frozen=True)
class Cell:
    """An H3 cell; a coarse one (resolution 8) counts only what no finer one (resolution 9) counts.

    `kinds` has the kinds with at least five contributors. `heat_share` is that of heat islands among heat islands and
    oases, where both are known. `hot` says for which kinds the cell is a hot spot.
    """

    cell: str
    resolution: int
    kinds: Mapping[str, CellCount]
    heat_share: float | None
    heat_share_interval: Interval | None
    hot: tuple[str, ...]


@dataclass(frozen=True)
class HotSpots:
    """How hot spots of one kind were looked for: entries, cells, and the p below which a cell counts.

    They are looked for in cells of two sizes, because what is found depends on the size; `hot` are those found that
    have at least five contributors. `gate` is `few_pins` below fifty entries; then nothing was looked for.
    """

    kind: str
    resolution: int
    hot: tuple[str, ...]
    pins: int
    cells: int
    found: int
    cutoff: float | None
    gate: str | None


@dataclass(frozen=True)
class CityMap:
    """The cells of one city; `elsewhere` counts by kind the entries that are in none of them."""

    city: str
    cells: tuple[Cell, ...]
    elsewhere: Mapping[str, int]
    hot_spots: tuple[HotSpots, ...]


@dataclass(frozen=True)
class DistrictCoverage:
    """What a district's share of residents lets expect, and how much came.

    `verdict` is `fewer` (so few come by chance in less than one of ten cases), `as_expected`, `too_early` (fewer than
    three expected) or `no_population`. How many came is only said as a `part` of what was expected, so that nobody is
    counted: `none`, `under_half`, `under`, `reached`; None without population.
    """

    code: str
    name: str
    population: int | None
    expected: float | None
    part: str | None
    verdict: str


@dataclass(frozen=True)
class Coverage:
    """The districts of one city, the least known first; `submissions` are those that lie in a district."""

    city: str
    submissions: int
    districts: tuple[DistrictCoverage, ...]


@dataclass(frozen=True)
class MatchedPlaces:
    """Places with entries in both campaigns, only in this one, only in the one before."""

    both: int
    only_now: int
    only_before: int


@dataclass(frozen=True)
class Season:
    """A city in this campaign (first side) beside itself in the campaign before (second side)."""

    city: str
    comparison: Comparison
    places: MatchedPlaces


@dataclass(frozen=True)
class Voice:
    """Published texts of one city on a theme, by the ids of their submissions."""

    city: str
    submissions: tuple[str, ...]


@dataclass(frozen=True)
class Theme:
    """What texts are about: a kind and, where texts were sorted by it, an answer."""

    kind: str
    question: str | None
    option: str | None
    voices: tuple[Voice, ...]


@dataclass(frozen=True)
class Method:
    """With what it was computed; the same data, seed and libraries give the same bytes.

    `alpha` is the share of false claims allowed among the tests of one comparison, `turnout_alpha` that of the test of
    taking part, `margin` the difference within which sides count as alike.
    """

    dataset_version: str
    seed: int
    permutations: int
    resamples: int
    alpha: float
    turnout_alpha: float
    margin: float
    libraries: Mapping[str, str]


@dataclass(frozen=True)
class Snapshot:
    """The comparison of one campaign; `pairs` has every two cities, in the order in which they are named.

    `together` compares all cities at once, where there are more than two.
    """

    schema: int
    partnership: str
    campaign: str
    questionnaire: str
    cities: tuple[str, ...]
    method: Method
    participants: tuple[Participants, ...]
    pairs: tuple[Comparison, ...]
    together: Comparison | None
    maps: tuple[CityMap, ...]
    coverage: tuple[Coverage, ...]
    seasons: tuple[Season, ...]
    themes: tuple[Theme, ...]

    def pair(self, one: str, other: str) -> Comparison:
        """The comparison of two cities, whichever is named first; KeyError where one is not in it."""
        for comparison in self.pairs:
            if {side.city for side in comparison.sides} == {one, other} and one != other:
                return comparison
        raise KeyError((one, other))
