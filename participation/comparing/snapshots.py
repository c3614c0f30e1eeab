"""From the entries of a campaign to its snapshot; pure. The same entries, seed and libraries give the same snapshot."""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib.metadata import version
from itertools import combinations

import numpy as np

from participation.comparing import gates, resampling
from participation.comparing.coverage import coverage
from participation.comparing.entries import CityEntries, Entry, Inputs, dataset_version
from participation.comparing.maps import city_map
from participation.comparing.sentences import sentences
from participation.comparing.side_by_side import Effort, questions
from participation.comparing.taking_part import main_language, participants, turnout
from participation.comparing.tallies import asked, tally
from participation.comparing.themes import themes
from participation.comparison_figures import Comparison, Side
from participation.comparison_result import SCHEMA, CityMap, MatchedPlaces, Method, Season, Snapshot

SEED = 20210621
"""The first day of the summer of 2021, unless another one is given."""
LIBRARIES = ("h3", "numpy", "scipy")

Progress = Callable[[str, float], None]
"""What is being computed, and how much of it is done, 0 to 1."""


@dataclass(frozen=True)
class Run:
    """How thoroughly it is computed, and who wants to hear how far it is."""

    seed: int = SEED
    permutations: int = resampling.PERMUTATIONS
    resamples: int = resampling.RESAMPLES
    progress: Progress | None = None

    def of(self, what: str) -> int:
        """A seed of its own for each part, so that no part depends on which others there are."""
        state = np.random.SeedSequence([self.seed, zlib.crc32(what.encode())]).generate_state(1)
        return int(state[0])

    def effort(self, what: str) -> Effort:
        """The same for the tests of a comparison."""
        heard = partial(self.progress, what) if self.progress else None
        return Effort(self.of(what), self.permutations, self.resamples, heard)

    def done(self, what: str) -> None:
        """Something is done that has no parts."""
        if self.progress:
            self.progress(what, 1.0)


def compute(inputs: Inputs, run: Run | None = None) -> Snapshot:
    """The whole comparison of a campaign."""
    run = run or Run()
    cities = inputs.cities
    return Snapshot(
        schema=SCHEMA,
        partnership=inputs.partnership,
        campaign=inputs.campaign,
        questionnaire=inputs.questionnaire.version,
        cities=tuple(part.city.slug for part in cities),
        method=_method(inputs, run),
        participants=tuple(map(participants, cities)),
        pairs=tuple(compare(inputs, pair, run) for pair in combinations(cities, 2)),
        together=compare(inputs, cities, run) if len(cities) > 2 else None,
        maps=tuple(_map(inputs, part, run) for part in cities),
        coverage=tuple(map(coverage, cities)),
        seasons=tuple(_season(inputs, now, then, run) for now, then in _seasons(inputs)),
        themes=themes(cities, inputs.questionnaire),
    )


def compare(inputs: Inputs, parts: Sequence[CityEntries], run: Run) -> Comparison:
    """Cities side by side: answers in the days that all of them have in common, taking part in the whole campaign."""
    return _compared(inputs, parts, [0] * len(parts), run)


def _season(inputs: Inputs, now: CityEntries, then: CityEntries, run: Run) -> Season:
    """A city beside itself: in the days of this campaign, and in the same days of the year of the one before."""
    comparison = _compared(inputs, [now, then], [0, now.starts.year - then.starts.year], run)
    places = [{one.place for one in part.entries if one.place} for part in (now, then)]
    matched = MatchedPlaces(len(places[0] & places[1]), len(places[0] - places[1]), len(places[1] - places[0]))
    return Season(now.city.slug, comparison, matched)


def _compared(inputs: Inputs, parts: Sequence[CityEntries], years: Sequence[int], run: Run) -> Comparison:
    days = _common_days(parts, years)
    within = [_within(part, shift, days) for part, shift in zip(parts, years, strict=True)]
    what = " ".join(f"{part.city.slug} {part.campaign}" for part in parts)
    languages = {main_language(part, entries) for part, entries in zip(parts, within, strict=True)}
    counted = tally(within, asked(inputs.questionnaire, inputs.kinds))
    found, tests = questions(counted, effort=run.effort(what), one_language=len(languages) == 1)
    cities_differ = len({part.city.slug for part in parts}) > 1
    took_part = turnout(parts, [part.entries for part in parts] if cities_differ else within)
    run.done(what)
    return Comparison(
        sides=tuple(_side(part, entries) for part, entries in zip(parts, within, strict=True)),
        first=days[0].isoformat() if days else None,
        last=days[1].isoformat() if days else None,
        tests=tests,
        turnout=took_part,
        questions=found,
        sentences=sentences(took_part, found),
    )


def _map(inputs: Inputs, part: CityEntries, run: Run) -> CityMap:
    campaigns = [other for other in (*inputs.cities, *inputs.before) if other.city.slug == part.city.slug]
    seen = [one for campaign in campaigns for one in campaign.entries]
    found = city_map(part, seen=seen, seed=run.of(f"map {part.city.slug}"))
    run.done(f"map {part.city.slug}")
    return found


def _seasons(inputs: Inputs) -> list[tuple[CityEntries, CityEntries]]:
    """Each city with what it sent in the campaign before, where it sent something."""
    before = {part.city.slug: part for part in inputs.before if part.entries}
    return [(part, before[part.city.slug]) for part in inputs.cities if part.city.slug in before]


def _side(part: CityEntries, entries: Sequence[Entry]) -> Side:
    contributors = len({entry.sender for entry in entries})
    return Side(part.city.slug, part.campaign, len(entries), contributors, len(part.entries) - len(entries))


def _common_days(parts: Sequence[CityEntries], years: Sequence[int]) -> tuple[date, date] | None:
    """From the latest first to the earliest last day of all sides that have entries; None where they do not meet."""
    days = [
        [_shifted(entry.day, shift) for entry in part.entries]
        for part, shift in zip(parts, years, strict=True)
        if part.entries
    ]
    first, last = max(map(min, days), default=date.max), min(map(max, days), default=date.min)
    return (first, last) if first <= last else None


def _within(part: CityEntries, shift: int, days: tuple[date, date] | None) -> list[Entry]:
    if not days:
        return []
    return [entry for entry in part.entries if days[0] <= _shifted(entry.day, shift) <= days[1]]


def _shifted(day: date, years: int) -> date:
    """The same day some years later; the 29th of February becomes the 28th where there is none."""
    if not years:
        return day
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _method(inputs: Inputs, run: Run) -> Method:
    return Method(
        dataset_version=dataset_version(inputs),
        seed=run.seed,
        permutations=run.permutations,
        resamples=run.resamples,
        alpha=gates.ALPHA,
        turnout_alpha=gates.TURNOUT_ALPHA,
        margin=gates.MARGIN,
        libraries={name: version(name) for name in LIBRARIES},
    )
