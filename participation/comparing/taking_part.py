"""Who took part, by residents, and whether more did in one city than in another; pure."""

import math
from collections import Counter
from collections.abc import Sequence

from participation.comparing import gates, statistics
from participation.comparing.entries import CityEntries, Entry
from participation.comparing.rounding import rounded
from participation.comparison_figures import Interval, Rate, RateRatio, Turnout
from participation.comparison_result import Participants, Unanswered

UNANSWERED = ("role", "age_band")
"""Of these questions it is said how many left them out."""


def participants(part: CityEntries) -> Participants:
    """Section one of the page for one city: counts, rates, period, population, languages, what was left unanswered."""
    entries, city = part.entries, part.city
    days = sorted(entry.day for entry in entries)
    contributors = len({entry.sender for entry in entries})
    return Participants(
        city=city.slug,
        campaign=part.campaign,
        submissions=len(entries),
        contributors=contributors,
        without_key=sum(entry.contributor is None for entry in entries),
        places=len({entry.place for entry in entries if entry.place}),
        kinds=dict(sorted(Counter(entry.kind for entry in entries).items())),
        first=days[0].isoformat() if days else None,
        last=days[-1].isoformat() if days else None,
        hot_days=part.hot_days,
        hot_days_source=part.hot_days_source,
        population=city.population,
        population_year=city.population_year,
        population_source=city.population_source,
        territory=city.territory,
        submissions_rate=_rate(len(entries), city.population),
        contributors_rate=_rate(contributors, city.population),
        design_effect=rounded(_design_effect(entries)),
        languages=dict(sorted(Counter(entry.text_lang for entry in entries if entry.text_lang).items())),
        unanswered=tuple(_unanswered(entries, question) for question in UNANSWERED),
    )


def turnout(parts: Sequence[CityEntries], entries: Sequence[Sequence[Entry]]) -> Turnout | None:
    """Taking part on two sides, of which `entries` count; None for more sides, and where nobody did on either.

    Contributors are tested where each side has thirty of them.
    """
    people = [len({entry.sender for entry in side}) for side in entries]
    if len(parts) != 2 or not sum(people):
        return None
    populations = [part.city.population for part in parts]
    gate = _gate(entries)
    effect = max(_design_effect(side) for side in entries)
    found = statistics.rate_ratio(people[0], populations[0], people[1], populations[1])
    tested = None if gate else rounded(found.p)
    verdict = gates.verdict(tested, None, gates.MARGIN, gates.TURNOUT_ALPHA)
    widened = widened_ratio([len(side) for side in entries], populations, effect)
    return Turnout(
        gate=gate,
        rates=tuple(_rate(count, population) for count, population in zip(people, populations, strict=True)),
        contributors=RateRatio(_finite(found.value), _interval(found), tested, verdict),
        submissions=RateRatio(_finite(widened.value), _interval(widened), None, "cannot_say"),
        design_effect=rounded(effect),
    )


def widened_ratio(counts: Sequence[int], populations: Sequence[int], design_effect: float) -> statistics.Estimate:
    """The ratio of two rates of entries, with the interval of as many independent ones: count / design effect.

    Fractions of entries are rounded down, to one at least where there was any. Without a p: it would be one of people
    who do not exist.
    """
    exact = statistics.rate_ratio(counts[0], populations[0], counts[1], populations[1])
    fewer = [max(1, int(count / design_effect)) if count else 0 for count in counts]
    found = statistics.rate_ratio(fewer[0], populations[0], fewer[1], populations[1])
    # Rounding to whole entries moves the ratio a little; its interval keeps its width, around the true ratio.
    shift = exact.value / found.value if 0 < found.value < math.inf else 1.0
    return statistics.Estimate(exact.value, found.low * shift, found.high * shift)


def main_language(part: CityEntries, entries: Sequence[Entry]) -> str:
    """The language most texts are in, without its region; the city's own where there are none."""
    spoken = Counter(entry.text_lang.split("-")[0] for entry in entries if entry.text_lang)
    return min(spoken, key=lambda lang: (-spoken[lang], lang)) if spoken else part.city.languages[0]


def _gate(sides: Sequence[Sequence[Entry]]) -> str | None:
    for side in sides:
        if sum(entry.contributor is None for entry in side) > gates.UNKNOWN * len(side):
            return "unknown_contributors"
    known = [len({entry.contributor for entry in side if entry.contributor}) for side in sides]
    return "few_contributors" if min(known) < gates.CONTRIBUTORS else None


def _rate(count: int, population: int) -> Rate:
    found = statistics.poisson_rate(count, population)
    return Rate(count, population, rounded(found.value), Interval(rounded(found.low), rounded(found.high)))


def _design_effect(entries: Sequence[Entry]) -> float:
    sizes = Counter(entry.sender for entry in entries)
    return statistics.count_design_effect(list(sizes.values())) if sizes else 1.0


def _unanswered(entries: Sequence[Entry], question: str) -> Unanswered:
    return Unanswered(question, len(entries), sum(not entry.answers.get(question) for entry in entries))


def _finite(value: float) -> float | None:
    return rounded(value) if math.isfinite(value) else None


def _interval(found: statistics.Estimate) -> Interval:
    return Interval(rounded(found.low), _finite(found.high))
