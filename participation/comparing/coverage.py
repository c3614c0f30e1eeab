"""Districts of which little is known: fewer entries than their share of residents lets expect; pure."""

from collections import Counter

from participation.comparing import statistics
from participation.comparing.entries import CityEntries
from participation.comparing.rounding import rounded
from participation.comparison_result import Coverage, DistrictCoverage

TOO_EARLY = 3
"""Below this expectation it is too early to say anything: none at all is then no surprise."""
ALPHA = 0.1
"""A district counts as little known where so few entries come by chance in less than this share of cases."""
ORDER = ("fewer", "too_early", "as_expected", "no_population")


def coverage(part: CityEntries) -> Coverage:
    """Each district's expected entries, total x its residents / the residents of all districts, and how much came.

    `fewer` where Poisson's P(X ≤ observed) < .1. Entries of one person are not independent, so this is a reason to go
    there and ask, not a proof. A district whose residents nobody has given is left out of the expectation.
    """
    observed = Counter(entry.district for entry in part.entries if entry.district)
    counted = {one.code: one.population for one in part.city.districts if one.population}
    residents = sum(counted.values())
    total = sum(observed[code] for code in counted)
    districts = []
    for one in part.city.districts:
        if not counted.get(one.code):
            districts.append(DistrictCoverage(one.code, one.name, one.population, None, None, "no_population"))
            continue
        expected = total * counted[one.code] / residents
        part_reached, verdict = _judged(observed[one.code], expected)
        districts.append(DistrictCoverage(one.code, one.name, one.population, rounded(expected), part_reached, verdict))
    districts.sort(key=lambda one: (ORDER.index(one.verdict), -(one.expected or 0), one.name))
    return Coverage(part.city.slug, sum(observed.values()), tuple(districts))


def _judged(observed: int, expected: float) -> tuple[str, str]:
    """How much of what was expected came, and what that says."""
    reached = "reached" if observed >= expected else "under" if observed >= expected / 2 else "under_half"
    part = reached if observed else "none"
    if expected < TOO_EARLY:
        return part, "too_early"
    return part, "fewer" if statistics.at_most(observed, expected) < ALPHA else "as_expected"
