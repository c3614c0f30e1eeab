"""Entries made up by a seeded generator: clustered in people, in sizes and shares that a test or a bench chooses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import numpy as np

from participation import questionnaire
from participation.comparing.entries import CityEntries, CityFacts, DistrictFacts, Entry, Inputs

QUESTIONS = questionnaire.load("heat-1")
KINDS = {"heat_island": 0.5, "climate_oasis": 0.3, "idea": 0.15, "feedback": 0.05}
STARTS, DAYS = date(2021, 6, 21), 100
# How often a question that need not be answered is; place types and reasons always are.
ANSWERED = {"place_type": 1.0, "reasons": 1.0, "measures": 0.8, "times_of_day": 0.8, "comfort": 0.8, "use": 0.6}
CENTRES = {"metz": (49.1193, 6.1757), "worms": (49.6316, 8.3656)}


@dataclass(frozen=True)
class City:
    """How many people of a city send how many entries each, and how its answers differ from what is usual.

    `icc` says how much the answers of one person resemble each other; `shares` sets the share of answers by kind,
    question and code, the others of a single choice keep their proportions.
    """

    slug: str
    people: int
    each: float
    population: int
    icc: float = 0.1
    shares: Mapping[tuple[str, str, str], float] = field(default_factory=dict)
    kinds: Mapping[str, float] = field(default_factory=lambda: KINDS)


METZ = City("metz", 180, 400 / 180, 221_000)
WORMS = City("worms", 39, 128 / 39, 83_000)


def inputs(rng: np.random.Generator, cities: Sequence[City] = (METZ, WORMS), *, before: bool = False) -> Inputs:
    """A campaign of these cities in the summer of 2021 and, where wanted, one in the summer before."""
    found = tuple(entries_of(rng, city) for city in cities)
    last = tuple(entries_of(rng, city, campaign="summer-2020", years=1) for city in cities) if before else ()
    return Inputs("worms-metz", "summer-2021", tuple(KINDS), QUESTIONS, found, last)


def entries_of(rng: np.random.Generator, city: City, *, campaign: str = "summer-2021", years: int = 0) -> CityEntries:
    """The entries of one city in one campaign, `years` years before 2021."""
    facts = CityFacts(
        slug=city.slug,
        population=city.population,
        population_year=2021,
        population_source="a test",
        territory=city.slug.title(),
        languages=("fr",) if city.slug == "metz" else ("de",),
        districts=tuple(DistrictFacts(f"d{n}", f"District {n}", city.population // 8) for n in range(8)),
    )
    starts = STARTS.replace(year=STARTS.year - years)
    entries: list[Entry] = []
    for person, number in enumerate(sizes(rng, city)):
        taste = Taste(rng, city)
        entries += [_entry(rng, city, taste, f"{campaign} {city.slug} {person}", starts) for _ in range(number)]
    entries.sort(key=lambda entry: (entry.published_at, entry.id))
    ends_at = datetime(starts.year, 10, 1, tzinfo=UTC)
    return CityEntries(facts, campaign, starts, ends_at, tuple(entries), 11, "Deutscher Wetterdienst")


def sizes(rng: np.random.Generator, city: City) -> np.ndarray:
    """How many entries each sends: one at least, a few send a lot."""
    return rng.geometric(1 / city.each, city.people)


class Taste:
    """What one person tends to answer."""

    def __init__(self, rng: np.random.Generator, city: City) -> None:
        self.rng, self.city = rng, city
        # Beta and Dirichlet distributions with this many answers behind them give the wanted ICC.
        self.weight = 1 / city.icc - 1
        self.own: dict[tuple[str, str], np.ndarray] = {}

    def answers(self, kind: str) -> dict[str, tuple[str, ...]]:
        """Answers to everything that is compared."""
        found = {}
        for code, answered in ANSWERED.items():
            question = QUESTIONS.question(code)
            if kind not in question.kinds or self.rng.random() >= answered:
                continue
            codes = [option.code for option in QUESTIONS.options_for(code, kind)]
            own = self._own(kind, code, codes, question.type)
            if question.type == "single":
                found[code] = (codes[self.rng.choice(len(codes), p=own)],)
            elif chosen := tuple(one for one, share in zip(codes, own, strict=True) if self.rng.random() < share):
                found[code] = chosen[:5]
        return found

    def _own(self, kind: str, question: str, codes: Sequence[str], form: str) -> np.ndarray:
        if (kind, question) not in self.own:
            usual = usual_shares(self.city, kind, question, codes, form)
            if form == "single":
                own = self.rng.dirichlet(np.maximum(usual * self.weight, 1e-3))
            else:
                own = self.rng.beta(usual * self.weight, (1 - usual) * self.weight)
            self.own[kind, question] = own
        return self.own[kind, question]


def usual_shares(city: City, kind: str, question: str, codes: Sequence[str], form: str) -> np.ndarray:
    """The share of each answer in a city: falling from answer to answer, except for those that are set."""
    shares = 0.5 / (1 + np.arange(len(codes)))
    if form == "single":
        shares = shares / shares.sum()
    for number, code in enumerate(codes):
        if (kind, question, code) in city.shares:
            wanted = city.shares[kind, question, code]
            if form == "single":
                rest = np.delete(np.arange(len(codes)), number)
                shares[rest] *= (1 - wanted) / shares[rest].sum()
            shares[number] = wanted
    return shares


def _entry(rng: np.random.Generator, city: City, taste: Taste, contributor: str, starts: date) -> Entry:
    kind = str(rng.choice(list(city.kinds), p=list(city.kinds.values())))
    day = starts + timedelta(days=int(rng.integers(DAYS)))
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1, seconds=int(rng.integers(80_000)))
    lat, lon = CENTRES.get(city.slug, (50.0, 7.0))
    north, east = rng.normal(0, 0.012, 2)
    district = int(abs(north) * 300) % 8
    return Entry(
        id=f"{rng.integers(2**63):016x}",
        kind=kind,
        contributor=contributor,
        day=day,
        published_at=at,
        answers=taste.answers(kind),
        lat=round(float(lat + north), 6),
        lon=round(float(lon + east), 6),
        place=f"{round(north, 3)} {round(east, 3)}",
        district=f"d{district}",
        text_lang=("fr" if city.slug == "metz" else "de") if rng.random() < 0.4 else None,
        text_length=int(rng.integers(10, 400)) if rng.random() < 0.4 else 0,
    )
