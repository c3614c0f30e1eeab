"""A city's sample submissions, made up by a seeded generator: the same day gives the same samples."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from participation.geo import Point
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.places import NAME_MAX
from participation.services import demo_samples
from participation.services.demo_people import Days, Person, people
from participation.services.demo_points import Spot, pinned, spots
from participation.services.demo_samples import HEAT_KINDS, Plan, Words
from participation.services.demo_seasons import Season

TEXT_CHANCE = 0.45
NAME_CHANCE = 0.35
LAST_YEARS_SHARE = 3
# Days before the end of the samples: until then all are decided on, and from then on the waiting ones are sent.
DECIDED_DAYS, WAITING_DAYS = 4, 9

Wish = tuple[str, Spot]
"""What somebody wants to send: a kind, for a spot."""


@dataclass(frozen=True)
class Round:
    """One campaign in one city, with the days of its samples and those who take part."""

    campaign: Campaign
    days: Days
    people: list[Person]


@dataclass
class Sample:
    """One submission in the making. Without a spot it has only words for its place."""

    round: Round
    kind: str
    person: Person
    sent: datetime
    status: str
    place_type: str
    spot: Spot | None = None
    point: Point | None = None
    place_words: str | None = None
    decided: datetime | None = None
    reason_code: str | None = None
    content: dict[str, object] = field(default_factory=dict)


class Maker:
    """Makes the samples of one city."""

    def __init__(self, city: City, plan: Plan, today: date) -> None:
        self.city, self.plan, self.today = city, plan, today
        # Not for secrets: the same seed has to give the same samples.
        self.rng = Random(city.slug)  # noqa: S311
        self.words = Words(self.rng)
        self.spots = spots(self.rng, city, plan.groups)
        self.wishes = self._wishes()

    def current(self, campaign: Campaign, season: Season) -> list[Sample]:
        """The samples of the campaign that is open: published, refused and waiting ones, in the order of time."""
        this = self._round(campaign, season, self.plan.contributors)
        samples = [
            *self._published(this, self.wishes),
            *self._refused(this, 3),
            *self._waiting(this),
            *self._in_words(this),
        ]
        return self._worded(samples)

    def previous(self, campaign: Campaign, season: Season) -> list[Sample]:
        """The samples of the campaign that is over, all of them decided on."""
        that = self._round(campaign, season, self.plan.contributors // LAST_YEARS_SHARE)
        return self._worded([*self._published(that, self.wishes[::LAST_YEARS_SHARE]), *self._refused(that, 1)])

    def _wishes(self) -> list[Wish]:
        about_places = [(spot.kind, spot) for spot in self.spots for _ in range(spot.share)]
        popularity = [spot.share for spot in self.spots]
        ideas = [("idea", spot) for spot in self.rng.choices(self.spots, popularity, k=self.plan.ideas)]
        feedback = [("feedback", spot) for spot in self.rng.choices(self.spots, popularity, k=self.plan.feedback)]
        wishes = [*about_places, *ideas, *feedback]
        self.rng.shuffle(wishes)
        return wishes

    def _round(self, campaign: Campaign, season: Season, number: int) -> Round:
        days = Days(season.starts, season.last_sample, ZoneInfo(self.city.time_zone))
        return Round(campaign, days, people(self.rng, self.plan, number, days))

    def _published(self, this: Round, wishes: Sequence[Wish]) -> list[Sample]:
        """Everybody sends something; a few send a lot."""
        days = this.days.narrowed(last=this.days.last - timedelta(days=DECIDED_DAYS))
        zeal = [1 / (number + 3) for number in range(len(this.people))]
        again = self.rng.choices(this.people, zeal, k=len(wishes) - len(this.people))
        samples = []
        for (kind, spot), person in zip(wishes, [*this.people, *again], strict=True):
            sample = self._sample(this, (kind, spot), person, person.sends(self.rng, days), "published")
            self._decide(sample)
            samples.append(sample)
        return samples

    def _refused(self, this: Round, number: int) -> list[Sample]:
        days = this.days.narrowed(last=this.days.last - timedelta(days=DECIDED_DAYS))
        own = self.city.languages[0]
        natives = [person for person in this.people if person.language == own]
        samples = []
        for entry in demo_samples.rejected(own)[:number]:
            person, spot = self.rng.choice(natives), self.rng.choice(self.spots)
            sample = self._sample(this, (entry["kind"], spot), person, person.sends(self.rng, days), "rejected")
            sample.content = {name: entry[name] for name in ("text", "topic") if name in entry}
            sample.reason_code = entry["reason_code"]
            self._decide(sample)
            samples.append(sample)
        return samples

    def _waiting(self, this: Round) -> list[Sample]:
        """A third of those with a point comes from people who write in a foreign language."""
        days = this.days.narrowed(first=this.days.last - timedelta(days=WAITING_DAYS))
        own = self.city.languages[0]
        foreign = [person for person in this.people if person.language != own]
        natives = [person for person in this.people if person.language == own]
        samples = []
        for number, wish in enumerate(self.rng.sample(self.wishes, k=self.plan.pending - 2)):
            person = self.rng.choice(natives if number % 3 else foreign)
            samples.append(self._sample(this, wish, person, days.moment(self.rng), "pending"))
        return samples

    def _in_words(self, this: Round) -> list[Sample]:
        """Two that wait for somebody who finds their point: a stop in the sun and a park in the shade."""
        days = this.days.narrowed(first=this.days.last - timedelta(days=WAITING_DAYS))
        samples = []
        for number, (kind, place_type) in enumerate(zip(HEAT_KINDS, ("transit_stop", "park_garden"), strict=True)):
            person = self.rng.choice(this.people)
            words = demo_samples.place_words(person.language)[number]
            sent = days.moment(self.rng)
            samples.append(Sample(this, kind, person, sent, "pending", place_type, place_words=words))
        return samples

    def _sample(self, this: Round, wish: Wish, person: Person, sent: datetime, status: str) -> Sample:
        kind, spot = wish
        point = pinned(self.rng, self.city, spot)
        return Sample(this, kind, person, sent, status, spot.place_type, spot, point)

    def _decide(self, sample: Sample) -> None:
        sample.decided = sample.round.days.office_hours(self.rng, sample.sent, self.today)

    def _worded(self, samples: list[Sample]) -> list[Sample]:
        """Sorted by time before the texts are drawn, so that equal ones are far from each other in every list."""
        samples.sort(key=lambda sample: sample.sent)
        for sample in samples:
            sample.content = self._content(sample)
        return samples

    def _content(self, sample: Sample) -> dict[str, object]:
        language = sample.person.language
        content = dict(sample.person.about)
        if sample.content:
            content |= sample.content
        elif sample.kind == "idea":
            content |= self.words.idea(language)
        elif sample.kind == "feedback":
            content |= self.words.feedback(language)
        else:
            content |= {"place_type": sample.place_type}
            content |= demo_samples.answers(self.rng, sample.kind, sample.place_type)
            if self.rng.random() < TEXT_CHANCE:
                content["text"] = self.words.about_place(language, sample.kind, sample.place_type)
        if sample.spot and sample.spot.landmark and self.rng.random() < NAME_CHANCE:
            content["place_name"] = name_of(sample.spot, language, self.city)
        return content


def name_of(spot: Spot, language: str, city: City) -> str | None:
    """The name of the landmark at a spot, in a language or in one of the city's."""
    names = spot.landmark.name if spot.landmark else {}
    return next((names[code][:NAME_MAX] for code in (language, *city.languages) if code in names), None)
