"""The demonstration's made-up contributors: their language, what they say of themselves, when they send something."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Self
from uuid import UUID
from zoneinfo import ZoneInfo

from participation.services.demo_samples import Plan, persona

# People send things when they are out in the heat, or in the evening at home: weights of the hours from 7 to 21.
HOURS = range(7, 22)
HOUR_WEIGHTS = (1, 2, 3, 4, 6, 8, 8, 7, 8, 9, 9, 8, 7, 6, 4)
SAME_SITTING = 0.65
SATURDAY = 5


@dataclass(frozen=True)
class Days:
    """The first and the last day, in the city's time zone, from which things are sent."""

    first: date
    last: date
    zone: ZoneInfo

    def narrowed(self, *, first: date | None = None, last: date | None = None) -> Self:
        """The same with a later first or an earlier last day, as far as that leaves one."""
        begin = min(max(self.first, first or self.first), self.last)
        end = max(min(self.last, last or self.last), begin)
        return type(self)(begin, end, self.zone)

    def moment(self, rng: Random) -> datetime:
        """A moment by day; most of them when the summer is at its height."""
        span = (self.last - self.first).days
        day = self.first + timedelta(days=round(rng.triangular(0, span, span * 0.4)))
        hour = rng.choices(HOURS, HOUR_WEIGHTS)[0]
        at = time(hour, rng.randrange(60), rng.randrange(60), rng.randrange(1000) * 1000)
        return datetime.combine(day, at, self.zone).astimezone(UTC)

    def office_hours(self, rng: Random, sent: datetime, before: date) -> datetime:
        """When somebody at the city looked at it: one to three days later, not at the weekend, in any case `before`."""
        day = sent.astimezone(self.zone).date() + timedelta(days=rng.randint(1, 3))
        if day.weekday() >= SATURDAY:
            day += timedelta(days=7 - day.weekday())
        day = min(day, before - timedelta(days=1))
        at = time(rng.randint(8, 16), rng.randrange(60), rng.randrange(60), rng.randrange(1000) * 1000)
        return datetime.combine(day, at, self.zone).astimezone(UTC)


@dataclass
class Person:
    """A contributor of one campaign; `latest` is when they sent something for the last time."""

    id: UUID
    language: str
    about: dict[str, object]
    latest: datetime | None = None

    def sends(self, rng: Random, days: Days) -> datetime:
        """The moment of their next submission: a few minutes after the one before, or on another day."""
        if self.latest and rng.random() < SAME_SITTING:
            self.latest += timedelta(seconds=rng.randint(100, 500))
        else:
            self.latest = days.moment(rng)
        return self.latest


def people(rng: Random, plan: Plan, number: int, days: Days) -> list[Person]:
    """So many contributors, with at least one for each language of the city's plan."""
    total = sum(plan.languages.values())
    languages = [code for code, weight in plan.languages.items() for _ in range(max(1, round(number * weight / total)))]
    own = next(iter(plan.languages))
    # Rounding may give one too many or too few, which are of the first language.
    foreign = [code for code in languages if code != own]
    languages = foreign + [own] * (number - len(foreign))
    rng.shuffle(languages)
    begin = datetime.combine(days.first, time(), UTC)
    return [Person(uuid7_at(rng, begin), language, persona(rng)) for language in languages]


def uuid7_at(rng: Random, moment: datetime) -> UUID:
    """A UUIDv7 of a moment, with the random bits of the generator, so that the same seed gives the same ids."""
    milliseconds = int(moment.timestamp() * 1000)
    return UUID(int=milliseconds << 80 | 7 << 76 | rng.getrandbits(12) << 64 | 2 << 62 | rng.getrandbits(62))
