"""All that a comparison says, made ready in one language and kept until the result changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from participation import comparison_json
from participation.comparison_figures import Comparison
from participation.comparison_result import CityMap, Coverage, Season, Snapshot, Theme
from participation.questionnaire import load
from participation.web.forms.comparisons import Chosen
from participation.web.plumbing import comparison_facts as facts
from participation.web.plumbing import comparison_grounds as grounds
from participation.web.plumbing import comparison_pages as pages
from participation.web.plumbing.comparison_facts import Fact, Findings
from participation.web.plumbing.comparison_limits import limits
from participation.web.plumbing.comparison_pages import Figure
from participation.web.plumbing.comparison_sentences import sentence
from participation.web.plumbing.comparison_words import Naming
from participation.web.plumbing.formats import named
from participation.web.plumbing.locale import lang


@dataclass(frozen=True)
class Seasonal:
    """A city beside itself: what each campaign is called, what is said, and the figures."""

    city: str
    name: str
    naming: Naming
    season: Season
    findings: list[Findings]
    figures: list[Figure]


@dataclass(frozen=True)
class Contents:
    """The parts of the page; `kinds` has the figures of each kind, `figures` all of them by their code."""

    snapshot: Snapshot
    naming: Naming
    facts: list[Fact]
    participation: Figure
    findings: list[Findings]
    kinds: list[tuple[str, list[Figure]]]
    maps: list[CityMap]
    boxes: grounds.Boxes
    coverage: list[Coverage]
    seasons: list[Seasonal]
    limits: list[str]
    cities: tuple[str, ...]

    @property
    def themes(self) -> Sequence[Theme]:
        """The themes whose texts are shown, those with the most first."""
        return self.snapshot.themes[:THEMES]

    @property
    def figures(self) -> Mapping[str, Figure]:
        """All figures by their code."""
        asked = [figure for _, own in self.kinds for figure in own]
        seasonal = [figure for each in self.seasons for figure in each.figures]
        return {figure.code: figure for figure in (self.participation, *asked, *seasonal)}


# Themes that are shown, and texts of each city on one.
THEMES, VOICES = 6, 2
T = TypeVar("T", CityMap, Coverage, Season)
Named = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Key:
    """All that what is shown depends on: the result, the language, and how cities and campaigns are called in it."""

    content: bytes
    lang: str
    partnership: str
    campaign: str
    cities: Named
    everybody: bool
    campaigns: Named
    partners: Named


def key(chosen: Chosen) -> Key:
    """The key of a choice of which there is a result."""
    return Key(
        chosen.stored.content if chosen.stored else b"",
        lang(),
        chosen.partnership.slug,
        chosen.campaign.code if chosen.campaign else "",
        tuple((city.slug, named(city)) for city in chosen.cities),
        chosen.everybody,
        tuple((campaign.code, named(campaign)) for campaign in chosen.campaigns),
        tuple((city.slug, named(city)) for city in chosen.partnership.cities),
    )


def contents(chosen: Chosen) -> Contents | None:
    """What is to be shown of a choice, or None where nothing has been computed."""
    return _contents(key(chosen)) if chosen.stored else None


@lru_cache(maxsize=64)
def _contents(of: Key) -> Contents:
    """In the language of the request, which is that of the key."""
    snapshot = comparison_json.from_json(of.content)
    slugs, names = [slug for slug, _ in of.cities], tuple(name for _, name in of.cities)
    naming = Naming(load(snapshot.questionnaire), names, snapshot.method.margin)
    comparison = _comparison(snapshot, slugs, of.everybody)
    people = sorted(
        (each for each in snapshot.participants if each.city in slugs), key=lambda each: slugs.index(each.city)
    )
    cities, campaigns = dict(of.cities), dict(of.campaigns)
    return Contents(
        snapshot=snapshot,
        naming=naming,
        facts=facts.facts(people),
        participation=pages.participation(people, names, _turnout(comparison, naming)),
        findings=facts.findings(comparison, naming) if comparison else [],
        kinds=_by_kind(comparison, naming),
        maps=_of(snapshot.maps, slugs),
        boxes=grounds.boxes(_of(snapshot.maps, slugs)),
        coverage=_of(snapshot.coverage, slugs),
        seasons=[_seasonal(each, naming, cities, campaigns) for each in _of(snapshot.seasons, slugs)],
        limits=list(limits(people, names)),
        cities=tuple(slugs),
    )


def _comparison(snapshot: Snapshot, slugs: Sequence[str], everybody: bool) -> Comparison | None:
    if everybody:
        return snapshot.together
    return next((each for each in snapshot.pairs if [side.city for side in each.sides] == [*slugs]), None)


def _turnout(comparison: Comparison | None, naming: Naming) -> str:
    for said in comparison.sentences if comparison else ():
        if said.about == "turnout" and comparison:
            return sentence(said, comparison, naming)
    return ""


def _by_kind(comparison: Comparison | None, naming: Naming) -> list[tuple[str, list[Figure]]]:
    made = pages.figures(comparison, naming) if comparison else []
    kinds = [kind.code for kind in naming.questionnaire.kinds]
    own = [(kind, [figure for figure in made if figure.kind == kind]) for kind in kinds]
    return [(kind, figures) for kind, figures in own if figures]


def _of(things: Sequence[T], slugs: Sequence[str]) -> list[T]:
    return sorted((each for each in things if each.city in slugs), key=lambda each: slugs.index(each.city))


def _seasonal(season: Season, naming: Naming, names: Mapping[str, str], campaigns: Mapping[str, str]) -> Seasonal:
    sides = tuple(campaigns.get(side.campaign, side.campaign) for side in season.comparison.sides)
    own = Naming(naming.questionnaire, sides, naming.margin, seasons=True)
    return Seasonal(
        season.city,
        names[season.city],
        own,
        season,
        facts.findings(season.comparison, own),
        pages.figures(season.comparison, own, prefix=f"season-{season.city}-"),
    )


def shown_ids(found: Contents) -> list[str]:
    """The submissions whose texts are shown."""
    return [
        each
        for theme in found.themes
        for voice in theme.voices
        if voice.city in found.cities
        for each in voice.submissions[:VOICES]
    ]
