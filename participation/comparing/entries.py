"""What a comparison is computed from: the published entries of cities and what is known about these; pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import orjson

from participation.questionnaire import Questionnaire


@dataclass(frozen=True, slots=True)
class Entry:
    """One published entry; `answers` has the codes of the questions that were answered, `day` is the city's own date.

    `lat` and `lon` are where the public may see it. Without a `contributor` nobody knows whose it is.
    """

    id: str
    kind: str
    contributor: str | None
    day: date
    published_at: datetime
    answers: Mapping[str, tuple[str, ...]]
    lat: float | None = None
    lon: float | None = None
    place: str | None = None
    district: str | None = None
    text_lang: str | None = None
    text_length: int = 0

    @property
    def sender(self) -> str:
        """Who sent it; what nobody knows of counts as somebody of its own."""
        return self.contributor or self.id


@dataclass(frozen=True)
class DistrictFacts:
    """A district, and how many live there, where the city has said so."""

    code: str
    name: str
    population: int | None


@dataclass(frozen=True)
class CityFacts:
    """What is known about a city; `territory` says what the population is that of, `languages` begins with its own."""

    slug: str
    population: int
    population_year: int
    population_source: str
    territory: str
    languages: tuple[str, ...]
    districts: tuple[DistrictFacts, ...] = ()


@dataclass(frozen=True)
class CityEntries:
    """One city in one campaign; `ends_at` is the moment at which the campaign is over there."""

    city: CityFacts
    campaign: str
    starts: date
    ends_at: datetime
    entries: tuple[Entry, ...]
    hot_days: int | None = None
    hot_days_source: str = ""
    # Whether it is over by now: until then maps wait longer for coarse groups.
    is_over: bool = False


@dataclass(frozen=True)
class Inputs:
    """A campaign in all cities of a partnership, and the one before in the same cities, as far as there was one."""

    partnership: str
    campaign: str
    kinds: tuple[str, ...]
    questionnaire: Questionnaire
    cities: tuple[CityEntries, ...]
    before: tuple[CityEntries, ...] = ()


def dataset_version(inputs: Inputs) -> str:
    """A hash (SHA-256, hexadecimal) of all that goes into the computation: equal data give an equal version."""
    digest = hashlib.sha256()
    head = (inputs.partnership, inputs.campaign, inputs.kinds, inputs.questionnaire.version)
    digest.update(orjson.dumps(head))
    for part in (*inputs.cities, *inputs.before):
        digest.update(orjson.dumps((part.city, part.campaign, part.starts, part.ends_at)))
        digest.update(orjson.dumps((part.hot_days, part.hot_days_source, part.is_over, len(part.entries))))
        for entry in part.entries:
            digest.update(orjson.dumps(entry, option=orjson.OPT_SORT_KEYS))
    return digest.hexdigest()
